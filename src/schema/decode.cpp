#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "schema/type.hpp"

namespace schema {

namespace {

std::string dotted(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
}

const Field* find_field(const Type& type, std::string_view key) {
    for (const Field& field : type.fields) {
        if (field.name == key) return &field;
        if (std::find(field.aliases.begin(), field.aliases.end(), key) != field.aliases.end()) return &field;
    }
    return nullptr;
}

/// "expected a number", for a value of the wrong kind.
std::string_view noun(Shape shape) {
    switch (shape) {
    case Shape::text:
    case Shape::secret:
        return "text";
    case Shape::boolean:
        return "true or false";
    case Shape::integer:
        return "a whole number";
    case Shape::number:
        return "a number";
    case Shape::duration:
        return "a duration such as 30s or 1m30s";
    case Shape::money:
        return "an amount of US dollars such as 0.15";
    case Shape::choice:
        return "one word";
    case Shape::list:
        return "a list";
    case Shape::map:
    case Shape::object:
        return "a map";
    case Shape::json:
    case Shape::optional:
        return "a value";
    }
    return "a value";
}

std::string_view noun(const Tree& tree) {
    switch (tree.kind) {
    case Tree::Kind::null:
        return "nothing";
    case Tree::Kind::scalar:
        return "text";
    case Tree::Kind::list:
        return "a list";
    case Tree::Kind::map:
        return "a map";
    }
    return "nothing";
}

bool nothing_in(const Tree& tree) {
    return tree.kind != Tree::Kind::scalar && tree.items.empty() && tree.entries.empty();
}

bool means_nothing(const Tree& tree, const Type& type) {
    if (tree.kind == Tree::Kind::null) return true;
    return tree.kind == Tree::Kind::scalar && !tree.quoted && type.shape != Shape::text &&
           meaning(tree) == Plain::null;
}

/// Whether what was read says no more than nothing at all, which is not enough for a required field.
bool blank(const Type& type, const void* value) {
    switch (type.shape) {
    case Shape::text:
        return base::trim(detail::as<std::string>(value)).empty();
    case Shape::secret:
        return base::trim(detail::as<base::SecretText>(value).reveal()).empty();
    case Shape::list:
    case Shape::map:
    case Shape::optional:
        return type.size(value) == 0;
    case Shape::json:
        return detail::as<Json>(value).text.empty();
    case Shape::boolean:
    case Shape::integer:
    case Shape::number:
    case Shape::duration:
    case Shape::money:
    case Shape::choice:
    case Shape::object:
        return false;
    }
    return false;
}

/// What to write where a text is expected and a list has a map: the author copied `- name: x` from elsewhere,
/// or forgot that a colon makes a map.
std::string instead_of_map(const Tree& tree, const std::string& path) {
    if (!path.ends_with(']') || !tree.is_map() || tree.entries.empty()) return {};
    if (const Tree* name = tree.find("name"); name != nullptr && name->kind == Tree::Kind::scalar)
        return base::format("write the name alone: - {}", name->text);
    const Entry& only = tree.entries.front();
    if (tree.entries.size() > 1 || only.value.kind != Tree::Kind::scalar) return {};
    return base::format("a text with a colon needs quotes: - \"{}: {}\"", only.key, only.value.text);
}

/// The words of a name: api_key, api-key and apiKey are "api" and "key".
std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> out(1);
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        if ((c == '_' || c == '-' || c == '.' || upper) && !out.back().empty()) out.emplace_back();
        if (c != '_' && c != '-' && c != '.') out.back() += base::lower(std::string_view(&c, 1));
    }
    return out;
}

/// Where a value is, for complaints: a.b[0]. Its text is made only when somebody complains.
class Path {
  public:
    explicit Path(std::string_view root) : name_(root) {}
    Path(const Path& parent, std::string_view member) : parent_(&parent), name_(member) {}
    Path(const Path& parent, std::size_t item) : parent_(&parent), item_(item) {}

