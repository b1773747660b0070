// orloj __generate: pages about the program, from its own tables. Not shown in help: the copies in the source
// tree are made with it and compared with it.
#include "cli/generate.hpp"

#include <functional>
#include <vector>

#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/session.hpp"
#include "store/schema.hpp"
#include "trace/event.hpp"

namespace cli {

namespace {

/// A golden list: names are never reused and payloads only gain fields, so a line that is lost or changed
/// here breaks journals that exist.
std::string event_list() {
    std::string out = "| event | meaning | payload |\n|---|---|---|\n";
    for (const trace::EventKind& kind : trace::event_kinds()) {
        std::vector<std::string> fields;
        for (const schema::Field& field : kind.type().fields)
            fields.emplace_back(field.name);
        out += base::format("| `{}` | {} | {} |\n", kind.name, kind.doc, base::join(fields, ", "));
    }
    return out;
}

/// The README's list: a line for each group, with the commands in it.
std::string command_list() {
    std::string out = "| | commands |\n|---|---|\n";
    for (const Group group : {Group::declare, Group::run, Group::look, Group::keys, Group::more}) {
        std::vector<std::string> names;
        for (const CommandRow& row : command_rows()) {
            if (!row.hidden() && group_title(row.group) == group_title(group))
                names.push_back(base::format("`{}`", row.name));
        }
        if (!names.empty()) out += base::format("| {} | {} |\n", group_title(group), base::join(names, ", "));
    }
    return out;
}

/// "run<tab>orloj run task/hello": what the tests type.
std::string example_list() {
    std::string out;
    for (const CommandRow& row : command_rows()) {
        if (row.hidden()) continue;
        for (const std::string& line : examples_of(row.make()))
            out += base::format("{}\t{}\n", row.name, line);
    }
    return out;
}

/// The commands with the formats of their tables: "get<tab>table json".
std::string format_list() {
    std::string out;
    for (const CommandRow& row : command_rows()) {
        if (!row.hidden()) out += base::format("{}\t{}\n", row.name, row.formats);
    }
    return out;
}

std::string man_install();

struct Page {
    std::string name; ///< a path in the source tree, or one word where no copy is kept
    std::function<std::string()> make;
};

/// Those with a copy first, in the order they are listed.
std::vector<Page> pages() {
    std::vector<Page> out{{"man/orloj.1", man_page},
                          {"man/orloj-resources.5", resources_page},
                          {"man/orloj-exit-codes.7", exit_codes_page}};
    for (const CommandRow& row : command_rows()) {
        if (!row.hidden()) out.push_back({"man/" + man_page_name(row), [&row] { return man_page_of(row); }});
    }
    out.push_back({"man/meson.build", man_install});
    out.push_back({"completions/orloj.bash", bash_completion});
    out.push_back({"completions/_orloj", zsh_completion});
    out.push_back({"completions/orloj.fish", fish_completion});
    out.push_back({"tests/golden/schema.sql", store::schema_sql});
    out.push_back({"tests/golden/events.md", event_list});
    out.push_back({"commands", command_list});
    out.push_back({"examples", example_list});
    out.push_back({"formats", format_list});
    return out;
}

/// What meson installs.
std::string man_install() {
    std::string out = "# Made by `orloj __generate man/meson.build`; do not edit.\ninstall_man(\n";
    for (const Page& page : pages()) {
        const bool is_page = page.name.starts_with("man/orloj");
        if (is_page) out += base::format("  '{}',\n", page.name.substr(4));
    }
    return out + ")\n";
}

std::string list_of_pages() {
    std::string out;
    for (const Page& page : pages()) {
        if (page.name.find('/') != std::string::npos) out += page.name + "\n";
    }
    return out;
}

int generate(Session& session, const Arguments& arguments) {
    const std::string name = arguments.one("WHAT").value_or("");
    if (name == "list") {
        session.out(list_of_pages());
        return 0;
    }
    std::vector<std::string> known{"list"};
    for (const Page& page : pages()) {
        if (page.name == name) {
            session.out(page.make());
            return 0;
        }
        known.push_back(page.name);
    }
    throw base::Error(base::Fault::usage, base::format("there is no page '{}'", name))
        .hint("known: " + base::join(known, ", "));
}

} // namespace

Command generate_command() {
    return {"__generate",
            "Write a page about the program.",
            "",
            "  orloj __generate man/orloj.1 > man/orloj.1",
            {{"WHAT", "The page, or list.", Takes::one, true, Means::anything}},
            {},
            generate};
}

} // namespace cli
