#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

#include "base/text.hpp"

namespace base {

namespace {

Duration read_clock(clockid_t id) {
    timespec spec{};
    (void)clock_gettime(id, &spec);
    return {static_cast<std::int64_t>(spec.tv_sec) * 1'000'000 + spec.tv_nsec / 1000};
}

struct Unit {
    std::string_view name;
    std::uint64_t ns;
};
constexpr std::array<Unit, 8> units{{{"ns", 1},
                                     {"us", 1'000},
                                     {"\xC2\xB5s", 1'000},
                                     {"\xCE\xBCs", 1'000},
                                     {"ms", 1'000'000},
                                     {"s", 1'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"h", 3'600'000'000'000}}};
constexpr std::uint64_t most_ns = 1ULL << 63U; // the magnitude of Go's smallest duration

bool digit(std::string_view text) {
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

/// One "1.5h" at the start of `text`, in nanoseconds; nullopt when it is none or too long.
std::optional<std::uint64_t> take_part(std::string_view& text) {
    std::uint64_t whole = 0;
    bool any = false;
    for (; digit(text); text.remove_prefix(1), any = true) {
        if (whole > most_ns / 10) return std::nullopt;
        whole = whole * 10 + static_cast<std::uint64_t>(text.front() - '0');
        if (whole > most_ns) return std::nullopt;
    }
    std::uint64_t fraction = 0;
    double scale = 1;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        for (; digit(text); text.remove_prefix(1), any = true) {
            if (fraction > (most_ns - 1) / 10 - 1) continue; // digits below any unit's resolution
            fraction = fraction * 10 + static_cast<std::uint64_t>(text.front() - '0');
            scale *= 10;
        }
    }
    if (!any) return std::nullopt;
    const std::string_view name = text.substr(0, text.find_first_of("0123456789."));
    for (const Unit& unit : units) {
        if (unit.name != name) continue;
        text.remove_prefix(name.size());
        if (whole > most_ns / unit.ns) return std::nullopt;
        whole *= unit.ns;
        whole += static_cast<std::uint64_t>(static_cast<double>(fraction) *
                                            (static_cast<double>(unit.ns) / scale));
        return whole > most_ns ? std::nullopt : std::optional(whole);
    }
    return std::nullopt;
}

using Days = std::chrono::sys_days;

std::optional<Time> from_civil(int year, int month, int day, int hour, int minute, int second,
                               std::int64_t us) {
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{year}, std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const auto days = Days{date}.time_since_epoch().count();
    return Time{((days * 24LL + hour) * 60 + minute) * 60'000'000LL + second * 1'000'000LL + us};
}

std::optional<int> digits(std::string_view& text, std::size_t count) {
    int value = 0;
    if (text.size() < count) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + count, value);
    if (error != std::errc() || end != text.data() + count || value < 0) return std::nullopt;
    text.remove_prefix(count);
    return value;
}

bool skip(std::string_view& text, std::string_view expected) {
    if (text.substr(0, expected.size()) != expected) return false;
    text.remove_prefix(expected.size());
    return true;
}

struct ClockTime {
    int hour, minute, second;
};

/// "08:49:37" at the start of `text`.
std::optional<ClockTime> take_clock(std::string_view& text) {
    const auto hour = digits(text, 2);
    if (!hour || !skip(text, ":")) return std::nullopt;
    const auto minute = digits(text, 2);
    if (!minute || !skip(text, ":")) return std::nullopt;
    const auto second = digits(text, 2);
    if (!second) return std::nullopt;
    return ClockTime{*hour, *minute, *second};
}

/// "Nov" at the start of `text`, as 11.
std::optional<int> take_month(std::string_view& text) {
    static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (std::size_t i = 0; i < months.size(); ++i) {
        if (skip(text, months[i])) return static_cast<int>(i) + 1;
    }
    return std::nullopt;
}

struct Civil {
    int year, month, day, hour, minute, second, us;
};

Civil civil(Time time) {
    using namespace std::chrono;
    const sys_time<microseconds> point{microseconds{time.us}};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss<microseconds> clock{point - day};
    return {static_cast<int>(date.year()),
            static_cast<int>(static_cast<unsigned>(date.month())),
            static_cast<int>(static_cast<unsigned>(date.day())),
            static_cast<int>(clock.hours().count()),
            static_cast<int>(clock.minutes().count()),
            static_cast<int>(clock.seconds().count()),
            static_cast<int>(clock.subseconds().count())};
}

} // namespace

Time SystemClock::now() {
    return {read_clock(CLOCK_REALTIME).us};
}

Duration SystemClock::active() {
#ifdef CLOCK_UPTIME_RAW
    return read_clock(CLOCK_UPTIME_RAW); // macOS: CLOCK_MONOTONIC goes on while asleep
#else
    return read_clock(CLOCK_MONOTONIC);
#endif
}

std::optional<Duration> parse_duration(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (text == "0") return Duration{0};
    if (text.empty()) return std::nullopt;
    std::uint64_t ns = 0;
    while (!text.empty()) {
        const auto part = take_part(text);
        if (!part || *part > most_ns - ns) return std::nullopt;
        ns += *part;
    }
    if (ns == most_ns && !negative) return std::nullopt;
    const auto us = static_cast<std::int64_t>((ns + 500) / 1000);
    const std::int64_t size = us == 0 && ns > 0 ? 1 : us; // a short limit must not become none
    return Duration{negative ? -size : size};
}

std::string render(Duration duration) {
    if (duration.us == 0) return "0s";
    std::string out = duration.us < 0 ? "-" : "";
    const std::uint64_t us = duration.us < 0 ? 0 - static_cast<std::uint64_t>(duration.us)
                                             : static_cast<std::uint64_t>(duration.us);
    const auto decimals = [](std::uint64_t whole, std::uint64_t fraction, int width) {
        std::string text = std::to_string(whole);
        if (fraction == 0) return text;
        std::string tail = std::to_string(fraction);
        tail.insert(0, static_cast<std::size_t>(width) - tail.size(), '0');
        while (tail.back() == '0')
            tail.pop_back();
        return text + "." + tail;
    };
    if (us < 1000) return out + std::to_string(us) + "\xC2\xB5s";
    if (us < 1'000'000) return out + decimals(us / 1000, us % 1000, 3) + "ms";
    const std::uint64_t hours = us / 3'600'000'000ULL;
    const std::uint64_t minutes = us / 60'000'000ULL % 60;
    if (hours > 0) out += std::to_string(hours) + "h";
    if (hours > 0 || minutes > 0) out += std::to_string(minutes) + "m";
    return out + decimals(us / 1'000'000 % 60, us % 1'000'000, 6) + "s";
}

std::string rfc3339(Time time) {
    const Civil c = civil(time);
    return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", c.year, c.month, c.day, c.hour, c.minute,
                  c.second, c.us);
}

std::string compact(Time time) {
    const Civil c = civil(time);
    return format("{:04}{:02}{:02}-{:02}{:02}{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

std::optional<Time> parse_rfc3339(std::string_view text) {
    const auto year = digits(text, 4);
    if (!year || !skip(text, "-")) return std::nullopt;
    const auto month = digits(text, 2);
    if (!month || !skip(text, "-")) return std::nullopt;
    const auto day = digits(text, 2);
    if (!day || !(skip(text, "T") || skip(text, "t") || skip(text, " "))) return std::nullopt;
    const auto clock = take_clock(text);
    if (!clock) return std::nullopt;
    std::int64_t us = 0;
    if (skip(text, ".")) {
        const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
        if (length == 0) return std::nullopt;
        std::string fraction(text.substr(0, std::min<std::size_t>(length, 6)));
        fraction.resize(6, '0');
        us = to_integer(fraction).value_or(0);
        text.remove_prefix(length);
    }
    const auto local = from_civil(*year, *month, *day, clock->hour, clock->minute, clock->second, us);
    if (!local) return std::nullopt;
    if (text == "Z" || text == "z") return local;
    const int sign = skip(text, "+") ? 1 : skip(text, "-") ? -1 : 0;
    const auto zone_hour = digits(text, 2);
    if (sign == 0 || !zone_hour || !skip(text, ":")) return std::nullopt;
    const auto zone_minute = digits(text, 2);
    if (!zone_minute || !text.empty() || *zone_hour > 23 || *zone_minute > 59) return std::nullopt;
    return Time{local->us - sign * (*zone_hour * 60LL + *zone_minute) * 60'000'000LL};
}

namespace {

/// "06 Nov 1994 08:49:37 GMT", or with hyphens and a year of two digits.
std::optional<Time> parse_day_first(std::string_view text) {
    const auto day = digits(text, 2);
    const bool hyphens = text.starts_with('-');
    const std::string_view between = hyphens ? "-" : " ";
    if (!day || !skip(text, between)) return std::nullopt;
    const auto month = take_month(text);
    if (!month || !skip(text, between)) return std::nullopt;
    auto year = digits(text, hyphens ? 2 : 4);
    if (!year || !skip(text, " ")) return std::nullopt;
    if (hyphens) *year += *year < 70 ? 2000 : 1900;
    const auto clock = take_clock(text);
    if (!clock || text != " GMT") return std::nullopt;
    return from_civil(*year, *month, *day, clock->hour, clock->minute, clock->second, 0);
}

/// "Nov  6 08:49:37 1994"
std::optional<Time> parse_month_first(std::string_view text) {
    const auto month = take_month(text);
    if (!month || !skip(text, " ")) return std::nullopt;
    const auto day = digits(text, skip(text, " ") ? 1 : 2);
    if (!day || !skip(text, " ")) return std::nullopt;
    const auto clock = take_clock(text);
    if (!clock || !skip(text, " ")) return std::nullopt;
    const auto year = digits(text, 4);
    if (!year || !text.empty()) return std::nullopt;
    return from_civil(*year, *month, *day, clock->hour, clock->minute, clock->second, 0);
}

} // namespace

std::optional<Time> parse_http_date(std::string_view text) {
    if (const std::size_t comma = text.find(", "); comma != std::string_view::npos) {
        return parse_day_first(text.substr(comma + 2)); // behind the name of the day
    }
    const std::size_t blank = text.find(' ');
    return blank == std::string_view::npos ? std::nullopt : parse_month_first(text.substr(blank + 1));
}

} // namespace base
