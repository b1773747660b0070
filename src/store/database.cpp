#include "store/database.hpp"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "store/location.hpp"
#include "store/schema.hpp"

namespace store {

namespace {

using base::Error;
using base::Fault;

enum class Condition { current, older, fresh };

enum class Existence { missing, file };

Existence look(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return Existence::missing;
        throw Error(Fault::store, base::format("cannot open '{}': {}", path, base::last_error()));
    }
    if (S_ISDIR(status.st_mode)) {
        throw Error(Fault::store, base::format("cannot open '{}': it is a directory", path))
            .hint("name a file with --db");
    }
    if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) { // a link is refused when it is opened
        throw Error(Fault::store, base::format("cannot open '{}': it is not a regular file", path))
            .hint("name a file with --db");
    }
    return Existence::file;
}

/// SQLite refuses a link anywhere in a path; only one in the last component is our concern.
std::string with_real_parent(const std::string& path) {
    const std::filesystem::path whole(path);
    const std::string parent = whole.parent_path().empty() ? "." : whole.parent_path().string();
    char resolved[PATH_MAX];
    if (::realpath(parent.c_str(), resolved) == nullptr) {
        throw Error(Fault::store, base::format("cannot open '{}': {}", path, base::last_error()));
    }
    return (std::filesystem::path(resolved) / whole.filename()).string();
}

bool has_content(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && status.st_size > 0;
}

/// A log must be read through a shared-memory file beside it. Where none is and none can be made, a file
/// without a log can still be read, because then nobody is writing it. `real` is the file, `path` its name in
/// messages.
Opening opening_for(const std::string& real, const std::string& path) {
    const std::string directory = std::filesystem::path(real).parent_path().string();
    if (::faccessat(AT_FDCWD, directory.c_str(), W_OK, AT_EACCESS) == 0) return Opening::existing;
    if (!has_content(real + "-wal")) return Opening::immutable;
    if (has_content(real + "-shm")) return Opening::existing;
    throw Error(Fault::store,
                base::format("cannot read '{}': what was written last is still in '{}-wal', and its "
                             "directory is read-only",
                             path, path))
        .hint("copy both files to a directory you may write to, and name the copy with --db");
}

[[noreturn]] void refuse_foreign(const Connection& connection, std::int64_t application_id) {
    const std::string why = application_id == 0
                                ? "it holds tables of another program"
                                : base::format("it belongs to another program (application id 0x{:08x})",
                                               static_cast<std::uint32_t>(application_id));
    throw Error(Fault::store, base::format("cannot use '{}': {}", connection.shown(), why))
        .hint("name another file with --db");
}

/// Throws for a file that is not ours or newer than this program. In a transaction: another process can make
/// the file ours between two looks.
Condition inspect_at_rest(Connection& connection) {
    const std::int64_t version = connection.integer("PRAGMA user_version");
    const auto id = static_cast<std::uint32_t>(connection.integer("PRAGMA application_id"));
    if (id == 0 && version == 0 && connection.integer("SELECT count(*) FROM sqlite_schema") == 0) {
        return Condition::fresh;
    }
    if (id != application_id) refuse_foreign(connection, id);
    if (version > schema_version()) {
        throw Error(Fault::store,
                    base::format("cannot use '{}': a newer orloj wrote it (schema {}, this one knows {})",
                                 connection.shown(), version, schema_version()))
            .hint("update orloj, or name another file with --db");
    }
    return version == schema_version() ? Condition::current : Condition::older;
}

/// The same. Only the first, quick answer is taken without a lock: an application id never changes once it is
/// ours.
Condition inspect(Connection& connection) {
    const std::optional<FileHeader> header = connection.file_header();
    if (header && header->application_id == application_id &&
        connection.integer("PRAGMA user_version") == schema_version())
        return Condition::current;
    const Transaction one_state(connection, Transaction::Kind::read);
    return inspect_at_rest(connection);
}

void migrate(Connection& connection) {
    for (;;) {
        Transaction transaction(connection, Transaction::Kind::write);
        // Another process may have done it while we waited for the lock.
        if (inspect_at_rest(connection) == Condition::current) return;
        const std::int64_t version = connection.integer("PRAGMA user_version");
        connection.exec(migrations()[static_cast<std::size_t>(version)]);
        if (connection.integer("PRAGMA user_version") != version + 1) {
            throw Error(Fault::bug, base::format("migration {} does not set its version", version + 1));
        }
        transaction.commit();
    }
}

