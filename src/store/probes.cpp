#include "store/probes.hpp"

#include "base/hash.hpp"

namespace store {

namespace {

constexpr std::string_view endpoint_kind = "ModelEndpoint";

ProbeRow read_row(const Statement& row) {
    return {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), {row.integer(3)}};
}

} // namespace

void Probes::put(const resource::Resource& endpoint, const ProbeRow& found) {
    const base::Digest hash = base::sha256(resource::spec_json(endpoint.spec));
    db_.run("INSERT OR REPLACE INTO probe (resource_id, spec_hash, time, readiness, detail, hint) "
            "SELECT id, ?, ?, ?, ?, ? FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
            Blob{base::bytes_of(hash)}, found.at.us, found.readiness, found.detail, found.hint, endpoint_kind,
            endpoint.metadata.namespace_, endpoint.metadata.name);
}

std::map<resource::Name, ProbeRow> Probes::current() {
    std::map<resource::Name, ProbeRow> out;
    db_.for_each(
        "SELECT readiness, detail, hint, time, namespace, name FROM probe "
        "JOIN resource ON resource.id = resource_id AND resource.spec_hash = probe.spec_hash",
        [&](const Statement& row) {
            out.emplace(resource::Name{std::string(row.text(4)), std::string(row.text(5))}, read_row(row));
        });
    return out;
}

std::optional<ProbeRow> Probes::find(const resource::Name& endpoint) {
    Statement row =
        db_.query("SELECT readiness, detail, hint, time FROM probe "
                  "JOIN resource ON resource.id = resource_id AND resource.spec_hash = probe.spec_hash "
                  "WHERE kind = ? AND namespace = ? AND name = ?",
                  endpoint_kind, endpoint.namespace_, endpoint.name);
    if (!row.step()) return std::nullopt;
    return read_row(row);
}

} // namespace store
