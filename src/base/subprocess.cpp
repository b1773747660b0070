#include "base/subprocess.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

extern char** environ; // NOLINT(readability-redundant-declaration): not every system declares it

namespace base {

namespace {

struct Ends {
    Fd reading, writing;
    Ends() {
        int ends[2] = {-1, -1};
        if (::pipe(ends) != 0) throw Error(Fault::io, format("cannot make a pipe: {}", last_error()));
        reading = Fd(ends[0]);
        writing = Fd(ends[1]);
        for (const int end : ends)
            (void)::fcntl(end, F_SETFD, FD_CLOEXEC);
        (void)::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
};

struct Files {
    posix_spawn_file_actions_t actions{};
    Files(int output, int errors) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    }
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    ~Files() { posix_spawn_file_actions_destroy(&actions); }
};

struct Manners {
    posix_spawnattr_t attributes{};
    Manners() {
        sigset_t reset, none; // NOLINT(readability-isolate-declaration)
        sigemptyset(&none);
        sigemptyset(&reset);
        for (const int signal : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM})
            sigaddset(&reset, signal);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigdefault(&attributes, &reset);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    Manners(const Manners&) = delete;
    Manners& operator=(const Manners&) = delete;
    ~Manners() { posix_spawnattr_destroy(&attributes); }
};

} // namespace

Subprocess Subprocess::start(const std::string& program, const std::vector<std::string>& arguments) {
    // Where SIGCHLD is ignored nobody is told how a child ended; we may have been started so.
    struct sigaction child_signal {};
    if (::sigaction(SIGCHLD, nullptr, &child_signal) == 0 && child_signal.sa_handler == SIG_IGN)
        (void)std::signal(SIGCHLD, SIG_DFL);
    std::vector<char*> words;
    for (const std::string& word : arguments)
        words.push_back(const_cast<char*>(word.c_str())); // NOLINT: not written to
    words.push_back(nullptr);
    Ends output;
    Ends errors;
    const Files files(output.writing.get(), errors.writing.get());
    const Manners manners;
    pid_t pid = -1;
    const int code =
        ::posix_spawn(&pid, program.c_str(), &files.actions, &manners.attributes, words.data(), environ);
    if (code != 0) throw Error(Fault::io, format("cannot start '{}': {}", program, std::strerror(code)));
    return {pid, std::move(output.reading), std::move(errors.reading)};
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)),
      errors_(std::move(other.errors_)), code_(other.code_) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(code_, other.code_);
    output_ = std::move(other.output_); // swaps
    errors_ = std::move(other.errors_);
    return *this;
}

std::string Subprocess::read(Fd& pipe) {
    std::string out;
    char bytes[16384];
    while (pipe) {
        const ssize_t got = ::read(pipe.get(), bytes, sizeof bytes);
        if (got > 0) {
            out.append(bytes, static_cast<std::size_t>(got));
            continue;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) break;
        pipe = Fd();
    }
    return out;
}

void Subprocess::send(int signal) const noexcept {
    if (pid_ > 0 && !code_) (void)::kill(pid_, signal);
}

std::optional<int> Subprocess::ended() {
    if (code_ || pid_ <= 0) return code_;
    int status = 0;
    const pid_t changed = ::waitpid(pid_, &status, WNOHANG);
    if (changed == 0 || (changed < 0 && errno == EINTR)) return std::nullopt;
    if (changed < 0)
        code_ = 1; // somebody else waited for it
    else
        code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return code_;
}

} // namespace base
