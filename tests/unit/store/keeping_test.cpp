// What keeps a database in order: sealed values replaced in place, runs that ended, copies of the whole.
#include <doctest/doctest.h>

#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "base/os.hpp"
#include "scratch.hpp"
#include "store/database.hpp"
#include "store/resources.hpp"
#include "store/runs.hpp"

namespace {

using resource::Name;
using store::Connection;
using store::Transaction;

constexpr base::Time now{1'700'000'000'000'000};

resource::Resource secret(const std::string& namespace_, const std::string& name) {
    resource::Resource out;
    out.metadata.name = name;
    out.metadata.namespace_ = namespace_;
    resource::SecretSpec spec;
    spec.data["value"] = base::SecretText("***");
    out.spec = spec;
    return out;
}

/// A run with its first event, and with its last one when `phase` is not empty. Returns its number.
std::int64_t add_run(Connection& db, const Name& task, const std::string& phase, base::Time finished) {
    store::Runs runs(db);
    Transaction transaction(db, Transaction::Kind::write);
    const std::int64_t id = runs.create(task, "s", 1, {}, now);
    trace::Event start;
    start.seq = 1;
    start.time = now;
    start.payload = trace::TaskStart{};
    trace::Event end;
    end.seq = 2;
    end.time = finished;
    trace::TaskEnd ended;
    ended.phase = phase;
    end.payload = ended;
    std::vector<trace::Event> events{start};
    if (!phase.empty()) events.push_back(end);
    runs.write(id, events, {});
    transaction.commit();
    return id;
}

void make_empty(const std::string& path) {
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    REQUIRE(file);
}

} // namespace

TEST_CASE("sealed values of all secrets are listed in order and replaced one by one") {
    Connection db = store::open_in_memory();
    store::Resources table(db);
    for (const auto& [where, name] : {std::pair("team", "a"), {"default", "b"}, {"default", "a"}}) {
        CHECK(table.put(secret(where, name), false, now) == store::Applied::created);
        table.put_sealed({where, name}, {{"y", "1"}, {"x", "2"}});
    }
    std::vector<store::SealedValue> all = table.all_sealed();
    std::string order;
    for (const store::SealedValue& value : all)
        order += value.secret.text() + ":" + value.key + "=" + value.sealed + " ";
    CHECK(order == "default/a:x=2 default/a:y=1 default/b:x=2 default/b:y=1 team/a:x=2 team/a:y=1 ");
    const auto before = table.find(resource::kind_of<resource::SecretSpec>(), {"default", "b"});
    table.replace_sealed(all[2], std::string_view("new\0bytes", 9));
    CHECK(table.sealed({"default", "b"}) ==
          std::map<std::string, std::string>{{"x", std::string("new\0bytes", 9)}, {"y", "1"}});
    CHECK(table.sealed({"default", "a"}).at("x") == "2");
    const auto after = table.find(resource::kind_of<resource::SecretSpec>(), {"default", "b"});
    CHECK(before->metadata.resource_version == after->metadata.resource_version);
}

TEST_CASE("runs that ended come with the last one first, those under way apart") {
    Connection db = store::open_in_memory();
    (void)add_run(db, {"default", "old"}, "Failed", {now.us + 10});
    const std::int64_t open = add_run(db, {"default", "open"}, "", {});
    (void)add_run(db, {"team", "new"}, "Succeeded", {now.us + 30});
    (void)add_run(db, {"default", "middle"}, "DeadLetter", {now.us + 20});
    store::Runs runs(db);
    const auto names = [](const std::vector<store::EndedRun>& ended) {
        std::string out;
        for (const store::EndedRun& run : ended)
            out += run.task.text() + " " + run.phase + " ";
        return out;
    };
    CHECK(names(runs.ended(std::nullopt)) ==
          "team/new Succeeded default/middle DeadLetter default/old Failed ");
    CHECK(names(runs.ended("default")) == "default/middle DeadLetter default/old Failed ");
    CHECK(names(runs.ended("nowhere")).empty());
    CHECK(runs.ended(std::nullopt).front().finished == base::Time{now.us + 30});
    const std::vector<store::RunRow> going = runs.under_way();
    REQUIRE(going.size() == 1);
    CHECK(going.front().id == open);
}

TEST_CASE("a copy holds what was committed, and nothing of a change that was not") {
    const scratch::Directory directory;
    Connection db = store::open_to_write(directory.path("a.db"));
    (void)add_run(db, {"default", "one"}, "Succeeded", {now.us + 10});
    Connection other = store::open_to_write(directory.path("a.db"));
    const Transaction unfinished(other, Transaction::Kind::write);
    (void)store::Runs(other).create({"default", "two"}, "s", 1, {}, now);
    make_empty(directory.path("b.db"));
    store::copy_into(db, directory.path("b.db"));
    auto copy = store::open_to_read(directory.path("b.db"));
    REQUIRE(copy);
    CHECK(store::integrity_problem(*copy).empty());
    CHECK(store::Runs(*copy).list(std::nullopt).size() == 1);
    CHECK(store::Runs(*copy).last_seq(1) == 2);
    // A file that holds something is never written over.
    CHECK_FALSE(scratch::complaint([&] { store::copy_into(db, directory.path("b.db")); }).empty());
}

TEST_CASE("a database becomes a copy of another as one change, which others see") {
    const scratch::Directory directory;
    Connection source = store::open_to_write(directory.path("source.db"));
    (void)add_run(source, {"default", "kept"}, "Succeeded", {now.us + 10});
    Connection db = store::open_to_write(directory.path("db.db"));
    (void)add_run(db, {"default", "replaced"}, "Succeeded", {now.us + 10});
    Connection reader = store::open_to_write(directory.path("db.db"));
    CHECK(store::Runs(reader).find({"default", "replaced"}));
    db.copy_from(source);
    CHECK(store::Runs(reader).find({"default", "kept"}));
    CHECK_FALSE(store::Runs(reader).find({"default", "replaced"}));
    CHECK(store::integrity_problem(reader).empty());
    CHECK(reader.file_header()->wal);
    (void)add_run(reader, {"default", "next"}, "Succeeded", {now.us + 10});
    CHECK(store::Runs(db).list(std::nullopt).size() == 2);
}

TEST_CASE("what was deleted is free, and given back when asked for") {
    const scratch::Directory directory;
    const std::string path = directory.path("a.db");
    Connection db = store::open_to_write(path);
    {
        Transaction transaction(db, Transaction::Kind::write);
        db.run("INSERT INTO revision (hash, kind, namespace, name, spec) VALUES (x'00', 'k', 'n', 'm', ?)",
               std::string(1'000'000, 'x'));
        transaction.commit();
    }
    CHECK(store::free_bytes(db) == 0);
    db.run("DELETE FROM revision");
    CHECK(store::free_bytes(db) > 900'000);
    store::shrink(db);
    CHECK(store::free_bytes(db) == 0);
    CHECK(std::filesystem::file_size(path) < 200'000);
    CHECK(store::integrity_problem(db).empty());
}
