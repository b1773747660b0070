#include "cli/execute.hpp"

#include <algorithm>

#include <unistd.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/onlooker.hpp"
#include "cli/otlp_export.hpp"
#include "cli/secrets.hpp"
#include "cli/stopping.hpp"
#include "cli/stored_run.hpp"
#include "cli/typed_again.hpp"
#include "run/ending.hpp"
#include "run/engine.hpp"
#include "store/resources.hpp"

namespace cli {

using resource::Name;
using resource::Resource;

namespace {

/// Writes to the journal, then tells whoever looks on or reads.
class Teller final : public trace::Sink {
  public:
    Teller(const Session& session, trace::Sink& journal, Onlooker& onlooker)
        : session_(session), journal_(journal), onlooker_(onlooker) {}

    void commit(const std::vector<trace::Event>& events,
                const std::vector<trace::StoredMessage>& messages) override {
        journal_.commit(events, messages);
        if (session_.format() == Format::jsonl) print(events);
        for (const trace::Event& event : events)
            onlooker_.tell(event);
    }

  private:
    void print(const std::vector<trace::Event>& events) const {
        std::string text;
        for (const trace::Event& event : events)
            text += trace::event_json(event) + "\n";
        try {
            session_.out_foreign(text);
        } catch (const base::Error& error) {
            // A reader that went away stops the run in order; what cannot be written is not passed over.
            if (error.fault() != base::Fault::closed) throw;
        }
    }

