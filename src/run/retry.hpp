// The pauses a Task asks for between tries of one call. The same numbers as the original's, so that a
// manifest means the same here.
#pragma once

#include "run/decide.hpp"

namespace run {

/// The pause after try `tries` (from 1): `backoff` x 2^(tries-1), the exponent at most 20 and the pause at
/// most rule.max_backoff (24 h when that is not above zero), spread by rule.jitter. What the longest pause
/// cuts off is not spread. Without a backoff there is no pause; a spread one lasts a millisecond at least.
/// Jitter comes from a hash of `key` and `tries`, so that the same try always waits as long.
base::Duration message_delay(const resource::MessageRetry& rule, base::Duration backoff, std::int64_t tries,
                             std::string_view key);

} // namespace run
