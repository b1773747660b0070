#include "cli/explanation.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "terminal/wrap.hpp"

namespace cli {

using schema::Explanation;

namespace {

constexpr std::size_t widest_left = 34; // columns of the left part; beyond, the text stands below

/// "duration" is enough in a list of fields; the grammar stands at the field itself.
std::string short_type(const std::string& words) {
    return words.starts_with("duration") ? "duration" : words;
}

std::string remarks(const Explanation& e) {
    std::string out = e.doc;
    const auto add = [&](const std::string& sentence) { out += (out.empty() ? "" : " ") + sentence; };
    if (e.required) add("Required.");
    if (e.minimum && !e.default_below_minimum) add(base::format("At least {}.", *e.minimum));
    if (e.initial) add(base::format("Default {}.", schema::default_words(*e.initial)));
    if (!e.effect.empty()) add(e.effect);
    return out;
}

void add_lines(Lines& out, const std::vector<Explanation>& fields, std::size_t indent) {
    for (const Explanation& field : fields) {
        out.emplace_back(
            base::format("{}{} <{}>", std::string(indent, ' '), field.name, short_type(field.type)),
            remarks(field));
        add_lines(out, field.fields, indent + 2);
    }
}

std::string fields_of(const Explanation& e) {
    if (e.fields.empty()) return {};
    Lines lines;
    add_lines(lines, e.fields, 2);
    return "\nFields:\n" + aligned(lines);
}

std::string minimum_of(const Explanation& e) {
    if (!e.minimum) return {};
    if (e.default_below_minimum) return base::format("{}; a smaller value means the default", *e.minimum);
    return std::to_string(*e.minimum);
}

} // namespace

std::string aligned(const Lines& lines) {
    std::size_t width = 0;
    for (const auto& [left, right] : lines) {
        if (left.size() + 2 <= widest_left) width = std::max(width, left.size() + 2);
    }
    std::string out;
    for (const auto& [left, right] : lines)
        out += terminal::two_columns(left, right, std::max(width, std::size_t{8}));
    return out;
}

std::string render(const std::string& called, const Explanation& e) {
    std::string out;
    if (e.path.empty()) {
        out = terminal::wrap(e.doc.empty() ? called : base::format("{}: {}", called, e.doc), 0);
    } else {
        out = base::format("{} {} <{}>\n", called, e.path, e.type);
        for (const std::string* doc : {&e.doc, &e.type_doc}) {
            if (!doc->empty()) out += "\n" + terminal::wrap(*doc, 0);
        }
    }
    Lines facts;
    const auto fact = [&](std::string_view name, const std::string& words) {
        if (!words.empty()) facts.emplace_back(base::format("  {}", name), words);
    };
    if (e.required) fact("required", e.hint.empty() ? "yes" : e.hint);
    if (e.initial) fact("default", schema::default_words(*e.initial));
    fact("minimum", minimum_of(e));
    fact("also written", base::join(e.aliases, ", "));
    if (!e.short_form.empty()) fact("short form", base::format("a text alone is its {}", e.short_form));
    fact("note", e.effect);
    if (!facts.empty()) out += "\n" + aligned(facts);
    return out + fields_of(e);
}

void write_words(base::JsonWriter& out, std::string_view name, const std::vector<std::string>& words) {
    if (words.empty()) return;
    out.key(name).begin_array();
    for (const std::string& word : words)
        out.string(word);
    out.end_array();
}

/// The members of an open object.
void write(base::JsonWriter& out, const Explanation& e) {
    if (!e.name.empty()) out.member("name", e.name);
    out.member("path", e.path).member("type", e.type).member("doc", e.doc);
    if (!e.type_doc.empty()) out.member("typeDoc", e.type_doc);
    out.member("required", e.required);
    if (!e.hint.empty()) out.member("hint", e.hint);
    if (e.initial) out.key("default").raw(*e.initial);
    if (e.minimum)
        out.member("minimum", *e.minimum)
            .member("belowMinimum", e.default_below_minimum ? "default" : "error");
    write_words(out, "values", e.choices);
    write_words(out, "aliases", e.aliases);
    if (!e.short_form.empty()) out.member("shortForm", e.short_form);
    if (!e.effect.empty()) out.member("note", e.effect);
    if (e.fields.empty()) return;
    out.key("fields").begin_array();
    for (const Explanation& field : e.fields) {
        out.begin_object();
        write(out, field);
        out.end_object();
    }
    out.end_array();
}

} // namespace cli
