// The keywords that are about one kind of value: objects, arrays, texts, numbers.
#include <algorithm>
#include <compare>
#include <utility>

#include "base/text.hpp"
#include "resource/exact_number.hpp"
#include "resource/fitting.hpp"

namespace resource {

using schema::Entry;
using schema::Tree;

namespace {

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

struct Counted {
    std::size_t count;
    std::string words; ///< "2 items"
};

Counted counted(const Tree& value) {
    if (value.is_list()) return {value.items.size(), base::counted(value.items.size(), "item")};
    if (!value.is_map()) return {characters(value.text), base::counted(characters(value.text), "character")};
    const std::size_t count = value.entries.size();
    return {count, base::format("{} {}", count, count == 1 ? "property" : "properties")};
}

} // namespace

void Fitting::properties(const Rule& rule, const Tree& value) {
    spend(rule.argument.entries.size() * (1 + value.entries.size() / bytes_a_step));
    for (const Entry& property : rule.argument.entries) {
        if (stopped()) return;
        if (const Tree* part = value.find(property.key)) descend({&property.key, 0}, property.value, *part);
    }
}

void Fitting::required(const Rule& rule, const Tree& value) {
    spend(rule.argument.items.size() * (1 + value.entries.size() / bytes_a_step));
    for (const Tree& name : rule.argument.items) {
        if (stopped()) return;
        if (value.find(name.text) != nullptr) continue;
        path_.push_back({&name.text, 0});
        complain([] { return "is missing"; });
        path_.pop_back();
    }
}

void Fitting::additional(const Rule& rule, const Tree& value) {
    if (rule.schema.find("patternProperties") != nullptr) return;
    const Tree* known = rule.schema.find("properties");
    const std::size_t count = known == nullptr ? 0 : known->entries.size();
    for (const Entry& entry : value.entries) {
        spend(1 + count / bytes_a_step);
        if (stopped()) return;
        if (known == nullptr || known->find(entry.key) == nullptr)
            descend({&entry.key, 0}, rule.argument, entry.value);
    }
}

void Fitting::prefix(const Rule& rule, const Tree& value) {
    for (std::size_t i = 0; i < std::min(value.items.size(), rule.argument.items.size()); ++i)
        descend({nullptr, i}, rule.argument.items[i], value.items[i]);
}

void Fitting::items(const Rule& rule, const Tree& value) {
    const Tree* before = rule.schema.find("prefixItems");
    for (std::size_t i = before == nullptr ? 0 : before->items.size(); i < value.items.size(); ++i) {
        if (stopped()) return;
        descend({nullptr, i}, rule.argument, value.items[i]);
    }
}

void Fitting::unique(const Rule& rule, const Tree& value) {
    if (!is_word(rule.argument, "true")) return;
    std::vector<std::pair<std::string, std::size_t>> sorted;
    for (const Tree& item : value.items) {
        if (exhausted_) return;
        sorted.emplace_back(canonical(item), sorted.size());
        spend(1 + sorted.back().first.size() / 4);
    }
    std::sort(sorted.begin(), sorted.end());
    const auto pair = std::adjacent_find(sorted.begin(), sorted.end(),
                                         [](const auto& a, const auto& b) { return a.first == b.first; });
    if (pair == sorted.end()) return;
    complain(
        [&] { return base::format("items {} and {} are equal", pair->second, std::next(pair)->second); });
}

void Fitting::pattern(const Rule& rule, const Tree& value) {
    const std::string& written = rule.argument.text;
    const std::size_t size = pattern_size(written);
    auto at = patterns_.find(written);
    if (at == patterns_.end()) {
        patterns_size_ += size;
        if (patterns_size_ > most_pattern_size) exhausted_ = true;
        if (exhausted_) return;
        at = patterns_.try_emplace(written, written).first;
    }
    spend(1 + value.text.size() / bytes_a_step * (1 + size / 64));
    if (exhausted_ || at->second.matches(value.text)) return;
    complain([&] { return base::format("{} does not match {}", shown(value), shown(rule.argument)); });
}

void Fitting::multiple(const Rule& rule, const Tree& value) {
    const ExactNumber divisor = exact_number(rule.argument.text);
    if (divisor.is_zero() || divisor.digits.size() > divisor_digits) return;
    spend(value.text.size() / bytes_a_step);
    if (is_multiple(exact_number(value.text), divisor)) return;
    complain([&] { return base::format("{} is not a multiple of {}", shown(value), shown(rule.argument)); });
}

std::strong_ordering Fitting::compared(const Rule& rule, const Tree& value) {
    spend((value.text.size() + rule.argument.text.size()) / bytes_a_step);
    return compare(exact_number(value.text), exact_number(rule.argument.text));
}

void Fitting::minimum(const Rule& rule, const Tree& value) {
    if (std::is_gteq(compared(rule, value))) return;
    complain([&] { return base::format("{} is less than {}", shown(value), shown(rule.argument)); });
}

void Fitting::maximum(const Rule& rule, const Tree& value) {
    if (std::is_lteq(compared(rule, value))) return;
    complain([&] { return base::format("{} is more than {}", shown(value), shown(rule.argument)); });
}

void Fitting::exclusive_minimum(const Rule& rule, const Tree& value) {
    if (std::is_gt(compared(rule, value))) return;
    complain([&] { return base::format("{} is not more than {}", shown(value), shown(rule.argument)); });
}

void Fitting::exclusive_maximum(const Rule& rule, const Tree& value) {
    if (std::is_lt(compared(rule, value))) return;
    complain([&] { return base::format("{} is not less than {}", shown(value), shown(rule.argument)); });
}

void Fitting::at_least(const Rule& rule, const Tree& value) {
    spend(value.text.size() / bytes_a_step);
    const Counted has = counted(value);
    if (std::is_gteq(compare(exact_number(has.count), exact_number(rule.argument.text)))) return;
    complain([&] { return base::format("has {}, fewer than {}", has.words, shown(rule.argument)); });
}

void Fitting::at_most(const Rule& rule, const Tree& value) {
    spend(value.text.size() / bytes_a_step);
    const Counted has = counted(value);
    if (std::is_lteq(compare(exact_number(has.count), exact_number(rule.argument.text)))) return;
    complain([&] { return base::format("has {}, more than {}", has.words, shown(rule.argument)); });
}

} // namespace resource
