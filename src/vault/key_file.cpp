#include "vault/key_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "vault/wiped.hpp"

namespace vault {

namespace {

using base::Error;
using base::Fault;

constexpr std::size_t longest_key_file = 64U << 10U; // bytes; a thousand keys
constexpr std::size_t random_digits = 16;            // of the names of temporary files
constexpr char lost_key_hint[] =
    "put it back from its backup; a lost key cannot be recovered, only the secrets "
    "set again";

Error unusable(const std::string& path, std::string_view why) {
    return {Fault::secret, base::format("cannot use the key file '{}': {}", path, why)};
}

/// `path` in a form that is one word to a shell.
std::string quoted(const std::string& path) {
    return "'" + base::replace_all(path, "'", "'\\''") + "'";
}

/// Decides on the opened file, so that nobody can swap it between the check and the reading.
void check_trusted(const std::string& path, int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw unusable(path, base::last_error());
    if (!S_ISREG(status.st_mode)) {
        throw unusable(path, "it is not a regular file").hint("name another file with ORLOJ_KEY_FILE");
    }
    if (status.st_uid != ::geteuid()) {
        throw unusable(path, base::format("it belongs to another user (uid {})", status.st_uid))
            .hint("name a key file of your own with ORLOJ_KEY_FILE");
    }
    if ((status.st_mode & 077U) != 0) {
        throw unusable(path,
                       base::format("others may read or change it (mode {:04o})", status.st_mode & 07777U))
            .hint("close it to others: chmod 600 " + quoted(path));
    }
}

std::string parent_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

/// Who may rename files in the directory can put another key there.
void check_directory(const std::string& path) {
    const std::string parent = parent_of(path);
    struct stat status {};
    if (::stat(parent.c_str(), &status) != 0) return; // opening the file says why
    if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0) {
        throw unusable(path, base::format("everybody may change its directory '{}'", parent))
            .hint("close it to others: chmod 700 " + quoted(parent));
    }
}

std::size_t read_all(const std::string& path, int fd, char* buffer, std::size_t size) {
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got = ::read(fd, buffer + filled, size - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw unusable(path, base::last_error());
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

/// Writes `content` into `target`, which must not exist; false when it does. Complaints name `path`.
bool write_new_file(const std::string& target, const std::string& path, const base::SecretText& content) {
    const base::Fd file(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file && errno == EEXIST) return false;
    const auto fail = [&path] {
        return Error(Fault::secret,
                     base::format("cannot create the key file '{}': {}", path, base::last_error()));
    };
    if (!file) throw fail().hint("name a place you may write to with ORLOJ_KEY_FILE");
    const std::string_view text = content.reveal();
    errno = ENOSPC; // what a short write means
    const bool done = ::fchmod(file.get(), 0600) == 0 &&
                      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                      ::fsync(file.get()) == 0;
    if (done) return true;
    Error error = fail();
    ::unlink(target.c_str());
    throw Error(std::move(error));
}

/// What a process that was killed while it wrote has left: it holds keys.
void remove_leftovers(const std::string& path) {
    namespace fs = std::filesystem;
    constexpr auto surely_dead = std::chrono::minutes(10);
    const std::string start = fs::path(path).filename().string() + ".";
    std::error_code error;
    for (fs::directory_iterator it(parent_of(path), error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (!name.starts_with(start) || !name.ends_with(".tmp") ||
            name.size() != start.size() + random_digits + 4)
            continue;
        std::error_code ignored;
        if (fs::file_time_type::clock::now() - fs::last_write_time(it->path(), ignored) > surely_dead)
            fs::remove(it->path(), ignored);
    }
}

void sync_directory(const std::string& path) {
    const base::Fd directory(::open(parent_of(path).c_str(), O_RDONLY | O_CLOEXEC));
    if (directory) (void)::fsync(directory.get());
}

} // namespace

std::string key_file_path() {
    if (auto path = base::environment("ORLOJ_KEY_FILE")) return *path;
    // The base directory specification has relative values ignored.
    if (auto config = base::environment("XDG_CONFIG_HOME"); config && config->starts_with('/')) {
        return *config + "/orloj/key";
    }
    if (auto home = base::environment("HOME")) return *home + "/.config/orloj/key";
    throw Error(Fault::secret, "cannot tell where the key file is: neither HOME nor XDG_CONFIG_HOME is set")
        .hint("name the file with ORLOJ_KEY_FILE, or set ORLOJ_SECRET_ENCRYPTION_KEY");
}

std::optional<KeyFileContent> parse_key_file(std::string_view text) {
    if (auto keys = parse_keys(text)) return KeyFileContent(*std::move(keys));
    if (auto locked = parse_locked_keys(text)) return KeyFileContent(*std::move(locked));
    return std::nullopt;
}

std::optional<KeyFileContent> read_key_file(const std::string& path) {
    // Not blocking, because opening a pipe nobody writes to would wait for ever.
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    if (!file && (errno == ELOOP || errno == EMLINK)) {
        throw unusable(path, "it is a symbolic link").hint("name the file it points to with ORLOJ_KEY_FILE");
    }
    if (!file) throw unusable(path, base::last_error());
    check_trusted(path, file.get());
    check_directory(path);
    Wiped content(std::string(longest_key_file, '\0'));
    content.text.resize(read_all(path, file.get(), content.text.data(), content.text.size()));
    std::optional<KeyFileContent> keys = parse_key_file(content.text);
    if (!keys) throw unusable(path, "it does not hold an orloj key").hint(lost_key_hint);
    return keys;
}

KeyFileContent create_key_file(const std::string& path, MasterKey fresh) {
    try {
        base::make_private_directory(parent_of(path));
    } catch (const Error& error) {
        throw Error(Fault::secret, base::format("cannot create the key file '{}': {}", path, error.message()))
            .hint("name a place you may write to with ORLOJ_KEY_FILE");
    }
    check_directory(path);
    KeyRing keys(std::move(fresh));
    if (write_new_key_file(path, render(keys))) return keys;
    if (auto winner = read_key_file(path)) return *std::move(winner);
    throw unusable(path, "another process removed it while it was made").hint("run the command again");
}

bool write_new_key_file(const std::string& path, const base::SecretText& content) {
    // A link appears with its whole content, so a reader never sees half a key, and it appears once.
    const std::string temporary = path + "." + base::random_hex(random_digits) + ".tmp";
    if (!write_new_file(temporary, path, content)) throw unusable(path, base::last_error());
    bool ours = ::link(temporary.c_str(), path.c_str()) == 0;
    const int code = errno;
    ::unlink(temporary.c_str());
    // Some file systems have no links; creating the file in place is then the next best.
    if (!ours && code != EEXIST) ours = write_new_file(path, path, content);
    sync_directory(path);
    return ours;
}

KeyFileChange::KeyFileChange(std::string path) : path_(std::move(path)) {
    constexpr int pause_ms = 5;
    constexpr int longest_ms = 10'000;
    check_directory(path_);
    directory_ = base::Fd(::open(parent_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory_) throw unusable(path_, base::last_error());
    for (int waited = 0; ::flock(directory_.get(), LOCK_EX | LOCK_NB) != 0; waited += pause_ms) {
        if (errno != EWOULDBLOCK && errno != EINTR) throw unusable(path_, base::last_error());
        if (waited >= longest_ms) {
            throw unusable(path_, "another orloj process is changing it")
                .hint("wait until it has finished, then run the command again");
        }
        const timespec pause{0, pause_ms * 1'000'000L};
        (void)::nanosleep(&pause, nullptr);
    }
    remove_leftovers(path_);
}

void KeyFileChange::replace(const base::SecretText& content) const {
    const std::string temporary = path_ + "." + base::random_hex(random_digits) + ".tmp";
    if (!write_new_file(temporary, path_, content)) throw unusable(path_, base::last_error());
    if (::rename(temporary.c_str(), path_.c_str()) != 0) {
        Error error = unusable(path_, base::last_error());
        ::unlink(temporary.c_str());
        throw Error(std::move(error));
    }
    sync_directory(path_);
}

} // namespace vault
