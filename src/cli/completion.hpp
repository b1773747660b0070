// What can follow on a command line, as the three shells' completions need it. A placeholder that help shows
// ("PATH", "TASK") says what stands there; the table is in completion.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace cli {

enum class Words { none, files, kinds, tasks };

/// What stands for the placeholder of an option or a positional.
Words words_for(std::string_view placeholder);
Words first_words(const Command& command);

/// All kinds, plural and singular, separated by spaces.
std::string kind_words();
/// The shell asks for the names of tasks, since they change. Names come from manifests: a shell must not
/// evaluate what this prints.
constexpr std::string_view tasks_command = "orloj get tasks -o name 2>/dev/null";

/// "--file" and, when there is one, "-f".
std::vector<std::string> spellings(const Option& option);
std::vector<std::string> all_spellings(std::span<const Option> options);

/// The commands of two words that share the first: {"create", [create secret]}.
struct Group {
    std::string first;
    std::vector<const Command*> members;
};
std::vector<Group> groups(const std::vector<Command>& commands);
bool has_two_words(const Command& command);
std::string first_word(const Command& command);
std::string second_word(const Command& command);
/// Each once, in the order of the commands.
std::vector<std::string> first_command_words(const std::vector<Command>& commands);

/// In single quotes, as every shell reads it.
std::string quoted(const std::string& text);

} // namespace cli
