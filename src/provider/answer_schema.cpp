#include "provider/answer_schema.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "provider/provider.hpp"

namespace provider {

namespace {

using schema::Entry;
using schema::list_tree;
using schema::put;
using schema::text_tree;
using schema::Tree;

template <std::size_t N>
bool is_one_of(std::string_view key, const std::array<std::string_view, N>& keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

constexpr std::array<std::string_view, 9> strict_formats{"date-time", "time", "date", "duration", "email",
                                                         "hostname",  "ipv4", "ipv6", "uuid"};
constexpr std::array<std::string_view, 10> closed_formats{"date-time", "time", "date", "duration", "email",
                                                          "hostname",  "uri",  "ipv4", "ipv6",     "uuid"};

bool is_object(const Tree& json_schema) {
    const Tree* type = json_schema.find("type");
    if (type == nullptr) return json_schema.find("properties") != nullptr;
    if (type->is_text()) return type->text == "object";
    return std::any_of(type->items.begin(), type->items.end(),
                       [](const Tree& item) { return item.text == "object"; });
}

/// Strict mode, keyword by keyword; `true` and `false` are no schemas there.
class Strictness {
  public:
    bool holds(const Tree& json_schema) const {
        if (!json_schema.is_map()) return false;
        if (json_schema.find("$ref") != nullptr && json_schema.entries.size() > 1) return false;
        if (is_object(json_schema) && !closed(json_schema)) return false;
        if (json_schema.text_of("type") == "array" && json_schema.find("items") == nullptr) return false;
        return std::all_of(json_schema.entries.begin(), json_schema.entries.end(),
                           [&](const Entry& entry) { return takes(entry); });
    }

  private:
    static bool closed(const Tree& object) {
        if (object.text_of("additionalProperties") != "false") return false;
        const Tree* properties = object.find("properties");
        const Tree* required = object.find("required");
        if (properties == nullptr || required == nullptr) return false;
        return std::all_of(
            properties->entries.begin(), properties->entries.end(), [&](const Entry& property) {
                return std::any_of(required->items.begin(), required->items.end(),
                                   [&](const Tree& name) { return name.text == property.key; });
            });
    }

    bool takes(const Entry& entry) const {
        constexpr std::array<std::string_view, 18> plain{"type",
                                                         "required",
                                                         "additionalProperties",
                                                         "enum",
                                                         "const",
                                                         "title",
                                                         "minItems",
                                                         "maxItems",
                                                         "description",
                                                         "pattern",
                                                         "exclusiveMinimum",
                                                         "exclusiveMaximum",
                                                         "minimum",
                                                         "maximum",
                                                         "multipleOf",
                                                         "$ref",
                                                         "$schema",
                                                         "$comment"};
        constexpr std::array<std::string_view, 3> maps{"properties", "$defs", "definitions"};
        if (entry.key == "format") return is_one_of(entry.value.text, strict_formats);
        if (entry.key == "items") return holds(entry.value);
        if (entry.key == "anyOf")
            return std::all_of(entry.value.items.begin(), entry.value.items.end(),
                               [&](const Tree& item) { return holds(item); });
        if (is_one_of(entry.key, maps))
            return std::all_of(entry.value.entries.begin(), entry.value.entries.end(),
                               [&](const Entry& inner) { return holds(inner.value); });
        return is_one_of(entry.key, plain);
    }
};

/// Whether a schema leads into itself, or somewhere that is not found.
class Loops {
  public:
    explicit Loops(const Tree& root) : root_(root) {}

    bool in(const Tree& at) {
        const auto [seen, is_new] = open_.try_emplace(&at, true);
        if (!is_new) return seen->second;
        if (const Tree* reference = at.find("$ref"); reference != nullptr && reference->is_text()) {
            const Tree* target = local_reference(root_, reference->text);
            if (target == nullptr || in(*target)) return true;
        }
        for (const Entry& entry : at.entries) {
            if (in(entry.value)) return true;
        }
        for (const Tree& item : at.items) {
            if (in(item)) return true;
        }
        open_[&at] = false;
        return false;
    }

  private:
    const Tree& root_;
    std::map<const Tree*, bool> open_; // whether we are inside it
};

/// What closing the object would leave no room for: its other keys, or those that another part describes.
bool is_open(const Tree& object) {
    const Tree* properties = object.find("properties");
    const Tree* rest = object.find("additionalProperties");
    if (properties == nullptr || (rest != nullptr && rest->text != "false")) return true;
    for (const std::string_view other : {"anyOf", "oneOf", "allOf", "patternProperties"}) {
        if (object.find(other) != nullptr) return true;
    }
    const Tree* required = object.find("required");
    return required != nullptr &&
           std::any_of(required->items.begin(), required->items.end(),
                       [&](const Tree& name) { return properties->find(name.text) == nullptr; });
}

class Closer {
  public:
    Tree close(const Tree& from) {
        if (!from.is_map()) {
            failed_ = true; // `true`: anything
            return {};
        }
        Tree out;
        out.kind = Tree::Kind::map;
        if (const Tree* reference = from.find("$ref")) {
            put(out, "$ref", *reference);
            copy_definitions(from, out);
            return out;
        }
        const Tree* type = from.find("type");
        if (type != nullptr && type->is_list()) return either(from, *type);
        std::vector<std::string> said;
        for (const Entry& entry : from.entries)
            take(entry, out, said);
        if (is_object(from)) {
            if (is_open(from)) failed_ = true;
            Tree no;
            no.kind = Tree::Kind::scalar;
            no.text = "false";
            put(out, "additionalProperties", std::move(no));
        }
        if (from.find("anyOf") != nullptr && from.find("oneOf") != nullptr) failed_ = true; // one key for two
        if (!said.empty()) describe(out, base::join(said, ", "));
        return out;
    }
    [[nodiscard]] bool failed() const noexcept { return failed_; }

  private:
    void copy_definitions(const Tree& from, Tree& out) {
        for (const std::string_view key : {"$defs", "definitions"}) {
            if (const Tree* found = from.find(key)) put(out, key, each(*found));
        }
    }

    /// One schema for each of several types.
    Tree either(const Tree& from, const Tree& types) {
        std::vector<Tree> choices;
        for (const Tree& type : types.items) {
            Tree one = from;
            put(one, "type", type);
            std::erase_if(one.entries, [](const Entry& entry) {
                return entry.key == "$defs" || entry.key == "definitions";
            });
            if (type.text != "object") drop(one, {"properties", "required", "additionalProperties"});
            if (type.text != "array") drop(one, {"items", "minItems"});
            choices.push_back(close(one));
        }
        Tree out;
        out.kind = Tree::Kind::map;
        put(out, "anyOf", list_tree(std::move(choices)));
        copy_definitions(from, out);
        return out;
    }

    static void drop(Tree& map, std::initializer_list<std::string_view> keys) {
        std::erase_if(map.entries, [&](const Entry& entry) {
            return std::find(keys.begin(), keys.end(), entry.key) != keys.end();
        });
    }

    Tree each(const Tree& map) {
        Tree out;
        out.kind = Tree::Kind::map;
        for (const Entry& entry : map.entries)
            out.entries.push_back({entry.key, {}, close(entry.value)});
        return out;
    }

    Tree all(const Tree& list) {
        std::vector<Tree> out;
        for (const Tree& item : list.items)
            out.push_back(close(item));
        return list_tree(std::move(out));
    }

    void take(const Entry& entry, Tree& out, std::vector<std::string>& said) {
        constexpr std::array<std::string_view, 4> kept{"type", "description", "title", "required"};
        constexpr std::array<std::string_view, 3> maps{"properties", "$defs", "definitions"};
        constexpr std::array<std::string_view, 3> dropped{"$schema", "$id", "$comment"};
        const bool few = entry.key == "minItems" && (entry.value.text == "0" || entry.value.text == "1");
        const bool format = entry.key == "format" && is_one_of(entry.value.text, closed_formats);
        const bool plain = (entry.key == "enum" || entry.key == "const") && is_plain(entry.value);
        if (is_one_of(entry.key, kept) || few || format || plain)
            put(out, entry.key, entry.value);
        else if (is_one_of(entry.key, maps))
            put(out, entry.key, each(entry.value));
        else if (entry.key == "items" && entry.value.is_map())
            put(out, entry.key, close(entry.value));
        else if (entry.key == "allOf" && entry.value.items.size() > 1)
            failed_ = true; // closed objects have nothing in common
        else if (entry.key == "anyOf" || entry.key == "allOf")
            put(out, entry.key, all(entry.value));
        else if (entry.key == "oneOf")
            put(out, "anyOf", all(entry.value));
        else if (entry.key != "additionalProperties" && !is_one_of(entry.key, dropped))
            said.push_back(base::format("{}: {}", entry.key, schema::to_json(entry.value)));
    }

    /// A word, a number or null, or a list of those.
    static bool is_plain(const Tree& value) {
        return !value.is_map() && std::none_of(value.items.begin(), value.items.end(), [](const Tree& item) {
            return item.is_map() || item.is_list();
        });
    }

    static void describe(Tree& out, const std::string& more) {
        std::string text(out.text_of("description"));
        text += base::format("{}{{{}}}", text.empty() ? "" : "\n\n", more);
        put(out, "description", text_tree(std::move(text)));
    }

    bool failed_ = false;
};

} // namespace

std::optional<Tree> answer_schema(const Conversation& conversation) {
    if (conversation.output_schema.text.empty()) return std::nullopt;
    schema::Parsed parsed = schema::parse_json(conversation.output_schema.text);
    if (!parsed) return std::nullopt; // apply does not let such a text through
    return std::move(parsed.tree);
}

const Tree* local_reference(const Tree& root, std::string_view reference) {
    if (!reference.starts_with('#')) return nullptr;
    reference.remove_prefix(1);
    if (reference.empty()) return &root;
    if (!reference.starts_with('/')) return nullptr;
    const Tree* at = &root;
    for (const std::string_view step : base::split(reference.substr(1), '/')) {
        at = at->find(base::replace_all(base::replace_all(step, "~1", "/"), "~0", "~"));
        if (at == nullptr) return nullptr;
    }
    return at;
}

bool is_object_schema(const Tree& json_schema) {
    return json_schema.text_of("type") == "object";
}

bool is_strict(const Tree& json_schema) {
    return is_object_schema(json_schema) && json_schema.find("anyOf") == nullptr &&
           Strictness().holds(json_schema);
}

std::optional<std::string> closed_schema(const Tree& json_schema) {
    if (Loops(json_schema).in(json_schema)) return std::nullopt;
    Closer closer;
    const Tree closed = closer.close(json_schema);
    if (closer.failed()) return std::nullopt;
    return schema::to_json(closed);
}

Conversation demanded_in_words(const Conversation& conversation) {
    Conversation out = conversation;
    const auto behind = std::find_if(out.messages.begin(), out.messages.end(),
                                     [](const Message& message) { return message.role != Role::system; });
    out.messages.insert(
        behind, text_message(Role::system,
                             "Answer with one JSON document that follows this JSON Schema, and with nothing "
                             "else: no other words, no code fence.\n\n" +
                                 conversation.output_schema.text));
    return out;
}

std::string answer_tool_name(const Conversation& conversation) {
    std::string name(answer_name);
    const auto taken = [&](const ToolDefinition& tool) {
        return base::same_ignoring_case(wire_name(tool.name), name);
    };
    while (std::any_of(conversation.tools.begin(), conversation.tools.end(), taken))
        name = base::format("{}_{}", answer_name, base::hex(base::sha256(name)).substr(0, 8));
    return name;
}

Conversation with_answer_tool(const Conversation& conversation) {
    Conversation out = conversation;
    ToolDefinition tool;
    tool.name = answer_tool_name(conversation);
    tool.description = "Gives the answer, once it is complete.";
    tool.parameters = conversation.output_schema;
    out.tool_choice = conversation.tools.empty() ? tool.name : "required";
    out.tools.push_back(std::move(tool));
    return out;
}

} // namespace provider
