#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "scratch.hpp"
#include "store/run_lock.hpp"

using scratch::complaint;
using store::run_owner;
using store::RunLock;

namespace {

/// A process that takes a run, says whether it got it, and keeps it until it is killed.
class Owner {
  public:
    Owner(const std::string& database, std::int64_t run_id) {
        int answer[2];
        int life[2];
        REQUIRE(::pipe(answer) == 0);
        REQUIRE(::pipe(life) == 0);
        pid_ = scratch::start([&] {
            ::close(life[1]);
            const auto lock = RunLock::try_acquire(database, run_id);
            char said = lock ? 'y' : 'n';
            (void)!::write(answer[1], &said, 1);
            return ::read(life[0], &said, 1) == 0; // until the test ends, however it ends
        });
        ::close(answer[1]);
        ::close(life[0]);
        life_ = life[1];
        char said = 0;
        REQUIRE(::read(answer[0], &said, 1) == 1);
        ::close(answer[0]);
        got_it = said == 'y';
    }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() { end(); }
    void end() {
        if (pid_ == 0) return;
        (void)::kill(pid_, SIGKILL);
        (void)scratch::wait_for(pid_);
        ::close(life_);
        pid_ = 0;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }
    bool got_it = false;

  private:
    pid_t pid_ = 0;
    int life_ = -1;
};

} // namespace

TEST_CASE("nobody owns a run, and asking creates nothing") {
    const scratch::Directory directory;
    CHECK(run_owner(directory.path("o.db"), 1) == std::nullopt);
    CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("this process owns a run once, until it gives it up") {
    const scratch::Directory directory;
    const std::string db = directory.path("o.db");
    {
        auto lock = RunLock::try_acquire(db, 7);
        REQUIRE(lock);
        CHECK(lock->run_id() == 7);
        CHECK(run_owner(db, 7) == ::getpid());
        CHECK_FALSE(RunLock::try_acquire(db, 7));
        CHECK(run_owner(db, 8) == std::nullopt);
        const RunLock moved = *std::move(lock);
        lock.reset();
        CHECK(run_owner(db, 7) == ::getpid());
    }
    CHECK(run_owner(db, 7) == std::nullopt);
    CHECK(RunLock::try_acquire(db, 7));
    CHECK(scratch::mode_of(db + "-lock") == 0600);
}

TEST_CASE("the owner is known to other processes, and its death frees the run") {
    const scratch::Directory directory;
    const std::string db = directory.path("o.db");
    Owner owner(db, 5'000'000'000); // ids are 64 bits wide
    CHECK(owner.got_it);
    CHECK(run_owner(db, 5'000'000'000) == owner.pid());
    CHECK(store::any_run_owner(db) == owner.pid());
    CHECK_FALSE(RunLock::try_acquire(db, 5'000'000'000));
    const auto other = RunLock::try_acquire(db, 6);
    CHECK(other);
    const Owner late(db, 6);
    CHECK_FALSE(late.got_it);
    owner.end();
    CHECK(run_owner(db, 5'000'000'000) == std::nullopt);
    CHECK(store::any_run_owner(db) == std::nullopt);
    CHECK(RunLock::try_acquire(db, 5'000'000'000));
}

TEST_CASE("asking and giving up one run do not release another") {
    const scratch::Directory directory;
    const std::string db = directory.path("o.db");
    const auto kept = RunLock::try_acquire(db, 1);
    REQUIRE(kept);
    (void)RunLock::try_acquire(db, 2);
    (void)run_owner(db, 1);
    (void)run_owner(directory.path("./o.db"), 3); // the same file by another name
    CHECK(scratch::said_by(scratch::As::same, [&] {
              const auto owner = run_owner(db, 1);
              return owner == ::getppid() ? "parent" : "somebody else";
          }) == "parent");
}

TEST_CASE("a forked child owns nothing and takes nothing away") {
    const scratch::Directory directory;
    const std::string db = directory.path("o.db");
    auto lock = RunLock::try_acquire(db, 1);
    REQUIRE(lock);
    CHECK(scratch::said_by(scratch::As::same, [&] {
              const bool parent = run_owner(db, 1) == ::getppid();
              const bool taken = RunLock::try_acquire(db, 1).has_value();
              lock.reset(); // the child's copy
              return std::string(parent && !taken ? "parent owns it" : "wrong");
          }) == "parent owns it");
    const Owner other(db, 1);
    CHECK_FALSE(other.got_it);
}

TEST_CASE("a lock file that cannot be made is an error") {
    const scratch::Directory directory;
    CHECK(complaint([&] { (void)RunLock::try_acquire(directory.path("no/o.db"), 1); }) ==
          "cannot open the lock file '" + directory.path("no/o.db-lock") + "': No such file or directory");
    std::filesystem::create_symlink("/dev/null", directory.path("o.db-lock"));
    CHECK(complaint([&] { (void)RunLock::try_acquire(directory.path("o.db"), 1); }) ==
          "cannot open the lock file '" + directory.path("o.db-lock") +
              "': Too many levels of symbolic links");
}
