#include <array>
#include <limits>

#include <doctest/doctest.h>

#include "base/usd.hpp"

namespace {

using base::Usd;

std::string read_back(std::string_view text) {
    const auto amount = base::parse_usd(text);
    return amount ? base::decimal(*amount) : "refused";
}

} // namespace

TEST_CASE("an amount of dollars is read and written without losing a digit") {
    struct Row {
        std::string_view text;
        std::string_view expected;
    };
    for (const auto& [text, expected] : std::array<Row, 24>{{
             {"0", "0"},
             {"0.15", "0.15"},
             {".5", "0.5"},
             {"5.", "5"},
             {"12.50", "12.5"},
             {"0.000001", "0.000001"},
             {"0.000000000001", "0.000000000001"},
             {"0.0000000000005", "0.000000000001"},
             {"0.00000000000049", "0"},
             {"3e-06", "0.000003"},
             {"1.25E2", "125"},
             {"1e+3", "1000"},
             {"1e-400", "0"},
             {"0000.10", "0.1"},
             {"9000000", "9000000"},
             {"9223372.0368547758074", "9223372.036854775807"},
             {"9223372.0368547758075", "refused"},
             {"100000000", "refused"},
             {"1e9", "refused"},
             {"-1", "refused"},
             {"", "refused"},
             {".", "refused"},
             {"$5", "refused"},
             {"1,5", "refused"},
         }}) {
        CAPTURE(text);
        CHECK(read_back(text) == expected);
    }
}

TEST_CASE("people see two digits that mean something, and at least cents") {
    struct Row {
        std::string_view amount;
        std::string_view expected;
    };
    for (const auto& [amount, expected] : std::array<Row, 9>{{
             {"0", "$0.00"},
             {"0.5", "$0.50"},
             {"0.051", "$0.051"},
             {"0.0512", "$0.051"},
             {"0.00425", "$0.0043"},
             {"0.0000009", "$0.0000009"},
             {"12.345", "$12.35"},
             {"1234.999", "$1235.00"},
             {"0.000000000001", "$0.000000000001"},
         }}) {
        CAPTURE(amount);
        CHECK(base::shown(*base::parse_usd(amount)) == expected);
    }
}

TEST_CASE("many things at the price of a million") {
    const auto cost = [](std::int64_t count, std::string_view million) {
        return base::decimal(base::price_of(count, *base::parse_usd(million)));
    };
    CHECK(cost(1, "0.15") == "0.00000015");
    CHECK(cost(1'000'000, "2.5") == "2.5");
    CHECK(cost(7, "0.0375") == "0.0000002625");
    CHECK(cost(0, "75") == "0");
    CHECK(cost(1, "0.0000004") == "0"); // half a pico-dollar and less
    CHECK(cost(1, "0.0000005") == "0.000000000001");
    // Beyond what fits, the largest amount there is, never a small one.
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK(base::price_of(most, {most}).picos == most);
    CHECK((Usd{most} + Usd{1}).picos == most);
    CHECK((Usd{1} + Usd{2}).picos == 3);
}
