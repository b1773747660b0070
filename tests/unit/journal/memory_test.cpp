// Memory gives out at any point of a run: the run ends with an exception, nothing is half done, and it is
// taken up again without repeating what was paid for. ORLOJ_ALLOCATIONS=N tries N points instead of 150.
#include <cstdlib>
#include <new>
#include <string>

#include <doctest/doctest.h>

#include "failing_memory.hpp"
#include "schema/tree.hpp"
#include "stored_run.hpp"

using namespace test;

namespace {

/// How many allocations there were; the run ended well when none failed.
std::int64_t give_out(const StoredRun& stored, const std::string& fresh, const Found& whole, std::int64_t n,
                      FailingMemory::Fails fails) {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    copy_database(fresh, path);
    FailingMemory memory(n, fails);
    bool ended = false;
    try {
        stored.go_on(path);
        ended = true;
    } catch (const std::bad_alloc&) {
    } catch (const base::Error& error) {
        memory.heal();
        CHECK(error.fault() == base::Fault::store);
        CHECK(error.message().find("out of memory") != std::string::npos);
    }
    memory.heal();
    const Found before = stored.look(path);
    CHECK((!ended || before.phase == "Succeeded")); // a failure is never told as success
    const std::vector<std::string> again =
        before.phase.empty() ? stored.go_on(path) : std::vector<std::string>();
    const Found after = stored.look(path);
    CHECK(after.phase == "Succeeded");
    CHECK(after.outputs == whole.outputs);
    CHECK(again.size() == whole.answered.size() - before.answered.size()); // nothing that was answered
    return memory.allocations();
}

} // namespace

TEST_CASE("memory gives out at any allocation of a run") {
    const StoredRun stored;
    const scratch::Directory directory;
    const std::string fresh = directory.path("fresh.db");
    stored.create(fresh);
    const std::string path = directory.path("whole.db");
    copy_database(fresh, path);
    stored.go_on(path);
    const Found whole = stored.look(path);
    const std::int64_t all = give_out(stored, fresh, whole, 0, FailingMemory::Fails::once);
    REQUIRE(all > 1000);
    const char* wanted = std::getenv("ORLOJ_ALLOCATIONS");
    const std::int64_t points =
        std::min(all, wanted == nullptr ? std::int64_t{150} : std::int64_t{std::atoll(wanted)});
    for (std::int64_t i = 0; i < points; ++i) {
        const std::int64_t n = 1 + i * all / points;
        for (const FailingMemory::Fails fails :
             {FailingMemory::Fails::once, FailingMemory::Fails::from_then_on}) {
            CAPTURE(n);
            CAPTURE(all);
            CAPTURE(static_cast<int>(fails));
            give_out(stored, fresh, whole, n, fails);
        }
    }
}

TEST_CASE("a text that could not be read over another leaves nothing of itself") {
    std::int64_t all = 1;
    for (std::int64_t n = 0; n <= all; ++n) {
        CAPTURE(n);
        const std::string next = R"({"b":")" + std::string(100, 'x') + R"(","c":["y"]})";
        schema::Parsed over;
        schema::parse_json_over(R"({"a":1,"b":2})", over);
        FailingMemory memory(n, FailingMemory::Fails::once);
        try {
            schema::parse_json_over(next, over);
        } catch (const std::bad_alloc&) {
            memory.heal();
        }
        memory.heal();
        if (n == 0) all = memory.allocations();
        schema::parse_json_over(R"({"b":1,"b":2})", over);
        CHECK(over.error == "duplicate key 'b'");
    }
    CHECK(all >= 2);
}
