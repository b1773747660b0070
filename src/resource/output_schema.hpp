// The JSON Schema that an agent's answer must follow: whether the schema is one, and what of an answer does
// not fit it. Draft 2020-12's meaning of the keywords below; `definitions` is read like `$defs`.
//
//     type enum const  properties required additionalProperties  items prefixItems
//     anyOf oneOf allOf not $ref  minimum maximum exclusiveMinimum exclusiveMaximum multipleOf
//     minLength maxLength pattern  minItems maxItems uniqueItems  minProperties maxProperties
//
// Invariant: a keyword that is not looked at never makes an answer wrong. Therefore additionalProperties is
// not looked at beside patternProperties, and what `not` and `oneOf` forbid must fit without such a keyword.
// Why: patterns are RE2's, so that no pattern can hang a run; $ref leads only into the schema itself, so that
// none can reach the network; a check that takes too many steps is given up and says so.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/tree.hpp"

namespace resource {

/// What is wrong with the schema itself, with the path of the keyword: "$.properties.a.type: \"text\" is not
/// a type"; "" when nothing is. Requires a tree of schema::parse_json, as do all below.
std::string schema_problem(const schema::Tree& json_schema);

/// Paths of the keywords that `violations` does not look at: "$.properties.day.format". Annotations such as
/// title, description and default are not among them.
std::vector<std::string> unsupported_keywords(const schema::Tree& json_schema);

/// What of `value` does not fit, each with the path of the part: "$.items[2].price: 12 is more than 10". At
/// most `most` (at least 1), empty when all fits. Meant for a schema without a problem; with another it ends
/// as well, but what it says is worth nothing.
std::vector<std::string> violations(const schema::Tree& json_schema, const schema::Tree& value,
                                    std::size_t most);

/// The JSON document that an answer is: its whole text, or the inside of a ```json fence around all of it,
/// without white space at the ends or a byte order mark in front. Nothing is looked for in prose.
std::optional<std::string> json_in(std::string_view answer);

} // namespace resource
