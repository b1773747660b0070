#include "emulator.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.hpp"

Emulator::Emulator(std::size_t columns, std::size_t lines, Narrowing narrowing)
    : columns_(columns), lines_(lines), narrowing_(narrowing) {
    rows_.assign(lines, empty_row());
}

void Emulator::feed(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const char c = bytes[i];
        if (c == '\x1b') {
            i += control(bytes.substr(i));
        } else if (c == '\r') {
            column_ = 0;
            wraps_ = false;
            ++i;
        } else if (c == '\n') {
            column_ = 0;
            line_feed();
            ++i;
        } else if (c == '\t') {
            column_ = std::min((column_ / 8 + 1) * 8, columns_ - 1);
            ++i;
        } else {
            REQUIRE(static_cast<unsigned char>(c) >= 0x20);
            std::size_t size = 1;
            while (i + size < bytes.size() && (static_cast<unsigned char>(bytes[i + size]) & 0xc0U) == 0x80)
                ++size;
            print(std::string(bytes.substr(i, size)));
            i += size;
        }
    }
}

void Emulator::print(const std::string& character) {
    const std::size_t width = base::display_width(character);
    if (width == 0) {
        const std::size_t at = wraps_ ? column_ : column_ - (column_ > 0 ? 1 : 0);
        const std::size_t base = rows_[row_].cells[at].text.empty() && at > 0 ? at - 1 : at;
        rows_[row_].cells[base].text += character;
        return;
    }
    if (wraps_ || column_ + width > columns_) {
        for (std::size_t i = column_; !wraps_ && i < columns_; ++i)
            rows_[row_].cells[i] = {" ", true};
        rows_[row_].wrapped = true;
        column_ = 0;
        const std::size_t from = row_;
        line_feed();
        rows_[row_ == from ? row_ - 1 : from].wrapped = true;
    }
    rows_[row_].cells[column_] = {character, false};
    if (width == 2) rows_[row_].cells[column_ + 1] = {"", false};
    if (column_ + width == columns_) {
        wraps_ = true;
        column_ = columns_ - 1;
    } else {
        column_ += width;
    }
}

void Emulator::line_feed() {
    wraps_ = false;
    if (++row_ == rows_.size()) rows_.push_back(empty_row());
}

void Emulator::clear_from(std::size_t row, std::size_t column) {
    for (std::size_t i = column; i < columns_; ++i)
        rows_[row].cells[i] = {};
    rows_[row].wrapped = false;
}

std::size_t Emulator::control(std::string_view rest) {
    REQUIRE(rest.size() >= 2);
    const std::size_t top = rows_.size() - lines_;
    switch (rest[1]) {
    case '7':
        REQUIRE(!wraps_);
        saved_row_ = row_ - top;
        saved_column_ = column_;
        return 2;
    case '8':
        row_ = top + std::min(saved_row_, lines_ - 1);
        column_ = std::min(saved_column_, columns_ - 1);
        wraps_ = false;
        return 2;
    case 'D':
        REQUIRE(!wraps_);
        line_feed();
        return 2;
    case '[':
        break;
    default:
        FAIL("unknown sequence");
    }
    const std::size_t end = rest.find_first_of("AJKm", 2);
    REQUIRE(end != std::string_view::npos);
    const std::string_view number = rest.substr(2, end - 2);
    switch (rest[end]) {
    case 'A':
        row_ -= std::min(row_ - top, static_cast<std::size_t>(base::to_integer(number).value()));
        wraps_ = false;
        break;
    case 'J':
        REQUIRE(number.empty());
        clear_from(row_, column_);
        for (std::size_t i = row_ + 1; i < rows_.size(); ++i)
            rows_[i] = empty_row();
        break;
    case 'K':
        REQUIRE(number.empty());
        clear_from(row_, column_);
        break;
    default:
        break; // colour
    }
    return end + 1;
}

