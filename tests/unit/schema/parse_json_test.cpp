#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "marked.hpp"
#include "schema/tree.hpp"

namespace {

using schema::Parsed;
using schema::Tree;

TEST_CASE("places are lines and characters from one") {
    const tests::Marked source =
        tests::marked("^{\n  ^\"\xC3\xA4\": ^[^1,\t^\"\xE2\x82\xAC\", ^{}],\n\n  ^\"b\":^null\n}\n");
    const Parsed parsed = schema::parse_json(source.text);
    REQUIRE(parsed);
    const auto& entries = parsed.tree.entries;
    REQUIRE(entries.size() == 2);
    const auto& list = entries[0].value;
    REQUIRE(list.items.size() == 3);
    const base::Mark found[] = {parsed.tree.mark,   entries[0].mark,      list.mark,
                                list.items[0].mark, list.items[1].mark,   list.items[2].mark,
                                entries[1].mark,    entries[1].value.mark};
    REQUIRE(source.marks.size() == std::size(found));
    for (std::size_t i = 0; i < source.marks.size(); ++i) {
        CAPTURE(i);
        CHECK(found[i] == source.marks[i]);
    }
}

TEST_CASE("every kind of value keeps its text") {
    const Parsed parsed = schema::parse_json(
        R"({"s": "a\n\u00e4\ud83d\ude80\"", "i": -0, "d": 1.50, "e": 1E+2, "t": true, "f": false, "n": null, "l": [], "m": {}})");
    REQUIRE(parsed);
    const Tree& t = parsed.tree;
    CHECK(t.text_of("s") == "a\n\xC3\xA4\xF0\x9F\x9A\x80\"");
    CHECK(t.find("s")->quoted);
    CHECK(t.text_of("i") == "-0");
    CHECK_FALSE(t.find("i")->quoted);
    CHECK(t.text_of("d") == "1.50");
    CHECK(t.text_of("e") == "1E+2");
    CHECK(t.text_of("t") == "true");
    CHECK(t.text_of("f") == "false");
    CHECK(t.find("n")->kind == Tree::Kind::null);
    CHECK(t.find("l")->is_list());
    CHECK(t.find("m")->is_map());
    CHECK(t.find("x") == nullptr);
    CHECK(t.text_of("l") == "");
}

TEST_CASE("numbers keep every digit") {
    for (const std::string_view number :
         {"0", "-1", "0.70", "1e-400", "9223372036854775807", "9223372036854775808", "18446744073709551616",
          "-18446744073709551616", "123456789012345678901234567890123456789012345678901234567890",
          "0.1234567890123456789012345678901234567890", "1234567890123456789012.5",
          "1234567890123456789012e-2"}) {
        CAPTURE(number);
        const std::string text =
            base::format("{{\"a\": [{}, \"12345678901234567890123\"], \"b\": {}\n}}", number, number);
        const Parsed parsed = schema::parse_json(text);
        CHECK(parsed.error == "");
        REQUIRE(parsed.tree.entries.size() == 2);
        CHECK(parsed.tree.entries[0].value.items[0].text == number);
        CHECK(parsed.tree.entries[0].value.items[1].text == "12345678901234567890123");
        CHECK(parsed.tree.text_of("b") == number);
        CHECK(schema::parse_json(number).tree.text == number);
        CHECK(schema::to_json(schema::parse_json(number).tree) == number);
    }
}

TEST_CASE("a text may be one word") {
    CHECK(schema::parse_json(" \"x\" ").tree.text == "x");
    CHECK(schema::parse_json("\"x\"").tree.quoted);
    CHECK(schema::parse_json("\n  true\n").tree.text == "true");
    CHECK(schema::parse_json("\n  true\n").tree.mark == base::Mark{2, 3});
    CHECK(schema::parse_json("null").tree.kind == Tree::Kind::null);
    CHECK(schema::parse_json("null"));
    CHECK_FALSE(schema::parse_json("null").tree.quoted);
}

