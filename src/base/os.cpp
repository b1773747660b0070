#include "base/os.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/vfs.h>
#else
#include <mach-o/dyld.h>
#include <sys/mount.h>
#include <sys/param.h>
#endif

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

#if defined(__SANITIZE_ADDRESS__) // g++
#define ORLOJ_LEAK_CHECKER
#elif defined(__has_feature) // clang++
#if __has_feature(address_sanitizer)
#define ORLOJ_LEAK_CHECKER
#endif
#endif

namespace base {

namespace {

[[noreturn]] void fail(std::string_view what, const std::string& path) {
    const int code = errno;
    throw Error(Fault::io, format("cannot {} '{}': {}", what, path, std::strerror(code)));
}

} // namespace

Fd::~Fd() {
    if (fd_ >= 0) ::close(fd_);
}

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): one thread
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
}

std::string last_error() {
    return std::strerror(errno);
}

std::string read_file(const std::string& path, std::size_t limit) {
    const bool standard_input = path == "-";
    Fd file(standard_input ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) fail("read", path);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail("read", path);
    if (S_ISDIR(status.st_mode)) throw Error(Fault::io, format("cannot read '{}': it is a directory", path));
    std::string out;
    const auto too_large = [&] {
        const std::string most =
            limit < 1U << 20U ? format("{} KiB", limit >> 10U) : format("{} MiB", limit >> 20U);
        return Error(Fault::io, format("'{}' is larger than the limit of {}", path, most));
    };
    if (S_ISREG(status.st_mode)) {
        if (static_cast<std::size_t>(status.st_size) > limit) throw too_large();
        out.reserve(static_cast<std::size_t>(status.st_size));
    }
    char buffer[65536];
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read", path);
        if (got == 0) return out;
        out.append(buffer, static_cast<std::size_t>(got));
        if (out.size() > limit) throw too_large();
    }
}

void write_private_file(const std::string& path, std::string_view content) {
    const std::string temporary = path + "." + random_hex(8) + ".tmp";
    {
        Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file) fail("create", path);
        std::string_view rest = content;
        while (!rest.empty()) {
            const ssize_t put = ::write(file.get(), rest.data(), rest.size());
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) break;
            rest.remove_prefix(static_cast<std::size_t>(put));
        }
        if (!rest.empty() || ::fsync(file.get()) != 0) {
            const int code = errno;
            ::unlink(temporary.c_str());
            errno = code;
            fail("write", path);
        }
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        const int code = errno;
        ::unlink(temporary.c_str());
        errno = code;
        fail("create", path);
    }
    const std::string parent = std::filesystem::path(path).parent_path().string();
    const Fd directory(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC));
    if (directory) (void)::fsync(directory.get());
}

void make_private_directory(const std::string& path) {
    const std::filesystem::path wanted(path);
    std::filesystem::path current;
    for (const auto& part : wanted) {
        current /= part;
        if (::mkdir(current.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR) {
            const int code = errno;
            std::error_code ignored;
            if (std::filesystem::is_directory(current, ignored))
                continue; // a parent on a read-only file system
            errno = code;
            fail("create the directory", current.string());
        }
    }
    std::error_code ignored;
    if (!std::filesystem::is_directory(wanted, ignored)) {
        throw Error(Fault::io, format("cannot use '{}': it is not a directory", path));
    }
}

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            pollfd wait{fd, POLLOUT, 0};
            (void)::poll(&wait, 1, -1);
        } else if (errno == EPIPE) {
            throw Error(Fault::closed, "the reader of the output went away");
        } else if (errno != EINTR) {
            throw Error(Fault::io, format("cannot write the output: {}", last_error()));
        }
    }
}

bool is_terminal(int fd) noexcept {
    return ::isatty(fd) == 1;
}

int terminal_columns(int fd) noexcept {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

void harden_process() noexcept {
    ::umask(077);
    const rlimit none{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__) && !defined(ORLOJ_LEAK_CHECKER)
    (void)::prctl(PR_SET_DUMPABLE, 0); // the leak checker has to attach to its own process
#endif
    // A file opened later must not become descriptor 0, 1 or 2 because the caller closed it. What is written
    // to a closed standard output is an error, as anywhere else; what is said to a closed standard error is
    // not.
    for (int fd = 0; fd < 3; ++fd) {
        if (::fcntl(fd, F_GETFD) == -1) (void)::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
    (void)std::signal(SIGPIPE, SIG_IGN);
    (void)std::signal(SIGXFSZ,
                      SIG_IGN); // a file size limit is an error of write(2), not an end without a word
}

void raise_open_file_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string host_name() {
    char name[256] = "";
    (void)::gethostname(name, sizeof name - 1);
    return name;
}

std::optional<std::string> network_file_system(const std::string& directory) {
    struct statfs status {};
    if (::statfs(directory.c_str(), &status) != 0) return std::nullopt;
#ifdef __linux__
    // linux/magic.h and the kernel sources of each file system.
    switch (static_cast<std::uint32_t>(status.f_type)) {
    case 0x6969:
        return "NFS";
    case 0x517b:
    case 0xfe534d42:
    case 0xff534d42:
        return "SMB";
    case 0x01021997:
        return "9p";
    case 0x5346414f:
        return "AFS";
    case 0x00c36400:
        return "Ceph";
    default:
        return std::nullopt;
    }
#else
    if ((status.f_flags & MNT_LOCAL) != 0) return std::nullopt;
    return std::string(status.f_fstypename);
#endif
}

std::string own_program() {
#ifdef __linux__
    constexpr char link[] = "/proc/self/exe"; // names the open file, not a path
    if (::access(link, X_OK) == 0) return link;
    throw Error(Fault::io, format("cannot find this program: {}: {}", link, last_error()));
#else
    char path[4096];
    std::uint32_t size = sizeof path;
    if (_NSGetExecutablePath(path, &size) == 0) return path;
    throw Error(Fault::io, "cannot find this program: its path is too long");
#endif
}

} // namespace base
