// --since: a point in time, or how long ago it was.
#pragma once

#include "base/time.hpp"
#include "cli/session.hpp"

namespace cli {

/// A duration of Go's grammar, or whole days or weeks: 30d, 2w. nullopt for anything else.
std::optional<base::Duration> parse_age(std::string_view text);

/// "10m", "2h", "7d", a date (UTC), or RFC 3339. Throws Error{usage}.
base::Time since_option(Session& session, const std::string& text);

} // namespace cli
