// Ctrl-C and its like, for commands that want to end in their own way.
#pragma once

namespace cli {

/// While it lives, SIGINT, SIGTERM and SIGHUP are counted and make fd() readable instead of ending the
/// process. At most one lives at a time.
class Interruption {
  public:
    /// Throws Error{io}.
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    [[nodiscard]] static int fd() noexcept;
    /// How many came since it lives; fd() is not readable any more.
    static int seen() noexcept;
    /// The last one, 0 when there was none.
    static int last() noexcept;
};

} // namespace cli
