// A command line in words, the way a POSIX shell splits it, without a shell: white space separates, '...'
// keeps everything, "..." keeps everything but \" \\ \$ \` and an escaped line end, and a backslash keeps the
// next character. Nothing is expanded: no variables, no globs, no ~, no operators.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credential {

/// nullopt when a quote is not closed or a backslash ends the text.
std::optional<std::vector<std::string>> split_arguments(std::string_view text);

} // namespace credential
