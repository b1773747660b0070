#include "store/resources.hpp"

#include <set>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace store {

using resource::Kind;
using resource::Name;
using resource::Resource;

namespace {

std::map<std::string, std::string> read_texts(std::string_view json) {
    std::map<std::string, std::string> out;
    if (json == "{}") return out;
    for (const schema::Entry& entry : schema::parse_json(json).tree.entries)
        out[entry.key] = entry.value.text;
    return out;
}

constexpr std::string_view select_columns =
    "namespace, name, labels, annotations, spec, generation, resource_version, "
    "created_at";

Resource read_row(const Kind& kind, const Statement& row) {
    Resource out;
    out.metadata.namespace_ = row.text(0);
    out.metadata.name = row.text(1);
    out.metadata.labels = read_texts(row.text(2));
    out.metadata.annotations = read_texts(row.text(3));
    out.spec = resource::read_spec(kind, row.text(4));
    out.metadata.generation = row.integer(5);
    out.metadata.resource_version = std::to_string(row.integer(6));
    out.metadata.created_at = base::rfc3339({row.integer(7)});
    return out;
}

} // namespace

Prepared prepare(const Resource& r) {
    Prepared out{&r.kind(),
                 {r.metadata.namespace_, r.metadata.name},
                 schema::encode(r.metadata.labels),
                 schema::encode(r.metadata.annotations),
                 resource::spec_json(r.spec),
                 {}};
    out.spec_hash = base::sha256(out.spec);
    return out;
}

Applied Resources::compare(const Resource& r) {
    Statement row = db_.query(
        "SELECT labels, annotations, spec FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
        r.kind().name, r.metadata.namespace_, r.metadata.name);
    if (!row.step()) return Applied::created;
    const Prepared given = prepare(r);
    const bool same =
        row.text(0) == given.labels && row.text(1) == given.annotations && row.text(2) == given.spec;
    return same ? Applied::unchanged : Applied::configured;
}

Applied Resources::put(const Prepared& given, bool sealed_changed, base::Time now) {
    Statement row = db_.query(
        "INSERT INTO resource (kind, namespace, name, labels, annotations, spec, spec_hash, generation, "
        "resource_version, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, 1, ?8, ?8) "
        "ON CONFLICT (kind, namespace, name) DO UPDATE SET labels = excluded.labels, "
        "annotations = excluded.annotations, spec = excluded.spec, spec_hash = excluded.spec_hash, "
        "generation = generation + (spec <> excluded.spec OR ?9), "
        "resource_version = resource_version + 1, updated_at = excluded.updated_at "
        "WHERE ?9 OR labels <> excluded.labels OR annotations <> excluded.annotations "
        "OR spec <> excluded.spec RETURNING resource_version",
        given.kind->name, given.name.namespace_, given.name.name, given.labels, given.annotations, given.spec,
        Blob{base::bytes_of(given.spec_hash)}, now.us, sealed_changed);
    if (!row.step()) return Applied::unchanged;
    const bool first = row.integer(0) == 1;
    row.run();
    return first ? Applied::created : Applied::configured;
}

std::optional<Resource> Resources::find(const Kind& kind, const Name& name) {
    static const std::string sql =
        base::format("SELECT {} FROM resource WHERE kind = ? AND namespace = ? AND name = ?", select_columns);
    Statement row = db_.query(sql, kind.name, name.namespace_, name.name);
    if (!row.step()) return std::nullopt;
    return read_row(kind, row);
}

std::optional<std::int64_t> Resources::id_of(const Kind& kind, const Name& name) {
    Statement row = db_.query("SELECT id FROM resource WHERE kind = ? AND namespace = ? AND name = ?",
                              kind.name, name.namespace_, name.name);
    if (!row.step()) return std::nullopt;
    return row.integer(0);
}

std::vector<Resource> Resources::list(const Kind& kind, const Filter& filter) {
    std::vector<Resource> out;
    visit(kind, filter, [&out](Resource r) { out.push_back(std::move(r)); });
    return out;
}

void Resources::visit(const Kind& kind, const Filter& filter, const std::function<void(Resource)>& visit) {
    static const std::string sql = base::format(
        "SELECT {} FROM resource WHERE kind = ?1 AND (?2 IS NULL OR namespace = ?2) ORDER BY namespace, name",
        select_columns);
    db_.for_each(
        sql,
        [&](const Statement& row) {
            Resource r = read_row(kind, row);
            for (const auto& [key, value] : filter.labels) {
                const auto it = r.metadata.labels.find(key);
                if (it == r.metadata.labels.end() || it->second != value) return;
            }
            visit(std::move(r));
        },
        kind.name, filter.namespace_);
}

