// Tasks that are not done, and what is asked of who runs them.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.hpp"
#include "scratch.hpp"
#include "store/database.hpp"
#include "store/resources.hpp"
#include "store/runs.hpp"

using resource::Name;
using store::Connection;

namespace {

constexpr base::Time today{1'700'000'000'000'000};

resource::Resource task(const std::string& name, const std::string& namespace_ = "default") {
    resource::Resource out;
    out.metadata.name = name;
    out.metadata.namespace_ = namespace_;
    resource::TaskSpec spec;
    spec.system = "s";
    out.spec = spec;
    return out;
}

trace::Event event(std::int64_t seq, trace::Payload payload) {
    trace::Event out;
    out.seq = seq;
    out.time = {today.us + seq};
    out.payload = std::move(payload);
    return out;
}

trace::TaskEnd ended(const std::string& phase) {
    trace::TaskEnd out;
    out.phase = phase;
    out.stopped_reason = "completed";
    return out;
}

/// "namespace/name resource run started", sorted; rows as yes or no.
std::string open(Connection& db, const std::optional<std::string>& namespace_ = std::nullopt) {
    std::vector<std::string> lines;
    for (const store::OpenTask& task : store::Runs(db).open(namespace_)) {
        CHECK_FALSE(task.spec.empty());
        lines.push_back(base::format("{} {} {} {}", task.name.text(),
                                     task.resource > 0 ? "stored" : "unstored", task.run > 0 ? "run" : "none",
                                     task.started ? "started" : "new"));
    }
    std::sort(lines.begin(), lines.end());
    return base::join(lines, "; ");
}

} // namespace

TEST_CASE("open tasks are those without a run and those whose run has not ended") {
    Connection db = store::open_in_memory();
    store::Resources resources(db);
    store::Runs runs(db);
    for (const char* name : {"never", "made", "begun", "done", "asks"})
        (void)resources.put(task(name), false, today);
    (void)resources.put(task("far", "team"), false, today);
    runs.create({"default", "made"}, "s", 1, {}, today);
    const std::int64_t begun = runs.create({"default", "begun"}, "s", 1, {}, today);
    runs.append(begun, {event(1, trace::TaskStart{})}, {});
    const std::int64_t done = runs.create({"default", "done"}, "s", 1, {}, today);
    runs.append(done, {event(1, trace::TaskStart{}), event(2, ended("Succeeded"))}, {});
    const std::int64_t asks = runs.create({"default", "asks"}, "s", 1, {}, today);
    runs.append(asks, {event(1, trace::TaskStart{})}, {});
    db.run("UPDATE run SET phase = 'WaitingApproval' WHERE id = ?", asks);
    const store::PinnedSpec pinned{{"task", "Task", "default", "unstored", std::string(32, 'a')},
                                   R"({"system":"s"})"};
    const std::int64_t unstored = runs.create({"default", "unstored"}, "s", 1, {pinned}, today);
    runs.append(unstored, {event(1, trace::TaskStart{})}, {});

    CHECK(open(db) == "default/begun stored run started; default/made stored run new; "
                      "default/never stored none new; default/unstored unstored run started; "
                      "team/far stored none new");
    CHECK(open(db, "team") == "team/far stored none new");
    CHECK(open(db, "nowhere").empty());
}

TEST_CASE("a request to cancel is there until the run has ended, and never after it") {
    Connection db = store::open_in_memory();
    store::Runs runs(db);
    const std::int64_t run = runs.create({"default", "t"}, "s", 1, {}, today);
    CHECK_FALSE(runs.cancel_request(run));
    runs.request_cancel(run, "first", today);
    runs.request_cancel(run, "second", today);
    CHECK(runs.cancel_request(run) == "second");
    CHECK(runs.last_seq(run) == 0);
    runs.append(run, {event(1, trace::TaskStart{}), event(2, ended("Succeeded"))}, {});
    CHECK(runs.last_seq(run) == 2);
    CHECK_FALSE(runs.cancel_request(run));
    runs.request_cancel(run, "too late", today);
    CHECK_FALSE(runs.cancel_request(run));
    CHECK(db.integer("SELECT count(*) FROM cancel_request") == 0);

    const std::int64_t other = runs.create({"default", "u"}, "s", 1, {}, today);
    runs.request_cancel(other, "gone with it", today);
    CHECK(runs.remove(other));
    CHECK(db.integer("SELECT count(*) FROM cancel_request") == 0);
}

TEST_CASE("another connection's commit is noticed, one's own is not") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    Connection mine = store::open_to_write(path);
    Connection other = store::open_to_write(path);
    const std::int64_t before = mine.data_version();
    (void)store::Resources(mine).put(task("a"), false, today);
    CHECK(mine.data_version() == before);
    (void)store::Resources(other).put(task("b"), false, today);
    const std::int64_t after = mine.data_version();
    CHECK(after != before);
    CHECK(mine.data_version() == after);
}

TEST_CASE("a row's number stays the same, and what was prepared before is compared when it is stored") {
    Connection db = store::open_in_memory();
    store::Resources resources(db);
    const resource::Kind& kind = resource::kind_of<resource::TaskSpec>();
    CHECK_FALSE(resources.id_of(kind, {"default", "a"}));
    const store::Prepared prepared = store::prepare(task("a"));
    CHECK(resources.put(prepared, false, today) == store::Applied::created);
    const auto id = resources.id_of(kind, {"default", "a"});
    REQUIRE(id);
    resource::Resource changed = task("a");
    std::get<resource::TaskSpec>(changed.spec).priority = "high";
    CHECK(resources.put(changed, false, today) == store::Applied::configured);
    CHECK(resources.put(prepared, false, today) == store::Applied::configured); // what it is now decides
    CHECK(resources.put(prepared, false, today) == store::Applied::unchanged);
    CHECK(resources.id_of(kind, {"default", "a"}) == id);
    const auto found = resources.find(kind, {"default", "a"});
    CHECK(found->metadata.generation == 3);
    CHECK(found->metadata.resource_version == "3");
}
