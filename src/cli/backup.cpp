// orloj backup and restore: the whole database as one file, and back. Invariant: a file that carries the name
// of a backup is whole and was checked; a database is replaced as one change, and what it held before is
// kept; a damaged one is moved aside first.
#include <cerrno>
#include <cstdio> // rename
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/new_file.hpp"
#include "cli/prompt.hpp"
#include "cli/session.hpp"
#include "cli/typed_again.hpp"
#include "store/resources.hpp"
#include "store/run_lock.hpp"
#include "store/runs.hpp"

namespace cli {

namespace fs = std::filesystem;

namespace {

bool same_file(const std::string& a, const std::string& b) {
    std::error_code error;
    return fs::equivalent(a, b, error) && !error;
}

struct Contents {
    std::int64_t bytes = 0;
    std::int64_t resources = 0;
    std::int64_t runs = 0;
    std::int64_t sealed = 0;
};

/// Looks at every page of the file. Throws Error{store} when it is not a whole database of ours.
Contents inspect(const std::string& path, const std::string& shown) {
    auto connection = store::open_to_read(path);
    if (!connection) {
        throw base::Error(base::Fault::store, base::format("'{}' holds no database of orloj", shown));
    }
    if (const std::string problem = store::integrity_problem(*connection); !problem.empty())
        throw base::Error(base::Fault::store, base::format("'{}' is damaged: {}", shown, problem));
    Contents out;
    std::error_code error;
    out.bytes = static_cast<std::int64_t>(fs::file_size(path, error));
    for (const auto& [kind, n] : store::Resources(*connection).counts())
        out.resources += n;
    out.runs = connection->integer("SELECT count(*) FROM run");
    out.sealed = store::Resources(*connection).sealed_count();
    return out;
}

/// Writes the copy; false when `path` is taken.
bool save(store::Connection& from, const std::string& path, bool overwrite, Contents& contents) {
    const NewFile file(path);
    try {
        store::copy_into(from, file.path());
        contents = inspect(file.path(), path);
    } catch (base::Error& error) {
        throw base::Error(error.in(base::format("cannot save to '{}'", path)));
    }
    return file.become(path, overwrite);
}

int backup(Session& session, const Arguments& arguments) {
    const Format format = session.format();
    const std::string path = arguments.one("FILE").value_or("");
    if (path.empty() || path == "-") {
        throw base::Error(base::Fault::usage, "a backup needs the name of a file")
            .hint("orloj backup orloj-backup.db");
    }
    const auto taken = [&path] {
        return base::Error(base::Fault::usage, base::format("'{}' exists already; nothing was written", path))
            .hint("name another file, or replace it with --force");
    };
    struct stat status {};
    const bool there = ::lstat(path.c_str(), &status) == 0;
    if (there && (!S_ISREG(status.st_mode) || same_file(path, session.database_path()))) {
        throw base::Error(base::Fault::usage, base::format("'{}' is {}", path,
                                                           S_ISREG(status.st_mode) ? "the database itself"
                                                                                   : "not a regular file"));
    }
    if (there && !arguments.has("--force")) throw taken();
    store::Connection* connection = session.reading();
    if (connection == nullptr) {
        throw base::Error(base::Fault::not_found,
                          base::format("there is no database at '{}' yet", session.database_path()));
    }
    Contents saved;
    if (!save(*connection, path, arguments.has("--force"), saved)) throw taken();
    if (format == Format::json) {
        base::JsonWriter out(base::JsonWriter::Style::indented);
        out.begin_object().member("apiVersion", "orloj.dev/v1").member("path", path);
        out.member("database", session.database_path()).member("bytes", saved.bytes);
        out.member("resources", saved.resources).member("runs", saved.runs);
        out.member("sealed_values", saved.sealed);
        session.out(std::move(out.end_object()).take() + "\n");
    } else {
        session.out(base::format("saved {} and {} in '{}' ({} KiB)\n",
                                 base::counted(static_cast<std::size_t>(saved.resources), "resource"),
                                 base::counted(static_cast<std::size_t>(saved.runs), "run"), path,
                                 (saved.bytes + 1023) / 1024));
    }
    if (saved.sealed > 0) {
        session.say("note: the key that opens its secrets is not in it; save that apart: orloj secret key "
                    "export --out FILE");
    }
    return 0;
}

void refuse_while_running(Session& session) {
    for (const store::RunRow& run : store::Runs(*session.reading()).under_way()) {
        const auto owner = store::run_owner(session.database_path(), run.id);
        if (!owner) continue;
        throw base::Error(
            base::Fault::failed,
            base::format("task '{}' is running in process {}; nothing was changed", run.task.name, *owner))
            .hint(base::format("wait for it, or end it: orloj cancel task/{}", shell_word(run.task.name)));
    }
}

/// The same where the list of runs may not be readable.
void refuse_while_any_runs(Session& session) {
    const auto owner = store::any_run_owner(session.database_path());
    if (!owner) return;
    throw base::Error(base::Fault::failed,
                      base::format("a task is running in process {}; nothing was changed", *owner))
        .hint("wait for it, or end that process");
}

/// The name, beside the database, of what it holds now.
std::string name_of_old(Session& session) {
    std::string stamp = base::rfc3339(session.clock().now()).substr(0, 19);
    stamp = base::replace_all(base::replace_all(stamp, ":", ""), "-", "");
    return base::format("{}.before-{}-{}", session.database_path(), base::replace_all(stamp, "T", "-"),
                        base::random_hex(4));
}

/// What the database holds now, beside it. Returns the file's name, "" when there is nothing.
std::string keep_old(Session& session) {
    store::Connection* connection = session.reading();
    if (connection == nullptr) return {};
    std::string path = name_of_old(session);
    Contents ignored;
    (void)save(*connection, path, false, ignored);
    return path;
}

/// Of a damaged database no copy can be made: its files get other names. Returns that of the first.
std::string set_aside(Session& session) {
    const std::string& now = session.database_path();
    std::string path = name_of_old(session);
    for (const char* ending : {"", "-wal", "-shm"}) {
        if (::rename((now + ending).c_str(), (path + ending).c_str()) == 0) continue;
        if (errno == ENOENT && *ending != '\0') continue;
        throw base::Error(base::Fault::io,
                          base::format("cannot rename '{}{}': {}", now, ending, base::last_error()));
    }
    return path;
}

void ask_to_replace(Session& session, const Arguments& arguments, const std::string& path) {
    const std::string question = base::format("Replace everything in '{}' with '{}'?",
                                              base::visible(session.database_path()), base::visible(path));
    if (arguments.has("--yes") || (session.interactive() && ask_yes(question))) return;
    throw base::Error(base::Fault::usage,
                      base::format("nothing was changed: '{}' is not empty", session.database_path()))
        .hint("to replace what it holds: --yes");
}

/// What is to be put in place: it is named here, and not with --db.
Contents inspect_saved(const std::string& path) {
    constexpr std::string_view another = "name a file that `orloj backup` made";
    try {
        return inspect(path, path);
    } catch (const base::Error& error) {
        base::Error out(error.fault(), error.message());
        for (const std::string& hint : error.hints()) {
            std::string said = base::replace_all(hint, "name another file with --db", another);
            said = base::replace_all(said, "name a file with --db", another);
            said = base::replace_all(
                said, "put a backup back (orloj restore FILE), or save what can be read: orloj recover",
                base::format("name another backup, or save what can be read: orloj --db {} recover",
                             shell_word(path)));
            out = base::Error(std::move(out).hint(std::move(said)));
        }
        if (error.hints().empty()) out = base::Error(std::move(out).hint(std::string(another)));
        throw out;
    }
}

int restore(Session& session, const Arguments& arguments) {
    const std::string path = arguments.one("FILE").value_or("");
    std::error_code error;
    if (!fs::exists(path, error)) {
        throw base::Error(base::Fault::not_found, base::format("there is no file '{}'", path))
            .hint("name a file that `orloj backup` made");
    }
    if (same_file(path, session.database_path()))
        throw base::Error(base::Fault::usage, base::format("'{}' is the database itself", path));
    const Contents contents = inspect_saved(path);
    const bool damaged = !store::damage(session.database_path()).empty();
    if (damaged || session.reading() != nullptr) {
        if (damaged)
            refuse_while_any_runs(session);
        else
            refuse_while_running(session);
        ask_to_replace(session, arguments, path);
    }
    const std::string kept = damaged ? set_aside(session) : keep_old(session);
    auto source = store::open_to_read(path);
    session.writing().copy_from(*source);
    session.out(base::format("restored {} and {} from '{}'\n",
                             base::counted(static_cast<std::size_t>(contents.resources), "resource"),
                             base::counted(static_cast<std::size_t>(contents.runs), "run"), path));
    if (!kept.empty())
        session.say(base::format("note: what was there before{} is in '{}'",
                                 damaged ? ", damaged as it was," : "", kept));
    return 0;
}

} // namespace

Command backup_command() {
    return {"backup",
            "Save the whole database in one file.",
            "As it is at one moment, also while runs go on. The file is yours alone (mode 0600), was\n"
            "checked when it has its name, and can be used with --db. The key of secrets is not in it.",
            "  orloj backup orloj-backup.db\n"
            "  orloj --db orloj-backup.db get tasks",
            {{"FILE", "A new file.", Takes::one, true}},
            {{"--force", 0, "", "Replace FILE when it exists.", Takes::nothing}},
            backup};
}

Command restore_command() {
    return {
        "restore",
        "Put a saved database back.",
        "FILE is checked first. What the database held before is kept in a file beside it, a damaged one\n"
        "as it is. Refused while a run is going on.",
        "  orloj restore saved.db --yes",
        {{"FILE", "What `orloj backup` made.", Takes::one, true}},
        {{"--yes", 'y', "", "Do not ask before what is there is replaced.", Takes::nothing}},
        restore};
}

} // namespace cli