void Emulator::resize(std::size_t columns, std::size_t lines) {
    if (columns != columns_ && narrowing_ == Narrowing::wraps_anew) reflow(columns);
    columns_ = columns;
    for (Row& row : rows_)
        row.cells.resize(columns);
    column_ = std::min(column_, columns - 1);
    // Lower ones go first, as far as the cursor; only then do upper ones scroll away.
    std::size_t top = rows_.size() - std::min(lines_, rows_.size());
    lines_ = lines;
    if (row_ >= top + lines) top = row_ + 1 - lines;
    rows_.resize(top + lines, empty_row());
}

void Emulator::reflow(std::size_t columns) {
    std::vector<Row> out;
    std::size_t new_row = 0;
    std::size_t new_column = 0;
    for (std::size_t first = 0; first < rows_.size();) {
        std::vector<Cell> line;
        std::size_t cursor = std::string::npos;
        std::size_t last = first;
        for (;; ++last) {
            if (last == row_) cursor = line.size() + column_;
            for (const Cell& cell : rows_[last].cells)
                if (!cell.filler) line.push_back(cell);
            if (!rows_[last].wrapped || last + 1 == rows_.size()) break;
        }
        while (!line.empty() && line.back().text == " " &&
               (cursor == std::string::npos || line.size() > cursor))
            line.pop_back();
        out.push_back({{}, false});
        for (std::size_t i = 0; i < line.size(); ++i) {
            const bool wide = i + 1 < line.size() && line[i + 1].text.empty();
            if (out.back().cells.size() + (wide ? 2 : 1) > columns) {
                while (out.back().cells.size() < columns)
                    out.back().cells.push_back({" ", true});
                out.back().wrapped = true;
                out.push_back({{}, false});
            }
            if (i == cursor) new_row = out.size() - 1, new_column = out.back().cells.size();
            out.back().cells.push_back(line[i]);
        }
        if (cursor != std::string::npos && cursor >= line.size()) {
            new_row = out.size() - 1;
            new_column = out.back().cells.size();
            if (new_column >= columns) { // a step to the next line that has waited is made
                out.back().wrapped = true;
                out.push_back({{}, false});
                ++new_row;
                new_column = 0;
            }
        }
        first = last + 1;
    }
    while (out.size() > lines_ && out.size() - 1 > new_row &&
           std::all_of(out.back().cells.begin(), out.back().cells.end(),
                       [](const Cell& c) { return c.text == " "; }))
        out.pop_back();
    for (Row& row : out)
        row.cells.resize(columns);
    rows_ = std::move(out);
    columns_ = columns;
    if (rows_.size() < lines_) rows_.resize(lines_, empty_row());
    row_ = new_row;
    column_ = new_column;
    wraps_ = false;
}

std::string Emulator::text_of(const Row& row, std::size_t from, std::size_t to) {
    std::string out;
    for (std::size_t i = from; i < to; ++i)
        if (!row.cells[i].filler) out += row.cells[i].text;
    return out;
}

namespace {

std::string without_end(std::string text) {
    while (text.ends_with(' '))
        text.pop_back();
    return text;
}

} // namespace

std::string Emulator::before_cursor() const {
    std::string out;
    for (std::size_t i = 0; i < row_; ++i) {
        const std::string text = text_of(rows_[i], 0, columns_);
        out += rows_[i].wrapped ? text : without_end(text) + "\n";
    }
    return out + text_of(rows_[row_], 0, wraps_ ? columns_ : column_);
}

std::vector<std::string> Emulator::from_cursor() const {
    std::vector<std::string> out{without_end(text_of(rows_[row_], wraps_ ? columns_ : column_, columns_))};
    for (std::size_t i = row_ + 1; i < rows_.size(); ++i)
        out.push_back(without_end(text_of(rows_[i], 0, columns_)));
    while (out.size() > 1 && out.back().empty())
        out.pop_back();
    return out;
}

std::vector<std::string> Emulator::screen() const {
    std::vector<std::string> out;
    for (std::size_t i = rows_.size() - lines_; i < rows_.size(); ++i)
        out.push_back(without_end(text_of(rows_[i], 0, columns_)));
    return out;
}
