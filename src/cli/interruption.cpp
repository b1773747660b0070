#include "cli/interruption.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"

namespace cli {

namespace {

// Signal handlers can reach only these.
volatile std::sig_atomic_t signals_seen = 0;
volatile std::sig_atomic_t last_signal = 0;
int signal_pipe[2] = {-1, -1};

extern "C" void on_signal(int number) {
    const int saved = errno;
    last_signal = number;
    signals_seen = signals_seen + 1;
    const char byte = 1;
    (void)!::write(signal_pipe[1], &byte, 1);
    errno = saved;
}

void install(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction now {};
        const bool ignored = ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
        if (signal != SIGHUP || !ignored) (void)::sigaction(signal, &action, nullptr);
    }
}

} // namespace

Interruption::Interruption() {
    signals_seen = 0;
    last_signal = 0;
    if (::pipe(signal_pipe) != 0)
        throw base::Error(base::Fault::io, "cannot make a pipe: " + base::last_error());
    for (const int fd : signal_pipe) { // pipe2 is not on every system
        (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
        (void)::fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    install(on_signal);
}

Interruption::~Interruption() {
    install(SIG_DFL);
    ::close(signal_pipe[0]);
    ::close(signal_pipe[1]);
}

int Interruption::fd() noexcept {
    return signal_pipe[0];
}

int Interruption::last() noexcept {
    return last_signal;
}

int Interruption::seen() noexcept {
    char bytes[16];
    while (::read(signal_pipe[0], bytes, sizeof bytes) > 0) {
    }
    return signals_seen;
}

} // namespace cli
