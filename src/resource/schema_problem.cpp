// Whether a schema is one.

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "resource/exact_number.hpp"
#include "resource/output_schema.hpp"
#include "resource/pattern.hpp"
#include "resource/schema_keyword.hpp"

namespace resource {

using schema::Entry;
using schema::Tree;

namespace {

constexpr std::size_t most_schemas = 10'000;
constexpr std::size_t most_in_place = 64;

struct Part {
    const Tree* schema;
    std::string path;
};

bool is_schema(const Tree& tree) {
    return tree.is_map() || json_kind(tree) == JsonKind::boolean;
}

std::string with_key(std::string path, std::string_view key) {
    append_key(path, key);
    return path;
}

std::string with_index(std::string path, std::size_t index) {
    append_index(path, index);
    return path;
}

/// The schemas that the argument of a keyword holds, each with its path.
std::vector<Part> held(const Keyword& keyword, const Tree& argument, const std::string& path) {
    std::vector<Part> out;
    switch (keyword.argument) {
    case Argument::schema:
        out.push_back({&argument, path});
        break;
    case Argument::schemas:
        for (const Tree& item : argument.items)
            out.push_back({&item, with_index(path, out.size())});
        break;
    case Argument::schema_map:
        for (const Entry& entry : argument.entries)
            out.push_back({&entry.value, with_key(path, entry.key)});
        break;
    case Argument::types:
    case Argument::texts:
    case Argument::value:
    case Argument::values:
    case Argument::number:
    case Argument::divisor:
    case Argument::count:
    case Argument::flag:
    case Argument::pattern:
    case Argument::reference:
    case Argument::annotation:
        break;
    }
    return out;
}

/// A schema, all those inside it and those its references lead to, each once, in the order written.
class Parts {
  public:
    explicit Parts(const Tree& root) : root_(root) {
        add({&root, "$"});
        while (!later_.empty() && !too_many_) {
            for (const Part& part : std::exchange(later_, {}))
                add(part);
        }
    }

    [[nodiscard]] const std::vector<Part>& all() const { return all_; }
    [[nodiscard]] bool too_many() const { return too_many_; }

  private:
    void add(const Part& part) {
        if (too_many_ || !seen_.insert(part.schema).second) return;
        all_.push_back(part);
        too_many_ = all_.size() > most_schemas;
        for (const Entry& entry : part.schema->entries) {
            const Keyword* keyword = find_keyword(entry.key);
            if (keyword == nullptr) continue;
            for (const Part& inner : held(*keyword, entry.value, with_key(part.path, entry.key)))
                add(inner);
            if (keyword->argument != Argument::reference) continue;
            if (const Tree* target = referenced(root_, entry.value.text))
                later_.push_back({target, entry.value.text}); // most are met on the way
        }
    }

    const Tree& root_;
    std::vector<Part> all_;
    std::vector<Part> later_;
    std::unordered_set<const Tree*> seen_;
    bool too_many_ = false;
};

/// Finds schemas that apply themselves, or too many others, to one and the same value.
class Circles {
  public:
    explicit Circles(const Tree& root) : root_(root) {}

    /// Whether checking one value with `schema` ends within a bounded number of schemas inside each other.
    bool ends(const Tree& schema, std::size_t inside = 0) {
        if (inside > most_in_place) return false;
        const auto [at, is_new] = ends_.try_emplace(&schema, false); // false while we are inside it
        if (!is_new) return at->second;
        for (const Entry& entry : schema.entries) {
            const Keyword* keyword = find_keyword(entry.key);
            if (keyword == nullptr || !keyword->in_place) continue;
            std::vector<Part> parts = held(*keyword, entry.value, {});
            if (keyword->argument == Argument::reference) {
                if (const Tree* target = referenced(root_, entry.value.text)) parts.push_back({target, {}});
            }
            const auto ends_too = [&](const Part& part) { return ends(*part.schema, inside + 1); };
            if (!std::all_of(parts.begin(), parts.end(), ends_too)) return false;
        }
        return ends_[&schema] = true;
    }

