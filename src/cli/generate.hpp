// What the program can write of itself: man pages, shell completions, lists. All of it comes from the tables
// the program works with, so a page cannot say what the program does not do.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace cli {

/// orloj(1) in roff (man macros), as the other pages.
std::string man_page();
/// "orloj-create-secret.1"
std::string man_page_name(const CommandRow& row);
std::string man_page_of(const CommandRow& row);
/// orloj-resources(5)
std::string resources_page();
/// orloj-exit-codes(7)
std::string exit_codes_page();

} // namespace cli
