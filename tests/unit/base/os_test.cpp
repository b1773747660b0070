#include "base/os.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace {

namespace fs = std::filesystem;

/// A folder of its own, gone afterwards.
class Folder {
  public:
    Folder() : path_(fs::temp_directory_path() / ("orloj-base-" + base::random_hex(12))) {
        fs::create_directory(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }
    [[nodiscard]] std::string operator/(std::string_view name) const { return (path_ / name).string(); }
    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    fs::path path_;
};

/// A umask for a while.
class Mask {
  public:
    explicit Mask(mode_t mask) : before_(::umask(mask)) {}
    Mask(const Mask&) = delete;
    Mask& operator=(const Mask&) = delete;
    ~Mask() { ::umask(before_); }

  private:
    mode_t before_;
};

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

std::string message_of(auto&& call, base::Fault expected = base::Fault::io) {
    try {
        call();
    } catch (const base::Error& error) {
        CHECK(error.fault() == expected);
        return error.message();
    }
    return "no error";
}

TEST_CASE("a private file is readable by its owner only, whatever the umask and whatever was there") {
    const Folder folder;
    const Mask mask(0);
    const std::string path = folder / "key";
    base::write_private_file(path, "first");
    CHECK(mode_of(path) == 0600);
    CHECK(base::read_file(path, 100) == "first");
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    base::write_private_file(path, "second");
    CHECK(mode_of(path) == 0600);
    CHECK(base::read_file(path, 100) == "second");
    base::write_private_file(folder / "empty", "");
    CHECK(base::read_file(folder / "empty", 100).empty());
    CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) ==
          2); // no temporary file stays
}

TEST_CASE("a private file replaces a link instead of writing through it") {
    const Folder folder;
    base::write_private_file(folder / "theirs", "theirs");
    fs::create_symlink(folder / "theirs", folder / "key");
    base::write_private_file(folder / "key", "mine");
    CHECK(base::read_file(folder / "theirs", 100) == "theirs");
    CHECK(fs::is_regular_file(fs::symlink_status(folder / "key")));
}

TEST_CASE("what cannot be written is an error and leaves nothing behind") {
    const Folder folder;
    const std::string missing = folder / "no/such/key";
    CHECK(message_of([&] { base::write_private_file(missing, "x"); }) ==
          "cannot create '" + missing + "': No such file or directory");
    fs::create_directories(folder / "full/x");
    CHECK(message_of([&] { base::write_private_file(folder / "full", "x"); }) ==
          "cannot create '" + (folder / "full") + "': Is a directory");
    CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("private directories are made with their parents") {
    const Folder folder;
    const Mask mask(0);
    base::make_private_directory(folder / "a/b/c");
    CHECK(mode_of(folder / "a") == 0700);
    CHECK(mode_of(folder / "a/b/c") == 0700);
    base::make_private_directory(folder / "a/b/c");
    base::make_private_directory(folder / "a/b/");
    base::write_private_file(folder / "file", "x");
    const std::string below = folder / "file/d";
    CHECK(message_of([&] { base::make_private_directory(below); }) ==
          "cannot create the directory '" + below + "': Not a directory");
    CHECK(message_of([&] { base::make_private_directory(folder / "file"); }) ==
          "cannot use '" + (folder / "file") + "': it is not a directory");
}

TEST_CASE("reading tells what is in the way") {
    const Folder folder;
    const std::string missing = folder / "missing";
    CHECK(message_of([&] { (void)base::read_file(missing, 10); }) ==
          "cannot read '" + missing + "': No such file or directory");
    CHECK(message_of([&] { (void)base::read_file(folder.path(), 10); }) ==
          "cannot read '" + folder.path() + "': it is a directory");
    const std::string path = folder / "large";
    base::write_private_file(path, std::string(3U << 20U, 'x'));
    CHECK(message_of([&] { (void)base::read_file(path, 2U << 20U); }) ==
          "'" + path + "' is larger than the limit of 2 MiB");
    CHECK(base::read_file(path, 3U << 20U).size() == 3U << 20U);
    // A file that claims to be huge costs no memory.
    REQUIRE(::truncate(path.c_str(), 1LL << 40) == 0);
    CHECK(message_of([&] { (void)base::read_file(path, 2U << 20U); }) ==
          "'" + path + "' is larger than the limit of 2 MiB");
}

TEST_CASE("a source without a size is read to its end, up to the limit") {
    CHECK(base::read_file("/dev/null", 10).empty());
    CHECK(message_of([] { (void)base::read_file("/dev/zero", 1U << 20U); }) ==
          "'/dev/zero' is larger than the limit of 1 MiB");
    CHECK(message_of([] { (void)base::read_file("/dev/zero", 64U << 10U); }) ==
          "'/dev/zero' is larger than the limit of 64 KiB");
}

TEST_CASE("standard input is called -") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const base::Fd saved(::dup(STDIN_FILENO));
    REQUIRE(::dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    ::close(ends[0]);
    base::write_all(ends[1], "from a pipe");
    ::close(ends[1]);
    CHECK(base::read_file("-", 100) == "from a pipe");
    if (saved) ::dup2(saved.get(), STDIN_FILENO);
}

TEST_CASE("a reader that went away is its own fault") {
    void (*before)(int) = std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    const base::Fd out(ends[1]);
    CHECK(message_of([&] { base::write_all(out.get(), "x"); }, base::Fault::closed) ==
          "the reader of the output went away");
    CHECK(message_of([] { base::write_all(-1, "x"); }) == "cannot write the output: Bad file descriptor");
    (void)std::signal(SIGPIPE, before);
}

TEST_CASE("a variable that is empty counts as not set") {
    ::setenv("ORLOJ_TEST_BASE", "x", 1); // NOLINT(concurrency-mt-unsafe): one thread
    CHECK(base::environment("ORLOJ_TEST_BASE") == "x");
    ::setenv("ORLOJ_TEST_BASE", "", 1); // NOLINT(concurrency-mt-unsafe): one thread
    CHECK_FALSE(base::environment("ORLOJ_TEST_BASE").has_value());
    ::unsetenv("ORLOJ_TEST_BASE"); // NOLINT(concurrency-mt-unsafe): one thread
    CHECK_FALSE(base::environment("ORLOJ_TEST_BASE").has_value());
}

TEST_CASE("a descriptor has one owner") {
    int number = -1;
    {
        base::Fd a(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        number = a.get();
        const base::Fd b = std::move(a);
        CHECK(b.get() == number);
        CHECK(b);
        CHECK(::fcntl(number, F_GETFD) != -1);
    }
    CHECK(::fcntl(number, F_GETFD) == -1);
    CHECK_FALSE(base::Fd());
}

TEST_CASE("what is not a terminal has the usual width") {
    const base::Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK_FALSE(base::is_terminal(file.get()));
    CHECK(base::terminal_columns(file.get()) == 80);
    CHECK_FALSE(base::host_name().empty());
}

TEST_CASE("a hardened process leaves no core file") {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        rlimit limit{};
        (void)::getrlimit(RLIMIT_CORE, &limit);
        limit.rlim_cur = limit.rlim_max; // as much as there may be
        (void)::setrlimit(RLIMIT_CORE, &limit);
        base::harden_process();
        const bool none = ::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0;
        ::_exit(none && limit.rlim_max == 0 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

} // namespace
