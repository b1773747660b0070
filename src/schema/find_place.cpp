// Following a path through a description. A map may be skipped or entered by any key, so a word can mean a
// field or a key: it is read as a field first, and as a key when the rest of the path does not fit then.
#include <algorithm>

#include "base/text.hpp"
#include "schema/explain.hpp"

namespace schema {

namespace {

struct Step {
    std::string_view word;
    bool bracket = false; ///< written in [ ]
};

std::vector<Step> steps_of(std::string_view path) {
    std::vector<Step> out;
    for (const std::string_view part : base::split(path, '.')) {
        const std::size_t open = std::min(part.find('['), part.size());
        if (open > 0 || part.empty()) out.push_back({part.substr(0, open), false});
        std::string_view rest = part.substr(open);
        while (!rest.empty()) {
            const std::size_t close = rest.find(']');
            if (!rest.starts_with('[') || close == std::string_view::npos) {
                throw base::Error(base::Fault::usage, base::format("invalid path '{}'", path))
                    .hint("a path is words and dots, as in spec.graph.edges[0].to");
            }
            out.push_back({rest.substr(1, close - 1), true});
            rest.remove_prefix(close + 1);
        }
    }
    return out;
}

bool all_digits(std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

const Field* field_named(const Type& object, std::string_view word) {
    for (const Field& field : object.fields) {
        if (field.name == word) return &field;
        if (std::find(field.aliases.begin(), field.aliases.end(), word) != field.aliases.end()) return &field;
    }
    return nullptr;
}

std::string path_to(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
}

class Search {
  public:
    Search(std::string_view called, std::vector<Step> steps) : called_(called), steps_(std::move(steps)) {}

    std::optional<Place> follow(const Place& at, std::size_t next) {
        if (next == steps_.size()) return at;
        switch (at.type->shape) {
        case Shape::optional:
            return follow({at.path, &at.type->element(), at.owner, at.field, at.around}, next);
        case Shape::list:
            return list(at, next);
        case Shape::map:
            return map(at, next);
        case Shape::object:
            return object(at, next);
        case Shape::text:
        case Shape::secret:
        case Shape::boolean:
        case Shape::integer:
        case Shape::number:
        case Shape::duration:
        case Shape::money:
        case Shape::json:
        case Shape::choice:
            fail(next, base::format("{} has no fields: it is {}", name(at), article(type_words(*at.type))),
                 {});
            return std::nullopt;
        }
        return std::nullopt;
    }

    /// Why the path that came furthest did not lead anywhere.
    [[nodiscard]] base::Error error() const {
        base::Error out(base::Fault::usage, message_);
        for (const std::string& hint : hints_)
            out = base::Error(std::move(out).hint(hint));
        return out;
    }

  private:
    std::optional<Place> list(const Place& at, std::size_t next) {
        const Step& step = steps_[next];
        const bool index = step.bracket || all_digits(step.word);
        const std::string path = at.path + (step.bracket || !index ? "[]" : base::format("[{}]", step.word));
        return follow({path, &at.type->element(), nullptr, nullptr, at.around}, index ? next + 1 : next);
    }

    std::optional<Place> map(const Place& at, std::size_t next) {
        const Step& step = steps_[next];
        const Type& element =
            at.type->element(); // NOLINT(clang-analyzer-core.CallAndMessage): every map has one
        const Type& inside = innermost(element);
        if (!step.bracket && field_named(inside, step.word) != nullptr) {
            if (auto found = follow({at.path + ".*", &element, nullptr, nullptr, at.around}, next))
                return found;
        }
        // A key of texts may have dots of its own.
        const bool leaf = element.element == nullptr && element.fields.empty();
        const std::string key = step.word.empty() ? "*" : std::string(step.word);
        return follow({at.path + "." + key, &element, nullptr, nullptr, at.around},
                      leaf ? steps_.size() : next + 1);
    }

    std::optional<Place> object(const Place& at, std::size_t next) {
        const Step& step = steps_[next];
        const Field* field = step.bracket ? nullptr : field_named(*at.type, step.word);
        if (field == nullptr) {
            unknown(at, next);
            return std::nullopt;
        }
        if (!field->removed.empty()) {
            fail(next, std::string(field->removed), {});
            return std::nullopt;
        }
        return follow({path_to(at.path, field->name), &field->type(), at.type, field, field}, next + 1);
    }

    void unknown(const Place& at, std::size_t next) {
        const Step& step = steps_[next];
        std::vector<std::string> names;
        for (const Field& field : at.type->fields) {
            if (field.removed.empty()) names.emplace_back(field.name);
        }
        std::vector<std::string> hints;
        if (const auto meant = base::nearest(step.word, names))
            hints.push_back(base::format("did you mean '{}'?", *meant));
        hints.push_back(base::format("fields there: {}", base::join(names, ", ")));
        const std::string word = step.bracket ? base::format("[{}]", step.word) : std::string(step.word);
        fail(next, base::format("unknown field '{}' in {}", word, name(at)), std::move(hints));
    }

    void fail(std::size_t next, std::string message, std::vector<std::string> hints) {
        if (!message_.empty() && next <= furthest_) return;
        furthest_ = next;
        message_ = std::move(message);
        hints_ = std::move(hints);
    }

    [[nodiscard]] std::string name(const Place& at) const {
        return at.path.empty() ? std::string(called_) : base::format("{} {}", called_, at.path);
    }

    static std::string article(const std::string& words) {
        if (words.starts_with("one of ") || words.starts_with("any ")) return words;
        return (std::string_view("aeiou").find(words.front()) == std::string_view::npos ? "a " : "an ") +
               words;
    }

    std::string_view called_;
    std::vector<Step> steps_;
    std::size_t furthest_ = 0;
    std::string message_;
    std::vector<std::string> hints_;
};

} // namespace

Place find_place(const Type& root, std::string_view called, std::string_view path) {
    Search search(called, path.empty() ? std::vector<Step>() : steps_of(path));
    if (auto found = search.follow({"", &root, nullptr, nullptr, nullptr}, 0)) return *std::move(found);
    throw search.error();
}

} // namespace schema
