// orloj(1). Invariant: `mandoc -Tlint` has nothing to say about it.
#include <array>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/environment.hpp"
#include "cli/generate.hpp"
#include "provider/provider.hpp"
#include "resource/resource.hpp"
#include "store/schema.hpp"
#include "trace/event.hpp"

#include "config.hpp"

namespace cli {

namespace {

constexpr std::string_view page_date =
    "2026-11-22"; // changed with the version: a page is made without a clock

constexpr std::size_t line_width = 78; // of the source: mandoc asks for lines below 80 bytes

/// Text that roff prints as it is: `words in backquotes` become bold. For one line or part of one.
std::string escaped(std::string_view text) {
    std::string out;
    bool bold = false;
    for (const char c : text) {
        if (c == '`') {
            bold = !bold;
            out += bold ? "\\fB" : "\\fR";
        } else if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '"') {
            out += "\\(dq";
        } else if (c == '\'') {
            out += "\\(aq";
        } else {
            out += c;
        }
    }
    // A line that begins with a dot would be a request.
    return out.starts_with('.') ? "\\&" + out : out;
}

/// A text in short lines; an empty line begins a new paragraph.
std::string filled(std::string_view text) {
    if (text.empty()) return {};
    std::string out;
    std::string line;
    const auto end_line = [&] {
        if (!line.empty()) out += line + "\n";
        line.clear();
    };
    const std::string safe = escaped(text);
    for (const std::string_view written : base::split(safe, '\n')) {
        if (written.empty()) {
            end_line();
            out += ".PP\n";
        }
        for (const std::string_view word : base::split(written, ' ')) {
            if (line.size() + word.size() >= line_width) end_line();
            if (line.empty() && word.starts_with('.'))
                line = "\\&";
            else if (!line.empty())
                line += ' ';
            line += word;
        }
    }
    end_line();
    return out;
}

std::string bold(std::string_view text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text) {
    return "\\fI" + escaped(text) + "\\fR";
}

std::string entry(const std::string& left, std::string_view doc) {
    return base::format(".TP\n{}\n{}", left, filled(doc));
}

std::string section(std::string_view name, std::string_view text = {}) {
    return base::format(".SH {}\n{}", name, filled(text));
}

std::string examples(std::string_view lines) {
    std::string out = ".PP\n.nf\n.RS\n";
    for (const std::string_view line : base::split(lines, '\n'))
        out += escaped(base::trim(line)) + "\n";
    return out + ".RE\n.fi\n";
}

std::string option_entry(const Option& option) {
    std::string left;
    if (option.letter != 0) left = bold(base::format("-{}", option.letter)) + ", ";
    left += bold(option.name);
    if (!option.value.empty()) left += " " + italic(option.value);
    return entry(left, option.doc);
}

std::string usage(const Command& command) {
    std::string out = bold(base::format("orloj {}", command.name));
    for (const Positional& p : command.positionals) {
        const std::string word = italic(p.name) + (p.takes == Takes::many ? " ..." : "");
        out += p.required ? " " + word : " [" + word + "]";
    }
    return out + " [" + italic("options") + "]";
}

std::string command_section(const Command& command) {
    std::string out = base::format(".SS {}\n{}\n.PP\n{}{}", escaped(command.name), usage(command),
                                   filled(command.summary), filled(command.doc));
    for (const Positional& p : command.positionals)
        out += entry(italic(p.name), p.doc);
    for (const Option& option : command.options)
        out += option_entry(option);
    if (!command.example.empty()) out += examples(command.example);
    return out;
}

std::string kinds_section() {
    std::string out =
        section("RESOURCES", "A manifest declares resources of these kinds. A command takes every "
                             "spelling of a kind, with or without hyphens.");
    for (const resource::Kind& kind : resource::kinds()) {
        std::vector<std::string> spellings{std::string(kind.singular), std::string(kind.plural)};
        spellings.insert(spellings.end(), kind.aliases.begin(), kind.aliases.end());
        out +=
            entry(bold(kind.name), base::format("{}{}. In commands: {}.", base::upper(kind.doc.substr(0, 1)),
                                                kind.doc.substr(1), base::join(spellings, ", ")));
    }
    return out;
}

std::string providers_section() {
    std::string out = section("PROVIDERS", "What `spec.provider` of a ModelEndpoint can be.");
    for (const provider::Provider& row : provider::providers()) {
        std::string doc(row.doc);
        if (!row.default_base_url.empty())
            doc += base::format(" Without base_url: {}.", row.default_base_url);
        out += entry(bold(row.name), doc);
    }
    return out;
}

std::string events_section() {
    std::string out = section("EVENTS", "What the journal of a run can hold, as `orloj trace -o json` and "
                                        "`orloj logs -o json` name it.");
    for (const trace::EventKind& kind : trace::event_kinds())
        out += entry(bold(kind.name), kind.doc);
    return out;
}

/// One sentence a fault; the exit code comes from base::exit_code.
std::string_view meaning(base::Fault fault) {
    switch (fault) {
    case base::Fault::usage:
        return "the command line was wrong";
    case base::Fault::manifest:
        return "a manifest was wrong, and nothing was changed";
    case base::Fault::reference:
        return "something a manifest refers to does not exist or cannot be used";
    case base::Fault::secret:
        return "a secret cannot be resolved, sealed or opened";
    case base::Fault::not_found:
        return "the thing asked for does not exist";
    case base::Fault::store:
        return "the database cannot be used";
    case base::Fault::io:
        return "a file, folder or terminal cannot be used";
    case base::Fault::failed:
        return "the run failed for a reason of its own";
    case base::Fault::provider:
        return "a model provider refused or could not be reached";
    case base::Fault::policy:
        return "a policy or a budget stopped the run";
    case base::Fault::approval:
        return "the run waits for a person";
    case base::Fault::interrupted:
        return "interrupted; the run can be resumed";
    case base::Fault::closed:
        return "the reader of standard output went away";
    case base::Fault::bug:
        return "a mistake in orloj";
    }
    return "";
}

std::string exit_section() {
    std::map<int, std::vector<std::string>> codes{{0, {"done"}}};
    for (int i = 0; i <= static_cast<int>(base::Fault::bug); ++i) {
        const auto fault = static_cast<base::Fault>(i);
        codes[base::exit_code(fault)].push_back(
            base::format("{} ({})", meaning(fault), base::fault_name(fault)));
    }
    std::string out = section("EXIT STATUS", "In parentheses the word that stands as `error.code` in JSON.");
    for (const auto& [code, meanings] : codes)
        out += entry(bold(std::to_string(code)), base::join(meanings, "; ") + ".");
    return out + ".PP\nWhere several apply to one run: 4, then 5, then 3, then 1.\n";
}

std::string environment_section() {
    std::string out = section("ENVIRONMENT");
    for (const Variable& variable : environment_variables())
        out += entry(bold(variable.name), variable.doc);
    for (const provider::Provider& row : provider::providers()) {
        if (row.key_variable.empty()) continue;
        out += entry(bold(row.key_variable),
                     base::format("The key of the provider {}, used when no secret is found and only for "
                                  "requests to that provider's own host.",
                                  row.name));
    }
    return out;
}

std::string view_names() {
    std::vector<std::string> names;
    const std::string sql = store::schema_sql();
    for (std::string_view line : base::split(sql, '\n')) {
        constexpr std::string_view start = "CREATE VIEW ";
        if (line.starts_with(start)) names.emplace_back(base::split(line.substr(start.size()), ' ').front());
    }
    return base::join(names, ", ");
}

std::string files_section() {
    return section("FILES") +
           entry(italic(".orloj/orloj.db"),
                 "The database of a project: the nearest one upward from the working "
                 "folder, if it is yours.") +
           entry(italic("~/.local/share/orloj/orloj.db"), "Your database where there is no other.") +
           entry(italic("~/.config/orloj/key"),
                 "The key that seals secrets. Without it they cannot be read: make a copy.") +
           ".PP\n" +
           filled(base::format("The database is SQLite; look at it with sqlite3(1). These views stay as they "
                               "are: {}.",
                               view_names()));
}

} // namespace

std::string man_page() {
    std::string out = base::format(".\\\" Made by `orloj __generate man`; do not edit.\n"
                                   ".TH ORLOJ 1 {} \"orloj " ORLOJ_VERSION "\" \"User Commands\"\n",
                                   page_date);
    out += section("NAME", "orloj - run AI agents that are declared as YAML");
    out += section("SYNOPSIS") + bold("orloj") + " " + italic("command") + " [" + italic("arguments") +
           "] [" + italic("options") + "]\n";
    out += section(
        "DESCRIPTION",
        "Agents, the models behind them, secrets and limits are declared as YAML and kept in one SQLite "
        "file. A task runs agents in this process, against the model providers their endpoints name. "
        "Everything that happens is written to the same file before the next step starts, so a run can "
        "be read while it goes on and resumed after a crash.");
    out += section("COMMANDS");
    for (const Command& command : shown_commands())
        out += command_section(command);
    out += section("OPTIONS", "These may stand anywhere on the command line.");
    for (const Option& option : global_options())
        out += option_entry(option);
    return out + kinds_section() + providers_section() + events_section() + exit_section() +
           environment_section() + files_section();
}

} // namespace cli
