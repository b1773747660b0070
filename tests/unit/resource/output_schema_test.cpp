#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "json_text.hpp"
#include "resource/output_schema.hpp"

namespace {

using tests::json;
using tests::Texts;

struct Fit {
    std::string_view schema;
    std::string_view value;
    Texts violations = {};
};

void check_fits(std::initializer_list<Fit> rows) {
    for (const Fit& row : rows) {
        CAPTURE(row.schema);
        CAPTURE(row.value);
        const schema::Tree schema = json(row.schema);
        CHECK(resource::schema_problem(schema) == "");
        CHECK(resource::violations(schema, json(row.value), 10) == row.violations);
    }
}

TEST_CASE("type") {
    check_fits({
        {R"({})", R"(null)"},
        {R"({"type": "null"})", R"(null)"},
        {R"({"type": "null"})", R"("null")", {"$: must be null, not string"}},
        {R"({"type": "boolean"})", R"(false)"},
        {R"({"type": "boolean"})", R"("true")", {"$: must be boolean, not string"}},
        {R"({"type": "boolean"})", R"(0)", {"$: must be boolean, not number"}},
        {R"({"type": "string"})", R"("")"},
        {R"({"type": "string"})", R"("12")"},
        {R"({"type": "string"})", R"(12)", {"$: must be string, not number"}},
        {R"({"type": "number"})", R"(-1.5e-3)"},
        {R"({"type": "number"})", R"("1")", {"$: must be number, not string"}},
        {R"({"type": "number"})", R"(true)", {"$: must be number, not boolean"}},
        {R"({"type": "integer"})", R"(7)"},
        {R"({"type": "integer"})", R"(1.0)"},
        {R"({"type": "integer"})", R"(-0.0)"},
        {R"({"type": "integer"})", R"(1.5e1)"},
        {R"({"type": "integer"})", R"(1e300)"},
        {R"({"type": "integer"})", R"(123456789012345678901234567890)"},
        {R"({"type": "integer"})", R"(1.5)", {"$: must be integer, not number"}},
        {R"({"type": "integer"})", R"(15e-1)", {"$: must be integer, not number"}},
        {R"({"type": "array"})", R"([])"},
        {R"({"type": "array"})", R"({})", {"$: must be array, not object"}},
        {R"({"type": "object"})", R"({})"},
        {R"({"type": "object"})", R"([{}])", {"$: must be object, not array"}},
        {R"({"type": ["string", "null"]})", R"(null)"},
        {R"({"type": ["string", "null"]})", R"(1)", {"$: must be string or null, not number"}},
        {R"({"type": ["integer", "string", "null"]})",
         R"([])",
         {"$: must be integer, string, or null, not array"}},
    });
}

TEST_CASE("schemas that are true or false") {
    check_fits({
        {R"(true)", R"([1])"},
        {R"(false)", R"(1)", {"$: is not allowed"}},
        {R"({"properties": {"a": false}})", R"({"b": 1})"},
        {R"({"properties": {"a": false}})", R"({"a": 1})", {"$.a: is not allowed"}},
        {R"({"items": true})", R"([1, null])"},
        {R"({"items": false})", R"([])"},
        {R"({"items": false})", R"([1])", {"$[0]: is not allowed"}},
    });
}

TEST_CASE("properties, required and additionalProperties") {
    check_fits({
        {R"({"properties": {"a": {"type": "string"}}})", R"({})"},
        {R"({"properties": {"a": {"type": "string"}}})", R"("not an object")"},
        {R"({"properties": {"a": {"type": "string"}}})", R"({"a": 1})", {"$.a: must be string, not number"}},
        {R"({"properties": {"a": {"properties": {"b": {"type": "null"}}}}})",
         R"({"a": {"b": []}})",
         {"$.a.b: must be null, not array"}},
        {R"({"required": ["a", "b"]})", R"({"b": null, "a": null})"},
        {R"({"required": ["a", "b", "c"]})", R"({"b": 1})", {"$.a: is missing", "$.c: is missing"}},
        {R"({"required": ["a"]})", R"([])"},
        {R"({"required": []})", R"({})"},
        {R"({"additionalProperties": false})", R"({})"},
        {R"({"additionalProperties": false})", R"({"a": 1})", {"$.a: is not allowed"}},
        {R"({"additionalProperties": true})", R"({"a": 1})"},
        {R"({"properties": {"a": {}}, "additionalProperties": false})",
         R"({"a": 1, "b": 1, "c": 1})",
         {"$.b: is not allowed", "$.c: is not allowed"}},
        {R"({"properties": {"a": {}}, "additionalProperties": {"type": "number"}})",
         R"({"a": "", "b": "", "c": 1})",
         {"$.b: must be number, not string"}},
        {R"({"allOf": [{"properties": {"a": {}}}], "additionalProperties": false})",
         R"({"a": 1})",
         {"$.a: is not allowed"}},
        {R"({"patternProperties": {"^x": {}}, "additionalProperties": false})", R"({"x1": 1})"},
        {R"({"minProperties": 1})", R"({})", {"$: has 0 properties, fewer than 1"}},
        {R"({"minProperties": 1})", R"({"a": 1})"},
        {R"({"minProperties": 2})", R"({"a": 1})", {"$: has 1 property, fewer than 2"}},
        {R"({"maxProperties": 1})", R"({"a": 1, "b": 2})", {"$: has 2 properties, more than 1"}},
        {R"({"maxProperties": 0})", R"([1])"},
    });
}

TEST_CASE("the path of a value can be read") {
    check_fits({
        {R"({"properties": {"items": {"items": {"properties": {"price": {"maximum": 10}}}}}})",
         R"({"items": [{"price": 1}, {}, {"price": 12}]})",
         {"$.items[2].price: 12 is more than 10"}},
        {R"({"additionalProperties": false})", R"({"a b": 1})", {R"($["a b"]: is not allowed)"}},
        {R"({"additionalProperties": false})", R"({"": 1})", {R"($[""]: is not allowed)"}},
        {R"({"additionalProperties": false})", R"({"1": 1})", {R"($["1"]: is not allowed)"}},
        {R"({"additionalProperties": false})", R"({"a.b": 1})", {R"($["a.b"]: is not allowed)"}},
        {R"({"additionalProperties": false})", R"({"a-b_$2": 1})", {"$.a-b_$2: is not allowed"}},
        {R"({"additionalProperties": false})",
         R"({"\u001b[2J\"": 1})",
         {R"($["\u001b[2J\""]: is not allowed)"}},
        {R"({"items": {"items": {"type": "null"}}})",
         R"([[], [null, 1]])",
         {"$[1][1]: must be null, not number"}},
    });
    const std::string key(10'000, 'k');
    CHECK(resource::violations(json(R"({"additionalProperties": false})"), json("{\"" + key + "\": 1}"), 1) ==
          Texts{"$[\"" + std::string(57, 'k') + "...\"]: is not allowed"});
}

TEST_CASE("items, prefixItems, their number and uniqueItems") {
    check_fits({
        {R"({"items": {"type": "integer"}})", R"([1, 2])"},
        {R"({"items": {"type": "integer"}})",
         R"([1, "2", 3.5])",
         {"$[1]: must be integer, not string", "$[2]: must be integer, not number"}},
        {R"({"items": {"type": "integer"}})", R"({"0": "a"})"},
        {R"({"prefixItems": [{"type": "string"}, {"type": "integer"}]})", R"([])"},
        {R"({"prefixItems": [{"type": "string"}, {"type": "integer"}]})", R"(["a", 1, null])"},
        {R"({"prefixItems": [{"type": "string"}, {"type": "integer"}]})",
         R"([1, "a"])",
         {"$[0]: must be string, not number", "$[1]: must be integer, not string"}},
        {R"({"prefixItems": [{"type": "string"}], "items": {"type": "null"}})",
         R"(["a", null, 1])",
         {"$[2]: must be null, not number"}},
        {R"({"prefixItems": [{}], "items": false})", R"([1, 2])", {"$[1]: is not allowed"}},
        {R"({"minItems": 2})", R"([1])", {"$: has 1 item, fewer than 2"}},
        {R"({"minItems": 2.0})", R"([1, 2])"},
        {R"({"maxItems": 2})", R"([1, 2, 3])", {"$: has 3 items, more than 2"}},
        {R"({"maxItems": 0})", R"("abc")"},
        {R"({"maxItems": 99999999999999999999999})", R"([1])"},
        {R"({"uniqueItems": true})", R"([1, 2, "1", true, null, [1], {"a": 1}])"},
        {R"({"uniqueItems": true})", R"([1, 2, 1.0])", {"$: items 0 and 2 are equal"}},
        {R"({"uniqueItems": true})",
         R"([{"a": 1, "b": 2}, 0, {"b": 2, "a": 10e-1}])",
         {"$: items 0 and 2 are equal"}},
        {R"({"uniqueItems": true})", R"([[1, 2], [2, 1]])"},
        {R"({"uniqueItems": true})", R"([0, false, "", null, [], {}])"},
        {R"({"uniqueItems": true})", R"(["12:a", "2:a"])"},
        {R"({"uniqueItems": false})", R"([1, 1])"},
    });
}

TEST_CASE("enum and const compare by value") {
    check_fits({
        {R"({"enum": ["red", "green"]})", R"("red")"},
        {R"({"enum": ["red", "green"]})", R"("Red")", {R"($: "Red" is not one of "red", "green")"}},
        {R"({"enum": [1, null, true]})", R"(1.0)"},
        {R"({"enum": [1, null, true]})", R"(null)"},
        {R"({"enum": [1, null, true]})", R"("true")", {R"($: "true" is not one of 1, null, true)"}},
        {R"({"enum": [1]})", R"(true)", {"$: true is not one of 1"}},
        {R"({"enum": [[1, {"a": 2}]]})", R"([1e0, {"a": 2.0}])"},
        {R"({"enum": [[1], {}]})", R"([2])", {"$: an array is not one of an array, an object"}},
        {R"({"enum": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]})",
         R"(13)",
         {"$: 13 is not one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2 more"}},
        {R"({"const": "a"})", R"("a")"},
        {R"({"const": "a"})", R"("b")", {R"($: "b" is not "a")"}},
        {R"({"const": 0})", R"(-0.0)"},
        {R"({"const": 0})", R"(false)", {"$: false is not 0"}},
        {R"({"const": null})", R"(null)"},
        {R"({"const": null})", R"("")", {R"($: "" is not null)"}},
        {R"({"const": 9007199254740993})",
         R"(9007199254740992)",
         {"$: 9007199254740992 is not 9007199254740993"}},
        {R"({"const": 0.1})", R"(0.10)"},
        {R"({"const": 100})", R"(1E+2)"},
        {R"({"const": {"a": [1], "b": {}}})", R"({"b": {}, "a": [1]})"},
        {R"({"const": {"a": [1]}})", R"({"a": [2]})", {"$: an object other than that of const"}},
        {R"({"const": {"a": 1}})", R"({"a": 1, "b": 1})", {"$: an object other than that of const"}},
        {R"({"const": []})", R"({})", {"$: an object is not an array"}},
    });
}

TEST_CASE("bounds of numbers are exact") {
    check_fits({
        {R"({"minimum": 1})", R"(1.0)"},
        {R"({"minimum": 1})", R"(0.999)", {"$: 0.999 is less than 1"}},
        {R"({"minimum": -1})", R"(-2)", {"$: -2 is less than -1"}},
        {R"({"minimum": 1})", R"("0")"},
        {R"({"maximum": 10})", R"(10)"},
        {R"({"maximum": 10})", R"(10.0001)", {"$: 10.0001 is more than 10"}},
        {R"({"maximum": 9007199254740992})",
         R"(9007199254740993)",
         {"$: 9007199254740993 is more than 9007199254740992"}},
        {R"({"maximum": 1e3})", R"(999.9)"},
        {R"({"maximum": 0})", R"(1e-320)", {"$: 1e-320 is more than 0"}},
        {R"({"exclusiveMinimum": 0})", R"(0.0)", {"$: 0.0 is not more than 0"}},
        {R"({"exclusiveMinimum": 0})", R"(0.1)"},
        {R"({"exclusiveMaximum": 5})", R"(5)", {"$: 5 is not less than 5"}},
        {R"({"exclusiveMaximum": 5})", R"(-5)"},
        {R"({"multipleOf": 2})", R"(4)"},
        {R"({"multipleOf": 2})", R"(7)", {"$: 7 is not a multiple of 2"}},
        {R"({"multipleOf": 0.01})", R"(19.99)"},
        {R"({"multipleOf": 0.01})", R"(19.999)", {"$: 19.999 is not a multiple of 0.01"}},
        {R"({"multipleOf": 0.0001})", R"(0.0075)"},
        {R"({"multipleOf": 1.5})", R"(-4.5)"},
        {R"({"multipleOf": 3})", R"(1e300)", {"$: 1e300 is not a multiple of 3"}},
        {R"({"multipleOf": 8})", R"(1e300)"},
        {R"({"multipleOf": 7})", R"(0)"},
        {R"({"multipleOf": 100})", R"(150)", {"$: 150 is not a multiple of 100"}},
        {R"({"multipleOf": 1e-300})", R"(1e300)"},
    });
}

TEST_CASE("the length of a text counts characters, a pattern matches anywhere") {
    check_fits({
        {R"({"minLength": 2})", R"("é")", {"$: has 1 character, fewer than 2"}},
        {R"({"minLength": 2})", R"("éé")"},
        {R"({"maxLength": 2})", R"("😀😀")"},
        {R"({"maxLength": 2})", R"("abc")", {"$: has 3 characters, more than 2"}},
        {R"({"maxLength": 2})", R"(12345)"},
        {R"({"pattern": "b+"})", R"("abbc")"},
        {R"({"pattern": "^b+$"})", R"("abbc")", {R"($: "abbc" does not match "^b+$")"}},
        {R"({"pattern": "^.$"})", R"("é")"},
        {R"({"pattern": "^\\d{4}-\\d\\d$"})", R"("2026-11")"},
        {R"({"pattern": "^\\p{Lu}"})", R"("Éa")"},
        {R"({"pattern": "a"})", R"(1)"},
    });
}

TEST_CASE("anyOf, oneOf, allOf and not") {
    check_fits({
        {R"({"allOf": [{"minimum": 1}, {"maximum": 3}]})", R"(2)"},
        {R"({"allOf": [{"minimum": 1}, {"minimum": 2}]})",
         R"(0)",
         {"$: 0 is less than 1", "$: 0 is less than 2"}},
        {R"({"anyOf": [{"minimum": 5}, {"maximum": 1}]})", R"(0)"},
        {R"({"anyOf": [{"minimum": 5}, {"maximum": 1}]})",
         R"(3)",
         {"$: fits none of the 2 schemas of anyOf"}},
        {R"({"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "string"}}]})",
         R"(["a", 1])",
         {"$[1]: must be string, not number"}},
        {R"({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"type": "object", "required": ["x"]}}})",
         R"({})",
         {"$.x: is missing"}},
        {R"({"anyOf": [{"type": "null"}, {"type": "object"}]})",
         R"(1)",
         {"$: fits none of the 2 schemas of anyOf"}},
        {R"({"anyOf": [{"type": "object", "required": ["x"]}, {"type": "object", "required": ["y"]}]})",
         R"({})",
         {"$: fits none of the 2 schemas of anyOf"}},
        {R"({"anyOf": [false, true]})", R"(1)"},
        {R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})", R"(1)"},
        {R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})", R"(2.5)"},
        {R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})",
         R"(3)",
         {"$: fits both schema 1 and schema 2 of oneOf"}},
        {R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})",
         R"(1.5)",
         {"$: fits none of the 2 schemas of oneOf"}},
        {R"({"not": {"type": "string"}})", R"(1)"},
        {R"({"not": {"type": "string"}})", R"("a")", {"$: fits the schema of not"}},
        {R"({"not": {"not": {"type": "string"}}})", R"(1)", {"$: fits the schema of not"}},
        {R"({"not": {}})", R"(1)", {"$: fits the schema of not"}},
        {R"({"properties": {"a": {"anyOf": [{"const": 1}, {"const": 2}]}}, "required": ["b"]})",
         R"({"a": 3})",
         {"$.a: fits none of the 2 schemas of anyOf", "$.b: is missing"}},
    });
}

