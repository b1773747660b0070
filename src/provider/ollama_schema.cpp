// Simplifying schemas. Source: ToolFunctionParameters and ToolProperty in Ollama's api/types.go. Invariant:
// the result weighs at most `most_weight`, whatever the references do.
#include "provider/ollama_schema.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "provider/answer_schema.hpp"
#include "provider/request.hpp"
#include "schema/tree.hpp"

namespace provider {

namespace {

using schema::Entry;
using schema::Tree;

constexpr std::size_t most_weight = 100'000; // nodes, and every 32 bytes of text
constexpr std::size_t deepest = 60; // what comes out must be readable as JSON again (schema::max_depth)

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::size_t weight_of(const Tree& tree) {
    std::size_t out = 1 + tree.text.size() / 32;
    for (const Tree& item : tree.items)
        out += weight_of(item);
    for (const Entry& entry : tree.entries)
        out += weight_of(entry.value);
    return out;
}

Tree map_tree() {
    Tree out;
    out.kind = Tree::Kind::map;
    return out;
}

class Simplifier {
  public:
    explicit Simplifier(const Tree& root) : root_(root), open_{&root} {}

    /// nullopt when the schema cannot be simplified.
    std::optional<Tree> result() {
        Tree out = schema_of(root_, 0);
        if (failed_ || weight_ > most_weight) return std::nullopt;
        for (const std::string_view key : {"$defs", "definitions"})
            std::erase_if(out.entries, [&](const Entry& entry) { return entry.key == key; });
        return out;
    }

  private:
    /// `true` and `false` are schemas, too, and Ollama takes objects only.
    Tree schema_of(const Tree& from, std::size_t depth) {
        if (++weight_ > most_weight || depth > deepest) failed_ = true;
        if (failed_ || !from.is_map()) return map_tree();
        if (const Tree* reference = from.find("$ref"); reference != nullptr && reference->is_text())
            return referred(from, reference->text, depth);
        Tree out = map_tree();
        for (const Entry& entry : from.entries)
            put(out, key_for(from, entry.key), value_of(entry, depth));
        return out;
    }

    static std::string_view key_for(const Tree& schema, std::string_view key) {
        return key == "oneOf" && schema.find("anyOf") == nullptr ? "anyOf" : key;
    }

    Tree value_of(const Entry& entry, std::size_t depth) {
        const Tree& value = entry.value;
        if (value.is_map() && is_one_of(entry.key, {"properties", "patternProperties"})) {
            Tree out = map_tree();
            for (const Entry& property : value.entries)
                out.entries.push_back({property.key, {}, schema_of(property.value, depth + 2)});
            return out;
        }
        if (value.is_map() && is_one_of(entry.key, {"items", "additionalProperties", "not", "contains"}))
            return schema_of(value, depth + 1);
        if (!value.is_list() || !is_one_of(entry.key, {"anyOf", "oneOf", "allOf", "prefixItems", "items"})) {
            weight_ += weight_of(value);
            return weight_ > most_weight ? Tree() : value;
        }
        Tree out;
        out.kind = Tree::Kind::list;
        for (const Tree& item : value.items)
            out.items.push_back(schema_of(item, depth + 2));
        return out;
    }

    /// What stands beside a reference is said about this place, and wins.
    Tree referred(const Tree& from, const std::string& reference, std::size_t depth) {
        const Tree* target = local_reference(root_, reference);
        if (target == nullptr) {
            failed_ = true;
            return map_tree();
        }
        Tree out = map_tree();
        if (std::find(open_.begin(), open_.end(), target) != open_.end()) { // a schema that contains itself
            for (const std::string_view key : {"type", "description"}) {
                if (const Tree* value = target->find(key)) put(out, key, *value);
            }
        } else {
            open_.push_back(target);
            out = schema_of(*target, depth);
            open_.pop_back();
        }
        for (const Entry& entry : from.entries) {
            if (entry.key != "$ref") put(out, key_for(from, entry.key), value_of(entry, depth));
        }
        return out;
    }

    const Tree& root_;
    std::vector<const Tree*> open_; // references that are being replaced
    std::size_t weight_ = 0;
    bool failed_ = false;
};

} // namespace

std::string ollama_parameters(const ToolDefinition& tool) {
    std::string written = parameters_of(tool);
    const schema::Parsed parsed = schema::parse_json(written);
    if (!parsed || !parsed.tree.is_map()) return written;
    Tree out = Simplifier(parsed.tree).result().value_or(parsed.tree);
    const Tree* type = out.find("type");
    if (type == nullptr || !type->is_text()) put(out, "type", schema::text_tree("object"));
    if (const Tree* properties = out.find("properties"); properties == nullptr || !properties->is_map())
        put(out, "properties", map_tree());
    return schema::to_json(out);
}

} // namespace provider
