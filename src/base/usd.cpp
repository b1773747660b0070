#include "base/usd.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"

namespace base {

namespace {

constexpr std::int64_t dollar = 1'000'000'000'000;
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t decimals = 12;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Digits from the front of `text`, which they are taken off.
std::string take_digits(std::string_view& text) {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n]))
        ++n;
    std::string out(text.substr(0, n));
    text.remove_prefix(n);
    return out;
}

/// The whole number that `digits` times ten to `shift` is nearest to.
std::optional<std::int64_t> scaled(std::string digits, std::int64_t shift) {
    if (shift < 0) {
        const auto cut = static_cast<std::size_t>(std::min<std::int64_t>(-shift, std::ssize(digits) + 1));
        if (cut > digits.size()) return 0;
        const bool up = digits[digits.size() - cut] >= '5';
        digits.resize(digits.size() - cut);
        const auto whole = digits.empty() ? 0 : to_integer(digits);
        if (!whole || (up && *whole == largest)) return std::nullopt;
        return *whole + (up ? 1 : 0);
    }
    digits.append(static_cast<std::size_t>(shift), '0');
    return to_integer(digits);
}

} // namespace

Usd operator+(Usd a, Usd b) noexcept {
    return {a.picos > largest - b.picos ? largest : a.picos + b.picos};
}

Usd price_of(std::int64_t count, Usd million) noexcept {
    __extension__ using Wide = __int128;
    const Wide product = static_cast<Wide>(count) * million.picos;
    const Wide rounded = (product + 500'000) / 1'000'000;
    return {rounded > largest ? largest : static_cast<std::int64_t>(rounded)};
}

std::optional<Usd> parse_usd(std::string_view text) {
    std::string digits = take_digits(text);
    std::int64_t exponent = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::string fraction = take_digits(text);
        exponent = -std::ssize(fraction);
        digits += fraction;
    }
    if (digits.empty()) return std::nullopt;
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('+')) text.remove_prefix(1);
        const auto power = to_integer(text);
        if (!power) return std::nullopt;
        exponent += std::clamp<std::int64_t>(*power, -10'000, 10'000);
        text = {};
    }
    if (!text.empty()) return std::nullopt;
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty()) return Usd{};
    if (std::ssize(digits) + exponent > 8) return std::nullopt;
    const auto picos = scaled(std::move(digits), exponent + decimals);
    if (!picos) return std::nullopt;
    return Usd{*picos};
}

std::string decimal(Usd amount) {
    std::string fraction = format("{:012}", amount.picos % dollar);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return format("{}{}{}", amount.picos / dollar, fraction.empty() ? "" : ".", fraction);
}

std::string shown(Usd amount) {
    // The place of the second digit that is not zero, or cents.
    std::int64_t unit = dollar / 100;
    while (unit > 1 && amount.picos > 0 && amount.picos < unit * 10)
        unit /= 10;
    const Usd rounded{amount.picos > largest - unit ? amount.picos : (amount.picos + unit / 2) / unit * unit};
    std::string out = decimal(rounded);
    const std::size_t point = out.find('.');
    if (point == std::string::npos) return "$" + out + ".00";
    if (out.size() - point < 3) out += '0';
    return "$" + out;
}

} // namespace base
