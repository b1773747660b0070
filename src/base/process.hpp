// Runs another program and collects what it writes. No shell is involved. Invariant: run_command() returns
// within the time it was given and leaves nothing behind of a program that did not end by itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace base {

struct Command {
    /// The program and what it is told; a program without '/' is looked for in this process's PATH.
    std::vector<std::string> arguments;
    std::vector<std::string> environment; ///< "NAME=value", all the program gets
    Duration timeout = seconds(60);       ///< of real time
    std::size_t most_output = 64U << 10U; ///< bytes of its standard output; more ends it
    std::size_t most_errors = 64U << 10U; ///< bytes of its standard error that are kept
    int wake_fd = -1;                     ///< readable: the program is ended; -1: never
};

struct Ended {
    enum class How {
        exited,      ///< by itself; `code` is its exit status
        signalled,   ///< `code` is the signal
        not_started, ///< `code` is errno's value
        timed_out,
        too_much,     ///< it wrote more than most_output
        wants_prompt, ///< it stopped, since it wants to read from the terminal
        woken,        ///< by wake_fd
    };
    How how = How::exited;
    int code = 0;
    std::string output; ///< what it wrote to standard output, at most most_output bytes
    std::string errors; ///< what it wrote to standard error, likewise
};

/// Runs a program to its end. It reads nothing (/dev/null), has a process group of its own, and ignores no
/// signal because we do. One that does not end in time is asked to (SIGTERM), and half a second later killed,
/// with all it started. What it started and left behind when it exited is let be. Requires: arguments is not
/// empty and nothing holds a NUL.
Ended run_command(const Command& command);

/// This process's environment without the variables whose names begin with `prefix`.
std::vector<std::string> environment_without(std::string_view prefix);

} // namespace base
