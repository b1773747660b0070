// orloj fork: a run goes on from any event of another one, with another prompt or model.
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "cli/execute.hpp"
#include "cli/stored_run.hpp"
#include "cli/typed_again.hpp"
#include "store/resources.hpp"

namespace cli {

using resource::Name;
using resource::Resource;

namespace {

/// Only what is another value than before.
std::vector<trace::AgentChange> real_changes(const run::Plan& plan, const Overrides& changes) {
    std::vector<trace::AgentChange> out;
    std::set<std::string_view> seen;
    for (const run::NodePlan& node : plan.nodes) {
        if (!seen.insert(node.declared).second) continue; // an agent may have several places
        const auto prompt = changes.prompts.find(node.declared);
        if (prompt != changes.prompts.end() && prompt->second != node.agent.prompt)
            out.push_back({node.declared, "prompt", ""});
        const auto model = changes.model_refs.find(node.declared);
        if (model != changes.model_refs.end() && model->second != node.agent.model_ref)
            out.push_back({node.declared, "model_ref", model->second});
    }
    return out;
}

std::int64_t event_to_fork_at(const Arguments& arguments, const std::string& task, std::int64_t last) {
    const std::string see =
        base::format("events with their numbers: orloj logs task/{} --seq", shell_word(task));
    const auto text = arguments.one("--at");
    if (!text) throw base::Error(base::Fault::usage, "--at is missing: the event to fork after").hint(see);
    const auto at = base::to_integer(*text);
    if (!at || *at < 1 || *at > last) {
        throw base::Error(base::Fault::usage, base::format("--at {}: task '{}' has the events 1 to {}",
                                                           base::visible(*text), task, last))
            .hint(see);
    }
    return *at;
}

/// What the old run was pinned to, with the changes; endpoints it did not have are those of now.
run::Catalog changed_catalog(Session& session, const StoredRun& stored, const Overrides& changes) {
    return [&session, pins = stored.catalog(), changes](const resource::Kind& kind,
                                                        const Name& name) -> std::optional<Resource> {
        auto found = pins(kind, name);
        if (!found && &kind == &resource::kind_of<resource::ModelEndpointSpec>()) {
            if (store::Connection* connection = session.reading())
                return store::Resources(*connection).find(kind, name);
        }
        if (!found) return found;
        if (auto* agent = std::get_if<resource::AgentSpec>(&found->spec)) change(*agent, name.name, changes);
        return found;
    };
}

/// The task of the fork: the labels of the stored one, what the run was started with.
Resource task_of(Session& session, const StoredRun& stored, const Arguments& arguments) {
    Resource out = stored.task();
    const auto kept = store::Resources(*session.reading()).find(out.kind(), stored.row().task);
    if (kept) out.metadata.labels.insert(kept->metadata.labels.begin(), kept->metadata.labels.end());
    label_as_copy(out, stored.task());
    std::get<resource::TaskSpec>(out.spec).mode = resource::TaskMode::run;
    const auto name = arguments.one("--name");
    out.metadata.name = name.value_or(stored.row().task.name + "-fork");
    if (name && name->empty()) throw base::Error(base::Fault::usage, "--name is empty");
    if (const std::string problem = name ? resource::name_problem(*name) : ""; !problem.empty())
        throw base::Error(base::Fault::usage, base::format("--name \"{}\" {}", *name, problem));
    return out;
}

int fork_run(Session& session, const Arguments& arguments) {
    const StoredRun stored(session, task_target(session, arguments.many("TASK")));
    const std::string& from = stored.row().task.name;
    check_begun(stored, "fork");
    check_version(stored.row());
    const run::Journal journal = stored.journal();
    const auto last = static_cast<std::int64_t>(journal.events.size());
    const std::int64_t at = event_to_fork_at(arguments, from, last);
    Overrides changes = settings_of(arguments);
    const run::Plan before = stored.plan();
    check_agents(before, changes);
    if (!changes.model_ref.empty()) {
        const std::set<std::string> asked = run::asked_after(before, journal, at);
        if (asked.empty()) {
            throw base::Error(base::Fault::usage,
                              base::format("no agent is asked after event {} of task '{}'", at, from))
                .hint(base::format("fork earlier; events with their numbers: orloj logs task/{} --seq",
                                   shell_word(from)));
        }
        for (const std::string& agent : asked)
            changes.model_refs.try_emplace(agent, changes.model_ref);
        changes.model_ref.clear(); // not of those that have answered
    }
    const std::vector<trace::AgentChange> real = real_changes(before, changes);
    const run::Catalog from_changed = changed_catalog(session, stored, changes);
    const auto begin = [&](const run::Plan& plan) {
        const base::Redactor redact = known_secrets(session, plan);
        return run::fork(plan, journal, {from, at, session.clock().now(), real}, redact);
    };
    const Resource made = create_run(session, task_of(session, stored, arguments), from_changed,
                                     arguments.has("--name") ? Naming::exact : Naming::stamped, begin);
    const std::string said = base::format("forked task/{} after event {} as {}", from, at, made.id());
    if (arguments.has("--no-run")) {
        print_made(session, made, said, "go on with it");
        return 0;
    }
    session.say(said);
    return carry_on(session, {made.metadata.namespace_, made.metadata.name}, false);
}

} // namespace

Command fork_command() {
    return {
        "fork",
        "Go on from any event of a run, with another prompt or model.",
        "A new task begins with the events of the old one up to --at, with what was answered until then, "
        "and\n"
        "goes on from there. Nothing that was answered is asked or paid for again; a call that was under "
        "way\n"
        "at that event is made again. The old run stays as it is, and either may be deleted without the\n"
        "other. Contents are those the old run was pinned to, whatever was applied since; endpoints it did\n"
        "not have are taken as they are now. A changed prompt stands at the beginning of the agent's\n"
        "conversation from its next call on; answers given before stay answers.\n"
        "Calls and tokens of the shared events count towards budgets and limits: a fork is the same run "
        "with\n"
        "another ending. `orloj logs TASK --seq` shows the numbers of events, `orloj diff` compares the two.",
        "  orloj logs task/hello --seq\n"
        "  orloj fork task/hello --at 12 --set agent.writer.prompt=@shorter.txt\n"
        "  orloj fork task/hello --at 12 --model-ref anthropic-default",
        {{"TASK", "task/NAME; a bare NAME will do.", Takes::many, true}},
        {{"--at", 0, "SEQ", "The last event to take over.", Takes::one},
         settings_options().at(0),
         settings_options().at(1),
         {"--name", 0, "NAME", "The new task's name; TASK-fork-<time>-<4 hex> when absent.", Takes::one},
         {"--no-run", 0, "", "Store it without going on.", Takes::nothing}},
        fork_run};
}

} // namespace cli
