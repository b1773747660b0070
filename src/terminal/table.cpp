#include "terminal/table.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "terminal/colour.hpp"

namespace terminal {

namespace {

constexpr std::size_t between = 2; // columns of white space between cells

/// Columns that are never left out, and how far they may be shortened before others are left out.
struct Kept {
    std::string_view name;
    std::size_t least;
};
constexpr std::array<Kept, 8> kept{{
    {"NAME", 24},
    {"NAMESPACE", 16},
    {"STATUS", 16},
    {"PHASE", 16},
    {"AGENT", 16},
    {"FROM", 12},
    {"TO", 12},
    {"CONTENT", 24},
}};
constexpr std::size_t least_of_others = 12;
constexpr std::size_t least_of_all = 4; // when only kept columns are left

const Kept* find_kept(std::string_view column) {
    const auto* it =
        std::find_if(kept.begin(), kept.end(), [&](const Kept& one) { return one.name == column; });
    return it == kept.end() ? nullptr : it;
}

bool tells_how_it_stands(std::string_view column) {
    return column == "STATUS" || column == "PHASE" || column == "PROBE";
}

std::string shown_cell(const std::string& cell) {
    return base::replace_all(base::visible(cell), "\t", " ");
}

bool holds_names(std::string_view column) {
    return column == "NAME" || column == "AGENT" || column == "TASK" || column == "SYSTEM" ||
           column == "FROM" || column == "TO";
}

std::string cut_cell(const std::string& cell, std::string_view column, std::size_t width) {
    return holds_names(column) ? cut_name(cell, width) : base::ellipsis(cell, width);
}

} // namespace

std::string cut_name(const std::string& name, std::size_t width) {
    constexpr std::string_view dots = "...";
    constexpr std::size_t least = 9; // else too little is left on either side
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (name.size() <= width || width < least || !plain) return base::ellipsis(name, width);
    const std::size_t tail = (width - dots.size() + 1) / 2;
    return name.substr(0, width - dots.size() - tail).append(dots).append(name, name.size() - tail, tail);
}

bool utf8_locale() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const auto locale = base::environment(name);
        if (!locale) continue;
        const std::string word = base::lower(*locale);
        return word.find("utf-8") != std::string::npos || word.find("utf8") != std::string::npos;
    }
    return true;
}

Sheet sheet_of_stdout() {
    Sheet out;
    out.colour = colour_at(STDOUT_FILENO);
    if (!base::is_terminal(STDOUT_FILENO)) return out;
    const auto wanted = base::to_integer(base::environment("COLUMNS").value_or(""));
    out.columns = wanted && *wanted > 0 ? static_cast<std::size_t>(*wanted)
                                        : static_cast<std::size_t>(base::terminal_columns(STDOUT_FILENO));
    return out;
}

Table::Table(Cells header, Sheet sheet)
    : header_(std::move(header)), sheet_(sheet), shown_(header_.size(), true) {
    for (const std::string& cell : header_)
        widths_.push_back(base::display_width(shown_cell(cell)));
}

void Table::without_header() {
    widths_.assign(header_.size(), 0);
}

void Table::measure(const Cells& row) {
    if (settled_ && sheet_.columns != std::string::npos) return;
    for (std::size_t i = 0; i < row.size(); ++i)
        widths_[i] = std::max(widths_[i], base::display_width(shown_cell(row[i])));
}

std::size_t Table::total() const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
        if (shown_[i]) sum += widths_[i] + (sum == 0 ? 0 : between);
    }
    return sum;
}

/// Takes from the widest column, a step at a time, until all fit or nobody may get narrower.
void Table::shrink(std::size_t least) {
    while (total() > sheet_.columns) {
        std::size_t widest = widths_.size();
        for (std::size_t i = 0; i < widths_.size(); ++i) {
            const Kept* own = find_kept(header_[i]);
            const std::size_t floor = std::min(least, own == nullptr ? least_of_others : own->least);
            if (!shown_[i] || widths_[i] <= floor) continue;
            if (widest == widths_.size() || widths_[i] > widths_[widest]) widest = i;
        }
        if (widest == widths_.size()) return;
        --widths_[widest];
    }
}

void Table::settle() {
    if (settled_) return;
    settled_ = true;
    if (total() <= sheet_.columns) return;
    for (std::size_t& width : widths_)
        width = std::min(width, sheet_.columns);
    const std::vector<std::size_t> wanted = widths_;
    for (std::size_t last = header_.size();; --last) {
        widths_ = wanted;
        shrink(std::string::npos);
        if (total() <= sheet_.columns) return;
        while (last > 0 && find_kept(header_[last - 1]) != nullptr)
            --last;
        if (last == 0) break;
        shown_[last - 1] = false;
    }
    shrink(least_of_all);
}

std::string Table::text(const Cells& row, bool colour) const {
    std::string out;
    std::size_t pending = 0; // spaces that are written only if something follows
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (!shown_[i]) continue;
        std::string cell = shown_cell(row[i]);
        if (sheet_.columns != std::string::npos) cell = cut_cell(cell, header_[i], widths_[i]);
        const std::size_t width = base::display_width(cell);
        if (!cell.empty()) out.append(pending, ' ');
        pending = (cell.empty() ? pending : 0) + (widths_[i] > width ? widths_[i] - width : 0) + between;
        const auto ink = colour && tells_how_it_stands(header_[i]) ? ink_of(row[i]) : std::optional<Ink>{};
        out += ink && !cell.empty() ? paint(cell, *ink) : cell;
    }
    while (!colour && out.ends_with(' '))
        out.pop_back();
    return out + "\n";
}

std::string Table::head() {
    settle();
    return text(header_, false);
}

std::string Table::line(const Cells& row) {
    settle();
    return text(row, sheet_.colour);
}

std::string render_table(const Cells& header, const std::vector<Cells>& rows, Sheet sheet) {
    Table table(header, sheet);
    for (const Cells& row : rows)
        table.measure(row);
    std::string out = table.head();
    for (const Cells& row : rows)
        out += table.line(row);
    return out;
}

} // namespace terminal
