// The lowest rows of a terminal, drawn anew in place below text that stays. Pure: it makes bytes, and the
// terminal is the caller's. Invariant: every byte of text is made once and in order; what stands above the
// rows is exactly the text, however often they were drawn and whatever their number was.
//
// Why: the cursor rests where the text goes on, above the rows and not below them. Whatever a terminal does
// to its lines when its size changes, it does not lose the cursor's place in the text, so all that is old is
// what stands behind it: nothing has to be reckoned, and terminals that wrap lines anew are as good as those
// that cut them. The place is also saved (DECSC), so that a key that is typed meanwhile does not move it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/tty.hpp"

namespace terminal {

class Screen {
  public:
    /// Text that stays, behind what came before. Requires: control characters in it are newlines and tabs
    /// only. It is written with the next frame() or leave().
    void write(std::string_view text);
    /// The same for whole lines that are no part of what came before: its line is ended first.
    void write_lines(std::string_view text);

    /// The bytes that write the text that came since and show `rows` below it; "" when nothing has changed.
    /// A character that fills the last column may be kept back until another one follows it. Requires: no
    /// row is as wide as the terminal. Rows that do not fit its height are left out.
    std::string frame(std::vector<std::string> rows, base::TerminalSize size);
    /// The bytes that leave the text alone, and all of it.
    std::string leave(base::TerminalSize size);
    /// Somebody else has written: the cursor stands at the begin of a line, with nothing of ours below.
    void moved_away();

    /// Text waits to be written, beyond what is only kept back.
    [[nodiscard]] bool has_text() const noexcept { return fresh_; }
    /// The text ends in a line that has no end yet.
    [[nodiscard]] bool in_line() const noexcept {
        return pending_.empty() ? !line_.empty() : pending_.back() != '\n';
    }
    /// The place of the cursor is saved, and what stands behind it may be wiped away.
    [[nodiscard]] bool placed() const noexcept { return placed_; }

    /// What takes the rows away as long as the size is the same: for a handler of signals, which can call
    /// nothing.
    static constexpr std::string_view wiped = "\x1b"
                                              "8\x1b[J";

  private:
    void advance(std::string_view character);
    void measure(base::TerminalSize size);
    enum class Rest { keep_last, all };
    std::string take_text(Rest rest);
    std::string make(std::vector<std::string> rows, base::TerminalSize size, Rest rest);
    [[nodiscard]] std::string back_to_text(base::TerminalSize size) const;
    [[nodiscard]] std::string draw(const std::vector<std::string>& rows) const;

    std::string pending_; ///< text that was not written yet
    bool fresh_ = false;
    std::string line_;       ///< what was written of the line that the text ends in
    std::size_t column_ = 0; ///< where it ends; the number of columns when it fills the last one
    base::TerminalSize size_;
    std::vector<std::string> rows_; ///< that stand below the text
    bool placed_ = false;
};

} // namespace terminal
