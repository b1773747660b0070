#include "cli/paged_run.hpp"

#include "cli/stored_run.hpp"
#include "store/run_lock.hpp"

namespace cli {

namespace {

/// The system as it was when the run started; nullopt when that cannot be drawn.
std::optional<picture::Picture> graph_of(const StoredRun& run) {
    const run::Catalog pins = run.catalog();
    const resource::Name name{run.row().task.namespace_, run.row().system};
    const auto system = pins(resource::kind_of<resource::AgentSystemSpec>(), name);
    if (!system) return std::nullopt;
    try {
        return picture::picture_of(*system, pins);
    } catch (const base::Error&) {
        return std::nullopt; // the rest of the page is worth having
    }
}

} // namespace

picture::PagedRun paged_run(Session& session, const resource::Name& task) {
    const StoredRun run(session, task);
    const store::RunRow& row = run.row();
    const bool alive = !row.ended() && store::run_owner(session.database_path(), row.id).has_value();
    picture::PagedRun out;
    out.task = row.task.name;
    out.namespace_ = row.task.namespace_;
    out.system = row.system;
    out.phase = row.phase == "Running" && !alive ? "Interrupted" : row.phase;
    out.attempts = row.attempts;
    out.error = row.last_error;
    out.created = row.created;
    out.graph = graph_of(run);
    std::optional<picture::Painter> painter;
    if (out.graph) {
        out.graph->task = row.task.name;
        out.graph->phase = out.phase;
        painter.emplace(*out.graph);
    }
    trace::TimelineMaker maker;
    store::Runs runs(*session.reading());
    runs.events(row.id, 0, [&](const trace::Event& event) {
        maker.take(event);
        if (painter) painter->take(event);
    });
    if (painter) painter->finish(alive);
    out.timeline = std::move(maker).finish(alive ? std::optional(session.clock().now()) : std::nullopt);
    runs.messages(row.id, [&](const trace::StoredMessage& message) { out.transcript.load(message); });
    return out;
}

std::vector<std::string> one_or_two_tasks(const std::vector<std::string>& words) {
    std::vector<std::string> out = words;
    const bool named = out.size() > 1 && out.front().find('/') == std::string::npos;
    if (named && resource::find_kind(out.front()) == &resource::kind_of<resource::TaskSpec>())
        out.erase(out.begin());
    if (out.size() == 1 || out.size() == 2) return out;
    throw base::Error(base::Fault::usage, "one run can be shown, or two side by side")
        .hint("orloj report task/A > a.html; orloj report task/A task/B > both.html");
}

} // namespace cli