    [[nodiscard]] std::string text() const {
        if (parent_ == nullptr) return std::string(name_);
        return item_ ? base::format("{}[{}]", parent_->text(), *item_) : dotted(parent_->text(), name_);
    }
    [[nodiscard]] std::string text_or(std::string_view none) const {
        std::string out = text();
        return out.empty() ? std::string(none) : out;
    }

  private:
    const Path* parent_ = nullptr;
    std::string_view name_;
    std::optional<std::size_t> item_;
};

class Decoder {
  public:
    Decoder(const DecodeOptions& options, base::Diagnostics& out) : options_(options), out_(out) {}

    void value(const Tree& tree, const Type& type, void* out, const Path& path, const Field* field) {
        // An empty value leaves the default, as in every YAML reader.
        if (means_nothing(tree, type)) return;
        switch (type.shape) {
        case Shape::text:
            return text(tree, out, path, field);
        case Shape::secret:
            if (scalar(tree, type, path)) detail::as<base::SecretText>(out) = base::SecretText(tree.text);
            return;
        case Shape::boolean:
            return boolean(tree, type, out, path);
        case Shape::integer:
            return integer(tree, type, out, path, field);
        case Shape::number:
            return number(tree, type, out, path);
        case Shape::duration:
            return duration(tree, type, out, path);
        case Shape::money:
            return money(tree, type, out, path);
        case Shape::json:
            detail::as<Json>(out).text = to_json(tree);
            return;
        case Shape::choice:
            return choice(tree, type, out, path);
        case Shape::list:
            return list(tree, type, out, path, field);
        case Shape::map:
            return map(tree, type, out, path);
        case Shape::object:
            return object(tree, type, out, path);
        case Shape::optional:
            value(tree, type.element(), type.append(out), path, field);
            return;
        }
    }

  private:
    void complain(const Tree& tree, std::string message, std::string hint = {}) {
        out_.error({options_.file, tree.mark}, std::move(message), std::move(hint));
    }

    bool scalar(const Tree& tree, const Type& type, const Path& path) {
        if (tree.kind == Tree::Kind::scalar) return true;
        complain(tree, base::format("{} must be {}, not {}", path.text(), noun(type.shape), noun(tree)));
        return false;
    }

    void text(const Tree& tree, void* out, const Path& path, const Field* field) {
        // The author of `- KEY:` in a list of texts meant "KEY:".
        if (field != nullptr && field->text_items && tree.is_map() && tree.entries.size() == 1 &&
            tree.entries.front().value.kind == Tree::Kind::null) {
            detail::as<std::string>(out) = tree.entries.front().key + ":";
            return;
        }
        if (tree.kind != Tree::Kind::scalar) {
            complain(tree, base::format("{} must be text, not {}", path.text(), noun(tree)),
                     instead_of_map(tree, path.text()));
            return;
        }
        std::string_view t = tree.text; // as written: 0.70 stays 0.70, yes stays yes
        if (!tree.quoted && (t == "~" || t == "null" || t == "Null" || t == "NULL")) return;
        if (field != nullptr && field->trimmed) t = base::trim(t);
        detail::as<std::string>(out) =
            field != nullptr && field->lower_case ? base::lower(t) : std::string(t);
    }

    void boolean(const Tree& tree, const Type& type, void* out, const Path& path) {
        if (!scalar(tree, type, path)) return;
        if (!tree.quoted && meaning(tree) == Plain::boolean) {
            detail::as<bool>(out) = base::lower(tree.text) == "true";
            return;
        }
        const bool only_quoted = tree.text == "true" || tree.text == "false";
        complain(tree,
                 base::format("invalid {} value \"{}\": expected true or false", path.text(), tree.text),
                 only_quoted ? "write it without quotes" : "");
    }

