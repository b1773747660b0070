// Columns for people: padded to the widest cell, two spaces apart, no borders. Invariant: on a terminal no
// line is wider than it; elsewhere nothing is cut. What a cell holds is harmless to a terminal.
#pragma once

#include <string>
#include <vector>

namespace terminal {

using Cells = std::vector<std::string>;

/// A name in at most so many columns. Names of runs differ at their ends, so what one loses is its middle.
std::string cut_name(const std::string& name, std::size_t width);
/// Whether the locale's characters are UTF-8: as the first of LC_ALL, LC_CTYPE and LANG that is set says;
/// true when none is.
bool utf8_locale();

/// What a table is written on.
struct Sheet {
    std::size_t columns = std::string::npos; ///< npos: as wide as it has to be
    bool colour = false;                     ///< of words in columns like STATUS
};
/// Standard output: a terminal's width (or that of COLUMNS), and whether it may be coloured.
Sheet sheet_of_stdout();

/// A table line by line. Rows are measured first; the first line decides which columns fit. Columns are
/// shortened and, from the last to the first, left out until they do; what says which thing it is and how it
/// stands (NAME, STATUS, ...) stays.
class Table {
  public:
    Table(Cells header, Sheet sheet);
    /// Makes room for a row. After the first line only where nothing is ever cut.
    void measure(const Cells& row);
    [[nodiscard]] std::string head();
    [[nodiscard]] std::string line(const Cells& row);
    /// As if there were no header.
    void without_header();

  private:
    void settle();
    void shrink(std::size_t least_of_all);
    [[nodiscard]] std::size_t total() const;
    [[nodiscard]] std::string text(const Cells& row, bool colour) const;

    Cells header_;
    Sheet sheet_;
    std::vector<std::size_t> widths_;
    std::vector<bool> shown_;
    bool settled_ = false;
};

/// All of it at once, the header always.
std::string render_table(const Cells& header, const std::vector<Cells>& rows, Sheet sheet = {});

} // namespace terminal
