#include "cli/since.hpp"

#include "base/text.hpp"

namespace cli {

base::Time since_option(Session& session, const std::string& text) {
    if (const auto time = base::parse_rfc3339(text)) return *time;
    const auto ago = base::parse_duration(text);
    if (!ago || ago->us < 0) {
        throw base::Error(base::Fault::usage, base::format("--since \"{}\" is no time", text))
            .hint("10m for the last ten minutes, or a time like 2026-01-31T12:00:00Z");
    }
    return base::Time{session.clock().now().us - ago->us};
}

} // namespace cli
