#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/os.hpp"
#include "scratch.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

using scratch::complaint;
using store::Connection;
using store::open_to_read;
using store::open_to_write;

namespace {

/// A database of another program.
void make_foreign(const std::string& path, const char* script) {
    base::write_private_file(path, "");
    Connection db =
        Connection::open(std::filesystem::canonical(path).string(), path, store::Opening::existing);
    db.exec(script);
}

constexpr char insert[] = "INSERT INTO revision VALUES (?, 'Agent', 'default', ?, '{}')";

void put(Connection& db, const std::string& name) {
    db.run(insert, store::Blob{name}, name);
}

std::int64_t count(Connection& db) {
    return db.integer("SELECT count(*) FROM revision");
}

std::uintmax_t size_of(const std::string& path) {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(path, missing);
    return missing ? 0 : size;
}

} // namespace

TEST_CASE("looking at a file that is not there creates nothing") {
    const scratch::Directory directory;
    CHECK_FALSE(open_to_read(directory.path("o.db")));
    CHECK_FALSE(open_to_read(directory.path("a/b/o.db")));
    CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("writing creates the file and its directories, private whatever the umask") {
    for (const mode_t mask : {mode_t{0}, mode_t{077}, mode_t{0277}}) {
        const scratch::Directory directory;
        std::filesystem::create_directories(directory.path("a/b"));
        const std::string path = directory.path("a/b/o.db");
        const mode_t before = ::umask(mask);
        {
            Connection db = open_to_write(path);
            put(db, "x");
        }
        ::umask(before);
        CHECK(scratch::mode_of(path) == 0600);
        CHECK(scratch::mode_of(path + "-wal") == 0600);
        CHECK(scratch::mode_of(path + "-shm") == 0600);
    }
    const scratch::Directory directory;
    const mode_t before = ::umask(0);
    (void)open_to_write(directory.path("a/b/o.db"));
    ::umask(before);
    CHECK(scratch::mode_of(directory.path("a")) == 0700);
    CHECK(scratch::mode_of(directory.path("a/b")) == 0700);
}

TEST_CASE("a new file is ours, current, durable and in write-ahead mode") {
    const scratch::Directory directory;
    Connection db = open_to_write(directory.path("o.db"));
    CHECK(db.integer("PRAGMA application_id") == 0x6f726c6a);
    CHECK(db.integer("PRAGMA user_version") == store::schema_version());
    CHECK(db.integer("PRAGMA synchronous") == 2);
    CHECK(db.integer("PRAGMA secure_delete") == 1);
    CHECK(db.integer("PRAGMA foreign_keys") == 1);
    CHECK(db.query("PRAGMA integrity_check").step());
    const auto header = db.file_header();
    REQUIRE(header);
    CHECK(header->wal);
    CHECK(header->application_id == store::application_id);
    CHECK(db.shown() == directory.path("o.db"));
}

TEST_CASE("an empty file becomes a database, and reads as nothing before") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    base::write_private_file(path, "");
    CHECK_FALSE(open_to_read(path));
    CHECK(size_of(path) == 0);
    {
        Connection db = open_to_write(path);
        put(db, "x");
    }
    std::optional<Connection> reader = open_to_read(path);
    REQUIRE(reader);
    CHECK(count(*reader) == 1);
}

TEST_CASE("files that are not ours are refused and left as they are") {
    struct Row {
        const char* script; // nullptr: the file is text
        const char* complaint;
    };
    const Row rows[] = {
        {nullptr, "cannot open '{}': file is not a database"},
        {"CREATE TABLE places (x)", "cannot use '{}': it holds tables of another program"},
        {"PRAGMA user_version = 1; CREATE TABLE places (x)",
         "cannot use '{}': it holds tables of another program"},
        {"PRAGMA user_version = 3", "cannot use '{}': it holds tables of another program"},
        {"PRAGMA application_id = 252006674; CREATE TABLE x (y)",
         "cannot use '{}': it belongs to another program (application id 0x0f055112)"},
        {"PRAGMA application_id = -1; PRAGMA user_version = 1",
         "cannot use '{}': it belongs to another program (application id 0xffffffff)"},
    };
    for (const Row& row : rows) {
        const scratch::Directory directory;
        const std::string path = directory.path("o.db");
        if (row.script != nullptr)
            make_foreign(path, row.script);
        else
            base::write_private_file(path,
                                     "kind: Agent\nmetadata: {name: long enough to be more than a header}\n");
        const std::string before = base::read_file(path, 1'000'000);
        std::string expected = row.complaint;
        expected.replace(expected.find("{}"), 2, path);
        expected += "\nhint: name another file with --db";
        CHECK(complaint([&] { (void)open_to_read(path); }) == expected);
        CHECK(complaint([&] { (void)open_to_write(path); }) == expected);
        CHECK(base::read_file(path, 1'000'000) == before);
    }
}

