#include "resource/cron.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "base/text.hpp"

namespace resource {

namespace {

struct Range {
    std::string_view name;
    int low;
    int high; ///< what may be written
    int last; ///< where * and a/n end: Sunday is counted once
};

constexpr std::array<Range, 5> ranges{{
    {"minute", 0, 59, 59},
    {"hour", 0, 23, 23},
    {"day", 1, 31, 31},
    {"month", 1, 12, 12},
    {"weekday", 0, 7, 6},
}};

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> out;
    constexpr std::string_view blank = " \t\r\n\f\v";
    for (std::size_t at = text.find_first_not_of(blank); at != std::string_view::npos;) {
        const std::size_t end = text.find_first_of(blank, at);
        out.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(blank, end);
    }
    return out;
}

/// Digits only; nothing that long is in a range.
std::optional<int> number(std::string_view text) {
    if (text.empty() || text.size() > 4 || text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    return static_cast<int>(*base::to_integer(text));
}

/// Adds what one part of a list names; "" or what is wrong with it.
std::string add_part(std::string_view part, const Range& range, std::bitset<60>& out) {
    std::string syntax = "expected *, a, a-b, */n, a-b/n or a/n";
    const std::size_t slash = part.find('/');
    const bool stepped = slash != std::string_view::npos;
    const auto step = stepped ? number(part.substr(slash + 1)) : 1;
    const std::string_view span = part.substr(0, slash);
    int low = range.low;
    int high = range.last;
    if (span != "*") {
        const std::size_t dash = span.find('-');
        const auto from = number(span.substr(0, dash));
        const auto to = dash == std::string_view::npos ? from : number(span.substr(dash + 1));
        if (!from || !to) return syntax;
        low = *from;
        high = dash == std::string_view::npos && stepped ? std::max(range.last, low) : *to;
    }
    if (!step) return syntax;
    if (*step == 0) return "the step must be at least 1";
    if (low < range.low || low > range.high || high > range.high)
        return base::format("expected {}-{}", range.low, range.high);
    if (low > high) return "the range ends before it starts";
    for (int value = low; value <= high; value += *step)
        out.set(static_cast<std::size_t>(value > range.last ? range.low : value)); // 7 is Sunday
    return {};
}

std::string read_field(std::string_view text, const Range& range, std::bitset<60>& out) {
    for (const std::string_view part : base::split(text, ',')) {
        if (const std::string problem = add_part(part, range, out); !problem.empty()) {
            return base::format("{} \"{}\": {}", range.name, part, problem);
        }
    }
    return {};
}

template <std::size_t N>
std::bitset<N> narrowed(const std::bitset<60>& wide) {
    std::bitset<N> out;
    for (std::size_t i = 0; i < N; ++i)
        out[i] = wide[i];
    return out;
}

} // namespace

ParsedCron parse_cron(std::string_view text) {
    const std::vector<std::string_view> fields = words(text);
    const auto refuse = [&](std::string_view why) {
        return ParsedCron{{}, base::format("invalid cron schedule \"{}\": {}", text, why)};
    };
    if (fields.size() != ranges.size()) return refuse("expected 5 fields");
    std::array<std::bitset<60>, 5> sets;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (const std::string problem = read_field(fields[i], ranges[i], sets[i]); !problem.empty()) {
            return refuse(problem);
        }
    }
    ParsedCron out;
    out.cron.minutes = sets[0];
    out.cron.hours = narrowed<24>(sets[1]);
    out.cron.days = narrowed<32>(sets[2]);
    out.cron.months = narrowed<13>(sets[3]);
    out.cron.weekdays = narrowed<7>(sets[4]);
    out.cron.any_day = out.cron.days.count() == 31;
    out.cron.any_weekday = out.cron.weekdays.all();
    return out;
}

std::string time_zone_problem(std::string_view name) {
    std::string expected = "expected an IANA name such as Europe/Prague or UTC";
    for (const std::string_view part : base::split(name, '/')) {
        if (part.empty() || part.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                   "0123456789_+-") != std::string_view::npos) {
            return expected;
        }
    }
    if (name == "UTC") return {}; // also where the database is cut down
    const std::filesystem::path database("/usr/share/zoneinfo");
    std::error_code ignored;
    if (!std::filesystem::is_directory(database, ignored)) return {};
    return std::filesystem::is_regular_file(database / name, ignored) ? std::string() : expected;
}

} // namespace resource
