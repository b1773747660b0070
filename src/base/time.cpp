#include "base/time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <ctime>
#include <limits>

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
    double us;
};
// Longer names first: "ms" must not be read as "m".
constexpr std::array<Unit, 8> units{{{"ns", 1e-3},
                                     {"us", 1},
                                     {"\xC2\xB5s", 1},
                                     {"\xCE\xBCs", 1},
                                     {"ms", 1e3},
                                     {"s", 1e6},
                                     {"m", 60e6},
                                     {"h", 3600e6}}};

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
    double total = 0;
    while (!text.empty()) {
        const std::size_t number = text.find_first_not_of("0123456789.");
        if (number == 0 || number == std::string_view::npos) return std::nullopt;
        double value = 0;
        std::string digits_text(text.substr(0, number));
        if (digits_text.front() == '.')
            digits_text.insert(0, "0"); // Go reads ".5s"; from_chars wants a digit
        const auto [end, error] =
            std::from_chars(digits_text.data(), digits_text.data() + digits_text.size(), value);
        if (error != std::errc() || end != digits_text.data() + digits_text.size() ||
            text.substr(0, number) == ".") {
            return std::nullopt;
        }
        text.remove_prefix(number);
        const Unit* found = nullptr;
        for (const Unit& unit : units) {
            if (text.starts_with(unit.name)) {
                found = &unit;
                break;
            }
        }
        if (found == nullptr) return std::nullopt;
        text.remove_prefix(found->name.size());
        if (!text.empty() && text.find_first_of("0123456789.") != 0) return std::nullopt;
        total += value * found->us;
    }
    if (total > 9.2e15) return std::nullopt; // about 292 years, Go's own limit
    return Duration{static_cast<std::int64_t>(std::llround(negative ? -total : total))};
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
    const auto hour = digits(text, 2);
    if (!hour || !skip(text, ":")) return std::nullopt;
    const auto minute = digits(text, 2);
    if (!minute || !skip(text, ":")) return std::nullopt;
    const auto second = digits(text, 2);
    if (!second) return std::nullopt;
    std::int64_t us = 0;
    if (skip(text, ".")) {
        const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
        if (length == 0) return std::nullopt;
        std::string fraction(text.substr(0, std::min<std::size_t>(length, 6)));
        fraction.resize(6, '0');
        us = to_integer(fraction).value_or(0);
        text.remove_prefix(length);
    }
    const auto local = from_civil(*year, *month, *day, *hour, *minute, *second, us);
    if (!local) return std::nullopt;
    if (text == "Z" || text == "z") return local;
    const int sign = skip(text, "+") ? 1 : skip(text, "-") ? -1 : 0;
    const auto zone_hour = digits(text, 2);
    if (sign == 0 || !zone_hour || !skip(text, ":")) return std::nullopt;
    const auto zone_minute = digits(text, 2);
    if (!zone_minute || !text.empty()) return std::nullopt;
    return Time{local->us - sign * (*zone_hour * 60 + *zone_minute) * 60'000'000LL};
}

std::optional<Time> parse_http_date(std::string_view text) {
    static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::size_t comma = text.find(", ");
    if (comma == std::string_view::npos) return std::nullopt;
    text.remove_prefix(comma + 2);
    const auto day = digits(text, 2);
    if (!day || !skip(text, " ")) return std::nullopt;
    int month = 0;
    for (int i = 0; i < 12; ++i) {
        if (skip(text, months[static_cast<std::size_t>(i)])) month = i + 1;
    }
    if (month == 0 || !skip(text, " ")) return std::nullopt;
    const auto year = digits(text, 4);
    if (!year || !skip(text, " ")) return std::nullopt;
    const auto hour = digits(text, 2);
    if (!hour || !skip(text, ":")) return std::nullopt;
    const auto minute = digits(text, 2);
    if (!minute || !skip(text, ":")) return std::nullopt;
    const auto second = digits(text, 2);
    if (!second || text != " GMT") return std::nullopt;
    return from_civil(*year, month, *day, *hour, *minute, *second, 0);
}

} // namespace base
