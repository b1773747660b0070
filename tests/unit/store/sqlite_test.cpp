#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "base/os.hpp"
#include "scratch.hpp"
#include "store/database.hpp"
#include "store/sqlite.hpp"

using scratch::complaint;
using store::Connection;
using store::Statement;
using store::Transaction;

namespace {

Connection memory() {
    return Connection::open(":memory:", "t.db", store::Opening::memory);
}

} // namespace

TEST_CASE("values come back as they were bound") {
    Connection db = memory();
    db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT, b BLOB) STRICT");
    const std::string odd("a\0b'\xff", 5);
    const std::string_view nothing;
    CHECK(db.run("INSERT INTO t (n, s, b) VALUES (?, ?, ?)", INT64_MIN, odd, store::Blob{odd}) == 1);
    CHECK(db.last_insert_id() == 1);
    db.run("INSERT INTO t (n, s, b) VALUES (?, ?, ?)", true, nothing, store::Blob{nothing});
    db.run("INSERT INTO t (n, s, b) VALUES (?, ?, ?)", std::optional<int>(), std::nullopt,
           std::optional<store::Blob>());
    db.run("INSERT INTO t (n, s, b) VALUES (?, ?, ?)", std::optional<int>(7), "x", std::nullopt);

    Statement rows = db.query("SELECT n, s, b, typeof(s), typeof(b) FROM t ORDER BY id");
    REQUIRE(rows.step());
    CHECK(rows.integer(0) == INT64_MIN);
    CHECK(rows.text(1) == odd);
    CHECK(rows.blob(2) == odd);
    REQUIRE(rows.step());
    CHECK(rows.integer(0) == 1);
    CHECK(rows.text_or_null(1) == "");
    CHECK(rows.text(3) == "text");
    CHECK(rows.text(4) == "blob");
    REQUIRE(rows.step());
    CHECK(rows.integer_or_null(0) == std::nullopt);
    CHECK(rows.text_or_null(1) == std::nullopt);
    CHECK(rows.is_null(2));
    REQUIRE(rows.step());
    CHECK(rows.integer_or_null(0) == 7);
    CHECK_FALSE(rows.step());
    CHECK_FALSE(rows.step()); // and does not start over
}

TEST_CASE("SQL in a value is only a value") {
    Connection db = memory();
    db.exec("CREATE TABLE t (s TEXT) STRICT");
    db.run("INSERT INTO t VALUES (?)", "'); DROP TABLE t; --");
    CHECK(db.integer("SELECT count(*) FROM t WHERE s = ?", "'); DROP TABLE t; --") == 1);
}

TEST_CASE("a statement is prepared once, and again while it is in use") {
    Connection db = memory();
    db.exec("CREATE TABLE t (n INTEGER) STRICT; INSERT INTO t VALUES (1), (2), (3)");
    for (int i = 0; i < 3; ++i)
        CHECK(db.integer("SELECT count(*) FROM t WHERE n >= ?", i) == (i == 0 ? 3 : 4 - i));
    // Nested use of the same text: the inner one must not disturb the outer one.
    std::int64_t pairs = 0;
    db.for_each("SELECT n FROM t", [&](const Statement&) {
        db.for_each("SELECT n FROM t", [&](const Statement& inner) { pairs += inner.integer(0); });
    });
    CHECK(pairs == 18);
    // More texts than the cache keeps.
    for (int i = 0; i < 300; ++i)
        CHECK(db.integer("SELECT " + std::to_string(i)) == i);
    CHECK(db.integer("SELECT 7") == 7);
    // An earlier value does not stay bound.
    CHECK(complaint([&] { db.integer("SELECT count(*) FROM t WHERE n >= ?"); }, base::Fault::bug) ==
          "0 values for the statement 'SELECT count(*) FROM t WHERE n >= ?'");
    CHECK(complaint([&] { db.run("SELECT ?", 1, 2); }, base::Fault::bug) ==
          "2 values for the statement 'SELECT ?'");
    CHECK(complaint([&] { db.integer("SELECT n FROM t WHERE n > 9"); }, base::Fault::bug) ==
          "no row from the statement 'SELECT n FROM t WHERE n > 9'");
    // A cached statement survives a change of the schema.
    db.exec("ALTER TABLE t ADD COLUMN m INTEGER");
    CHECK(db.integer("SELECT count(*) FROM t WHERE n >= ?", 2) == 2);
}

TEST_CASE("errors name the file, the operation and SQLite's reason") {
    Connection db = memory();
    db.exec("CREATE TABLE t (n INTEGER NOT NULL UNIQUE) STRICT; INSERT INTO t VALUES (1)");
    CHECK(complaint([&] { db.run("SELECT * FROM absent"); }) ==
          "cannot prepare a statement for 't.db': no such table: absent");
    CHECK(complaint([&] { db.run("INSERT INTO t VALUES (?)", 1); }) ==
          "cannot write to 't.db': UNIQUE constraint failed: t.n");
    CHECK(complaint([&] { db.run("INSERT INTO t VALUES (?)", std::nullopt); }) ==
          "cannot write to 't.db': NOT NULL constraint failed: t.n");
    CHECK(complaint([&] { db.run("INSERT INTO t VALUES (?)", "x"); }) ==
          "cannot write to 't.db': cannot store TEXT value in INTEGER column t.n");
    CHECK(complaint([&] { db.run("SELECT \"no such column\" FROM t"); }) ==
          "cannot prepare a statement for 't.db': no such column: no such column");
    CHECK(complaint([&] { db.run(""); }, base::Fault::bug) == "an empty statement for the database");
    CHECK(complaint([&] { db.exec("nonsense"); }) ==
          "cannot write to 't.db': near \"nonsense\": syntax error");
    CHECK(db.integer("SELECT count(*) FROM t") == 1);
}

