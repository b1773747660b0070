// A small terminal: what the bytes of terminal::Screen look like on one. It wraps as the usual ones do (the
// step to the next line waits behind the last column), keeps what scrolls away, and when its width changes it
// wraps its lines anew, or cuts them as older terminals do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

class Emulator {
  public:
    enum class Narrowing { wraps_anew, cuts };
    Emulator(std::size_t columns, std::size_t lines, Narrowing narrowing = Narrowing::wraps_anew);

    /// Fails the test on a sequence it does not know.
    void feed(std::string_view bytes);
    void resize(std::size_t columns, std::size_t lines);

    /// From the first line that ever was to the cursor, lines that were wrapped as one.
    [[nodiscard]] std::string before_cursor() const;
    /// The rest of the cursor's line, and the rows below it without blanks at their ends; no empty ones at
    /// the end.
    [[nodiscard]] std::vector<std::string> from_cursor() const;
    /// What can be seen, row by row.
    [[nodiscard]] std::vector<std::string> screen() const;

  private:
    struct Cell {
        std::string text = " "; ///< "": the right half of a wide character
        bool filler = false;    ///< left empty because a wide character did not fit
    };
    struct Row {
        std::vector<Cell> cells;
        bool wrapped = false; ///< it goes on in the next row
    };

    void print(const std::string& character);
    void line_feed();
    std::size_t control(std::string_view rest);
    void clear_from(std::size_t row, std::size_t column);
    void reflow(std::size_t columns);
    [[nodiscard]] Row empty_row() const { return {std::vector<Cell>(columns_), false}; }
    [[nodiscard]] static std::string text_of(const Row& row, std::size_t from, std::size_t to);

    std::size_t columns_;
    std::size_t lines_;
    Narrowing narrowing_;
    std::vector<Row> rows_; ///< the last `lines_` of them are the screen
    std::size_t row_ = 0;   ///< of the cursor, in rows_
    std::size_t column_ = 0;
    bool wraps_ = false;        ///< the next character goes to the next line
    std::size_t saved_row_ = 0; ///< of the screen
    std::size_t saved_column_ = 0;
};
