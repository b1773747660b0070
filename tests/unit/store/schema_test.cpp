#include <doctest/doctest.h>

#include <string>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "scratch.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

using scratch::complaint;
using store::Blob;
using store::Connection;
using store::Statement;

namespace {

std::int64_t add_run(Connection& db, const std::string& task) {
    db.run("INSERT INTO run (namespace, task, system, engine_version, created_at) VALUES ('default', ?, 's', "
           "'1', ?)",
           task, 1'700'000'000'000'042);
    return db.last_insert_id();
}

void add_message(Connection& db, const std::string& hash, const std::optional<std::string>& parent) {
    db.run("INSERT INTO message (hash, parent, role, parts) VALUES (?, ?, 'user', '[]')", Blob{hash},
           parent ? std::optional<Blob>(Blob{*parent}) : std::nullopt);
}

void use_message(Connection& db, std::int64_t run, const std::string& hash) {
    db.run("INSERT INTO message_use SELECT ?, id FROM message WHERE hash = ?", run, Blob{hash});
}

/// All columns of all rows, "a|b" and a line each; NULL is "-".
std::string table(Connection& db, std::string_view sql, int columns) {
    std::string out;
    db.for_each(sql, [&](const Statement& row) {
        for (int i = 0; i < columns; ++i) {
            if (i > 0) out += '|';
            out += row.is_null(i) ? "-" : std::string(row.text(i));
        }
        out += '\n';
    });
    return out;
}

} // namespace

TEST_CASE("released migrations never change") {
    // A failing row means: put the old text back and append a migration.
    const char* const released[] = {"675cb3e8052a7b33b50914c1c36eddf05610d7b18fac7350af0a7eb61c0a7ce4",
                                    "e7ab1e9544ceab7ce082952a4bf2d273e8d3125b90e73991b7c586d031a4bb83",
                                    "549f35ce76ccd4674aa3fbb0e3c3b84038751b6fd79fcdd2cb0b40bf95ee1755",
                                    "89fa541148cb214b4d843ad218d20336dfb034ae74c64e6b3767c23d38a31ced",
                                    "220819c9b8c5e83d6d59507284b3599c95078442ae8936f8b2ef06eee880f02b"};
    REQUIRE(store::migrations().size() == std::size(released));
    for (std::size_t i = 0; i < std::size(released); ++i)
        CHECK(base::hex(base::sha256(store::migrations()[i])) == released[i]);
}

TEST_CASE("the schema as text is stable, whole and usable") {
    const std::string text = store::schema_sql();
    CHECK(text == store::schema_sql());
    CHECK(text.starts_with("CREATE TABLE resource (\n  -- What the user declared"));
    CHECK(text.ends_with(";\n"));
    CHECK(text.find("sqlite_") == std::string::npos);
    for (const char* name :
         {"VIEW resource_overview", "VIEW run_overview", "VIEW run_event", "VIEW run_message",
          "TABLE message_use", "TRIGGER run_phase_is_sticky", "INDEX run_revision_by_hash"})
        CHECK(text.find(std::string("CREATE ") + name) != std::string::npos);
    Connection db = Connection::open(":memory:", "t", store::Opening::memory);
    db.exec(text.c_str());
    CHECK(db.integer("SELECT count(*) FROM run_message") == 0);
}

TEST_CASE("terminal phases are sticky") {
    constexpr char change[] = "UPDATE run SET phase = ?, attempts = attempts + 1 WHERE id = ?";
    const char* const phases[] = {"Pending",   "Running", "WaitingApproval",
                                  "Succeeded", "Failed",  "DeadLetter"};
    for (const char* from : phases) {
        for (const char* to : phases) {
            Connection db = store::open_in_memory();
            const std::int64_t run = add_run(db, "t");
            db.run(change, from, run);
            const std::string first = from;
            const bool terminal = first == "Succeeded" || first == "Failed" || first == "DeadLetter";
            CHECK(complaint([&] { db.run(change, to, run); }) ==
                  (terminal && first != to ? "cannot write to ':memory:': a finished run keeps its phase"
                                           : ""));
            CHECK(complaint([&] { db.run("UPDATE run SET output = '1' WHERE id = ?", run); }).empty());
        }
    }
    Connection db = store::open_in_memory();
    const std::int64_t run = add_run(db, "t");
    CHECK(complaint([&] { db.run(change, "Done", run); }) ==
          "cannot write to ':memory:': CHECK constraint failed: phase IN ('Pending', 'Running', "
          "'WaitingApproval', "
          "'Succeeded', 'Failed', 'DeadLetter')");
}

TEST_CASE("a deleted run takes its own along and leaves what others share") {
    Connection db = store::open_in_memory();
    const std::int64_t one = add_run(db, "one");
    const std::int64_t two = add_run(db, "two");
    add_message(db, "a", std::nullopt);
    add_message(db, "b", "a");
    add_message(db, "c", "b"); // only run one
    add_message(db, "d", "b"); // only run two, a fork
    for (const char* hash : {"a", "b", "c"})
        use_message(db, one, hash);
    for (const char* hash : {"a", "b", "d"})
        use_message(db, two, hash);
    for (const char* hash : {"r", "s"})
        db.run("INSERT INTO revision VALUES (?, 'Agent', 'default', 'x', '{}')", Blob{hash});
    constexpr char pin[] = "INSERT INTO run_revision VALUES (?, 'agent', 'Agent', 'default', ?, ?)";
    db.run(pin, one, "x", Blob{"r"});
    db.run(pin, one, "y", Blob{"s"});
    db.run(pin, two, "x", Blob{"r"});
    db.run("INSERT INTO event (id, time, type, attempt) VALUES ((? << 32) + 1, 0, 'task_start', 1)", one);

    CHECK(db.run("DELETE FROM run WHERE id = ?", one) == 1);
    CHECK(table(db, "SELECT hash FROM message ORDER BY hash", 1) == "a\nb\nd\n");
    CHECK(table(db, "SELECT hash FROM revision", 1) == "r\n");
    CHECK(db.integer("SELECT count(*) FROM event") == 0);
    db.run("DELETE FROM run");
    CHECK(db.integer("SELECT count(*) FROM message") == 0);
    CHECK(db.integer("SELECT count(*) FROM message_use") == 0);
    CHECK(db.integer("SELECT count(*) FROM revision") == 0);
    CHECK(add_run(db, "three") == 3); // ids are not used again
}

TEST_CASE("a pinned revision that is replaced goes when nobody else pins it") {
    Connection db = store::open_in_memory();
    const std::int64_t run = add_run(db, "t");
    for (const char* hash : {"old", "new"})
        db.run("INSERT INTO revision VALUES (?, 'ModelEndpoint', 'default', 'm', '{}')", Blob{hash});
    db.run("INSERT INTO run_revision VALUES (?, 'endpoint', 'ModelEndpoint', 'default', 'm', ?)", run,
           Blob{"old"});
    db.run("UPDATE run_revision SET hash = ?", Blob{"new"});
    CHECK(table(db, "SELECT hash FROM revision", 1) == "new\n");
}

TEST_CASE("a long conversation is deleted in one go") {
    Connection db = store::open_in_memory();
    const std::int64_t run = add_run(db, "t");
    store::Transaction transaction(db, store::Transaction::Kind::write);
    std::optional<std::string> parent;
    for (int i = 0; i < 5000; ++i) { // deeper than nested triggers may go
        const std::string hash(base::bytes_of(base::sha256(std::to_string(i))));
        add_message(db, hash, parent);
        use_message(db, run, hash);
        parent = hash;
    }
    db.run("DELETE FROM run WHERE id = ?", run);
    CHECK(db.integer("SELECT count(*) FROM message") == 0);
    transaction.commit();
}

TEST_CASE("references hold") {
    Connection db = store::open_in_memory();
    (void)add_run(db, "t");
    CHECK(complaint([&] { db.run("INSERT INTO message_use VALUES (9, 1)"); }) ==
          "cannot write to ':memory:': FOREIGN KEY constraint failed");
    CHECK(complaint([&] { (void)add_run(db, "t"); }) ==
          "cannot write to ':memory:': UNIQUE constraint failed: run.namespace, run.task");
}

TEST_CASE("a removed secret takes its values along") {
    Connection db = store::open_in_memory();
    db.run("INSERT INTO resource (kind, namespace, name, spec, spec_hash, generation, resource_version, "
           "created_at, "
           "updated_at) VALUES ('Secret', 'default', 's', '{}', ?, 1, 1, 0, 0)",
           Blob{"h"});
    db.run("INSERT INTO secret_value VALUES (?, 'value', ?)", db.last_insert_id(), Blob{"sealed"});
    db.run("DELETE FROM resource");
    CHECK(db.integer("SELECT count(*) FROM secret_value") == 0);
}

TEST_CASE("the views people may query") {
    Connection db = store::open_in_memory();
    constexpr char add[] =
        "INSERT INTO resource (kind, namespace, name, spec, spec_hash, generation, "
        "resource_version, created_at, updated_at) VALUES (?, 'default', ?, '{}', ?, 2, 3, 0, 0)";
    db.run(add, "Agent", "a", Blob{"h"});
    db.run(add, "Task", "t", Blob{"h"});
    db.run(add, "Task", "later", Blob{"h"});
    const std::int64_t run = add_run(db, "t");
    db.run("UPDATE run SET phase = 'Succeeded', started_at = created_at + 1000000, finished_at = created_at "
           "+ 3500000, "
           "output = '\"hi\"' WHERE id = ?",
           run);
    db.run("INSERT INTO event VALUES ((? << 32) + 1, 1700000000000001, 'agent_start', 1, 'a', 1, '{}')", run);
    add_message(db, "a", std::nullopt);
    add_message(db, "b", "a");
    use_message(db, run, "a");
    use_message(db, run, "b");
    CHECK(table(db,
                "SELECT namespace, kind, name, status, generation, spec FROM resource_overview ORDER BY "
                "kind, name",
                6) == "default|Agent|a|Ready|2|{}\n"
                      "default|Task|later|Pending|2|{}\n"
                      "default|Task|t|Succeeded|2|{}\n");
    CHECK(table(db, "SELECT * FROM run_overview", 16) ==
          "1|default|t|s|Succeeded|-|0|2023-11-14T22:13:20.000042Z|2023-11-14T22:13:21.000042Z|"
          "2023-11-14T22:13:23.500042Z|2500|0|0|0|\"hi\"|-\n");
    CHECK(table(db, "SELECT * FROM run_event", 10) ==
          "1|default|t|1|2023-11-14T22:13:20.000001Z|agent_start|1|a|1|{}\n");
    CHECK(table(db, "SELECT * FROM run_message ORDER BY hash", 7) ==
          "1|default|t|61|-|user|[]\n1|default|t|62|61|user|[]\n");
    (void)add_run(db, "new");
    CHECK(table(db, "SELECT created_at, started_at, duration_ms FROM run_overview WHERE task = 'new'", 3) ==
          "2023-11-14T22:13:20.000042Z|-|-\n");
}
