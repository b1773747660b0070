// Text for a terminal of 80 columns. Words are never cut, so a very long one stands out.
#pragma once

#include <string>
#include <string_view>

namespace terminal {

/// `text` in lines that begin at column `indent` and end before the 80th; with a newline at the end.
std::string wrap(std::string_view text, std::size_t indent);

/// `left`, and beside it `text` wrapped at column `width`; below it when `left` is too long.
std::string two_columns(const std::string& left, std::string_view text, std::size_t width);

} // namespace terminal
