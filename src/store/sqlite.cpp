#include "store/sqlite.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <functional>
#include <unordered_map>
#include <utility>

#include <sqlite3.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace store {

using base::Error;
using base::Fault;

namespace {

constexpr int busy_timeout_ms = 10'000; // at least; on a busy machine a pause takes longer than it says
constexpr int checkpoint_frames = 1000; // SQLite's own default
// Why: the first process to open the file reads the whole log, 1.5 microseconds a frame. A short command
// leaves its few frames there (no checkpoint, no unlink: two to four syncs saved); who has written more
// cleans up.
constexpr int frames_left_behind = 64;
// Why: a commit that makes the log longer has to store its new length as well, which costs a second write to
// the disk, two thirds more than overwriting (188 against 107 microseconds where it was measured). So who has
// written this many frames makes the log longer ahead of time, by what it has written, within these bounds.
// What is there is no frame to SQLite, as after a checkpoint.
constexpr int frames_of_few = 24;
constexpr sqlite3_int64 least_ahead = 128LL * 1024;
constexpr sqlite3_int64 most_ahead = 1024LL * 1024;
constexpr sqlite3_int64 low_ahead = 48LL * 1024; // of a commit's frames, about
constexpr sqlite3_int64 frame_bytes = 4096 + 24;
constexpr std::size_t cached_statements = 256;

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

} // namespace

struct CachedStatement {
    sqlite3_stmt* statement = nullptr;
    bool busy = false;
};

struct ConnectionState {
    sqlite3* db = nullptr;
    std::string shown;
    std::unordered_map<std::string, CachedStatement, TextHash, std::equal_to<>> cache;
    int frames = 0; // in the write-ahead log after our last commit

    ConnectionState() = default;
    ConnectionState(const ConnectionState&) = delete;
    ConnectionState& operator=(const ConnectionState&) = delete;
    ~ConnectionState() {
        for (auto& [sql, cached] : cache)
            sqlite3_finalize(cached.statement);
        if (frames > frames_left_behind) {
            sqlite3_busy_timeout(db, 0); // whoever else is at work will do it
            (void)sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
        }
        sqlite3_close_v2(db);
    }
};

