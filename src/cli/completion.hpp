// What can follow on a command line, as the three shells' completions need it. A placeholder that help shows
// ("PATH", "TASK") says what stands there; the table is in completion.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace cli {

enum class Words { none, files, kinds, tasks, endpoints };

/// What stands for the placeholder of an option or a positional.
Words words_for(std::string_view placeholder);
Words first_words(const Command& command);

/// All kinds, plural and singular, separated by spaces.
std::string kind_words();
/// The kind whose names the shell asks for, since they change; "" for words that do not.
std::string_view named_kind(Words words);
/// The command that prints them. Names come from manifests: a shell must not evaluate what it prints.
std::string names_command(std::string_view kind);

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
/// Whether the first word of the group is a command by itself, too: "models" beside "models pull".
const Command* alone(const Group& group, const std::vector<Command>& commands);
std::string first_word(const Command& command);
std::string second_word(const Command& command);
/// Each once, in the order of the commands.
std::vector<std::string> first_command_words(const std::vector<Command>& commands);

/// In single quotes, as every shell reads it.
std::string quoted(const std::string& text);

} // namespace cli