    void integer(const Tree& tree, const Type& type, void* out, const Path& path, const Field* field) {
        if (!scalar(tree, type, path)) return;
        const auto parsed = base::to_integer(tree.text);
        if (!parsed || (tree.quoted && base::trim(tree.text) != tree.text)) {
            complain(tree, base::format("invalid {} value \"{}\": expected a whole number", path.text(),
                                        tree.text));
            return;
        }
        if (field != nullptr && field->minimum && *parsed < *field->minimum) {
            if (field->default_below_minimum) return;
            complain(tree,
                     base::format("invalid {} {}: expected >= {}", path.text(), *parsed, *field->minimum));
            return;
        }
        detail::as<std::int64_t>(out) = *parsed;
    }

    void number(const Tree& tree, const Type& type, void* out, const Path& path) {
        if (!scalar(tree, type, path)) return;
        if (const auto parsed = base::to_number(tree.text))
            detail::as<double>(out) = *parsed;
        else
            complain(tree,
                     base::format("invalid {} value \"{}\": expected a number", path.text(), tree.text));
    }

    void duration(const Tree& tree, const Type& type, void* out, const Path& path) {
        if (!scalar(tree, type, path)) return;
        const auto parsed = base::parse_duration(base::trim(tree.text));
        if (parsed && parsed->us >= 0) {
            detail::as<base::Duration>(out) = *parsed;
            return;
        }
        complain(tree, base::format("invalid {} \"{}\": expected a duration such as 30s, 1m30s or 250ms",
                                    path.text(), tree.text));
    }

    void money(const Tree& tree, const Type& type, void* out, const Path& path) {
        if (!scalar(tree, type, path)) return;
        if (const auto parsed = base::parse_usd(base::trim(tree.text))) {
            detail::as<base::Usd>(out) = *parsed;
            return;
        }
        complain(tree,
                 base::format("invalid {} \"{}\": expected an amount of US dollars such as 0.15", path.text(),
                              tree.text),
                 tree.text.starts_with('$') ? "write the number alone" : "");
    }

    void choice(const Tree& tree, const Type& type, void* out, const Path& path) {
        if (!scalar(tree, type, path)) return;
        const std::string word = base::lower(base::trim(tree.text));
        for (std::size_t i = 0; i < type.choices.size(); ++i) {
            if (base::lower(type.choices[i]) == word) {
                type.set_choice(out, static_cast<int>(i));
                return;
            }
        }
        const auto meant = base::nearest(word, {type.choices.begin(), type.choices.end()});
        complain(tree,
                 base::format("invalid {} \"{}\": expected {}", path.text(), tree.text,
                              base::either(type.choices)),
                 meant ? base::format("did you mean '{}'?", *meant) : std::string());
    }

    void list(const Tree& tree, const Type& type, void* out, const Path& path, const Field* field) {
        if (!tree.is_list()) {
            complain(tree, base::format("{} must be a list, not {}", path.text(), noun(tree)),
                     tree.kind == Tree::Kind::scalar ? base::format("write [{}]", tree.text) : std::string());
            return;
        }
        type.clear(out);
        std::set<std::string> seen;
        for (std::size_t i = 0; i < tree.items.size(); ++i) {
            if (options_.rules && tree.items[i].kind == Tree::Kind::null &&
                type.element().shape == Shape::object && type.element().short_form.empty()) {
                complain(tree.items[i], base::format("{} is empty", Path(path, i).text()),
                         "remove the item, or fill it in");
                continue;
            }
            void* item = type.append(out);
            value(tree.items[i], type.element(), item, Path(path, i), field);
            if (field == nullptr || !field->dedupe) continue;
            auto& text = detail::as<std::string>(item);
            text = std::string(base::trim(text));
            const std::string folded = base::lower(text);
            if (text.empty() || !seen.insert(folded).second) type.remove_last(out);
        }
    }

    void map(const Tree& tree, const Type& type, void* out, const Path& path) {
        if (!tree.is_map()) {
            complain(tree,
                     base::format("{} must be a map, not {}", path.text_or("the document"), noun(tree)));
            return;
        }
        Tree nothing; // stands for a null: what is required in it is missing
        nothing.kind = Tree::Kind::map;
        for (const Entry& entry : tree.entries) {
            nothing.mark = entry.mark;
            const bool empty = entry.value.kind == Tree::Kind::null && type.element().shape == Shape::object;
            value(empty ? nothing : entry.value, type.element(), type.insert(out, entry.key),
                  Path(path, entry.key), nullptr);
        }
    }