  private:
    const Tree& root_;
    std::unordered_map<const Tree*, bool> ends_;
};

bool is_text_list(const Tree& tree) {
    return tree.is_list() &&
           std::all_of(tree.items.begin(), tree.items.end(), [](const Tree& item) { return item.is_text(); });
}

std::string type_problem(const Tree& tree) {
    if (!tree.is_text() && (!is_text_list(tree) || tree.items.empty()))
        return "must be the name of a type or a list of such names";
    const std::vector<Tree> one{tree};
    for (const Tree& name : tree.is_list() ? tree.items : one) {
        if (!is_type_name(name.text))
            return base::format("{} is not one of array, boolean, integer, null, number, object, string",
                                shown(name));
    }
    return {};
}

std::string number_problem(Argument argument, const Tree& tree) {
    if (json_kind(tree) != JsonKind::number) return "must be a number";
    const ExactNumber number = exact_number(tree.text);
    if (argument == Argument::count && (number.negative || !number.is_whole()))
        return "must be a whole number, not negative";
    if (argument == Argument::divisor && (number.negative || number.is_zero())) return "must be above 0";
    if (argument == Argument::divisor && number.digits.size() > divisor_digits)
        return base::format("must have at most {} digits", divisor_digits);
    return {};
}

/// Checks one keyword after the other, and the sum of all patterns.
class Arguments {
  public:
    explicit Arguments(const Tree& root) : root_(root) {}

    /// What is wrong with the argument as such; schemas inside it have their own turn.
    std::string problem(Argument kind, const Tree& tree) {
        switch (kind) {
        case Argument::types:
            return type_problem(tree);
        case Argument::schema:
            return tree.is_list() ? "must be one schema, not a list (prefixItems takes a list)" : "";
        case Argument::schemas:
            return tree.is_list() && !tree.items.empty() ? "" : "must be a list of at least one schema";
        case Argument::schema_map:
            return tree.is_map() ? "" : "must map names to schemas";
        case Argument::texts:
            return is_text_list(tree) ? "" : "must be a list of texts";
        case Argument::values:
            return tree.is_list() ? "" : "must be a list";
        case Argument::number:
        case Argument::divisor:
        case Argument::count:
            return number_problem(kind, tree);
        case Argument::flag:
            return json_kind(tree) == JsonKind::boolean ? "" : "must be true or false";
        case Argument::pattern:
            return pattern_problem(tree);
        case Argument::reference:
            return reference_problem(tree);
        case Argument::value:
        case Argument::annotation:
            return {};
        }
        return {};
    }

  private:
    std::string pattern_problem(const Tree& tree) {
        if (!tree.is_text()) return "must be a text";
        if (!patterns_.insert(tree.text).second) return {};
        size_ += pattern_size(tree.text);
        if (size_ > most_pattern_size) return "is too large, or all patterns together are";
        const std::string problem = Pattern::problem(tree.text);
        return problem.empty() ? "" : base::format("{} is not a pattern of RE2: {}", shown(tree), problem);
    }

    [[nodiscard]] std::string reference_problem(const Tree& tree) const {
        if (!tree.is_text()) return "must be a text";
        if (!tree.text.starts_with("#/") && tree.text != "#")
            return base::format("{} is not local, write #/$defs/NAME", shown(tree));
        const Tree* target = referenced(root_, tree.text);
        if (target == nullptr) return base::format("{} leads nowhere", shown(tree));
        return is_schema(*target) ? "" : base::format("{} leads to no schema", shown(tree));
    }

    const Tree& root_;
    std::unordered_set<std::string_view> patterns_;
    std::size_t size_ = 0;
};

} // namespace

std::string schema_problem(const Tree& json_schema) {
    const Parts parts(json_schema);
    if (parts.too_many()) return base::format("$: has more than {} schemas", most_schemas);
    Arguments arguments(json_schema);
    for (const Part& part : parts.all()) {
        if (!is_schema(*part.schema))
            return base::format("{}: must be a schema, not {}", part.path, shown(*part.schema));
        for (const Entry& entry : part.schema->entries) {
            const Keyword* keyword = find_keyword(entry.key);
            if (keyword == nullptr) continue;
            const std::string problem = arguments.problem(keyword->argument, entry.value);
            if (!problem.empty()) return with_key(part.path, entry.key) + ": " + problem;
        }
    }
    Circles circles(json_schema);
    for (const Part& part : parts.all()) {
        if (!circles.ends(*part.schema))
            return base::format(
                "{}: never ends, its $ref, allOf, anyOf, oneOf and not go round in a circle or "
                "more than {} deep",
                part.path, most_in_place);
    }
    return {};
}

std::vector<std::string> unsupported_keywords(const Tree& json_schema) {
    std::vector<std::string> out;
    const Parts parts(json_schema);
    for (const Part& part : parts.all()) {
        const bool beside_patterns = part.schema->find("patternProperties") != nullptr;
        for (const Entry& entry : part.schema->entries) {
            if (find_keyword(entry.key) == nullptr ||
                (beside_patterns && entry.key == "additionalProperties"))
                out.push_back(with_key(part.path, entry.key));
        }
    }
    return out;
}

} // namespace resource