TEST_CASE("a file of a newer orloj is refused") {
    for (const char* version : {"6", "99"}) {
        CAPTURE(version);
        const scratch::Directory directory;
        const std::string path = directory.path("o.db");
        open_to_write(path).exec(("PRAGMA user_version = " + std::string(version)).c_str());
        const std::string expected = "cannot use '" + path + "': a newer orloj wrote it (schema " + version +
                                     ", this one knows 5)\n"
                                     "hint: update orloj, or name another file with --db";
        CHECK(complaint([&] { (void)open_to_read(path); }) == expected);
        CHECK(complaint([&] { (void)open_to_write(path); }) == expected);
    }
}

TEST_CASE("a migration that fails leaves the file as it was") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    base::write_private_file(path, "");
    const std::string real = std::filesystem::canonical(path).string();
    {
        Connection db = Connection::open(real, path, store::Opening::existing);
        for (std::size_t i = 0; i < 3; ++i)
            db.exec(store::migrations()[i]);
        db.exec("DROP VIEW run_overview"); // the fourth has it replaced, after it has added columns
    }
    CHECK_FALSE(complaint([&] { (void)open_to_write(path); }).empty());
    Connection db = Connection::open(real, path, store::Opening::existing);
    CHECK(db.integer("PRAGMA user_version") == 3);
    CHECK(db.integer("SELECT count(*) FROM pragma_table_info('run') WHERE name = 'cost_picos'") == 0);
}

TEST_CASE("a glance makes nothing, and brings nothing up to date") {
    const scratch::Directory home;
    const std::string path = home.path("glance.db");
    CHECK(!store::open_to_glance(path));
    CHECK(!std::filesystem::exists(path));
    open_to_write(path);
    CHECK(store::open_to_glance(path));
    open_to_write(path).exec("PRAGMA user_version = 1");
    CHECK(!store::open_to_glance(path));
    CHECK(Connection::open(path, path, store::Opening::existing).integer("PRAGMA user_version") == 1);
}

TEST_CASE("a directory, a link and a missing way are refused") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    std::filesystem::create_directory(directory.path("d"));
    for (const auto& work : {+[](const std::string& p) { (void)open_to_read(p); },
                             +[](const std::string& p) { (void)open_to_write(p); }}) {
        CHECK(complaint([&] { work(directory.path("d")); }) ==
              "cannot open '" + directory.path("d") + "': it is a directory\nhint: name a file with --db");
    }
    (void)open_to_write(path);
    std::filesystem::create_symlink(path, directory.path("link.db"));
    const std::string linked = "cannot open '" + directory.path("link.db") +
                               "': it is a symbolic link\nhint: name the file it points to with --db";
    CHECK(complaint([&] { (void)open_to_read(directory.path("link.db")); }) == linked);
    CHECK(complaint([&] { (void)open_to_write(directory.path("link.db")); }) == linked);
    std::filesystem::create_symlink("/nowhere/at/all.db", directory.path("dangling.db"));
    CHECK(complaint([&] { (void)open_to_write(directory.path("dangling.db")); }) ==
          "cannot open '" + directory.path("dangling.db") +
              "': it is a symbolic link\nhint: name the file it points to with --db");
    // A link to the directory is the person's own business.
    std::filesystem::create_directory_symlink(directory.path(), directory.path("d/up"));
    CHECK(open_to_read(directory.path("d/up/o.db")));
    base::write_private_file(directory.path("file"), "x");
    CHECK(complaint([&] { (void)open_to_write(directory.path("file/o.db")); }) ==
          "cannot open '" + directory.path("file/o.db") + "': Not a directory");
}