namespace {

int on_commit(void* state, sqlite3* db, const char* schema, int frames) noexcept {
    static_cast<ConnectionState*>(state)->frames = frames;
    // The commit is done: a checkpoint that fails is tried again at the next one.
    if (frames >= checkpoint_frames)
        (void)sqlite3_wal_checkpoint_v2(db, schema, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    return SQLITE_OK;
}

/// Makes the log longer than it has to be. Only for who holds the write lock: others could append at the same
/// place. What fails here does no harm: the commit says it if it matters.
void extend_log(const ConnectionState& state) noexcept {
    if (state.frames < frames_of_few) return;
    sqlite3_file* log = nullptr;
    if (sqlite3_file_control(state.db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK) return;
    sqlite3_int64 size = 0;
    if (log == nullptr || log->pMethods == nullptr || log->pMethods->xFileSize(log, &size) != SQLITE_OK)
        return;
    const sqlite3_int64 used = state.frames * frame_bytes;
    if (size - used >= low_ahead) return;
    static constexpr std::array<char, 65'536> zeros{};
    const sqlite3_int64 end = size + std::clamp(used, least_ahead, most_ahead);
    for (sqlite3_int64 at = size; at < end; at += std::ssize(zeros)) {
        if (log->pMethods->xWrite(log, zeros.data(), static_cast<int>(zeros.size()), at) != SQLITE_OK) return;
    }
}

/// What is being done to the file; the words messages start with.
enum class Doing { opening, reading, writing, preparing };

const char* verb(Doing doing) noexcept {
    switch (doing) {
    case Doing::opening:
        return "open";
    case Doing::reading:
        return "read";
    case Doing::writing:
        return "write to";
    case Doing::preparing:
        return "prepare a statement for";
    }
    return "use";
}

std::string system_text(sqlite3* db) {
    const int code = sqlite3_system_errno(db);
    return code == 0 ? std::string() : std::strerror(code);
}

constexpr char other_file_hint[] = "name another file with --db";

Error explained(const ConnectionState& state, Doing doing, std::string_view why) {
    return {Fault::store, base::format("cannot {} '{}': {}", verb(doing), state.shown, why)};
}

Error input_output_error(const ConnectionState& state, Doing doing, int code, const std::string& text) {
    const std::string system = system_text(state.db);
    Error error = explained(state, doing, system.empty() ? text : text + " (" + system + ")");
    switch (code) {
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_SHMLOCK:
    case SQLITE_IOERR_LOCK:
        return std::move(error).hint("its file system may lack the locks and shared memory orloj needs; name "
                                     "a file on a local disk with --db");
    default:
        return error;
    }
}

Error cannot_open(const ConnectionState& state, int code, const std::string& text) {
    if (code == SQLITE_CANTOPEN_SYMLINK) {
        return explained(state, Doing::opening, "it is a symbolic link")
            .hint("name the file it points to with --db");
    }
    const std::string system = system_text(state.db);
    return explained(state, Doing::opening, system.empty() ? text : system)
        .hint(
            "make the file and its directory readable and writable for you, or name another file with --db");
}

Error to_error(const ConnectionState& state, Doing doing, int code, const std::string& text) {
    switch (code & 0xff) {
    case SQLITE_FULL:
        return explained(state, Doing::writing, text).hint("free some space on the disk, then try again");
    case SQLITE_READONLY:
        return explained(state, Doing::writing, text)
            .hint("make the file and its directory writable for you, or name another file with --db");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return explained(state, doing, "another orloj process is writing (" + text + ")")
            .hint("wait until it has finished, then run the command again");
    case SQLITE_CORRUPT:
        return explained(state, doing, text)
            .hint("put a backup back (orloj restore FILE), or save what can be read: orloj recover NEW");
    case SQLITE_NOTADB:
        return explained(state, Doing::opening, text).hint(other_file_hint);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return cannot_open(state, code, text);
    case SQLITE_IOERR:
        return input_output_error(state, doing, code, text);
    case SQLITE_PROTOCOL:
        return explained(state, doing, text)
            .hint("its locks do not work; name a file on a local disk with --db");
    case SQLITE_CONSTRAINT:
        return explained(state, Doing::writing, text);
    default:
        return explained(state, doing, text);
    }
}

[[noreturn]] void fail(const ConnectionState& state, Doing doing) {
    throw Error(to_error(state, doing, sqlite3_extended_errcode(state.db), sqlite3_errmsg(state.db)));
}

/// Why not SQLite's own handler: its pauses grow to a tenth of a second, by which a run would be slower than
/// the writer it waits for. Returns whether to try again.
int on_busy(void*, int tries) noexcept {
    constexpr int quick_tries = 16; // of half a millisecond; then longer ones, different in each process
    const long pause_us = tries < quick_tries ? 500 : 2'000 + (tries * 7 + ::getpid()) % 16 * 125;
    const long waited_us =
        tries < quick_tries ? tries * 500L : quick_tries * 500L + (tries - quick_tries) * 2'900L;
    if (waited_us > busy_timeout_ms * 1000L) return 0;
    const timespec pause{0, pause_us * 1000};
    (void)nanosleep(&pause, nullptr);
    return 1;
}

void configure(sqlite3* db) {
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_handler(db, on_busy, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    int keep = 1;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 1); // VACUUM INTO needs one
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 29);
}

/// `path` as a URI, in which every byte that could mean something is a percent escape.
std::string immutable_uri(std::string_view path) {
    std::string out = "file:";
    for (const char c : path) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/';
        if (plain)
            out += c;
        else
            out += base::format("%{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return out + "?immutable=1";
}

} // namespace

Statement::Statement(ConnectionState& state, CachedStatement* cached, sqlite3_stmt* statement) noexcept
    : state_(&state), cached_(cached), statement_(statement) {}

Statement::Statement(Statement&& other) noexcept
    : state_(other.state_), cached_(std::exchange(other.cached_, nullptr)),
      statement_(std::exchange(other.statement_, nullptr)), done_(other.done_) {}

Statement::~Statement() {
    if (cached_ == nullptr) {
        sqlite3_finalize(statement_); // a no-op for the null of a moved-from object
        return;
    }
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    cached_->busy = false;
}

void Statement::check(int code) const {
    if (code != SQLITE_OK)
        fail(*state_, sqlite3_stmt_readonly(statement_) != 0 ? Doing::reading : Doing::writing);
}

void Statement::expect_parameters(std::size_t count) const {
    if (static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_)) != count) {
        throw Error(Fault::bug,
                    base::format("{} values for the statement '{}'", count, sqlite3_sql(statement_)));
    }
}

