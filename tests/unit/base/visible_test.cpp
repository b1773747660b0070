// What a model, a tool or a stranger's file may hold to take over a terminal, and that nothing of it gets
// through.
#include <string>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/text.hpp"

namespace {

struct Row {
    std::string text;
    std::string_view shown;
};

const Row corpus[] = {
    {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
    {"\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"},
    {"\x1b[1A\x1b[2K", "\\x1b[1A\\x1b[2K"},
    {"\x1b[?1049h", "\\x1b[?1049h"},
    {"\x1b[6n", "\\x1b[6n"},
    {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
    {"\x1b]52;c;cm0gLXJm\x07", "\\x1b]52;c;cm0gLXJm\\x07"},
    {"\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "\\x1b]8;;http://x\\x1b\\text\\x1b]8;;\\x1b\\"},
    {"\x1bP1$q\x1b\\", "\\x1bP1$q\\x1b\\"},
    {"\x1b_apc\x1b\\", "\\x1b_apc\\x1b\\"},
    {"\x1b^pm\x1b\\", "\\x1b^pm\\x1b\\"},
    {"\x1bXsos\x1b\\", "\\x1bXsos\\x1b\\"},
    {"\x1b"
     "c",
     "\\x1b"
     "c"},
    {"\x1b(0lqk", "\\x1b(0lqk"},
    {"\xC2\x9B"
     "31m",
     "\\x9b"
     "31m"}, // CSI as one character
    {"\xC2\x9D"
     "0;t\xC2\x9C",
     "\\x9d"
     "0;t\\x9c"},
    {"\xC2\x90q", "\\x90q"},
    {"\xC2\x85", "\\x85"},
    {"\x9B"
     "31m",
     "\\x9b"
     "31m"}, // and as a lone byte
    {"\xFF\xFE", "\\xff\\xfe"},
    {"\xC0\xAF", "\\xc0\\xaf"},
    {"\xED\xA0\x80", "\\xed\\xa0\\x80"},
    {"\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    {"cut \xE2\x82", "cut \\xe2\\x82"},
    {std::string("a\0b", 3), "a\\x00b"},
    {"over\bwrite", "over\\x08write"},
    {"bell\a", "bell\\x07"},
    {"form\ffeed\v", "form\\x0c"
                     "feed\\x0b"},
    {"hidden\rshown", "hidden\\x0dshown"},
    {"so\x0e si\x0f", "so\\x0e si\\x0f"},
    {"del\x7f", "del\\x7f"},
    {"\xE2\x80\xAE"
     "gnp.exe",
     "\\u202e"
     "gnp.exe"}, // right-to-left override
    {"\xE2\x80\xAA\xE2\x80\xAB\xE2\x80\xAC\xE2\x80\xAD", "\\u202a\\u202b\\u202c\\u202d"},
    {"\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8\xE2\x81\xA9", "\\u2066\\u2067\\u2068\\u2069"},
    {"\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C", "\\u200e\\u200f\\u061c"},
    {"\xE2\x80\xA8\xE2\x80\xA9", "\\u2028\\u2029"},
    {"\xF3\xA0\x81\x81\xF3\xA0\x81\xBF", "\\ue0041\\ue007f"}, // tag characters
    {"\xF3\xA0\x80\x81", "\\ue0001"},
};

TEST_CASE("what could move the cursor, hide or reorder text is shown as an escape") {
    for (const Row& row : corpus) {
        CAPTURE(row.shown);
        CHECK(base::visible(row.text) == row.shown);
        CHECK(base::visible(row.text, base::Lines::keep) == row.shown);
    }
}

TEST_CASE("honest text stays as it is") {
    for (const std::string_view text :
         {"", "plain", "tab\there", "\xC3\xA4\xC3\xB6\xC3\xBC \xE2\x82\xAC", "\xE6\xBC\xA2\xE5\xAD\x97",
          "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
          "back\\slash \"quote\""}) {
        CAPTURE(text);
        CHECK(base::visible(text) == text);
    }
}

TEST_CASE("ends of lines stay only where lines are wanted") {
    CHECK(base::visible("a\nb\r\nc") == "a\\nb\\x0d\\nc");
    CHECK(base::visible("a\nb\r\nc\n", base::Lines::keep) == "a\nb\nc\n");
    CHECK(base::visible("a\r\rb", base::Lines::keep) == "a\\x0d\\x0db");
}

TEST_CASE("JSON is safe to print too") {
    for (const Row& row : corpus) {
        CAPTURE(row.shown);
        const std::string json = base::json_quoted(row.text);
        CHECK(base::visible(json) == json);
        CHECK(base::invalid_utf8(json) == std::string_view::npos);
    }
}

TEST_CASE("what is not seen at all is shown, and stays as it is in JSON, which is stored and hashed") {
    const std::pair<std::string, std::string> rows[] = {
        {"\xE2\x80\x8B\xE2\x81\xA0\xE2\x81\xA4\xE2\x81\xAF", "\\u200b\\u2060\\u2064\\u206f"},
        {"\xEF\xBB\xBF\xE1\xA0\x8E\xEF\xBF\xB9\xEF\xBF\xBB", "\\ufeff\\u180e\\ufff9\\ufffb"},
    };
    for (const auto& [text, shown] : rows) {
        CHECK(base::visible(text) == shown);
        CHECK(base::json_quoted(text) == '"' + text + '"');
        CHECK(base::visible(base::json_quoted(text)) == '"' + shown + '"'); // still the same JSON
    }
}

} // namespace
