// Files, directories, the environment and the terminal: what differs between systems, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace base {

/// Owns a file descriptor.
class Fd {
  public:
    Fd() noexcept = default;
    explicit Fd(int fd) noexcept : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd();
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

/// The variable's value; unset and empty are both nullopt.
std::optional<std::string> environment(const std::string& name);

/// "No such file or directory", from errno.
std::string last_error();

/// The whole file or, for "-", standard input. Throws Error{io} when it cannot be read or is larger than
/// `limit` bytes.
std::string read_file(const std::string& path, std::size_t limit);

/// Writes a new file through a temporary one with mode 0600, synced and renamed. Throws Error{io}.
void write_private_file(const std::string& path, std::string_view content);

/// Creates the directory and its missing parents with mode 0700. Throws Error{io}.
void make_private_directory(const std::string& path);

/// Writes all bytes to a descriptor, also to a slow pipe. Throws Error{closed} when the reader went away.
void write_all(int fd, std::string_view bytes);

bool is_terminal(int fd) noexcept;
/// Columns of the terminal at `fd`, or 80.
int terminal_columns(int fd) noexcept;

/// Called once at the start of main: umask 077, no core files, standard descriptors open, SIGPIPE ignored.
void harden_process() noexcept;
/// Raises the soft limit on open files to the hard one.
void raise_open_file_limit() noexcept;

std::string host_name();

/// The kind of network file system that an existing directory lies on, as people name it; nullopt for a local
/// one and for what is not known.
std::optional<std::string> network_file_system(const std::string& directory);

/// Whether fsync() leaves what was written in the disk's own cache, so that a power cut loses it. Source:
/// fsync(2) of macOS, which has F_FULLFSYNC for it.
#ifdef __APPLE__
inline constexpr bool fsync_stops_at_the_disk = true;
#else
inline constexpr bool fsync_stops_at_the_disk = false;
#endif

/// A path that starts the program this process runs, also when its file was replaced meanwhile where the
/// system can do that. Throws Error{io} when the system does not say.
std::string own_program();

} // namespace base
