#include "cli/suspension.hpp"

#include <cerrno>
#include <csignal>

#include <unistd.h>

namespace cli {

namespace {

// Signal handlers can reach only these.
volatile std::sig_atomic_t stopped = 0;
volatile std::sig_atomic_t terminal = -1;
const char* volatile wipe = nullptr;
volatile std::sig_atomic_t wipe_size = 0;

extern "C" void on_stop(int number);
extern "C" void on_continue(int) {
    stopped = 1;
}

void install(int signal, void (*handler)(int)) noexcept {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    (void)::sigaction(signal, &action, nullptr);
}

extern "C" void on_stop(int number) {
    const int saved = errno;
    if (wipe_size > 0) (void)!::write(terminal, wipe, static_cast<std::size_t>(wipe_size));
    install(number, SIG_DFL);
    sigset_t itself;
    sigemptyset(&itself);
    sigaddset(&itself, number);
    (void)::raise(number);
    (void)::sigprocmask(SIG_UNBLOCK, &itself, nullptr); // here we stand until we go on
    install(number, on_stop);
    stopped = 1;
    errno = saved;
}

bool ignored(int signal) noexcept {
    struct sigaction now {};
    return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

} // namespace

Suspension::Suspension(int fd) noexcept {
    terminal = fd;
    stopped = 0;
    wipe_with({});
    if (!ignored(SIGTSTP)) install(SIGTSTP, on_stop); // where nobody could let us go on
    install(SIGCONT, on_continue);
}

Suspension::~Suspension() {
    wipe_with({});
    if (!ignored(SIGTSTP)) install(SIGTSTP, SIG_DFL);
    install(SIGCONT, SIG_DFL);
}

void Suspension::wipe_with(std::string_view bytes) noexcept {
    wipe_size = 0;
    wipe = bytes.data();
    wipe_size = static_cast<std::sig_atomic_t>(bytes.size());
}

bool Suspension::came_back() noexcept {
    const bool out = stopped != 0;
    stopped = 0;
    return out;
}

} // namespace cli
