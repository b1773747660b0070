#include "resource/price_list.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace resource {

using namespace schema;

namespace {

/// "2026-01-01" is the midnight of UTC that it begins with.
std::optional<base::Time> time_of(const std::string& text) {
    if (const auto time = base::parse_rfc3339(text)) return time;
    return base::parse_rfc3339(text + "T00:00:00Z");
}

void price_rule(Price& price, const Check& check) {
    if (price.valid_from.empty()) return;
    const auto from = time_of(price.valid_from);
    if (!from)
        check.error_as_is("valid_from",
                          base::format("invalid {} \"{}\": expected a date such as 2026-01-31 or a time such "
                                       "as 2026-01-31T12:00:00Z",
                                       check.path("valid_from"), price.valid_from));
    else
        price.from = *from;
}

bool names(const Price& price, const PricedCall& call) {
    if (!price.provider.empty() && !base::same_ignoring_case(price.provider, call.provider)) return false;
    if (!price.endpoint.empty() && !matches_glob(price.endpoint, call.endpoint)) return false;
    return matches_glob(price.match, call.model) ||
           (!call.answered_by.empty() && matches_glob(price.match, call.answered_by));
}

} // namespace

const Type& describe(const Price*) {
    static const Type type = object_type<Price, price_rule>(
        "Price", "What a model costs, in US dollars a million tokens.",
        {
            field<&Price::match>("match",
                                 "The models: their name, as it is asked for or as the provider says that it "
                                 "answered; * stands for any text, ? for any character. Case is ignored.",
                                 trimmed, required),
            field<&Price::provider>("provider", "Only of this provider: openai, anthropic, ...", trimmed),
            field<&Price::endpoint>("endpoint", "Only of these ModelEndpoints; as match.", trimmed),
            field<&Price::input>("input", "A million tokens that are read; 0 for what is free.", required),
            field<&Price::output>("output", "A million tokens that are written, reasoning included.",
                                  required),
            field<&Price::cached_read>("cached_read",
                                       "A million tokens that are read from the provider's cache; absent: as "
                                       "input.",
                                       alias("cache_read")),
            field<&Price::cache_write>("cache_write",
                                       "A million tokens that are read and kept in the provider's cache; "
                                       "absent: as input.",
                                       alias("cached_write")),
            field<&Price::valid_from>(
                "valid_from", "From when on: a date (UTC) or an RFC 3339 time; absent: always.", trimmed),
        });
    return type;
}

const Type& describe(const PriceList*) {
    static const Type type = object_type<PriceList>(
        "PriceList",
        "What models cost: prices.yaml in the folder of the configuration, or the file that ORLOJ_PRICES "
        "names. Of the entries that name a call, the first that was valid then counts.",
        {
            field<&PriceList::prices>("prices", "Narrow ones before wide ones, new ones before old ones."),
        });
    return type;
}

const Price* find_price(const PriceList& list, const PricedCall& call) {
    const auto it = std::find_if(list.prices.begin(), list.prices.end(), [&](const Price& price) {
        return price.from <= call.at && names(price, call);
    });
    return it == list.prices.end() ? nullptr : &*it;
}

base::Usd cost_of(const Price& price, const CountedTokens& tokens) {
    const std::int64_t read = std::clamp<std::int64_t>(tokens.cached_read, 0, tokens.input);
    const std::int64_t kept = std::clamp<std::int64_t>(tokens.cache_write, 0, tokens.input - read);
    return base::price_of(tokens.input - read - kept, price.input) +
           base::price_of(read, price.cached_read.value_or(price.input)) +
           base::price_of(kept, price.cache_write.value_or(price.input)) +
           base::price_of(tokens.output, price.output);
}

base::Usd most_cost_of(const Price& price, std::int64_t input, std::int64_t output) {
    const base::Usd dearest = std::max(
        {price.input, price.cached_read.value_or(price.input), price.cache_write.value_or(price.input)});
    return base::price_of(input, dearest) + base::price_of(output, price.output);
}

bool matches_glob(std::string_view pattern, std::string_view text) {
    // One step back is enough: what the last * took can only grow.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (t < text.size()) {
        const bool same =
            p < pattern.size() &&
            (pattern[p] == '?' || base::same_ignoring_case(pattern.substr(p, 1), text.substr(t, 1)));
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (same) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

} // namespace resource
