// orloj apply: manifests into the store, all or nothing, and the tasks among them run.
#include <algorithm>

#include "base/text.hpp"
#include "cli/consent.hpp"
#include "cli/execute.hpp"
#include "cli/manifests.hpp"
#include "cli/secrets.hpp"
#include "cli/stopping.hpp"
#include "cli/worker.hpp"
#include "run/plan.hpp"
#include "store/resources.hpp"

namespace cli {

using resource::Resource;

namespace {

const resource::TaskSpec* runnable(const Resource& r) {
    const auto* task = std::get_if<resource::TaskSpec>(&r.spec);
    return task != nullptr && task->mode == resource::TaskMode::run ? task : nullptr;
}

/// What became of the resources, or would, as JSON. The results of runs follow, each an object of its own.
std::string json_of(const manifest::Manifest& given, const std::vector<store::Applied>& applied,
                    bool dry_run) {
    static constexpr std::string_view would[] = {"create", "update", "no-op"};
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1");
    if (dry_run) out.member("dry_run", true);
    out.key("items").begin_array();
    for (std::size_t i = 0; i < applied.size(); ++i) {
        const Resource& r = given.items[i].resource;
        out.begin_object().member("kind", r.kind().name).member("namespace", r.metadata.namespace_);
        out.member("name", r.metadata.name);
        out.member("action", dry_run ? would[static_cast<std::size_t>(applied[i])] : word_of(applied[i]));
        out.end_object();
    }
    return std::move(out.end_array().end_object()).take() + "\n";
}

int dry_run(Session& session, const manifest::Manifest& given) {
    std::vector<store::Applied> applied;
    for (const manifest::Item& item : given.items)
        applied.push_back(compare(session, item.resource));
    if (session.format() == Format::json) {
        session.out_foreign(json_of(given, applied, true));
        return 0;
    }
    std::size_t counts[3] = {0, 0, 0};
    for (std::size_t i = 0; i < applied.size(); ++i) {
        const auto word = static_cast<std::size_t>(applied[i]);
        ++counts[word];
        static constexpr std::string_view words[] = {"create", "update", "no-op"};
        session.out(base::format("dry-run {} {}\n", words[word], given.items[i].resource.id()));
    }
    session.out(base::format("\ndry-run summary: {} checked, {} create, {} update, {} unchanged\n",
                             given.items.size(), counts[0], counts[1], counts[2]));
    return 0;
}

/// Tasks that were just stored and are to run here: no worker starts them as long as these locks are held.
std::vector<store::RunLock> claim_starts(Session& session, const std::vector<const Resource*>& tasks) {
    std::vector<store::RunLock> out;
    store::Resources resources(session.writing());
    for (const Resource* task : tasks) {
        const auto id = resources.id_of(task->kind(), {task->metadata.namespace_, task->metadata.name});
        auto lock = store::RunLock::try_acquire(session.database_path(), start_lock(*id));
        if (lock) out.push_back(std::move(*lock)); // else a worker is already about to start it
    }
    return out;
}

/// What applying a task means for its run. Returns its exit code.
int run_task(Session& session, Resource task, bool asked, const Manner& manner) {
    const resource::Name name{task.metadata.namespace_, task.metadata.name};
    store::Runs runs(session.writing());
    const auto row = runs.find(name);
    if (!row || (!row->started && !row->ended()))
        return start(session, task, catalog(session, {}, {}), manner);
    if (!row->ended()) {
        if (const auto owner = store::run_owner(session.database_path(), row->id)) {
            throw base::Error(base::Fault::failed,
                              base::format("task '{}' is running in process {}", name.name, *owner))
                .hint(base::format("watch it: orloj logs task/{} -f", name.name));
        }
        if (asked) return carry_on(session, name, false, manner);
        session.say(base::format("task {} is interrupted", name.name));
        session.hint(base::format("go on with it: orloj resume task/{}", name.name));
        return 0;
    }
    if (!asked) {
        session.say(base::format("task {} has ended ({})", name.name, row->phase));
        session.hint(base::format("do it again: orloj retry task/{} --run", name.name));
        return 0;
    }
    task.metadata.labels[std::string(run::source_label)] = name.name;
    task.metadata.labels["orloj.dev/source-task-namespace"] = name.namespace_;
    task.metadata.name += "-run";
    return start_stamped(
        session, std::move(task), catalog(session, {}, {}), Keep::task_too,
        [&](const Resource& made) {
            const std::string said = base::format("created {} (rerun of {})", made.id(), name.name);
            session.format() == Format::json ? session.say(said) : session.out(said + "\n");
        },
        manner);
}

int run_tasks(Session& session, const std::vector<const Resource*>& tasks, bool asked, const Manner& manner) {
    int code = 0;
    for (const Resource* task : tasks) {
        if (tasks.size() == 1) return run_task(session, *task, asked, manner);
        try {
            code = worse(code, run_task(session, *task, asked, manner));
        } catch (const base::Error& error) {
            if (error.fault() == base::Fault::interrupted || error.fault() == base::Fault::closed) throw;
            session.show(error);
            code = worse(code, base::exit_code(error.fault()));
        }
    }
    return code;
}

int apply(Session& session, const Arguments& arguments) {
    Manner manner;
    manner.grace = duration_option(arguments, "--grace");
    const manifest::Manifest given = read_manifests(session, arguments);
    check_references(session, given, arguments.has("--strict"));
    if (arguments.has("--dry-run")) return dry_run(session, given);
    const bool asked = arguments.has("--run");
    std::vector<const Resource*> all;
    std::vector<const Resource*> tasks;
    std::size_t skipped = 0;
    for (const manifest::Item& item : given.items) {
        all.push_back(&item.resource);
        if (runnable(item.resource) == nullptr || arguments.has("--no-run")) continue;
        if (!item.in_folder || asked)
            tasks.push_back(&item.resource);
        else
            ++skipped;
    }
    const bool folder =
        std::any_of(given.items.begin(), given.items.end(), [](const auto& item) { return item.in_folder; });
    // A task that cannot run is found before anything is stored.
    try {
        for (const Resource* task : tasks)
            (void)run::make_plan(*task, catalog(session, all, {}));
    } catch (base::Error& error) {
        throw base::Error(std::move(error).hint("to store it without running it: --no-run"));
    }
    if (asked && folder) ask_consent(session, given, arguments.has("--yes"));
    std::vector<store::RunLock> ours;
    const std::vector<store::Applied> applied =
        apply_all(session, all, [&] { ours = claim_starts(session, tasks); });
    if (session.format() == Format::json) session.out_foreign(json_of(given, applied, false));
    for (std::size_t i = 0; i < all.size() && session.format() == Format::table; ++i)
        session.out(base::format("{} {}\n", word_of(applied[i]), all[i]->id()));
    if (skipped > 0) {
        session.say(base::format("{} not run; add --run to run {}", base::counted(skipped, "task"),
                                 skipped == 1 ? "it" : "them"));
    }
    say_without_effect(session, given);
    return run_tasks(session, tasks, asked, manner);
}

} // namespace

Command apply_command() {
    return {
        "apply",
        "Store what manifests declare, and run the tasks among them.",
        "All files are checked first; when anything is wrong, everything that is wrong is reported and\n"
        "nothing is stored. A file named with -f that holds a runnable Task runs it; a folder's tasks run\n"
        "only with --run. A task that has ended is not run again unless --run asks for it. With -o json "
        "what\n"
        "became of the resources comes first, then each run as `orloj run -o json` prints it.",
        "  orloj apply -f agents.yaml\n"
        "  orloj apply -f examples/pipeline --run\n"
        "  cat system.yaml | orloj apply -f -",
        {},
        {{"--file", 'f', "PATH", "A file, a folder or - for standard input; may be repeated.", Takes::many},
         {"--run", 0, "", "Run the tasks of folders too, and run finished tasks again.", Takes::nothing},
         {"--no-run", 0, "", "Only store tasks.", Takes::nothing},
         {"--dry-run", 0, "", "Say what would change; store and run nothing.", Takes::nothing},
         {"--strict", 0, "", "A reference to something that does not exist is an error.", Takes::nothing},
         {"--allow-unknown", 0, "", "Unknown fields are warnings.", Takes::nothing},
         {"--yes", 'y', "", "Do not ask before running a folder.", Takes::nothing},
         grace_option()},
        apply};
}

} // namespace cli
