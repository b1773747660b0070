#include "resource/exact_number.hpp"

#include <algorithm>

namespace resource {

namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

std::int64_t exponent_of(std::string_view text) {
    constexpr std::int64_t most = 1'000'000'000'000'000;
    const bool negative = text.starts_with('-');
    std::int64_t out = 0;
    for (const char c : text) {
        if (is_digit(c)) out = std::min(most, out * 10 + (c - '0'));
    }
    return negative ? -out : out;
}

/// Without regard to the sign.
std::strong_ordering compare_size(const ExactNumber& a, const ExactNumber& b) {
    if (a.is_zero() || b.is_zero()) return b.is_zero() <=> a.is_zero();
    const auto places = [](const ExactNumber& n) {
        return static_cast<std::int64_t>(n.digits.size()) + n.exponent;
    };
    if (places(a) != places(b)) return places(a) <=> places(b);
    return a.digits <=> b.digits; // the first digits have the same place
}

} // namespace

ExactNumber exact_number(std::string_view text) {
    ExactNumber out;
    const bool negative = text.starts_with('-');
    const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
    if (mark < text.size()) out.exponent = exponent_of(text.substr(mark + 1));
    bool fraction = false;
    for (const char c : text.substr(0, mark)) {
        if (c == '.') fraction = true;
        if (!is_digit(c)) continue;
        if (fraction) --out.exponent;
        if (c != '0' || !out.digits.empty()) out.digits += c;
    }
    while (out.digits.ends_with('0')) {
        out.digits.pop_back();
        ++out.exponent;
    }
    if (out.is_zero()) return {};
    out.negative = negative;
    return out;
}

ExactNumber exact_number(std::size_t count) {
    return exact_number(std::to_string(count));
}

std::strong_ordering compare(const ExactNumber& a, const ExactNumber& b) {
    if (a.negative != b.negative) return b.negative <=> a.negative;
    return a.negative ? compare_size(b, a) : compare_size(a, b);
}

bool same_number(std::string_view a, std::string_view b) {
    // JSON has only one way to write a whole number in digits alone, but for zero.
    const auto one_way = [](std::string_view text) {
        return text.find_first_of(".eE") == std::string_view::npos && text != "-0";
    };
    if (a == b || (one_way(a) && one_way(b))) return a == b;
    return exact_number(a) == exact_number(b);
}

bool is_multiple(const ExactNumber& number, const ExactNumber& divisor) {
    if (number.is_zero()) return true;
    if (number.exponent < divisor.exponent) return false; // its last digit is not zero
    const auto modulus = static_cast<std::uint64_t>(std::stoull(divisor.digits));
    std::uint64_t rest = 0;
    for (const char c : number.digits)
        rest = (rest * 10 + static_cast<std::uint64_t>(c - '0')) % modulus;
    // A further ten can only cancel a factor of 2 or 5, of which a divisor below 10^17 has at most 56.
    const std::int64_t tens = std::min<std::int64_t>(number.exponent - divisor.exponent, 60);
    for (std::int64_t i = 0; i < tens; ++i)
        rest = rest * 10 % modulus;
    return rest == 0;
}

} // namespace resource
