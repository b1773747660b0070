// fmt's code is compiled here and nowhere else: every other file sees declarations only (fmt/core.h).
#define FMT_HEADER_ONLY 1
#include <fmt/format.h>

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace base {

std::string format_arguments(fmt::string_view pattern, fmt::format_args arguments) {
    return fmt::vformat(pattern, arguments);
}

namespace {

char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
char ascii_upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}
bool space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct Decoded {
    char32_t code = 0;
    std::size_t size = 0; ///< bytes used; 0 when they are not valid UTF-8
};

Decoded decode(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    std::size_t size = 0;
    char32_t code = 0;
    char32_t smallest = 0;
    if ((first & 0xE0U) == 0xC0U)
        size = 2, code = first & 0x1FU, smallest = 0x80;
    else if ((first & 0xF0U) == 0xE0U)
        size = 3, code = first & 0x0FU, smallest = 0x800;
    else if ((first & 0xF8U) == 0xF0U)
        size = 4, code = first & 0x07U, smallest = 0x10000;
    if (size == 0 || text.size() < size) return {};
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
    return {code, size};
}

bool between(char32_t c, char32_t low, char32_t high) noexcept {
    return c >= low && c <= high;
}

/// Characters that move the cursor, hide text or reorder it.
bool dangerous(char32_t c) noexcept {
    return (c < 0x20 && c != '\t') || between(c, 0x7F, 0x9F) || between(c, 0x2028, 0x202E) ||
           between(c, 0x2060, 0x206F) || c == 0x200B || c == 0x200E || c == 0x200F || c == 0x061C ||
           c == 0x180E || c == 0xFEFF || between(c, 0xFFF9, 0xFFFB) || between(c, 0xE0000, 0xE007F);
}

std::size_t columns_of(char32_t c) noexcept {
    if (between(c, 0x0300, 0x036F) || between(c, 0x200B, 0x200D) || between(c, 0xFE00, 0xFE0F)) return 0;
    const bool wide =
        between(c, 0x1100, 0x115F) || between(c, 0x2E80, 0x303E) || between(c, 0x3041, 0x33FF) ||
        between(c, 0x3400, 0x4DBF) || between(c, 0x4E00, 0x9FFF) || between(c, 0xA000, 0xA4CF) ||
        between(c, 0xAC00, 0xD7A3) || between(c, 0xF900, 0xFAFF) || between(c, 0xFE30, 0xFE6F) ||
        between(c, 0xFF00, 0xFF60) || between(c, 0xFFE0, 0xFFE6) || between(c, 0x1F300, 0x1F64F) ||
        between(c, 0x1F680, 0x1F6FF) || between(c, 0x1F900, 0x1F9FF) || between(c, 0x1FA70, 0x1FAFF) ||
        between(c, 0x20000, 0x3FFFD);
    return wide ? 2 : 1;
}

/// Most text: printable ASCII, which is one column a byte and never dangerous.
bool plain_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
    return out;
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), ascii_upper);
    return out;
}

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return ascii_lower(x) == ascii_lower(y);
           });
}

bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char x, char y) { return ascii_lower(x) == ascii_lower(y); }) != text.end() ||
           part.empty();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    for (;;) {
        const std::size_t end = text.find(separator);
        out.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const std::string& part : parts) {
        if (&part != parts.data()) out += separator;
        out += part;
    }
    return out;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
    std::string out;
    if (from.empty()) return std::string(text);
    for (;;) {
        const std::size_t at = text.find(from);
        out += text.substr(0, at);
        if (at == std::string_view::npos) return out;
        out += to;
        text.remove_prefix(at + from.size());
    }
}

std::string either(const std::vector<std::string_view>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += words.size() == 2 ? " or " : i + 1 == words.size() ? ", or " : ", ";
        out += words[i];
    }
    return out;
}

std::string counted(std::size_t n, std::string_view noun) {
    return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

std::optional<long long> to_integer(std::string_view text) noexcept {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> to_number(std::string_view text) noexcept {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!std::isfinite(value)) return std::nullopt;
    return value;
}

std::size_t invalid_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t size = decode(text.substr(i)).size;
        if (size == 0) return i;
        i += size;
    }
    return std::string_view::npos;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) noexcept {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U)
        --bytes;
    return text.substr(0, bytes);
}

std::string ellipsis(std::string_view text, std::size_t columns) {
    const std::size_t dots = std::min<std::size_t>(columns, 3);
    std::size_t used = 0;
    std::size_t cut = 0; // where the text ends if dots follow
    for (std::size_t i = 0; i < text.size();) {
        const Decoded d = decode(text.substr(i));
        const std::size_t width = d.size == 0 ? 1 : columns_of(d.code);
        if (used + width + dots <= columns) cut = i + std::max<std::size_t>(d.size, 1);
        used += width;
        if (used > columns) return std::string(text.substr(0, cut)) + std::string(dots, '.');
        i += std::max<std::size_t>(d.size, 1);
    }
    return std::string(text);
}

std::size_t display_width(std::string_view text) noexcept {
    if (plain_ascii(text)) return text.size();
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size();) {
        const Decoded d = decode(text.substr(i));
        width += d.size == 0 ? 1 : columns_of(d.code);
        i += std::max<std::size_t>(d.size, 1);
    }
    return width;
}

std::string visible(std::string_view text, Lines lines) {
    if (plain_ascii(text)) return std::string(text);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const Decoded d = decode(text.substr(i));
        if (d.size == 0) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
            i += 1;
            continue;
        }
        const bool newline = d.code == '\n';
        if (newline && lines == Lines::keep)
            out += '\n';
        else if (newline)
            out += "\\n";
        else if (d.code == '\r' && lines == Lines::keep && text.substr(i + 1, 1) == "\n") {
        } // CRLF
        else if (!dangerous(d.code))
            out += text.substr(i, d.size);
        else if (d.code < 0x100)
            out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(d.code));
        else
            out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(d.code));
        i += d.size;
    }
    return out;
}

namespace {

/// How many letters must be put in, taken out, changed or swapped with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> above;
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({change, above[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row.back();
}

} // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string wanted = lower(word);
    std::optional<std::string> best;
    if (wanted.empty()) return best;
    std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        const std::string other = lower(candidate);
        if (other.size() > wanted.size() + best_distance || wanted.size() > other.size() + best_distance)
            continue;
        if (const std::size_t distance = edit_distance(wanted, other); distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace base
