#include "base/json.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

namespace {

using base::JsonWriter;

TEST_CASE("texts are quoted so that every reader gets them back") {
    struct Row {
        std::string text;
        std::string_view json;
    };
    const Row rows[] = {
        {"", R"("")"},
        {"plain", R"("plain")"},
        {"\"\\/", R"("\"\\/")"},
        {"a\nb\rc\td", R"("a\nb\rc\td")"},
        {std::string("\0\x01\x1f", 3), R"("\u0000\u0001\u001f")"},
        {"\b\f", R"("\u0008\u000c")"},
        {"\x7f", R"("\u007f")"},
        {"\xC2\x9B", R"("\u009b")"},
        {"\xE2\x80\xAE", R"("\u202e")"},
        {"\xF3\xA0\x81\x81", R"("\udb40\udc41")"},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80", "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80\""},
        {"a\x80z", "\"a\xEF\xBF\xBDz\""},
        {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xC3(", "\"\xEF\xBF\xBD(\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        CHECK(base::json_quoted(row.text) == row.json);
    }
}

TEST_CASE("commas and colons stand where they belong") {
    JsonWriter out;
    out.begin_object();
    out.member("s", "x").member("i", 7).member("b", true).member("d", 0.5);
    out.key("list").begin_array().integer(1).string("two").null().begin_object().end_object().end_array();
    out.key("empty").begin_array().end_array();
    out.key("raw").raw(R"({"k":[]})");
    out.end_object();
    CHECK(out.text() ==
          R"({"s":"x","i":7,"b":true,"d":0.5,"list":[1,"two",null,{}],"empty":[],"raw":{"k":[]}})");
}

TEST_CASE("the indented style breaks lines, but not in empty containers") {
    JsonWriter out(JsonWriter::Style::indented);
    out.begin_object().member("a", 1);
    out.key("b")
        .begin_array()
        .integer(1)
        .begin_object()
        .member("c", std::string("d"))
        .end_object()
        .end_array();
    out.key("e").begin_object().end_object();
    out.end_object();
    CHECK(std::move(out).take() ==
          "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    {\n      \"c\": \"d\"\n    }\n  ],\n"
          "  \"e\": {}\n}");
}

TEST_CASE("numbers are the shortest that read back") {
    struct Row {
        double value;
        std::string_view json;
    };
    const Row rows[] = {{0.1, "0.1"},
                        {-2, "-2"},
                        {1e300, "1e+300"},
                        {5e-324, "5e-324"},
                        {1.0 / 3, "0.3333333333333333"},
                        {std::numeric_limits<double>::infinity(), "null"},
                        {std::nan(""), "null"}};
    for (const Row& row : rows) {
        CAPTURE(row.json);
        CHECK(JsonWriter().number(row.value).text() == row.json);
    }
    CHECK(JsonWriter().integer(std::numeric_limits<std::int64_t>::min()).text() == "-9223372036854775808");
}

} // namespace
