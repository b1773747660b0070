// Two processes that open the same new file: whatever one has just seen of it, the other may have made it
// whole since.
#include <doctest/doctest.h>

#include "../store/scratch.hpp"
#include "faulty_disk.hpp"
#include "store/database.hpp"

using namespace test;

TEST_CASE("another process makes the database between any two looks at it") {
    const auto keep = [](const std::string& path, const char* name) {
        store::Connection db = store::open_to_write(path);
        db.run("INSERT INTO revision (hash, kind, namespace, name, spec) VALUES (?, 'k', 'n', ?, '{}')",
               store::Blob{name}, name);
        return true;
    };
    int met = 0;
    for (std::int64_t n = 1; n <= 12; ++n) {
        CAPTURE(n);
        const scratch::Directory directory;
        const std::string path = directory.path("o.db");
        bool here = false;
        FaultyDisk disk;
        disk.before_lock(n, [&] {
            here = true;
            CHECK(scratch::wait_for(scratch::start([&] { return keep(path, "other"); })) == 0);
        });
        CHECK(scratch::complaint([&] { keep(path, "own"); }).empty());
        store::Connection db = store::open_to_write(path);
        CHECK(db.integer("SELECT count(*) FROM revision") == (here ? 2 : 1));
        met += here ? 1 : 0;
    }
    CHECK(met >= 3); // at least so often a new file is looked at
}
