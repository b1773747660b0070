#include "run/condition.hpp"

#include <algorithm>
#include <compare>
#include <optional>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "resource/exact_number.hpp"
#include "resource/json_value.hpp"
#include "resource/output_schema.hpp"
#include "resource/pattern.hpp"

namespace run {

using resource::Condition;
using schema::Tree;

namespace {

constexpr std::size_t longest_shown = 60; // of a text inside a rendered condition

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char byte) { return static_cast<unsigned char>(byte) < 0x80U; });
}

/// Ignoring case, that of all letters: RE2 knows them.
bool contains(std::string_view text, std::string_view part) {
    if (base::contains_ignoring_case(text, part)) return true;
    if (is_ascii(part)) return false;
    std::string pattern = "(?i)";
    for (const char byte : part) {
        const auto code = static_cast<unsigned char>(byte);
        const bool plain = code >= 0x80U || code == '_' || (code >= '0' && code <= '9') ||
                           (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
        if (!plain) pattern += '\\';
        pattern += byte;
    }
    return resource::Pattern::problem(pattern).empty() && resource::Pattern(pattern).matches(text);
}

/// The JSON number that `text` is, whatever stands around it; "" when it is none.
std::string number_in(std::string_view text) {
    const std::string trimmed(base::trim(text));
    const schema::Parsed parsed = schema::parse_json(trimmed, schema::Marks::none);
    const bool number = parsed && parsed.tree.kind == Tree::Kind::scalar && !parsed.tree.quoted &&
                        resource::json_kind(parsed.tree) == resource::JsonKind::number;
    return number ? trimmed : std::string();
}

/// Negative, zero or positive as `a` is less than, equal to or greater than `b`; nullopt when either is no
/// number.
std::optional<int> compare(std::string_view a, std::string_view b) {
    const std::string x = number_in(a);
    const std::string y = number_in(b);
    if (!x.empty() && !y.empty()) {
        const auto order = resource::compare(resource::exact_number(x), resource::exact_number(y));
        return std::is_lt(order) ? -1 : (std::is_gt(order) ? 1 : 0);
    }
    const auto p = base::to_number(base::trim(a)); // +5, .5 and 1. are numbers to people, though not to JSON
    const auto q = base::to_number(base::trim(b));
    if (!p || !q) return std::nullopt;
    return *p < *q ? -1 : (*p > *q ? 1 : 0);
}

std::string text_of(const Tree& value) {
    switch (value.kind) {
    case Tree::Kind::null:
        return "";
    case Tree::Kind::scalar:
        return value.text;
    case Tree::Kind::list:
    case Tree::Kind::map:
        break;
    }
    return schema::to_json(value);
}

bool is_number(const Tree& value) {
    return value.kind == Tree::Kind::scalar && !value.quoted &&
           resource::json_kind(value) == resource::JsonKind::number;
}

bool equal(const Tree& value, std::string_view text) {
    if (is_number(value)) return compare(value.text, text) == 0;
    return text_of(value) == text;
}

bool has(const Tree& value, std::string_view text) {
    if (value.is_list()) {
        return std::any_of(value.items.begin(), value.items.end(),
                           [&](const Tree& item) { return equal(item, text); });
    }
    return value.is_text() && contains(value.text, text);
}

bool comparable(const Tree& value) {
    return is_number(value) || value.is_text();
}

/// `path` is "$.a.b"; keys only.
const Tree* at(const Tree& root, std::string_view path) {
    const Tree* here = &root;
    for (const std::string_view key : base::split(path.substr(2), '.')) {
        if (!here->is_map()) return nullptr;
        here = here->find(key);
        if (here == nullptr) return nullptr;
    }
    return here;
}

bool compares(const Condition& c, const Tree& value) {
    if (c.equals && !equal(value, *c.equals)) return false;
    if (c.not_equals && equal(value, *c.not_equals)) return false;
    if (c.contains && !has(value, *c.contains)) return false;
    if (c.greater_than && (!comparable(value) || compare(value.text, *c.greater_than) != 1)) return false;
    return !c.less_than || (comparable(value) && compare(value.text, *c.less_than) == -1);
}

bool holds_at_path(const Condition& c, std::string_view answer) {
    const auto json = resource::json_in(answer);
    if (!json) return false;
    const schema::Parsed parsed = schema::parse_json(*json, schema::Marks::none);
    if (!parsed) return false;
    const Tree* value = at(parsed.tree, c.output_json_path);
    return value != nullptr && compares(c, *value);
}

std::string quoted(std::string_view text) {
    return base::json_quoted(base::ellipsis(text, longest_shown));
}

} // namespace

bool holds(const Condition& c, std::string_view answer) {
    if (!c.output_contains.empty() && !contains(answer, c.output_contains)) return false;
    if (!c.output_not_contains.empty() && contains(answer, c.output_not_contains)) return false;
    if (!c.output_matches.empty() && !resource::Pattern(c.output_matches).matches(answer)) return false;
    return c.output_json_path.empty() || holds_at_path(c, answer);
}

std::string render(const Condition& c) {
    if (c.is_default) return "default";
    std::vector<std::string> parts;
    const auto put = [&](std::string_view what, const std::string& text) {
        if (!text.empty()) parts.push_back(base::format("output {} {}", what, quoted(text)));
    };
    put("contains", c.output_contains);
    put("does not contain", c.output_not_contains);
    put("matches", c.output_matches);
    const auto compared = [&](std::string_view word, const std::optional<std::string>& with, bool number) {
        if (!with) return;
        parts.push_back(base::format("{} {} {}", c.output_json_path, word, number ? *with : quoted(*with)));
    };
    compared("=", c.equals, false);
    compared("!=", c.not_equals, false);
    compared("contains", c.contains, false);
    compared(">", c.greater_than, true);
    compared("<", c.less_than, true);
    return parts.empty() ? "always" : base::join(parts, " and ");
}

} // namespace run
