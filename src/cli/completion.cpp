#include "cli/completion.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "resource/resource.hpp"

namespace cli {

namespace {

struct Placeholder {
    std::string_view name;
    Words words;
};

constexpr std::array<Placeholder, 6> placeholders{{
    {"PATH", Words::files},
    {"RESOURCE", Words::kinds},
    {"KIND", Words::kinds},
    {"TASK", Words::tasks},
    {"TARGET", Words::tasks},
    {"ENDPOINT", Words::endpoints},
}};

} // namespace

Words words_for(std::string_view placeholder) {
    for (const Placeholder& row : placeholders) {
        if (row.name == placeholder) return row.words;
    }
    return Words::none;
}

std::string_view named_kind(Words words) {
    switch (words) {
    case Words::tasks:
        return "tasks";
    case Words::endpoints:
        return "model-endpoints";
    case Words::none:
    case Words::files:
    case Words::kinds:
        return "";
    }
    return "";
}

std::string names_command(std::string_view kind) {
    return base::format("orloj get {} -o name 2>/dev/null", kind);
}

std::string kind_words() {
    std::vector<std::string> out;
    for (const resource::Kind& kind : resource::kinds()) {
        out.emplace_back(kind.plural);
        out.emplace_back(kind.singular);
    }
    return base::join(out, " ");
}

Words first_words(const Command& command) {
    return command.positionals.empty() ? Words::none : words_for(command.positionals.front().name);
}

std::vector<std::string> spellings(const Option& option) {
    std::vector<std::string> out{std::string(option.name)};
    if (option.letter != 0) out.push_back(base::format("-{}", option.letter));
    return out;
}

std::vector<std::string> all_spellings(std::span<const Option> options) {
    std::vector<std::string> out;
    for (const Option& option : options) {
        for (std::string& word : spellings(option))
            out.push_back(std::move(word));
    }
    return out;
}

bool has_two_words(const Command& command) {
    return command.name.find(' ') != std::string_view::npos;
}

std::string first_word(const Command& command) {
    return std::string(command.name.substr(0, command.name.find(' ')));
}

std::string second_word(const Command& command) {
    return std::string(command.name.substr(command.name.find(' ') + 1));
}

std::vector<Group> groups(const std::vector<Command>& commands) {
    std::vector<Group> out;
    for (const Command& command : commands) {
        if (!has_two_words(command)) continue;
        auto group = std::find_if(out.begin(), out.end(),
                                  [&](const Group& g) { return g.first == first_word(command); });
        if (group == out.end()) group = out.insert(out.end(), {first_word(command), {}});
        group->members.push_back(&command);
    }
    return out;
}

const Command* alone(const Group& group, const std::vector<Command>& commands) {
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command& command) { return command.name == group.first; });
    return found == commands.end() ? nullptr : &*found;
}

std::vector<std::string> first_command_words(const std::vector<Command>& commands) {
    std::vector<std::string> out;
    for (const Command& command : commands) {
        if (std::find(out.begin(), out.end(), first_word(command)) == out.end())
            out.push_back(first_word(command));
    }
    return out;
}

std::string quoted(const std::string& text) {
    return "'" + base::replace_all(text, "'", "'\\''") + "'";
}

} // namespace cli
