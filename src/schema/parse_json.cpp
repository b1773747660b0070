// The only file that includes simdjson. Why two passes: the on-demand parser accepts much that is not JSON,
// and the DOM parser loses positions and the digits of numbers. So the DOM validates the whole text, then
// on-demand walks it. Where nobody asks for positions and no number has digits to lose, the DOM is walked:
// half the time, which counts for streams of small events.
#include "schema/tree.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_set>

#include <simdjson.h>

#include "base/text.hpp"

namespace schema {

namespace {

namespace od = simdjson::ondemand;

/// Turns places into lines and columns; cheapest when they are asked for in rising order.
class Position {
  public:
    explicit Position(std::string_view text) : text_(text) {}

    base::Mark at(const char* place) {
        const auto offset = static_cast<std::size_t>(place - text_.data());
        for (; seen_ < offset; ++seen_) {
            const char c = text_[seen_];
            if (c == '\n') {
                ++mark_.line;
                mark_.column = 1;
            } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
                ++mark_.column;
            }
        }
        return mark_;
    }

  private:
    std::string_view text_;
    std::size_t seen_ = 0;
    base::Mark mark_{1, 1};
};

struct Stop {
    std::string error;
    base::Mark mark;
};

void check(simdjson::error_code code) {
    if (code == simdjson::SUCCESS) return;
    std::string_view message = simdjson::error_message(code);
    // "TAPE_ERROR: The JSON document ...": the sentence without its code.
    if (const std::size_t colon = message.find(": "); message.substr(0, colon).ends_with("ERROR"))
        message.remove_prefix(colon + 2);
    std::string text(message);
    if (!text.empty() && text.substr(1, 1) != "S") text.front() = base::lower(text.substr(0, 1)).front();
    if (text.ends_with('.')) text.pop_back();
    throw Stop{text.empty() ? "not valid JSON" : std::move(text), {}};
}

/// Looks through few keys, hashes many.
class Keys {
  public:
    bool known(std::span<const Entry> entries, const std::string& key) {
        if (entries.size() < few) {
            return std::any_of(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
        }
        if (seen_.empty()) {
            for (const Entry& entry : entries)
                seen_.insert(entry.key);
        }
        return !seen_.insert(key).second;
    }

  private:
    static constexpr std::size_t few = 16;
    std::unordered_set<std::string> seen_;
};

/// Builds the tree from a text that is known to be valid.
class Walker {
  public:
    explicit Walker(std::string_view text) : position_(text) {}

    void value(od::value value, int depth, Tree& out) {
        const std::string_view token = value.raw_json_token();
        out.mark = position_.at(token.data());
        const bool container = token.front() == '{' || token.front() == '[';
        if (container && depth > max_depth)
            throw Stop{base::format("nested deeper than {} levels", max_depth), out.mark};
        if (++nodes_ > max_nodes) throw Stop{base::format("more than {} nodes", max_nodes), out.mark};
        od::json_type type{};
        check(value.type().get(type));
        switch (type) {
        case od::json_type::object:
            out.kind = Tree::Kind::map;
            return map(value, depth, out);
        case od::json_type::array:
            out.kind = Tree::Kind::list;
            return list(value, depth, out);
        case od::json_type::string: {
            std::string_view string;
            check(value.get_string().get(string));
            out.kind = Tree::Kind::scalar;
            out.quoted = true;
            out.text = std::string(string);
            return;
        }
        case od::json_type::number:
        case od::json_type::boolean:
            // Not read as a number: its digits are kept, however many.
            out.kind = Tree::Kind::scalar;
            out.text = std::string(base::trim(token));
            return;
        case od::json_type::null:
            out.kind = Tree::Kind::null;
            return;
        }
    }

  private:
    void map(od::value object, int depth, Tree& out) {
        od::object entries;
        check(object.get_object().get(entries));
        Keys keys;
        for (auto result : entries) {
            od::field field;
            check(std::move(result).get(field));
            Entry entry;
            entry.mark = position_.at(field.key().raw() - 1);
            std::string_view key;
            check(field.unescaped_key().get(key));
            entry.key = std::string(key);
            if (keys.known(out.entries, entry.key))
                throw Stop{base::format("duplicate key '{}'", entry.key), entry.mark};
            value(field.value(), depth + 1, entry.value);
            out.entries.push_back(std::move(entry));
        }
    }

