#include "base/text.hpp"

#include <string>

#include <doctest/doctest.h>

namespace {

using Words = std::vector<std::string>;

TEST_CASE("trim takes ASCII white space from both ends and nothing else") {
    CHECK(base::trim("") == "");
    CHECK(base::trim(" \t\r\n\v\f") == "");
    CHECK(base::trim("\n a b \t") == "a b");
    CHECK(base::trim("\xC2\xA0x") == "\xC2\xA0x"); // no-break space
}

TEST_CASE("case concerns ASCII letters only") {
    CHECK(base::lower("AZaz09[\xC3\x84") == "azaz09[\xC3\x84");
    CHECK(base::upper("AZaz09{\xC3\xA4") == "AZAZ09{\xC3\xA4");
    CHECK(base::same_ignoring_case("Model_Ref", "mODEL_rEF"));
    CHECK_FALSE(base::same_ignoring_case("ab", "abc"));
    CHECK_FALSE(base::same_ignoring_case("[", "{"));
    CHECK(base::contains_ignoring_case("Invalid API Key", "api key"));
    CHECK(base::contains_ignoring_case("", ""));
    CHECK_FALSE(base::contains_ignoring_case("ab", "abc"));
}

TEST_CASE("split keeps empty parts, join is its opposite") {
    CHECK(base::split("", ',') == std::vector<std::string_view>{""});
    CHECK(base::split("a,,b,", ',') == std::vector<std::string_view>{"a", "", "b", ""});
    CHECK(base::join({}, ", ") == "");
    CHECK(base::join({"a", "", "a"}, ", ") == "a, , a");
}

TEST_CASE("replace_all does not look at what it put in") {
    CHECK(base::replace_all("aaa", "a", "aa") == "aaaaaa");
    CHECK(base::replace_all("abab", "ab", "") == "");
    CHECK(base::replace_all("abc", "", "x") == "abc");
    CHECK(base::replace_all("", "a", "x") == "");
}

TEST_CASE("words are listed as a person would") {
    CHECK(base::either({}) == "");
    CHECK(base::either({"a"}) == "a");
    CHECK(base::either({"a", "b"}) == "a or b");
    CHECK(base::either({"a", "b", "c"}) == "a, b, or c");
    CHECK(base::counted(0, "file") == "0 files");
    CHECK(base::counted(1, "file") == "1 file");
    CHECK(base::counted(2, "file") == "2 files");
}

TEST_CASE("integers are decimal and whole") {
    struct Row {
        std::string_view text;
        std::optional<long long> value;
    };
    const Row rows[] = {{"0", 0},        {"-0", 0},    {"+5", 5},
                        {"010", 10},     {"-17", -17}, {"9223372036854775807", 9223372036854775807LL},
                        {"", {}},        {"+", {}},    {"-", {}},
                        {"+-5", {}},     {"++5", {}},  {"9223372036854775808", {}},
                        {"0x1F", {}},    {"1.0", {}},  {"1e3", {}},
                        {" 1", {}},      {"1 ", {}},   {"1_000", {}},
                        {"\xD9\xA1", {}}};
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(base::to_integer(row.text) == row.value);
    }
}

TEST_CASE("numbers are decimal and finite") {
    struct Row {
        std::string_view text;
        std::optional<double> value;
    };
    const Row rows[] = {{"0", 0.0},  {"0.7", 0.7}, {"-1e3", -1000.0}, {"+2.5", 2.5}, {".5", 0.5},
                        {"5.", 5.0}, {"", {}},     {"inf", {}},       {"nan", {}},   {"1e999", {}},
                        {"+-5", {}}, {"0x10", {}}, {"1,5", {}},       {" 1", {}}};
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(base::to_number(row.text) == row.value);
    }
}

