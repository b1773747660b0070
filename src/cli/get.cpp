// orloj get: resources as a table, as JSON or as YAML.
#include "base/text.hpp"
#include "cli/columns.hpp"
#include "cli/listing.hpp"
#include "cli/probe.hpp"
#include "cli/table.hpp"
#include "manifest/manifest.hpp"

namespace cli {

namespace {

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
    const Columns& c = columns_of(kind);
    std::vector<std::string> header = c.header;
    header.insert(header.begin(), "NAME");
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

/// Asks the endpoints of the rows now, and puts what was found into the rows.
std::vector<Probed> probe_rows(Session& session, std::vector<Row>& rows) {
    std::vector<resource::Resource> endpoints;
    for (const Row& row : rows)
        endpoints.push_back(row.resource);
    std::vector<Probed> found = probe(session, endpoints, Look::readiness);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].probe = row_of(found[i]);
        rows[i].read_at = session.clock().now();
    }
    return found;
}

/// What a table has no room for: why an endpoint is not ready, and what to do.
void explain(const Session& session, const std::vector<Probed>& found) {
    for (const Probed& one : found) {
        const provider::Verdict& verdict = one.verdict;
        if (verdict.readiness == provider::Readiness::ready) continue;
        session.say(base::format("{}: {}: {}", short_name(one.endpoint.metadata),
                                 schema::name_of(verdict.readiness), verdict.sentence));
        if (!verdict.hint.empty()) session.say("  hint: " + verdict.hint);
    }
}

void print(Session& session, const Arguments& arguments, const resource::Kind& kind, Listing& listing,
           const std::vector<Row>& rows, Format format, bool single) {
    switch (format) {
    case Format::table:
        session.out(table_of(listing, kind, rows, arguments.has("--all-namespaces")));
        return;
    case Format::json:
        session.out(json_of(listing, rows, single));
        return;
    case Format::yaml:
        session.out(manifest::render_yaml(schema::parse_json(json_of(listing, rows, single)).tree));
        return;
    case Format::name:
        for (const Row& row : rows)
            session.out(row.resource.id() + "\n");
        return;
    }
}

int get(Session& session, const Arguments& arguments) {
    const Target target = parse_target(arguments.many("RESOURCE"));
    const bool single = !target.name.empty();
    if (single && arguments.has("--selector")) {
        throw base::Error(base::Fault::usage, "-l selects from a list, and a single resource is named");
    }
    const bool asks = arguments.has("--probe");
    if (asks && target.kind != &resource::kind_of<resource::ModelEndpointSpec>()) {
        throw base::Error(base::Fault::usage,
                          base::format("--probe asks model endpoints, and {} are none", target.kind->plural))
            .hint("orloj get model-endpoints --probe");
    }
    Format format = session.format({Format::table, Format::json, Format::yaml, Format::name});
    if (single && session.globals().output.empty()) format = Format::yaml;
    Listing listing(session);
    // One view of the store for the whole listing, and one lock instead of one a query.
    std::optional<store::Transaction> view;
    if (store::Connection* connection = session.reading())
        view.emplace(*connection, store::Transaction::Kind::read);
    std::vector<Row> rows = listing.read(*target.kind, label_filter(session, arguments), target.name);
    if (single && rows.empty()) not_found(session, *target.kind, {session.namespace_(), target.name});
    std::vector<Probed> found;
    if (asks) {
        view.reset(); // nobody should wait for us while we wait for others
        found = probe_rows(session, rows);
    }
    print(session, arguments, *target.kind, listing, rows, format, single);
    view.reset();
    if (asks) keep(session, found);
    if (format == Format::table) explain(session, found);
    return 0;
}

} // namespace

Command get_command() {
    return {
        "get",
        "List resources, or show one as YAML.",
        "RESOURCE is a kind in any spelling (agents, agent, Agent, model-endpoints, ...), with a name\n"
        "for a single one: agent/NAME or agent NAME. STATUS is computed here, without the network.\n"
        "For model endpoints, PROBE is what the last `get --probe` or `doctor` found out; --probe asks them\n"
        "all now, at the same time and 3 seconds at most, and only for what costs nothing.",
        "  orloj get model-endpoints --probe\n"
        "  orloj get agents -A -l team=docs\n"
        "  orloj get task/hello -o json",
        {{"RESOURCE", "A kind, and a name for a single resource.", Takes::many, true}},
        {{"--all-namespaces", 'A', "", "Every namespace.", Takes::nothing},
         {"--selector", 'l', "K=V", "Only resources with these labels.", Takes::many},
         {"--probe", 0, "", "Ask model endpoints now whether they are ready.", Takes::nothing}},
        get};
}

} // namespace cli
