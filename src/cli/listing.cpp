#include "cli/listing.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/secrets.hpp"
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
    if (!run.output.empty()) out.key("output").raw(run.output);
}

void probe_status(base::JsonWriter& out, const store::ProbeRow& probe) {
    out.key("probe").begin_object().member("readiness", probe.readiness).member("detail", probe.detail);
    if (!probe.hint.empty()) out.member("hint", probe.hint);
    out.member("time", base::rfc3339(probe.at)).end_object();
}

/// "12s", "3m", "5h", "9d"; what a clock that was set back says is now.
std::string age(base::Duration since) {
    const std::int64_t s = std::max<std::int64_t>(0, since.us / 1'000'000);
    if (s < 60) return base::format("{}s", s);
    if (s < 3600) return base::format("{}m", s / 60);
    if (s < 48LL * 3600) return base::format("{}h", s / 3600);
    return base::format("{}d", s / (24LL * 3600));
}

} // namespace

std::vector<Row> Listing::read(const resource::Kind& kind, const store::Filter& filter,
                               const std::string& name) {
    std::vector<Row> out;
    store::Connection* connection = session_.reading();
    if (connection == nullptr) return out;
    store::Resources table(*connection);
    if (name.empty()) {
        for (Resource& r : table.list(kind, filter))
            out.push_back({std::move(r), std::nullopt, false});
    } else if (auto found = table.find(kind, {session_.namespace_(), name})) {
        out.push_back({std::move(*found), std::nullopt, false});
    }
    if (&kind == &resource::kind_of<resource::ModelEndpointSpec>()) add_probes(*connection, out);
    if (&kind == &resource::kind_of<resource::TaskSpec>()) {
        for (Row& row : out)
            add_run(*connection, row);
        if (filter.labels.empty()) add_unstored(*connection, filter, name, out);
    }
    return out;
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

// Runs of manifests that were never stored: their tasks are what the runs pinned.
void Listing::add_unstored(store::Connection& connection, const store::Filter& filter,
                           const std::string& name, std::vector<Row>& out) {
    store::Runs runs(connection);
    for (store::RunRow& run : runs.list(name.empty() ? filter.namespace_ : session_.namespace_())) {
        const bool stored = std::any_of(out.begin(), out.end(),
                                        [&](const Row& row) { return row.run && row.run->id == run.id; });
        if (stored || (!name.empty() && run.task.name != name)) continue;
        Row row;
        for (const store::PinnedSpec& pinned : runs.pins(run.id)) {
            if (pinned.pin.role == "task")
                row.resource.spec = resource::read_spec(resource::kind_of<resource::TaskSpec>(), pinned.spec);
        }
        if (!std::holds_alternative<resource::TaskSpec>(row.resource.spec)) continue;
        row.resource.metadata.name = run.task.name;
        row.resource.metadata.namespace_ = run.task.namespace_;
        row.resource.metadata.created_at = base::rfc3339(run.created);
        add_run(connection, row);
        out.push_back(std::move(row));
    }
}

void Listing::add_probes(store::Connection& connection, std::vector<Row>& rows) {
    if (rows.empty()) return;
    const auto found = store::Probes(connection).current();
    const base::Time now = session_.clock().now();
    for (Row& row : rows) {
        const auto it = found.find({row.resource.metadata.namespace_, row.resource.metadata.name});
        if (it != found.end()) row.probe = it->second;
        row.read_at = now;
    }
}

void Listing::add_run(store::Connection& connection, Row& row) {
    row.run = store::Runs(connection).find({row.resource.metadata.namespace_, row.resource.metadata.name});
    if (row.run && row.run->phase == "Running") {
        row.interrupted = !store::run_owner(session_.database_path(), row.run->id).has_value();
    }
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
        .hint(!elsewhere.empty()
                  ? base::format("there is one in namespace '{0}': add -n {0}", elsewhere.front())
              : meant ? base::format("did you mean '{}'?", *meant)
                      : base::format("see which there are: orloj get {} -A", kind.plural));
}

} // namespace cli
