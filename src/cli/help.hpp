// Pages of help, made from the table of commands. Invariant: no line is longer than a terminal of 80 columns
// shows, and the page of a command has at most 25 lines; what did not fit stands in the long one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace cli {

/// `orloj CMD --help`.
std::string help_of(const CommandRow& row);
/// `orloj help CMD`: all there is to say.
std::string long_help_of(const CommandRow& row);
/// `orloj create --help`: the commands whose first word it is; "" when there are none.
std::string help_of_group(std::string_view words);
/// `orloj help options`: what every command takes.
std::string help_of_options();
/// `orloj --help`: all commands by groups.
std::string help();
/// `orloj`: the way in.
std::string overview();

/// "-f, --file PATH"; without a letter, four spaces stand for it.
std::string option_text(const Option& option);
/// "orloj get RESOURCE... [options]"
std::string usage_of(const Command& command);
/// The paragraphs of a row's text; lines that are shown as they are stand alone.
std::vector<std::string> paragraphs_of(std::string_view doc);
/// A row's examples, without what they are indented by.
std::vector<std::string> examples_of(const Command& command);
/// "table, json, or name."; "" when there is nothing to choose.
std::string output_words(const CommandRow& row);

} // namespace cli
