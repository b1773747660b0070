#include "store/recover.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

namespace store {

namespace {

using base::Error;
using base::Fault;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
/// Looks at places behind damage, so that a file with nothing behind it is not looked at for ever.
constexpr int most_looks = 20'000;

/// Owners before what they own. `number`: the column that rows of the table are found by, "" where it is
/// several, whose order is that of the table.
struct CopiedTable {
    std::string_view table;
    std::string_view number;
    std::string_view order;
};
// A damaged row may hold anything; what this version could not have written is left out by the constraints.
constexpr auto places = std::to_array<CopiedTable>({
    {"resource", "id", ""},
    {"revision", "", "hash"},
    {"run", "id", ""},
    {"message", "id", ""},
    {"secret_value", "", "resource_id, key"},
    {"probe", "resource_id", ""},
    {"cancel_request", "run_id", ""},
    {"run_revision", "", "run_id, role, kind, namespace, name"},
    {"message_use", "", "run_id, message_id"},
    {"event", "id", ""},
});

// Rows whose owner was lost. What a message's triggers count is counted anew.
constexpr char tidy_up[] = R"sql(
DELETE FROM secret_value WHERE resource_id NOT IN (SELECT id FROM resource);
DELETE FROM probe WHERE resource_id NOT IN (SELECT id FROM resource);
DELETE FROM cancel_request WHERE run_id NOT IN (SELECT id FROM run);
DELETE FROM run_revision WHERE run_id NOT IN (SELECT id FROM run) OR hash NOT IN (SELECT hash FROM revision);
DELETE FROM message_use WHERE run_id NOT IN (SELECT id FROM run) OR message_id NOT IN (SELECT id FROM message);
DELETE FROM event WHERE id >> 32 NOT IN (SELECT id FROM run);
UPDATE message SET uses = (SELECT count(*) FROM message_use WHERE message_id = message.id);
DELETE FROM message WHERE uses = 0;
DELETE FROM revision WHERE hash NOT IN (SELECT hash FROM run_revision);
)sql";

class Copying {
  public:
    Copying(Connection& from, Connection& into, const CopiedTable& place)
        : from_(from), into_(into), place_(place) {
        const std::int64_t columns = into.integer("SELECT count(*) FROM pragma_table_info(?)", place.table);
        std::string marks;
        for (std::int64_t i = 0; i < columns; ++i)
            marks += i == 0 ? "?" : ", ?";
        put_ = base::format("INSERT OR IGNORE INTO {} VALUES ({})", place.table, marks);
    }

    RecoveredTable run() {
        if (place_.number.empty())
            by_order();
        else
            by_number();
        return {std::string(place_.table), rows_, whole_};
    }

  private:
    enum class Way { up, down };

    /// Copies rows until there are none left (true) or the next one cannot be read (false).
    template <typename... Values>
    bool copy(const std::string& sql, const Values&... values) {
        std::optional<Statement> rows;
        for (;;) {
            try {
                if (!rows) rows.emplace(from_.query(sql, values...));
                if (!rows->step()) return true;
            } catch (const Error& error) {
                if (error.fault() != Fault::store) throw;
                return false;
            }
            Statement put = into_.prepare(put_);
            put.bind_row(*rows);
            if (put.run_if_allowed()) rows_ += into_.changes();
            if (!place_.number.empty()) last_ = rows->integer(0);
        }
    }

    void by_order() {
        const std::string sql = base::format("SELECT * FROM {} ORDER BY ", place_.table);
        if (copy(sql + std::string(place_.order))) return;
        whole_ = false;
        (void)copy(sql + base::replace_all(place_.order, ",", " DESC,") + " DESC");
    }

    /// From `low` up, or from `high` down; what was read last is in last_ then.
    bool copy_numbers(Way way, std::int64_t low, std::int64_t high) {
        last_ = way == Way::up ? low : high;
        return copy(base::format("SELECT * FROM {} WHERE {} > ? AND {} < ? ORDER BY {} {}", place_.table,
                                 place_.number, place_.number, place_.number,
                                 way == Way::up ? "ASC" : "DESC"),
                    low, high);
    }

    void by_number() {
        if (copy_numbers(Way::up, least, most)) return;
        whole_ = false;
        std::int64_t low = std::max<std::int64_t>(last_, 0);
        (void)copy_numbers(Way::down, low, most);
        const std::int64_t high = last_;
        // Between the two, pages may be good again: the steps grow until one is found.
        std::int64_t step = 1;
        for (int looks = 0; looks < most_looks && low < high - 1; ++looks) {
            const std::int64_t before = last_ = low + std::min(step, high - 1 - low) - 1;
            if (copy_numbers(Way::up, before, high)) return;
            const bool found = last_ > before;
            low = found ? last_ : before + 1;
            step = found ? 1 : step > most / 2 ? most : step * 2;
        }
    }

    Connection& from_;
    Connection& into_;
    const CopiedTable& place_;
    std::string put_;
    std::int64_t rows_ = 0;
    std::int64_t last_ = 0;
    bool whole_ = true;
};

Error hopeless(const Connection& damaged, std::string_view why) {
    return Error(Fault::store, base::format("cannot recover '{}': {}", damaged.shown(), why))
        .hint("put a backup back: orloj restore FILE");
}

/// Throws when the file does not say which tables it has: without that no row is found.
std::int64_t version_of(Connection& damaged) {
    const auto id = static_cast<std::uint32_t>(damaged.integer("PRAGMA application_id"));
    const std::int64_t version = damaged.integer("PRAGMA user_version");
    if (id != application_id || version < 1 || version > schema_version())
        throw hopeless(damaged, "its first page does not say that this orloj wrote it");
    try {
        damaged.for_each("SELECT sql FROM sqlite_schema", [](const Statement&) {});
    } catch (const Error&) {
        throw hopeless(damaged, "the list of its tables cannot be read");
    }
    return version;
}

} // namespace

std::vector<RecoveredTable> recover(const std::string& path, const std::string& into) {
    const std::string real = std::filesystem::absolute(path).string();
    Connection damaged = Connection::open(real, path, Opening::existing);
    const std::int64_t version = version_of(damaged);
    std::vector<RecoveredTable> out;
    {
        Connection made = Connection::open(std::filesystem::absolute(into).string(), into, Opening::existing);
        made.exec("PRAGMA foreign_keys = OFF");
        Transaction transaction(made, Transaction::Kind::write);
        for (std::int64_t i = 0; i < version; ++i)
            made.exec(migrations()[static_cast<std::size_t>(i)]);
        for (const CopiedTable& place : places) {
            const bool known =
                made.integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?",
                             place.table) > 0;
            if (known) out.push_back(Copying(damaged, made, place).run());
        }
        made.exec(tidy_up);
        transaction.commit();
    }
    (void)open_to_write(into); // brings an older schema up to date
    return out;
}

} // namespace store
