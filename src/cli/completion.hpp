// The scripts that let a shell ask `orloj __complete`. They know no command and no option, so they need not
// be made anew when orloj gains some. Invariant: nothing that is printed by orloj, least of all a name from
// somebody's manifest, is ever evaluated by the shell.
#pragma once

#include <string>

namespace cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

} // namespace cli
