#include "base/foreground.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

extern char** environ; // NOLINT(readability-redundant-declaration): not every system declares it

namespace base {

namespace {

/// Signals of the terminal are for the program; we would leave before it.
class Deaf {
  public:
    Deaf() {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN; // NOLINT: a macro of the system
        for (std::size_t i = 0; i < signals.size(); ++i)
            (void)::sigaction(signals[i], &ignore, &before_[i]);
    }
    ~Deaf() { restore(); }
    Deaf(const Deaf&) = delete;
    Deaf& operator=(const Deaf&) = delete;
    void restore() const noexcept {
        for (std::size_t i = 0; i < signals.size(); ++i)
            (void)::sigaction(signals[i], &before_[i], nullptr);
    }

  private:
    static constexpr std::array<int, 2> signals{SIGINT, SIGQUIT};
    std::array<struct sigaction, 2> before_{};
};

std::vector<char*> environment_but(const std::vector<std::string_view>& withheld) {
    std::vector<char*> out;
    for (char** next = environ; next != nullptr && *next != nullptr; ++next) {
        const std::string_view text = *next;
        if (std::none_of(withheld.begin(), withheld.end(),
                         [text](std::string_view prefix) { return text.starts_with(prefix); }))
            out.push_back(*next);
    }
    out.push_back(nullptr);
    return out;
}

} // namespace

int run_in_foreground(const std::vector<std::string>& arguments,
                      const std::vector<std::string_view>& withheld) {
    std::vector<char*> words;
    for (const std::string& argument : arguments)
        words.push_back(const_cast<char*>(argument.c_str())); // NOLINT: execvp does not write
    words.push_back(nullptr);
    std::vector<char*> variables = environment_but(withheld);
    const Deaf deaf;
    const pid_t child = ::fork();
    if (child < 0) throw Error(Fault::io, format("cannot start '{}': {}", arguments.front(), last_error()));
    if (child == 0) {
        deaf.restore();
        (void)std::signal(SIGPIPE, SIG_DFL); // we ignore these two, which a program would inherit
        (void)std::signal(SIGXFSZ, SIG_DFL);
        environ = variables.data();
        ::execvp(words.front(), words.data());
        ::_exit(127);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) throw Error(Fault::io, format("cannot wait for '{}'", arguments.front()));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); // NOLINT: macros of the system
}

} // namespace base
