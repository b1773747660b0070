// What the program can write of itself: the man page, shell completions, the list of events. All of it comes
// from the tables the program works with, so a page cannot say what the program does not do.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace cli {

/// The commands help shows, in its order.
std::vector<Command> shown_commands();

/// orloj(1) in roff (man macros).
std::string man_page();

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

} // namespace cli