TEST_CASE("a keyword that is not looked at makes no answer wrong") {
    check_fits({
        {R"({"format": "date", "if": {"type": "string"}, "then": false})", R"("x")"},
        {R"({"not": {"format": "date"}})", R"("x")"},
        {R"({"not": {"format": "date", "type": "string"}})", R"(1)"},
        {R"({"not": {"properties": {"a": {"format": "date"}}}})", R"({"a": "x"})"},
        {R"({"not": {"not": {"format": "date"}}})", R"("x")"},
        {R"({"not": {"anyOf": [{"format": "date"}, {"type": "null"}]}})", R"("x")"},
        {R"({"not": {"anyOf": [{"format": "date"}, {"type": "string"}]}})",
         R"("x")",
         {"$: fits the schema of not"}},
        {R"({"oneOf": [{"format": "date"}, {"format": "email"}]})", R"("x")"},
        {R"({"oneOf": [{"format": "date"}, {"type": "null"}, {"type": "array"}]})", R"("x")"},
        {R"({"oneOf": [{"format": "date"}, {"type": "string"}, {"minLength": 1}]})",
         R"("x")",
         {"$: fits both schema 2 and schema 3 of oneOf"}},
        {R"({"anyOf": [{"format": "date"}, {"type": "null"}]})", R"("x")"},
        {R"({"anyOf": [{"format": "date", "type": "null"}, {"const": 1}]})",
         R"("x")",
         {"$: fits none of the 2 schemas of anyOf"}},
    });
}

