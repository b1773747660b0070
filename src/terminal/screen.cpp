#include "terminal/screen.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace terminal {

namespace {

constexpr std::string_view save = "\x1b"
                                  "7";
constexpr std::string_view restore = "\x1b"
                                     "8";
constexpr std::string_view clear_below = "\x1b[J";
constexpr std::string_view clear_right = "\x1b[K";
constexpr std::string_view down = "\x1b"
                                  "D"; // in the same column, and at the bottom everything moves up
constexpr std::size_t tab = 8;

/// Bytes of the character that begins here. Requires valid UTF-8.
std::size_t size_of(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

std::size_t width_of(std::string_view character) {
    return character.size() == 1 ? 1 : base::display_width(character);
}

} // namespace

void Screen::write(std::string_view text) {
    if (text.empty()) return;
    pending_ += text;
    fresh_ = true;
}

void Screen::write_lines(std::string_view text) {
    if (in_line()) write("\n");
    write(text);
}

/// Where the text ends behind one more character.
void Screen::advance(std::string_view character) {
    if (character == "\n") {
        column_ = 0;
        return;
    }
    if (character == "\t") {
        column_ = std::min((column_ / tab + 1) * tab, size_.columns - 1);
        return;
    }
    const std::size_t width = width_of(character);
    column_ = column_ + width > size_.columns ? width : column_ + width;
}

void Screen::measure(base::TerminalSize size) {
    size_ = size;
    column_ = 0;
    for (std::size_t i = 0; i < line_.size();) {
        const std::string_view character = std::string_view(line_).substr(i, size_of(line_[i]));
        advance(character);
        i += character.size();
    }
}

/// Behind a character in the last column a terminal waits with the step to the next line until another one
/// comes, and forgets that when it is sent elsewhere. So that character waits here.
std::string Screen::take_text(Rest rest) {
    std::size_t taken = 0;        // bytes before the last character that has a width
    std::size_t column = column_; // there
    for (std::size_t i = 0; i < pending_.size();) {
        const std::string_view character = std::string_view(pending_).substr(i, size_of(pending_[i]));
        if (character == "\n" || character == "\t" || width_of(character) > 0) {
            taken = i;
            column = column_;
        }
        advance(character);
        i += character.size();
    }
    const bool full = !pending_.empty() && column_ == size_.columns;
    if (full && rest == Rest::keep_last)
        column_ = column;
    else
        taken = pending_.size();
    std::string out = pending_.substr(0, taken);
    pending_.erase(0, taken);
    fresh_ = false;
    if (const std::size_t end = out.rfind('\n'); end != std::string::npos)
        line_ = out.substr(end + 1);
    else
        line_ += out;
    return out;
}

std::string Screen::back_to_text(base::TerminalSize size) const {
    if (!placed_) return {};
    if (size == size_) return std::string(restore);
    return line_.empty() ? "\r" : ""; // what was saved is of another size; the cursor itself is right
}

/// Requires: the cursor stands behind the text.
std::string Screen::draw(const std::vector<std::string>& rows) const {
    const bool beside = line_.empty(); // the first row stands in the cursor's own line
    const std::size_t below = rows.size() - (beside ? 1 : 0);
    std::string out;
    for (std::size_t i = 0; i < below; ++i)
        out += down;
    if (below > 0) out += base::format("\x1b[{}A", below);
    if (beside) out += '\r';
    out += save;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i > 0 || !beside) out += "\r\n";
        out += rows[i];
        if (i + 1 < rows.size()) out += clear_right;
    }
    out += clear_below;
    return out += restore;
}

std::string Screen::make(std::vector<std::string> rows, base::TerminalSize size, Rest rest) {
    const bool resized = size != size_;
    std::string out = back_to_text(size);
    if (resized) measure(size);
    const std::string text = take_text(rest);
    const bool nothing = text.empty() && rows.empty() && !placed_;
    if (nothing || (text.empty() && rows == rows_ && !resized && rest == Rest::keep_last)) return {};
    if (placed_) {
        if (!text.empty() || resized || rows.empty())
            out += clear_below;
        else if (!line_.empty())
            out += clear_right; // "^C" may stand there
    }
    out += text;
    placed_ = rest == Rest::keep_last;
    if (!rows.empty())
        out += draw(rows);
    else if (placed_)
        out += save;
    rows_ = std::move(rows);
    return out;
}

std::string Screen::frame(std::vector<std::string> rows, base::TerminalSize size) {
    if (rows.size() >= size.lines) rows.resize(size.lines - 1); // one is for the text
    return make(std::move(rows), size, Rest::keep_last);
}

std::string Screen::leave(base::TerminalSize size) {
    return make({}, size, Rest::all);
}

void Screen::moved_away() {
    rows_.clear();
    placed_ = false;
    line_.clear();
    column_ = 0;
}

} // namespace terminal
