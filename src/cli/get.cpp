// orloj get: resources as a table, as JSON or as YAML.
#include <algorithm>

#include "base/text.hpp"
#include "cli/secrets.hpp"
#include "cli/table.hpp"
#include "manifest/manifest.hpp"
#include "store/resources.hpp"
#include "store/run_lock.hpp"
#include "store/runs.hpp"

namespace cli {

using resource::Resource;

namespace {

constexpr std::size_t widest_error = 80; // columns of LAST_ERROR

/// A resource with what the store knows about it.
struct Row {
    Resource resource;
    std::optional<store::RunRow> run;
    bool interrupted = false;
};

class Listing {
  public:
    explicit Listing(Session& session) : session_(session) {}

    std::vector<Row> read(const resource::Kind& kind, const store::Filter& filter, const std::string& name) {
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
        if (&kind == &resource::kind_of<resource::TaskSpec>()) {
            for (Row& row : out)
                add_run(*connection, row);
            if (filter.labels.empty()) add_unstored(*connection, filter, name, out);
        }
        return out;
    }

    std::string status(const Row& row) {
        if (row.run) return row.interrupted ? "Interrupted" : row.run->phase;
        if (std::holds_alternative<resource::TaskSpec>(row.resource.spec)) return "Pending";
        if (std::holds_alternative<resource::ModelEndpointSpec>(row.resource.spec)) {
            return endpoint_status(session_, row.resource);
        }
        for (const resource::Reference& reference : resource::references(row.resource)) {
            if (!exists(reference)) {
                return base::format("Error: {} \"{}\" not found", reference.kind->singular,
                                    reference.target.name);
            }
        }
        return "Ready";
    }

  private:
    /// Runs of manifests that were never stored (`run -f`): their tasks are what the runs pinned.
    void add_unstored(store::Connection& connection, const store::Filter& filter, const std::string& name,
                      std::vector<Row>& out) {
        store::Runs runs(connection);
        for (store::RunRow& run : runs.list(name.empty() ? filter.namespace_ : session_.namespace_())) {
            const bool stored = std::any_of(out.begin(), out.end(),
                                            [&](const Row& row) { return row.run && row.run->id == run.id; });
            if (stored || (!name.empty() && run.task.name != name)) continue;
            Row row;
            for (const store::PinnedSpec& pinned : runs.pins(run.id)) {
                if (pinned.pin.role == "task")
                    row.resource.spec =
                        resource::read_spec(resource::kind_of<resource::TaskSpec>(), pinned.spec);
            }
            if (!std::holds_alternative<resource::TaskSpec>(row.resource.spec)) continue;
            row.resource.metadata.name = run.task.name;
            row.resource.metadata.namespace_ = run.task.namespace_;
            row.resource.metadata.created_at = base::rfc3339(run.created);
            add_run(connection, row);
            out.push_back(std::move(row));
        }
    }

    void add_run(store::Connection& connection, Row& row) {
        row.run =
            store::Runs(connection).find({row.resource.metadata.namespace_, row.resource.metadata.name});
        if (row.run && row.run->phase == "Running") {
            row.interrupted = !store::run_owner(session_.database_path(), row.run->id).has_value();
        }
    }

    bool exists(const resource::Reference& reference) {
        const auto [it, fresh] =
            known_.try_emplace(std::string(reference.kind->name) + reference.target.text(), false);
        if (fresh)
            it->second =
                store::Resources(*session_.reading()).find(*reference.kind, reference.target).has_value();
        return it->second;
    }

