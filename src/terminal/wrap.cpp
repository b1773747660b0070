#include "terminal/wrap.hpp"

#include "base/text.hpp"

namespace terminal {

namespace {

constexpr std::size_t last_column = 79;

} // namespace

std::string wrap(std::string_view text, std::size_t indent) {
    std::string out(indent, ' ');
    std::size_t column = indent;
    for (const std::string_view word : base::split(text, ' ')) {
        const std::size_t size = base::display_width(word);
        if (column > indent && column + size > last_column) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        }
        if (column > indent) out += ' ';
        out += word;
        column += size + 1;
    }
    return out + "\n";
}

std::string two_columns(const std::string& left, std::string_view text, std::size_t width) {
    if (text.empty()) return left + "\n";
    const std::size_t size = base::display_width(left);
    std::string right = wrap(text, width);
    if (size >= width) return left + "\n" + right;
    return left + right.substr(size);
}

} // namespace terminal
