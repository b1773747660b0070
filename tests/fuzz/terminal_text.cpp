// Whatever a model or a person wrote, on a terminal: no byte of it moves the cursor, changes a colour or the
// direction of the text, a table keeps its width, and the live view's text arrives whole.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "terminal/screen.hpp"
#include "terminal/table.hpp"
#include "terminal/wrap.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

/// Written apart from visible(), to be compared with it: no C0 but what may stay, no DEL, C1, marks of
/// direction.
bool harmless(std::string_view text, bool lines) {
    if (base::invalid_utf8(text) != std::string_view::npos) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '\t' || (lines && byte == '\n')) continue;
        if (byte < 0x20 || byte == 0x7f) return false;
        const std::string_view two = text.substr(i, 2);
        if (byte == 0xc2 && two.size() == 2 && static_cast<unsigned char>(two[1]) < 0xa0) return false; // C1
        const std::string_view three = text.substr(i, 3);
        for (const std::string_view turn : {"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066",
                                            "\u2067", "\u2068", "\u2069", "\ufeff"}) {
            if (three == turn) return false;
        }
    }
    return true;
}

void check_table(const std::string& text) {
    constexpr std::size_t columns = 40;
    terminal::Sheet sheet;
    sheet.columns = columns;
    const std::string table =
        terminal::render_table({"NAME", "MESSAGE", "STATUS"},
                               {{text.substr(0, text.size() / 2), text, "Running"}, {"a", "b", "c"}}, sheet);
    require(harmless(table, true));
    for (const std::string_view line : base::split(table, '\n'))
        require(base::display_width(line) <= columns);
}

/// The rows of a view come and go; of the text no byte is lost or doubled.
void check_screen(const std::string& text) {
    terminal::Screen screen;
    const base::TerminalSize size{20, 10};
    std::string written;
    std::size_t step = 1;
    for (std::size_t at = 0; at < text.size(); at += step) {
        step = 1 + (static_cast<unsigned char>(text[at]) & 7U);
        screen.write(text.substr(at, step));
        written += screen.frame({"row"}, size);
    }
    written += screen.leave(size);
    require(!screen.has_text());
    require(text.empty() || !written.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    const std::string one = base::visible(text);
    const std::string many = base::visible(text, base::Lines::keep);
    require(harmless(one, false));
    require(harmless(many, true));
    require(base::visible(one) == one); // what is harmless stays as it is
    (void)base::ellipsis(one, 10);
    require(base::display_width(base::ellipsis(one, 10)) <= 20); // characters, of two columns at most
    (void)terminal::wrap(one, 4);
    check_table(one);
    check_screen(std::string(base::utf8_prefix(many, 2000))); // every small write is a frame
    return 0;
}