TEST_CASE("a transaction is all or nothing") {
    Connection db = memory();
    db.exec("CREATE TABLE t (n INTEGER) STRICT");
    {
        Transaction transaction(db, Transaction::Kind::write);
        db.run("INSERT INTO t VALUES (1)");
        CHECK(db.in_transaction());
    }
    CHECK_FALSE(db.in_transaction());
    CHECK(db.integer("SELECT count(*) FROM t") == 0);
    {
        Transaction transaction(db, Transaction::Kind::write);
        db.run("INSERT INTO t VALUES (1)");
        CHECK(complaint([&] { const Transaction inner(db, Transaction::Kind::read); }, base::Fault::bug) ==
              "a transaction inside a transaction");
        transaction.commit();
    }
    CHECK_FALSE(db.in_transaction());
    CHECK(db.integer("SELECT count(*) FROM t") == 1);
    CHECK(complaint([&] {
              const Transaction transaction(db, Transaction::Kind::write);
              db.run("INSERT INTO t VALUES (2)");
              db.run("INSERT INTO t VALUES (?)", "x");
          }) == "cannot write to 't.db': cannot store TEXT value in INTEGER column t.n");
    CHECK(db.integer("SELECT count(*) FROM t") == 1);
}

TEST_CASE("a reader sees one state throughout its transaction") {
    const scratch::Directory directory;
    Connection writer = store::open_to_write(directory.path("o.db"));
    writer.exec("CREATE TABLE t (n INTEGER) STRICT; INSERT INTO t VALUES (1)");
    std::optional<Connection> reader = store::open_to_read(directory.path("o.db"));
    REQUIRE(reader);
    {
        const Transaction transaction(*reader, Transaction::Kind::read);
        CHECK(reader->integer("SELECT count(*) FROM t") == 1);
        writer.run("INSERT INTO t VALUES (2)");
        CHECK(reader->integer("SELECT count(*) FROM t") == 1);
    }
    CHECK(reader->integer("SELECT count(*) FROM t") == 2);
}

TEST_CASE("a full disk undoes the transaction and says so") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    Connection db = store::open_to_write(path);
    db.exec("CREATE TABLE t (b BLOB) STRICT; INSERT INTO t VALUES (x'00'); PRAGMA max_page_count = 60");
    const std::string big(100'000, 'x');
    CHECK(complaint([&] {
              Transaction transaction(db, Transaction::Kind::write);
              for (int i = 0; i < 20; ++i)
                  db.run("INSERT INTO t VALUES (?)", store::Blob{big});
              transaction.commit();
          }) == "cannot write to '" + path +
                    "': database or disk is full\nhint: free some space on the disk, then try again");
    CHECK_FALSE(db.in_transaction());
    CHECK(db.integer("SELECT count(*) FROM t") == 1);
    db.run("INSERT INTO t VALUES (?)", store::Blob{"small"});
    CHECK(db.integer("SELECT count(*) FROM t") == 2);
}

TEST_CASE("another writer is waited for, and named when it does not end") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    Connection first = store::open_to_write(path);
    Connection second = store::open_to_write(path);
    second.run("PRAGMA busy_timeout = 0");
    const Transaction transaction(first, Transaction::Kind::write);
    CHECK(complaint([&] { const Transaction other(second, Transaction::Kind::write); }) ==
          "cannot write to '" + path +
              "': another orloj process is writing (database is locked)\nhint: wait until it has finished, "
              "then run "
              "the command again");
}

TEST_CASE("a damaged file is reported with a way to save what is left") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    {
        Connection db = store::open_to_write(path);
        db.exec("CREATE TABLE t (s TEXT) STRICT");
        for (int i = 0; i < 200; ++i)
            db.run("INSERT INTO t VALUES (?)", std::string(2000, 'x'));
        db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    {
        std::string bytes = base::read_file(path, 100'000'000);
        for (std::size_t page = 20; page * 4096 + 100 < bytes.size(); ++page)
            bytes.replace(page * 4096, 100, 100, '\xee');
        std::filesystem::remove(path);
        base::write_private_file(path, bytes);
    }
    Connection db = store::open_to_write(path);
    CHECK(
        complaint([&] { db.for_each("SELECT s FROM t", [](const Statement&) {}); }) ==
        "cannot read '" + path +
            "': database disk image is malformed\nhint: put a backup back (orloj restore FILE), or save what "
            "can be read: orloj recover NEW");
}

TEST_CASE("a hostile file cannot change the schema or load code") {
    Connection db = memory();
    db.exec("CREATE TABLE t (n INTEGER) STRICT");
    CHECK(complaint([&] { db.exec("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema"); }) ==
          "cannot write to 't.db': table sqlite_master may not be modified");
    CHECK(complaint([&] { db.run("SELECT load_extension('x')"); }) == "cannot read 't.db': not authorized");
    CHECK(db.integer("PRAGMA trusted_schema") == 0);
    CHECK(db.integer("PRAGMA foreign_keys") == 1);
    CHECK(db.integer("PRAGMA cell_size_check") == 1);
}
