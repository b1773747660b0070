#include "resource/json_value.hpp"

#include <algorithm>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "resource/exact_number.hpp"

namespace resource {

using schema::Tree;

namespace {

constexpr std::string_view kind_names[] = {"null", "boolean", "number", "string", "array", "object"};
constexpr std::size_t columns = 60;

bool is_decimal(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

bool is_plain(std::string_view key) noexcept {
    return !key.empty() && key.size() <= columns && is_letter(key.front()) &&
           std::all_of(key.begin(), key.end(),
                       [](char c) { return is_letter(c) || is_decimal(c) || c == '-'; });
}

std::string cut(std::string_view text) {
    return base::ellipsis(base::utf8_prefix(text, 8 * columns), columns);
}

void write(const Tree& value, std::string& out);

void write_number(std::string_view text, std::string& out) {
    const ExactNumber number = exact_number(text);
    out += number.negative ? "#-" : "#";
    out += number.digits + "e" + std::to_string(number.exponent) + ";";
}

void write_text(std::string_view text, std::string& out) {
    out += std::to_string(text.size()) + ":";
    out += text;
}

void write_object(const Tree& value, std::string& out) {
    std::vector<const schema::Entry*> sorted;
    for (const schema::Entry& entry : value.entries)
        sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
    out += '{';
    for (const schema::Entry* entry : sorted) {
        write_text(entry->key, out);
        write(entry->value, out);
    }
    out += '}';
}

void write(const Tree& value, std::string& out) {
    switch (json_kind(value)) {
    case JsonKind::null:
        out += 'n';
        return;
    case JsonKind::boolean:
        out += value.text.front();
        return;
    case JsonKind::number:
        return write_number(value.text, out);
    case JsonKind::string:
        return write_text(value.text, out);
    case JsonKind::array:
        out += '[';
        for (const Tree& item : value.items)
            write(item, out);
        out += ']';
        return;
    case JsonKind::object:
        return write_object(value, out);
    }
}

} // namespace

JsonKind json_kind(const Tree& tree) noexcept {
    switch (tree.kind) {
    case Tree::Kind::null:
        return JsonKind::null;
    case Tree::Kind::list:
        return JsonKind::array;
    case Tree::Kind::map:
        return JsonKind::object;
    case Tree::Kind::scalar:
        break;
    }
    if (tree.quoted || tree.text.empty()) return JsonKind::string;
    if (tree.text == "true" || tree.text == "false") return JsonKind::boolean;
    return tree.text.front() == '-' || is_decimal(tree.text.front()) ? JsonKind::number : JsonKind::string;
}

std::string_view name_of(JsonKind kind) noexcept {
    return kind_names[static_cast<std::size_t>(kind)];
}

bool is_type_name(std::string_view name) noexcept {
    return name == "integer" ||
           std::find(std::begin(kind_names), std::end(kind_names), name) != std::end(kind_names);
}

void append_key(std::string& path, std::string_view key) {
    if (is_plain(key)) {
        path += '.';
        path += key;
    } else {
        path += "[" + base::json_quoted(cut(key)) + "]";
    }
}

void append_index(std::string& path, std::size_t index) {
    path += "[" + std::to_string(index) + "]";
}

std::string canonical(const Tree& value) {
    std::string out;
    write(value, out);
    return out;
}

std::string shown(const Tree& value) {
    switch (value.kind) {
    case Tree::Kind::null:
        return "null";
    case Tree::Kind::list:
        return "an array";
    case Tree::Kind::map:
        return "an object";
    case Tree::Kind::scalar:
        break;
    }
    return value.quoted ? base::json_quoted(cut(value.text)) : cut(value.text);
}

} // namespace resource
