// What is written as YAML reads back as the same, and other YAML readers do not take it for something else.
#include <string>

#include <doctest/doctest.h>

#include "manifest/manifest.hpp"

namespace {

using schema::Tree;

Tree text(std::string_view value) {
    Tree out;
    out.kind = Tree::Kind::scalar;
    out.quoted = true;
    out.text = std::string(value);
    return out;
}

std::string again(std::string_view yaml) {
    base::Diagnostics diagnostics;
    const auto documents = manifest::parse_yaml("a.yaml", yaml, diagnostics);
    if (!diagnostics.all().empty()) return "error: " + diagnostics.all().front().message;
    if (documents.size() != 1) return "documents: " + std::to_string(documents.size());
    return schema::to_json(*documents[0]);
}

TEST_CASE("a tree in block style") {
    const schema::Parsed parsed =
        schema::parse_json(R"({"apiVersion": "orloj.dev/v1", "i": 5, "f": 0.70, "b": true, "z": null,
        "text": "5", "l": ["a", {"b": 1, "c": [2]}, [], {}, [3, [4]]], "m": {}, "p": "one\ntwo\n", "j": {"k": {"v": "x"}}})");
    REQUIRE(parsed);
    const std::string yaml = "apiVersion: orloj.dev/v1\n"
                             "i: 5\n"
                             "f: 0.70\n"
                             "b: true\n"
                             "z: null\n"
                             "text: \"5\"\n"
                             "l:\n"
                             "  - a\n"
                             "  - b: 1\n"
                             "    c:\n"
                             "      - 2\n"
                             "  - []\n"
                             "  - {}\n"
                             "  -\n"
                             "    - 3\n"
                             "    -\n"
                             "      - 4\n"
                             "m: {}\n"
                             "p: |\n"
                             "  one\n"
                             "  two\n"
                             "j:\n"
                             "  k:\n"
                             "    v: x\n";
    CHECK(manifest::render_yaml(parsed.tree) == yaml);
    CHECK(again(yaml) == schema::to_json(parsed.tree));
}

TEST_CASE("a text is quoted when it must be, and only then") {
    struct Row {
        std::string_view value;
        std::string_view yaml;
    };
    const Row rows[] = {
        {"plain", "plain"},
        {"two words", "two words"},
        {"gpt-4o", "gpt-4o"},
        {"http://x:1/y?z#a", "http://x:1/y?z#a"},
        {"namespace/name:key", "namespace/name:key"},
        {"it's \"fine\"", "it's \"fine\""},
        {"a, b [c] {d}", "a, b [c] {d}"},
        {"$.a.b", "$.a.b"},
        {"\xC3\xA4\xE6\xBC\xA2\xF0\x9F\x9A\x80", "\xC3\xA4\xE6\xBC\xA2\xF0\x9F\x9A\x80"},
        {"a\nb", "|-\n  a\n  b"},
        {"a\nb\n", "|\n  a\n  b"},
        {"a\n\n  b: c\n# d\n\n\n", "|+\n  a\n\n    b: c\n  # d\n\n"},
        {"", "\"\""},
        {"5", "\"5\""},
        {"-5", "\"-5\""},
        {"+5", "\"+5\""},
        {"010", "\"010\""},
        {"0x1f", "\"0x1f\""},
        {"1e3", "\"1e3\""},
        {".5", "\".5\""},
        {".inf", "\".inf\""},
        {"1_000", "\"1_000\""},
        {"12:30:45", "\"12:30:45\""},
        {"2024-01-01", "\"2024-01-01\""},
        {"true", "\"true\""},
        {"Yes", "\"Yes\""},
        {"off", "\"off\""},
        {"y", "\"y\""},
        {"null", "\"null\""},
        {"~", "\"~\""},
        {"~x", "\"~x\""},
        {"=", "\"=\""},
        {"<<", "\"<<\""},
        {"---", "\"---\""},
        {"...", "\"...\""},
        {"-", "\"-\""},
        {"- x", "\"- x\""},
        {"? x", "\"? x\""},
        {": x", "\": x\""},
        {"a: b", "\"a: b\""},
        {"a:", "\"a:\""},
        {"#x", "\"#x\""},
        {"a #b", "\"a #b\""},
        {"&a", "\"&a\""},
        {"*a", "\"*a\""},
        {"!a", "\"!a\""},
        {"|", "\"|\""},
        {">", "\">\""},
        {"%a", "\"%a\""},
        {"@a", "\"@a\""},
        {"`a", "\"`a\""},
        {"[a]", "\"[a]\""},
        {"{a}", "\"{a}\""},
        {",a", "\",a\""},
        {"'a'", "\"'a'\""},
        {"\"a\"", "\"\\\"a\\\"\""},
        {"\\n", "\"\\\\n\""},
        {" a", "\" a\""},
        {"a ", "\"a \""},
        {"\ta", "\"\\ta\""},
        {"a\tb", "\"a\\tb\""},
        {"\n", "\"\\n\""},
        {"\na", "\"\\na\""},
        {" a\nb", "\" a\\nb\""},
        {"a\n \nb", "\"a\\n \\nb\""},
        {"a\n\tb", "\"a\\n\\tb\""},
        {"a\r\nb", "\"a\\r\\nb\""},
        {"\x1b[2J", "\"\\u001b[2J\""},
        {"\xE2\x80\xAEx", "\"\\u202ex\""},
        {"\xC2\x85", "\"\\u0085\""},
        {"x\xF3\xA0\x81\x81y", "\"x\\U000e0041y\""},
        {"\xF3\xA0\x80\x81\xF3\xA0\x81\xBF", "\"\\U000e0001\\U000e007f\""},
        {"\xEF\xBB\xBFx", "\"\xEF\xBB\xBFx\""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.value);
        const std::string yaml = manifest::render_yaml(text(row.value));
        CHECK(yaml == std::string(row.yaml) + "\n");
        const std::string json = schema::to_json(text(row.value));
        CHECK(again(yaml) == json);
        // The same as a value, as an item and as a key.
        Tree map;
        map.kind = Tree::Kind::map;
        map.entries = {{"k", {}, text(row.value)},
                       {std::string(row.value) + "'", {}, text("v")},
                       {"z", {}, text("end")}};
        Tree list;
        list.kind = Tree::Kind::list;
        list.items = {text(row.value), map, text(row.value)};
        CHECK(again(manifest::render_yaml(map)) == schema::to_json(map));
        CHECK(again(manifest::render_yaml(list)) == schema::to_json(list));
    }
}

TEST_CASE("hostile keys are quoted") {
    Tree map;
    map.kind = Tree::Kind::map;
    for (const std::string_view key :
         {"", "yes", "5", "a: b", "- x", "#", "<<", "a\nb", " a", "null", "? a", "*a"})
        map.entries.push_back({std::string(key), {}, text("v")});
    map.entries.push_back({std::string(2000, 'k'), {}, text("v")});
    Tree list;
    list.kind = Tree::Kind::list;
    list.items = {text("a")};
    map.entries.push_back({std::string(1000, '"'), {}, list});
    CHECK(again(manifest::render_yaml(map)) == schema::to_json(map));
}

TEST_CASE("empty documents") {
    CHECK(manifest::render_yaml({}) == "null\n");
    Tree map;
    map.kind = Tree::Kind::map;
    CHECK(manifest::render_yaml(map) == "{}\n");
    Tree list;
    list.kind = Tree::Kind::list;
    CHECK(manifest::render_yaml(list) == "[]\n");
}

} // namespace
