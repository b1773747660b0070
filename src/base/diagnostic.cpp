#include "base/diagnostic.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace base {

namespace {

constexpr std::size_t max_excerpt = 100; // columns shown of a quoted line

std::string_view line_of(std::string_view text, int line) {
    std::size_t start = 0;
    for (int n = 1; n < line; ++n) {
        start = text.find('\n', start);
        if (start == std::string_view::npos) return {};
        ++start;
    }
    std::string_view rest = text.substr(start);
    rest = rest.substr(0, rest.find('\n'));
    if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
    return rest;
}

/// The offset of a column, which counts characters from 1; at most the line's end.
std::size_t byte_of(std::string_view line, int column) {
    std::size_t at = 0;
    for (int n = 1; n < column && at < line.size(); ++n) {
        ++at;
        while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U)
            ++at;
    }
    return at;
}

/// The part of a long line around `column` (a byte offset), cut at character boundaries.
std::pair<std::string_view, std::size_t> window(std::string_view line, std::size_t column) {
    if (line.size() <= max_excerpt) return {line, column};
    std::size_t from = column > max_excerpt / 2 ? column - max_excerpt / 2 : 0;
    while (from > 0 && (static_cast<unsigned char>(line[from]) & 0xC0U) == 0x80U)
        --from;
    return {utf8_prefix(line.substr(from), max_excerpt), column - from};
}

} // namespace

void Diagnostics::error(Location where, std::string message, std::string hint) {
    all_.push_back({Severity::error, std::move(where), std::move(message), std::move(hint), {}});
    ++errors_;
}

void Diagnostics::warning(Location where, std::string message, std::string hint) {
    all_.push_back({Severity::warning, std::move(where), std::move(message), std::move(hint), {}});
}

void Diagnostics::quote(std::string_view file, std::string_view text) {
    for (Diagnostic& d : all_) {
        if (d.where.file == file && d.where.mark.line > 0 && d.excerpt.empty()) {
            d.excerpt = std::string(line_of(text, d.where.mark.line).substr(0, 4096));
        }
    }
}

void Diagnostics::sort() {
    std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.where.file, a.where.mark.line, a.where.mark.column) <
               std::tie(b.where.file, b.where.mark.line, b.where.mark.column);
    });
}

std::string render(const Diagnostic& d) {
    std::string out = render(d.where);
    if (!out.empty()) out += ": ";
    out += d.severity == Severity::error ? "error: " : "warning: ";
    out += visible(d.message) + "\n";
    if (!d.excerpt.empty()) {
        auto [line, caret] = window(d.excerpt, byte_of(d.excerpt, d.where.mark.column));
        const std::string number = std::to_string(d.where.mark.line);
        out += "  " + number + " | " + visible(line) + "\n";
        out += std::string(number.size() + 2, ' ') + " | " +
               std::string(display_width(visible(line.substr(0, caret))), ' ') + "^\n";
    }
    if (!d.hint.empty()) out += "  hint: " + visible(d.hint) + "\n";
    return out;
}

} // namespace base
