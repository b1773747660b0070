// JSON Schema (draft 2020-12) for editors and other validators, from the same descriptions that decode()
// reads with. Invariant: what decode() refuses for its shape, the schema refuses, and what decode() takes,
// the schema takes, but for these:
//
// Why words of closed lists (kind, enums) are listed in one spelling, though decode() ignores case: an editor
// completes and corrects from the list, and "valid values: Agent, AgentSystem" helps where a pattern over all
// spellings would not. A file that only differs in case still applies.
//
// Why null is valid almost everywhere: an empty value leaves the default, also while somebody is typing.
//
// Rules between fields are code and not in the schema; that a field is required is.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "schema/document.hpp"

namespace schema {

/// The schema of one type. `id` becomes `$id`; it names no host.
std::string json_schema(const Type& type, std::string_view id);

/// The schema of documents of these kinds. With several, the kind decides about the spec.
std::string json_schema(std::span<const Document> documents, std::string_view id);

} // namespace schema