TEST_CASE("what is not JSON is refused") {
    // Much of it passes a parser that validates only what is looked at.
    for (const std::string_view text : {"",
                                        " ",
                                        "{",
                                        "[",
                                        "}",
                                        "{\"a\":1",
                                        "{\"a\":[1,2,}]",
                                        "[1,2,]",
                                        "{\"a\":1,}",
                                        "{,}",
                                        "[,]",
                                        "{a:1}",
                                        "{'a':1}",
                                        "{\"a\" 1}",
                                        "{\"a\":}",
                                        "[1 2]",
                                        "{\"a\":1}x",
                                        "{\"a\":1} {}",
                                        "[1]]",
                                        "1 2",
                                        "\"a\"b",
                                        "nul",
                                        "nullx",
                                        "True",
                                        "NaN",
                                        "Infinity",
                                        "-",
                                        "+1",
                                        "01",
                                        "-01",
                                        "1.",
                                        ".5",
                                        "1e",
                                        "1e+",
                                        "0x1F",
                                        "1e999",
                                        "-1e999",
                                        "12345678901234567890123.",
                                        "12345678901234567890123x",
                                        "012345678901234567890123",
                                        "12345678901234567890 1",
                                        "[12345678901234567890 1]",
                                        "// c\n1",
                                        "/* c */ 1",
                                        "[1] // c",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"a\nb\"",
                                        "\"a\tb\"",
                                        "\"",
                                        "\"\\\"",
                                        "\"\\ud800\"",
                                        "\"\\udc00\"",
                                        "\"\\ud800x\"",
                                        "\"\\ud800\\ud800\"",
                                        "{\"\\ud800\":1}",
                                        "\"\xC0\xAF\"",
                                        "\"\xED\xA0\x80\"",
                                        "\"\xFF\"",
                                        "\xEF\xBB\xBF{}",
                                        "[\x01]",
                                        "\f1"}) {
        CAPTURE(text);
        const Parsed parsed = schema::parse_json(text);
        CHECK_FALSE(parsed);
        CHECK(parsed.error.substr(0, 1) == base::lower(parsed.error.substr(0, 1)));
        CHECK_FALSE(parsed.error.ends_with("."));
        CHECK(parsed.tree.kind == Tree::Kind::null);
    }
    CHECK_FALSE(schema::parse_json(std::string_view("\"a\0b\"", 5)));
    CHECK_FALSE(schema::parse_json(std::string_view("1\0", 2)));
}

TEST_CASE("a key given twice is named where it stands the second time") {
    const tests::Marked source = tests::marked("{\"a\": {\n \"k\": 1, \"\\u006b2\": 0,\n ^\"k\": 2}}");
    const Parsed parsed = schema::parse_json(source.text);
    CHECK(parsed.error == "duplicate key 'k'");
    CHECK(parsed.mark == source.marks[0]);
    CHECK(schema::parse_json(R"({"k": 1, "\u006b": 2})").error == "duplicate key 'k'");
    CHECK(schema::parse_json(R"({"k": {"k": {"k": 1}}})"));
    std::string many = "{\"k0\": 0";
    for (int i = 1; i < 100; ++i)
        many += base::format(", \"k{}\": 0", i);
    CHECK(schema::parse_json(many + "}"));
    CHECK(schema::parse_json(many + ", \"k3\": 1}").error == "duplicate key 'k3'");
    CHECK(schema::parse_json(many + ", \"k99\": 1}").error == "duplicate key 'k99'");
}

