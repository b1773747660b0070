// orloj prune: forgets runs that ended long ago. Invariant: only runs that have ended go, each with its task
// and as a whole, and never one that a resource still names.
//
// Why the task goes along: a stored task without a run is pending, and `orloj work` would run it again.
#include <algorithm>
#include <set>

#include <poll.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/listing.hpp"
#include "cli/prompt.hpp"
#include "cli/since.hpp"
#include "store/run_lock.hpp"

namespace cli {

namespace {

/// Others wait for us no longer than this, whatever there is to delete, but for one large run.
constexpr base::Duration longest_transaction = base::milliseconds(10);
constexpr int pause_ms = 6;

base::Duration age_of(const std::string& text) {
    const auto out = parse_age(text);
    if (out && out->us >= 0) return *out;
    throw base::Error(base::Fault::usage, base::format("invalid --older-than \"{}\"", text))
        .hint("a duration is 30d, 2w, 12h or 90m");
}

std::size_t kept_of(const std::string& text) {
    const auto n = base::to_integer(text);
    if (n && *n >= 0) return static_cast<std::size_t>(*n);
    throw base::Error(base::Fault::usage,
                      base::format("invalid --keep \"{}\": expected a whole number", text));
}

/// Which runs may go.
std::vector<store::EndedRun> chosen(Session& session, const Arguments& arguments) {
    const auto older = arguments.one("--older-than");
    const auto keep = arguments.one("--keep");
    if (!older && !keep) {
        throw base::Error(base::Fault::usage, "nothing says which runs may go")
            .hint("orloj prune --older-than 30d, or --keep 100, or both");
    }
    const base::Duration age = older ? age_of(*older) : base::Duration{0};
    const base::Time latest{session.clock().now().us - age.us};
    const std::size_t first = keep ? kept_of(*keep) : 0;
    if (session.reading() == nullptr) return {};
    std::vector<store::EndedRun> out = store::Runs(*session.reading()).ended(session.globals().namespace_);
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(std::min(first, out.size())));
    std::erase_if(out, [&](const store::EndedRun& run) { return older && run.finished > latest; });
    return out;
}

/// Without those that a resource names; says how many those are.
void spare_used(Session& session, std::vector<store::EndedRun>& runs) {
    if (runs.empty()) return;
    std::set<resource::Name> used;
    const resource::Kind* task = &resource::kind_of<resource::TaskSpec>();
    for (const Use& use : all_uses(*session.reading())) {
        if (use.reference.kind == task) used.insert(use.reference.target);
    }
    const std::size_t spared =
        std::erase_if(runs, [&](const store::EndedRun& run) { return used.contains(run.task); });
    if (spared > 0) {
        session.say(base::format("note: {} kept, since a resource still names {}",
                                 base::counted(spared, "task"), spared == 1 ? "it" : "them"));
    }
}

void confirm(Session& session, const Arguments& arguments, std::size_t runs) {
    if (arguments.has("--yes") || !session.interactive()) return;
    if (ask_yes(base::format("Delete {} with journals and answers?", base::counted(runs, "run")))) return;
    throw base::Error(base::Fault::usage, "nothing was deleted").hint("--yes skips the question");
}

/// Deletes from `next` on as long as a transaction may take; returns how many went.
std::size_t remove_some(Session& session, const std::vector<store::EndedRun>& runs, std::size_t& next) {
    store::Connection& connection = session.writing();
    store::Runs table(connection);
    store::Resources resources(connection);
    const resource::Kind& task = resource::kind_of<resource::TaskSpec>();
    std::size_t removed = 0;
    store::Transaction transaction(connection, store::Transaction::Kind::write);
    const base::Duration begun = session.clock().active();
    do {
        const store::EndedRun& run = runs[next++];
        // The number of a run is never used again: it is this run or gone, and what has ended stays so.
        if (store::run_owner(session.database_path(), run.id)) continue; // about to leave it
        if (!table.remove(run.id)) continue;
        (void)resources.remove(task, run.task);
        ++removed;
    } while (next < runs.size() && session.clock().active() - begun < longest_transaction);
    transaction.commit();
    return removed;
}

std::string bytes_text(std::int64_t bytes) {
    return base::format("{} KiB", (bytes + 1023) / 1024);
}

/// Gives free pages back to the system; nobody may be writing meanwhile, which a run would do.
void shrink(Session& session) {
    store::Connection& connection = session.writing();
    for (const store::RunRow& run : store::Runs(connection).under_way()) {
        const auto owner = store::run_owner(session.database_path(), run.id);
        if (!owner) continue;
        throw base::Error(base::Fault::failed,
                          base::format("the file was not made smaller: task '{}' is running in process {}",
                                       run.task.name, *owner))
            .hint("when it has ended: orloj prune --keep 1000000 --shrink");
    }
    const std::int64_t before = store::free_bytes(connection);
    store::shrink(connection);
    session.say(base::format("gave {} back to the system", bytes_text(before)));
}

int show(Session& session, const std::vector<store::EndedRun>& runs) {
    std::string out;
    for (const store::EndedRun& run : runs)
        out += base::format("would delete task/{} ({}, ended {})\n", run.task.name, run.phase,
                            base::rfc3339(run.finished));
    session.out(out + base::format("{} would be deleted\n", base::counted(runs.size(), "run")));
    return 0;
}

std::string json_of(const std::vector<store::EndedRun>& runs, std::size_t deleted) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1");
    out.member("deleted", static_cast<std::int64_t>(deleted)).key("items").begin_array();
    for (const store::EndedRun& run : runs) {
        out.begin_object().member("namespace", run.task.namespace_).member("task", run.task.name);
        out.member("phase", run.phase).member("completedAt", base::rfc3339(run.finished)).end_object();
    }
    return std::move(out.end_array().end_object()).take() + "\n";
}

