// SQLite with owners: a connection closes itself, a statement goes back to its cache, a transaction rolls
// back unless it was committed. The only room-wide door to SQLite; sqlite3.h is included in this header's
// .cpp alone. Invariant: values reach SQL only as bound parameters, and every failure is an Error{store} that
// says what was being done to which file and, where we know it, what to do next.
//
// One thread uses a connection. Statements must not outlive their connection.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace store {

/// Binds bytes as a BLOB; text binds as TEXT, and STRICT tables tell them apart.
struct Blob {
    std::string_view bytes;
};

struct ConnectionState;
struct CachedStatement;

/// A statement and its current row. Resets itself and forgets its values when it goes.
class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    /// All parameters in order; throws Error{bug} when their number differs. Values are copied. Takes
    /// integers and bool, text, Blob, nullopt for NULL, and optionals of these.
    template <typename... Values>
    Statement& bind(const Values&... values) {
        expect_parameters(sizeof...(values));
        int index = 0;
        (put(++index, values), ...);
        return *this;
    }

    /// As many parameters as the current row of `row` has columns, with its values as they are. Throws
    /// Error{bug} when their numbers differ.
    Statement& bind_row(const Statement& row);

    /// Moves to the next row; false after the last one.
    bool step();
    /// Runs to the end, dropping rows.
    void run();
    /// The same for a statement that changes one row; false when a constraint forbids it.
    bool run_if_allowed();

    /// Columns of the current row, counted from 0. Text and blobs are valid until the next step; NULL reads
    /// as 0 and as empty.
    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    [[nodiscard]] std::string_view text(int column) const noexcept;
    [[nodiscard]] std::string_view blob(int column) const noexcept;
    [[nodiscard]] bool is_null(int column) const noexcept;
    [[nodiscard]] std::optional<std::int64_t> integer_or_null(int column) const noexcept;
    [[nodiscard]] std::optional<std::string> text_or_null(int column) const;

  private:
    friend class Connection;
    Statement(ConnectionState& state, CachedStatement* cached, sqlite3_stmt* statement) noexcept;

    void expect_parameters(std::size_t count) const;
    void put(int index, std::string_view text);
    void put(int index, const char* text) { put(index, std::string_view(text)); }
    void put(int index, const std::string& text) { put(index, std::string_view(text)); }
    void put(int index, const Blob& blob);
    void put(int index, std::nullopt_t);
    template <std::integral Integer>
    void put(int index, Integer value) {
        static_assert(sizeof(Integer) < 8 || std::signed_integral<Integer>, "SQLite's integers are int64_t");
        put_integer(index, static_cast<std::int64_t>(value));
    }
    template <typename Value>
    void put(int index, const std::optional<Value>& value) {
        value ? put(index, *value) : put(index, std::nullopt);
    }
    void put_integer(int index, std::int64_t value);
    void check(int code) const;

    ConnectionState* state_;
    CachedStatement* cached_; // null: this object owns statement_
    sqlite3_stmt* statement_;
    bool done_ = false;
};

/// How a connection is opened. Nothing here creates a file.
enum class Opening {
    existing,  ///< for reading and writing; for reading only when that is all the file allows
    immutable, ///< for reading a file nobody can be writing: no locks, no files beside it
    memory,    ///< a new, empty, private database
};

/// What the first 100 bytes of a database file say, read without taking a lock.
struct FileHeader {
    std::uint32_t application_id = 0;
    bool wal = false; ///< the file is in write-ahead mode
};

class Connection {
  public:
    /// `path` is opened as it is, except that a symbolic link anywhere in it is an error. `shown` names the
    /// file in messages. Waits up to 10 s for other writers. A hostile file can neither load code nor run
    /// functions with side effects.
    static Connection open(const std::string& path, const std::string& shown, Opening opening);
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) = delete;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// A prepared statement, taken from the cache of this connection when it is free there.
    Statement prepare(std::string_view sql);

    /// A statement with its values, ready to step.
    template <typename... Values>
    Statement query(std::string_view sql, const Values&... values) {
        Statement statement = prepare(sql);
        statement.bind(values...);
        return statement;
    }
    /// Runs one statement; returns how many rows it inserted, changed or deleted (triggers not counted).
    template <typename... Values>
    std::int64_t run(std::string_view sql, const Values&... values) {
        query(sql, values...).run();
        return changes();
    }
    /// Calls visit(const Statement&) for each row.
    template <typename Visit, typename... Values>
    void for_each(std::string_view sql, Visit&& visit, const Values&... values) {
        Statement statement = query(sql, values...);
        while (statement.step())
            visit(static_cast<const Statement&>(statement));
    }
    /// The first column of the first row; throws Error{bug} when there is no row.
    template <typename... Values>
    std::int64_t integer(std::string_view sql, const Values&... values) {
        Statement statement = query(sql, values...);
        if (!statement.step()) no_row(sql);
        return statement.integer(0);
    }

    /// Runs a script of constant statements.
    void exec(const char* script);

    [[nodiscard]] std::int64_t changes() const noexcept;
    [[nodiscard]] std::int64_t last_insert_id() const noexcept;
    [[nodiscard]] bool in_transaction() const noexcept;
    /// Another number after every commit of somebody else, and the same one otherwise. Costs microseconds.
    std::int64_t data_version() { return integer("PRAGMA data_version"); }
    /// False when the file can only be read.
    [[nodiscard]] bool writable() const noexcept;
    /// The file as messages name it.
    [[nodiscard]] const std::string& shown() const noexcept;
    /// nullopt for a database in memory and for a file that does not (yet) start like a database.
    [[nodiscard]] std::optional<FileHeader> file_header() const noexcept;

    /// Whether what failed last did so because a page of the file is not what it has to be.
    [[nodiscard]] bool found_damage() const noexcept;

    /// Whether the file was deleted or replaced since it was opened: what is written now would be lost.
    [[nodiscard]] bool moved() const noexcept;

    /// Puts the file into write-ahead mode, waiting up to 10 s for other connections, and returns the journal
    /// mode the file then has: anything but "wal" means its file system cannot do it.
    std::string switch_to_wal();

    /// Makes this database a copy of another one, as one change: whoever else has it open sees the old one or
    /// the new one. Waits up to 10 s for other writers. Throws Error{store}; nothing has changed then.
    void copy_from(Connection& source);

  private:
    friend class Transaction;
    explicit Connection(std::unique_ptr<ConnectionState> state) noexcept;
    [[noreturn]] static void no_row(std::string_view sql);
    void run_transaction_word(const char* word);
    void roll_back() noexcept;

    std::unique_ptr<ConnectionState> state_;
};

class Transaction {
  public:
    /// `write` takes the write lock at once, so that what is read inside stays true until the commit; `read`
    /// sees one state of the file throughout.
    enum class Kind { read, write };
    /// Throws Error{bug} inside another transaction: the outer one decides when things are durable.
    Transaction(Connection& connection, Kind kind);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    /// Rolls back unless commit() returned.
    ~Transaction();

    /// After it returns, the changes survive a power cut.
    void commit();

  private:
    Connection& connection_;
    Kind kind_;
    bool open_ = true;
};

} // namespace store
