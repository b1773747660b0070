#include "cli/command.hpp"

#include <array>

#include "base/text.hpp"
#include "cli/wrap.hpp"

namespace cli {

Command apply_command();
Command backup_command();
Command cancel_command();
Command config_get_command();
Command config_path_command();
Command config_set_command();
Command config_set_profile_command();
Command config_unset_command();
Command config_use_command();
Command config_view_command();
Command create_secret_command();
Command delete_command();
Command describe_command();
Command diff_command();
Command doctor_command();
Command edit_command();
Command explain_command();
Command fork_command();
Command generate_command();
Command get_command();
Command init_command();
Command logs_command();
Command models_command();
Command models_pull_command();
Command prune_command();
Command replay_command();
Command restore_command();
Command resume_command();
Command retry_command();
Command run_command();
Command schema_command();
Command secret_key_export_command();
Command secret_key_import_command();
Command secret_list_command();
Command secret_lock_command();
Command secret_rotate_key_command();
Command secret_unlock_command();
Command status_command();
Command trace_command();
Command validate_command();
Command version_command();
Command wait_command();
Command work_command();
Command work_one_command();

namespace {

constexpr std::array<CommandRow, 44> rows{{
    {"init", init_command}, // one a line: the order help shows them in
    {"apply", apply_command},
    {"validate", validate_command},
    {"diff", diff_command},
    {"run", run_command},
    {"resume", resume_command},
    {"retry", retry_command},
    {"fork", fork_command},
    {"replay", replay_command},
    {"work", work_command},
    {"wait", wait_command},
    {"cancel", cancel_command},
    {"get", get_command},
    {"describe", describe_command},
    {"edit", edit_command},
    {"delete", delete_command},
    {"logs", logs_command},
    {"trace", trace_command},
    {"create secret", create_secret_command},
    {"secret list", secret_list_command},
    {"secret rotate-key", secret_rotate_key_command},
    {"secret lock", secret_lock_command},
    {"secret unlock", secret_unlock_command},
    {"secret key export", secret_key_export_command},
    {"secret key import", secret_key_import_command},
    {"config view", config_view_command},
    {"config path", config_path_command},
    {"config get", config_get_command},
    {"config set", config_set_command},
    {"config unset", config_unset_command},
    {"config use", config_use_command},
    {"config set-profile", config_set_profile_command},
    {"prune", prune_command},
    {"backup", backup_command},
    {"restore", restore_command},
    {"status", status_command},
    {"doctor", doctor_command},
    {"models", models_command},
    {"models pull", models_pull_command},
    {"explain", explain_command},
    {"schema", schema_command},
    {"version", version_command},
    {"__generate", generate_command},
    {"__work", work_one_command},
}};

constexpr std::array<Option, 6> globals{{
    {"--db", 0, "PATH", "The database; else ORLOJ_DB, the nearest .orloj/orloj.db, or your own.", Takes::one},
    {"--namespace", 'n', "NAME", "The namespace; default when absent.", Takes::one},
    {"--output", 'o', "FORMAT", "table, json, yaml or name, where the command prints data.", Takes::one},
    {"--quiet", 'q', "", "No progress, only results and errors.", Takes::nothing},
    {"--verbose", 'v', "", "Say more about what is done.", Takes::nothing},
    {"--no-color", 0, "", "No colour, also on a terminal.", Takes::nothing},
}};

constexpr std::size_t name_width = 26; // columns of the left part of a help line

std::string help_line(const std::string& left, std::string_view doc) {
    return two_columns("  " + left, doc, name_width);
}

std::string option_text(const Option& option) {
    std::string out = option.letter == 0 ? "    " : base::format("-{}, ", option.letter);
    out += option.name;
    if (!option.value.empty()) out += base::format(" {}", option.value);
    return out;
}

} // namespace

std::optional<std::string> Arguments::one(std::string_view name) const {
    const auto it = values_.find(std::string(name));
    if (it == values_.end() || it->second.empty()) return std::nullopt;
    return it->second.back();
}

std::vector<std::string> Arguments::many(std::string_view name) const {
    const auto it = values_.find(std::string(name));
    return it == values_.end() ? std::vector<std::string>{} : it->second;
}

std::span<const CommandRow> command_rows() {
    return rows;
}

std::span<const Option> global_options() {
    return globals;
}

std::string help_of(const Command& command) {
    std::string usage = base::format("orloj {}", command.name);
    for (const Positional& p : command.positionals) {
        const std::string word = base::format("{}{}", p.name, p.takes == Takes::many ? "..." : "");
        usage += p.required ? " " + word : " [" + word + "]";
    }
    std::string out = base::format("{}\n\nUsage: {} [options]\n", command.summary, usage);
    if (!command.doc.empty()) out += base::format("\n{}\n", command.doc);
    if (!command.positionals.empty()) {
        out += "\nArguments:\n";
        for (const Positional& p : command.positionals)
            out += help_line(std::string(p.name), p.doc);
    }
    if (!command.options.empty()) {
        out += "\nOptions:\n";
        for (const Option& option : command.options)
            out += help_line(option_text(option), option.doc);
    }
    out += "\nEverywhere:\n";
    for (const Option& option : globals)
        out += help_line(option_text(option), option.doc);
    if (!command.example.empty()) out += base::format("\nExamples:\n{}\n", command.example);
    return out;
}

std::string help() {
    std::string out =
        "orloj runs AI agents that are declared as YAML, each bound to a model endpoint by reference.\n"
        "Everything is kept in one local file.\n\n"
        "Usage: orloj COMMAND [arguments] [options]\n\n"
        "Commands:\n";
    for (const CommandRow& row : rows) {
        if (!row.hidden()) out += help_line(std::string(row.name), row.make().summary);
    }
    out += "\nEverywhere:\n";
    for (const Option& option : globals)
        out += help_line(option_text(option), option.doc);
    out += "\nA first run:\n"
           "  orloj create secret openai-api-key --stdin < key.txt\n"
           "  orloj apply -f examples/pipeline --run\n\n"
           "`orloj COMMAND --help` says more about a command.\n";
    return out;
}

} // namespace cli