void ensure_wal(Connection& connection, const std::string& path) {
    const std::optional<FileHeader> header = connection.file_header();
    if (header && header->wal) return;
    if (connection.switch_to_wal() == "wal") return;
    const std::optional<std::string> system = network_file_system(path);
    throw Error(Fault::store,
                base::format("cannot use '{}': its file system{} does not support write-ahead logging", path,
                             system ? " (" + *system + ")" : ""))
        .hint("name a file on a local disk with --db");
}

void prepare_to_write(Connection& connection) {
    connection.exec("PRAGMA synchronous = FULL");
    connection.exec("PRAGMA secure_delete = ON");
    if constexpr (base::fsync_stops_at_the_disk) {
        connection.exec("PRAGMA fullfsync = ON");
        connection.exec("PRAGMA checkpoint_fullfsync = ON");
    }
}

void create_file(const std::string& path) {
    prepare_directory(path);
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file && errno == EEXIST) return;
    // fchmod because a strange umask could have taken our own rights; the files beside it get the same mode.
    if (!file || ::fchmod(file.get(), 0600) != 0) {
        throw Error(Fault::store, base::format("cannot create '{}': {}", path, base::last_error()))
            .hint("name a file in a directory you may write to with --db");
    }
}

} // namespace

std::optional<Connection> open_to_read(const std::string& path) {
    if (look(path) == Existence::missing) return std::nullopt;
    const std::string real = with_real_parent(path);
    Connection connection = Connection::open(real, path, opening_for(real, path));
    switch (inspect(connection)) {
    case Condition::fresh:
        return std::nullopt;
    case Condition::current:
        return connection;
    case Condition::older:
        break;
    }
    if (!connection.writable()) {
        throw Error(
            Fault::store,
            base::format("cannot read '{}': an older orloj wrote it, and it cannot be brought up to date "
                         "because it is read-only",
                         path))
            .hint("make a copy you can write to and name it with --db");
    }
    prepare_to_write(connection);
    migrate(connection);
    return connection;
}

std::optional<Connection> open_to_glance(const std::string& path) {
    if (look(path) == Existence::missing) return std::nullopt;
    const std::string real = with_real_parent(path);
    Connection connection = Connection::open(real, path, opening_for(real, path));
    connection.exec("PRAGMA busy_timeout = 50");
    if (inspect(connection) != Condition::current) return std::nullopt;
    return connection;
}

Connection open_to_write(const std::string& path) {
    if (look(path) == Existence::missing) create_file(path);
    Connection connection = Connection::open(with_real_parent(path), path, Opening::existing);
    if (!connection.writable()) {
        throw Error(Fault::store, base::format("cannot write to '{}': the file is read-only", path))
            .hint("make the file writable for you, or name another file with --db");
    }
    prepare_to_write(connection);
    if (inspect(connection) != Condition::current) migrate(connection);
    ensure_wal(connection, path);
    return connection;
}

std::string integrity_problem(Connection& connection) {
    Statement row = connection.query("PRAGMA quick_check(1)");
    if (!row.step()) return {};
    const std::string said(row.text(0));
    return said == "ok" ? std::string() : base::replace_all(said, "\n", " ");
}

std::string damage(const std::string& path) {
    if (look(path) == Existence::missing) return {};
    const std::string real = with_real_parent(path);
    Connection connection = Connection::open(real, path, opening_for(real, path));
    const std::optional<FileHeader> header = connection.file_header();
    if (!header || header->application_id != application_id) return {};
    try {
        return integrity_problem(connection);
    } catch (const Error& error) {
        if (!connection.found_damage()) throw;
        return error.message();
    }
}

void copy_into(Connection& connection, const std::string& path) {
    connection.run("VACUUM INTO ?", path);
}

std::int64_t free_bytes(Connection& connection) {
    return connection.integer("PRAGMA freelist_count") * connection.integer("PRAGMA page_size");
}

void shrink(Connection& connection) {
    connection.exec("VACUUM");
    connection.exec("PRAGMA wal_checkpoint(TRUNCATE)"); // the new file lies in the log until then
}

Connection open_in_memory() {
    Connection connection = Connection::open(":memory:", ":memory:", Opening::memory);
    migrate(connection);
    return connection;
}

} // namespace store
