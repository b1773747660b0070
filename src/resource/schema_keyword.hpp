// The keywords of JSON Schema that are looked at, as one table: what argument each takes, and which function
// holds a value against it. The check of schemas and the check of values both read it, so neither can know a
// keyword that the other does not.
#pragma once

#include <optional>
#include <string_view>

#include "resource/json_value.hpp"

namespace resource {

class Fitting;

enum class Argument {
    types,      ///< a type's name or a list of them
    schema,     ///< one schema
    schemas,    ///< a list of schemas
    schema_map, ///< schemas by name
    texts,
    value,
    values,
    number,
    divisor, ///< a number above zero
    count,   ///< a whole number, not negative
    flag,
    pattern,
    reference,
    annotation, ///< anything; says nothing about a value
};

struct Rule {
    const schema::Tree& schema;   ///< the one the keyword stands in
    const schema::Tree& argument; ///< of the keyword
};

struct Keyword { // NOLINT(clang-analyzer-optin.performance.Padding): in the order a row is read
    std::string_view name;
    Argument argument;
    std::optional<JsonKind> about; ///< the one kind of value it has a say on
    /// Holds a value against the keyword; nullptr when it has no say of its own.
    void (Fitting::*check)(const Rule&, const schema::Tree& value) = nullptr;
    bool in_place = false; ///< its schemas are about the same value, not about a part of it
};

/// nullptr for one that is not looked at.
const Keyword* find_keyword(std::string_view name) noexcept;

/// What a local reference ("#", "#/$defs/x") leads to; nullptr when it is not local or leads nowhere.
const schema::Tree* referenced(const schema::Tree& root, std::string_view reference);

/// About how much work and memory a pattern is, in instructions of its program.
std::size_t pattern_size(std::string_view pattern) noexcept;
constexpr std::size_t most_pattern_size = 1'000'000; ///< of all patterns of a schema

} // namespace resource
