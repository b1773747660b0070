#include <doctest/doctest.h>

#include "base/text.hpp"
#include "terminal/table.hpp"

namespace {

using terminal::Cells;
using terminal::render_table;
using terminal::Sheet;

const Cells header{"NAME", "URL", "STATUS", "NOTE"};
const std::vector<Cells> rows{{"a", "https://one.example/v1", "Ready", "x"},
                              {"bb", "", "Error: nothing of the kind was found", ""}};

TEST_CASE("tables: without a terminal nothing is cut") {
    CHECK(render_table(header, rows) ==
          "NAME  URL                     STATUS                                NOTE\n"
          "a     https://one.example/v1  Ready                                 x\n"
          "bb                            Error: nothing of the kind was found\n");
    CHECK(render_table(header, {}) == "NAME  URL  STATUS  NOTE\n");
    CHECK(render_table({"NAME"}, {{std::string(5000, 'x')}}).size() == 5000 + 6);
}

TEST_CASE("tables: the widest is shortened first, then the last are left out, never name and status") {
    CHECK(render_table(header, rows, {60, false}) ==
          "NAME  URL                     STATUS                    NOTE\n"
          "a     https://one.example/v1  Ready                     x\n"
          "bb                            Error: nothing of the...\n");
    CHECK(render_table(header, rows, {38, false}) == "NAME  URL             STATUS\n"
                                                     "a     https://one...  Ready\n"
                                                     "bb                    Error: nothin...\n");
    CHECK(render_table(header, rows, {26, false}) == "NAME  STATUS\n"
                                                     "a     Ready\n"
                                                     "bb    Error: nothing of...\n");
}

TEST_CASE("tables: a name loses its middle, since names of runs differ at their ends") {
    const std::vector<Cells> runs{{"run-pipeline-20261123-073601-ab12", "Ready"},
                                  {"run-pipeline-20261123-073602-cd34", "Ready"}};
    CHECK(render_table({"NAME", "STATUS"}, runs, {24, false}) == "NAME              STATUS\n"
                                                                 "run-pi...01-ab12  Ready\n"
                                                                 "run-pi...02-cd34  Ready\n");
    CHECK(render_table({"NAME", "STATUS"},
                       {{"\u65e5\u672c\u8a9e\u306e\u540d\u524d\u65e5\u672c\u8a9e", "Ready"}}, {18, false}) ==
          "NAME        STATUS\n"
          "\u65e5\u672c\u8a9e...   Ready\n");
}

TEST_CASE("tables: no line is wider than the terminal, whatever is in it") {
    const std::vector<Cells> odd{
        {"\u65e5\u672c\u8a9e\u306e\u540d\u524d", "\x1b[31mred\tx", "Ready", "\u202e"},
        {std::string(300, 'n'), std::string(100'000, 'u'), std::string(70, 's'), "y"}};
    for (std::size_t columns = 12; columns < 150; ++columns) {
        const std::string text = render_table(header, odd, {columns, false});
        for (const std::string_view line : base::split(text, '\n')) {
            CAPTURE(columns);
            CHECK(base::display_width(line) <= columns);
        }
        CHECK(text.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("tables: colour counts for nothing, and only how a thing stands is coloured") {
    CHECK(render_table({"NAME", "STATUS", "X"}, {{"Ready", "Ready", "1"}, {"b", "Failed", "Failed"}},
                       {80, true}) == "NAME   STATUS  X\n"
                                      "Ready  \x1b[32mReady\x1b[0m   1\n"
                                      "b      \x1b[31mFailed\x1b[0m  Failed\n");
}

TEST_CASE("tables: line by line, rows that come later make room where nothing is cut") {
    terminal::Table wide({"NAME", "X"}, {});
    wide.measure({"a", "1"});
    CHECK(wide.head() == "NAME  X\n");
    wide.measure({"a-long-one", "2"});
    CHECK(wide.line({"a-long-one", "2"}) == "a-long-one  2\n");
    terminal::Table narrow({"NAME", "X"}, {10, false});
    narrow.measure({"a", "1"});
    CHECK(narrow.head() == "NAME  X\n");
    narrow.measure({"a-long-one", "2"});
    CHECK(narrow.line({"a-long-one", "2"}) == "a...  2\n");
    terminal::Table bare({"NAME", "X"}, {});
    bare.without_header();
    bare.measure({"a", "1"});
    CHECK(bare.line({"a", "1"}) == "a  1\n");
}

} // namespace