std::vector<std::string> Resources::namespaces_with(const Kind& kind, const std::string& name) {
    std::vector<std::string> out;
    db_.for_each(
        "SELECT namespace FROM resource WHERE kind = ? AND name = ? ORDER BY namespace LIMIT 1000",
        [&](const Statement& row) { out.emplace_back(row.text(0)); }, kind.name, name);
    return out;
}

std::vector<std::string> Resources::names(const Kind& kind, const std::string& namespace_) {
    std::vector<std::string> out;
    db_.for_each(
        "SELECT name FROM resource WHERE kind = ? AND namespace = ? ORDER BY name LIMIT 1000",
        [&](const Statement& row) { out.emplace_back(row.text(0)); }, kind.name, namespace_);
    return out;
}

std::vector<std::string> Resources::names_from(const Kind& kind, const std::string& namespace_,
                                               std::string_view prefix, std::int64_t most) {
    std::vector<std::string> out;
    // No name goes on with the last character there is.
    db_.for_each(
        "SELECT name FROM resource WHERE kind = ?1 AND namespace = ?2 AND name >= ?3 "
        "AND name < ?3 || char(1114111) ORDER BY name LIMIT ?4",
        [&](const Statement& row) { out.emplace_back(row.text(0)); }, kind.name, namespace_, prefix, most);
    return out;
}

std::vector<std::string> Resources::namespaces() {
    constexpr int most_steps = 2000;
    std::set<std::string> out;
    int steps = 0;
    // From each namespace of a kind to the next one by the index, however many names are between.
    for (const Kind& kind : resource::kinds()) {
        std::string last;
        for (bool more = true; more && steps < most_steps; ++steps) {
            more = false;
            db_.for_each(
                "SELECT namespace FROM resource WHERE kind = ? AND namespace > ? "
                "ORDER BY namespace LIMIT 1",
                [&](const Statement& row) {
                    last = row.text(0);
                    more = true;
                },
                kind.name, last);
            if (more) out.insert(last);
        }
    }
    return {out.begin(), out.end()};
}

bool Resources::remove(const Kind& kind, const Name& name) {
    return db_.run("DELETE FROM resource WHERE kind = ? AND namespace = ? AND name = ?", kind.name,
                   name.namespace_, name.name) > 0;
}

std::map<std::string, std::int64_t> Resources::counts() {
    std::map<std::string, std::int64_t> out;
    db_.for_each("SELECT kind, count(*) FROM resource GROUP BY kind",
                 [&](const Statement& row) { out.emplace(row.text(0), row.integer(1)); });
    return out;
}

std::map<std::string, std::string> Resources::sealed(const Name& secret) {
    std::map<std::string, std::string> out;
    db_.for_each(
        "SELECT secret_value.key, sealed FROM secret_value JOIN resource ON resource.id = resource_id "
        "WHERE kind = 'Secret' AND namespace = ? AND name = ?",
        [&](const Statement& row) { out.emplace(row.text(0), row.blob(1)); }, secret.namespace_, secret.name);
    return out;
}

std::int64_t Resources::sealed_count() {
    return db_.integer("SELECT count(*) FROM secret_value");
}

bool Resources::has_sealed(const Name& secret, const std::string& key) {
    return db_
        .query("SELECT 1 FROM secret_value JOIN resource ON resource.id = resource_id "
               "WHERE kind = 'Secret' AND namespace = ? AND name = ? AND secret_value.key = ?",
               secret.namespace_, secret.name, key)
        .step();
}

std::vector<SealedValue> Resources::all_sealed() {
    std::vector<SealedValue> out;
    db_.for_each("SELECT resource_id, namespace, name, secret_value.key, sealed FROM secret_value "
                 "JOIN resource ON resource.id = resource_id ORDER BY namespace, name, secret_value.key",
                 [&](const Statement& row) {
                     out.push_back({row.integer(0),
                                    {std::string(row.text(1)), std::string(row.text(2))},
                                    std::string(row.text(3)),
                                    std::string(row.blob(4))});
                 });
    return out;
}

void Resources::replace_sealed(const SealedValue& value, std::string_view sealed) {
    db_.run("UPDATE secret_value SET sealed = ? WHERE resource_id = ? AND key = ?", Blob{sealed},
            value.resource, value.key);
}

void Resources::put_sealed(const Name& secret, const std::map<std::string, std::string>& values) {
    const std::int64_t id =
        db_.integer("SELECT id FROM resource WHERE kind = 'Secret' AND namespace = ? AND name = ?",
                    secret.namespace_, secret.name);
    db_.run("DELETE FROM secret_value WHERE resource_id = ?", id);
    for (const auto& [key, sealed] : values) {
        db_.run("INSERT INTO secret_value (resource_id, key, sealed) VALUES (?, ?, ?)", id, key,
                Blob{sealed});
    }
}

} // namespace store
