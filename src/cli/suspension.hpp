// Ctrl-Z while something is drawn: the shell that speaks next gets a clean line.
#pragma once

#include <string_view>

namespace cli {

/// While it lives, what is drawn on a terminal is wiped away before Ctrl-Z stops the process. At most one
/// lives at a time.
class Suspension {
  public:
    /// `fd` is written to by the handler of the signal.
    explicit Suspension(int fd) noexcept;
    ~Suspension();
    Suspension(const Suspension&) = delete;
    Suspension& operator=(const Suspension&) = delete;

    /// What is written first; "": nothing. Requires a constant.
    static void wipe_with(std::string_view bytes) noexcept;
    /// Whether the process was stopped and goes on, since this was asked last.
    static bool came_back() noexcept;
};

} // namespace cli
