// Texts with their wrong places marked: a '^' stands before each and is taken out before the text is read, so
// that a row shows where a complaint belongs instead of counting lines and columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"

namespace tests {

struct Marked {
    std::string text;
    std::vector<base::Mark> marks;
};

inline Marked marked(std::string_view source) {
    Marked out;
    base::Mark here{1, 1};
    for (const char c : source) {
        if (c == '^') {
            out.marks.push_back(here);
            continue;
        }
        out.text += c;
        if (c == '\n')
            here = {here.line + 1, 1};
        else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U)
            ++here.column;
    }
    return out;
}

inline std::string placed(base::Mark mark, std::string_view words) {
    return std::to_string(mark.line) + ":" + std::to_string(mark.column) + " " + std::string(words) + "\n";
}

/// "3:5 error: message | hint", a line each, sorted by place.
inline std::string complaints(base::Diagnostics diagnostics) {
    diagnostics.sort();
    std::string out;
    for (const base::Diagnostic& d : diagnostics.all()) {
        std::string words = d.severity == base::Severity::error ? "error: " : "warning: ";
        words += d.message;
        if (!d.hint.empty()) words += " | " + d.hint;
        out += placed(d.where.mark, words);
    }
    return out;
}

/// The same for the n-th of `words` at the n-th mark; the last mark serves for all that follow.
inline std::string expected(const Marked& source, const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t mark = i < source.marks.size() ? i : source.marks.size() - 1;
        out += placed(source.marks.empty() ? base::Mark{} : source.marks[mark], words[i]);
    }
    return out;
}

} // namespace tests
