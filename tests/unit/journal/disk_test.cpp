// The disk fails at every point of a run: the run ends with a clear
// error, nothing is half done, and it is taken up again without repeating what was paid for.
#include <doctest/doctest.h>

#include "base/os.hpp"
#include "faulty_disk.hpp"
#include "stored_run.hpp"

using namespace test;
using Lasting = FaultyDisk::Lasting;

namespace {

struct Tally {
    std::int64_t points = 0; ///< at which something failed
    std::int64_t ended = 0;  ///< runs that did not get to their end
};

/// What is wrong with a run during which the n-th operation failed; counts. False when nothing failed any
/// more.
bool hit(const StoredRun& stored, const std::string& fresh, const Found& whole, Trouble trouble,
         Lasting lasting, std::int64_t n, Tally& tally) {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    copy_database(fresh, path);
    std::string said;
    FaultyDisk disk;
    disk.fail(trouble, n, lasting);
    try {
        stored.go_on(path);
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::store);
        said = error.message();
    }
    disk.heal();
    if (!disk.failed()) {
        CHECK(said.empty());
        return false;
    }
    ++tally.points;
    CHECK((said.empty() || said.find("'" + path + "'") != std::string::npos));
    const Found before = stored.look(path);
    CHECK((!said.empty() || before.phase == "Succeeded")); // a failure is never told as success
    if (before.phase.empty()) ++tally.ended;
    const std::vector<std::string> again =
        before.phase.empty() ? stored.go_on(path) : std::vector<std::string>();
    const Found after = stored.look(path);
    CHECK(after.phase == "Succeeded");
    CHECK(after.outputs == whole.outputs);
    CHECK(after.answered.size() == whole.answered.size());
    CHECK(again.size() == whole.answered.size() - before.answered.size()); // nothing that was answered
    CHECK(after.requests == before.requests + static_cast<std::int64_t>(again.size()));
    return true;
}

} // namespace

TEST_CASE("the disk fails at every operation of a run") {
    const StoredRun stored;
    const scratch::Directory directory;
    const std::string fresh = directory.path("fresh.db");
    stored.create(fresh);
    const std::string path = directory.path("whole.db");
    copy_database(fresh, path);
    stored.go_on(path);
    const Found whole = stored.look(path);
    REQUIRE(whole.phase == "Succeeded");
    Tally tally;
    // What the disk does once, a lost connection does; what it does from then on, one that is full.
    const std::pair<Trouble, Lasting> troubles[] = {{Trouble::io_error, Lasting::once},
                                                    {Trouble::half_write, Lasting::once},
                                                    {Trouble::full, Lasting::from_then_on}};
    for (const auto& [trouble, lasting] : troubles) {
        bool more = true;
        for (std::int64_t n = 1; more; ++n) {
            CAPTURE(static_cast<int>(trouble));
            CAPTURE(n);
            more = hit(stored, fresh, whole, trouble, lasting, n, tally);
        }
    }
    CHECK(tally.points > 150);
    CHECK(tally.ended > 150);
}
