// The man pages orloj(1), one for each command, and orloj-exit-codes(7).
#include "base/text.hpp"
#include "cli/environment.hpp"
#include "cli/faults.hpp"
#include "cli/generate.hpp"
#include "cli/help.hpp"
#include "cli/roff.hpp"
#include "provider/provider.hpp"
#include "resource/resource.hpp"
#include "store/schema.hpp"
#include "trace/event.hpp"

namespace cli {

namespace {

using roff::bold;
using roff::entry;
using roff::filled;
using roff::italic;
using roff::section;

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
    return out + " [" + italic("options") + "]\n";
}

/// "store what manifests declare, and run the tasks among them", as the line of a NAME section has it.
std::string in_a_line(std::string_view summary) {
    std::string out = base::lower(summary.substr(0, 1)) + std::string(summary.substr(1));
    if (out.ends_with('.')) out.pop_back();
    return out;
}

std::string dashed(std::string_view name) {
    return "orloj-" + base::replace_all(name, " ", "-");
}

std::string commands_section() {
    std::string out = section("COMMANDS", "Each has a page of its own, as orloj-run(1).");
    for (const CommandRow& row : command_rows()) {
        if (!row.hidden()) out += entry(bold(row.name), row.make().summary);
    }
    return out;
}

std::string kinds_section() {
    std::string out = section(
        "RESOURCES", "A manifest declares resources of these kinds; orloj-resources(5) has their fields. "
                     "A command takes every spelling of a kind, with or without hyphens.");
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
    std::string out =
        section("EVENTS", "What the journal of a run can hold, as `orloj trace -o json` and "
                          "`orloj logs -o json` name it; `orloj explain events` has their fields.");
    for (const trace::EventKind& kind : trace::event_kinds())
        out += entry(bold(kind.name), kind.doc);
    return out;
}

std::string environment_section() {
    std::string out = section("ENVIRONMENT");
    for (const NamedVariable& variable : all_variables())
        out += entry(bold(base::join(variable.names, ", ")), variable.doc);
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

std::string codes() {
    std::string out;
    for (const auto& [number, code] : exit_codes())
        out += entry(bold(std::to_string(number)), code.meaning);
    return out + ".PP\n" + filled(exit_code_order());
}

std::string options_of(const CommandRow& row, const Command& command) {
    std::string out = section("OPTIONS");
    for (const Option& option : command.options)
        out += option_entry(option);
    if (const std::string formats = output_words(row); !formats.empty())
        out += entry(bold("-o") + ", " + bold("--output") + " " + italic("FORMAT"), formats);
    if (!out.ends_with("OPTIONS\n")) out += ".PP\n";
    return out + filled("What every command takes stands in orloj(1).");
}

} // namespace

std::string man_page() {
    std::string out = roff::head("orloj", 1, "orloj", "run AI agents that are declared as YAML");
    out += section("SYNOPSIS") + bold("orloj") + " " + italic("command") + " [" + italic("arguments") +
           "] [" + italic("options") + "]\n";
    out += section(
        "DESCRIPTION",
        "Agents, the models behind them, secrets and limits are declared as YAML and kept in one SQLite "
        "file. A task runs agents in this process, against the model providers their endpoints name. "
        "Everything that happens is written to the same file before the next step starts, so a run can "
        "be read while it goes on and resumed after a crash.");
    out += commands_section();
    out += section("OPTIONS",
                   "These may stand anywhere on the command line. The value of an option stands after it "
                   "or after =; behind -- nothing is an option.");
    for (const Option& option : global_options())
        out += option_entry(option);
    out += kinds_section() + providers_section() + events_section();
    out += section("EXIT STATUS") + codes();
    return out + environment_section() + files_section() +
           roff::see_also({"orloj-resources.5", "orloj-exit-codes.7", "sqlite3.1"});
}

std::string man_page_name(const CommandRow& row) {
    return dashed(row.name) + ".1";
}

std::string man_page_of(const CommandRow& row) {
    const Command command = row.make();
    std::string out = roff::head(dashed(row.name), 1, dashed(row.name), in_a_line(command.summary));
    out += section("SYNOPSIS") + usage(command) + section("DESCRIPTION", command.summary);
    if (!command.doc.empty()) out += ".PP\n" + filled(paragraphs_of(command.doc));
    if (!command.positionals.empty()) out += section("ARGUMENTS");
    for (const Positional& p : command.positionals)
        out += entry(italic(p.name), p.doc);
    out += options_of(row, command);
    if (!command.example.empty()) out += section("EXAMPLES") + roff::block(examples_of(command));
    std::vector<std::string> others{"orloj.1"};
    const std::string_view first = row.name.substr(0, row.name.find(' '));
    for (const CommandRow& other : command_rows()) {
        const bool near = other.name.substr(0, other.name.find(' ')) == first && other.name != row.name;
        if (near && !other.hidden()) others.push_back(man_page_name(other));
    }
    others.insert(others.end(), {"orloj-resources.5", "orloj-exit-codes.7"});
    return out + roff::see_also(others);
}

std::string exit_codes_page() {
    std::string out =
        roff::head("orloj-exit-codes", 7, "orloj-exit-codes", "what the exit codes of orloj say");
    out += section("DESCRIPTION", "Every command ends with one of these.") + codes();
    out += section("ERRORS", "With -o json, `error.code` of what failed is one of these words.");
    for (const base::Fault fault : all_faults()) {
        out +=
            entry(bold(base::fault_name(fault)), base::format("Exit code {}: {}. {}", base::exit_code(fault),
                                                              fault_meaning(fault), fault_advice(fault)));
    }
    return out + roff::see_also({"orloj.1"});
}

} // namespace cli