TEST_CASE("odd names are names") {
    const scratch::Directory directory;
    for (const char* name : {"a b?c%20#.db", ":memory:", "file:x.db?mode=memory", "o'db"}) {
        {
            Connection db = open_to_write(directory.path(name));
            put(db, name);
        }
        CHECK(size_of(directory.path(name)) > 0);
        std::optional<Connection> reader = open_to_read(directory.path(name));
        REQUIRE(reader);
        CHECK(count(*reader) == 1);
    }
}

TEST_CASE("a short command leaves its log behind, a long one cleans up") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    {
        Connection db = open_to_write(path);
        put(db, "x");
    }
    CHECK(size_of(path + "-wal") > 0);
    CHECK(std::filesystem::exists(path + "-shm"));
    const std::uintmax_t before = size_of(path);
    {
        Connection db = open_to_write(path);
        CHECK(count(db) == 1);
        store::Transaction transaction(db, store::Transaction::Kind::write);
        for (int i = 0; i < 100; ++i)
            put(db, std::to_string(i) + std::string(2000, 'x'));
        transaction.commit();
        CHECK(size_of(path + "-wal") > 100U * 4096);
    }
    CHECK(std::filesystem::exists(path + "-wal"));
    CHECK(size_of(path + "-wal") == 0);
    CHECK(size_of(path) > before);
    std::optional<Connection> reader = open_to_read(path);
    REQUIRE(reader);
    CHECK(count(*reader) == 101);
}

TEST_CASE("what a killed process committed is there, what it did not is not") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    const pid_t child = scratch::start([&] {
        Connection db = open_to_write(path);
        put(db, "committed");
        store::Transaction transaction(db, store::Transaction::Kind::write);
        put(db, "not committed");
        (void)::kill(::getpid(), SIGKILL);
        return true;
    });
    CHECK(scratch::wait_for(child) == -1);
    std::optional<Connection> reader = open_to_read(path);
    REQUIRE(reader);
    CHECK(count(*reader) == 1);
}

TEST_CASE("deleted values do not stay in the file") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    {
        Connection db = open_to_write(path);
        put(db, "CANARY_deleted");
        db.run("DELETE FROM revision");
        db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    CHECK(base::read_file(path, 100'000'000).find("CANARY") == std::string::npos);
    CHECK(base::read_file(path + "-wal", 100'000'000).find("CANARY") == std::string::npos);
}

TEST_CASE("processes that start at once make one database") {
    for (int round = 0; round < 3; ++round) {
        const scratch::Directory directory;
        const std::string path = directory.path("a/o.db");
        int gate[2];
        REQUIRE(::pipe(gate) == 0);
        pid_t children[4];
        for (pid_t& child : children) {
            child = scratch::start([&] {
                ::close(gate[1]);
                char ignored = 0;
                (void)!::read(gate[0], &ignored, 1); // returns when the parent opens the gate
                for (int i = 0; i < 5; ++i) {
                    Connection db = open_to_write(path);
                    put(db, std::to_string(::getpid()) + "/" + std::to_string(i));
                }
                return true;
            });
        }
        ::close(gate[0]);
        ::close(gate[1]);
        for (const pid_t child : children)
            CHECK(scratch::wait_for(child) == 0);
        Connection db = open_to_write(path);
        CHECK(count(db) == 20);
        CHECK(db.file_header()->wal);
        store::Statement check = db.query("PRAGMA integrity_check");
        REQUIRE(check.step());
        CHECK(check.text(0) == "ok");
    }
}

TEST_CASE("many writers never see each other") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    (void)open_to_write(path);
    pid_t children[4];
    for (pid_t& child : children) {
        child = scratch::start([&] {
            Connection db = open_to_write(path);
            for (int i = 0; i < 25; ++i) {
                store::Transaction transaction(db, store::Transaction::Kind::write);
                const std::int64_t seen = count(db);
                put(db, std::to_string(seen)); // a lost update would be a duplicate key
                transaction.commit();
            }
            return true;
        });
    }
    for (const pid_t child : children)
        CHECK(scratch::wait_for(child) == 0);
    std::optional<Connection> reader = open_to_read(path);
    REQUIRE(reader);
    CHECK(count(*reader) == 100);
}

