// A type described once, as data. Decoding, encoding, JSON Schema, `explain` and redaction all walk this
// description, so adding a field to a resource is one line in one file:
//
//     field<&Limits::max_steps>("max_steps", "How many model calls one agent may make.", at_least(1)),
//
// A struct is described by a function found by argument-dependent lookup: `const Type& describe(const
// Limits*)`. Descriptions are built on first use, so a command pays only for the types it touches. Defaults
// are the struct's own member initialisers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "base/usd.hpp"
#include "schema/tree.hpp"

namespace schema {

struct Type;

/// Any JSON value, kept as compact text with keys in the order written. Empty means absent.
struct Json {
    std::string text;
    bool operator==(const Json&) const = default;
};

enum class Shape {
    text,
    secret,
    boolean,
    integer,
    number,
    duration,
    money, ///< US dollars, exact
    json,
    choice,
    list,
    map,
    object,
    optional
};

struct Field {
    std::string_view name;
    std::string_view doc;
    const Type& (*type)() = nullptr;
    void* (*at)(void* owner) = nullptr; ///< the member inside its struct
    std::vector<std::string_view> aliases;
    bool required = false;          ///< must be given a value that is not blank
    std::string_view required_hint; ///< what to write where it is missing
    bool trimmed = false;           ///< white space at both ends is dropped
    bool lower_case = false;        ///< compared and kept in lower case
    bool dedupe = false;            ///< a list drops blanks and repeats, ignoring case
    bool always = false;            ///< encoded even when empty or zero
    bool text_items = false;        ///< a list whose item {KEY: null} means the text "KEY:"
    std::optional<std::int64_t> minimum;
    bool default_below_minimum = false; ///< too small means "use the default" instead of an error
    std::string_view unsupported;       ///< accepted with a warning that says this
    std::string_view removed;           ///< refused with this message
    std::string_view instead;           ///< its hint
};

/// Rules that concern more than one field. Paths are relative to the struct; complaints land at the field's
/// place.
class Check {
  public:
    Check(const Tree& tree, const Type& type, std::string path, const std::string& file,
          base::Diagnostics& out)
        : tree_(tree), type_(type), path_(std::move(path)), file_(file), out_(out) {}

    /// `message` with the full path before it: "spec.limits" + " " + message, at that field or at the struct.
    void error(std::string_view field, std::string_view message, std::string hint = {}) const;
    void warning(std::string_view field, std::string_view message, std::string hint = {}) const;
    /// As error(); the line is not shown, because a secret stands there.
    void secret_error(std::string_view field, std::string_view message, std::string hint = {}) const;
    /// The message as it is, at the field's place.
    void error_as_is(std::string_view field, std::string message, std::string hint = {}) const;
    [[nodiscard]] std::string path(std::string_view field) const;
    [[nodiscard]] bool given(std::string_view field) const { return locate(field) != nullptr; }

  private:
    [[nodiscard]] const Tree* locate(std::string_view field) const;
    [[nodiscard]] base::Location where(std::string_view field) const;

    const Tree& tree_;
    const Type& type_;
    std::string path_;
    const std::string& file_;
    base::Diagnostics& out_;
};

struct Type {
    Shape shape = Shape::object;
    std::string_view name;
    std::string_view doc;
    std::vector<Field> fields;             ///< object
    std::vector<std::string_view> choices; ///< choice, indexed by the enumerator's value
    const Type& (*element)() = nullptr;    ///< list, map, optional
    std::string_view short_form;           ///< object: the field that a bare text stands for