    Session& session_;
    std::map<std::string, bool> known_;
};

std::string count(std::size_t n) {
    return std::to_string(n);
}

/// The columns of each kind, as the original has them; the first is always the name.
struct Columns {
    const resource::Kind* kind;
    std::vector<std::string> header;
    std::vector<std::string> (*cells)(const Row&, const std::string& status);
};

const Columns& columns(const resource::Kind& kind) {
    static const std::array<Columns, std::variant_size_v<resource::Spec>> table{{
        {&resource::kind_of<resource::AgentSpec>(),
         {"NAME", "MODEL_REF", "STATUS", "TOOLS"},
         [](const Row& row, const std::string& status) -> std::vector<std::string> {
             const auto& s = std::get<resource::AgentSpec>(row.resource.spec);
             return {s.model_ref, status, count(s.tools.size())};
         }},
        {&resource::kind_of<resource::AgentSystemSpec>(),
         {"NAME", "STATUS", "AGENTS"},
         [](const Row& row, const std::string& status) -> std::vector<std::string> {
             const auto& s = std::get<resource::AgentSystemSpec>(row.resource.spec);
             return {status, count(s.agents.size())};
         }},
        {&resource::kind_of<resource::ModelEndpointSpec>(),
         {"NAME", "PROVIDER", "BASE_URL", "DEFAULT_MODEL", "STATUS"},
         [](const Row& row, const std::string& status) -> std::vector<std::string> {
             const auto& s = std::get<resource::ModelEndpointSpec>(row.resource.spec);
             const provider::Provider* p = provider::find_provider(s.provider);
             const std::string url =
                 s.base_url.empty() && p != nullptr ? std::string(p->default_base_url) : s.base_url;
             return {s.provider, http::displayed(url), s.default_model, status};
         }},
        {&resource::kind_of<resource::SecretSpec>(),
         {"NAME", "KEYS", "STATUS"},
         [](const Row& row, const std::string& status) -> std::vector<std::string> {
             return {count(std::get<resource::SecretSpec>(row.resource.spec).data.size()), status};
         }},
        {&resource::kind_of<resource::AgentPolicySpec>(),
         {"NAME", "MODE", "SYSTEM_TARGETS", "TASK_TARGETS", "TOKENS", "ALLOWED_MODELS", "BLOCKED_TOOLS",
          "STATUS"},
         [](const Row& row, const std::string& status) -> std::vector<std::string> {
             const auto& s = std::get<resource::AgentPolicySpec>(row.resource.spec);
             return {std::string(schema::name_of(s.apply_mode)),
                     count(s.target_systems.size()),
                     count(s.target_tasks.size()),
                     std::to_string(s.max_tokens_per_run),
                     count(s.allowed_models.size()),
                     count(s.blocked_tools.size()),
                     status};
         }},
        {&resource::kind_of<resource::TaskSpec>(),
         {"NAME", "SYSTEM", "PRIORITY", "STATUS", "ATTEMPTS", "LAST_ERROR"},
         [](const Row& row, const std::string& status) -> std::vector<std::string> {
             const auto& s = std::get<resource::TaskSpec>(row.resource.spec);
             return {s.system, s.priority, status, row.run ? std::to_string(row.run->attempts) : "0",
                     row.run ? base::ellipsis(row.run->last_error, widest_error) : ""};
         }},
    }};
    // By kind, not by place: a kind added in the middle must not shift the others.
    return *std::find_if(table.begin(), table.end(), [&](const Columns& c) { return c.kind == &kind; });
}

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

void write(base::JsonWriter& out, const Row& row, const std::string& status) {
    const Resource& r = row.resource;
    out.begin_object();
    out.member("apiVersion", "orloj.dev/v1").member("kind", r.kind().name).key("metadata");
    schema::encode(out, schema::type_of<resource::Metadata>(), &r.metadata);
    out.key("spec");
    schema::encode(out, r.kind().type(), resource::address(r.spec));
    out.key("status").begin_object();
    const bool failed = status.starts_with("Error: ");
    out.member("phase", row.run ? row.run->phase : failed ? "Error" : status);
    if (failed) out.member("lastError", status.substr(7));
    if (row.run) task_status(out, row);
    out.member("observedGeneration", r.metadata.generation).end_object();
    out.end_object();
}

std::string json_of(Listing& listing, const std::vector<Row>& rows, bool single) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    if (single) {
        write(out, rows.front(), listing.status(rows.front()));
        return std::move(out).take() + "\n";
    }
    out.begin_object().member("apiVersion", "orloj.dev/v1").key("items").begin_array();
    for (const Row& row : rows)
        write(out, row, listing.status(row));
    out.end_array().end_object();
    return std::move(out).take() + "\n";
}

std::string table_of(Listing& listing, const resource::Kind& kind, const std::vector<Row>& rows,
                     bool namespaces) {
    const Columns& c = columns(kind);
    std::vector<std::string> header = c.header;
    if (namespaces) header.insert(header.begin(), "NAMESPACE");
    std::vector<std::vector<std::string>> cells;
    for (const Row& row : rows) {
        std::vector<std::string> line = c.cells(row, listing.status(row));
        line.insert(line.begin(), row.resource.metadata.name);
        if (namespaces) line.insert(line.begin(), row.resource.metadata.namespace_);
        cells.push_back(std::move(line));
    }
    return render_table(header, cells);
}

store::Filter filter_of(const Session& session, const Arguments& arguments) {
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

[[noreturn]] void not_found(Session& session, const Target& target) {
    std::vector<std::string> names;
    if (store::Connection* connection = session.reading()) {
        names = store::Resources(*connection).names(*target.kind, session.namespace_());
    }
    const auto meant = base::nearest(target.name, names);
    throw base::Error(base::Fault::not_found,
                      base::format("{} \"{}\" not found in namespace \"{}\"", target.kind->singular,
                                   target.name, session.namespace_()))
        .hint(meant ? base::format("did you mean '{}'?", *meant)
                    : base::format("see which there are: orloj get {} -A", target.kind->plural));
}

int get(Session& session, const Arguments& arguments) {
    const Target target = parse_target(arguments.many("RESOURCE"));
    const bool single = !target.name.empty();
    if (single && arguments.has("--selector")) {
        throw base::Error(base::Fault::usage, "-l selects from a list, and a single resource is named");
    }
    Format format = session.format({Format::table, Format::json, Format::yaml, Format::name});
    if (single && session.globals().output.empty()) format = Format::yaml;
    Listing listing(session);
    // One view of the store for the whole listing, and one lock instead of one a query.
    std::optional<store::Transaction> view;
    if (store::Connection* connection = session.reading())
        view.emplace(*connection, store::Transaction::Kind::read);
    const std::vector<Row> rows = listing.read(*target.kind, filter_of(session, arguments), target.name);
    if (single && rows.empty()) not_found(session, target);
    switch (format) {
    case Format::table:
        session.out(table_of(listing, *target.kind, rows, arguments.has("--all-namespaces")));
        return 0;
    case Format::json:
        session.out(json_of(listing, rows, single));
        return 0;
    case Format::yaml:
        session.out(manifest::render_yaml(schema::parse_json(json_of(listing, rows, single)).tree));
        return 0;
    case Format::name:
        for (const Row& row : rows)
            session.out(row.resource.id() + "\n");
        return 0;
    }
    return 0;
}

} // namespace

Command get_command() {
    return {"get",
            "List resources, or show one as YAML.",
            "RESOURCE is a kind in any spelling (agents, agent, Agent, model-endpoints, ...), with a name\n"
            "for a single one: agent/NAME or agent NAME. STATUS is computed here, without the network.",
            "  orloj get model-endpoints\n"
            "  orloj get agents -A -l team=docs\n"
            "  orloj get task/hello -o json",
            {{"RESOURCE", "A kind, and a name for a single resource.", Takes::many, true}},
            {{"--all-namespaces", 'A', "", "Every namespace.", Takes::nothing},
             {"--selector", 'l', "K=V", "Only resources with these labels.", Takes::many}},
            get};
}

} // namespace cli