TEST_CASE("references inside the schema") {
    check_fits({
        {R"({"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}})", R"(null)"},
        {R"({"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}})",
         R"(1)",
         {"$: must be null, not number"}},
        {R"({"$ref": "#/definitions/a", "definitions": {"a": {"type": "null"}}})",
         R"(1)",
         {"$: must be null, not number"}},
        {R"({"$ref": "#/$defs/a", "minimum": 3, "$defs": {"a": {"maximum": 1}}})",
         R"(2)",
         {"$: 2 is more than 1", "$: 2 is less than 3"}},
        {R"({"properties": {"child": {"$ref": "#"}}, "additionalProperties": false})",
         R"({"child": {"child": {"chid": 1}}})",
         {"$.child.child.chid: is not allowed"}},
        {R"({"$ref": "#/$defs/a~1b~0c%25d e", "$defs": {"a/b~c%d e": {"type": "null"}}})",
         R"(1)",
         {"$: must be null, not number"}},
        {R"({"prefixItems": [{"type": "null"}], "items": {"$ref": "#/prefixItems/0"}})",
         R"([null, 1])",
         {"$[1]: must be null, not number"}},
        {R"({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": false}})",
         R"(1)",
         {"$: is not allowed"}},
        {R"({"properties": {"$ref": {"type": "null"}}})",
         R"({"$ref": 1})",
         {"$.$ref: must be null, not number"}},
    });
}

