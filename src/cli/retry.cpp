// orloj retry: a task that ended is done again as a new one, whole or from one agent on.
#include "base/text.hpp"
#include "cli/execute.hpp"
#include "cli/listing.hpp"
#include "cli/stored_run.hpp"
#include "cli/typed_again.hpp"
#include "store/resources.hpp"
#include "store/run_lock.hpp"

namespace cli {

using resource::Name;
using resource::Resource;
using resource::TaskSpec;

namespace {

[[noreturn]] void refuse_phase(Session& session, const Name& task, const store::RunRow* row) {
    const std::string phase = row == nullptr ? "Pending" : row->phase;
    std::string hint = base::format("run it: orloj run task/{}", shell_word(task.name));
    if (row != nullptr && phase == "Running") {
        hint = store::run_owner(session.database_path(), row->id)
                   ? base::format("watch it: orloj logs task/{} -f", shell_word(task.name))
                   : base::format("go on with it: orloj resume task/{}", shell_word(task.name));
    } else if (phase == "WaitingApproval") {
        hint = base::format("see what it waits for: orloj trace task/{}", shell_word(task.name));
    }
    throw base::Error(base::Fault::failed,
                      base::format("task/{} is not retryable while phase={}", task.name, phase))
        .hint(hint);
}

/// The run, which has to have ended.
store::RunRow ended_run(Session& session, const Name& name, const std::optional<Resource>& task) {
    std::optional<store::RunRow> row;
    if (store::Connection* connection = session.reading()) row = store::Runs(*connection).find(name);
    if (!row && !task) not_found(session, resource::kind_of<TaskSpec>(), name);
    if (!row || !row->ended()) refuse_phase(session, name, row ? &*row : nullptr);
    return std::move(*row);
}

std::map<std::string, std::string> changed_inputs(const Arguments& arguments,
                                                  std::vector<std::string>& targets) {
    std::vector<std::string> pairs = arguments.many("--with-overrides");
    for (const std::string& word : arguments.many("TASK")) // `--with-overrides a=1 b=2`
        (word.find('=') == std::string::npos ? targets : pairs).push_back(word);
    std::map<std::string, std::string> out;
    put_inputs(out, pairs);
    return out;
}

/// Answers are kept only where the same question would be asked.
void check_keeping(const StoredRun& stored, const run::Plan& plan, const std::string& agent) {
    const std::string& task = stored.row().task.name;
    std::vector<std::string> names;
    for (const run::NodePlan& node : plan.nodes)
        names.push_back(node.name);
    if (!plan.node(agent)) {
        const auto meant = base::nearest(agent, names);
        throw base::Error(base::Fault::usage,
                          base::format("--from {}: system '{}' has no agent '{}'", agent, plan.system, agent))
            .hint(meant ? base::format("did you mean '{}'?", *meant)
                        : "its agents: " + base::join(names, ", "));
    }
    const auto changed = [&](std::string_view what) {
        throw base::Error(
            base::Fault::failed,
            base::format("{} changed since task '{}' ran, so its answers cannot be kept", what, task))
            .hint(base::format("retry it whole: orloj retry task/{}", shell_word(task)));
    };
    for (const run::Revision& revision : plan.revisions) {
        if (revision.pin.role == "system" && revision.pin.hash != stored.hash_of("system", revision.pin.name))
            changed(base::format("system '{}'", plan.system));
    }
    if (plan.spec.input != std::get<TaskSpec>(stored.task().spec).input) changed("the input of the task");
}

/// What is there now; of a run of manifests that were never stored, its pins where nothing else is.
run::Catalog current(Session& session, const StoredRun& stored, bool task_is_stored) {
    return [live = catalog(session, {}, {}), pins = stored.catalog(),
            task_is_stored](const resource::Kind& kind, const Name& name) {
        auto found = live(kind, name);
        return found || task_is_stored ? found : pins(kind, name);
    };
}

void tell_changed(Session& session, const StoredRun& stored, const run::Plan& plan,
                  const trace::TaskForked& mark) {
    for (const run::Revision& revision : plan.revisions) {
        const bool kept = revision.pin.role == "agent" &&
                          std::find(mark.kept.begin(), mark.kept.end(), revision.pin.name) != mark.kept.end();
        if (kept && revision.pin.hash != stored.hash_of("agent", revision.pin.name)) {
            session.say(base::format("note: agent {} changed since; what it answered before is kept",
                                     revision.pin.name));
        }
    }
}

int retry(Session& session, const Arguments& arguments) {
    std::vector<std::string> targets;
    const auto overrides = changed_inputs(arguments, targets);
    const Name name = task_target(session, targets);
    const auto from = arguments.one("--from");
    if (from && !overrides.empty()) {
        throw base::Error(base::Fault::usage, "--with-overrides and --from cannot be combined")
            .hint("with another input everything is asked again: leave --from out");
    }
    std::optional<Resource> kept;
    if (store::Connection* connection = session.reading())
        kept = store::Resources(*connection).find(resource::kind_of<TaskSpec>(), name);
    if (kept && std::get<TaskSpec>(kept->spec).mode == resource::TaskMode::template_) {
        throw base::Error(base::Fault::failed,
                          base::format("task '{}' is a template; it has not run", name.name))
            .hint(base::format("run it: orloj run task/{}", shell_word(name.name)));
    }
    const StoredRun stored(session, ended_run(session, name, kept));
    Resource task = kept ? *kept : stored.task();
    label_as_copy(task, kept ? *kept : stored.task());
    task.metadata.name = name.name + "-retry";
    auto& spec = std::get<TaskSpec>(task.spec);
    for (const auto& [key, value] : overrides)
        spec.input[key] = value;
    const auto begin = [&](const run::Plan& plan) {
        if (!from) return run::Journal{};
        check_begun(stored, "keep");
        check_version(stored.row());
        check_keeping(stored, plan, *from);
        run::Journal out = run::again_from(plan, stored.journal(), {name.name, *from, session.clock().now()});
        tell_changed(session, stored, plan, std::get<trace::TaskForked>(out.events.back().payload));
        return out;
    };
    const Resource made =
        create_run(session, task, current(session, stored, kept.has_value()), Naming::stamped, begin);
    const std::string said = base::format("retried task/{} as {}", name.name, made.id());
    if (!arguments.has("--run")) {
        print_made(session, made, said, "run it");
        return 0;
    }
    session.say(said);
    return carry_on(session, {made.metadata.namespace_, made.metadata.name}, false);
}

} // namespace

Command retry_command() {
    return {
        "retry",
        "Do a task that ended again, as a new task.",
        "The new task, TASK-retry-<time>-<4 hex>, has the old one's spec and labels, and uses agents, "
        "systems\n"
        "and endpoints as they are now. It waits until it is run, or runs at once with --run.\n"
        "With --from AGENT, that agent and everything that got its answers is done again; what others\n"
        "answered is kept and not paid for again, also in branches beside it, and counts towards limits. An\n"
        "agent that failed or was not done is always done again. The input and the system must be the same.",
        "  orloj retry task/hello --run\n"
        "  orloj retry task/hello --with-overrides topic=fusion --run\n"
        "  orloj retry task/hello --from writer --run",
        {{"TASK", "task/NAME; a bare NAME will do.", Takes::many, true}},
        {{"--with-overrides", 0, "K=V", "Another input; may be repeated.", Takes::many},
         {"--from", 0, "AGENT", "Keep what was answered before this agent.", Takes::one},
         {"--run", 0, "", "Run it at once.", Takes::nothing}},
        retry};
}

} // namespace cli
