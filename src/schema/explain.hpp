// A description in words: what stands at a path, which type it has, what holds when it is absent. Everything
// is derived from Type and Field; nothing here knows a resource.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/type.hpp"

namespace schema {

/// "integer", "list of strings", "map of string to GraphNode", "one of wait_for_all, quorum",
/// "duration (Go: 1m30s)".
std::string type_words(const Type& type);

/// The type without optional, list and map around it: what a member of it is made of.
const Type& innermost(const Type& type);

/// What the field is when nobody writes it, as JSON: its member initialiser. nullopt where that is nothing at
/// all (an empty text, list or map, an absent optional), and for objects and secrets.
std::optional<std::string> default_json(const Type& owner, const Field& field);

/// "No effect: ..." for an unsupported field, else "".
std::string effect(const Field& field);

/// A place that a path leads to.
struct Place {
    std::string path;             ///< "spec.graph.*.join": * for a key and [] for an index that were left out
    const Type* type = nullptr;   ///< of the value there
    const Type* owner = nullptr;  ///< the struct that has `field`
    const Field* field = nullptr; ///< nullptr for the root and for an item of a list or map
    const Field* around = nullptr; ///< `field`, or for an item the field of the list or map it is in
};

/// Follows a path with dots, "spec.graph.writer.join.mode". A list or map on the way may be skipped
/// ("spec.graph.join.mode"), or entered by any key or index ("[]", "[0]", "[key]"); aliases of fields are
/// known. Throws Error{usage} with the nearest name and the fields that are there. `root` has to outlive the
/// result, and `called` is what messages name it.
Place find_place(const Type& root, std::string_view called, std::string_view path);

/// All there is to say about a place.
struct Explanation {
    std::string name; ///< of the field; "" for the root and for items
    std::string path;
    std::string type; ///< type_words
    std::string doc;
    std::string type_doc;               ///< of the struct inside, unless it says the same as `doc`
    std::optional<std::string> initial; ///< default_json
    bool required = false;
    std::string hint; ///< what to write where it is required
    std::vector<std::string> aliases;
    std::vector<std::string> choices;
    std::optional<std::int64_t> minimum;
    bool default_below_minimum = false;
    std::string effect;     ///< schema::effect
    std::string short_form; ///< the field that a bare text stands for
    std::vector<Explanation> fields;
};

enum class Depth {
    here,   ///< the fields of the struct itself
    through ///< their fields too; a struct within itself is not repeated
};
Explanation explain(const Place& place, Depth depth);

/// "a default, in words": the JSON text without the quotes of a plain word.
std::string default_words(std::string_view json);

} // namespace schema
