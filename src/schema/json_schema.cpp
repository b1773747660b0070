#include "schema/json_schema.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "schema/explain.hpp"

namespace schema {

namespace {

constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view some_text = "\\S";
constexpr std::string_view duration_text =
    "^\\s*\\+?(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00B5s|\u03BCs|ms|s|m|h))+)\\s*$";
constexpr std::string_view amount_text = "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?$";
constexpr std::string_view number_text = "^[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?$";

/// How a quoted whole number is written. A minimum other than 0 and 1 is not something a pattern can say.
std::string_view integer_text(std::optional<std::int64_t> minimum) {
    if (minimum == 0) return "^\\+?[0-9]+$";
    if (minimum == 1) return "^\\+?0*[1-9][0-9]*$";
    return "^[-+]?[0-9]+$";
}

enum class Null { valid, refused };

class Writer {
  public:
    void head(std::string_view id, std::string_view title, std::string_view doc) {
        out_.begin_object().member("$schema", dialect).member("$id", id).member("title", title);
        if (!doc.empty()) out_.member("description", doc);
    }

    /// Closes the schema, with every struct that was mentioned.
    std::string end() {
        if (!structs_.empty()) {
            out_.key("$defs").begin_object();
            for (std::size_t i = 0; i < structs_.size(); ++i) { // grows while it is walked
                out_.key(names_[i]).begin_object();
                object(*structs_[i]);
                out_.end_object();
            }
            out_.end_object();
        }
        out_.end_object();
        return std::move(out_).take() + "\n";
    }

    /// A whole document of one kind, whose name is `kind`; `spec` is what else decides about it.
    void document(const Type& type, const std::vector<std::string_view>& kinds, bool any_spec) {
        out_.member("type", "object").key("properties").begin_object();
        for (const Field& field : type.fields) {
            out_.key(field.name).begin_object();
            if (field.name == "kind") {
                out_.member("description", field.doc);
                words(kinds, Null::refused);
            } else if (field.name == "spec" && any_spec) {
                out_.member("description", field.doc);
            } else {
                property(type, field);
            }
            out_.end_object();
        }
        out_.end_object().key("patternProperties").begin_object();
        out_.key("^x-").begin_object().member("description", "Your own.").end_object().end_object();
        std::vector<Field> known = type.fields;
        if (any_spec) std::erase_if(known, [](const Field& f) { return f.name == "spec"; });
        required(known);
        out_.member("additionalProperties", false);
    }

    /// "If the kind is this one, the spec is that."
    void branch(const Type& type) {
        const auto spec = std::find_if(type.fields.begin(), type.fields.end(),
                                       [](const Field& f) { return f.name == "spec"; });
        out_.begin_object().key("if").begin_object().key("properties").begin_object();
        out_.key("kind").begin_object().member("const", type.name).end_object().end_object();
        out_.key("required").begin_array().string("kind").end_array().end_object();
        out_.key("then").begin_object().key("properties").begin_object().key("spec").begin_object();
        out_.member("description", type.doc);
        value(spec->type(), nullptr, spec->required ? Null::refused : Null::valid);
        out_.end_object().end_object();
        required({*spec});
        out_.end_object().end_object();
    }

    void value(const Type& type, const Field* field, Null null) {
        switch (type.shape) {
        case Shape::text:
        case Shape::secret:
            return text(field, null);
        case Shape::boolean:
            return types({"boolean"}, null);
        case Shape::integer:
            return integer(field, null);
        case Shape::number:
            types({"number", "string"}, null);
            out_.member("pattern", number_text);
            return;
        case Shape::duration:
            return duration(null);
        case Shape::money:
            types({"number", "string"}, null);
            out_.member("minimum", 0);
            out_.member("pattern", amount_text);
            return;
        case Shape::json:
            return; // anything
        case Shape::choice:
            return words(type.choices, null);
        case Shape::list:
            types({"array"}, null);
            if (null == Null::refused) out_.member("minItems", 1);
            out_.key("items").begin_object();
            value(type.element(), field, Null::valid);
            out_.end_object();
            return;
        case Shape::map:
            types({"object"}, null);
            if (null == Null::refused) out_.member("minProperties", 1);
            out_.key("additionalProperties").begin_object();
            value(type.element(), nullptr, Null::valid);
            out_.end_object();
            return;
        case Shape::object:
            return mention(type, null);
        case Shape::optional:
            return value(type.element(), field, null);
        }
    }

