// What models cost: the list that a person keeps of what providers charge. Invariant: nothing is assumed. A
// model that no entry names has no price, and there are no numbers but the person's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "schema/type.hpp"

namespace resource {

/// Amounts are US dollars a million tokens.
struct Price {
    std::string match;    ///< of the model: * stands for any text, ? for any character; ignoring case
    std::string provider; ///< "": any
    std::string endpoint; ///< likewise, of the ModelEndpoint's name; as `match`
    base::Usd input;
    base::Usd output;
    std::optional<base::Usd> cached_read; ///< absent: as input
    std::optional<base::Usd> cache_write; ///< absent: as input
    std::string valid_from;               ///< a date or an RFC 3339 time; "": always
    base::Time from{INT64_MIN};           ///< the same, read
};
const schema::Type& describe(const Price*);

struct PriceList {
    std::vector<Price> prices; ///< the first that fits counts
};
const schema::Type& describe(const PriceList*);

/// A model call, as far as its price depends on it.
struct PricedCall {
    std::string_view provider; ///< name of its type
    std::string_view endpoint;
    std::string_view model;       ///< as it was asked for
    std::string_view answered_by; ///< as the provider names it; "": not known
    base::Time at;
};

/// The first entry that names the call and was valid then; nullptr when there is none.
const Price* find_price(const PriceList& list, const PricedCall& call);

/// Tokens of one call. `input` holds those read from the provider's cache and those written to it.
struct CountedTokens {
    std::int64_t input = 0;
    std::int64_t output = 0;
    std::int64_t cached_read = 0;
    std::int64_t cache_write = 0;
};
base::Usd cost_of(const Price& price, const CountedTokens& tokens);
/// Of a call that is not made yet: all it may read, at the dearest rate, and all it may write.
base::Usd most_cost_of(const Price& price, std::int64_t input, std::int64_t output);

/// Whether `text` is what the pattern describes, as Price::match says.
bool matches_glob(std::string_view pattern, std::string_view text);

} // namespace resource
