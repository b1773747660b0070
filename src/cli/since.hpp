// --since: a point in time, or how long ago it was.
#pragma once

#include "base/time.hpp"
#include "cli/session.hpp"

namespace cli {

/// "10m", "2h", or RFC 3339. Throws Error{usage}.
base::Time since_option(Session& session, const std::string& text);

} // namespace cli