    base::JsonWriter& out() { return out_; }

  private:
    void types(std::initializer_list<std::string_view> names, Null null) {
        out_.key("type");
        if (names.size() == 1 && null == Null::refused) {
            out_.string(*names.begin());
            return;
        }
        out_.begin_array();
        for (const std::string_view name : names)
            out_.string(name);
        if (null == Null::valid) out_.string("null");
        out_.end_array();
    }

    void words(const std::vector<std::string_view>& words, Null null) {
        out_.key("enum").begin_array();
        for (const std::string_view word : words)
            out_.string(word);
        if (null == Null::valid) out_.null();
        out_.end_array();
    }

    /// Unquoted numbers and booleans are text as written.
    void plain_text(Null null) {
        types({"string", "number", "boolean"}, null);
        if (null == Null::refused) out_.member("pattern", some_text);
    }

    void text(const Field* field, Null null) {
        if (field == nullptr || !field->text_items) return plain_text(null);
        out_.key("anyOf").begin_array().begin_object();
        plain_text(null);
        // `- KEY:` in a list of texts is the text "KEY:".
        out_.end_object().begin_object().member("type", "object").key("additionalProperties").begin_object();
        out_.member("type", "null").end_object();
        out_.member("minProperties", 1).member("maxProperties", 1).end_object().end_array();
    }

    void integer(const Field* field, Null null) {
        const auto minimum = field == nullptr || field->default_below_minimum ? std::nullopt : field->minimum;
        types({"integer", "string"}, null);
        out_.member("pattern", integer_text(minimum));
        if (minimum) out_.member("minimum", *minimum);
    }

    void duration(Null null) {
        out_.key("anyOf").begin_array().begin_object();
        types({"string"}, null);
        out_.member("pattern", duration_text);
        out_.member("patternErrorMessage",
                    "expected a duration such as 30s, 1m30s or 250ms"); // editors show it
        out_.end_object().begin_object().member("const", 0).end_object().end_array();
    }

    void reference(const Type& type, Null null) {
        const auto known = std::find(structs_.begin(), structs_.end(), &type);
        const auto index = static_cast<std::size_t>(known - structs_.begin());
        if (known == structs_.end()) {
            std::string name(type.name);
            for (int n = 2; std::find(names_.begin(), names_.end(), name) != names_.end(); ++n)
                name = base::format("{}{}", type.name, n);
            structs_.push_back(&type);
            names_.push_back(std::move(name));
        }
        out_.member("$ref", "#/$defs/" + names_[index]);
        if (null == Null::refused) out_.member("type", "object");
    }

    void mention(const Type& type, Null null) {
        if (type.short_form.empty()) return reference(type, null);
        const auto field = std::find_if(type.fields.begin(), type.fields.end(),
                                        [&](const Field& f) { return f.name == type.short_form; });
        out_.key("anyOf").begin_array().begin_object();
        reference(type, null);
        out_.end_object().begin_object();
        value(field->type(), &*field, Null::valid);
        out_.end_object().end_array();
    }

    void property(const Type& owner, const Field& field) {
        std::string doc(field.doc);
        if (!field.unsupported.empty()) doc += (doc.empty() ? "" : " ") + effect(field);
        if (!doc.empty()) out_.member("description", doc);
        value(field.type(), &field, field.required ? Null::refused : Null::valid);
        if (const auto initial = default_json(owner, field)) out_.key("default").raw(*initial);
    }

