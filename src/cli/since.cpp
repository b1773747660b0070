#include "cli/since.hpp"

#include "base/text.hpp"

namespace cli {

std::optional<base::Duration> parse_age(std::string_view text) {
    constexpr long long day = 24LL * 3600;
    constexpr long long most = 100'000; // weeks or days
    if (const auto duration = base::parse_duration(text)) return duration;
    if (text.size() < 2) return std::nullopt;
    const auto n = base::to_integer(text.substr(0, text.size() - 1));
    const long long unit = text.back() == 'd' ? day : text.back() == 'w' ? 7 * day : 0;
    if (!n || unit == 0 || *n >= most || *n <= -most) return std::nullopt;
    return base::seconds(*n * unit);
}

base::Time since_option(Session& session, const std::string& text) {
    if (const auto time = base::parse_rfc3339(text)) return *time;
    if (const auto day = base::parse_rfc3339(text + "T00:00:00Z")) return *day;
    const auto ago = parse_age(text);
    if (!ago || ago->us < 0) {
        throw base::Error(base::Fault::usage, base::format("--since \"{}\" is no time", text))
            .hint("10m for the last ten minutes, 7d for seven days, or a time like 2026-01-31 or "
                  "2026-01-31T12:00:00Z");
    }
    return base::Time{session.clock().now().us - ago->us};
}

} // namespace cli
