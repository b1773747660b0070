#include "base/time.hpp"

#include <string>

#include <doctest/doctest.h>

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t hour = 3600 * second;

TEST_CASE("durations are read as Go reads them") {
    struct Row {
        std::string_view text;
        std::int64_t us;
    };
    const Row rows[] = {
        {"0", 0},
        {"-0", 0},
        {"+0", 0},
        {"0s", 0},
        {"5s", 5 * second},
        {"30s", 30 * second},
        {"1478s", 1478 * second},
        {"-5s", -5 * second},
        {"+5s", 5 * second},
        {"5.0s", 5 * second},
        {"5.6s", 5'600'000},
        {"5.s", 5 * second},
        {".5s", 500'000},
        {"1.0s", second},
        {"1.00s", second},
        {"1.004s", 1'004'000},
        {"1.0040s", 1'004'000},
        {"100.00100s", 100'001'000},
        {"11us", 11},
        {"12\xC2\xB5s", 12},
        {"12\xCE\xBCs", 12},
        {"13ms", 13'000},
        {"14s", 14 * second},
        {"15m", 15 * 60 * second},
        {"16h", 16 * hour},
        {"3h30m", 3 * hour + 1800 * second},
        {"10.5s4m", 4 * 60 * second + 10'500'000},
        {"-2m3.4s", -(2 * 60 * second + 3'400'000)},
        {"1h2m3s4ms5us6ns", hour + 2 * 60 * second + 3 * second + 4'005},
        {"39h9m14.425s", 39 * hour + 9 * 60 * second + 14'425'000},
        {"1.5h", hour + 1800 * second},
        {"0.3333333333333333333h", 1200 * second},
        {"9007199254740993us", 9007199254740993},
        {"2562047h47m16.854775807s", 9223372036854776},
        {"-2562047h47m16.854775808s", -9223372036854776},
        {"0.100000000000000000000h", 360 * second},
        {"0.830103483285477580700h", 2'988'372'540},
        {"10ns", 1},
        {"1ns", 1},
        {"499ns", 1},
        {"1499ns", 1},
        {"1500ns", 2},
        {"0ns", 0},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto read = base::parse_duration(row.text);
        REQUIRE(read.has_value());
        CHECK(read->us == row.us);
    }
}

TEST_CASE("what Go refuses as a duration is refused") {
    const std::string_view rows[] = {
        "",
        "3",
        "-",
        "s",
        ".",
        "-.",
        ".s",
        "+.s",
        "1d",
        "1w",
        "10 seconds",
        " 5s",
        "5s ",
        "5 s",
        "1..5s",
        "1.2.3s",
        "5S",
        "5M",
        "+-5s",
        "--5s",
        "1h-5m",
        "\x85\x85",
        "\xffs",
        "hello \xff",
        "1m30",
        "1e3s",
        "0x10s",
        "\xC2\xB5s",
        "5min",
        "5sec",
        "1,5s",
        "inf",
        "nan",
        "infs",
        "9223372036854775810ns",
        "9223372036854775808ns",
        "9223372036854775.808us",
        "9223372036854ms775us808ns",
        "3000000h",
        "-9223372036854775809ns",
        "2562047h47m16.854775808s",
        "99999999999999999999999999s",
    };
    for (const std::string_view row : rows) {
        CAPTURE(row);
        CHECK_FALSE(base::parse_duration(row).has_value());
    }
}

TEST_CASE("durations are written as Go writes them, and read back") {
    struct Row {
        std::int64_t us;
        std::string_view text;
    };
    const Row rows[] = {
        {0, "0s"},
        {1, "1\xC2\xB5s"},
        {999, "999\xC2\xB5s"},
        {1'100, "1.1ms"},
        {2'200, "2.2ms"},
        {250'000, "250ms"},
        {1'000'000, "1s"},
        {3'300'000, "3.3s"},
        {60 * second, "1m0s"},
        {90 * second, "1m30s"},
        {4 * 60 * second + 5 * second + 1000, "4m5.001s"},
        {hour, "1h0m0s"},
        {5 * hour + 6 * 60 * second + 7'001'000, "5h6m7.001s"},
        {24 * hour, "24h0m0s"},
        {8 * 60 * second + 1, "8m0.000001s"},
        {-90 * second, "-1m30s"},
        {-1, "-1\xC2\xB5s"},
        {9223372036854775, "2562047h47m16.854775s"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(base::render(base::Duration{row.us}) == row.text);
        CHECK(base::parse_duration(row.text) == base::Duration{row.us});
    }
}

TEST_CASE("RFC 3339 times are read and written") {
    struct Row {
        std::string_view text;
        std::string_view utc;
    };
    const Row rows[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"},
        {"2026-11-22T13:01:02.000123Z", "2026-11-22T13:01:02.000123Z"},
        {"2026-11-22T13:01:02.5Z", "2026-11-22T13:01:02.500000Z"},
        {"2026-11-22T13:01:02.123456789Z", "2026-11-22T13:01:02.123456Z"},
        {"2026-11-22t13:01:02z", "2026-11-22T13:01:02.000000Z"},
        {"2026-11-22 13:01:02Z", "2026-11-22T13:01:02.000000Z"},
        {"2026-11-22T13:01:02+01:30", "2026-11-22T11:31:02.000000Z"},
        {"2026-11-22T23:59:59-00:30", "2026-11-23T00:29:59.000000Z"},
        {"2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000000Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto read = base::parse_rfc3339(row.text);
        REQUIRE(read.has_value());
        CHECK(base::rfc3339(*read) == row.utc);
    }
    CHECK(base::compact(*base::parse_rfc3339("2026-11-22T13:01:02Z")) == "20261122-130102");
}

TEST_CASE("what is no RFC 3339 time is refused") {
    const std::string_view rows[] = {"",
                                     "2026-11-22",
                                     "2026-11-22T13:01Z",
                                     "2026-11-22T13:01:02",
                                     "2026-13-22T13:01:02Z",
                                     "2026-00-22T13:01:02Z",
                                     "2026-02-29T13:01:02Z",
                                     "2026-11-31T13:01:02Z",
                                     "2026-11-22T24:00:00Z",
                                     "2026-11-22T13:60:00Z",
                                     "2026-11-22T13:01:61Z",
                                     "2026-11-22T13:01:02.Z",
                                     "2026-11-22T13:01:02Zx",
                                     "2026-11-22T13:01:02+0130",
                                     "2026-11-22T13:01:02+24:00",
                                     "2026-11-22T13:01:02+01:60",
                                     "2026-11-22T13:01:02*01:00",
                                     "+026-11-22T13:01:02Z",
                                     "2026-11-22T-1:01:02Z",
                                     " 2026-11-22T13:01:02Z"};
    for (const std::string_view row : rows) {
        CAPTURE(row);
        CHECK_FALSE(base::parse_rfc3339(row).has_value());
    }
}

TEST_CASE("HTTP dates are read in all three forms") {
    const auto expected = base::parse_rfc3339("1994-11-06T08:49:37Z");
    for (const std::string_view row :
         {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
        CAPTURE(row);
        CHECK(base::parse_http_date(row) == expected);
    }
    CHECK(base::parse_http_date("Sun, 22 Nov 2026 13:01:02 GMT") ==
          base::parse_rfc3339("2026-11-22T13:01:02Z"));
    CHECK(base::parse_http_date("Sun Nov 22 13:01:02 2026") == base::parse_rfc3339("2026-11-22T13:01:02Z"));
    CHECK(base::parse_http_date("Sunday, 22-Nov-26 13:01:02 GMT") ==
          base::parse_rfc3339("2026-11-22T13:01:02Z"));
}

TEST_CASE("what is no HTTP date is refused") {
    for (const std::string_view row :
         {"", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
          "Sun, 06 JanFeb 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
          "Sun, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, ", "Sun", "Sun Nov",
          "Sun Nov 6 08:49:37 1994 GMT", "1994-11-06T08:49:37Z"}) {
        CAPTURE(row);
        CHECK_FALSE(base::parse_http_date(row).has_value());
    }
}

TEST_CASE("the system clock gives the time of day and does not go back") {
    base::SystemClock clock;
    CHECK(clock.now() > *base::parse_rfc3339("2024-01-01T00:00:00Z"));
    const base::Duration before = clock.active();
    CHECK(clock.active() >= before);
}

} // namespace