    void object(const Tree& tree, const Type& type, void* out, const Path& path) {
        if (tree.kind == Tree::Kind::scalar && !type.short_form.empty()) {
            const Field* field = find_field(type, type.short_form);
            return value(tree, field->type(), field->at(out), path, field);
        }
        if (!tree.is_map()) {
            complain(tree,
                     base::format("{} must be a map, not {}", path.text_or("the document"), noun(tree)));
            return;
        }
        const std::size_t before = out_.errors();
        std::vector<const Field*> seen;
        seen.reserve(tree.entries.size());
        std::vector<std::string> misspelled; // what was meant with unknown fields
        bool removed = false;
        for (const Entry& entry : tree.entries) {
            const Field* field = find_field(type, entry.key);
            if (field == nullptr) {
                misspelled.push_back(unknown(entry, type, path));
            } else if (!field->removed.empty()) {
                out_.error({options_.file, entry.mark}, std::string(field->removed),
                           std::string(field->instead));
                removed = true; // the message says what to write instead
            } else if (std::find(seen.begin(), seen.end(), field) != seen.end()) {
                out_.error({options_.file, entry.mark},
                           base::format("{} is given twice, here as '{}'", Path(path, field->name).text(),
                                        entry.key));
            } else {
                seen.push_back(field);
                member(entry, *field, out, path);
            }
        }
        if (!options_.rules) return;
        for (const Field& field : type.fields) {
            const bool told =
                removed || std::find(misspelled.begin(), misspelled.end(), field.name) != misspelled.end();
            if (field.required && !told && std::find(seen.begin(), seen.end(), &field) == seen.end())
                require(tree, field, path);
        }
        if (type.check != nullptr && out_.errors() == before) {
            type.check(out, Check(tree, type, path.text(), options_.file, out_));
        }
    }

    void member(const Entry& entry, const Field& field, void* owner, const Path& path) {
        const Path here(path, field.name);
        if (options_.rules && !field.unsupported.empty() && !nothing_in(entry.value)) {
            out_.warning({options_.file, entry.mark},
                         base::format("{} has no effect: {}", here.text(), field.unsupported));
        }
        const std::size_t before = out_.errors();
        value(entry.value, field.type(), field.at(owner), here, &field);
        if (!options_.rules || !field.required || out_.errors() != before) return;
        if (means_nothing(entry.value, field.type()) || blank(field.type(), field.at(owner)))
            require(entry.value, field, path);
    }

    void require(const Tree& place, const Field& field, const Path& path) {
        complain(place, base::format("{} is required", Path(path, field.name).text()),
                 std::string(field.required_hint));
    }

    /// Returns the field that the complaint asks for, or "".
    std::string unknown(const Entry& entry, const Type& type, const Path& path) {
        if (options_.unknown == Unknown::ignore) return {};
        std::vector<std::string> names;
        for (const Field& field : type.fields) {
            if (field.removed.empty()) names.emplace_back(field.name);
        }
        const auto meant = base::nearest(entry.key, names);
        std::string message =
            base::format("unknown field '{}'{}", entry.key, path.text().empty() ? "" : " in " + path.text());
        const bool secret = names_secret(entry.key) || path.text().ends_with(".auth");
        std::string hint = meant ? base::format("did you mean '{}'?", *meant)
                           : secret
                               ? "keys do not stand in manifests: store it with `orloj create secret NAME "
                                 "--stdin` and name it, auth: {secretRef: NAME}"
                               : "known here: " + base::join(names, ", ");
        const base::Location where{options_.file, entry.mark};
        if (options_.unknown == Unknown::warning)
            out_.warning(where, std::move(message), std::move(hint));
        else
            out_.error(where, std::move(message), std::move(hint));
        if (secret) out_.withhold();
        return options_.unknown == Unknown::warning ? std::string() : meant.value_or("");
    }