TEST_CASE("as many violations as are asked for, at least one") {
    const schema::Tree schema = json(R"({"items": {"type": "null"}, "maxItems": 1})");
    const schema::Tree value = json(R"([1, 2, 3])");
    const Texts all{"$[0]: must be null, not number", "$[1]: must be null, not number",
                    "$[2]: must be null, not number", "$: has 3 items, more than 1"};
    for (std::size_t most = 0; most < 6; ++most) {
        const std::size_t count = std::min<std::size_t>(std::max<std::size_t>(most, 1), 4);
        CHECK(resource::violations(schema, value, most) ==
              Texts(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)));
    }
}

TEST_CASE("long values are shown cut") {
    const std::string text = "\"" + std::string(100'000, 'x') + "\"";
    CHECK(resource::violations(json(R"({"const": "a"})"), json(text), 1) ==
          Texts{"$: \"" + std::string(57, 'x') + "...\" is not \"a\""});
    const std::string number(5000, '9');
    CHECK(resource::violations(json(R"({"maximum": 1})"), json(number), 1) ==
          Texts{"$: " + std::string(57, '9') + "... is more than 1"});
}

/// Milliseconds that a check may take on a slow machine; each takes about a second at most on a common one.
constexpr int patience = 20'000;

void check_given_up(const std::string& schema, const std::string& value) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(resource::violations(json(schema), json(value), 3) ==
          Texts{"$: the check was given up, it takes too many steps"});
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(patience));
}

