// Schedules and time zones.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "resource/cron.hpp"

namespace {

template <typename Bits>
std::string named(const Bits& bits) {
    std::string out;
    for (std::size_t i = 0; i < bits.size(); ++i) {
        if (bits[i]) out += (out.empty() ? "" : " ") + std::to_string(i);
    }
    return out;
}

TEST_CASE("what a schedule's fields name") {
    struct Row {
        std::string_view text;
        std::string_view minutes;
        std::string_view hours;
        std::string_view days;
        std::string_view months;
        std::string_view weekdays;
    };
    constexpr std::string_view all_hours = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23";
    constexpr std::string_view all_days =
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31";
    constexpr std::string_view all_months = "1 2 3 4 5 6 7 8 9 10 11 12";
    constexpr std::string_view all_weekdays = "0 1 2 3 4 5 6";
    const Row rows[] = {
        {"0 2 * * *", "0", "2", all_days, all_months, all_weekdays},
        {"*/15 8-17 * * 1-5", "0 15 30 45", "8 9 10 11 12 13 14 15 16 17", all_days, all_months, "1 2 3 4 5"},
        {"30 6 1 * *", "30", "6", "1", all_months, all_weekdays},
        {"5,10,59 */6 1-31/10 1,12 0", "5 10 59", "0 6 12 18", "1 11 21 31", "1 12", "0"},
        {"50/3 22/1 29/1 11/1 5/1", "50 53 56 59", "22 23", "29 30 31", "11 12", "5 6"},
        {" 0\t0  1 1 7 ", "0", "0", "1", "1", "0"},
        {"0 0 1 1 5-7", "0", "0", "1", "1", "0 5 6"},
        {"0 0 1 1 7/2", "0", "0", "1", "1", "0"},
        {"0 0 1 1 0-7", "0", "0", "1", "1", all_weekdays},
        {"0 * * * */3", "0", all_hours, all_days, all_months, "0 3 6"},
        {"0-4/2,3,3 0 1 1 1", "0 2 3 4", "0", "1", "1", "1"},
        {"*/99 0 1 1 1", "0", "0", "1", "1", "1"},
        {"007 0 1 1 1", "7", "0", "1", "1", "1"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const resource::ParsedCron parsed = resource::parse_cron(row.text);
        CHECK(parsed.error == "");
        CHECK(named(parsed.cron.minutes) == row.minutes);
        CHECK(named(parsed.cron.hours) == row.hours);
        CHECK(named(parsed.cron.days) == row.days);
        CHECK(named(parsed.cron.months) == row.months);
        CHECK(named(parsed.cron.weekdays) == row.weekdays);
    }
}

TEST_CASE("a field that names its whole range is no restriction") {
    struct Row {
        std::string_view text;
        bool any_day;
        bool any_weekday;
    };
    const Row rows[] = {
        {"0 0 * * *", true, true},
        {"0 0 1 * *", false, true},
        {"0 0 * * 1", true, false},
        {"0 0 13 * 5", false, false},
        {"0 0 1-31 * 5", true, false},
        {"0 0 1/1 * 0-6", true, true},
        {"0 0 1-15,16-31 * 0-7", true, true},
        {"0 0 */2 * 1-7", false, true},
        {"0 0 * * 0-5", true, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const resource::ParsedCron parsed = resource::parse_cron(row.text);
        CHECK(parsed.error == "");
        CHECK(parsed.cron.any_day == row.any_day);
        CHECK(parsed.cron.any_weekday == row.any_weekday);
    }
}

TEST_CASE("what is not a schedule") {
    struct Row {
        std::string_view text;
        std::string_view problem;
    };
    constexpr std::string_view syntax = "expected *, a, a-b, */n, a-b/n or a/n";
    const auto of = [&](std::string_view field) { return std::string(field) + ": " + std::string(syntax); };
    const std::string minute_name = of("minute \"MON\"");
    const Row rows[] = {
        {"", "expected 5 fields"},
        {"* * * *", "expected 5 fields"},
        {"* * * * * *", "expected 5 fields"},
        {"@daily", "expected 5 fields"},
        {"60 * * * *", "minute \"60\": expected 0-59"},
        {"* 24 * * *", "hour \"24\": expected 0-23"},
        {"* * 0 * *", "day \"0\": expected 1-31"},
        {"* * 32 * *", "day \"32\": expected 1-31"},
        {"* * * 0 *", "month \"0\": expected 1-12"},
        {"* * * 13 *", "month \"13\": expected 1-12"},
        {"* * * * 8", "weekday \"8\": expected 0-7"},
        {"* * * * 6-8", "weekday \"6-8\": expected 0-7"},
        {"5-1 * * * *", "minute \"5-1\": the range ends before it starts"},
        {"*/0 * * * *", "minute \"*/0\": the step must be at least 1"},
        {"1,99 * * * *", "minute \"99\": expected 0-59"},
        {"12345 * * * *", ""},
        {"MON * * * *", ""},
        {"* * L * *", ""},
        {"* * 1W * *", ""},
        {"* * ? * *", ""},
        {"1, * * * *", ""},
        {"1- * * * *", ""},
        {"-1 * * * *", ""},
        {"+1 * * * *", ""},
        {"1--2 * * * *", ""},
        {"*/ * * * *", ""},
        {"*/2/2 * * * *", ""},
        {"/2 * * * *", ""},
        {"*-5 * * * *", ""},
        {"** * * * *", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const std::string error = resource::parse_cron(row.text).error;
        const std::string start = "invalid cron schedule \"" + std::string(row.text) + "\": ";
        if (!row.problem.empty())
            CHECK(error == start + std::string(row.problem));
        else {
            CHECK(error.starts_with(start));
            CHECK(error.ends_with("\": " + std::string(syntax)));
        }
    }
    CHECK(resource::parse_cron("MON * * * *").error ==
          "invalid cron schedule \"MON * * * *\": " + minute_name);
    CHECK(resource::parse_cron("1, * * * *").error ==
          "invalid cron schedule \"1, * * * *\": " + of("minute \"\""));
}

TEST_CASE("a time zone is an IANA name") {
    const std::string expected = "expected an IANA name such as Europe/Prague or UTC";
    CHECK(resource::time_zone_problem("UTC") == "");
    for (const std::string_view name :
         {"", "/UTC", "Europe/", "Europe//Prague", "../etc/passwd", "a b", "Europe/Pr\xC3\xA1ha", "Etc/."}) {
        CAPTURE(name);
        CHECK(resource::time_zone_problem(name) == expected);
    }
    if (!std::filesystem::is_directory("/usr/share/zoneinfo")) return;
    for (const std::string_view name : {"Europe/Prague", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) {
        CAPTURE(name);
        CHECK(resource::time_zone_problem(name) == "");
    }
    for (const std::string_view name : {"Mars/Base", "Europe", "europe/pragueX"}) {
        CAPTURE(name);
        CHECK(resource::time_zone_problem(name) == expected);
    }
}

} // namespace
