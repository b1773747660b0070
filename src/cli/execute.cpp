#include "cli/execute.hpp"

#include <algorithm>

#include <unistd.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/interruption.hpp"
#include "cli/secrets.hpp"
#include "run/engine.hpp"
#include "store/resources.hpp"
#include "store/run_lock.hpp"
#include "store/runs.hpp"

namespace cli {

using resource::Name;
using resource::Resource;

namespace {

/// Ctrl-C once: finish what is under way; twice: stop at once.
class Signals final : public run::Interrupt {
  public:
    Signals(Session& session, LiveAnswer& live) : session_(session), live_(live) {
        session_.stop_on(Interruption::fd());
    }
    ~Signals() override { session_.stop_on(-1); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    int level() override {
        const int seen = Interruption::seen();
        if (seen > 0 && !told_) {
            told_ = true;
            live_.break_line();
            session_.say("finishing what is under way; Ctrl-C again stops at once");
        }
        return std::min(seen, 2);
    }
    int fd() override { return Interruption::fd(); }

  private:
    Interruption interruption_;
    Session& session_;
    LiveAnswer& live_;
    bool told_ = false;
};

/// Writes to the journal, then tells the person.
class Teller final : public trace::Sink {
  public:
    Teller(Session& session, trace::Sink& journal, LiveAnswer& live)
        : session_(session), journal_(journal), live_(live) {}

    void commit(const std::vector<trace::Event>& events,
                const std::vector<trace::StoredMessage>& messages) override {
        journal_.commit(events, messages);
        for (const trace::Event& event : events)
            tell(event);
    }

  private:
    void tell(const trace::Event& event) const {
        const bool told = trace::kind_of(event.payload).told == trace::Told::always;
        if (!told && !session_.globals().verbose) return;
        try {
            live_.break_line();
            session_.say(event.agent.empty() ? trace::sentence(event)
                                             : base::format("{}: {}", event.agent, trace::sentence(event)));
        } catch (const base::Error&) {
            return; // nobody listens any more; the run goes on, its journal is complete
        }
    }

