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

struct Problem {
    std::string_view schema;
    std::string_view problem;
};

TEST_CASE("what is wrong with a schema is said at its place") {
    const std::initializer_list<Problem> rows = {
        {R"([])", "$: must be a schema, not an array"},
        {R"("object")", R"($: must be a schema, not "object")"},
        {R"({"type": "text"})",
         R"($.type: "text" is not one of array, boolean, integer, null, number, object, string)"},
        {R"({"type": "Object"})",
         R"($.type: "Object" is not one of array, boolean, integer, null, number, object, string)"},
        {R"({"type": ["string", "nul"]})",
         R"($.type: "nul" is not one of array, boolean, integer, null, number, object, string)"},
        {R"({"type": []})", "$.type: must be the name of a type or a list of such names"},
        {R"({"type": null})", "$.type: must be the name of a type or a list of such names"},
        {R"({"type": {"type": "string"}})", "$.type: must be the name of a type or a list of such names"},
        {R"({"properties": []})", "$.properties: must map names to schemas"},
        {R"({"properties": {"a": "string"}})", R"($.properties.a: must be a schema, not "string")"},
        {R"({"properties": {"a": {"type": 1}}})",
         "$.properties.a.type: must be the name of a type or a list of such names"},
        {R"({"required": "a"})", "$.required: must be a list of texts"},
        {R"({"required": ["a", 1]})", "$.required: must be a list of texts"},
        {R"({"properties": {"a": {"required": true}}})", "$.properties.a.required: must be a list of texts"},
        {R"({"items": [{"type": "string"}]})",
         "$.items: must be one schema, not a list (prefixItems takes a list)"},
        {R"({"items": 1})", "$.items: must be a schema, not 1"},
        {R"({"prefixItems": {}})", "$.prefixItems: must be a list of at least one schema"},
        {R"({"prefixItems": [true, 1]})", "$.prefixItems[1]: must be a schema, not 1"},
        {R"({"anyOf": []})", "$.anyOf: must be a list of at least one schema"},
        {R"({"oneOf": {}})", "$.oneOf: must be a list of at least one schema"},
        {R"({"allOf": [{"allOf": [null]}]})", "$.allOf[0].allOf[0]: must be a schema, not null"},
        {R"({"not": "a"})", R"($.not: must be a schema, not "a")"},
        {R"({"additionalProperties": "no"})", R"($.additionalProperties: must be a schema, not "no")"},
        {R"({"enum": "a"})", "$.enum: must be a list"},
        {R"({"minimum": "1"})", "$.minimum: must be a number"},
        {R"({"exclusiveMinimum": true})", "$.exclusiveMinimum: must be a number"},
        {R"({"minLength": -1})", "$.minLength: must be a whole number, not negative"},
        {R"({"maxItems": 1.5})", "$.maxItems: must be a whole number, not negative"},
        {R"({"multipleOf": 0})", "$.multipleOf: must be above 0"},
        {R"({"multipleOf": -2})", "$.multipleOf: must be above 0"},
        {R"({"multipleOf": 1.00000000000000001})", "$.multipleOf: must have at most 17 digits"},
        {R"({"uniqueItems": 1})", "$.uniqueItems: must be true or false"},
        {R"({"pattern": 1})", "$.pattern: must be a text"},
        {R"j({"pattern": "("})j", R"j($.pattern: "(" is not a pattern of RE2: missing ): ()j"},
        {R"j({"pattern": "a(?=b)"})j",
         R"j($.pattern: "a(?=b)" is not a pattern of RE2: invalid perl operator: (?=)j"},
        {R"j({"pattern": "(\\pL\\pN){900}"})j", "$.pattern: is too large, or all patterns together are"},
        {R"({"$ref": 1})", "$.$ref: must be a text"},
        {R"({"$ref": "https://example.com/a.json"})",
         R"($.$ref: "https://example.com/a.json" is not local, write #/$defs/NAME)"},
        {R"({"$ref": "#a"})", R"($.$ref: "#a" is not local, write #/$defs/NAME)"},
        {R"({"$ref": ""})", R"($.$ref: "" is not local, write #/$defs/NAME)"},
        {R"({"$ref": "#/$defs/a", "$defs": {"b": {}}})", R"($.$ref: "#/$defs/a" leads nowhere)"},
        {R"({"allOf": [true], "items": {"$ref": "#/allOf/01"}})",
         R"($.items.$ref: "#/allOf/01" leads nowhere)"},
        {R"({"enum": [1], "items": {"$ref": "#/enum"}})", R"($.items.$ref: "#/enum" leads to no schema)"},
        {R"({"$defs": {"a": {"type": "x"}}})",
         R"($.$defs.a.type: "x" is not one of array, boolean, integer, null, number, object, string)"},
        {R"({"x-parts": {"a": {"type": 1}}, "items": {"$ref": "#/x-parts/a"}})",
         "#/x-parts/a.type: must be the name of a type or a list of such names"},
    };
    for (const Problem& row : rows) {
        CAPTURE(row.schema);
        CHECK(resource::schema_problem(json(row.schema)) == row.problem);
    }
}

TEST_CASE("a schema that applies itself to the same value without end is refused") {
    const std::string words =
        ": never ends, its $ref, allOf, anyOf, oneOf and not go round in a circle or more than 64 deep";
    CHECK(resource::schema_problem(json(R"({"$ref": "#"})")) == "$" + words);
    CHECK(resource::schema_problem(json(R"({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}},
        "$defs": {"a": {"anyOf": [{"type": "null"}, {"not": {"$ref": "#/$defs/a"}}]}}})")) ==
          "$.properties.a" + words);
    CHECK(resource::schema_problem(json(R"({"items": {"$ref": "#"}, "properties": {"a": {"$ref": "#"}}})")) ==
          "");
    for (const int links : {60, 70}) {
        std::string chain = R"({"type": "object", "$ref": "#/$defs/d0", "$defs": {)";
        for (int i = 0; i < links; ++i)
            chain += base::format(R"("d{}": {{"$ref": "#/$defs/d{}"}}, )", i, i + 1);
        chain += base::format(R"("d{}": {{}}}}}})", links);
        CHECK(resource::schema_problem(json(chain)) == (links == 60 ? "" : "$" + words));
    }
    // Not checked before, it ends all the same.
    CHECK(resource::violations(json(R"({"$ref": "#"})"), json("1"), 3) ==
          Texts{"$: the check was given up, it takes too many steps"});
}

TEST_CASE("keywords that are not looked at are named with their paths") {
    const auto check = [](std::string_view schema, const Texts& expected) {
        CAPTURE(schema);
        CHECK(resource::unsupported_keywords(json(schema)) == expected);
    };
    check("true", {});
    check(
        R"({"$schema": "s", "$id": "i", "title": "t", "description": "d", "default": {"if": 1}, "examples": [],
        "$comment": "c", "deprecated": true, "readOnly": true, "writeOnly": true})",
        {});
    check(
        R"({"type": "string", "enum": [], "const": 1, "properties": {}, "required": [], "additionalProperties": true,
        "items": true, "prefixItems": [true], "anyOf": [true], "oneOf": [true], "allOf": [true], "not": true,
        "$defs": {}, "definitions": {}, "minimum": 1, "maximum": 1, "exclusiveMinimum": 1, "exclusiveMaximum": 1,
        "multipleOf": 1, "minLength": 1, "maxLength": 1, "pattern": "", "minItems": 1, "maxItems": 1,
        "uniqueItems": true, "minProperties": 1, "maxProperties": 1})",
        {});
    check(
        R"({"format": "date", "properties": {"format": {"format": "email"}, "if": {}}, "if": {"format": "x"}})",
        {"$.format", "$.if", "$.properties.format.format"});
    check(
        R"({"anyOf": [{}, {"contains": {}}], "$defs": {"a b": {"nullable": true}}, "enum": [{"format": 1}]})",
        {"$.anyOf[1].contains", R"($.$defs["a b"].nullable)"});
    check(R"({"patternProperties": {}, "additionalProperties": false})",
          {"$.patternProperties", "$.additionalProperties"});
    check(R"({"x-parts": {"a": {"format": "date"}}, "$ref": "#/x-parts/a"})",
          {"$.x-parts", "#/x-parts/a.format"});
}

} // namespace
