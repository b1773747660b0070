// The walk, and the keywords that are about any value.
#include "resource/fitting.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "resource/exact_number.hpp"

namespace resource {

using schema::Entry;
using schema::Tree;

namespace {

constexpr int deepest = 512; // schemas inside each other, so that no stack is used up

bool is_type(std::string_view name, const Tree& value) {
    const JsonKind kind = json_kind(value);
    if (name == "integer") return kind == JsonKind::number && exact_number(value.text).is_whole();
    return name == name_of(kind);
}

bool is_one_of_types(const Tree& types, const Tree& value) {
    if (!types.is_list()) return is_type(types.text, value);
    return std::any_of(types.items.begin(), types.items.end(),
                       [&](const Tree& type) { return is_type(type.text, value); });
}

std::string type_words(const Tree& types) {
    if (!types.is_list()) return types.text;
    std::vector<std::string_view> words;
    for (const Tree& type : types.items)
        words.emplace_back(type.text);
    return base::either(words);
}

} // namespace

bool is_word(const Tree& value, std::string_view word) noexcept {
    return json_kind(value) == JsonKind::boolean && value.text == word;
}

void Fitting::fit(const Tree& schema, const Tree& value) {
    spend(1 + schema.entries.size());
    if (stopped()) return;
    if (is_word(schema, "false")) return complain([] { return "is not allowed"; });
    if (++depth_ > deepest) exhausted_ = true;
    for (const Entry& entry : schema.entries) {
        if (stopped()) break;
        const Keyword* keyword = find_keyword(entry.key);
        if (keyword == nullptr) unsure_ = true;
        if (keyword == nullptr || keyword->check == nullptr) continue;
        if (keyword->about && *keyword->about != json_kind(value)) continue;
        (this->*keyword->check)({schema, entry.value}, value);
    }
    --depth_;
}

std::vector<std::string> Fitting::take() && {
    if (exhausted_) return {"$: the check was given up, it takes too many steps"};
    return std::move(found_);
}

std::string Fitting::path() const {
    std::string out = "$";
    for (const Step& step : path_) {
        if (step.key != nullptr)
            append_key(out, *step.key);
        else
            append_index(out, step.index);
    }
    return out;
}

void Fitting::descend(Step step, const Tree& schema, const Tree& part) {
    path_.push_back(step);
    fit(schema, part);
    path_.pop_back();
}

Fitting::Outcome Fitting::outcome(const Tree& schema, const Tree& value) {
    const bool was_quiet = std::exchange(quiet_, true);
    const bool had_failed = std::exchange(failed_, false);
    const bool was_unsure = std::exchange(unsure_, false);
    fit(schema, value);
    quiet_ = was_quiet;
    const bool failed = std::exchange(failed_, had_failed);
    const bool unsure = std::exchange(unsure_, was_unsure);
    if (failed) return Outcome::misfit;
    return unsure ? Outcome::unsure : Outcome::fit;
}

bool Fitting::equal(const Tree& a, const Tree& b) {
    const JsonKind kind = json_kind(a);
    if (kind != json_kind(b) || a.items.size() != b.items.size() || a.entries.size() != b.entries.size())
        return false;
    spend(1 + (a.text.size() + b.text.size()) / bytes_a_step);
    if (kind == JsonKind::number) return same_number(a.text, b.text);
    if (a.kind == Tree::Kind::scalar) return a.text == b.text;
    const std::string one = canonical(a);
    const std::string other = canonical(b);
    spend((one.size() + other.size()) / 4);
    return one == other;
}

void Fitting::type(const Rule& rule, const Tree& value) {
    spend(value.text.size() / bytes_a_step);
    if (is_one_of_types(rule.argument, value)) return;
    complain([&] {
        return base::format("must be {}, not {}", type_words(rule.argument), name_of(json_kind(value)));
    });
}

void Fitting::one_of_values(const Rule& rule, const Tree& value) {
    const std::vector<Tree>& values = rule.argument.items;
    for (const Tree& one : values) {
        if (equal(one, value) || exhausted_) return;
        spend(1);
    }
    complain([&] {
        constexpr std::size_t enough = 10;
        std::vector<std::string> words;
        for (std::size_t i = 0; i < std::min(enough, values.size()); ++i)
            words.push_back(shown(values[i]));
        if (values.size() > enough) words.push_back(base::format("{} more", values.size() - enough));
        return base::format("{} is not one of {}", shown(value), base::join(words, ", "));
    });
}

void Fitting::constant(const Rule& rule, const Tree& value) {
    if (equal(rule.argument, value)) return;
    complain([&] {
        return rule.argument.kind == Tree::Kind::scalar || json_kind(rule.argument) != json_kind(value)
                   ? base::format("{} is not {}", shown(value), shown(rule.argument))
                   : base::format("{} other than that of const", shown(value));
    });
}

const Tree* Fitting::target(const Tree& reference) {
    const auto [at, is_new] = targets_.try_emplace(&reference, nullptr);
    if (is_new) {
        spend(reference.text.size());
        at->second = referenced(root_, reference.text);
    }
    return at->second;
}

void Fitting::reference(const Rule& rule, const Tree& value) {
    if (const Tree* schema = target(rule.argument)) return fit(*schema, value);
    complain([] { return "cannot be checked, its $ref leads nowhere"; });
}

void Fitting::all_of(const Rule& rule, const Tree& value) {
    for (const Tree& schema : rule.argument.items)
        fit(schema, value);
}

void Fitting::any_of(const Rule& rule, const Tree& value) {
    bool unsure = false;
    for (const Tree& schema : rule.argument.items) {
        const Outcome one = outcome(schema, value);
        if (one == Outcome::fit || exhausted_) return;
        if (one == Outcome::unsure) unsure = true;
    }
    if (!unsure) return fits_none(rule, value, "anyOf");
    unsure_ = true;
}

void Fitting::one_of(const Rule& rule, const Tree& value) {
    const std::vector<Tree>& schemas = rule.argument.items;
    std::vector<std::size_t> fitting;
    bool unsure = false;
    for (std::size_t i = 0; i < schemas.size() && fitting.size() < 2; ++i) {
        const Outcome one = outcome(schemas[i], value);
        if (exhausted_) return;
        if (one == Outcome::fit) fitting.push_back(i);
        if (one == Outcome::unsure) unsure = true;
    }
    if (fitting.size() == 2) {
        return complain([&] {
            return base::format("fits both schema {} and schema {} of oneOf", fitting[0] + 1, fitting[1] + 1);
        });
    }
    if (unsure) unsure_ = true;
    if (!unsure && fitting.empty()) fits_none(rule, value, "oneOf");
}

/// Where only one of the schemas is for the type of the value, what that one finds says most.
void Fitting::fits_none(const Rule& rule, const Tree& value, std::string_view keyword) {
    if (!quiet_) {
        if (const Tree* schema = meant(rule.argument, value)) return fit(*schema, value);
    }
    complain([&] {
        return base::format("fits none of the {} of {}", base::counted(rule.argument.items.size(), "schema"),
                            keyword);
    });
}

const Tree* Fitting::meant(const Tree& schemas, const Tree& value) {
    const Tree* out = nullptr;
    for (const Tree& one : schemas.items) {
        const Tree* schema = &one;
        for (int i = 0; i < 8 && schema != nullptr && schema->find("$ref") != nullptr; ++i)
            schema = target(*schema->find("$ref"));
        const Tree* types = schema == nullptr ? nullptr : schema->find("type");
        if (types == nullptr || (is_one_of_types(*types, value) && out != nullptr)) return nullptr;
        if (is_one_of_types(*types, value)) out = &one;
    }
    return out;
}

void Fitting::none_of(const Rule& rule, const Tree& value) {
    const Outcome one = outcome(rule.argument, value);
    if (one == Outcome::unsure) unsure_ = true;
    if (one == Outcome::fit) complain([] { return "fits the schema of not"; });
}

} // namespace resource