void Statement::put(int index, std::string_view text) {
    // A null pointer would bind NULL instead of empty text.
    const char* data = text.data() == nullptr ? "" : text.data();
    check(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::put(int index, const Blob& blob) {
    if (blob.bytes.empty())
        check(sqlite3_bind_zeroblob(statement_, index, 0));
    else
        check(sqlite3_bind_blob64(statement_, index, blob.bytes.data(), blob.bytes.size(), SQLITE_TRANSIENT));
}

void Statement::put(int index, std::nullopt_t) {
    check(sqlite3_bind_null(statement_, index));
}

void Statement::put_integer(int index, std::int64_t value) {
    check(sqlite3_bind_int64(statement_, index, value));
}

bool Statement::step() {
    if (done_) return false; // SQLite would start over
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    done_ = true;
    if (code != SQLITE_DONE) check(code);
    return false;
}

void Statement::run() {
    while (step()) {
    }
}

bool Statement::run_if_allowed() {
    const int code = sqlite3_step(statement_);
    done_ = true;
    if (code == SQLITE_CONSTRAINT) return false;
    if (code != SQLITE_DONE) check(code);
    return true;
}

Statement& Statement::bind_row(const Statement& row) {
    const int columns = sqlite3_column_count(row.statement_);
    expect_parameters(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i)
        check(sqlite3_bind_value(statement_, i + 1, sqlite3_column_value(row.statement_, i)));
    return *this;
}

std::int64_t Statement::integer(int column) const noexcept {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const noexcept {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column)); // NOLINT
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob(int column) const noexcept {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const noexcept {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::optional<std::int64_t> Statement::integer_or_null(int column) const noexcept {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

std::optional<std::string> Statement::text_or_null(int column) const {
    if (is_null(column)) return std::nullopt;
    return std::string(text(column));
}

Connection::Connection(std::unique_ptr<ConnectionState> state) noexcept : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection Connection::open(const std::string& path, const std::string& shown, Opening opening) {
    auto state = std::make_unique<ConnectionState>();
    state->shown = shown;
    std::string name = path;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    switch (opening) {
    case Opening::existing:
        flags |= SQLITE_OPEN_READWRITE;
        break;
    case Opening::immutable:
        flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
        name = immutable_uri(path);
        break;
    case Opening::memory:
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
        name = ":memory:";
        break;
    }
    // Nobody asks how much memory SQLite has; counting it takes a lock at each allocation.
    static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)uncounted; // too late when SQLite is in use already, which does no harm
    if (sqlite3_open_v2(name.c_str(), &state->db, flags, nullptr) != SQLITE_OK) {
        if (state->db == nullptr) throw std::bad_alloc();
        fail(*state, Doing::opening);
    }
    configure(state->db);
    sqlite3_wal_hook(state->db, on_commit, state.get());
    Connection connection(std::move(state));
    connection.run("PRAGMA cell_size_check = ON");
    return connection;
}

Statement Connection::prepare(std::string_view sql) {
    auto found = state_->cache.find(sql);
    if (found != state_->cache.end() && !found->second.busy) {
        found->second.busy = true;
        return {*state_, &found->second, found->second.statement};
    }
    const bool keep = found == state_->cache.end() && state_->cache.size() < cached_statements;
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(state_->db, sql.data(), static_cast<int>(sql.size()),
                                        keep ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr);
    if (code != SQLITE_OK) fail(*state_, Doing::preparing);
    if (statement == nullptr) throw Error(Fault::bug, "an empty statement for the database");
    Statement out(*state_, nullptr, statement); // finalizes it, also when there is no memory to keep it
    if (!keep) return out;
    CachedStatement& cached = state_->cache[std::string(sql)];
    cached = {statement, true};
    out.cached_ = &cached;
    return out;
}

void Connection::exec(const char* script) {
    if (sqlite3_exec(state_->db, script, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(*state_, Doing::writing);
}

std::int64_t Connection::changes() const noexcept {
    return sqlite3_changes64(state_->db);
}

std::int64_t Connection::last_insert_id() const noexcept {
    return sqlite3_last_insert_rowid(state_->db);
}

bool Connection::in_transaction() const noexcept {
    return sqlite3_get_autocommit(state_->db) == 0;
}

bool Connection::found_damage() const noexcept {
    return (sqlite3_errcode(state_->db) & 0xff) == SQLITE_CORRUPT;
}

bool Connection::moved() const noexcept {
    int moved = 0;
    (void)sqlite3_file_control(state_->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

bool Connection::writable() const noexcept {
    return sqlite3_db_readonly(state_->db, "main") == 0;
}

const std::string& Connection::shown() const noexcept {
    return state_->shown;
}

std::optional<FileHeader> Connection::file_header() const noexcept {
    // Why not open and read the file: closing it would drop the locks this process holds on it.
    sqlite3_file* file = nullptr;
    unsigned char bytes[100];
    if (sqlite3_file_control(state_->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK)
        return std::nullopt;
    if (file == nullptr || file->pMethods == nullptr) return std::nullopt;
    if (file->pMethods->xRead(file, bytes, sizeof bytes, 0) != SQLITE_OK) return std::nullopt;
    if (std::memcmp(bytes, "SQLite format 3", 16) != 0) return std::nullopt;
    FileHeader header;
    for (std::size_t i = 68; i < 72; ++i)
        header.application_id = header.application_id << 8U | bytes[i];
    header.wal = bytes[18] == 2 && bytes[19] == 2;
    return header;
}

std::string Connection::switch_to_wal() {
    // Another connection that is just starting makes this fail at once, without the usual waiting.
    constexpr int pause_ms = 2;
    for (int waited = 0;; waited += pause_ms) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(state_->db, "PRAGMA journal_mode = WAL", -1, &statement, nullptr) !=
            SQLITE_OK) {
            fail(*state_, Doing::preparing);
        }
        const Statement owner(*state_, nullptr, statement);
        const int code = sqlite3_step(statement);
        if (code == SQLITE_ROW) return std::string(owner.text(0));
        if ((code & 0xff) != SQLITE_BUSY || waited >= busy_timeout_ms) fail(*state_, Doing::writing);
        const timespec pause{0, pause_ms * 1'000'000L};
        (void)nanosleep(&pause, nullptr);
    }
}

void Connection::copy_from(Connection& source) {
    constexpr int pause_ms = 5;
    sqlite3_backup* copy = sqlite3_backup_init(state_->db, "main", source.state_->db, "main");
    if (copy == nullptr) fail(*state_, Doing::writing);
    int code = sqlite3_backup_step(copy, -1);
    for (int waited = 0; (code == SQLITE_BUSY || code == SQLITE_LOCKED) && waited < busy_timeout_ms;
         waited += pause_ms) {
        const timespec pause{0, pause_ms * 1'000'000L};
        (void)nanosleep(&pause, nullptr);
        code = sqlite3_backup_step(copy, -1);
    }
    const int ended = sqlite3_backup_finish(copy);
    if (code == SQLITE_DONE && ended == SQLITE_OK) return;
    throw Error(to_error(*state_, Doing::writing, code == SQLITE_DONE ? ended : code,
                         sqlite3_errstr(code == SQLITE_DONE ? ended : code)));
}

void Connection::no_row(std::string_view sql) {
    throw Error(Fault::bug, base::format("no row from the statement '{}'", sql));
}

void Connection::run_transaction_word(const char* word) {
    const Statement statement = prepare(word);
    if (sqlite3_step(statement.statement_) != SQLITE_DONE) fail(*state_, Doing::writing);
}

void Connection::roll_back() noexcept {
    // After some failures (a full disk) SQLite has rolled back already.
    if (in_transaction()) (void)sqlite3_exec(state_->db, "ROLLBACK", nullptr, nullptr, nullptr);
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection), kind_(kind) {
    if (connection.in_transaction()) throw Error(Fault::bug, "a transaction inside a transaction");
    switch (kind) {
    case Kind::read:
        connection.run_transaction_word("BEGIN");
        break;
    case Kind::write:
        connection.run_transaction_word("BEGIN IMMEDIATE");
        break;
    }
}

Transaction::~Transaction() {
    if (open_) connection_.roll_back();
}

void Transaction::commit() {
    if (kind_ == Kind::write) extend_log(*connection_.state_);
    connection_.run_transaction_word("COMMIT");
    open_ = false;
}

} // namespace store
