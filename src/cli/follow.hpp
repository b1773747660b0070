// Waiting for what other processes do to the store: `get -w`, `logs -f`, `events -w`.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "cli/interruption.hpp"
#include "cli/session.hpp"

namespace cli {

/// While it lives, Ctrl-C and its like end a wait() instead of the process.
class Follow {
  public:
    explicit Follow(Session& session) : session_(session) {}

    enum class Woken { changed, elapsed, stopped };
    /// Until somebody has written to the store (`changed`), `most` has passed (`elapsed`) or the person has
    /// had enough (`stopped`). Throws Error{closed} when nobody reads standard output any more, and
    /// Error{store} when the database was deleted or replaced.
    Woken wait(std::optional<base::Duration> most);
    /// To be called after `stopped`: ends the line in which a terminal shows "^C". The exit code.
    [[nodiscard]] static int leave();

  private:
    bool changed();
    Session& session_;
    Interruption interruption_;
    std::optional<std::int64_t> version_; ///< of the store at the last look
    std::optional<base::Duration> last_;  ///< of Clock::active; when something had changed
};

} // namespace cli
