// What YAML may say, and that it arrives as it was meant.
#include <string>

#include <doctest/doctest.h>

#include "../schema/marked.hpp"
#include "manifest/manifest.hpp"

namespace {

/// The documents as JSON, a line each; or the complaints.
std::string json_of(std::string_view text, const std::string& file = "a.yaml") {
    base::Diagnostics diagnostics;
    std::string out;
    for (const auto& document : manifest::parse(file, text, diagnostics)) {
        if (!out.empty()) out += '\n';
        out += schema::to_json(*document);
    }
    return diagnostics.all().empty() ? out : tests::complaints(diagnostics);
}

TEST_CASE("the ways to write a value") {
    struct Row {
        std::string_view yaml;
        std::string_view json;
    };
    const Row rows[] = {
        {"a: 1 # a comment\n# another\nb: x#y # z\n", R"({"a":1,"b":"x#y"})"},
        {"a: [x, 'y z', 3]\nb: {c: d, e: [f]}\n", R"({"a":["x","y z",3],"b":{"c":"d","e":["f"]}})"},
        {"a: [\n  x,\n  y, # trailing comma\n]\n", R"({"a":["x","y"]})"},
        {"a: []\nb: {}\nc:\n", R"({"a":[],"b":{},"c":null})"},
        {"a:\n- x\n- y: 1\n  z: 2\n-\n- [1]\n", R"({"a":["x",{"y":1,"z":2},null,[1]]})"},
        {"a: one\n  two\n\n  three\n", R"({"a":"one two\nthree"})"},
        {"a: >\n  one\n  two\n\n  three\n", R"({"a":"one two\nthree\n"})"},
        {"a: >-\n  one\n  two\n", R"({"a":"one two"})"},
        {"a: |\n  # heading\n\n  text # not a comment\n    indented\n",
         R"({"a":"# heading\n\ntext # not a comment\n  indented\n"})"},
        {"a: |-\n  x\n\n\nb: 1\n", R"({"a":"x","b":1})"},
        {"a: |+\n  x\n\n\nb: 1\n", R"({"a":"x\n\n\n","b":1})"},
        {"a: |2\n    x\n", R"({"a":"  x\n"})"},
        {"a: |\nb: 1\n", R"({"a":"","b":1})"},
        {"a: \"x\\ty\\u00e4\\x41\\\n  z\"\n", "{\"a\":\"x\\ty\xC3\xA4"
                                              "Az\"}"},
        {"a: 'it''s'\n", R"({"a":"it's"})"},
        {"'a b': 1\n\"c\": 2\n? d\n: 3\n", R"({"a b":1,"c":2,"d":3})"},
        {"a: http://x:1/y\nb: -x\nc: a:b\n", R"({"a":"http://x:1/y","b":"-x","c":"a:b"})"},
        {"1: one\ntrue: yes\n", R"({"1":"one","true":"yes"})"},
        {"a: !!str 1\nb: !!int \"2\"\nc: !!map {}\nd: !!null \"\"\ne: ! 5\n",
         R"({"a":"1","b":2,"c":{},"d":null,"e":"5"})"},
        {"%YAML 1.2\n---\na: 1\n", R"({"a":1})"},
        {"\xC3\xA4: \xE6\xBC\xA2\n", "{\"\xC3\xA4\":\"\xE6\xBC\xA2\"}"},
        {"a: 1\r\nb: |\r\n  x\r\n  y\r\n", R"({"a":1,"b":"x\ny\n"})"},
        {"just text\n", R"("just text")"},
        {"- 1\n- 2\n", "[1,2]"},
        {"", ""},
        {"# only a comment\n", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.yaml);
        CHECK(json_of(row.yaml) == row.json);
    }
}

TEST_CASE("words are what YAML 1.2 says: yes is text, 010 is ten") {
    CHECK(
        json_of("[yes, no, on, off, y, n, true, False, ~, null, 010, 0x1F, 0o17, .5, 1e3, 1_000, 12:30, "
                "2024-10-21, .inf]") ==
        R"(["yes","no","on","off","y","n",true,false,null,null,10,31,15,0.5,1e3,"1_000","12:30","2024-10-21",".inf"])");
    CHECK(json_of("['true', \"1\", 'null', \"~\", '']") == R"(["true","1","null","~",""])");
    CHECK(json_of("a: |\n  1\nb: >-\n  true\n") == R"({"a":"1\n","b":"true"})");
}

TEST_CASE("anchors, aliases and merge keys") {
    CHECK(json_of("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n") ==
          R"({"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]})");
    CHECK(json_of("a: &x text\nb: *x\n") == R"({"a":"text","b":"text"})");
    CHECK(json_of("a: &x \"1\"\nb: *x\n") == R"({"a":"1","b":"1"})");
    CHECK(json_of("a: &x 1\nb: &x 2\nc: *x\n") == R"({"a":1,"b":2,"c":2})"); // the last one with that name
    CHECK(json_of("&k a: 1\nb: *k\n") == R"({"a":1,"b":"a"})");
    CHECK(json_of("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n") ==
          R"({"a":{"b":1,"c":2},"d":{"c":3,"b":1}})");
    CHECK(json_of("a: &x {b: 1}\ny: &y {b: 2, z: 3}\nd:\n  <<: [*x, *y]\n") ==
          R"({"a":{"b":1},"y":{"b":2,"z":3},"d":{"b":1,"z":3}})");
    CHECK(json_of("d:\n  <<: {b: 1}\n  e: 2\n  <<: {f: 3}\n") == R"({"d":{"e":2,"b":1,"f":3}})");
    CHECK(json_of("\"<<\": {b: 1}\n") == R"({"<<":{"b":1}})"); // quoted, it is a key like any other
}

TEST_CASE("several documents") {
    CHECK(json_of("---\na: 1\n") == R"({"a":1})");
    CHECK(json_of("a: 1\n---\nb: 2\n--- # comment\nc: 3\n...\n") == "{\"a\":1}\n{\"b\":2}\n{\"c\":3}");
    CHECK(json_of("---\n---\na: 1\n---\n") == "null\n{\"a\":1}\nnull");
    CHECK(json_of("--- {a: 1}\n--- |\n  text\n--- x\n") == "{\"a\":1}\n\"text\\n\"\n\"x\"");
    CHECK(json_of("a: &x 1\n---\nb: *x\n") ==
          "3:4 error: not valid YAML: the referenced anchor is not defined\n");
}

TEST_CASE("JSON is read as JSON, and as YAML when it is nearly JSON") {
    CHECK(json_of("{\"a\": [1, \"1\"]}") == R"({"a":[1,"1"]})");
    CHECK(json_of("\n  {\"a\": 1}  \n", "a.txt") == R"({"a":1})");
    CHECK(json_of("\xEF\xBB\xBF{\"a\": 1}") == R"({"a":1})");
    CHECK(json_of("\xEF\xBB\xBF"
                  "a: 1\n") == R"({"a":1})");
    CHECK(json_of("{a: 1, b: yes}") == R"({"a":1,"b":"yes"})");
    CHECK(json_of("{\"a\": 1,}") == R"({"a":1})");
    CHECK(json_of("{\"a\": 1}\n---\n{\"b\": 2}\n") == "{\"a\":1}\n{\"b\":2}");
}

TEST_CASE("a file called .json must be JSON") {
    CHECK(json_of("{\"a\": 1,}", "a.json") == "1:1 error: not valid JSON: the JSON document has an improper "
                                              "structure: missing or superfluous commas, braces, "
                                              "missing keys, etc\n");
    CHECK(json_of("{\"a\": 1\n\"b\": 2}", "a.JSON") ==
          "2:4 error: not valid YAML: end of map flow not found\n");
    CHECK(json_of("{\"a\": 1, \n \"a\": 2}", "a.json") == "2:2 error: duplicate key 'a'\n");
}

TEST_CASE("places are lines and characters from one") {
    const tests::Marked source =
        tests::marked("^\xC3\xA4: ^{\xC3\xB6: ^x, b: ^[\"\xE2\x82\xAC\", ^1]}\nc:\n  - ^y\n^d:\n");
    base::Diagnostics diagnostics;
    const auto documents = manifest::parse("a.yaml", source.text, diagnostics);
    REQUIRE(documents.size() == 1);
    const auto& e = documents[0]->entries;
    REQUIRE(e.size() == 3);
    const base::Mark found[] = {e[0].mark,
                                e[0].value.mark,
                                e[0].value.entries[0].value.mark,
                                e[0].value.entries[1].value.mark,
                                e[0].value.entries[1].value.items[1].mark,
                                e[1].value.items[0].mark,
                                e[2].value.mark}; // nothing has the place of its key
    REQUIRE(source.marks.size() == std::size(found));
    for (std::size_t i = 0; i < source.marks.size(); ++i) {
        CAPTURE(i);
        CHECK(found[i] == source.marks[i]);
    }
}

} // namespace