    void alias(const Field& field, std::string_view name) {
        out_.key(name).begin_object();
        out_.member("description", base::format("alias of {}", field.name)).member("deprecated", true);
        out_.member("doNotSuggest", true); // of the YAML and JSON language servers: valid, but not completed
        value(field.type(), &field, field.required ? Null::refused : Null::valid);
        out_.end_object();
    }

    void removed(const Field& field) {
        out_.key(field.name).begin_object().member("description", field.removed);
        out_.member("doNotSuggest", true).key("not").begin_object().end_object().end_object();
    }

    void object(const Type& type) {
        if (!type.doc.empty()) out_.member("description", type.doc);
        types({"object"}, Null::valid);
        out_.key("properties").begin_object();
        for (const Field& field : type.fields) {
            if (!field.removed.empty()) {
                removed(field);
                continue;
            }
            out_.key(field.name).begin_object();
            property(type, field);
            out_.end_object();
            for (const std::string_view name : field.aliases)
                alias(field, name);
        }
        out_.end_object();
        required(type.fields);
        one_spelling(type.fields);
        out_.member("additionalProperties", false);
    }

    /// A field with aliases is there when one of its names is.
    void required(const std::vector<Field>& fields) {
        std::vector<const Field*> plain;
        std::vector<const Field*> aliased;
        for (const Field& field : fields) {
            if (field.required) (field.aliases.empty() ? plain : aliased).push_back(&field);
        }
        if (!plain.empty()) {
            out_.key("required").begin_array();
            for (const Field* field : plain)
                out_.string(field->name);
            out_.end_array();
        }
        if (aliased.size() == 1) return any_name(*aliased.front());
        if (aliased.empty()) return;
        out_.key("allOf").begin_array();
        for (const Field* field : aliased) {
            out_.begin_object();
            any_name(*field);
            out_.end_object();
        }
        out_.end_array();
    }

    void any_name(const Field& field) {
        const auto name = [&](std::string_view word) {
            out_.begin_object().key("required").begin_array().string(word).end_array().end_object();
        };
        out_.key("anyOf").begin_array();
        name(field.name);
        for (const std::string_view word : field.aliases)
            name(word);
        out_.end_array();
    }

    /// A field is not given twice under two of its names.
    void one_spelling(const std::vector<Field>& fields) {
        if (std::all_of(fields.begin(), fields.end(), [](const Field& f) { return f.aliases.empty(); }))
            return;
        out_.key("dependentSchemas").begin_object();
        for (const Field& field : fields) {
            for (std::size_t i = 0; i < field.aliases.size(); ++i) {
                out_.key(field.aliases[i]).begin_object().key("properties").begin_object();
                out_.key(field.name).boolean(false);
                for (std::size_t j = 0; j < i; ++j)
                    out_.key(field.aliases[j]).boolean(false);
                out_.end_object().end_object();
            }
        }
        out_.end_object();
    }

    base::JsonWriter out_{base::JsonWriter::Style::indented};
    std::vector<const Type*> structs_; // in the order of their first mention
    std::vector<std::string> names_;   // of them under $defs
};

} // namespace

std::string json_schema(const Type& type, std::string_view id) {
    Writer writer;
    writer.head(id, type.name, "");
    writer.value(type, nullptr, Null::valid);
    return writer.end();
}

std::string json_schema(std::span<const Document> documents, std::string_view id) {
    std::vector<Type> types;
    std::vector<std::string_view> kinds;
    for (const Document& document : documents) {
        types.push_back(document_type(document));
        kinds.push_back(document.kind);
    }
    Writer writer;
    if (types.size() == 1) {
        writer.head(id, kinds.front(), documents.front().doc);
        writer.document(types.front(), kinds, false);
        return writer.end();
    }
    writer.head(id, "orloj manifest", "One document: the kind says what its spec is.");
    writer.document(types.front(), kinds, true);
    writer.out().key("allOf").begin_array();
    for (const Type& type : types)
        writer.branch(type);
    writer.out().end_array();
    return writer.end();
}

} // namespace schema
