#include "store/run_lock.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

namespace store {

namespace {

using base::Error;
using base::Fault;

struct LockFile {
    dev_t device;
    ino_t inode;
    int fd;
};

struct Held {
    int fd;
    std::int64_t run_id;
    pid_t owner; // a forked child has a copy of this list but none of the locks
};

// Never closed, see the header.
std::vector<LockFile>& lock_files() {
    static std::vector<LockFile> files;
    return files;
}

// The kernel does not report a process's own locks to it, so they are remembered.
std::vector<Held>& held() {
    static std::vector<Held> locks;
    return locks;
}

[[noreturn]] void fail(const char* what, const std::string& path) {
    throw Error(Fault::store, base::format("cannot {} '{}': {}", what, path, base::last_error()));
}

bool holds(int fd, std::int64_t run_id) {
    return std::ranges::any_of(held(), [&](const Held& lock) {
        return lock.fd == fd && lock.run_id == run_id && lock.owner == ::getpid();
    });
}

struct flock one_byte(short type, std::int64_t run_id) noexcept {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(run_id);
    lock.l_len = 1;
    return lock;
}

/// Who else has one of the bytes, as run_owner() says it.
std::optional<pid_t> owner_of(int fd, struct flock asked, const std::string& path) {
    while (::fcntl(fd, F_GETLK, &asked) != 0) {
        if (errno != EINTR) fail("ask for the owner in", path);
    }
    if (asked.l_type == F_UNLCK) return std::nullopt;
    return std::max<pid_t>(asked.l_pid, 0);
}

enum class Missing { create, keep };

/// -1 when the file does not exist and is not to be created.
int lock_file(const std::string& path, Missing missing) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
        for (const LockFile& file : lock_files()) {
            if (file.device == status.st_dev && file.inode == status.st_ino) return file.fd;
        }
    }
    const int create = missing == Missing::create ? O_CREAT : 0;
    int fd = ::open(path.c_str(), O_RDWR | create | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOENT && missing == Missing::keep) return -1;
    // Asking for the owner needs no right to write.
    if (const int why = errno; fd < 0 && (why == EACCES || why == EROFS)) {
        fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT) errno = why; // it could not be made
    }
    if (fd < 0 || ::fstat(fd, &status) != 0) fail("open the lock file", path);
    lock_files().push_back({status.st_dev, status.st_ino, fd});
    return fd;
}

std::string path_of(const std::string& database) {
    return database + "-lock";
}

} // namespace

std::optional<RunLock> RunLock::try_acquire(const std::string& database, std::int64_t run_id) {
    const std::string path = path_of(database);
    const int fd = lock_file(path, Missing::create);
    if (holds(fd, run_id)) return std::nullopt;
    const struct flock wanted = one_byte(F_WRLCK, run_id);
    while (::fcntl(fd, F_SETLK, &wanted) != 0) {
        if (errno == EACCES || errno == EAGAIN) return std::nullopt;
        if (errno != EINTR) fail("lock", path);
    }
    held().push_back({fd, run_id, ::getpid()});
    return RunLock(fd, run_id);
}

RunLock::~RunLock() {
    if (file_ < 0 || !holds(file_, run_id_)) return;
    const struct flock free = one_byte(F_UNLCK, run_id_);
    (void)::fcntl(file_, F_SETLK, &free);
    std::erase_if(held(), [this](const Held& lock) { return lock.fd == file_ && lock.run_id == run_id_; });
}

std::optional<pid_t> run_owner(const std::string& database, std::int64_t run_id) {
    const std::string path = path_of(database);
    const int fd = lock_file(path, Missing::keep);
    if (fd < 0) return std::nullopt;
    if (holds(fd, run_id)) return ::getpid();
    return owner_of(fd, one_byte(F_WRLCK, run_id), path);
}

std::optional<pid_t> any_run_owner(const std::string& database) {
    const std::string path = path_of(database);
    const int fd = lock_file(path, Missing::keep);
    if (fd < 0) return std::nullopt;
    struct flock all = one_byte(F_WRLCK, 0);
    all.l_len = 0; // to the end
    return owner_of(fd, all, path);
}

} // namespace store
