#include "base/tty.hpp"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace base {

std::optional<TerminalSize> terminal_size(int fd) noexcept {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
    return TerminalSize{size.ws_col, size.ws_row};
}

bool same_terminal(int a, int b) noexcept {
    struct stat first {};
    struct stat second {};
    return is_terminal(a) && is_terminal(b) && ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 &&
           first.st_rdev == second.st_rdev;
}

Fd open_terminal_again(int fd) noexcept {
    char path[256];
    if (::ttyname_r(fd, path, sizeof path) != 0) return {};
    return Fd(::open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
}

bool in_foreground(int fd) noexcept {
    const pid_t owner = ::tcgetpgrp(fd);
    return owner < 0 || owner == ::getpgrp();
}

std::optional<std::size_t> write_some(int fd, std::string_view bytes) noexcept {
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t put = ::write(fd, bytes.data() + written, bytes.size() - written);
        if (put >= 0) {
            written += static_cast<std::size_t>(put);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno != EINTR) {
            return std::nullopt;
        }
    }
    return written;
}

bool wait_writable(int fd, int milliseconds) noexcept {
    pollfd watched{fd, POLLOUT, 0};
    return ::poll(&watched, 1, milliseconds) == 1 && (watched.revents & POLLOUT) != 0;
}

} // namespace base
