// Small words about text. Everything is bytes; UTF-8 is checked where text enters the program.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace base {

std::string format_arguments(fmt::string_view pattern, fmt::format_args arguments);

/// fmt's format, compiled once (text.cpp) instead of in every file.
template <typename... T>
std::string format(fmt::format_string<T...> pattern, T&&... arguments) {
    return format_arguments(pattern, fmt::make_format_args(arguments...));
}

/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text) noexcept;
/// ASCII lower and upper case; other bytes are kept.
std::string lower(std::string_view text);
std::string upper(std::string_view text);
/// Equal when ASCII case is ignored.
bool same_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept;
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
/// "a, b, or c"; "a or b"; "a".
std::string either(const std::vector<std::string_view>& words);
/// "1 file", "2 files".
std::string counted(std::size_t n, std::string_view noun);

/// The whole text as a decimal integer; nullopt on anything else, also on overflow.
std::optional<long long> to_integer(std::string_view text) noexcept;
/// The whole text as a finite decimal number.
std::optional<double> to_number(std::string_view text) noexcept;

/// Offset of the first byte that is not part of valid UTF-8, or npos.
std::size_t invalid_utf8(std::string_view text) noexcept;
/// The longest prefix of at most `bytes` that does not end inside a character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes) noexcept;
/// The text cut to `columns` characters, the last three of which are dots when something was cut.
std::string ellipsis(std::string_view text, std::size_t columns);
/// Columns a terminal uses (East Asian wide and emoji count two, combining marks none).
std::size_t display_width(std::string_view text) noexcept;

enum class Lines { keep, escape };
/// Safe to write to a terminal: control characters (C0 but tab, DEL, C1), bidirectional overrides, what is
/// not seen at all (zero width space, word joiner, byte order mark, tags; not the joiners that scripts and
/// emoji need) and invalid bytes appear as escapes like \x1b or \u202e. Newlines stay only with Lines::keep.
std::string visible(std::string_view text, Lines lines = Lines::escape);

/// The candidate with the smallest edit distance to `word`, if one is close enough to be meant.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace base
