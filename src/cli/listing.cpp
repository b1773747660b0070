#include "cli/listing.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/secrets.hpp"
#include "cli/typed_again.hpp"
#include "run/ending.hpp"
#include "store/run_lock.hpp"

namespace cli {

using resource::Resource;

namespace {

void task_status(base::JsonWriter& out, const Row& row) {
    const store::RunRow& run = *row.run;
    if (row.interrupted) out.member("interrupted", true);
    if (!run.last_error.empty()) out.member("lastError", run.last_error);
    if (!run.stopped_reason.empty()) out.member("stopped_reason", run.stopped_reason);
    if (run.started) out.member("startedAt", base::rfc3339(*run.started));
    if (run.finished) out.member("completedAt", base::rfc3339(*run.finished));
    out.member("attempts", run.attempts);
    if (run.cost) out.key("cost_usd").raw(base::decimal(*run.cost));
    if (run.cost && run.unpriced > 0) out.member("unpriced_calls", run.unpriced);
    if (!run.output.empty()) out.key("output").raw(run.output);
}

void probe_status(base::JsonWriter& out, const store::ProbeRow& probe) {
    out.key("probe").begin_object().member("readiness", probe.readiness).member("detail", probe.detail);
    if (!probe.hint.empty()) out.member("hint", probe.hint);
    out.member("time", base::rfc3339(probe.at)).end_object();
}

} // namespace

std::string age(base::Duration since) {
    const std::int64_t s = std::max<std::int64_t>(0, since.us / 1'000'000);
    if (s < 60) return base::format("{}s", s);
    if (s < 3600) return base::format("{}m", s / 60);
    if (s < 48LL * 3600) return base::format("{}h", s / 3600);
    return base::format("{}d", s / (24LL * 3600));
}

std::vector<Row> Listing::read(const resource::Kind& kind, const store::Filter& filter,
                               const std::string& name) {
    std::vector<Row> out;
    store::Connection* connection = session_.reading();
    if (connection == nullptr) return out;
    if (name.empty()) {
        visit(kind, filter, [&out](Row row) { out.push_back(std::move(row)); });
        return out;
    }
    const resource::Name wanted{session_.namespace_(), name};
    auto found = store::Resources(*connection).find(kind, wanted);
    if (&kind == &resource::kind_of<resource::TaskSpec>()) {
        auto run = store::Runs(*connection).find(wanted);
        if (found) {
            out.push_back(with_run(std::move(*found), std::move(run)));
        } else if (run && filter.labels.empty()) {
            if (auto row = unstored(*connection, std::move(*run))) out.push_back(std::move(*row));
        }
        return out;
    }
    if (!found) return out;
    Row& row = out.emplace_back();
    row.resource = std::move(*found);
    row.read_at = session_.clock().now();
    if (&kind == &resource::kind_of<resource::ModelEndpointSpec>())
        row.probe = store::Probes(*connection).find(wanted);
    return out;
}

void Listing::visit(const resource::Kind& kind, const store::Filter& filter,
                    const std::function<void(Row)>& visit) {
    store::Connection* connection = session_.reading();
    if (connection == nullptr) return;
    if (&kind == &resource::kind_of<resource::TaskSpec>()) {
        visit_tasks(*connection, filter, visit);
        return;
    }
    std::map<resource::Name, store::ProbeRow> probes;
    if (&kind == &resource::kind_of<resource::ModelEndpointSpec>())
        probes = store::Probes(*connection).current();
    const base::Time now = session_.clock().now();
    store::Resources(*connection).visit(kind, filter, [&](Resource r) {
        Row row;
        row.resource = std::move(r);
        row.read_at = now;
        const auto it = probes.find({row.resource.metadata.namespace_, row.resource.metadata.name});
        if (it != probes.end()) row.probe = it->second;
        visit(std::move(row));
    });
}

// Both tables in the order of their keys, side by side: one walk through each, however many there are.
void Listing::visit_tasks(store::Connection& connection, const store::Filter& filter,
                          const std::function<void(Row)>& visit) {
    store::RunCursor runs(connection, filter.namespace_);
    std::optional<store::RunRow> run = runs.next();
    const auto pass = [&](const resource::Name* limit) { // runs without a task before it
        while (run && (limit == nullptr || run->task < *limit)) {
            if (filter.labels.empty()) {
                if (auto row = unstored(connection, std::move(*run))) visit(std::move(*row));
            }
            run = runs.next();
        }
    };
    store::Resources(connection).visit(resource::kind_of<resource::TaskSpec>(), filter, [&](Resource task) {
        const resource::Name name{task.metadata.namespace_, task.metadata.name};
        pass(&name);
        const bool ran = run && run->task == name;
        visit(with_run(std::move(task), ran ? std::move(run) : std::nullopt));
        if (ran) run = runs.next();
    });
    pass(nullptr);
}

std::string Listing::status(const Row& row) {
    const resource::Kind& kind = row.resource.kind();
    if (row.run && row.interrupted) return "Interrupted";
    if (row.run && row.run->stopped_reason == run::stopped_by_cancel) return "Cancelled";
    if (row.run) return row.run->phase;
    if (std::holds_alternative<resource::ModelEndpointSpec>(row.resource.spec))
        return endpoint_status(session_, row.resource);
    for (const resource::Reference& reference : resource::references(row.resource)) {
        if (reference.optional || exists(reference)) continue;
        if (std::holds_alternative<resource::TaskSpec>(row.resource.spec)) break; // said when it is run
        return base::format("Error: {} \"{}\" not found", reference.kind->singular, reference.target.name);
    }
    return std::string(kind.phase);
}

// A run of a manifest that was never stored: its task is what the run pinned.
std::optional<Row> Listing::unstored(store::Connection& connection, store::RunRow run) {
    const auto spec = store::Runs(connection).task_spec(run.id);
    if (!spec) return std::nullopt;
    Resource task;
    task.spec = resource::read_spec(resource::kind_of<resource::TaskSpec>(), *spec);
    task.metadata.name = run.task.name;
    task.metadata.namespace_ = run.task.namespace_;
    task.metadata.created_at = base::rfc3339(run.created);
    return with_run(std::move(task), std::move(run));
}

Row Listing::with_run(Resource task, std::optional<store::RunRow> run) {
    Row row;
    row.resource = std::move(task);
    row.run = std::move(run);
    row.read_at = session_.clock().now();
    row.interrupted = row.run && row.run->phase == "Running" &&
                      !store::run_owner(session_.database_path(), row.run->id).has_value();
    return row;
}

bool Listing::exists(const resource::Reference& reference) {
    const auto [it, fresh] =
        known_.try_emplace(std::string(reference.kind->name) + reference.target.text(), false);
    if (fresh)
        it->second =
            store::Resources(*session_.reading()).find(*reference.kind, reference.target).has_value();
    return it->second;
}

store::Filter label_filter(const Session& session, const Arguments& arguments) {
    store::Filter out;
    if (!arguments.has("--all-namespaces")) out.namespace_ = session.namespace_();
    for (const std::string& text : arguments.many("--selector")) {
        for (const std::string_view pair : base::split(text, ',')) {
            const std::size_t equals = pair.find('=');
            const bool plain = equals != std::string_view::npos && equals > 0 && pair[equals - 1] != '!' &&
                               pair.substr(equals + 1, 1) != "=";
            if (!plain) {
                throw base::Error(base::Fault::usage,
                                  base::format("invalid -l \"{}\": expected key=value", pair));
            }
            out.labels[std::string(base::trim(pair.substr(0, equals)))] = base::trim(pair.substr(equals + 1));
        }
    }
    return out;
}

std::vector<Use> all_uses(store::Connection& connection) {
    std::vector<Use> out;
    store::Resources table(connection);
    for (const resource::Kind& kind : resource::kinds()) {
        for (const Resource& r : table.list(kind, {})) {
            for (resource::Reference& reference : resource::references(r)) {
                const bool near = reference.target.namespace_ == r.metadata.namespace_;
                out.push_back(
                    {near ? r.id()
                          : base::format("{}/{}/{}", kind.singular, r.metadata.namespace_, r.metadata.name),
                     std::move(reference)});
            }
        }
    }
    return out;
}

void write(base::JsonWriter& out, const Row& row, const std::string& status) {
    const Resource& r = row.resource;
    out.begin_object();
    out.member("apiVersion", "orloj.dev/v1").member("kind", r.kind().name).key("metadata");
    schema::encode(out, schema::type_of<resource::Metadata>(), &r.metadata);
    out.key("spec");
    schema::encode(out, r.kind().type(), resource::address(r.spec));
    out.key("status").begin_object();
    const bool failed = status.starts_with("Error: ");
    const std::string_view phase = row.run                      ? std::string_view(row.run->phase)
                                   : failed && r.kind().decided ? r.kind().phase
                                   : failed                     ? std::string_view("Error")
                                                                : std::string_view(status);
    out.member("phase", phase);
    if (failed) out.member("lastError", status.substr(7));
    if (row.run) task_status(out, row);
    if (row.probe) probe_status(out, *row.probe);
    out.member("observedGeneration", r.metadata.generation).end_object();
    out.end_object();
}

std::string probe_text(const Row& row) {
    if (!row.probe) return "-";
    return base::format("{} {} ago", row.probe->readiness, age(row.read_at - row.probe->at));
}

void not_found(Session& session, const resource::Kind& kind, const resource::Name& name) {
    std::vector<std::string> names;
    std::vector<std::string> elsewhere;
    if (store::Connection* connection = session.reading()) {
        store::Resources resources(*connection);
        names = resources.names(kind, name.namespace_);
        elsewhere = resources.namespaces_with(kind, name.name);
    }
    const auto meant = base::nearest(name.name, names);
    throw base::Error(base::Fault::not_found, base::format("{} \"{}\" not found in namespace \"{}\"",
                                                           kind.singular, name.name, name.namespace_))
        .hint(!elsewhere.empty() ? base::format("there is one in namespace '{}': add -n {}",
                                                elsewhere.front(), shell_word(elsewhere.front()))
              : meant            ? base::format("did you mean '{}'?", *meant)
                                 : base::format("see which there are: orloj get {} -A", kind.plural));
}

} // namespace cli
