// Points in time and lengths of time. Points are microseconds since 1970 UTC, lengths are microseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

struct Time {
    std::int64_t us = 0;
    auto operator<=>(const Time&) const = default;
};

struct Duration {
    std::int64_t us = 0;
    auto operator<=>(const Duration&) const = default;
    [[nodiscard]] std::int64_t ms() const noexcept { return us / 1000; }
};

constexpr Duration milliseconds(std::int64_t n) noexcept {
    return {n * 1000};
}
constexpr Duration seconds(std::int64_t n) noexcept {
    return {n * 1'000'000};
}
constexpr Time operator+(Time t, Duration d) noexcept {
    return {t.us + d.us};
}
constexpr Duration operator-(Time a, Time b) noexcept {
    return {a.us - b.us};
}
constexpr Duration operator+(Duration a, Duration b) noexcept {
    return {a.us + b.us};
}
constexpr Duration operator-(Duration a, Duration b) noexcept {
    return {a.us - b.us};
}

/// Where the time comes from, so that tests need not wait.
class Clock {
  public:
    virtual ~Clock() = default;
    /// The time of day.
    virtual Time now() = 0;
    /// Time this machine was awake since some fixed point; never goes back, stands still while a laptop
    /// sleeps.
    virtual Duration active() = 0;
};

class SystemClock final : public Clock {
  public:
    Time now() override;
    Duration active() override;
};

/// Go's duration grammar: signed decimal numbers with units ns us µs ms s m h, or a bare 0. nullopt
/// otherwise, also beyond Go's range of 292 years. Rounded to microseconds, but never to nothing.
std::optional<Duration> parse_duration(std::string_view text);
/// As Go prints one: "1m30s", "250ms", "0s".
std::string render(Duration duration);

/// RFC 3339 in UTC with microseconds, "2026-11-22T13:01:02.000123Z".
std::string rfc3339(Time time);
std::optional<Time> parse_rfc3339(std::string_view text);
/// An HTTP date in any of the three forms of RFC 9110 ("Sun, 22 Nov 2026 13:01:02 GMT" and the two old ones).
std::optional<Time> parse_http_date(std::string_view text);
/// "20261122-130102" in UTC, for names.
std::string compact(Time time);

} // namespace base
