#include "cli/field_path.hpp"

#include "base/text.hpp"

namespace cli {

namespace {

[[noreturn]] void refuse(std::string_view whole, std::string_view why) {
    throw base::Error(base::Fault::usage, base::format("invalid field path \"{}\": {}", whole, why))
        .hint("write it like .metadata.name, .spec.agents[0] or .metadata.labels['team']");
}

/// A name up to the next dot or bracket; a backslash takes the next character as it is.
std::string take_key(std::string_view& rest) {
    std::string out;
    while (!rest.empty() && rest.front() != '.' && rest.front() != '[') {
        if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
        out += rest.front();
        rest.remove_prefix(1);
    }
    return out;
}

} // namespace

void FieldPath::parse_bracket(std::string_view& rest, std::string_view whole) {
    rest.remove_prefix(1);
    const char quote = rest.empty() ? '\0' : rest.front();
    if (quote == '\'' || quote == '"') {
        const std::size_t end = rest.find(quote, 1);
        if (end == std::string_view::npos || rest.substr(end + 1, 1) != "]")
            refuse(whole, "a quoted key ends with a quote and ]");
        steps_.push_back({Step::Kind::key, std::string(rest.substr(1, end - 1)), 0});
        rest.remove_prefix(end + 2);
        return;
    }
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) refuse(whole, "] is missing");
    const std::string_view inside = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (inside == "*") {
        steps_.push_back({Step::Kind::all, "", 0});
        return;
    }
    const auto index = base::to_integer(inside);
    if (!index || *index < 0) refuse(whole, "between brackets stands a number from 0, *, or a quoted key");
    steps_.push_back({Step::Kind::index, "", static_cast<std::size_t>(*index)});
}

FieldPath FieldPath::parse(std::string_view text) {
    std::string_view rest = base::trim(text);
    if (rest.starts_with('{') && rest.ends_with('}')) rest = rest.substr(1, rest.size() - 2);
    if (rest.starts_with('$')) rest.remove_prefix(1);
    if (rest.empty()) refuse(text, "it is empty");
    FieldPath out;
    bool fresh = true; // the first name needs no dot
    while (!rest.empty()) {
        if (rest.front() == '[') {
            out.parse_bracket(rest, text);
        } else {
            if (rest.front() == '.') {
                rest.remove_prefix(1);
                if (rest.empty() && fresh) break; // "." is all of it
                if (rest.starts_with('.')) refuse(text, "two dots follow each other");
                if (rest.starts_with('[')) continue;
            } else if (!fresh) {
                refuse(text, "a dot is missing");
            }
            std::string key = take_key(rest);
            if (key.empty()) refuse(text, "a name is missing behind the dot");
            out.steps_.push_back({Step::Kind::key, std::move(key), 0});
        }
        fresh = false;
    }
    return out;
}

void FieldPath::collect(const schema::Tree& tree, std::size_t step, std::vector<std::string>& out) const {
    if (step == steps_.size()) {
        if (tree.kind == schema::Tree::Kind::null) return;
        out.push_back(tree.kind == schema::Tree::Kind::scalar ? tree.text : schema::to_json(tree));
        return;
    }
    const Step& now = steps_[step];
    switch (now.kind) {
    case Step::Kind::key:
        if (const schema::Tree* value = tree.find(now.key)) collect(*value, step + 1, out);
        return;
    case Step::Kind::index:
        if (now.index < tree.items.size()) collect(tree.items[now.index], step + 1, out);
        return;
    case Step::Kind::all:
        for (const schema::Tree& item : tree.items)
            collect(item, step + 1, out);
        for (const schema::Entry& entry : tree.entries)
            collect(entry.value, step + 1, out);
        return;
    }
}

std::optional<std::string> FieldPath::find(const schema::Tree& tree) const {
    std::vector<std::string> found;
    collect(tree, 0, found);
    if (found.empty()) return std::nullopt;
    return base::join(found, ",");
}

int compare_naturally(std::string_view a, std::string_view b) {
    const auto x = base::to_number(a);
    const auto y = base::to_number(b);
    if (x && y) return *x < *y ? -1 : *x > *y ? 1 : 0;
    if (x || y) return x ? -1 : 1; // numbers before words
    return a.compare(b) < 0 ? -1 : a == b ? 0 : 1;
}

} // namespace cli
