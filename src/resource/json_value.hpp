// Trees as JSON values: their kinds, when two are equal, and how a complaint names them and their places.
// Invariant: what is shown is short, whatever the value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "schema/tree.hpp"

namespace resource {

enum class JsonKind { null, boolean, number, string, array, object };
/// Requires a tree of schema::parse_json, as do all below.
JsonKind json_kind(const schema::Tree& tree) noexcept;
std::string_view name_of(JsonKind kind) noexcept;
/// Whether a schema's `type` may say this: the name of a kind, or "integer".
bool is_type_name(std::string_view name) noexcept;

/// A text that two values share only when they are equal: numbers by value, objects without regard to order.
std::string canonical(const schema::Tree& value);

/// A value as JSON in at most 60 columns; lists and maps only by name.
std::string shown(const schema::Tree& value);

/// Appends ".key" or "[\"odd key\"]"; long keys are cut.
void append_key(std::string& path, std::string_view key);
void append_index(std::string& path, std::size_t index);

} // namespace resource