TEST_CASE("who commits often writes into a log that is long enough already") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    Connection db = open_to_write(path);
    std::size_t grew = 0;
    std::uintmax_t size = 0;
    for (int i = 0; i < 120; ++i) {
        store::Transaction transaction(db, store::Transaction::Kind::write);
        put(db, std::to_string(i));
        transaction.commit();
        const std::uintmax_t now = std::filesystem::file_size(path + "-wal");
        if (std::exchange(size, now) != now) ++grew;
    }
    CHECK(grew < 40); // each of the first, then seldom
    CHECK(size < 2'000'000);
    CHECK(count(db) == 120);
    CHECK(store::integrity_problem(db).empty());
    std::optional<Connection> reader = open_to_read(path);
    REQUIRE(reader);
    CHECK(count(*reader) == 120);
}

TEST_CASE("an interrupted creation is finished by the next process") {
    const scratch::Directory directory;
    const std::string path = directory.path("o.db");
    base::write_private_file(path, "");
    { // the schema is there, the switch to write-ahead mode was not reached
        Connection db =
            Connection::open(std::filesystem::canonical(path).string(), path, store::Opening::existing);
        db.exec(store::migrations()[0]);
    }
    CHECK(open_to_read(path));
    Connection db = open_to_write(path);
    CHECK(db.file_header()->wal);
}

TEST_CASE("files and directories one may only read") {
    if (::geteuid() != 0) return; // becoming another user takes root
    const scratch::Directory directory;
    ::chmod(directory.path().c_str(), 0755);
    const std::string path = directory.path("o.db");
    const auto prepare = [&](bool with_log) {
        for (const char* suffix : {"", "-wal", "-shm"})
            std::filesystem::remove(path + suffix);
        {
            Connection db = open_to_write(path);
            put(db, "x");
            if (!with_log) db.run("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        for (const char* suffix : {"", "-wal", "-shm"})
            ::chmod((path + suffix).c_str(), 0644);
    };
    const auto look = [&] {
        return scratch::said_by(scratch::As::nobody, [&] {
            std::string said = complaint([&] {
                std::optional<Connection> db = open_to_read(path);
                if (!db || count(*db) != 1) throw base::Error(base::Fault::bug, "not what was stored");
            });
            return said.empty() ? "fine" : said;
        });
    };
    SUBCASE("a log and its index") {
        prepare(true);
        CHECK(look() == "fine");
    }
    SUBCASE("no log") {
        prepare(false);
        std::filesystem::remove(path + "-wal");
        std::filesystem::remove(path + "-shm");
        CHECK(look() == "fine");
    }
    SUBCASE("an empty log") {
        prepare(false);
        std::filesystem::remove(path + "-shm");
        CHECK(look() == "fine");
    }
    SUBCASE("a log without its index") {
        prepare(true);
        std::filesystem::remove(path + "-shm");
        CHECK(look() ==
              "cannot read '" + path + "': what was written last is still in '" + path +
                  "-wal', and its directory is read-only\nhint: copy both files to a directory you may "
                  "write to, and name the copy with --db");
    }
    SUBCASE("a file one may not read") {
        prepare(true);
        ::chmod(path.c_str(), 0600);
        CHECK(look() ==
              "cannot open '" + path +
                  "': Permission denied\nhint: make the file and its directory readable and writable for "
                  "you, or name another file with --db");
    }
    SUBCASE("writing") {
        prepare(true);
        CHECK(scratch::said_by(scratch::As::nobody,
                               [&] { return complaint([&] { (void)open_to_write(path); }); }) ==
              "cannot write to '" + path +
                  "': the file is read-only\nhint: make the file writable for you, or name another file with "
                  "--db");
    }
    SUBCASE("creating") {
        CHECK(scratch::said_by(scratch::As::nobody,
                               [&] { return complaint([&] { (void)open_to_write(path); }); }) ==
              "cannot create '" + path +
                  "': Permission denied\nhint: name a file in a directory you may write to with --db");
        CHECK(scratch::said_by(
                  scratch::As::nobody,
                  [&] { return complaint([&] { (void)open_to_write(directory.path("new/o.db")); }); }) ==
              "cannot create '" + directory.path("new/o.db") + "': cannot create the directory '" +
                  directory.path("new") +
                  "': Permission denied\nhint: name a file in a directory you may write to with --db");
    }
}