    void list(od::value array, int depth, Tree& out) {
        od::array items;
        check(array.get_array().get(items));
        for (auto result : items) {
            od::value item;
            check(std::move(result).get(item)); // NOLINT(performance-move-const-arg): takes rvalues only
            value(item, depth + 1, out.items.emplace_back());
        }
    }

    Position position_;
    std::size_t nodes_ = 0;
};

/// Builds the tree from the DOM, without positions. False where the digits of a number would be lost. What an
/// earlier text left in the tree is written over and its memory used again.
class DomWalker {
  public:
    bool value(simdjson::dom::element from, int depth, Tree& out) {
        using Type = simdjson::dom::element_type;
        const Type type = from.type();
        const bool container = type == Type::OBJECT || type == Type::ARRAY;
        if (container && depth > max_depth)
            throw Stop{base::format("nested deeper than {} levels", max_depth), {}};
        if (++nodes_ > max_nodes) throw Stop{base::format("more than {} nodes", max_nodes), {}};
        switch (type) {
        case Type::OBJECT:
            return map(from.get_object().value_unsafe(), depth, out);
        case Type::ARRAY:
            return list(from.get_array().value_unsafe(), depth, out);
        case Type::STRING:
            return scalar(from.get_string().value_unsafe(), true, out);
        case Type::INT64:
            return scalar(std::to_string(from.get_int64().value_unsafe()), false, out);
        case Type::BOOL:
            return scalar(from.get_bool().value_unsafe() ? "true" : "false", false, out);
        case Type::NULL_VALUE:
            become(Tree::Kind::null, out);
            return true;
        case Type::UINT64:
        case Type::DOUBLE:
            return false;
        }
        return false;
    }

  private:
    static void become(Tree::Kind kind, Tree& out) {
        out.kind = kind;
        out.quoted = false;
        out.mark = {};
        out.text.clear();
        if (kind != Tree::Kind::list) out.items.clear();
        if (kind != Tree::Kind::map) out.entries.clear();
    }

    static bool scalar(std::string_view text, bool quoted, Tree& out) {
        become(Tree::Kind::scalar, out);
        out.quoted = quoted;
        out.text.assign(text);
        return true;
    }

    /// Keys that stand in their places already are unique. An empty one may have been taken from.
    bool map(simdjson::dom::object from, int depth, Tree& out) {
        become(Tree::Kind::map, out);
        out.entries.reserve(from.size());
        std::optional<Keys> others; // once a key differs from the one that stood there
        std::size_t count = 0;
        for (const simdjson::dom::key_value_pair field : from) {
            if (count == out.entries.size()) out.entries.emplace_back();
            Entry& entry = out.entries[count];
            entry.mark = {};
            if (others || field.key.empty() || entry.key != field.key) {
                if (!others) others.emplace();
                entry.key.assign(field.key);
                if (others->known(std::span(out.entries).first(count), entry.key))
                    throw Stop{base::format("duplicate key '{}'", entry.key), {}};
            }
            ++count;
            if (!value(field.value, depth + 1, entry.value)) return false;
        }
        out.entries.resize(count);
        return true;
    }

    bool list(simdjson::dom::array from, int depth, Tree& out) {
        become(Tree::Kind::list, out);
        out.items.reserve(from.size());
        std::size_t count = 0;
        for (const simdjson::dom::element item : from) {
            if (count == out.items.size()) out.items.emplace_back();
            if (!value(item, depth + 1, out.items[count++])) return false;
        }
        out.items.resize(count);
        return true;
    }

