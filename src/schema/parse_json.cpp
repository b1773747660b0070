// The only file that includes simdjson. Why two passes: the on-demand parser accepts much that is not JSON,
// and the DOM parser loses positions and the digits of numbers. So the DOM validates the whole text, then
// on-demand walks it.
#include "schema/tree.hpp"

#include <algorithm>
#include <unordered_set>

#include <simdjson.h>

#include "base/text.hpp"

namespace schema {

namespace {

namespace od = simdjson::ondemand;

/// Counts lines up to a place; places are asked for in rising order.
class Position {
  public:
    explicit Position(std::string_view text) : text_(text) {}

    base::Mark at(const char* place) {
        const auto offset = static_cast<std::size_t>(place - text_.data());
        while (seen_ < offset) {
            const std::size_t end = text_.find('\n', seen_);
            if (end == std::string_view::npos || end >= offset) break;
            seen_ = end + 1;
            ++line_;
        }
        const auto characters = std::count_if(text_.begin() + static_cast<std::ptrdiff_t>(seen_),
                                              text_.begin() + static_cast<std::ptrdiff_t>(offset),
                                              [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
        return {line_, static_cast<int>(characters) + 1};
    }

  private:
    std::string_view text_;
    std::size_t seen_ = 0; // start of the current line
    int line_ = 1;
};

struct Stop {
    std::string error;
    base::Mark mark;
};

void check(simdjson::error_code code) {
    if (code != simdjson::SUCCESS) throw Stop{simdjson::error_message(code), {}};
}

template <typename Value>
void walk(Value value, Position& position, int depth, Tree& out);

void walk_map(od::object object, Position& position, int depth, Tree& out) {
    std::unordered_set<std::string> seen;
    for (auto result : object) {
        od::field field;
        check(std::move(result).get(field));
        Entry entry;
        entry.mark = position.at(field.key().raw() - 1);
        std::string_view key;
        check(field.unescaped_key().get(key));
        entry.key = std::string(key);
        if (!seen.insert(entry.key).second)
            throw Stop{base::format("duplicate key '{}'", entry.key), entry.mark};
        walk(field.value(), position, depth + 1, entry.value);
        out.entries.push_back(std::move(entry));
    }
}

template <typename Value>
void walk(Value value, Position& position, int depth, Tree& out) {
    std::string_view token;
    token = value.raw_json_token();
    out.mark = position.at(token.data());
    if (depth > max_depth) throw Stop{base::format("nested deeper than {} levels", max_depth), out.mark};
    od::json_type type{};
    check(value.type().get(type));
    switch (type) {
    case od::json_type::object: {
        od::object object;
        check(value.get_object().get(object));
        out.kind = Tree::Kind::map;
        walk_map(object, position, depth, out);
        return;
    }
    case od::json_type::array: {
        od::array array;
        check(value.get_array().get(array));
        out.kind = Tree::Kind::list;
        for (auto result : array) {
            od::value item;
            check(std::move(result).get(item));
            walk(item, position, depth + 1, out.items.emplace_back());
        }
        return;
    }
    case od::json_type::string: {
        std::string_view string;
        check(value.get_string().get(string));
        out.kind = Tree::Kind::scalar;
        out.quoted = true;
        out.text = std::string(string);
        return;
    }
    case od::json_type::number: {
        od::number ignored; // moves past the token
        check(value.get_number().get(ignored));
        out.kind = Tree::Kind::scalar;
        out.text = std::string(base::trim(token));
        return;
    }
    case od::json_type::boolean: {
        bool flag = false;
        check(value.get_bool().get(flag));
        out.kind = Tree::Kind::scalar;
        out.text = flag ? "true" : "false";
        return;
    }
    case od::json_type::null:
        (void)value.is_null();
        out.kind = Tree::Kind::null;
        return;
    }
}

bool scalar_document(simdjson::padded_string& text, simdjson::dom::parser& dom, Tree& out) {
    simdjson::dom::element root;
    check(dom.parse(text).get(root));
    switch (root.type()) {
    case simdjson::dom::element_type::ARRAY:
    case simdjson::dom::element_type::OBJECT:
        return false;
    case simdjson::dom::element_type::NULL_VALUE:
        out.kind = Tree::Kind::null;
        return true;
    case simdjson::dom::element_type::STRING:
        out.quoted = true;
        out.text = std::string(std::string_view(root.get_string().value_unsafe()));
        break;
    case simdjson::dom::element_type::BOOL:
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64:
    case simdjson::dom::element_type::DOUBLE:
        out.text = std::string(base::trim(std::string_view(text.data(), text.size())));
        break;
    }
    out.kind = Tree::Kind::scalar;
    out.mark = {1, 1};
    return true;
}

} // namespace

Parsed parse_json(std::string_view text) {
    Parsed out;
    try {
        simdjson::padded_string padded(text);
        simdjson::dom::parser dom;
        if (scalar_document(padded, dom, out.tree)) return out;
        od::parser parser;
        od::document document;
        check(parser.iterate(padded).get(document));
        Position position(std::string_view(padded.data(), padded.size()));
        od::value root;
        check(document.get_value().get(root));
        walk(root, position, 1, out.tree);
    } catch (const Stop& stop) {
        out.tree = Tree{};
        out.error = base::lower(stop.error);
        if (out.error.empty()) out.error = "not valid JSON";
        out.mark = stop.mark;
    }
    return out;
}

} // namespace schema