    std::size_t (*size)(const void*) = nullptr;              ///< list, map; optional: 0 or 1
    void (*clear)(void*) = nullptr;                          ///< list, map, optional
    void* (*append)(void*) = nullptr;                        ///< list; optional: emplace
    void* (*insert)(void*, std::string key) = nullptr;       ///< map
    void (*remove_last)(void*) = nullptr;                    ///< list
    const void* (*item)(const void*, std::size_t) = nullptr; ///< list, optional
    /// map: calls `visit(context, key, value)` in key order
    void (*each)(const void*, void (*visit)(void*, const std::string&, const void*), void*) = nullptr;
    int (*get_choice)(const void*) = nullptr;
    void (*set_choice)(void*, int) = nullptr;
    /// Object: a new one, whose members are the defaults. nullptr for a type that is described but never
    /// read.
    std::shared_ptr<void> (*fresh)() = nullptr;
    /// Object: rules between fields and normalisation, after the fields are decoded.
    void (*check)(void*, const Check&) = nullptr;
};

template <typename T>
const Type& type_of();

namespace detail {

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsMap : std::false_type {};
template <typename T>
struct IsMap<std::map<std::string, T>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <typename T>
T& as(void* p) noexcept {
    return *static_cast<T*>(p);
}
template <typename T>
const T& as(const void* p) noexcept {
    return *static_cast<const T*>(p);
}

inline Type plain(Shape shape, std::string_view name) {
    Type type;
    type.shape = shape;
    type.name = name;
    return type;
}

template <typename L>
Type list_type() {
    using Item = typename L::value_type;
    Type type = plain(Shape::list, "list");
    type.element = &type_of<Item>;
    type.size = [](const void* p) { return as<L>(p).size(); };
    type.clear = [](void* p) { as<L>(p).clear(); };
    type.append = [](void* p) -> void* { return &as<L>(p).emplace_back(); };
    type.remove_last = [](void* p) { as<L>(p).pop_back(); };
    type.item = [](const void* p, std::size_t i) -> const void* { return &as<L>(p)[i]; };
    return type;
}

template <typename M>
Type map_type() {
    Type type = plain(Shape::map, "map");
    type.element = &type_of<typename M::mapped_type>;
    type.size = [](const void* p) { return as<M>(p).size(); };
    type.clear = [](void* p) { as<M>(p).clear(); };
    type.insert = [](void* p, std::string key) -> void* { return &as<M>(p)[std::move(key)]; };
    type.each = [](const void* p, void (*visit)(void*, const std::string&, const void*), void* context) {
        for (const auto& [key, value] : as<M>(p))
            visit(context, key, &value);
    };
    return type;
}

template <typename O>
Type optional_type() {
    Type type = plain(Shape::optional, "optional");
    type.element = &type_of<typename O::value_type>;
    type.size = [](const void* p) { return as<O>(p).has_value() ? std::size_t{1} : std::size_t{0}; };
    type.clear = [](void* p) { as<O>(p).reset(); };
    type.append = [](void* p) -> void* { return &as<O>(p).emplace(); };
    type.item = [](const void* p, std::size_t) -> const void* { return &*as<O>(p); };
    return type;
}

template <typename M>
struct MemberOf;
template <typename S, typename V>
struct MemberOf<V S::*> {
    using Owner = S;
    using Value = V;
};

} // namespace detail

/// The description of any type that may be a member.
template <typename T>
const Type& type_of() {
    if constexpr (std::is_same_v<T, std::string>) {
        static const Type type = detail::plain(Shape::text, "string");
        return type;
    } else if constexpr (std::is_same_v<T, base::SecretText>) {
        static const Type type = detail::plain(Shape::secret, "string");
        return type;
    } else if constexpr (std::is_same_v<T, bool>) {
        static const Type type = detail::plain(Shape::boolean, "boolean");
        return type;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        static const Type type = detail::plain(Shape::integer, "integer");
        return type;
    } else if constexpr (std::is_same_v<T, double>) {
        static const Type type = detail::plain(Shape::number, "number");
        return type;
    } else if constexpr (std::is_same_v<T, base::Duration>) {
        static const Type type = detail::plain(Shape::duration, "duration");
        return type;
    } else if constexpr (std::is_same_v<T, base::Usd>) {
        static const Type type = detail::plain(Shape::money, "money");
        return type;
    } else if constexpr (std::is_same_v<T, Json>) {
        static const Type type = detail::plain(Shape::json, "any");
        return type;
    } else if constexpr (detail::IsVector<T>::value) {
        static const Type type = detail::list_type<T>();
        return type;
    } else if constexpr (detail::IsMap<T>::value) {
        static const Type type = detail::map_type<T>();
        return type;
    } else if constexpr (detail::IsOptional<T>::value) {
        static const Type type = detail::optional_type<T>();
        return type;
    } else {
        return describe(static_cast<const T*>(nullptr));
    }
}

// Attributes of a field.
struct Required {};
struct RequiredWith {
    std::string_view hint;
};
struct Trimmed {};
struct LowerCase {};
struct Dedupe {};
struct Always {};
struct TextItems {};
struct AtLeast {
    std::int64_t minimum;
    bool otherwise_default;
};
struct Alias {
    std::string_view name;
};
struct Unsupported {
    std::string_view why;
};
struct Removed {
    std::string_view why;
};

constexpr Required required{};
/// Required, and `hint` says what to write: "name a ModelEndpoint: model_ref: openai-default".
constexpr RequiredWith required_with(std::string_view hint) {
    return {hint};
}
constexpr Trimmed trimmed{};
constexpr LowerCase lower_case{};
constexpr Dedupe dedupe{};
constexpr Always always{};
constexpr TextItems text_items{};
constexpr AtLeast at_least(std::int64_t minimum) {
    return {minimum, false};
}
/// A smaller value means the default, as the original reads it.
constexpr AtLeast default_below(std::int64_t minimum) {
    return {minimum, true};
}
constexpr Alias alias(std::string_view name) {
    return {name};
}
constexpr Unsupported unsupported(std::string_view why) {
    return {why};
}
constexpr Removed removed(std::string_view why) {
    return {why};
}

inline void attribute(Field& f, Required) {
    f.required = true;
}
inline void attribute(Field& f, RequiredWith r) {
    f.required = true;
    f.required_hint = r.hint;
}
inline void attribute(Field& f, Trimmed) {
    f.trimmed = true;
}
inline void attribute(Field& f, LowerCase) {
    f.lower_case = f.trimmed = true;
}
inline void attribute(Field& f, Dedupe) {
    f.dedupe = true;
}
inline void attribute(Field& f, Always) {
    f.always = true;
}
inline void attribute(Field& f, TextItems) {
    f.text_items = true;
}
inline void attribute(Field& f, AtLeast a) {
    f.minimum = a.minimum;
    f.default_below_minimum = a.otherwise_default;
}
inline void attribute(Field& f, Alias a) {
    f.aliases.push_back(a.name);
}
inline void attribute(Field& f, Unsupported u) {
    f.unsupported = u.why;
}
inline void attribute(Field& f, Removed r) {
    f.removed = r.why;
}

template <auto Member, typename... Attributes>
Field field(std::string_view name, std::string_view doc, Attributes... attributes) {
    using Owner = typename detail::MemberOf<decltype(Member)>::Owner;
    using Value = typename detail::MemberOf<decltype(Member)>::Value;
    Field out;
    out.name = name;
    out.doc = doc;
    out.type = &type_of<Value>;
    out.at = [](void* owner) -> void* { return &(static_cast<Owner*>(owner)->*Member); };
    (attribute(out, attributes), ...);
    return out;
}

/// A key that is known but never read: refused with a message and a hint.
inline Field gone(std::string_view name, std::string_view why, std::string_view instead = {}) {
    Field out;
    out.name = name;
    out.removed = why;
    out.instead = instead;
    return out;
}

/// The description of a struct. `Rule`, if any, is called as Rule(T&, const Check&) after its fields are
/// decoded.
template <typename T, auto Rule = nullptr>
Type object_type(std::string_view name, std::string_view doc, std::vector<Field> fields) {
    Type type = detail::plain(Shape::object, name);
    type.doc = doc;
    type.fields = std::move(fields);
    type.fresh = []() -> std::shared_ptr<void> { return std::make_shared<T>(); };
    if constexpr (!std::is_null_pointer_v<decltype(Rule)>) {
        type.check = [](void* p, const Check& check) { Rule(detail::as<T>(p), check); };
    }
    return type;
}

/// `type`, for which `- x` may stand for `- {name: x}`.
inline Type with_short_form(std::string_view name, Type type) {
    type.short_form = name;
    return type;
}

/// The description of an enum whose enumerators count from 0; `names` in the same order.
template <typename E>
Type choice_type(std::string_view name, std::vector<std::string_view> names) {
    Type type = detail::plain(Shape::choice, name);
    type.choices = std::move(names);
    type.get_choice = [](const void* p) { return static_cast<int>(detail::as<E>(p)); };
    type.set_choice = [](void* p, int value) { detail::as<E>(p) = static_cast<E>(value); };
    return type;
}

/// The written form of an enumerator of a described enum.
template <typename E>
std::string_view name_of(E value) {
    return type_of<E>().choices[static_cast<std::size_t>(value)];
}

/// Whether a name sounds as if its value were a secret: api_key, authToken, password.
bool names_secret(std::string_view name);

// Walking.

enum class Unknown { error, warning, ignore };

struct DecodeOptions {
    std::string file;                 ///< for locations
    Unknown unknown = Unknown::error; ///< what an unknown field is
    bool rules = true; ///< look for required fields, check between fields; off for what was checked before
};

/// Reads `tree` into `*out` (of the described type, freshly constructed). Everything wrong is reported, with
/// its path and place; what could be read is read.
void decode(const Tree& tree, const Type& type, void* out, const std::string& path,
            const DecodeOptions& options, base::Diagnostics& diagnostics);

template <typename T>
T decode(const Tree& tree, const std::string& path, const DecodeOptions& options,
         base::Diagnostics& diagnostics) {
    T out{};
    decode(tree, type_of<T>(), &out, path, options, diagnostics);
    return out;
}

/// Reads what this program wrote itself, and ignores unknown fields (a newer version may have written them).
/// Throws Error{store} when it does not fit: something else has changed it.
void decode_own(const Tree& tree, const Type& type, void* out);
template <typename T>
T decode_own(const Tree& tree) {
    T out{};
    decode_own(tree, type_of<T>(), &out);
    return out;
}

enum class Secrets { mask, reveal };

/// One JSON value. Empty optional fields are left out, nested objects always appear; secrets are "***" unless
/// revealed.
void encode(base::JsonWriter& out, const Type& type, const void* value, Secrets secrets = Secrets::mask);
template <typename T>
std::string encode(const T& value) {
    base::JsonWriter out;
    encode(out, type_of<T>(), &value);
    return std::move(out).take();
}

} // namespace schema