    const Session& session_;
    trace::Sink& journal_;
    Onlooker& onlooker_;
};

std::vector<store::PinnedSpec> pins_of(const run::Plan& plan) {
    std::vector<store::PinnedSpec> out;
    for (const run::Revision& revision : plan.revisions)
        out.push_back({revision.pin, revision.spec});
    return out;
}

[[noreturn]] void refuse_owned(Session& session, const store::RunRow& row) {
    const auto pid = store::run_owner(session.database_path(), row.id);
    const std::string who =
        pid && *pid > 0 ? base::format("process {}", *pid) : std::string("another process");
    throw base::Error(base::Fault::failed, base::format("task '{}' is running in {}", row.task.name, who))
        .hint(base::format("watch it: orloj logs task/{} -f", shell_word(row.task.name)));
}

/// Runs what is planned under the lock of the run and reports how it ended.
enum class Way {
    fresh,     ///< never started; pinned to the plan
    resumed,   ///< goes on with what it was pinned to
    refreshed, ///< goes on, pinned anew
};

/// What can be found out without the network: keys, requests and files of certificates.
void check_endpoints(const run::Plan& plan, run::Secrets& secrets, const Tape* tape) {
    run::check_endpoints(plan, secrets);
    if (tape != nullptr && tape->plays()) return;
    for (const run::EndpointPlan& planned : plan.endpoints) {
        if (const std::string problem = ca_bundle_problem(planned); !problem.empty())
            throw base::Error(base::Fault::reference, problem)
                .hint("it has to be a PEM file of CA certificates");
    }
}

std::string go_on_with(const run::Plan& plan, bool moved) {
    if (moved)
        return base::format("if it was moved, name it: orloj resume task/{} --db PATH",
                            shell_word(plan.task.name));
    return base::format("what was answered is kept; go on with it: orloj resume task/{}",
                        shell_word(plan.task.name));
}

[[noreturn]] void refuse_ended(const store::RunRow& row) {
    const bool begun = row.started.has_value();
    throw base::Error(base::Fault::failed, base::format("task '{}' was {} by another process meanwhile",
                                                        row.task.name, begun ? "started" : "ended"))
        .hint(base::format("read what happened: orloj logs task/{}", shell_word(row.task.name)));
}

/// As report(), but who reads nothing is told nothing.
int report_or_close(Session& session, const run::Plan& plan, const run::Engine& engine, Onlooker& onlooker,
                    bool lost_reader) {
    if (engine.state().end || !lost_reader) return report(session, plan, engine, onlooker);
    onlooker.leave();
    try {
        session.show(
            base::Error(
                base::Fault::closed,
                base::format("task '{}' is interrupted: the reader of the output went away", plan.task.name))
                .hint(base::format("go on with it: orloj resume task/{}", shell_word(plan.task.name))));
    } catch (const base::Error& error) {
        if (error.fault() != base::Fault::closed) throw; // the other reader went away, too
    }
    throw base::Error(base::Fault::closed, "the reader of the output went away");
}

/// Requires: the lock of the run is held.
int execute(Session& session, const run::Plan& plan, const Seized& run, Way way, const Manner& manner) {
    store::Connection& connection = session.writing();
    const store::RunRow& row = run.row;
    store::Runs runs(connection);
    base::raise_open_file_limit();
    const run::Engine* going = nullptr;
    const std::unique_ptr<Onlooker> onlooker = onlooker_of(session, plan, [&] { return going; });
    Stopping stopping(session, *onlooker, connection, row.id, manner.grace);
    const std::unique_ptr<run::Secrets> secrets = secrets_for(session, manner.tape);
    const Wire wire(session, plan, *secrets, manner.tape,
                    [&](const std::string& wrong) { session.warn(wrong + "; the run goes on without it"); });
    store::RunJournal journal(connection, row.id, {::getpid(), base::host_name()});
    Teller teller(session, journal, *onlooker);
    SessionPolicies policies(session);
    run::Engine engine(plan, {wire.transport(), teller, *secrets, policies, session.clock(), stopping,
                              onlooker.get(), nullptr, row.ended() ? nullptr : session.prices()});
    going = &engine;
    const bool resume = way != Way::fresh;
    if (resume) {
        runs.messages(row.id, [&](const trace::StoredMessage& message) { engine.load(message); });
        runs.events(row.id, 0, [&](const trace::Event& event) {
            engine.load(event);
            onlooker->recall(event);
        });
    }
    OtlpExport exported(session);
    if (!engine.state().end) {
        if (resume) check_endpoints(plan, *secrets, manner.tape);
        if (way != Way::resumed) runs.replace_pins(row.id, pins_of(plan));
        try {
            engine.run(way == Way::refreshed ? "with endpoints as they are now" : manner.by);
        } catch (base::Error& error) { // most of all when the disk is full
            throw base::Error(std::move(error).hint(go_on_with(plan, connection.moved())));
        }
        if (engine.state().end) exported.start(plan.task, manner.otlp_endpoint);
    }
    return report_or_close(session, plan, engine, *onlooker, stopping.lost_reader());
}

[[noreturn]] void unknown_task(const Name& name) {
    throw base::Error(base::Fault::not_found,
                      base::format("task \"{}\" not found in namespace \"{}\"", name.name, name.namespace_))
        .hint("see which there are: orloj get tasks -A");
}

/// Takes the lock of a run. Throws when another process has it, or has deleted it.
Seized own(Session& session, const Name& task) {
    store::Runs runs(session.writing());
    for (;;) {
        const auto seen = runs.find(task);
        if (!seen) unknown_task(task);
        auto lock = store::RunLock::try_acquire(session.database_path(), seen->id);
        if (!lock) refuse_owned(session, *seen);
        auto row = runs.find(task); // as it is now that nobody else changes it
        if (row && row->id == seen->id) return {std::move(*row), std::move(*lock)};
    }
}

/// As own(), for a run that is to begin; made when it is not there.
Seized begin(Session& session, const run::Plan& plan) {
    store::Connection& connection = session.writing();
    store::Transaction transaction(connection, store::Transaction::Kind::write);
    store::Runs runs(connection);
    if (!runs.find(plan.task))
        runs.create(plan.task, plan.system, run::engine_version, pins_of(plan), session.clock().now());
    Seized out = own(session, plan.task);
    if (out.row.started || out.row.ended()) refuse_ended(out.row);
    transaction.commit();
    return out;
}

/// What a run goes on with: its pins, or with `refresh` endpoints as they are now.
run::Plan pinned_plan(Session& session, const store::RunRow& row, bool refresh,
                      const resource::RunLimits& limits) {
    check_version(row);
    (void)session.writing();
    const StoredRun stored(session, row);
    const run::Catalog from_pins = stored.catalog();
    const run::Catalog live = catalog(session, {}, {});
    const run::Catalog chosen = [&](const resource::Kind& kind, const Name& name) -> std::optional<Resource> {
        const bool endpoint = &kind == &resource::kind_of<resource::ModelEndpointSpec>();
        if (refresh && endpoint) {
            if (auto current = live(kind, name)) return current;
        }
        return from_pins(kind, name);
    };
    return run::make_plan(limited(stored.task(), limits), chosen);
}

/// Requires: the lock of the run is held.
int resume(Session& session, const Seized& run, bool refresh, const Manner& manner = {}) {
    if (!run.row.ended()) (void)session.prices(); // complains before anything is changed
    const run::Plan plan = pinned_plan(session, run.row, refresh, manner.limits);
    if (any(manner.limits)) store::Runs(session.writing()).replace_pins(run.row.id, pins_of(plan));
    return execute(session, plan, run, refresh ? Way::refreshed : Way::resumed, manner);
}

void print_stored_events(Session& session, const store::RunRow& row) {
    std::string text;
    store::Runs(session.writing()).events(row.id, 0, [&](const trace::Event& event) {
        text += trace::event_json(event) + "\n";
    });
    session.out_foreign(text);
}

int report_ended(Session& session, const store::RunRow& row) {
    if (row.phase == "Succeeded") {
        if (session.format() == Format::json) return resume(session, own(session, row.task), false);
        if (session.format() == Format::jsonl) {
            print_stored_events(session, row);
            return 0;
        }
        print_stored_answer(session, row);
        return 0;
    }
    throw base::Error(base::Fault::failed, base::format("task '{}' has ended: {}{}", row.task.name, row.phase,
                                                        row.last_error.empty() ? "" : ": " + row.last_error))
        .hint(base::format("run it again with current resources: orloj retry task/{} --run",
                           shell_word(row.task.name)))
        .hint(base::format("read what happened: orloj trace task/{}", shell_word(row.task.name)));
}

/// Whether the next try would fail in the same way unless somebody changes something.
bool lasts(base::Fault fault) {
    return fault == base::Fault::manifest || fault == base::Fault::reference || fault == base::Fault::secret;
}

/// The last events of a run that no engine works on.
void write_end(Session& session, const Seized& run, std::int64_t last_seq, std::int64_t attempt,
               std::vector<run::Draft> drafts) {
    std::vector<trace::Event> events;
    for (run::Draft& draft : drafts) {
        trace::Event event;
        event.seq = ++last_seq;
        event.time = session.clock().now();
        event.attempt = attempt;
        event.payload = std::move(draft.payload);
        events.push_back(std::move(event));
    }
    store::Runs(session.writing()).append(run.row.id, events, {});
}

} // namespace

run::Catalog catalog(Session& session, Given given, Overrides overrides) {
    return [&session, given = std::move(given), overrides = std::move(overrides)](
               const resource::Kind& kind, const Name& name) -> std::optional<Resource> {
        std::optional<Resource> found;
        for (const Resource* r : given) {
            if (&r->kind() == &kind && r->metadata.namespace_ == name.namespace_ &&
                r->metadata.name == name.name)
                found = *r;
        }
        if (!found) {
            store::Connection* connection = session.reading();
            if (connection != nullptr) found = store::Resources(*connection).find(kind, name);
        }
        if (found) {
            if (auto* agent = std::get_if<resource::AgentSpec>(&found->spec))
                change(*agent, name.name, overrides);
        }
        return found;
    };
}

run::Plan plan_checked(Session& session, const Resource& task, const run::Catalog& from, const Tape* tape) {
    run::Plan plan = run::make_plan(task, from);
    (void)session.prices();
    check_endpoints(plan, *secrets_for(session, tape), tape);
    return plan;
}

int start(Session& session, const Resource& task, const run::Catalog& from, const Manner& manner) {
    const run::Plan plan = plan_checked(session, limited(task, manner.limits), from, manner.tape);
    return execute(session, plan, begin(session, plan), Way::fresh, manner);
}

int start_stamped(Session& session, Resource task, const run::Catalog& from, Keep keep,
                  const std::function<void(const Resource&)>& announce, const Manner& manner) {
    task = limited(std::move(task), manner.limits);
    const std::string plain = task.metadata.name;
    for (;;) {
        task.metadata.name =
            base::format("{}-{}-{}", plain, base::compact(session.clock().now()), base::random_hex(4));
        const Name name{task.metadata.namespace_, task.metadata.name};
        const run::Plan plan = plan_checked(session, task, from, manner.tape);
        store::Connection& connection = session.writing();
        store::Transaction transaction(connection, store::Transaction::Kind::write);
        store::Runs runs(connection);
        store::Resources resources(connection);
        if (runs.find(name) || resources.find(task.kind(), name)) continue;
        const base::Time now = session.clock().now();
        if (keep == Keep::task_too) (void)resources.put(task, false, now);
        runs.create(name, plan.system, run::engine_version, pins_of(plan), now);
        const Seized run = own(session, name); // before anybody else can see it
        transaction.commit();
        announce(task);
        return execute(session, plan, run, Way::fresh, manner);
    }
}

int carry_on(Session& session, const Name& name, bool refresh, const Manner& manner) {
    store::Connection* connection = session.reading();
    std::optional<store::RunRow> row;
    std::optional<Resource> task;
    if (connection != nullptr) {
        row = store::Runs(*connection).find(name);
        task = store::Resources(*connection).find(resource::kind_of<resource::TaskSpec>(), name);
    }
    if (!row && !task) not_found(session, resource::kind_of<resource::TaskSpec>(), name);
    if (row && row->ended()) return report_ended(session, *row);
    // A run that was made but not begun has its pins too: what it was asked to do, overrides included.
    if (row && (row->started || !task || !store::Runs(*connection).pins(row->id).empty()))
        return resume(session, own(session, name), refresh, manner);
    if (std::get<resource::TaskSpec>(task->spec).mode == resource::TaskMode::template_) {
        task->metadata.name += "-run";
        std::get<resource::TaskSpec>(task->spec).mode = resource::TaskMode::run;
        task->metadata.labels[std::string(run::source_label)] = name.name;
        task->metadata.labels["orloj.dev/source-task-namespace"] = name.namespace_;
        return start_stamped(
            session, *task, catalog(session, {}, {}), Keep::task_too,
            [&](const Resource& made) { session.say("created " + made.id()); }, manner);
    }
    return start(session, *task, catalog(session, {}, {}), manner);
}

std::optional<Seized> seize(Session& session, const Name& name) {
    store::Connection& connection = session.writing();
    store::Transaction transaction(connection, store::Transaction::Kind::write);
    store::Runs runs(connection);
    if (!runs.find(name)) {
        const auto task = store::Resources(connection).find(resource::kind_of<resource::TaskSpec>(), name);
        if (!task) not_found(session, resource::kind_of<resource::TaskSpec>(), name);
        runs.create(name, std::get<resource::TaskSpec>(task->spec).system, run::engine_version, {},
                    session.clock().now());
    }
    store::RunRow row = *runs.find(name);
    auto lock = store::RunLock::try_acquire(session.database_path(), row.id);
    if (!lock) return std::nullopt;
    transaction.commit();
    return Seized{std::move(row), std::move(*lock)};
}

std::optional<int> take_up(Session& session, const Name& name, const Manner& manner) {
    store::Connection& connection = session.writing();
    store::Resources resources(connection);
    const auto task = resources.find(resource::kind_of<resource::TaskSpec>(), name);
    const auto id = resources.id_of(resource::kind_of<resource::TaskSpec>(), name);
    if (!task && !store::Runs(connection).find(name)) return std::nullopt; // deleted meanwhile
    const auto starting =
        id ? store::RunLock::try_acquire(session.database_path(), start_lock(*id)) : std::nullopt;
    if (id && !starting) return std::nullopt;
    const auto run = seize(session, name);
    if (!run || run->row.ended()) return std::nullopt;
    store::Runs runs(connection);
    try {
        if (!runs.pins(run->row.id).empty()) return resume(session, *run, false, manner);
        const run::Plan plan =
            plan_checked(session, limited(*task, manner.limits), catalog(session, {}, {}), manner.tape);
        return execute(session, plan, *run, Way::fresh, manner);
    } catch (const base::Error& error) {
        const auto now = runs.find(name);
        if (lasts(error.fault()) && now && !now->started && !now->ended())
            write_end(session, *run, 0, 1, {{"", 0, run::stillborn(error)}});
        throw;
    }
}

void end_cancelled(Session& session, const Seized& run, const std::string& reason) {
    store::Runs runs(session.writing());
    run::State state;
    std::int64_t last = 0;
    std::vector<run::Draft> drafts;
    try {
        const run::Plan plan = pinned_plan(session, run.row, false, {});
        run::Transcript transcript;
        runs.messages(run.row.id, [&](const trace::StoredMessage& message) { transcript.load(message); });
        runs.events(run.row.id, 0, [&](const trace::Event& event) { run::apply(state, plan, event); });
        last = state.last_seq;
        drafts = run::cancellation(state, plan, transcript, reason, state.last_time); // nobody ran it since
    } catch (
        const base::Error&) { // never begun, or begun by an orloj that knew more: its journal can still end
        last = runs.last_seq(run.row.id);
        drafts = run::cancellation(reason);
    }
    write_end(session, run, last, std::max<std::int64_t>(run.row.attempts, 1), std::move(drafts));
}

std::int64_t start_lock(std::int64_t resource) {
    constexpr std::int64_t above_all_runs = std::int64_t{1} << 48;
    return above_all_runs + resource;
}

} // namespace cli
