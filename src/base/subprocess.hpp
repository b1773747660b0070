// A program that runs beside us while we do something else: started, listened to, sent signals.
// (run_command() in process.hpp is for one whose end is waited for.) Invariant: it reads nothing and is never
// stopped by a signal of the terminal that is not passed on to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/os.hpp"

namespace base {

class Subprocess {
  public:
    /// Starts a program, named by its path, with our environment and working folder. `arguments` begin with
    /// the name it is to see of itself. It has /dev/null as input, pipes to us as output and errors, and a
    /// process group of its own: Ctrl-C does not reach it. Throws Error{io}.
    static Subprocess start(const std::string& program, const std::vector<std::string>& arguments);

    Subprocess(Subprocess&& other) noexcept;
    Subprocess& operator=(Subprocess&& other) noexcept;
    Subprocess(const Subprocess&) = delete;
    Subprocess& operator=(const Subprocess&) = delete;
    /// Lets it run: it sees that nobody reads its output any more.
    ~Subprocess() = default;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// Non-blocking ends of its pipes, for poll(2).
    [[nodiscard]] int output() const noexcept { return output_.get(); }
    [[nodiscard]] int errors() const noexcept { return errors_.get(); }
    /// What it has written since the last call; "" when nothing, also after the end of the pipe. The
    /// descriptor is -1 from there on.
    std::string read_output() { return read(output_); }
    std::string read_errors() { return read(errors_); }

    /// Sends a signal to the program itself, not to what it started. Nothing happens when it has ended.
    void send(int signal) const noexcept;
    /// How it ended: its exit code, or 128 and the number of the signal. nullopt as long as it runs. Never
    /// waits.
    std::optional<int> ended();

  private:
    Subprocess(pid_t pid, Fd output, Fd errors) noexcept
        : pid_(pid), output_(std::move(output)), errors_(std::move(errors)) {}
    static std::string read(Fd& pipe);

    pid_t pid_ = -1;
    Fd output_, errors_;
    std::optional<int> code_;
};

} // namespace base
