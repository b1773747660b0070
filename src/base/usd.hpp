// An amount of US dollars, in which providers and their price lists reckon. Invariant: exact. It is a whole
// number of millionths of a millionth of a dollar, so that one token at a price with six decimals a million
// is not rounded, and sums do not depend on their order.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

struct Usd {
    std::int64_t picos = 0; ///< 10^-12 dollars; at most about 9 million dollars
    auto operator<=>(const Usd&) const = default;
};

/// Sums that do not fit are the largest amount there is.
Usd operator+(Usd a, Usd b) noexcept;
inline Usd& operator+=(Usd& a, Usd b) noexcept {
    return a = a + b;
}
/// `count` things at `million` for a million of them, rounded to the nearest pico-dollar. Requires both not
/// to be negative.
Usd price_of(std::int64_t count, Usd million) noexcept;

/// "0.15", ".5", "3e-06": a decimal number that is not negative, as JSON and YAML write it. What is beyond
/// the twelfth decimal is rounded. nullopt for anything else, and for what is too large.
std::optional<Usd> parse_usd(std::string_view text);
/// Every digit, as a JSON number: "0", "0.000425", "12.5".
std::string decimal(Usd amount);
/// For people: "$0.00", "$0.0043", "$12.30": at least two decimals, and two digits that are not zero.
std::string shown(Usd amount);

} // namespace base
