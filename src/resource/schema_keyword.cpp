#include "resource/schema_keyword.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "resource/fitting.hpp"

namespace resource {

using schema::Tree;

namespace {

using A = Argument;
using F = Fitting;
constexpr JsonKind number = JsonKind::number;
constexpr JsonKind string = JsonKind::string;
constexpr JsonKind array = JsonKind::array;
constexpr JsonKind object = JsonKind::object;

// Sorted by name.
constexpr Keyword keywords[] = {
    {"$comment", A::annotation, {}},
    {"$defs", A::schema_map, {}},
    {"$id", A::annotation, {}},
    {"$ref", A::reference, {}, &F::reference, true},
    {"$schema", A::annotation, {}},
    {"additionalProperties", A::schema, object, &F::additional},
    {"allOf", A::schemas, {}, &F::all_of, true},
    {"anyOf", A::schemas, {}, &F::any_of, true},
    {"const", A::value, {}, &F::constant},
    {"default", A::annotation, {}},
    {"definitions", A::schema_map, {}},
    {"deprecated", A::annotation, {}},
    {"description", A::annotation, {}},
    {"enum", A::values, {}, &F::one_of_values},
    {"examples", A::annotation, {}},
    {"exclusiveMaximum", A::number, number, &F::exclusive_maximum},
    {"exclusiveMinimum", A::number, number, &F::exclusive_minimum},
    {"items", A::schema, array, &F::items},
    {"maxItems", A::count, array, &F::at_most},
    {"maxLength", A::count, string, &F::at_most},
    {"maxProperties", A::count, object, &F::at_most},
    {"maximum", A::number, number, &F::maximum},
    {"minItems", A::count, array, &F::at_least},
    {"minLength", A::count, string, &F::at_least},
    {"minProperties", A::count, object, &F::at_least},
    {"minimum", A::number, number, &F::minimum},
    {"multipleOf", A::divisor, number, &F::multiple},
    {"not", A::schema, {}, &F::none_of, true},
    {"oneOf", A::schemas, {}, &F::one_of, true},
    {"pattern", A::pattern, string, &F::pattern},
    {"prefixItems", A::schemas, array, &F::prefix},
    {"properties", A::schema_map, object, &F::properties},
    {"readOnly", A::annotation, {}},
    {"required", A::texts, object, &F::required},
    {"title", A::annotation, {}},
    {"type", A::types, {}, &F::type},
    {"uniqueItems", A::flag, array, &F::unique},
    {"writeOnly", A::annotation, {}},
};

constexpr bool by_name(const Keyword& a, const Keyword& b) {
    return a.name < b.name;
}
static_assert(std::is_sorted(std::begin(keywords), std::end(keywords), by_name));

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

int hex(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char low = static_cast<char>(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// The bytes that %XX stands for in the fragment of a URI (RFC 3986 2.1).
std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape =
            text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
        out += escape ? static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i];
        if (escape) i += 2;
    }
    return out;
}

/// One step of a JSON pointer (RFC 6901).
const Tree* step(const Tree& from, std::string_view token) {
    const std::string key = base::replace_all(base::replace_all(std::string(token), "~1", "/"), "~0", "~");
    if (!from.is_list()) return from.find(key);
    const auto index = base::to_integer(key);
    const bool plain = index && *index >= 0 && std::to_string(*index) == key;
    if (!plain || static_cast<std::size_t>(*index) >= from.items.size()) return nullptr;
    return &from.items[static_cast<std::size_t>(*index)];
}

} // namespace

const Keyword* find_keyword(std::string_view name) noexcept {
    const auto* at = std::lower_bound(std::begin(keywords), std::end(keywords), name,
                                      [](const Keyword& k, std::string_view n) { return k.name < n; });
    return at != std::end(keywords) && at->name == name ? at : nullptr;
}

const Tree* referenced(const Tree& root, std::string_view reference) {
    if (!reference.starts_with('#')) return nullptr;
    const std::string pointer = percent_decoded(reference.substr(1));
    if (pointer.empty()) return &root;
    if (pointer.front() != '/') return nullptr;
    const Tree* at = &root;
    for (const std::string_view token : base::split(std::string_view(pointer).substr(1), '/')) {
        at = step(*at, token);
        if (at == nullptr) return nullptr;
    }
    return at;
}

std::size_t pattern_size(std::string_view pattern) noexcept {
    std::size_t repeats = 1; // {n} copies what it follows n times; RE2 takes 1000 in all when they are nested
    std::size_t count = 0;
    std::size_t largest = 0; // of {n,m}
    bool in_braces = false;
    for (const char c : pattern) {
        if (c == '{') {
            in_braces = true;
            count = largest = 0;
        } else if (in_braces && is_digit(c)) {
            count = std::min<std::size_t>(1000, count * 10 + static_cast<std::size_t>(c - '0'));
            largest = std::max(largest, count);
        } else if (in_braces && c == ',') {
            count = 0;
        } else if (in_braces) {
            in_braces = false;
            repeats = std::min<std::size_t>(1000, repeats * std::max<std::size_t>(1, largest));
        }
    }
    constexpr std::size_t unicode_class = 1000; // what \pL takes
    std::size_t size = pattern.size() + 1;
    for (const std::string_view word : {"\\p", "\\P"}) {
        for (std::size_t i = pattern.find(word); i != std::string_view::npos; i = pattern.find(word, i + 2))
            size += unicode_class;
    }
    return size * repeats;
}

} // namespace resource
