// orloj run and orloj resume: a task from here to its answer.
#include <filesystem>

#include "base/text.hpp"
#include "cli/consent.hpp"
#include "cli/execute.hpp"
#include "cli/manifests.hpp"
#include "cli/secrets.hpp"
#include "cli/typed_again.hpp"

namespace cli {

using resource::Resource;
using resource::TaskSpec;

namespace {

Overrides overrides_of(const Arguments& arguments, const std::vector<std::string>& pairs) {
    Overrides out = settings_of(arguments);
    put_inputs(out.input, pairs);
    put_input_files(out.input, arguments.many("--input-file"));
    out.max_turns = count_option(arguments, "--max-turns");
    return out;
}

Resource task_for(const std::string& system, const std::string& namespace_) {
    Resource task;
    task.metadata.namespace_ = namespace_;
    task.metadata.name = "run-" + system; // stamped when it starts
    TaskSpec spec;
    spec.system = system;
    task.spec = std::move(spec);
    return task;
}

void change_task(Resource& task, const Overrides& overrides) {
    auto& spec = std::get<TaskSpec>(task.spec);
    for (const auto& [key, value] : overrides.input)
        spec.input[key] = value;
    if (overrides.max_turns > 0) spec.max_turns = overrides.max_turns;
}

/// Whether `target` means nothing that is stored, but is there as a file or a folder.
bool names_a_file(Session& session, const std::string& target) {
    std::error_code error;
    if (!std::filesystem::exists(target, error)) return false;
    store::Connection* connection = session.reading();
    if (connection == nullptr) return true;
    const resource::Name name{session.namespace_(), target};
    return !store::Runs(*connection).find(name) &&
           !store::Resources(*connection).find(resource::kind_of<TaskSpec>(), name);
}

int run_system(Session& session, const std::string& system, const Overrides& overrides,
               const Manner& manner) {
    Resource task = task_for(system, session.namespace_());
    change_task(task, overrides);
    const run::Catalog from = catalog(session, {}, overrides);
    check_agents(plan_checked(session, task, from, manner.tape),
                 overrides); // a system that cannot run leaves no task behind
    return start_stamped(
        session, std::move(task), from, Keep::task_too,
        [&](const Resource& made) { session.say(base::format("task {} created", made.metadata.name)); },
        manner);
}

/// The task among the manifests, or one made for their only system.
Resource task_of(const manifest::Manifest& given) {
    const Resource* task = nullptr;
    const Resource* system = nullptr;
    std::size_t tasks = 0;
    std::size_t systems = 0;
    for (const manifest::Item& item : given.items) {
        if (std::holds_alternative<TaskSpec>(item.resource.spec)) task = &item.resource, ++tasks;
        if (std::holds_alternative<resource::AgentSystemSpec>(item.resource.spec))
            system = &item.resource, ++systems;
    }
    if (tasks == 1) {
        Resource out = *task;
        out.metadata.labels[std::string(run::source_label)] = out.metadata.name;
        out.metadata.name += "-run"; // stamped when it starts
        std::get<TaskSpec>(out.spec).mode = resource::TaskMode::run;
        return out;
    }
    if (tasks == 0 && systems == 1) return task_for(system->metadata.name, system->metadata.namespace_);
    throw base::Error(base::Fault::usage,
                      base::format("the manifests hold {} and {}; one to run is needed",
                                   base::counted(tasks, "task"), base::counted(systems, "system")))
        .hint("apply them and run one: orloj run task/NAME");
}

int run_files(Session& session, const Arguments& arguments, const Overrides& overrides,
              const Manner& manner) {
    const manifest::Manifest given = read_manifests(session, arguments);
    for (const manifest::Item& item : given.items) {
        // A secret is sealed by storing it, and a policy has to hold when the run is resumed.
        const bool stored_only = std::holds_alternative<resource::SecretSpec>(item.resource.spec) ||
                                 std::holds_alternative<resource::AgentPolicySpec>(item.resource.spec);
        if (!stored_only) continue;
        throw base::Error(base::Fault::usage,
                          base::format("{} cannot be used without being stored", item.resource.id()))
            .at(item.resource.where)
            .hint("store it first: orloj apply -f FILE, then run the rest");
    }
    check_references(session, given, false);
    Resource task = task_of(given);
    change_task(task, overrides);
    ask_consent(session, given, arguments.has("--yes"));
    Given looked_at;
    for (const manifest::Item& item : given.items)
        looked_at.push_back(&item.resource);
    const run::Catalog from = catalog(session, std::move(looked_at), overrides);
    check_agents(plan_checked(session, task, from, manner.tape), overrides);
    return start_stamped(
        session, std::move(task), from, Keep::run_only,
        [&](const Resource& made) { session.say(base::format("task {}", made.metadata.name)); }, manner);
}

int run(Session& session, const Arguments& arguments) {
    std::vector<std::string> targets;
    std::vector<std::string> pairs;
    for (const std::string& word : arguments.many("TARGET"))
        (word.find('=') == std::string::npos ? targets : pairs).push_back(word);
    const Overrides overrides = overrides_of(arguments, pairs);
    const auto system = arguments.one("--system");
    if (!targets.empty() && (system || arguments.has("--file"))) {
        throw base::Error(base::Fault::usage,
                          base::format("invalid input \"{}\": expected key=value", targets.front()));
    }
    const int ways = (targets.empty() ? 0 : 1) + (system ? 1 : 0) + (arguments.has("--file") ? 1 : 0);
    if (ways != 1) {
        throw base::Error(base::Fault::usage, ways == 0 ? "nothing to run is named"
                                                        : "only one of task, --system and -f can be run")
            .hint("orloj run --system NAME topic=..., orloj run task/NAME, or orloj run -f FOLDER topic=...");
    }
    const std::unique_ptr<Tape> tape = Tape::of(arguments);
    const Manner manner = manner_of(arguments, tape.get());
    if (system) return run_system(session, *system, overrides, manner);
    if (arguments.has("--file")) return run_files(session, arguments, overrides, manner);
    if (targets.size() == 1 && names_a_file(session, targets.front())) {
        throw base::Error(base::Fault::usage,
                          base::format("'{}' is no task, but a file or a folder", targets.front()))
            .hint(base::format("run what it holds: orloj run -f {}", shell_word(targets.front())));
    }
    const resource::Name name = task_target(session, targets);
    if (overrides.any()) {
        throw base::Error(base::Fault::usage,
                          "inputs, prompts, models and turns of a stored task cannot be changed")
            .hint("orloj run --system NAME key=value, or orloj fork for a task that has run");
    }
    return carry_on(session, name, false, manner);
}

int resume(Session& session, const Arguments& arguments) {
    const Manner manner = manner_of(arguments, nullptr);
    return carry_on(session, task_target(session, arguments.many("TASK")), arguments.has("--refresh"),
                    manner);
}

} // namespace

Command run_command() {
    return {
        "run",
        "Run a task, a system or a folder of manifests, and print the answer.",
        "The answer alone goes to stdout, progress to stderr. Ctrl-C once, SIGTERM and a reader of stdout\n"
        "that goes away finish what is under way, for a while (--grace), and stop so that `orloj resume` "
        "can\n"
        "go on; twice stops at once. `orloj cancel` in another terminal ends the run for good. Exit codes:\n"
        "0 done, 1 failed or cancelled, 2 wrong input, 3 a provider refused, 4 a policy or budget stopped "
        "it,\n"
        "130 interrupted, 141 nobody reads the output any more.\n"
        "On a terminal, progress is a view of all agents that is drawn in place; with -v, and elsewhere, it "
        "is\n"
        "a line for each call. -o jsonl prints each event as soon as it is stored, as `logs -o jsonl` does, "
        "and\n"
        "nothing else.\n"
        "A recording holds prompts and answers, but no keys. When it can no longer be written, a warning\n"
        "says so once and the run goes on.",
        "  orloj run --system report-system topic=\"state of fusion\"\n"
        "  orloj run -f examples/pipeline topic=fusion\n"
        "  orloj run task/hello -o json\n"
        "  orloj run --system report-system topic=fusion --record fusion.jsonl",
        {{"TARGET", "task/NAME, or inputs as key=value.", Takes::many, false, Means::task}},
        with_manner(
            {{"--system", 0, "SYSTEM", "Run this AgentSystem as a new task.", Takes::one},
             {"--file", 'f', "PATH", "Run manifests without storing them.", Takes::many},
             {"--input-file", 0, "KEY=PATH", "An input from a file; - is standard input.", Takes::many},
             settings_options().at(0),
             settings_options().at(1),
             {"--max-turns", 0, "N", "Longest chain of hand-offs, as spec.max_turns of a task.", Takes::one},
             {"--record", 0, "PATH", "Write what providers are asked and answer to a new file.", Takes::one},
             {"--replay", 0, "PATH", "Answer from such a file; nothing is sent, no key is needed.",
              Takes::one},
             {"--allow-unknown", 0, "", "Unknown fields of manifests are warnings.", Takes::nothing},
             {"--yes", 'y', "", "Do not ask before running manifests.", Takes::nothing}}),
        run};
}

Command resume_command() {
    return {"resume",
            "Go on with a run that was interrupted.",
            "What was answered is not asked again; a call that was under way is made again and marked so.\n"
            "The contents the run was started with are used, whatever was applied since. Its limits can be\n"
            "changed, also upwards.",
            "  orloj resume task/hello\n"
            "  orloj resume task/hello --refresh",
            {{"TASK", "task/NAME; a bare NAME will do.", Takes::many, true}},
            with_manner({{"--refresh", 0, "", "Use the endpoints as they are now (a corrected URL).",
                          Takes::nothing}}),
            resume};
}

} // namespace cli
