// Text with structure, whatever its syntax was: YAML (manifest) and JSON (parse_json.cpp) both become this
// tree, and one decoder reads it. Invariant: scalars keep the text as written; what it means is decided by
// the reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace schema {

struct Entry;

struct Tree {
    enum class Kind : unsigned char { null, scalar, list, map };

    Kind kind = Kind::null;
    bool quoted = false; ///< a scalar that can only be text: JSON string, quoted or block YAML scalar, !!str
    base::Mark mark;     ///< where the value starts
    std::string text;    ///< of a scalar
    std::vector<Tree> items;
    std::vector<Entry> entries; ///< in the order written; keys are unique

    /// The value under `key` of a map, or nullptr.
    [[nodiscard]] const Tree* find(std::string_view key) const noexcept;
    /// The value under `key` of a map, or an empty one.
    [[nodiscard]] const Tree& in(std::string_view key) const noexcept;
    /// The text of the scalar under `key`, or "".
    [[nodiscard]] std::string_view text_of(std::string_view key) const noexcept;
    [[nodiscard]] bool is_map() const noexcept { return kind == Kind::map; }
    [[nodiscard]] bool is_list() const noexcept { return kind == Kind::list; }
    [[nodiscard]] bool is_text() const noexcept { return kind == Kind::scalar && quoted; }
};

struct Entry {
    std::string key;
    base::Mark mark; ///< where the key starts
    Tree value;
};

/// What a plain scalar means in YAML's core schema, which is also what JSON's bare words mean.
enum class Plain { null, boolean, integer, number, text };
Plain meaning(const Tree& scalar) noexcept;

/// The tree as compact JSON. Numbers keep their digits; words that only look like numbers stay strings.
std::string to_json(const Tree& tree);

/// Trees put together by hand.
Tree text_tree(std::string text);
Tree list_tree(std::vector<Tree> items);
/// Sets `key` of a map; a tree of another kind becomes one.
void put(Tree& map, std::string_view key, Tree value);

struct Parsed {
    Tree tree;
    std::string error;         ///< empty when `tree` is the whole text
    base::Mark mark;           ///< where `error` was seen; line 0 when the parser cannot say
    std::size_t since_new = 0; ///< bytes that parse_json_over read since `tree` was new
    [[nodiscard]] explicit operator bool() const noexcept { return error.empty(); }
};

/// Whether a tree says where its values stood: for what people wrote, not for what programs did.
enum class Marks { all, none };

/// Strict JSON: valid UTF-8, nothing after the value, nested at most `max_depth` deep, at most `max_nodes`.
/// Duplicate keys are an error. Whole numbers may have any number of digits; 1e999 is refused.
Parsed parse_json(std::string_view text, Marks marks = Marks::all);
/// The same without marks, over what an earlier text left in `out`: a small one of the same shape mostly
/// needs no new memory. What `out.tree` holds may have been moved away.
void parse_json_over(std::string_view text, Parsed& out);

constexpr int max_depth = 64;
constexpr std::size_t max_nodes = 1'000'000; ///< of one document

} // namespace schema
