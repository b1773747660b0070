#include "cli/stored_run.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "cli/execute.hpp"
#include "cli/listing.hpp"
#include "cli/secrets.hpp"
#include "cli/typed_again.hpp"
#include "store/resources.hpp"

namespace cli {

using resource::Name;
using resource::Resource;

namespace {

constexpr std::string_view source_namespace_label = "orloj.dev/source-task-namespace";

store::RunRow find_run(Session& session, const Name& name) {
    store::Connection* connection = session.reading();
    auto row = connection == nullptr ? std::nullopt : store::Runs(*connection).find(name);
    if (!row) refuse_without_run(session, name);
    return std::move(*row);
}

} // namespace

Name run_target(Session& session, const std::vector<std::string>& words) {
    if (!words.empty()) return task_target(session, words);
    store::Connection* connection = session.reading();
    auto newest =
        connection == nullptr ? std::nullopt : store::Runs(*connection).newest(session.namespace_());
    if (newest) return *std::move(newest);
    throw base::Error(base::Fault::not_found,
                      base::format("nothing has run in namespace \"{}\"", session.namespace_()))
        .hint("run something: orloj run --help");
}

void refuse_without_run(Session& session, const Name& name) {
    const resource::Kind& kind = resource::kind_of<resource::TaskSpec>();
    store::Connection* connection = session.reading();
    const auto task = connection == nullptr ? std::nullopt : store::Resources(*connection).find(kind, name);
    if (!task) not_found(session, kind, name);
    const bool runs = std::get<resource::TaskSpec>(task->spec).mode != resource::TaskMode::template_;
    throw base::Error(base::Fault::not_found,
                      base::format("task \"{}\" has not run in namespace \"{}\"", name.name, name.namespace_))
        .hint(runs ? base::format("run it: orloj run task/{}", shell_word(name.name))
                   : "it is a template; name one of its runs: orloj get tasks");
}

StoredRun::StoredRun(Session& session, const Name& task) : session_(session), row_(find_run(session, task)) {
    read_pins();
}

StoredRun::StoredRun(Session& session, store::RunRow row) : session_(session), row_(std::move(row)) {
    read_pins();
}

void StoredRun::read_pins() {
    for (store::PinnedSpec& pinned : store::Runs(*session_.reading()).pins(row_.id))
        revisions_.push_back({std::move(pinned.pin), std::move(pinned.spec)});
    task_ = catalog()(resource::kind_of<resource::TaskSpec>(), row_.task);
    if (!task_) return;
    for (const run::Revision& revision : revisions_) {
        if (revision.pin.role == "source")
            task_->metadata.labels[std::string(run::source_label)] = revision.pin.name;
    }
}

const Resource& StoredRun::task() const {
    if (task_) return *task_;
    throw base::Error(base::Fault::store,
                      base::format("the run of task '{}' has lost its pins", row_.task.name));
}

std::string StoredRun::hash_of(std::string_view role, std::string_view name) const {
    for (const run::Revision& revision : revisions_) {
        if (revision.pin.role == role && revision.pin.name == name) return revision.pin.hash;
    }
    return {};
}

void check_begun(const StoredRun& stored, std::string_view verb) {
    const store::RunRow& row = stored.row();
    if (row.started) return;
    const std::string& task = row.task.name;
    throw base::Error(base::Fault::failed,
                      base::format("task '{}' {}, so there is nothing to {}", task,
                                   row.ended() ? "ended before it began" : "has not begun", verb))
        .hint(row.ended() ? base::format("run it again: orloj retry task/{} --run", shell_word(task))
                          : base::format("run it: orloj run task/{}", shell_word(task)));
}

void check_version(const store::RunRow& row) {
    const auto version = base::to_integer(row.engine_version);
    if (version && *version >= 1 && *version <= run::engine_version) return;
    throw base::Error(base::Fault::store,
                      base::format("task '{}' was started by engine version {}, this is version {}",
                                   row.task.name, row.engine_version, run::engine_version))
        .hint("its journal can be read with `orloj logs`, but not continued");
}

run::Journal StoredRun::journal() const {
    run::Journal out;
    store::Runs runs(*session_.reading());
    runs.events(row_.id, 0, [&](trace::Event event) { out.events.push_back(std::move(event)); });
    runs.messages(row_.id, [&](const trace::StoredMessage& message) { out.messages.push_back(message); });
    return out;
}

void label_as_copy(Resource& copy, const Resource& of) {
    const auto source = of.metadata.labels.find(std::string(run::source_label));
    copy.metadata.labels[std::string(run::source_label)] =
        source == of.metadata.labels.end() ? of.metadata.name : source->second;
    copy.metadata.labels[std::string(source_namespace_label)] = of.metadata.namespace_;
}

Resource create_run(Session& session, Resource task, const run::Catalog& catalog, Naming naming,
                    const std::function<run::Journal(const run::Plan&)>& begin) {
    const std::string plain = task.metadata.name;
    for (;;) {
        if (naming == Naming::stamped)
            task.metadata.name =
                base::format("{}-{}-{}", plain, base::compact(session.clock().now()), base::random_hex(4));
        const Name name{task.metadata.namespace_, task.metadata.name};
        const run::Plan plan = plan_checked(session, task, catalog);
        const run::Journal journal = begin ? begin(plan) : run::Journal{};
        store::Connection& connection = session.writing();
        store::Transaction transaction(connection, store::Transaction::Kind::write);
        store::Runs runs(connection);
        store::Resources resources(connection);
        if (runs.find(name) || resources.find(task.kind(), name)) {
            if (naming == Naming::stamped) continue;
            throw base::Error(base::Fault::failed, base::format("task '{}' exists already", name.name))
                .hint("choose another --name, or leave it out");
        }
        const base::Time now = session.clock().now();
        (void)resources.put(task, false, now);
        std::vector<store::PinnedSpec> pins;
        for (const run::Revision& revision : plan.revisions)
            pins.push_back({revision.pin, revision.spec});
        const std::int64_t run = runs.create(name, plan.system, run::engine_version, pins, now);
        runs.write(run, journal.events, journal.messages);
        transaction.commit();
        return task;
    }
}

void print_made(Session& session, const Resource& made, const std::string& said, std::string_view verb) {
    if (session.format() == Format::json) {
        base::JsonWriter out(base::JsonWriter::Style::indented);
        out.begin_object().member("apiVersion", "orloj.dev/v1").member("task", made.metadata.name);
        out.member("namespace", made.metadata.namespace_).member("phase", "Pending").end_object();
        session.out(std::move(out).take() + "\n");
        return;
    }
    session.out(said + "\n");
    session.hint(base::format("{}: orloj run {}", verb, shell_word(made.id())));
}

base::Redactor known_secrets(Session& session, const run::Plan& plan) {
    base::Redactor out;
    SessionSecrets secrets(session);
    AwsKeyring aws(session);
    for (const run::EndpointPlan& endpoint : plan.endpoints) {
        for (const std::string& text : provider::plain_secrets(endpoint.endpoint))
            out.add(text);
        try {
            const bool chained = !endpoint.provider->aws_service.empty();
            const run::Credential found = chained ? aws.resolve_offline(endpoint) : secrets.resolve(endpoint);
            out.add(found.value.reveal());
            for (const base::SecretText& part : found.signing)
                out.add(part.reveal());
        } catch (const base::Error&) {
            continue; // what is not here cannot be shown
        }
    }
    return out;
}

} // namespace cli
