// Rules between fields: where their complaints land and when they run.
#include <doctest/doctest.h>

#include "marked.hpp"
#include "zoo.hpp"

namespace {

std::string said(std::string_view json, bool rules = true) {
    base::Diagnostics diagnostics;
    (void)schema::decode<zoo::Zoo>(schema::parse_json(json).tree, "zoo",
                                   {"zoo.json", schema::Unknown::error, rules}, diagnostics);
    return tests::complaints(diagnostics);
}

TEST_CASE("a rule complains at the field it is about, or at the nearest place that was written") {
    struct Row {
        std::string_view json;
        std::vector<std::string> words;
    };
    const Row rows[] = {
        {R"({"best": {"name": "empty", "animals": ^3}})",
         {"error: zoo.best.animals must be 0 in an empty cage | animals: 0"}},
        {R"({"best": ^{"name": "empty"}})",
         {"error: zoo.best.animals must be 0 in an empty cage | animals: 0"}},
        {R"({"cages": [{"name": "x"}, ^{"name": "lion"}]})", {"warning: zoo.cages[1] is dangerous"}},
        {R"({"best": {"cageName": ^"ghost"}})", {"error: no such animal"}},
        {R"({"best": {"name": ^"none"}})", {"error: zoo.best.name must be somebody"}},
        {R"({"best": {"cageName": ^"none"}})", {"error: zoo.best.name must be somebody"}},
        {R"({"price": ^-1})", {"error: zoo.price.of.a.ticket is too small"}},
        {R"({"best": {"name": "empty", "animals": 0}})", {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const tests::Marked source = tests::marked(row.json);
        CHECK(said(source.text) == tests::expected(source, row.words));
        CHECK(said(source.text, false) == "");
    }
}

TEST_CASE("a rule does not run on a struct that could not be read, but others do") {
    CHECK(said(R"({"price": -1, "open": "x", "best": {"name": "ghost"}})") ==
          "1:23 error: invalid zoo.open value \"x\": expected true or false\n"
          "1:45 error: no such animal\n");
}

} // namespace