    const DecodeOptions& options_;
    base::Diagnostics& out_;
};

} // namespace

void decode(const Tree& tree, const Type& type, void* out, const std::string& path,
            const DecodeOptions& options, base::Diagnostics& diagnostics) {
    Decoder(options, diagnostics).value(tree, type, out, Path(path), nullptr);
}

void decode_own(const Tree& tree, const Type& type, void* out) {
    base::Diagnostics diagnostics;
    decode(tree, type, out, std::string(type.name), {"", Unknown::ignore, false}, diagnostics);
    for (const base::Diagnostic& d : diagnostics.all()) {
        if (d.severity == base::Severity::error) {
            throw base::Error(base::Fault::store, "stored data cannot be read: " + d.message)
                .hint("something else has changed the database; put a backup back: orloj restore FILE");
        }
    }
}

namespace {

/// The entry under the longest key that `path` starts with, which is cut off it: keys may contain dots.
const Entry* take_entry(const Tree& tree, const Type& type, std::string_view& path) {
    for (std::size_t end = path.size();; end = path.rfind('.', end - 1)) {
        const std::string_view key = path.substr(0, end);
        const Field* known = find_field(type, key);
        for (const Entry& entry : tree.entries) {
            if (entry.key != key && (known == nullptr || find_field(type, entry.key) != known)) continue;
            path.remove_prefix(std::min(key.size() + 1, path.size()));
            return &entry;
        }
        if (end == 0 || path.find('.') >= end) return nullptr;
    }
}

} // namespace

const Tree* Check::locate(std::string_view field) const {
    const Tree* tree = &tree_;
    const Type* type = &type_;
    while (!field.empty()) {
        const Entry* entry = take_entry(*tree, *type, field);
        if (entry == nullptr) return nullptr;
        const Field* known = find_field(*type, entry->key);
        tree = &entry->value;
        if (known != nullptr && known->type != nullptr)
            type = &known->type();
        else if (type->element != nullptr)
            type = &type->element();
        if (type->shape == Shape::optional && type->element != nullptr) type = &type->element();
    }
    return tree;
}

base::Location Check::where(std::string_view field) const {
    std::string path(field);
    for (;;) {
        if (const Tree* tree = path.empty() ? &tree_ : locate(path)) return {file_, tree->mark};
        const std::size_t dot = path.rfind('.');
        path.resize(dot == std::string::npos ? 0 : dot);
    }
}

std::string Check::path(std::string_view field) const {
    return field.empty() ? path_ : dotted(path_, field);
}

void Check::error(std::string_view field, std::string_view message, std::string hint) const {
    out_.error(where(field), base::format("{} {}", path(field), message), std::move(hint));
}

void Check::secret_error(std::string_view field, std::string_view message, std::string hint) const {
    error(field, message, std::move(hint));
    out_.withhold();
}

void Check::warning(std::string_view field, std::string_view message, std::string hint) const {
    out_.warning(where(field), base::format("{} {}", path(field), message), std::move(hint));
}

void Check::error_as_is(std::string_view field, std::string message, std::string hint) const {
    out_.error(where(field), std::move(message), std::move(hint));
}

bool names_secret(std::string_view key) {
    constexpr std::array<std::string_view, 9> secrets{"apikey",     "token",       "password",
                                                      "passwd",     "secret",      "bearer",
                                                      "credential", "credentials", "authorization"};
    constexpr std::array<std::string_view, 5> kinds_of_keys{"api", "access", "secret", "private", "auth"};
    const auto one_of = [](const auto& list, const std::string& word) {
        return std::find(list.begin(), list.end(), word) != list.end();
    };
    const std::vector<std::string> words = words_of(key);
    if (words.front() == "max" || words.front() == "min" || words.front() == "num") return false; // a count
    if (one_of(secrets, words.back())) return true;
    return words.back() == "key" && (words.size() == 1 || one_of(kinds_of_keys, words[words.size() - 2]));
}

} // namespace schema
