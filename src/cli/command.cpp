#include "cli/command.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace cli {

Command apply_command();
Command backup_command();
Command cancel_command();
Command completion_command();
Command config_get_command();
Command config_path_command();
Command config_set_command();
Command config_set_profile_command();
Command config_unset_command();
Command config_use_command();
Command config_view_command();
Command cost_command();
Command create_secret_command();
Command delete_command();
Command describe_command();
Command diff_command();
Command doctor_command();
Command edit_command();
Command events_command();
Command explain_command();
Command fork_command();
Command generate_command();
Command get_command();
Command graph_command();
Command init_command();
Command logs_command();
Command messages_command();
Command metrics_command();
Command models_command();
Command models_pull_command();
Command prune_command();
Command replay_command();
Command report_command();
Command restore_command();
Command recover_command();
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
Command top_command();
Command trace_command();
Command validate_command();
Command version_command();
Command wait_command();
Command work_command();
Command work_one_command();
Command export_command();

namespace {

// One a line, in the order help shows them within their group. The formats are what -o can be.
// clang-format off
constexpr auto rows = std::to_array<CommandRow>({
    {"init", init_command, Group::declare, ""},
    {"apply", apply_command, Group::declare, "table json"},
    {"validate", validate_command, Group::declare, "table json"},
    {"diff", diff_command, Group::declare, "table json"},
    {"edit", edit_command, Group::declare, ""},
    {"delete", delete_command, Group::declare, ""},
    {"schema", schema_command, Group::declare, "json"},
    {"run", run_command, Group::run, "table json jsonl"},
    {"resume", resume_command, Group::run, "table json jsonl"},
    {"retry", retry_command, Group::run, "table json"},
    {"fork", fork_command, Group::run, "table json"},
    {"replay", replay_command, Group::run, "table json"},
    {"work", work_command, Group::run, "table json"},
    {"wait", wait_command, Group::run, ""},
    {"cancel", cancel_command, Group::run, ""},
    {"get", get_command, Group::look, "table wide json jsonl yaml name custom-columns="},
    {"describe", describe_command, Group::look, "table json yaml"},
    {"logs", logs_command, Group::look, "table json jsonl"},
    {"trace", trace_command, Group::look, "table json jsonl otlp"},
    {"report", report_command, Group::look, "html"},
    {"messages", messages_command, Group::look, "table json jsonl"},
    {"metrics", metrics_command, Group::look, "table json"},
    {"graph", graph_command, Group::look, "text dot mermaid json"},
    {"events", events_command, Group::look, "table json jsonl"},
    {"top", top_command, Group::look, "table json"},
    {"cost", cost_command, Group::look, "table json jsonl"},
    {"status", status_command, Group::look, "table json"},
    {"create secret", create_secret_command, Group::keys, ""},
    {"secret list", secret_list_command, Group::keys, "table json name"},
    {"secret rotate-key", secret_rotate_key_command, Group::keys, ""},
    {"secret lock", secret_lock_command, Group::keys, ""},
    {"secret unlock", secret_unlock_command, Group::keys, ""},
    {"secret key export", secret_key_export_command, Group::keys, ""},
    {"secret key import", secret_key_import_command, Group::keys, ""},
    {"doctor", doctor_command, Group::keys, "table json"},
    {"models", models_command, Group::keys, "table json name"},
    {"models pull", models_pull_command, Group::keys, ""},
    {"prune", prune_command, Group::more, "table json"},
    {"backup", backup_command, Group::more, "table json"},
    {"restore", restore_command, Group::more, ""},
    {"recover", recover_command, Group::more, "table json"},
    {"config view", config_view_command, Group::more, "table json"},
    {"config path", config_path_command, Group::more, ""},
    {"config get", config_get_command, Group::more, ""},
    {"config set", config_set_command, Group::more, ""},
    {"config unset", config_unset_command, Group::more, ""},
    {"config use", config_use_command, Group::more, ""},
    {"config set-profile", config_set_profile_command, Group::more, ""},
    {"explain", explain_command, Group::more, "table json"},
    {"completion", completion_command, Group::more, ""},
    {"version", version_command, Group::more, "table json"},
    {"__generate", generate_command, Group::more, ""},
    {"__work", work_one_command, Group::more, "table json"},
    {"__export", export_command, Group::more},
});
// clang-format on

constexpr std::array<Option, 6> globals{{
    {"--db", 0, "PATH", "The database; else ORLOJ_DB, the nearest .orloj/orloj.db, or your own.", Takes::one},
    {"--namespace", 'n', "NAMESPACE", "The namespace; default when absent.", Takes::one},
    {"--output", 'o', "FORMAT", "table, json, yaml or name, where the command prints data.", Takes::one},
    {"--quiet", 'q', "", "No progress, only results and errors.", Takes::nothing},
    {"--verbose", 'v', "", "Say more about what is done.", Takes::nothing},
    {"--no-color", 0, "", "No colour, also on a terminal.", Takes::nothing},
}};

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

const CommandRow* find_row(std::string_view name) {
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const CommandRow& r) { return r.name == name; });
    return row == rows.end() ? nullptr : &*row;
}

std::string_view group_title(Group group) {
    switch (group) {
    case Group::declare:
        return "Declare";
    case Group::run:
        return "Run";
    case Group::look:
        return "Look";
    case Group::keys:
        return "Keys and models";
    case Group::unsaid:
    case Group::more:
        return "More";
    }
    return "";
}

std::span<const Option> global_options() {
    return globals;
}

std::size_t global_span(std::string_view word) {
    if (word.size() < 2 || word[0] != '-') return 0;
    if (word == "--help" || word == "--version") return 1;
    if (word[1] == '-') {
        const std::string_view name = word.substr(0, word.find('='));
        for (const Option& option : globals) {
            if (option.name == name)
                return option.takes == Takes::nothing || name.size() < word.size() ? 1 : 2;
        }
        return 0;
    }
    for (std::size_t i = 1; i < word.size(); ++i) {
        const auto option = std::find_if(globals.begin(), globals.end(),
                                         [&](const Option& o) { return o.letter == word[i]; });
        if (option == globals.end()) {
            if (word[i] != 'h' && word[i] != 'V') return 0;
        } else if (option->takes != Takes::nothing) {
            return i + 1 == word.size() ? 2 : 1;
        }
    }
    return 1;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> out = base::split(text, ' ');
    std::erase(out, std::string_view());
    return out;
}

std::optional<std::string> option_meant(const Command* command, std::string_view typed) {
    const std::string word(typed.substr(0, typed.find('=')));
    std::vector<std::string> names{"--help", "--version"};
    if (command != nullptr) {
        for (const Option& option : command->options)
            names.emplace_back(option.name);
    }
    for (const Option& option : globals)
        names.emplace_back(option.name);
    // What is only begun is completed where there is one way to.
    std::vector<std::string> longer;
    for (const std::string& name : names) {
        if (word.size() > 2 && name.starts_with(word)) longer.push_back(name);
    }
    if (longer.size() > 1) return std::nullopt;
    return longer.empty() ? base::nearest(word, names) : longer.front();
}

} // namespace cli
