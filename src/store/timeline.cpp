#include "store/timeline.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "store/runs.hpp"

namespace store {

namespace {

/// Columns of a happening: time, type, kind, namespace, name, generation or seq, attempt, agent, step,
/// payload (NULL for resources).
Happening read_happening(const Statement& row) {
    Happening out;
    out.time = {row.integer(0)};
    out.type = row.text(1);
    out.kind = row.text(2);
    out.name = {std::string(row.text(3)), std::string(row.text(4))};
    if (row.is_null(9)) {
        out.generation = row.integer(5);
        return out;
    }
    const trace::EventKind* kind = trace::find_event_kind(out.type);
    if (kind == nullptr) return out; // a newer version wrote it: its name and place are known
    trace::Event& event = out.event.emplace();
    event.seq = row.integer(5);
    event.time = out.time;
    event.attempt = row.integer(6);
    event.agent = row.text(7);
    event.step = row.integer(8);
    event.payload = trace::read_payload(*kind, row.text(9));
    return out;
}

// Events that a fork took over happened in the other run, and are older than the run. ?1 namespace, ?2 type,
// ?3 kind, ?4 name, ?5 since.
constexpr char past_sql[] =
    "SELECT created_at AS time, 'resource.created' AS type, kind, namespace, name, 1 AS number, "
    "NULL AS attempt, NULL AS agent, NULL AS step, NULL AS payload FROM resource "
    "WHERE (?1 IS NULL OR namespace = ?1) AND ?2 IN ('', 'resource.created') AND ?3 IN ('', kind) "
    "AND ?4 IN ('', name) AND created_at >= ?5 "
    "UNION ALL "
    "SELECT updated_at, 'resource.updated', kind, namespace, name, generation, NULL, NULL, NULL, NULL "
    "FROM resource WHERE resource_version > 1 AND (?1 IS NULL OR namespace = ?1) "
    "AND ?2 IN ('', 'resource.updated') AND ?3 IN ('', kind) AND ?4 IN ('', name) AND updated_at >= ?5 "
    "UNION ALL "
    "SELECT event.time, event.type, 'Task', run.namespace, run.task, event.id & 4294967295, event.attempt, "
    "event.agent, event.step, event.payload "
    "FROM run CROSS JOIN event ON event.id BETWEEN run.id << 32 AND (run.id << 32) + 4294967295 "
    "WHERE (?1 IS NULL OR run.namespace = ?1) AND ?2 IN ('', event.type) AND ?3 IN ('', 'Task') "
    "AND ?4 IN ('', run.task) AND (run.finished_at IS NULL OR run.finished_at >= ?5) "
    "AND event.time >= max(?5, run.created_at) "
    "ORDER BY 1, 6";

} // namespace

bool Timeline::wants(const Happening& h) const {
    return (!filter_.namespace_ || h.name.namespace_ == *filter_.namespace_) &&
           (filter_.type.empty() || filter_.type == h.type) &&
           (filter_.kind.empty() || filter_.kind == h.kind) &&
           (filter_.name.empty() || filter_.name == h.name.name) && h.time >= filter_.since;
}

bool Timeline::wants_resources() const {
    return filter_.type.empty() || filter_.type.starts_with("resource.");
}

bool Timeline::wants_runs() const {
    return (filter_.type.empty() || !filter_.type.starts_with("resource.")) &&
           (filter_.kind.empty() || filter_.kind == "Task");
}

void Timeline::past(const Visit& visit) {
    db_.for_each(
        past_sql, [&](const Statement& row) { visit(read_happening(row)); }, filter_.namespace_, filter_.type,
        filter_.kind, filter_.name, filter_.since.us);
}

void Timeline::begin_news() {
    look_at_resources({}, [](const Happening&) {});
    runs_.clear();
    Runs runs(db_);
    db_.for_each("SELECT id FROM run WHERE finished_at IS NULL",
                 [&](const Statement& row) { runs_[row.integer(0)] = runs.last_seq(row.integer(0)); });
    last_run_ = db_.integer("SELECT coalesce(max(id), 0) FROM run");
}

void Timeline::news(base::Time now, const Visit& visit) {
    std::vector<Happening> found;
    const Visit keep = [&](const Happening& h) {
        if (wants(h)) found.push_back(h);
    };
    if (wants_resources()) look_at_resources(now, keep);
    if (wants_runs()) look_at_runs(keep);
    std::stable_sort(found.begin(), found.end(),
                     [](const Happening& a, const Happening& b) { return a.time < b.time; });
    for (const Happening& happening : found)
        visit(happening);
}

void Timeline::look_at_resources(base::Time now, const Visit& visit) {
    std::map<std::int64_t, Seen> before = std::exchange(resources_, {});
    db_.for_each("SELECT id, kind, namespace, name, resource_version, generation, created_at, updated_at "
                 "FROM resource",
                 [&](const Statement& row) {
                     Seen seen{row.integer(4),
                               std::string(row.text(1)),
                               {std::string(row.text(2)), std::string(row.text(3))}};
                     const auto known = before.find(row.integer(0));
                     // A row that was freed may be used again for another resource.
                     const bool same = known != before.end() && known->second.kind == seen.kind &&
                                       known->second.name == seen.name &&
                                       known->second.version <= seen.version;
                     if (!same)
                         visit({{row.integer(6)}, "resource.created", seen.kind, seen.name, 1});
                     else if (known->second.version < seen.version)
                         visit({{row.integer(7)}, "resource.updated", seen.kind, seen.name, row.integer(5)});
                     if (same) before.erase(known);
                     resources_.emplace(row.integer(0), std::move(seen));
                 });
    for (const auto& [id, gone] : before)
        visit({now, "resource.deleted", gone.kind, gone.name});
}

void Timeline::look_at_runs(const Visit& visit) {
    db_.for_each(
        "SELECT id FROM run WHERE id > ?",
        [this](const Statement& row) {
            runs_.try_emplace(row.integer(0), 0);
            last_run_ = std::max(last_run_, row.integer(0));
        },
        last_run_);
    Runs runs(db_);
    for (auto it = runs_.begin(); it != runs_.end();) {
        auto& [id, seen] = *it;
        Statement row = db_.query(
            "SELECT finished_at IS NOT NULL, created_at, namespace, task FROM run WHERE id = ?", id);
        const bool there = row.step();
        // Looked at before its events are read, so that none is missed.
        const bool ended = !there || row.integer(0) != 0;
        const base::Time created{there ? row.integer(1) : 0};
        const resource::Name task =
            there ? resource::Name{std::string(row.text(2)), std::string(row.text(3))} : resource::Name{};
        runs.events(id, seen, [&](const trace::Event& event) {
            seen = event.seq;
            if (event.time < created) return; // of the run it is a fork of
            Happening out{event.time, std::string(trace::kind_of(event.payload).name), "Task", task};
            out.event = event;
            visit(out);
        });
        it = ended ? runs_.erase(it) : std::next(it);
    }
}

} // namespace store
