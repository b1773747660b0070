#include "schema/explain.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace schema {

namespace {

std::string list_words(const Type& element) {
    switch (element.shape) {
    case Shape::text:
        return "list of strings";
    case Shape::secret:
        return "list of secret strings";
    case Shape::boolean:
        return "list of booleans";
    case Shape::integer:
        return "list of integers";
    case Shape::number:
        return "list of numbers";
    case Shape::duration:
        return "list of durations";
    case Shape::money:
        return "list of amounts";
    case Shape::json:
        return "list of any values";
    case Shape::choice:
    case Shape::list:
    case Shape::map:
    case Shape::object:
    case Shape::optional:
        return "list of " + type_words(element);
    }
    return "list";
}

std::string choice_words(const Type& type) {
    std::string out = "one of ";
    for (std::size_t i = 0; i < type.choices.size(); ++i)
        out += base::format("{}{}", i == 0 ? "" : ", ", type.choices[i]);
    return out;
}

/// Whether a value that is encoded like this says nothing about what absence means.
bool says_nothing(const Type& type, const void* value) {
    switch (type.shape) {
    case Shape::text:
        return detail::as<std::string>(value).empty();
    case Shape::boolean:
    case Shape::integer:
    case Shape::number:
    case Shape::duration:
    case Shape::money:
    case Shape::choice:
        return false;
    case Shape::list:
    case Shape::map:
    case Shape::optional:
        return type.size(value) == 0;
    case Shape::json:
        return detail::as<Json>(value).text.empty();
    case Shape::secret:
    case Shape::object:
        return true;
    }
    return true;
}

class Explainer {
  public:
    explicit Explainer(Depth depth) : depth_(depth) {}

    Explanation place(const Place& at) {
        Explanation out;
        out.path = at.path;
        if (at.field != nullptr) member(out, *at.owner, *at.field);
        const Type& inside = innermost(*at.type);
        out.type = type_words(*at.type);
        if (inside.doc != out.doc) out.type_doc = inside.doc;
        if (out.doc.empty()) std::swap(out.doc, out.type_doc);
        if (out.doc.empty() && at.around != nullptr) out.doc = at.around->doc;
        about_type(out, inside);
        fields(out, inside);
        return out;
    }

  private:
    static void member(Explanation& out, const Type& owner, const Field& field) {
        out.name = field.name;
        out.doc = field.doc;
        if (!field.required) out.initial = default_json(owner, field);
        out.required = field.required;
        out.hint = field.required_hint;
        out.aliases.assign(field.aliases.begin(), field.aliases.end());
        out.minimum = field.minimum;
        out.default_below_minimum = field.default_below_minimum;
        out.effect = effect(field);
    }

    static void about_type(Explanation& out, const Type& inside) {
        out.choices.assign(inside.choices.begin(), inside.choices.end());
        out.short_form = inside.short_form;
    }

    void fields(Explanation& out, const Type& object) {
        open_.push_back(&object);
        for (const Field& field : object.fields) {
            if (field.type == nullptr) continue; // known only to be refused
            Explanation& child = out.fields.emplace_back();
            child.path =
                out.path.empty() ? std::string(field.name) : base::format("{}.{}", out.path, field.name);
            member(child, object, field);
            child.type = type_words(field.type());
            const Type& inside = innermost(field.type());
            about_type(child, inside);
            const bool within_itself = std::find(open_.begin(), open_.end(), &inside) != open_.end();
            if (depth_ == Depth::through && !within_itself) fields(child, inside);
        }
        open_.pop_back();
    }

    Depth depth_;
    std::vector<const Type*> open_; // the structs on the way here
};

} // namespace

std::string type_words(const Type& type) {
    switch (type.shape) {
    case Shape::text:
        return "string";
    case Shape::secret:
        return "secret string";
    case Shape::boolean:
        return "boolean";
    case Shape::integer:
        return "integer";
    case Shape::number:
        return "number";
    case Shape::duration:
        return "duration (Go: 1m30s)";
    case Shape::money:
        return "US dollars";
    case Shape::json:
        return "any value";
    case Shape::choice:
        return choice_words(type);
    case Shape::list:
        return list_words(type.element());
    case Shape::map:
        return "map of string to " + type_words(type.element());
    case Shape::object:
        return std::string(type.name);
    case Shape::optional:
        return type_words(type.element());
    }
    return "any value";
}

const Type& innermost(const Type& type) {
    return type.element == nullptr ? type : innermost(type.element());
}

std::optional<std::string> default_json(const Type& owner, const Field& field) {
    if (owner.fresh == nullptr || field.at == nullptr) return std::nullopt;
    const std::shared_ptr<void> made = owner.fresh();
    const void* value = field.at(made.get());
    if (says_nothing(field.type(), value)) return std::nullopt;
    base::JsonWriter out;
    encode(out, field.type(), value);
    return std::move(out).take();
}

std::string effect(const Field& field) {
    return field.unsupported.empty() ? std::string() : base::format("No effect: {}.", field.unsupported);
}

std::string default_words(std::string_view json) {
    const Parsed parsed = parse_json(json);
    return parsed.tree.is_text() ? parsed.tree.text : std::string(json);
}

Explanation explain(const Place& place, Depth depth) {
    return Explainer(depth).place(place);
}

} // namespace schema
