// orloj delete: resources leave the store, all that were named or none; a task takes its run along.
#include <algorithm>
#include <set>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/listing.hpp"
#include "cli/manifests.hpp"
#include "cli/prompt.hpp"
#include "cli/typed_again.hpp"
#include "store/run_lock.hpp"

namespace cli {

using resource::Name;

namespace {

struct Victim {
    const resource::Kind* kind;
    Name name;
    [[nodiscard]] std::string id() const { return base::format("{}/{}", kind->singular, name.name); }
};

/// KIND/NAME..., or KIND NAME...
std::vector<Victim> named(Session& session, const std::vector<std::string>& words) {
    std::vector<Victim> out;
    if (words.empty()) return out;
    if (words.front().find('/') != std::string::npos) {
        for (const std::string& word : words) {
            const Target target = parse_target({word});
            if (target.name.empty()) {
                throw base::Error(base::Fault::usage, base::format("'{}' names no resource", word))
                    .hint("write KIND/NAME for each");
            }
            out.push_back({target.kind, {session.namespace_(), target.name}});
        }
        return out;
    }
    const resource::Kind* kind = parse_target({words.front()}).kind;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i].find('/') != std::string::npos) {
            throw base::Error(base::Fault::usage, base::format("unexpected argument '{}'", words[i]))
                .hint("write KIND/NAME for each, or one KIND and then names");
        }
        out.push_back({kind, {session.namespace_(), words[i]}});
    }
    return out;
}

/// KIND with -l or --all.
std::vector<Victim> selected(Session& session, const Arguments& arguments,
                             const std::vector<std::string>& words) {
    if (words.size() != 1 || words.front().find('/') != std::string::npos)
        throw base::Error(base::Fault::usage, "-l and --all take one KIND and no names");
    const resource::Kind* kind = parse_target(words).kind;
    std::vector<Victim> out;
    for (const Row& row : Listing(session).read(*kind, label_filter(session, arguments), ""))
        out.push_back({kind, {row.resource.metadata.namespace_, row.resource.metadata.name}});
    return out;
}

bool by_selection(const Arguments& arguments) {
    return arguments.has("--selector") || arguments.has("--all");
}

/// What is only worth a warning is nobody's concern once it is gone.
manifest::Manifest declared(Session& session, const Arguments& arguments) {
    manifest::Manifest given = parse_manifests(session, arguments);
    if (!given.diagnostics.has_errors()) return given;
    session.show(given.diagnostics);
    throw base::Error(base::Fault::manifest,
                      base::format("{} in the manifests; nothing was deleted",
                                   base::counted(given.diagnostics.errors(), "error")));
}

std::vector<Victim> victims_of(Session& session, const Arguments& arguments) {
    const std::vector<std::string> words = arguments.many("TARGET");
    const bool by_file = arguments.has("--file");
    if (by_file && (!words.empty() || by_selection(arguments)))
        throw base::Error(base::Fault::usage, "-f names what to delete, and so do the other arguments");
    if (by_selection(arguments)) return selected(session, arguments, words);
    std::vector<Victim> out = named(session, words);
    if (by_file) {
        for (const manifest::Item& item : declared(session, arguments).items) {
            const resource::Metadata& m = item.resource.metadata;
            out.push_back({&item.resource.kind(), {m.namespace_, m.name}});
        }
    } else if (out.empty()) {
        throw base::Error(base::Fault::usage, "nothing is named").hint("orloj delete KIND NAME, or -f PATH");
    }
    return out;
}

std::vector<Victim> without_repeats(const std::vector<Victim>& victims) {
    std::vector<Victim> out;
    std::set<std::pair<const resource::Kind*, Name>> seen;
    for (const Victim& victim : victims) {
        if (seen.emplace(victim.kind, victim.name).second) out.push_back(victim);
    }
    return out;
}

/// The run of a task, held so that nobody resumes it meanwhile.
struct HeldRun {
    store::RunRow row;
    store::RunLock lock;
};

std::optional<HeldRun> hold_run(Session& session, store::Runs& runs, const Victim& victim) {
    if (victim.kind != &resource::kind_of<resource::TaskSpec>()) return std::nullopt;
    auto row = runs.find(victim.name);
    if (!row) return std::nullopt;
    auto lock = store::RunLock::try_acquire(session.database_path(), row->id);
    if (lock) return HeldRun{std::move(*row), std::move(*lock)};
    const auto owner = store::run_owner(session.database_path(), row->id);
    throw base::Error(base::Fault::failed,
                      base::format("task '{}' is running in {}; nothing was deleted", victim.name.name,
                                   owner && *owner > 0 ? base::format("process {}", *owner)
                                                       : std::string("another process")))
        .hint(base::format("end it first: orloj cancel task/{}", shell_word(victim.name.name)));
}

