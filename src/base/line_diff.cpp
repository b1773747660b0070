#include "base/line_diff.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace base {

namespace {

using Sequence = std::vector<std::string_view>;
constexpr int most_edits = 1000;
constexpr std::size_t context = 3;

Sequence lines_of(std::string_view text) {
    if (text.empty()) return {};
    Sequence out = base::split(text, '\n');
    if (out.back().empty()) out.pop_back(); // the end of the last line
    return out;
}

/// The furthest x on each diagonal, one row for each number of edits; empty when there are too many.
std::vector<std::vector<int>> furthest_paths(const Sequence& a, const Sequence& b) {
    const int n = static_cast<int>(a.size());
    const int m = static_cast<int>(b.size());
    std::vector<std::vector<int>> rows;
    for (int d = 0; d <= std::min(n + m, most_edits); ++d) {
        std::vector<int> row(static_cast<std::size_t>(2 * d) + 1);
        for (int k = -d; k <= d; k += 2) {
            // The row before holds the diagonals -(d-1) ... d-1.
            const auto before = [&](int diagonal) {
                return rows.back()[static_cast<std::size_t>(diagonal + d - 1)];
            };
            int x = 0;
            if (d > 0) {
                const bool down = k == -d || (k != d && before(k - 1) < before(k + 1));
                x = down ? before(k + 1) : before(k - 1) + 1;
            }
            while (x < n && x - k < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
                ++x;
            const int column = k + d; // never negative
            row[static_cast<std::size_t>(column)] = x;
            if (x >= n && x - k >= m) {
                rows.push_back(std::move(row));
                return rows;
            }
        }
        rows.push_back(std::move(row));
    }
    return {};
}

/// The edits, last one first.
std::vector<LineEdit> backwards(const Sequence& a, const Sequence& b,
                                const std::vector<std::vector<int>>& rows) {
    std::vector<LineEdit> out;
    int x = static_cast<int>(a.size());
    int y = static_cast<int>(b.size());
    const auto same = [&] {
        out.push_back({' ', a[static_cast<std::size_t>(--x)]});
        --y;
    };
    for (int d = static_cast<int>(rows.size()) - 1; d > 0; --d) {
        const std::vector<int>& row = rows[static_cast<std::size_t>(d) - 1];
        const auto before = [&](int diagonal) { return row[static_cast<std::size_t>(diagonal + d - 1)]; };
        const int k = x - y;
        const bool down = k == -d || (k != d && before(k - 1) < before(k + 1));
        const int x0 = before(down ? k + 1 : k - 1);
        const int y0 = x0 - (down ? k + 1 : k - 1);
        while (x > x0 && y > y0)
            same();
        if (down)
            out.push_back({'+', b[static_cast<std::size_t>(--y)]});
        else
            out.push_back({'-', a[static_cast<std::size_t>(--x)]});
    }
    while (x > 0)
        same();
    return out;
}

/// "4,2", or "4" for one line; an empty side names the line before it.
std::string range(std::size_t first, std::size_t count) {
    if (count == 1) return std::to_string(first + 1);
    return format("{},{}", count == 0 ? first : first + 1, count);
}

} // namespace

std::vector<LineEdit> line_edits(std::string_view old_text, std::string_view new_text) {
    const Sequence a = lines_of(old_text);
    const Sequence b = lines_of(new_text);
    const auto rows = furthest_paths(a, b);
    std::vector<LineEdit> out;
    if (!rows.empty()) {
        out = backwards(a, b, rows);
        std::reverse(out.begin(), out.end());
        return out;
    }
    for (const std::string_view line : a)
        out.push_back({'-', line});
    for (const std::string_view line : b)
        out.push_back({'+', line});
    return out;
}

std::string unified_diff(std::string_view old_name, std::string_view new_name, std::string_view old_text,
                         std::string_view new_text) {
    if (old_text == new_text) return {};
    const std::vector<LineEdit> edits = line_edits(old_text, new_text);
    std::string out = format("--- {}\n+++ {}\n", old_name, new_name);
    std::size_t at[2] = {0, 0}; // lines of either side before edits[i]
    std::size_t i = 0;
    const auto advance = [&at](const LineEdit& edit) {
        if (edit.mark != '+') ++at[0];
        if (edit.mark != '-') ++at[1];
    };
    while (i < edits.size()) {
        std::size_t change = i;
        while (change < edits.size() && edits[change].mark == ' ')
            ++change;
        if (change == edits.size()) break;
        const std::size_t begin = change - std::min(change - i, context);
        for (; i < begin; ++i)
            advance(edits[i]);
        // The hunk ends where more equal lines follow than two contexts.
        std::size_t end = change;
        for (std::size_t equal = 0; end < edits.size() && equal <= 2 * context; ++end)
            equal = edits[end].mark == ' ' ? equal + 1 : 0;
        while (end > change && edits[end - 1].mark == ' ')
            --end;
        end = std::min(edits.size(), end + context);
        const std::size_t from[2] = {at[0], at[1]};
        std::string body;
        for (; i < end; ++i) {
            advance(edits[i]);
            body += format("{}{}\n", edits[i].mark, edits[i].line);
        }
        out += format("@@ -{} +{} @@\n{}", range(from[0], at[0] - from[0]), range(from[1], at[1] - from[1]),
                      body);
    }
    return out;
}

} // namespace base