TEST_CASE("64 levels are read, a 65th is refused at its place") {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + "1" + std::string(levels, ']');
    };
    CHECK(schema::parse_json(nested(64)));
    const Parsed deep = schema::parse_json(nested(65));
    CHECK(deep.error == "nested deeper than 64 levels");
    CHECK(deep.mark == base::Mark{1, 65});
    std::string maps;
    for (int i = 0; i < 65; ++i)
        maps += "{\"a\":";
    CHECK(schema::parse_json(maps + "1" + std::string(65, '}')).error == "nested deeper than 64 levels");
    CHECK_FALSE(schema::parse_json(nested(2000)));
    CHECK_FALSE(schema::parse_json(std::string(100'000, '[')));
}

TEST_CASE("a million nodes are enough") {
    std::string text = "[";
    for (std::size_t i = 0; i + 1 < schema::max_nodes; ++i)
        text += "1,";
    CHECK(schema::parse_json(text.substr(0, text.size() - 1) + "]"));
    CHECK(schema::parse_json(text + "1]").error == "more than 1000000 nodes");
}

TEST_CASE("the parser's errors are sentences without codes") {
    CHECK(schema::parse_json("").error == "empty: no JSON found");
    CHECK(schema::parse_json("{\"a\" 1}").error == "the JSON document has an improper structure: missing or "
                                                   "superfluous commas, braces, missing keys, etc");
    CHECK(schema::parse_json("\"\xFF\"").error == "the input is not valid UTF-8");
    CHECK(schema::parse_json("1e999").error == "problem while parsing a number");
}

/// All that JSON can be, and what it cannot.
std::vector<std::string> texts() {
    std::string deep(64, '[');
    deep += std::string(64, ']');
    std::string many = "{";
    for (int i = 0; i < 40; ++i)
        many += base::format("{}\"k{}\":{}", i == 0 ? "" : ",", i, i);
    return {
        R"({"a":[1,-2,0,9223372036854775807,-9223372036854775808],"b":{"c":"x\u00e4\n"},"d":null,"e":true,"f":false})",
        R"({"n":1.50,"m":1e3,"l":18446744073709551615,"k":123456789012345678901234567890})",
        R"([-0,0,-0.0])",
        R"({"a":"2024-08-06"})",
        R"({"a":-0})",
        R"({"a": -0, "b":"x-0"})",
        "-0",
        "[ -0]",
        "[1,-0]",
        "[1,\n-0]",
        R"([1234567890123456789012345678901234567890, -18446744073709551616])",
        R"({"a":[],"b":{},"c":"","":"-0"})",
        "  \n[1 , 2]\t",
        "\"word\"",
        "7",
        "null",
        R"({"a":1,"a":2})",
        R"([1,2)",
        R"({"a":1e999})",
        "[\"\\ud800\"]",
        "",
        deep,
        "[" + deep + "]",
        many + "}",
        many + ",\"k3\":0}",
    };
}

bool same(const Tree& a, const Tree& b) {
    const auto same_entry = [](const schema::Entry& x, const schema::Entry& y) {
        return x.key == y.key && x.mark == y.mark && same(x.value, y.value);
    };
    return a.kind == b.kind && a.quoted == b.quoted && a.mark == b.mark && a.text == b.text &&
           std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same) &&
           std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(), same_entry);
}

TEST_CASE("without places a text means the same") {
    for (const std::string& text : texts()) {
        CAPTURE(text);
        const Parsed placed = schema::parse_json(text);
        const Parsed bare = schema::parse_json(text, schema::Marks::none);
        CHECK(bare.error == placed.error);
        CHECK(schema::to_json(bare.tree) == schema::to_json(placed.tree));
    }
}

TEST_CASE("a text read over another leaves nothing of it") {
    std::vector<std::string> all = texts();
    for (const char* more :
         {R"({"a":1,"b":{"c":"x"}})", R"({"b":1,"a":1})", R"({"b":1,"b":1})", R"({"a":{"c":1}})",
          R"({"":1,"":2})", R"({"":1,"a":2})", R"(["a",["b"],{"c":[]}])", R"({"a":"b"})"})
        all.emplace_back(more);
    for (const std::string& first : all) {
        for (const std::string& second : all) {
            CAPTURE(first.substr(0, 80));
            CAPTURE(second.substr(0, 80));
            const Parsed fresh = schema::parse_json(second, schema::Marks::none);
            Parsed over;
            schema::parse_json_over(first, over);
            schema::parse_json_over(second, over);
            CHECK(over.error == fresh.error);
            CHECK(same(over.tree, fresh.tree));
        }
    }
}

TEST_CASE("what texts leave behind is bounded") {
    Parsed over;
    for (int place = 0; place < 64; ++place) {
        std::string text = "[";
        for (int i = 0; i < place; ++i)
            text += "[0],";
        text += "[";
        for (int i = 0; i < 16'000; ++i)
            text += "0,";
        schema::parse_json_over(text + "0]]", over);
        REQUIRE(over);
    }
    std::size_t kept = 0; // of lists that hold one number
    for (const Tree& list : over.tree.items)
        kept += list.items.capacity();
    CHECK(kept < 10 * 16'000);
}

TEST_CASE("a text may be read over a tree that was taken apart") {
    Parsed over;
    schema::parse_json_over(R"({"a":"x","b":["y"],"c":{"d":1}})", over);
    for (schema::Entry& entry : over.tree.entries) {
        const std::string key = std::move(entry.key);
        const Tree value = std::move(entry.value);
    }
    schema::parse_json_over(R"({"":1,"":2})", over);
    CHECK(over.error == "duplicate key ''");
}

} // namespace