/// Who still names what is gone: told, because nothing else would before the next run.
void tell_users(Session& session, const std::vector<Victim>& gone) {
    const std::vector<Use> uses = all_uses(*session.reading());
    for (const Victim& victim : gone) {
        for (const Use& use : uses) {
            if (use.reference.kind != victim.kind || use.reference.target != victim.name) continue;
            session.say(
                base::format("note: {} still names {} ({})", use.from, victim.id(), use.reference.path));
        }
    }
}

/// Nothing is deleted when one of them is missing, and all that are missing are said.
void check_found(Session& session, const std::vector<Victim>& victims) {
    store::Connection* connection = session.reading();
    std::vector<Victim> missing;
    for (const Victim& victim : victims) {
        const bool task = victim.kind == &resource::kind_of<resource::TaskSpec>();
        const bool found = connection != nullptr &&
                           (store::Resources(*connection).id_of(*victim.kind, victim.name).has_value() ||
                            (task && store::Runs(*connection).find(victim.name).has_value()));
        if (!found) missing.push_back(victim);
    }
    if (missing.empty()) return;
    if (missing.size() == 1) not_found(session, *missing.front().kind, missing.front().name);
    for (const Victim& victim : missing) {
        try {
            not_found(session, *victim.kind, victim.name);
        } catch (const base::Error& error) {
            session.show(base::Error(error.fault(), error.message()));
        }
    }
    if (missing.size() == victims.size()) {
        throw base::Error(base::Fault::not_found,
                          base::format("none of the {} exists; nothing was deleted", victims.size()));
    }
    throw base::Error(base::Fault::not_found, base::format("{} of {} do not exist; nothing was deleted",
                                                           missing.size(), victims.size()))
        .hint("--ignore-not-found deletes the others");
}

/// On a terminal, before many are deleted that were not named one by one.
void confirm(Session& session, const Arguments& arguments, const std::vector<Victim>& victims) {
    constexpr std::size_t most_shown = 20;
    const bool named = !arguments.has("--file") && !by_selection(arguments);
    if (named || victims.empty() || arguments.has("--yes") || !session.interactive()) return;
    std::string text = "This deletes\n";
    for (std::size_t i = 0; i < std::min(victims.size(), most_shown); ++i)
        text += base::format("  {}\n", base::visible(victims[i].id()));
    if (victims.size() > most_shown) text += base::format("  and {} more\n", victims.size() - most_shown);
    base::write_all(STDERR_FILENO, text);
    if (ask_yes("Go on?")) return;
    throw base::Error(base::Fault::usage, "nothing was deleted").hint("--yes skips the question");
}

int remove(Session& session, const Arguments& arguments) {
    const std::vector<Victim> victims = without_repeats(victims_of(session, arguments));
    const bool forgiving = arguments.has("--ignore-not-found") || by_selection(arguments);
    if (!forgiving) check_found(session, victims);
    if (session.reading() == nullptr) return 0;
    confirm(session, arguments, victims);
    store::Connection& connection = session.writing();
    store::Resources resources(connection);
    store::Runs runs(connection);
    store::Transaction transaction(connection, store::Transaction::Kind::write);
    std::vector<HeldRun> held;
    std::vector<Victim> gone;
    std::string report;
    for (const Victim& victim : victims) {
        std::optional<HeldRun> run = hold_run(session, runs, victim);
        const bool found = resources.remove(*victim.kind, victim.name);
        if (!found && !run) {
            if (!forgiving) not_found(session, *victim.kind, victim.name); // somebody was faster
            if (arguments.has("--file")) session.say(base::format("note: {} does not exist", victim.id()));
            continue;
        }
        report += base::format("deleted {}{}\n", victim.id(), run ? " and its run" : "");
        if (run) {
            runs.remove(run->row.id);
            held.push_back(std::move(*run));
        }
        gone.push_back(victim);
    }
    transaction.commit();
    session.out(report);
    tell_users(session, gone);
    return 0;
}

} // namespace

Command delete_command() {
    return {
        "delete",
        "Remove resources from the database.",
        "All that are named are removed, or none. A task takes its run, journal and answers along; what a\n"
        "run pinned stays with that run. Resources that still name what is gone are listed.",
        "  orloj delete model-endpoint old\n"
        "  orloj delete task/hello task/hello-again\n"
        "  orloj delete -f examples/pipeline",
        {{"TARGET", "KIND/NAME, or a KIND and names.", Takes::many, false}},
        {{"--file", 'f', "PATH", "What these manifests declare; may be repeated.", Takes::many},
         {"--selector", 'l', "K=V", "All of a kind with these labels.", Takes::many},
         {"--all", 0, "", "All of a kind in the namespace.", Takes::nothing},
         {"--ignore-not-found", 0, "", "What does not exist is no error.", Takes::nothing},
         {"--yes", 'y', "", "Do not ask before -f, -l and --all.", Takes::nothing}},
        remove};
}

} // namespace cli