    Session& session_;
    trace::Sink& journal_;
    LiveAnswer& live_;
};

void change(resource::AgentSpec& agent, const std::string& name, const Overrides& overrides) {
    if (!overrides.model_ref.empty()) agent.model_ref = overrides.model_ref;
    if (const auto it = overrides.model_refs.find(name); it != overrides.model_refs.end())
        agent.model_ref = it->second;
}

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
        .hint(base::format("watch it: orloj logs task/{} -f", row.task.name));
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

std::string go_on_with(const run::Plan& plan) {
    return base::format("what was answered is kept; go on with it: orloj resume task/{}", plan.task.name);
}

int execute(Session& session, const run::Plan& plan, const store::RunRow& row, Way way, Tape* tape) {
    store::Connection& connection = session.writing();
    const auto lock = store::RunLock::try_acquire(session.database_path(), row.id);
    if (!lock) refuse_owned(session, row);
    store::Runs runs(connection);
    const bool resume = way != Way::fresh;
    if (const auto now = runs.find(row.task);
        !resume && now && now->started) { // between our look and our lock
        throw base::Error(base::Fault::failed,
                          base::format("task '{}' was started by another process meanwhile", row.task.name))
            .hint(base::format("read what happened: orloj logs task/{}", row.task.name));
    }
    base::raise_open_file_limit();
    LiveAnswer live(session, plan);
    Signals signals(session, live);
    const std::unique_ptr<run::Secrets> secrets = secrets_for(session, tape);
    const Wire wire(session, plan, *secrets, tape, [&](const std::string& wrong) {
        live.break_line();
        session.warn(wrong + "; the run goes on without it");
    });
    store::RunJournal journal(connection, row.id, {::getpid(), base::host_name()});
    Teller teller(session, journal, live);
    SessionPolicies policies(session);
    run::Engine engine(plan, {wire.transport(), teller, *secrets, policies, session.clock(), signals, &live});
    if (resume) {
        runs.messages(row.id, [&](const trace::StoredMessage& message) { engine.load(message); });
        runs.events(row.id, 0, [&](const trace::Event& event) { engine.load(event); });
    }
    if (!engine.state().end) {
        if (resume) check_endpoints(plan, *secrets, tape);
        if (way != Way::resumed) runs.replace_pins(row.id, pins_of(plan));
        try {
            engine.run(way == Way::refreshed ? "with endpoints as they are now" : "by the user");
        } catch (base::Error& error) { // most of all when the disk is full
            throw base::Error(std::move(error).hint(go_on_with(plan)));
        }
    }
    return report(session, plan, engine, live);
}

void check_version(const store::RunRow& row) {
    const auto version = base::to_integer(row.engine_version);
    if (version && *version >= 1 && *version <= run::engine_version) return;
    throw base::Error(base::Fault::store,
                      base::format("task '{}' was started by engine version {}, this is version {}",
                                   row.task.name, row.engine_version, run::engine_version))
        .hint("its journal can be read with `orloj logs`, but not continued");
}

int resume(Session& session, const store::RunRow& row, bool refresh, Tape* tape = nullptr) {
    check_version(row);
    store::Connection& connection = session.writing();
    store::Runs runs(connection);
    std::vector<run::Revision> revisions;
    for (store::PinnedSpec& pinned : runs.pins(row.id))
        revisions.push_back({std::move(pinned.pin), std::move(pinned.spec)});
    const run::Catalog from_pins = run::pinned(revisions);
    const run::Catalog live = catalog(session, {}, {});
    const run::Catalog chosen = [&](const resource::Kind& kind, const Name& name) -> std::optional<Resource> {
        const bool endpoint = &kind == &resource::kind_of<resource::ModelEndpointSpec>();
        if (refresh && endpoint) {
            if (auto current = live(kind, name)) return current;
        }
        return from_pins(kind, name);
    };
    auto task = from_pins(resource::kind_of<resource::TaskSpec>(), row.task);
    for (const run::Revision& revision : revisions) {
        if (task && revision.pin.role == "source")
            task->metadata.labels[std::string(run::source_label)] = revision.pin.name;
    }
    if (!task)
        throw base::Error(base::Fault::store,
                          base::format("the run of task '{}' has lost its pins", row.task.name));
    return execute(session, run::make_plan(*task, chosen), row, refresh ? Way::refreshed : Way::resumed,
                   tape);
}

int report_ended(Session& session, const store::RunRow& row) {
    if (row.phase == "Succeeded") {
        if (session.format({Format::table, Format::json}) == Format::json) return resume(session, row, false);
        print_stored_answer(session, row);
        return 0;
    }
    throw base::Error(base::Fault::failed, base::format("task '{}' has ended: {}{}", row.task.name, row.phase,
                                                        row.last_error.empty() ? "" : ": " + row.last_error))
        .hint(base::format(
            "run it again with current resources: orloj apply -f ... --run, or read: orloj logs task/{}",
            row.task.name));
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
    check_endpoints(plan, *secrets_for(session, tape), tape);
    return plan;
}

int start(Session& session, const Resource& task, const run::Catalog& from, Tape* tape) {
    const run::Plan plan = plan_checked(session, task, from, tape);
    store::Connection& connection = session.writing();
    const Name name{task.metadata.namespace_, task.metadata.name};
    {
        store::Transaction transaction(connection, store::Transaction::Kind::write);
        store::Runs runs(connection);
        if (!runs.find(name)) {
            runs.create(name, plan.system, run::engine_version, pins_of(plan), session.clock().now());
        }
        transaction.commit();
    }
    return execute(session, plan, *store::Runs(connection).find(name), Way::fresh, tape);
}

int start_stamped(Session& session, Resource task, const run::Catalog& from, Keep keep,
                  const std::function<void(const Resource&)>& announce, Tape* tape) {
    const std::string plain = task.metadata.name;
    for (;;) {
        task.metadata.name =
            base::format("{}-{}-{}", plain, base::compact(session.clock().now()), base::random_hex(4));
        const Name name{task.metadata.namespace_, task.metadata.name};
        const run::Plan plan = plan_checked(session, task, from, tape);
        store::Connection& connection = session.writing();
        store::Transaction transaction(connection, store::Transaction::Kind::write);
        store::Runs runs(connection);
        store::Resources resources(connection);
        if (runs.find(name) || resources.find(task.kind(), name)) continue;
        const base::Time now = session.clock().now();
        if (keep == Keep::task_too) (void)resources.put(task, false, now);
        runs.create(name, plan.system, run::engine_version, pins_of(plan), now);
        transaction.commit();
        announce(task);
        return execute(session, plan, *runs.find(name), Way::fresh, tape);
    }
}

int carry_on(Session& session, const Name& name, bool refresh, Tape* tape) {
    store::Connection* connection = session.reading();
    std::optional<store::RunRow> row;
    std::optional<Resource> task;
    if (connection != nullptr) {
        row = store::Runs(*connection).find(name);
        task = store::Resources(*connection).find(resource::kind_of<resource::TaskSpec>(), name);
    }
    if (!row && !task) {
        base::Error error(base::Fault::not_found, base::format("task \"{}\" not found in namespace \"{}\"",
                                                               name.name, name.namespace_));
        throw std::move(error).hint("see which there are: orloj get tasks -A");
    }
    if (row && row->ended()) return report_ended(session, *row);
    // A run that was made but not begun has its pins too: what it was asked to do, overrides included.
    if (row) return resume(session, *row, refresh, tape);
    if (task && std::get<resource::TaskSpec>(task->spec).mode == resource::TaskMode::template_) {
        task->metadata.name += "-run";
        std::get<resource::TaskSpec>(task->spec).mode = resource::TaskMode::run;
        task->metadata.labels[std::string(run::source_label)] = name.name;
        task->metadata.labels["orloj.dev/source-task-namespace"] = name.namespace_;
        return start_stamped(
            session, *task, catalog(session, {}, {}), Keep::task_too,
            [&](const Resource& made) { session.say("created " + made.id()); }, tape);
    }
    return start(session, *task, catalog(session, {}, {}), tape);
}

} // namespace cli
