#include <doctest/doctest.h>

#include "zoo.hpp"

namespace {

using zoo::Zoo;

Zoo full() {
    Zoo z;
    z.title = "t\n\"q\"";
    z.code = "c";
    z.slug = "s";
    z.open = true;
    z.gates = 9;
    z.floors = 8;
    z.visitors = -7;
    z.price = 1.5;
    z.opens = base::milliseconds(1500);
    z.closes = base::Duration{};
    z.colour = zoo::Colour::red;
    z.extra.text = R"({"b":[1.50],"a":null})";
    z.key = base::SecretText("sk-1");
    z.animals = {"a", ""};
    z.tags = {"t"};
    z.cages = {{"n", 0}};
    z.keepers = {{"ann", ""}};
    z.labels = {{"b", ""}, {"a", "1"}};
    z.keys.emplace("k", "v");
    z.by_name = {{"x", {"y", 2}}};
    z.motto = "";
    z.year = 1900;
    z.free = false;
    z.tour = base::Duration{};
    z.best = zoo::Cage{"b", 3};
    z.front = {"f", 4};
    return z;
}

std::string revealed(const Zoo& zoo) {
    base::JsonWriter out;
    schema::encode(out, schema::type_of<Zoo>(), &zoo, schema::Secrets::reveal);
    return std::move(out).take();
}

TEST_CASE("fields are written in the order of the description, the empty ones left out") {
    Zoo empty;
    empty.title = "";
    empty.gates = empty.floors = 0;
    CHECK(schema::encode(empty) == R"({"closes":"1m0s","colour":"light_blue","front":{"animals":1}})");
    CHECK(
        schema::encode(full()) ==
        R"({"title":"t\n\"q\"","code":"c","slug":"s","open":true,"gates":9,"floors":8,"visitors":-7,"price":1.5,)"
        R"("opens":"1.5s","closes":"0s","colour":"red","extra":{"b":[1.50],"a":null},"key":"***","animals":["a",""],)"
        R"("tags":["t"],"cages":[{"name":"n","animals":0}],"keepers":[{"name":"ann"}],"labels":{"a":"1","b":""},)"
        R"("keys":{"k":"***"},"by_name":{"x":{"name":"y","animals":2}},"motto":"","year":1900,"free":false,)"
        R"("tour":"0s","best":{"name":"b","animals":3},"front":{"name":"f","animals":4}})");
}

TEST_CASE("secrets are masked unless they are asked for") {
    CHECK(schema::encode(full()).find("sk-1") == std::string::npos);
    CHECK(revealed(full()).find(R"("key":"sk-1")") != std::string::npos);
    CHECK(revealed(full()).find(R"("keys":{"k":"v"})") != std::string::npos);
}

TEST_CASE("what was encoded decodes to the same") {
    const std::string json = revealed(full());
    const schema::Parsed parsed = schema::parse_json(json);
    REQUIRE(parsed);
    CHECK(revealed(schema::decode_own<Zoo>(parsed.tree)) == json);
}

TEST_CASE("an enumerator has a name") {
    CHECK(schema::name_of(zoo::Colour::red) == "red");
    CHECK(schema::name_of(zoo::Colour::light_blue) == "light_blue");
}

} // namespace
