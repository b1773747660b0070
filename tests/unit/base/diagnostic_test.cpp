#include "base/diagnostic.hpp"

#include <string>

#include <doctest/doctest.h>

namespace {

using base::Diagnostic;
using base::Diagnostics;
using base::Severity;

/// What is shown for one error at a place of a text.
std::string shown(std::string_view text, base::Mark mark, std::string message = "wrong",
                  std::string hint = {}) {
    Diagnostics out;
    out.error({"a.yaml", mark}, std::move(message), std::move(hint));
    out.quote("a.yaml", text);
    return render(out.all().front());
}

TEST_CASE("a complaint shows its place, its line and what to type") {
    CHECK(shown("one\ntwo three\n", {2, 5}, "unknown field 'x'", "did you mean 'y'?") ==
          "a.yaml:2:5: error: unknown field 'x'\n"
          "  2 | two three\n"
          "    |     ^\n"
          "  hint: did you mean 'y'?\n");
}

TEST_CASE("a warning says so, and what is not known is left out") {
    Diagnostics out;
    out.warning({"", {}}, "careful");
    out.warning({"a.yaml", {}}, "careful", "type this");
    CHECK(render(out.all()[0]) == "warning: careful\n");
    CHECK(render(out.all()[1]) == "a.yaml: warning: careful\n  hint: type this\n");
    CHECK_FALSE(out.has_errors());
    out.error({}, "no");
    CHECK(out.errors() == 1);
    CHECK(render(out.all()[2]) == "error: no\n");
}

TEST_CASE("the caret stands below its character") {
    CHECK(shown("\tkey: x", {1, 2}) == "a.yaml:1:2: error: wrong\n  1 | \tkey: x\n    | \t^\n");
    CHECK(shown("a\tb\tc", {1, 5}) == "a.yaml:1:5: error: wrong\n  1 | a\tb\tc\n    |  \t \t^\n");
    // Two columns a character: the fourth character stands in column seven.
    CHECK(shown("\xE6\xBC\xA2\xE5\xAD\x97: x", {1, 5}) ==
          "a.yaml:1:5: error: wrong\n  1 | \xE6\xBC\xA2\xE5\xAD\x97: x\n    |       ^\n");
    CHECK(shown("\xC3\xA4: x", {1, 4}) == "a.yaml:1:4: error: wrong\n  1 | \xC3\xA4: x\n    |    ^\n");
    // Made visible, a character takes four columns.
    CHECK(shown("\x1b: x", {1, 4}) == "a.yaml:1:4: error: wrong\n  1 | \\x1b: x\n    |       ^\n");
    CHECK(shown("ab", {1, 9}) == "a.yaml:1:9: error: wrong\n  1 | ab\n    |   ^\n");
    CHECK(shown("ab\r\ncd\r\n", {2, 1}) == "a.yaml:2:1: error: wrong\n  2 | cd\n    | ^\n");
    CHECK(shown(std::string(120, '\n') + "x", {121, 1}) ==
          "a.yaml:121:1: error: wrong\n  121 | x\n      | ^\n");
}

TEST_CASE("an empty line or a place beyond the text has no quotation") {
    CHECK(shown("a\n\nb", {2, 1}) == "a.yaml:2:1: error: wrong\n");
    CHECK(shown("a\n", {9, 1}) == "a.yaml:9:1: error: wrong\n");
}

TEST_CASE("a long line is cut around the place") {
    const std::string line = std::string(200, 'a') + "HERE" + std::string(200, 'b');
    CHECK(shown(line, {1, 201}) == "a.yaml:1:201: error: wrong\n  1 | " + std::string(50, 'a') + "HERE" +
                                       std::string(46, 'b') + "\n    | " + std::string(50, ' ') + "^\n");
    CHECK(shown(line, {1, 3}) ==
          "a.yaml:1:3: error: wrong\n  1 | " + std::string(100, 'a') + "\n    |   ^\n");
}

TEST_CASE("in a very long line the right part is kept, counted in characters") {
    std::string line;
    for (int i = 0; i < 5000; ++i)
        line += "\xC3\xA4";
    line += "HERE";
    for (int i = 0; i < 5000; ++i)
        line += "\xE2\x82\xAC";
    const std::string text = shown(line, {1, 5001});
    std::string before;
    for (int i = 0; i < 25; ++i)
        before += "\xC3\xA4";
    CHECK(text.find("  1 | " + before + "HERE\xE2\x82\xAC") != std::string::npos);
    CHECK(text.find("\n    | " + std::string(25, ' ') + "^\n") != std::string::npos);
    CHECK(text.find("\\x") == std::string::npos); // no character was cut in two
}

TEST_CASE("many complaints about one line are quoted each at its place") {
    const std::string line = std::string(6000, 'a') + "b" + std::string(6000, 'c');
    Diagnostics out;
    for (const int column : {12001, 6001, 1, 6001})
        out.error({"a.yaml", {1, column}}, "wrong");
    out.error({"b.yaml", {1, 1}}, "of another file");
    out.quote("a.yaml", line);
    CHECK(
        render(out.all()[0]).find("| " + std::string(51, 'c') + "\n    | " + std::string(50, ' ') + "^\n") !=
        std::string::npos);
    CHECK(render(out.all()[1]).find(std::string(50, 'a') + "b" + std::string(49, 'c') + "\n") !=
          std::string::npos);
    CHECK(render(out.all()[2]) == "a.yaml:1:1: error: wrong\n  1 | " + std::string(100, 'a') + "\n    | ^\n");
    CHECK(render(out.all()[1]) == render(out.all()[3]));
    CHECK(out.all()[4].excerpt.empty());
    out.quote("b.yaml", "text");
    CHECK(out.all()[4].excerpt == "text");
}

TEST_CASE("nothing a stranger wrote reaches the terminal raw") {
    Diagnostics out;
    out.error({"a\x1b[31m.yaml", {1, 1}}, "unknown field '\x1b[2J'", "did you mean '\x1b'?");
    out.quote("a\x1b[31m.yaml", "\x1b[2J: 1");
    CHECK(render(out.all().front()) == "a\\x1b[31m.yaml:1:1: error: unknown field '\\x1b[2J'\n"
                                       "  1 | \\x1b[2J: 1\n"
                                       "    | ^\n"
                                       "  hint: did you mean '\\x1b'?\n");
}

TEST_CASE("complaints are sorted by place, and those of one place keep their order") {
    Diagnostics out;
    out.error({"b.yaml", {1, 1}}, "5");
    out.error({"a.yaml", {10, 1}}, "4");
    out.warning({"a.yaml", {2, 7}}, "2");
    out.error({"a.yaml", {2, 7}}, "3");
    out.error({"a.yaml", {2, 1}}, "1");
    out.sort();
    std::string order;
    for (const Diagnostic& d : out.all())
        order += d.message;
    CHECK(order == "12345");
    CHECK(out.all()[1].severity == Severity::warning);
}

} // namespace

