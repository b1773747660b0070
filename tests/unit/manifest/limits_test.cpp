// What a text may not do: say a thing twice, grow without bound, or not be text.
#include <string>

#include <doctest/doctest.h>

#include "../schema/marked.hpp"
#include "base/text.hpp"
#include "manifest/manifest.hpp"

namespace {

std::string said(std::string_view text, const std::string& file = "a.yaml") {
    base::Diagnostics diagnostics;
    (void)manifest::parse(file, text, diagnostics);
    return tests::complaints(diagnostics);
}

struct Row {
    std::string_view yaml; // with a mark
    std::string words;
};

TEST_CASE("what is wrong is said where it stands") {
    const Row rows[] = {
        {"a: 1\n^a: 2\n", "error: duplicate key 'a' | the first one is in line 1"},
        {"a:\n  b: 1\n  c: 2\n  ^b: 3\n", "error: duplicate key 'b' | the first one is in line 2"},
        {"{a: 1, ^\"a\": 2}", "error: duplicate key 'a' | the first one is in line 1"},
        {"^,", "error: unexpected text: the YAML parser cannot get past this place"},
        {"a: 1\n---\n^,\n", "error: unexpected text: the YAML parser cannot get past this place"},
        {"a: &x [^*x]\n", "error: an alias inside its own anchor"},
        {"a: &x {b: ^*x}\n", "error: an alias inside its own anchor"},
        {"a: ^*nowhere\n", "error: not valid YAML: the referenced anchor is not defined"},
        {"a: ^!secret x\n", "error: unknown tag '!secret' | only !!str, !!int, !!float, !!bool, !!null, "
                            "!!seq and !!map are known"},
        {"a: ^!!binary aGk=\n",
         "error: unknown tag 'tag:yaml.org,2002:binary' | only !!str, !!int, !!float, !!bool, "
         "!!null, !!seq and !!map are known"},
        {"a: ^!x [1]\n",
         "error: unknown tag '!x' | only !!str, !!int, !!float, !!bool, !!null, !!seq and !!map are known"},
        {"a: ^!x {}\n",
         "error: unknown tag '!x' | only !!str, !!int, !!float, !!bool, !!null, !!seq and !!map are known"},
        {"? ^[a]\n: 1\n", "error: a key must be text"},
        {"? ^{a: b}\n: 1\n", "error: a key must be text"},
        {"a:\n  <<: ^text\n", "error: '<<' must name a map or a list of maps"},
        {"a:\n  <<: [{b: 1}, ^2]\n", "error: '<<' must name a map or a list of maps"},
        {"a: [1, 2\n^", "error: not valid YAML: end of sequence flow not found"},
        {"a: b^: c\n", "error: not valid YAML: illegal map value"},
        {"a: ^\"x\nb: 1\n", "error: the quoted text that starts here does not end | close it with \""},
        {"a: 1\nb: ^'it''s\n", "error: the quoted text that starts here does not end | close it with '"},
        {"a: ^&x !!str \"x\\\"\n", "error: the quoted text that starts here does not end | close it with \""},
        {"a: ^@x\n", "error: not valid YAML: unknown token"},
        {"a:\n\tb^: 1\n",
         "error: not valid YAML: illegal map value | indent with spaces: YAML does not take tabs for it"},
        {"a: \"\\q^\"\n", "error: not valid YAML: unknown escape character: q"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.yaml);
        const tests::Marked source = tests::marked(row.yaml);
        CHECK(said(source.text) == tests::expected(source, {row.words}));
    }
}

TEST_CASE("what is not UTF-8 text is refused") {
    CHECK(said("a: \xC3\xA4\nb: \xC3\xA4\xFF\n") == "2:5 error: not valid UTF-8 | save the file as UTF-8\n");
    CHECK(said(std::string_view("a: \xC3\xA4\0\n", 7)) ==
          "1:5 error: the file contains a NUL byte: it is not text\n");
    CHECK(said("\xFF\xFE"
               "a\0") == "1:1 error: the file is UTF-16; manifests are UTF-8 | save it as UTF-8\n");
    CHECK(said("\xFE\xFF\0a") == "1:1 error: the file is UTF-16; manifests are UTF-8 | save it as UTF-8\n");
    CHECK(said("{\"a\": \"\xED\xA0\x80\"}", "a.json") ==
          "1:8 error: not valid UTF-8 | save the file as UTF-8\n");
}

TEST_CASE("64 levels are read, a 65th is refused at its place") {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + "x" + std::string(levels, ']');
    };
    CHECK(said(nested(64)) == "");
    CHECK(said(nested(65)) == "1:65 error: nested deeper than 64 levels\n");
    CHECK(said(std::string(100'000, '[')).ends_with(" error: nested deeper than 64 levels\n"));
    std::string block;
    for (std::size_t i = 0; i < 64; ++i)
        block += std::string(i, ' ') + "a:\n";
    CHECK(said(block) == "");
    CHECK(said(block + std::string(64, ' ') + "b: 1\n") == "65:65 error: nested deeper than 64 levels\n");
    CHECK(said(R"({"a": )" + nested(63) + "}", "a.json") != "");
    CHECK(said("- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - "
               "- - - - - - - - - - "
               "- - - - - - - - ^x") == "");
}

TEST_CASE("a bomb of 308 bytes is refused before it grows") {
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c <= 'i'; ++c) {
        bomb += std::string(1, c) + ": &" + c + " [";
        for (int i = 0; i < 9; ++i)
            bomb += (i == 0 ? "*" : ",*") + std::string(1, static_cast<char>(c - 1));
        bomb += "]\n";
    }
    CHECK(bomb.size() < 310);
    CHECK(said(bomb) == "6:8 error: aliases stand for more than 100000 nodes\n");
}

TEST_CASE("a large text cannot be copied often either") {
    const std::string large = "a: &x \"" + std::string(1U << 20U, 'y') + "\"\nb: [";
    CHECK(said(large + "*x, *x, *x]\n") == "");
    CHECK(said(large + "*x, *x, *x, *x, *x, *x, *x, *x]\n") ==
          "2:29 error: the document is larger than 8 MiB | split it into several documents with ---\n");
    std::string anchors = "a: ";
    for (int i = 0; i < 20; ++i)
        anchors += "&a" + std::to_string(i) + " [";
    anchors += "\"" + std::string(1U << 20U, 'y') + "\"" + std::string(20, ']');
    CHECK(said(anchors) == "1:60 error: anchors within anchors hold more than a document may\n");
}

TEST_CASE("a document has its size, a file may be larger") {
    const auto padded = [](std::size_t mebibytes) { // comments are quick to read
        return "a: 1\n#" + std::string(mebibytes << 20U, 'x') + "\nb: 2\n";
    };
    CHECK(said(padded(8)) ==
          "3:1 error: the document is larger than 8 MiB | split it into several documents with ---\n");
    CHECK(said(padded(5) + "---\n" + padded(5)) == "");
    CHECK(said("{\"a\": \"" + std::string(manifest::largest_document, 'x') + "\"}", "a.json") ==
          "1:1 error: the document is larger than 8 MiB | split it into several files\n");
}

TEST_CASE("a document has its number of nodes") {
    std::string text = "[";
    for (std::size_t i = 0; i + 1 < schema::max_nodes; ++i)
        text += "x,";
    CHECK(said(text + "y]") == "1:2000000 error: the document has more than 1000000 nodes\n");
}

TEST_CASE("a map with many keys is checked for repeats and merged in linear time") {
    std::string text = "base: &base\n";
    for (int i = 0; i < 20'000; ++i)
        text += base::format("  k{}: {}\n", i, i);
    CHECK(said(text + "copy:\n  <<: *base\n  k7: x\n") == "");
    CHECK(said(text + "  k7: x\n") == "20002:3 error: duplicate key 'k7' | the first one is in line 9\n");
}

} // namespace
