#include "base/process.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

extern char** environ; // NOLINT(readability-redundant-declaration): not every system declares it

namespace base {

namespace {

using Real = std::chrono::steady_clock;

constexpr Duration grace = milliseconds(500); // between SIGTERM and SIGKILL

Duration since(Real::time_point begin) {
    return {std::chrono::duration_cast<std::chrono::microseconds>(Real::now() - begin).count()};
}

struct Pipe {
    Fd reading, writing;
    Pipe() {
        int ends[2] = {-1, -1};
        if (::pipe(ends) != 0) throw Error(Fault::io, format("cannot make a pipe: {}", last_error()));
        reading = Fd(ends[0]);
        writing = Fd(ends[1]);
        for (const int end : ends)
            ::fcntl(end, F_SETFD, FD_CLOEXEC);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
};

/// How the child begins: its descriptors, signals and group.
class Beginning {
  public:
    Beginning(int output, int errors) {
        posix_spawn_file_actions_init(&files_);
        posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&files_, errors, STDERR_FILENO);
        posix_spawnattr_init(&manner_);
        sigset_t ignored, none; // NOLINT(readability-isolate-declaration)
        sigemptyset(&none);
        sigemptyset(&ignored);
        sigaddset(&ignored, SIGPIPE);
        sigaddset(&ignored, SIGXFSZ);
        sigaddset(&ignored, SIGTTIN); // in a group of its own, stopping is how it says that it wants to ask
        posix_spawnattr_setsigdefault(&manner_, &ignored);
        posix_spawnattr_setsigmask(&manner_, &none);
        posix_spawnattr_setpgroup(&manner_, 0);
        posix_spawnattr_setflags(&manner_,
                                 POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    Beginning(const Beginning&) = delete;
    Beginning& operator=(const Beginning&) = delete;
    ~Beginning() {
        posix_spawn_file_actions_destroy(&files_);
        posix_spawnattr_destroy(&manner_);
    }

    /// errno's value, 0 when the program runs.
    int start(const Command& command, pid_t& pid) const {
        const auto pointers = [](const std::vector<std::string>& texts) {
            std::vector<char*> out;
            for (const auto& text : texts)
                out.push_back(const_cast<char*>(text.c_str())); // NOLINT: not written to
            out.push_back(nullptr);
            return out;
        };
        const auto arguments = pointers(command.arguments);
        const auto environment = pointers(command.environment);
        return ::posix_spawnp(&pid, arguments.front(), &files_, &manner_, arguments.data(),
                              environment.data());
    }

  private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t manner_{};
};

/// A running child and what it has written.
class Child {
  public:
    Child(const Command& command, pid_t pid, Fd output, Fd errors)
        : command_(command), pid_(pid), output_(std::move(output)), errors_(std::move(errors)) {}

    Ended follow() {
        while (!over_) {
            listen(patience());
            read_all();
            if (!over_) look();
            if (!over_ && !ending_ && since(begun_) >= command_.timeout) end(Ended::How::timed_out);
            if (!over_ && ending_ && since(*ending_) >= grace) kill_it();
        }
        return std::move(ended_);
    }

  private:
    /// Until something has to be looked at although nobody wrote: nothing says that a child has ended.
    int patience() {
        step_ = std::min(step_ * 2, 50);
        return step_;
    }

    void listen(int milliseconds) {
        pollfd watched[] = {{output_.get(), POLLIN, 0},
                            {errors_.get(), POLLIN, 0},
                            {ending_ ? -1 : command_.wake_fd, POLLIN, 0}};
        if (::poll(watched, 3, milliseconds) > 0 && watched[2].revents != 0) end(Ended::How::woken);
    }

    static void read_from(Fd& pipe, std::string& into, std::size_t most, bool& more) {
        char bytes[16384];
        for (;;) {
            const ssize_t got = pipe ? ::read(pipe.get(), bytes, sizeof bytes) : 0;
            if (got < 0 && errno == EINTR) continue;
            if (got < 0 && errno == EAGAIN) return;
            if (got <= 0) {
                pipe = Fd();
                return;
            }
            const std::size_t room = std::min(most - into.size(), static_cast<std::size_t>(got));
            into.append(bytes, room);
            if (room < static_cast<std::size_t>(got)) {
                more = true;
                return; // also when it never stops writing
            }
        }
    }

    void read_all() {
        bool too_much = false;
        bool dropped = false;
        const bool open = output_ || errors_;
        read_from(output_, ended_.output, command_.most_output, too_much);
        read_from(errors_, ended_.errors, command_.most_errors, dropped);
        if (open && !output_ && !errors_) step_ = 1; // it is about to end
        if (too_much && !ending_) end(Ended::How::too_much);
    }

    /// Whether it has ended or stopped.
    void look() {
        int status = 0;
        const pid_t changed = ::waitpid(pid_, &status, WNOHANG | WUNTRACED);
        if (changed == 0 || (changed < 0 && errno == EINTR)) return;
        if (changed == pid_ && WIFSTOPPED(status)) {
            if (!ending_) end(Ended::How::wants_prompt);
            ::kill(-pid_, SIGCONT); // so that it can follow SIGTERM
            return;
        }
        over_ = true;
        read_all(); // what it wrote last
        if (ending_) {
            ::kill(-pid_, SIGKILL); // what it started
            return;
        }
        if (changed == pid_ && WIFSIGNALED(status)) {
            ended_.how = Ended::How::signalled;
            ended_.code = WTERMSIG(status);
        } else {
            ended_.code = changed == pid_ ? WEXITSTATUS(status) : -1;
        }
    }

    void end(Ended::How how) {
        ended_.how = how;
        ending_ = Real::now();
        step_ = 1;
        ::kill(-pid_, SIGTERM);
    }

    void kill_it() {
        ::kill(-pid_, SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        over_ = true;
    }

    const Command& command_;
    pid_t pid_;
    Fd output_, errors_;
    Real::time_point begun_ = Real::now();
    std::optional<Real::time_point> ending_; // since when it has been asked to end
    int step_ = 1;                           // milliseconds
    bool over_ = false;
    Ended ended_;
};

} // namespace

Ended run_command(const Command& command) {
    // Where SIGCHLD is ignored nobody is told how a child ended; we may have been started so.
    struct sigaction child_signal {};
    if (::sigaction(SIGCHLD, nullptr, &child_signal) == 0 && child_signal.sa_handler == SIG_IGN)
        (void)std::signal(SIGCHLD, SIG_DFL);
    Pipe output;
    Pipe errors;
    const Beginning beginning(output.writing.get(), errors.writing.get());
    pid_t pid = -1;
    if (const int code = beginning.start(command, pid); code != 0) {
        Ended ended;
        ended.how = Ended::How::not_started;
        ended.code = code;
        return ended;
    }
    output.writing = Fd();
    errors.writing = Fd();
    return Child(command, pid, std::move(output.reading), std::move(errors.reading)).follow();
}

std::vector<std::string> environment_without(std::string_view prefix) {
    char** next = environ;
    std::vector<std::string> out;
    for (; next != nullptr && *next != nullptr; ++next)
        if (const std::string_view text = *next; !text.starts_with(prefix)) out.emplace_back(text);
    return out;
}

} // namespace base