TEST_CASE("a line that is withheld in one file is shown of another") {
    base::Diagnostics diagnostics;
    diagnostics.error({"a.yaml", {1, 1}}, "unknown field 'api_key'");
    diagnostics.withhold();
    diagnostics.error({"b.yaml", {1, 1}}, "unknown field 'x'");
    diagnostics.error({"c.yaml", {1, 1}}, "unknown field 'y'");
    diagnostics.quote("a.yaml", "api_key: sk-1\n");
    diagnostics.quote("c.yaml", "y: 1\n"); // in any order
    diagnostics.quote("b.yaml", "x: 1\n");
    CHECK(diagnostics.all()[0].excerpt.empty());
    CHECK(diagnostics.all()[1].excerpt == "x: 1");
    CHECK(diagnostics.all()[2].excerpt == "y: 1");
}

TEST_CASE("a line that may hold a secret is not shown") {
    base::Diagnostics diagnostics;
    diagnostics.error({"a.yaml", {1, 1}}, "unknown field 'api_key'");
    diagnostics.withhold();
    diagnostics.error({"a.yaml", {2, 1}}, "unknown field 'x'");
    diagnostics.quote("a.yaml", "api_key: sk-1\nx: 1\n");
    diagnostics.error({"a.yaml", {1, 9}}, "unknown field 'y'"); // of the same line
    diagnostics.quote("a.yaml", "api_key: sk-1\nx: 1\n");
    REQUIRE(diagnostics.all().size() == 3);
    CHECK(base::render(diagnostics.all()[2]) == "a.yaml:1:9: error: unknown field 'y'\n");
    CHECK(base::render(diagnostics.all()[0]) == "a.yaml:1:1: error: unknown field 'api_key'\n");
    CHECK(base::render(diagnostics.all()[1]).find("x: 1") != std::string::npos);
}

TEST_CASE("a message that quotes much of what was written is cut when it is shown") {
    base::Diagnostics out;
    out.error({"a.yaml", {1, 1}}, "unsupported kind \"" + std::string(100'000, 'A') + "\"", "say less");
    const std::string shown = base::render(out.all().front());
    CHECK(shown.starts_with("a.yaml:1:1: error: unsupported kind \"AAAA"));
    CHECK(shown.ends_with("AAAA...\n  hint: say less\n"));
    CHECK(shown.size() < 2100);
}
