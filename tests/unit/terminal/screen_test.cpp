#include <doctest/doctest.h>

#include <random>

#include "emulator.hpp"
#include "terminal/screen.hpp"

namespace {

using base::TerminalSize;
using terminal::Screen;
using Rows = std::vector<std::string>;

TEST_CASE("screen: rows below a line that goes on") {
    Screen screen;
    Emulator shown(20, 6);
    const TerminalSize size{20, 6};
    shown.feed("$ orloj run\n");
    screen.write("The tide ");
    shown.feed(screen.frame({"one", "two"}, size));
    CHECK(shown.screen() == Rows{"$ orloj run", "The tide", "one", "two", "", ""});
    CHECK(shown.before_cursor() == "$ orloj run\nThe tide ");
    screen.write("turns at noon.\nNext");
    shown.feed(screen.frame({"one", "three", "four"}, size));
    CHECK(shown.screen() == Rows{"The tide turns at no", "on.", "Next", "one", "three", "four"});
    CHECK(screen.frame({"one", "three", "four"}, size).empty());
    shown.feed(screen.frame({"five"}, size));
    CHECK(shown.screen() == Rows{"The tide turns at no", "on.", "Next", "five", "", ""});
    screen.write_lines("a note\n");
    shown.feed(screen.frame({"five"}, size));
    CHECK(shown.screen() == Rows{"The tide turns at no", "on.", "Next", "a note", "five", ""});
    screen.write("end");
    shown.feed(screen.leave(size));
    CHECK(shown.screen() == Rows{"The tide turns at no", "on.", "Next", "a note", "end", ""});
    CHECK(shown.before_cursor().ends_with("a note\nend"));
}

TEST_CASE("screen: a full line waits for what follows it") {
    Screen screen;
    Emulator shown(10, 5);
    const TerminalSize size{10, 5};
    screen.write("0123456789");
    shown.feed(screen.frame({"row"}, size));
    CHECK(shown.screen()[0] == "012345678");
    CHECK_FALSE(screen.has_text());
    CHECK(screen.in_line());
    screen.write("\xcc\x81"); // an accent for the 9
    shown.feed(screen.frame({"row"}, size));
    screen.write("a");
    shown.feed(screen.frame({"row"}, size));
    CHECK(shown.screen() == Rows{"0123456789\xcc\x81", "a", "row", "", ""});
    screen.write("bcdefgh世"); // two columns that do not fit any more
    shown.feed(screen.frame({"row"}, size));
    CHECK(shown.screen() == Rows{"0123456789\xcc\x81", "abcdefgh", "row", "", ""});
    shown.feed(screen.leave(size));
    CHECK(shown.before_cursor() == "0123456789\xcc\x81"
                                   "abcdefgh世");
}

TEST_CASE("screen: keys that are typed meanwhile leave nothing behind") {
    Screen screen;
    Emulator shown(20, 6);
    const TerminalSize size{20, 6};
    screen.write("The tide ");
    shown.feed(screen.frame({"one", "two"}, size));
    shown.feed("^C"); // the terminal's echo
    shown.feed(screen.frame({"one", "stopping"}, size));
    CHECK(shown.screen() == Rows{"The tide", "one", "stopping", "", "", ""});
    shown.feed("\n\n"); // Enter
    screen.write("turns.\n");
    shown.feed(screen.frame({"one", "stopping"}, size));
    shown.feed("^C");
    shown.feed(screen.frame({"one", "two"}, size));
    CHECK(shown.screen() == Rows{"The tide turns.", "one", "two", "", "", ""});
    shown.feed("abc");
    shown.feed(Screen::wiped);
    CHECK(shown.screen() == Rows{"The tide turns.", "", "", "", "", ""});
}

TEST_CASE("screen: keys that are typed before there are rows leave nothing behind") {
    Screen screen;
    Emulator shown(20, 6);
    const TerminalSize size{20, 6};
    CHECK(screen.frame({}, size).empty());
    screen.write("The tide ");
    shown.feed(screen.frame({}, size));
    shown.feed("^C");
    CHECK(screen.frame({}, size).empty());
    shown.feed(screen.frame({"one"}, size));
    CHECK(shown.screen() == Rows{"The tide", "one", "", "", "", ""});
    shown.feed("^C");
    shown.feed(screen.leave(size));
    CHECK(shown.screen() == Rows{"The tide", "", "", "", "", ""});
    CHECK(screen.leave(size).empty());
}

TEST_CASE("screen: somebody else wrote") {
    Screen screen;
    Emulator shown(20, 6);
    const TerminalSize size{20, 6};
    screen.write("The tide ");
    shown.feed(screen.frame({"one", "two"}, size));
    shown.feed(Screen::wiped);
    shown.feed("^Z\n[1]+ stopped\n$ fg\n");
    screen.moved_away();
    screen.write("turns");
    shown.feed(screen.frame({"one", "two"}, size));
    CHECK(shown.screen() == Rows{"The tide ^Z", "[1]+ stopped", "$ fg", "turns", "one", "two"});
}

TEST_CASE("screen: more rows than the terminal has") {
    Screen screen;
    Emulator shown(20, 3);
    screen.write("text");
    shown.feed(screen.frame({"1", "2", "3", "4"}, {20, 3}));
    CHECK(shown.screen() == Rows{"text", "1", "2"});
    shown.resize(20, 2);
    shown.feed(screen.frame({"1", "2", "3", "4"}, {20, 2}));
    CHECK(shown.screen() == Rows{"text", "1"});
}

std::string without_blank_ends(const std::string& text) {
    std::string out;
    for (const char c : text) {
        while (c == '\n' && out.ends_with(' '))
            out.pop_back();
        out += c;
    }
    return out;
}

/// Text, rows and sizes by chance. A terminal that cuts lines loses text itself, also that in front of its
/// cursor; the rows are right there, too.
void play(unsigned seed, Emulator::Narrowing narrowing) {
    std::mt19937 random(seed);
    const auto any = [&](std::size_t from, std::size_t to) { return from + random() % (to - from + 1); };
    static const Rows pieces{"a",  "tide ",      "\n", "世界", "e\xcc\x81", "\n\n", "of the moon and ",
                             "🌊", "0123456789", "é"};
    const bool whole = narrowing == Emulator::Narrowing::wraps_anew;
    TerminalSize size{any(20, 60), any(16, 30)};
    Screen screen;
    Emulator shown(size.columns, size.lines, narrowing);
    std::string text;
    CAPTURE(seed);
    for (int step = 0; step < 60; ++step) {
        CAPTURE(step);
        if (any(0, 9) == 0 && (whole || !screen.in_line())) {
            size = {any(20, 60), any(16, 30)};
            shown.resize(size.columns, size.lines);
        } else if (any(0, 5) == 0 && screen.placed()) {
            shown.feed("^C");
        }
        for (std::size_t i = any(0, 6); i > 0; --i) {
            const std::string& piece = pieces[any(0, pieces.size() - 1)];
            screen.write(piece);
            text += piece;
        }
        Rows rows(any(0, 5));
        for (std::string& row : rows)
            row = std::string(any(1, size.columns - 1), static_cast<char>('A' + any(0, 25)));
        std::vector<std::string> painted;
        for (const std::string& row : rows)
            painted.push_back("\x1b[2m" + row + "\x1b[0m");
        shown.feed(screen.frame(painted, size));
        if (whole) {
            const std::string before = without_blank_ends(shown.before_cursor());
            REQUIRE(without_blank_ends(text).starts_with(before));
            REQUIRE(without_blank_ends(text).size() - before.size() <= 7); // what is kept back
        }
        if (screen.in_line() || rows.empty()) rows.insert(rows.begin(), "");
        REQUIRE(shown.from_cursor() == rows);
    }
    shown.feed(screen.leave(size));
    if (whole) CHECK(without_blank_ends(shown.before_cursor()) == without_blank_ends(text));
    CHECK(shown.from_cursor() == Rows{""});
}

TEST_CASE("screen: what stands above the rows is the text, and nothing of an old frame is left") {
    for (unsigned seed = 0; seed < 40; ++seed)
        play(seed, Emulator::Narrowing::wraps_anew);
}

TEST_CASE("screen: the same where a terminal cuts lines when it gets narrow") {
    for (unsigned seed = 0; seed < 40; ++seed)
        play(seed, Emulator::Narrowing::cuts);
}

} // namespace