int prune(Session& session, const Arguments& arguments) {
    const Format format = session.format();
    std::vector<store::EndedRun> runs = chosen(session, arguments);
    spare_used(session, runs);
    if (arguments.has("--dry-run")) {
        if (format == Format::table) return show(session, runs);
        session.out(json_of(runs, 0));
        return 0;
    }
    if (!runs.empty()) confirm(session, arguments, runs.size());
    std::size_t removed = 0;
    for (std::size_t next = 0; next < runs.size();) {
        removed += remove_some(session, runs, next);
        // Who waits for the lock looks for it now and then: without a pause we would have it again before.
        if (next < runs.size()) (void)::poll(nullptr, 0, pause_ms);
    }
    if (format == Format::json)
        session.out(json_of(runs, removed));
    else
        session.out(base::format("deleted {}\n", base::counted(removed, "run")));
    if (session.reading() == nullptr) return 0;
    if (arguments.has("--shrink")) {
        shrink(session);
        return 0;
    }
    const std::int64_t bytes = removed > 0 ? store::free_bytes(session.writing()) : 0;
    if (bytes > 0) {
        session.say(base::format("note: {} of the file are free now and used for what comes; --shrink gives "
                                 "them back to the system",
                                 bytes_text(bytes)));
    }
    return 0;
}

} // namespace

Command prune_command() {
    return {"prune",
            "Delete runs that ended, with journals and answers.",
            "In all namespaces, unless -n names one. A run that has not ended is never deleted, nor a task\n"
            "that a resource names. A task goes with its run, since without one it would be run again. Runs\n"
            "that are under way go on meanwhile.",
            "  orloj prune --older-than 30d --dry-run\n"
            "  orloj prune --older-than 30d --keep 1000 --yes",
            {},
            {{"--older-than", 0, "AGE", "Runs that ended so long ago: 30d, 2w, 12h.", Takes::one},
             {"--keep", 0, "N", "Never the N runs that ended last.", Takes::one},
             {"--dry-run", 0, "", "Say which; delete nothing.", Takes::nothing},
             {"--shrink", 0, "", "Make the file smaller afterwards; no run may be going on.", Takes::nothing},
             {"--yes", 'y', "", "Do not ask on a terminal.", Takes::nothing}},
            prune};
}

} // namespace cli
