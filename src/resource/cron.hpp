// Times that repeat, as five fields: minute, hour, day of the month, month, day of the week. Numbers only:
// no names, no @daily, no seconds, no L, W or ?. Invariant: of a Cron that was parsed no field is empty.
#pragma once

#include <bitset>
#include <string>
#include <string_view>

namespace resource {

struct Cron {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;   ///< of the month, from 1
    std::bitset<13> months; ///< from 1
    std::bitset<7> weekdays;
    // A field that names its whole range counts as *. When neither is *, a day of either field fits.
    bool any_day = true;
    bool any_weekday = true;
};

struct ParsedCron {
    Cron cron;
    std::string error; ///< empty when the text is a schedule
};

/// Each field is * or a list of a, a-b, */n, a-b/n, a/n (a/n goes on to the end of the range); 7 is Sunday,
/// as 0 is.
ParsedCron parse_cron(std::string_view text);

/// "" when `name` is an IANA time zone, else what was expected. The name must have the shape of one and, on a
/// machine that has the time zone database, be in it.
std::string time_zone_problem(std::string_view name);

} // namespace resource