    std::size_t nodes_ = 0;
};

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// The text with blanks for the digits of whole numbers beyond the 18th, so that a parser that reads into 64
/// bits can judge the rest of it.
std::string with_short_integers(std::string_view text) {
    constexpr std::size_t enough = 18;
    std::string out(text);
    bool in_string = false;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (in_string && out[i] == '\\') {
            ++i;
        } else if (out[i] == '"') {
            in_string = !in_string;
        } else if (!in_string && is_digit(out[i])) {
            std::size_t end = i;
            while (end < out.size() && is_digit(out[end]))
                ++end;
            const bool whole =
                (i == 0 || std::string_view(".eE+").find(out[i - 1]) == std::string_view::npos) &&
                (end == out.size() || std::string_view(".eE").find(out[end]) == std::string_view::npos);
            if (whole && end - i > enough)
                std::fill(out.begin() + static_cast<std::ptrdiff_t>(i + enough),
                          out.begin() + static_cast<std::ptrdiff_t>(end), ' ');
            i = end - 1;
        }
    }
    return out;
}

/// `text` with the bytes behind it that simdjson may read.
simdjson::padded_string_view padded_in(std::string& buffer, std::string_view text) {
    buffer.assign(text);
    buffer.resize(text.size() + simdjson::SIMDJSON_PADDING);
    return simdjson::padded_string_view(buffer.data(), text.size(), buffer.size());
}

struct Validated {
    simdjson::dom::element root;
    bool shortened = false; ///< some numbers in it lack digits
};

Validated validated(simdjson::padded_string_view text, simdjson::dom::parser& dom) {
    Validated out;
    const simdjson::error_code code = dom.parse(text.data(), text.size(), false).get(out.root);
    if (code == simdjson::NUMBER_ERROR) {
        check(dom.parse(simdjson::padded_string(with_short_integers(text))).get(out.root));
        out.shortened = true;
    } else {
        check(code);
    }
    return out;
}

/// A text that is one word or number; on-demand treats those differently.
void scalar_document(simdjson::dom::element root, std::string_view text, Tree& out) {
    const std::string_view word = base::trim(text);
    out.mark = Position(text).at(word.data());
    if (root.is_null()) return;
    out.kind = Tree::Kind::scalar;
    out.quoted = root.is_string();
    out.text = std::string(out.quoted ? std::string_view(root.get_string().value_unsafe()) : word);
}

/// The DOM writes this one whole number differently.
bool may_hold_minus_zero(std::string_view text) {
    for (std::size_t at = text.find("-0"); at != std::string_view::npos; at = text.find("-0", at + 1)) {
        if (at == 0 || std::string_view(":[, \t\r\n").find(text[at - 1]) != std::string_view::npos)
            return true;
    }
    return false;
}

/// Parsers own buffers that are worth keeping for the many small texts of a store, and not for a large one.
struct Parsers {
    std::string buffer;
    simdjson::dom::parser dom;
    od::parser walker;
};
constexpr std::size_t small_text = 64U << 10U; // bytes

void parse_with(Parsers& parsers, std::string_view text, Marks marks, Parsed& out) {
    out.error.clear();
    out.mark = {};
    try {
        const simdjson::padded_string_view padded = padded_in(parsers.buffer, text);
        simdjson::dom::parser& dom = parsers.dom;
        const auto [checked, shortened] = validated(padded, dom);
        const bool container = checked.is_array() || checked.is_object();
        if (container && marks == Marks::none && !shortened && !may_hold_minus_zero(text) &&
            DomWalker().value(checked, 1, out.tree))
            return;
        out.tree = Tree{};
        if (!container) return scalar_document(checked, padded, out.tree);
        od::document document;
        check(parsers.walker.iterate(padded).get(document));
        od::value root;
        check(document.get_value().get(root));
        Walker(padded).value(root, 1, out.tree);
    } catch (const Stop& stop) {
        out.tree = Tree{};
        out.error = stop.error;
        out.mark = stop.mark;
    } catch (...) {
        out.tree = Tree{}; // half of it is no tree to be read over
        throw;
    }
}

void parse(std::string_view text, Marks marks, Parsed& out) {
    if (text.size() > small_text) {
        Parsers parsers;
        return parse_with(parsers, text, marks, out);
    }
    static Parsers kept;
    parse_with(kept, text, marks, out);
}

} // namespace

Parsed parse_json(std::string_view text, Marks marks) {
    Parsed out;
    parse(text, marks, out);
    return out;
}

void parse_json_over(std::string_view text, Parsed& out) {
    // Whoever sends texts chooses where their memory is left. A byte leaves some 50 at most, so this is a
    // bound.
    constexpr std::size_t most_kept = std::size_t{256} << 10U; // bytes of text
    if (out.since_new > most_kept) {
        out.tree = Tree{};
        out.since_new = 0;
    }
    out.since_new += text.size();
    parse(text, Marks::none, out);
}

} // namespace schema
