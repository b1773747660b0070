// What was committed is there after a power cut, and what was not is not half there.
#include <doctest/doctest.h>

#include "base/os.hpp"
#include "faulty_disk.hpp"
#include "stored_run.hpp"

using namespace test;

namespace {

/// Of how many commits of a run something was lost in a power cut right after it.
std::size_t commits_lost(const char* pragma, std::size_t& commits) {
    const StoredRun stored;
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    stored.create(path);
    std::vector<std::pair<std::size_t, std::map<std::string, std::string>>> cuts;
    {
        FaultyDisk disk;
        stored.go_on(
            path, [&](std::size_t events) { cuts.emplace_back(events, disk.after_power_cut()); }, pragma);
    }
    commits = cuts.size();
    std::size_t lost = 0;
    for (const auto& [events, files] : cuts) {
        const FaultyDisk fast; // it need not be synced again
        put_files(files, directory.path("after"));
        lost += stored.look(directory.path("after/o.db")).events == events ? 0 : 1;
    }
    return lost;
}

} // namespace

TEST_CASE("everything committed is there after a power cut") {
    std::size_t commits = 0;
    CHECK(commits_lost(nullptr, commits) == 0);
    CHECK(commits ==
          4); // start and the first question; each layer's answers with the next one's questions; the end
}

TEST_CASE("without a sync at each commit it would not be") {
    std::size_t commits = 0;
    CHECK(commits_lost("PRAGMA synchronous = NORMAL", commits) == commits);
}

TEST_CASE("a power cut that leaves any part of what was not synced leaves a whole run") {
    const StoredRun stored;
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    stored.create(path);
    const std::map<std::string, std::string> fresh = {
        {"o.db", base::read_file(path, 1U << 24U)}, {"o.db-wal", base::read_file(path + "-wal", 1U << 24U)}};
    for (std::int64_t n = 1;; ++n) {
        CAPTURE(n);
        put_files(fresh, directory.path("now"));
        put_files(fresh, directory.path("after"));
        std::map<std::string, std::string> left;
        std::size_t committed = 0;
        bool failed = false;
        {
            FaultyDisk disk;
            disk.fail(Trouble::io_error, n, FaultyDisk::Lasting::from_then_on); // the moment of the cut
            try {
                stored.go_on(directory.path("now/o.db"), [&](std::size_t events) { committed = events; });
            } catch (const base::Error& error) {
                CHECK(error.fault() == base::Fault::store);
            }
            failed = disk.failed();
            left = disk.torn_by_power_cut(static_cast<std::uint64_t>(n));
        }
        if (!failed) break;
        const FaultyDisk fast;
        put_files(left, directory.path("after")); // those that were opened
        const Found found = stored.look(directory.path("after/o.db"));
        CHECK(found.events >= committed);
        if (found.phase.empty()) stored.go_on(directory.path("after/o.db"));
        CHECK(stored.look(directory.path("after/o.db")).phase == "Succeeded");
    }
}
