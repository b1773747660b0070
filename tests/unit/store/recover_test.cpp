// A damaged database, page by page: what comes out is whole, ours, and nothing that was not there.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

#include <fcntl.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "scratch.hpp"
#include "store/database.hpp"
#include "store/recover.hpp"
#include "store/resources.hpp"
#include "store/runs.hpp"

namespace {

using store::Connection;
using store::Transaction;

constexpr std::size_t page = 4096;
constexpr base::Time stored_at{1'700'000'000'000'000};

void make_target(const std::string& path) {
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    REQUIRE(file);
}

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// 60 secrets with values, 12 runs with 20 events and as many messages, in one file without a log.
void fill(const std::string& path) {
    const std::string work = path + ".work";
    Connection db = store::open_to_write(work);
    store::Resources resources(db);
    for (int i = 0; i < 60; ++i) {
        resource::Resource secret;
        secret.metadata.namespace_ = "default";
        secret.metadata.name = base::format("secret-{:02}", i);
        resource::SecretSpec spec;
        spec.data["value"] = base::SecretText("***");
        secret.spec = spec;
        (void)resources.put(secret, false, stored_at);
        resources.put_sealed({"default", secret.metadata.name}, {{"value", std::string(200, 'x')}});
    }
    store::Runs runs(db);
    for (int i = 0; i < 12; ++i) {
        Transaction transaction(db, Transaction::Kind::write);
        const std::int64_t id = runs.create({"default", base::format("task-{}", i)}, "s", 1, {}, stored_at);
        std::vector<trace::Event> events;
        std::vector<trace::StoredMessage> messages;
        for (int n = 1; n <= 20; ++n) {
            trace::Event event;
            event.seq = n;
            event.time = stored_at;
            event.payload =
                n == 1
                    ? trace::Payload(trace::TaskStart{})
                    : trace::Payload(trace::Warning{base::format("{} {} {}", i, n, std::string(300, 'w'))});
            events.push_back(event);
            messages.push_back({base::format("{:032x}", i * 100 + n), "", "user",
                                base::format(R"(["{}"])", std::string(100, 'm'))});
        }
        runs.write(id, events, messages);
        transaction.commit();
    }
    make_target(path);
    store::copy_into(db, path);
}

/// What a table holds: each row as one text.
std::set<std::string> rows(Connection& db, const std::string& columns, const std::string& table) {
    std::set<std::string> out;
    db.for_each(base::format("SELECT {} FROM {}", columns, table),
                [&](const store::Statement& row) { out.insert(std::string(row.text(0))); });
    return out;
}
const std::pair<const char*, const char*> looked_at[] = {
    {"name || spec || id", "resource"},
    {"resource_id || key || hex(sealed)", "secret_value"},
    {"task || id", "run"},
    {"id || type || payload", "event"},
    {"hex(hash) || parts || uses", "message"}};

std::int64_t total(Connection& db) {
    std::int64_t out = 0;
    for (const auto& [columns, table] : looked_at)
        out += std::ssize(rows(db, columns, table));
    return out;
}

} // namespace

TEST_CASE("of a whole database everything is recovered") {
    const scratch::Directory folder;
    fill(folder.path("a.db"));
    make_target(folder.path("b.db"));
    for (const store::RecoveredTable& table : store::recover(folder.path("a.db"), folder.path("b.db")))
        CHECK(table.whole);
    auto before = store::open_to_read(folder.path("a.db"));
    auto after = store::open_to_read(folder.path("b.db"));
    for (const auto& [columns, table] : looked_at) {
        CAPTURE(table);
        CHECK(rows(*before, columns, table).size() > 10);
        CHECK(rows(*before, columns, table) == rows(*after, columns, table));
    }
}

TEST_CASE("a page of garbage costs what stood there, and nothing is made up") {
    const scratch::Directory folder;
    fill(folder.path("a.db"));
    const std::string whole = read(folder.path("a.db"));
    auto before = store::open_to_read(folder.path("a.db"));
    const std::int64_t all = total(*before);
    std::mt19937 random(1);
    std::size_t hopeless = 0;
    std::size_t costly = 0;
    const std::size_t pages = whole.size() / page;
    REQUIRE(pages > 30);
    for (std::size_t i = 1; i < pages; ++i) {
        CAPTURE(i);
        std::string bytes = whole;
        for (std::size_t at = i * page; at < (i + 1) * page; ++at)
            bytes[at] = static_cast<char>(random());
        const std::string damaged = folder.path(base::format("d{}.db", i));
        const std::string made = folder.path(base::format("r{}.db", i));
        write(damaged, bytes);
        make_target(made);
        const std::string refused = scratch::complaint([&] { (void)store::recover(damaged, made); });
        if (!refused.empty()) { // the list of tables stood there
            ++hopeless;
            CHECK(refused == base::format("cannot recover '{}': the list of its tables cannot be read\n"
                                          "hint: put a backup back: orloj restore FILE",
                                          damaged));
            continue;
        }
        auto after = store::open_to_read(made);
        REQUIRE(after);
        CHECK(store::integrity_problem(*after).empty());
        for (const auto& [columns, table] : looked_at) {
            CAPTURE(table);
            const auto had = rows(*before, columns, table);
            const auto has = rows(*after, columns, table);
            if (std::string(table) != "message")
                CHECK(std::includes(had.begin(), had.end(), has.begin(), has.end()));
        }
        // A page holds some rows of one table; one that leads to others may cost a table and what belongs to
        // it.
        CHECK(total(*after) >= all / 6);
        if (total(*after) < all * 9 / 10) ++costly;
        std::filesystem::remove(damaged);
        std::filesystem::remove(made);
    }
    CHECK(hopeless < 5);
    CHECK(costly < 12);
}

TEST_CASE("without its first page a file tells nothing") {
    const scratch::Directory folder;
    fill(folder.path("a.db"));
    std::string bytes = read(folder.path("a.db"));
    std::fill_n(bytes.begin() + 60, 100, '\0');
    write(folder.path("d.db"), bytes);
    make_target(folder.path("r.db"));
    CHECK(
        !scratch::complaint([&] { (void)store::recover(folder.path("d.db"), folder.path("r.db")); }).empty());
}

TEST_CASE("damage is told from a file that is well, absent or not ours") {
    const scratch::Directory folder;
    fill(folder.path("a.db"));
    const std::string whole = read(folder.path("a.db"));
    CHECK(store::damage(folder.path("a.db")).empty());
    CHECK(store::damage(folder.path("absent.db")).empty());
    std::size_t found = 0;
    const std::size_t pages = whole.size() / page;
    for (std::size_t i = 1; i < pages; ++i) {
        std::string bytes = whole;
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * page), page, '\xee');
        write(folder.path("d.db"), bytes);
        const std::string damage = store::damage(folder.path("d.db"));
        CHECK(damage.find('\n') == std::string::npos);
        if (!damage.empty()) ++found;
    }
    CHECK(found > pages * 8 / 10); // what stands on pages of one long value is not looked at
    std::string bytes = whole;
    bytes[68] = 'x'; // the application id
    bytes[2 * page] = '\xee';
    write(folder.path("d.db"), bytes);
    CHECK(store::damage(folder.path("d.db")).empty());
}
