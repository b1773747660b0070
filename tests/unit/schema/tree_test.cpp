#include <doctest/doctest.h>

#include "schema/tree.hpp"

namespace {

using schema::Plain;
using schema::Tree;

Tree plain(std::string_view text) {
    Tree out;
    out.kind = Tree::Kind::scalar;
    out.text = std::string(text);
    return out;
}

Tree quoted(std::string_view text) {
    Tree out = plain(text);
    out.quoted = true;
    return out;
}

TEST_CASE("plain words mean what YAML's core schema says, and JSON says the same") {
    struct Row {
        std::string_view text;
        Plain meaning;
        std::string_view json;
    };
    const Row rows[] = {
        {"", Plain::null, "null"},
        {"~", Plain::null, "null"},
        {"null", Plain::null, "null"},
        {"Null", Plain::null, "null"},
        {"NULL", Plain::null, "null"},
        {"nULL", Plain::text, "\"nULL\""},
        {"nil", Plain::text, "\"nil\""},
        {"true", Plain::boolean, "true"},
        {"True", Plain::boolean, "true"},
        {"TRUE", Plain::boolean, "true"},
        {"FALSE", Plain::boolean, "false"},
        {"tRUE", Plain::text, "\"tRUE\""},
        {"yes", Plain::text, "\"yes\""},
        {"No", Plain::text, "\"No\""},
        {"on", Plain::text, "\"on\""},
        {"off", Plain::text, "\"off\""},
        {"y", Plain::text, "\"y\""},
        {"0", Plain::integer, "0"},
        {"-0", Plain::integer, "-0"},
        {"+0", Plain::integer, "0"},
        {"12", Plain::integer, "12"},
        {"-19", Plain::integer, "-19"},
        {"+5", Plain::integer, "5"},
        {"010", Plain::integer, "10"},
        {"-010", Plain::integer, "-10"},
        {"000", Plain::integer, "0"},
        {"-000", Plain::integer, "0"},
        {"08", Plain::integer, "8"},
        {"0x1F", Plain::integer, "31"},
        {"0xffffffffffffffff", Plain::integer, "18446744073709551615"},
        {"0x10000000000000000", Plain::text, "\"0x10000000000000000\""},
        {"0x", Plain::text, "\"0x\""},
        {"0xG", Plain::text, "\"0xG\""},
        {"-0x1F", Plain::text, "\"-0x1F\""},
        {"0o17", Plain::integer, "15"},
        {"0o8", Plain::text, "\"0o8\""},
        {"0b101", Plain::text, "\"0b101\""},
        {"1_000", Plain::text, "\"1_000\""},
        {"12:30", Plain::text, "\"12:30\""},
        {"123456789012345678901234567890", Plain::integer, "123456789012345678901234567890"},
        {"+00123456789012345678901234567890", Plain::integer, "123456789012345678901234567890"},
        {"0.70", Plain::number, "0.70"},
        {".5", Plain::number, "0.5"},
        {"-.5", Plain::number, "-0.5"},
        {"5.", Plain::number, "5"},
        {"+1.5", Plain::number, "1.5"},
        {"010.5", Plain::number, "10.5"},
        {"1e3", Plain::number, "1e3"},
        {"1E+3", Plain::number, "1E+3"},
        {".5e1", Plain::number, "5"},
        {"1e-400", Plain::number, "1e-400"},
        {"1e999", Plain::text, "\"1e999\""},
        {".", Plain::text, "\".\""},
        {"-", Plain::text, "\"-\""},
        {"+", Plain::text, "\"+\""},
        {"-.", Plain::text, "\"-.\""},
        {"1.2.3", Plain::text, "\"1.2.3\""},
        {"1e", Plain::text, "\"1e\""},
        {"e3", Plain::text, "\"e3\""},
        {"+-5", Plain::text, "\"+-5\""},
        {".inf", Plain::text, "\".inf\""},
        {"-.INF", Plain::text, "\"-.INF\""},
        {".nan", Plain::text, "\".nan\""},
        {"inf", Plain::text, "\"inf\""},
        {"nan", Plain::text, "\"nan\""},
        {"2024-10-21", Plain::text, "\"2024-10-21\""},
        {"gpt-4o", Plain::text, "\"gpt-4o\""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(schema::meaning(plain(row.text)) == row.meaning);
        CHECK(schema::to_json(plain(row.text)) == row.json);
        CHECK(schema::meaning(quoted(row.text)) == Plain::text);
        CHECK(schema::parse_json(row.json).error == "");
    }
    CHECK(schema::to_json(quoted("010")) == "\"010\"");
    CHECK(schema::to_json(quoted("")) == "\"\"");
    CHECK(schema::to_json(quoted("~")) == "\"~\"");
}

TEST_CASE("a tree as JSON reads back as the same JSON") {
    for (const std::string_view json :
         {"null", "{}", "[]", "[[],{}]", R"({"b":1,"a":{"":[null,true,"x\ny",1.50,"1.50"]}})",
          R"(["\u001b","é"])"}) {
        CAPTURE(json);
        const schema::Parsed parsed = schema::parse_json(json);
        REQUIRE(parsed);
        CHECK(schema::to_json(parsed.tree) == json);
    }
}

} // namespace
