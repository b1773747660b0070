#include "schema/tree.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace schema {

namespace {

bool all_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";

void skip_digits(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(digits), text.size()));
}

/// ([eE][-+]?[0-9]+)?
bool exponent_or_end(std::string_view text) {
    if (text.empty()) return true;
    if (text.front() != 'e' && text.front() != 'E') return false;
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return all_of(text, digits);
}

/// JSON's grammar: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?
bool json_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const std::size_t whole = std::min(text.find_first_not_of(digits), text.size());
    if (whole == 0 || (whole > 1 && text.front() == '0')) return false;
    text.remove_prefix(whole);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (text.empty() || digits.find(text.front()) == std::string_view::npos) return false;
        skip_digits(text);
    }
    return exponent_or_end(text);
}

/// YAML's core schema: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool yaml_number(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const bool whole = !text.empty() && digits.find(text.front()) != std::string_view::npos;
    skip_digits(text);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!whole && (text.empty() || digits.find(text.front()) == std::string_view::npos)) return false;
        skip_digits(text);
    } else if (!whole) {
        return false;
    }
    return exponent_or_end(text);
}

std::string number_json(std::string_view text) {
    if (json_number(text)) return std::string(text);
    const auto based = [&](std::size_t skip, std::uint64_t base) {
        std::uint64_t value = 0;
        for (const char c : text.substr(skip)) {
            const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
            value = value * base + static_cast<std::uint64_t>(digit);
        }
        return std::to_string(value);
    };
    if (text.starts_with("0x")) return based(2, 16);
    if (text.starts_with("0o")) return based(2, 8);
    std::string_view whole = text; // "010" is ten in YAML 1.2
    const bool negative = whole.starts_with('-');
    if (negative || whole.starts_with('+')) whole.remove_prefix(1);
    if (all_of(whole, digits)) {
        whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size() - 1));
        return (negative && whole != "0" ? "-" : "") + std::string(whole);
    }
    if (const auto number = base::to_number(text)) {
        base::JsonWriter out;
        return std::move(out.number(*number)).take();
    }
    return base::json_quoted(text);
}

void write(base::JsonWriter& out, const Tree& tree) {
    switch (tree.kind) {
    case Tree::Kind::null:
        out.null();
        return;
    case Tree::Kind::scalar:
        switch (meaning(tree)) {
        case Plain::null:
            out.null();
            return;
        case Plain::boolean:
            out.boolean(base::lower(tree.text) == "true");
            return;
        case Plain::integer:
        case Plain::number:
            out.raw(number_json(tree.text));
            return;
        case Plain::text:
            out.string(tree.text);
            return;
        }
        return;
    case Tree::Kind::list:
        out.begin_array();
        for (const Tree& item : tree.items)
            write(out, item);
        out.end_array();
        return;
    case Tree::Kind::map:
        out.begin_object();
        for (const Entry& entry : tree.entries) {
            out.key(entry.key);
            write(out, entry.value);
        }
        out.end_object();
        return;
    }
}

} // namespace

const Tree* Tree::find(std::string_view key) const noexcept {
    // Most keys that are as long begin with another letter.
    const auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) {
        return e.key.size() == key.size() && (key.empty() || e.key.front() == key.front()) && e.key == key;
    });
    return it == entries.end() ? nullptr : &it->value;
}

const Tree& Tree::in(std::string_view key) const noexcept {
    static const Tree none;
    const Tree* found = find(key);
    return found == nullptr ? none : *found;
}

std::string_view Tree::text_of(std::string_view key) const noexcept {
    const Tree* value = find(key);
    return value != nullptr && value->kind == Kind::scalar ? std::string_view(value->text)
                                                           : std::string_view();
}

Plain meaning(const Tree& scalar) noexcept {
    if (scalar.quoted) return Plain::text;
    const std::string_view t = scalar.text;
    if (t.empty() || t == "~" || t == "null" || t == "Null" || t == "NULL") return Plain::null;
    if (t == "true" || t == "True" || t == "TRUE" || t == "false" || t == "False" || t == "FALSE") {
        return Plain::boolean;
    }
    std::string_view body = t;
    if (body.starts_with('-') || body.starts_with('+')) body.remove_prefix(1);
    if (all_of(body, digits)) return Plain::integer;
    const std::string_view tail = t.size() > 2 && t.size() <= 18 ? t.substr(2) : std::string_view();
    if (t.starts_with("0x") && all_of(tail, "0123456789abcdefABCDEF")) return Plain::integer;
    if (t.starts_with("0o") && all_of(tail, "01234567")) return Plain::integer;
    if (!yaml_number(t)) return Plain::text;
    // One too large for a double could not be read back from JSON; one too small could.
    const bool tiny =
        t.size() < 300 && (t.find("e-") != std::string_view::npos || t.find("E-") != std::string_view::npos);
    return tiny || base::to_number(t) ? Plain::number : Plain::text;
}

std::string to_json(const Tree& tree) {
    base::JsonWriter out;
    write(out, tree);
    return std::move(out).take();
}

Tree text_tree(std::string text) {
    Tree out;
    out.kind = Tree::Kind::scalar;
    out.quoted = true;
    out.text = std::move(text);
    return out;
}

Tree list_tree(std::vector<Tree> items) {
    Tree out;
    out.kind = Tree::Kind::list;
    out.items = std::move(items);
    return out;
}

void put(Tree& map, std::string_view key, Tree value) {
    map.kind = Tree::Kind::map;
    for (Entry& entry : map.entries) {
        if (entry.key != key) continue;
        entry.value = std::move(value);
        return;
    }
    map.entries.push_back({std::string(key), {}, std::move(value)});
}

} // namespace schema
