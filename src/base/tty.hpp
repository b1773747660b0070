// A terminal as a device: how large it is, who may write to it now, and writing to it without ever waiting
// for it. Nothing here knows what is written.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/os.hpp"

namespace base {

struct TerminalSize {
    std::size_t columns = 0;
    std::size_t lines = 0;
    bool operator==(const TerminalSize&) const = default;
};
/// nullopt when `fd` is no terminal, or one that does not say.
std::optional<TerminalSize> terminal_size(int fd) noexcept;

/// Whether both are the same terminal.
bool same_terminal(int a, int b) noexcept;

/// The terminal at `fd` opened once more for writing, so that it can be set not to wait without changing that
/// for the shell and everybody else who shares `fd`. Empty when it cannot be opened.
Fd open_terminal_again(int fd) noexcept;

/// Whether we are the job that the terminal listens to: true also for a terminal that is not ours to control.
bool in_foreground(int fd) noexcept;

/// Writes as much as the terminal takes at once. How much that was; nullopt when it is gone for good.
std::optional<std::size_t> write_some(int fd, std::string_view bytes) noexcept;
/// Waits until write_some() would write something, at most so long. False when it would not.
bool wait_writable(int fd, int milliseconds) noexcept;

} // namespace base