TEST_CASE("a hostile schema is given up") {
    std::string doubling = R"({"$ref": "#/$defs/d0", "$defs": {)";
    for (int i = 0; i < 30; ++i)
        doubling += base::format(
            R"("d{0}": {{"allOf": [{{"$ref": "#/$defs/d{1}"}}, {{"$ref": "#/$defs/d{1}"}}]}}, )", i, i + 1);
    doubling += R"("d30": {}}})";
    CHECK(resource::schema_problem(json(doubling)) == "");
    check_given_up(doubling, "1");

    std::string words = "0";
    std::string last = "2999";
    for (int i = 1; i < 3000; ++i) {
        words += base::format(",{}", i);
        last += ",2999";
    }
    check_given_up(R"({"items": {"enum": [)" + words + "]}}", "[" + last + "]");

    std::string patterns;
    for (int i = 100; i < 200; ++i)
        patterns += base::format(R"({}{{"pattern": "{}.{{1000}}"}})", i == 100 ? "" : ",", i);
    CHECK(resource::schema_problem(json(R"({"anyOf": [)" + patterns + "]}")) ==
          "$.anyOf[90].pattern: is too large, or all patterns together are");

    std::string many = "true";
    for (int i = 0; i < 10'000; ++i)
        many += ",true";
    CHECK(resource::schema_problem(json(R"({"anyOf": [)" + many + "]}")) == "$: has more than 10000 schemas");
}

TEST_CASE("a large answer is checked") {
    std::string rows = R"({"id": 0, "name": "n", "tags": ["a", "b"]})";
    for (int i = 1; i < 20'000; ++i)
        rows += base::format(R"(, {{"id": {}, "name": "n{}", "tags": ["a", "b"]}})", i, i);
    const schema::Tree schema = json(R"({"type": "array", "uniqueItems": true, "items": {"type": "object",
        "required": ["id", "name", "tags"], "additionalProperties": false, "properties": {"id": {"type": "integer",
        "minimum": 0, "exclusiveMaximum": 19999}, "name": {"type": "string", "pattern": "^n[0-9]*$"}, "tags": {"type":
        "array", "items": {"enum": ["a", "b"]}}}}})");
    CHECK(resource::violations(schema, json("[" + rows + "]"), 10) ==
          Texts{"$[19999].id: 19999 is not less than 19999"});
}

TEST_CASE("the JSON document of an answer") {
    const auto check = [](std::string_view answer, std::string_view expected) {
        CAPTURE(answer);
        CHECK(resource::json_in(answer).value_or("nothing") == expected);
    };
    check(R"({"a": 1})", R"({"a": 1})");
    check(" \n[1, 2]\r\n", "[1, 2]");
    check("42", "42");
    check("null", "null");
    check(R"("text")", R"("text")");
    check("```json\n{\"a\": 1}\n```", R"({"a": 1})");
    check("\n ```JSON \r\n{\r\n\"a\": 1}\r\n``` \n\n", "{\r\n\"a\": 1}");
    check("```json\n\"a ``` b\"\n```", R"("a ``` b")");
    check("", "nothing");
    check("text", "nothing");
    check("```json\n```", "nothing");
    check("```json\n\n```", "nothing");
    check("```json", "nothing");
    check("```\n{}\n```", "{}");
    check("```yaml\n{}\n```", "nothing");
    check("```json {}\n```", "nothing");
    check("```json\n{}```", "nothing");
    check("```json\n{}\n", "nothing");
    check("```json\n{}\n````", "nothing");
    check("Here it is: {}", "nothing");
    check("Here it is:\n```json\n{}\n```", "nothing");
    check("```json\n{}\n```\nThat is all.", "nothing");
    check("```json\n{}\n```\n```json\n{}\n```", "nothing");
    check("{} {}", "nothing");
    check("{\"a\": 1,}", "nothing");
    check("{\"a\": 1, \"a\": 2}", "nothing");
    check("\xef\xbb\xbf{\"a\": 1}", "{\"a\": 1}"); // programs that read it do not expect the mark
}

} // namespace
