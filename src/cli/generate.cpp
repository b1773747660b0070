// orloj __generate: pages about the program, from its own tables. Not shown in help: the copies in the source
// tree are made with it and compared with it.
#include "cli/generate.hpp"

#include <array>

#include "base/text.hpp"
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

struct Page {
    std::string_view name;
    std::string (*make)();
};

constexpr std::array<Page, 6> pages{{
    {"man", man_page},
    {"bash", bash_completion},
    {"zsh", zsh_completion},
    {"fish", fish_completion},
    {"schema-sql", store::schema_sql},
    {"events", event_list},
}};

int generate(Session& session, const Arguments& arguments) {
    const std::string name = arguments.one("WHAT").value_or("");
    std::vector<std::string> known;
    for (const Page& page : pages) {
        if (page.name == name) {
            session.out(page.make());
            return 0;
        }
        known.emplace_back(page.name);
    }
    throw base::Error(base::Fault::usage, base::format("there is no page '{}'", name))
        .hint("known: " + base::join(known, ", "));
}

} // namespace

std::vector<Command> shown_commands() {
    std::vector<Command> out;
    for (const CommandRow& row : command_rows()) {
        if (!row.hidden()) out.push_back(row.make());
    }
    return out;
}

Command generate_command() {
    return {"__generate",
            "Write a page about the program.",
            "",
            "  orloj __generate man > man/orloj.1",
            {{"WHAT", "The page.", Takes::one, true}},
            {},
            generate};
}

} // namespace cli
