// Numbers of JSON texts, compared by value and not by how they are written: 1.0 is 1, and 9007199254740993 is
// not 9007199254740992. Invariant: no digit is lost, as would be in a double.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace resource {

struct ExactNumber {
    bool negative = false;     ///< never for zero
    std::string digits;        ///< decimal, without zeros at either end; empty is zero
    std::int64_t exponent = 0; ///< the value is digits times ten to this; 0 for zero

    [[nodiscard]] bool is_whole() const noexcept { return exponent >= 0; }
    [[nodiscard]] bool is_zero() const noexcept { return digits.empty(); }
    bool operator==(const ExactNumber&) const = default;
};

/// Requires the grammar of a JSON number. Exponents beyond 10^15 are taken for 10^15.
ExactNumber exact_number(std::string_view text);
ExactNumber exact_number(std::size_t count);

std::strong_ordering compare(const ExactNumber& a, const ExactNumber& b);

/// Of two JSON numbers.
bool same_number(std::string_view a, std::string_view b);

constexpr std::size_t divisor_digits = 17;
/// Whether `number` is a whole multiple. Requires a divisor that is not zero and has at most `divisor_digits`
/// digits.
bool is_multiple(const ExactNumber& number, const ExactNumber& divisor);

} // namespace resource