TEST_CASE("invalid UTF-8 is found at its first byte") {
    struct Row {
        std::string_view text;
        std::size_t at;
    };
    constexpr std::size_t none = std::string_view::npos;
    const Row rows[] = {
        {"", none},
        {"plain", none},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80", none},
        {"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", none}, // around the surrogates, and the last character
        {"a\x80", 1},                                       // a continuation byte alone
        {"ab\xC0\xAF", 2},                                  // overlong '/'
        {"\xE0\x80\xAF", 0},
        {"\xF0\x80\x80\xAF", 0},
        {"\xED\xA0\x80", 0},     // a surrogate
        {"\xF4\x90\x80\x80", 0}, // beyond U+10FFFF
        {"\xF8\x88\x80\x80\x80", 0},
        {"\xFF", 0},
        {"ok\xC3", 2}, // cut off
        {"ok\xE2\x82", 2},
        {"ok\xF0\x9F\x9A", 2},
        {"\xC3(", 0},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(base::invalid_utf8(row.text) == row.at);
    }
}

TEST_CASE("a prefix never ends inside a character") {
    const std::string_view text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80";
    const std::size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (std::size_t n = 0; n < std::size(ends); ++n) {
        CAPTURE(n);
        CHECK(base::utf8_prefix(text, n).size() == ends[n]);
    }
}

TEST_CASE("columns are counted as a terminal counts them") {
    CHECK(base::display_width("") == 0);
    CHECK(base::display_width("abc") == 3);
    CHECK(base::display_width("\xC3\xA4") == 1);
    CHECK(base::display_width("a\xCC\x88") == 1);                // combining diaeresis
    CHECK(base::display_width("\xE6\xBC\xA2\xE5\xAD\x97") == 4); // two ideographs
    CHECK(base::display_width("\xF0\x9F\x9A\x80") == 2);         // rocket
    CHECK(base::display_width("\xF0\x9F\x98\x80") == 2);         // face
    CHECK(base::display_width("\xEF\xBC\xA1") == 2);             // full-width A
    CHECK(base::display_width("\xFF\xFE") == 2);                 // invalid bytes count one each
}

TEST_CASE("a cut text ends in dots and fits") {
    struct Row {
        std::string_view text;
        std::size_t columns;
        std::string_view cut;
    };
    const Row rows[] = {
        {"hello", 5, "hello"},
        {"hello!", 5, "he..."},
        {"hello", 3, "..."},
        {"hello", 2, ".."},
        {"hello", 0, ""},
        {"", 0, ""},
        {"\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", 6, "\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2"},
        {"\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", 5, "\xE6\xBC\xA2..."},
        {"\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", 4, "..."},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.columns);
        const std::string cut = base::ellipsis(row.text, row.columns);
        CHECK(cut == row.cut);
        CHECK(base::display_width(cut) <= row.columns);
    }
}

TEST_CASE("the nearest word is the one that was meant") {
    const Words words{"apiVersion", "kind", "metadata", "spec", "model_ref", "max_steps", "timeout"};
    struct Row {
        std::string_view word;
        std::optional<std::string> meant;
    };
    const Row rows[] = {
        {"metdata", "metadata"},   // one left out
        {"metadataa", "metadata"}, // one too many
        {"mehadata", "metadata"},  // one wrong
        {"sepc", "spec"},          // two swapped
        {"kidn", "kind"},
        {"KIND", "kind"}, // case costs nothing
        {"apiversion", "apiVersion"},
        {"modelref", "model_ref"},
        {"maxSteps", "max_steps"},
        {"timeuot", "timeout"},
        {"x", std::nullopt},
        {"", std::nullopt},
        {"temperature", std::nullopt},
        {"steps", std::nullopt},
    };
    for (const Row& row : rows) {
        CAPTURE(row.word);
        CHECK(base::nearest(row.word, words) == row.meant);
    }
    CHECK(base::nearest("ab", {"aa", "bb"}) == "aa"); // the first of equals
    CHECK(base::nearest("ab", {}) == std::nullopt);
}

} // namespace
