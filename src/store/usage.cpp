#include "store/usage.hpp"

namespace store {

std::vector<AgentUsage> usage_of_agents(Connection& connection,
                                        const std::optional<std::string>& namespace_) {
    std::vector<AgentUsage> out;
    connection.for_each(
        "SELECT run.namespace, event.agent, count(DISTINCT run.id), count(*), "
        "sum(event.type = 'model_error'), "
        "sum(coalesce(json_extract(event.payload, '$.usage.input'), 0)), "
        "sum(coalesce(json_extract(event.payload, '$.usage.output'), 0)), "
        "sum(coalesce(json_extract(event.payload, '$.duration_ms'), 0)), "
        // Exact, as each amount is nearest to a whole number of pico-dollars. In two parts: a sum that does
        // not fit is an error, and a provider may say any amount.
        "sum(CAST(round(1e12 * json_extract(event.payload, '$.usage.cost_usd')) AS INTEGER) / 1000000), "
        "sum(CAST(round(1e12 * json_extract(event.payload, '$.usage.cost_usd')) AS INTEGER) % 1000000), "
        "sum(json_extract(event.payload, '$.usage') IS NOT NULL "
        "AND json_extract(event.payload, '$.usage.cost_usd') IS NULL) "
        "FROM run CROSS JOIN event ON event.id BETWEEN run.id << 32 AND (run.id << 32) + 4294967295 "
        "WHERE (?1 IS NULL OR run.namespace = ?1) AND event.type IN ('model_call', 'model_error') "
        "AND event.agent IS NOT NULL AND event.time >= run.created_at AND json_valid(event.payload) "
        "GROUP BY run.namespace, event.agent ORDER BY run.namespace, event.agent",
        [&out](const Statement& row) {
            AgentUsage& usage = out.emplace_back();
            usage.name = {std::string(row.text(0)), std::string(row.text(1))};
            usage.runs = row.integer(2);
            usage.calls = row.integer(3);
            usage.failed = row.integer(4);
            usage.input_tokens = row.integer(5);
            usage.output_tokens = row.integer(6);
            usage.call_ms = row.integer(7);
            if (const auto micros = row.integer_or_null(8))
                usage.cost =
                    base::price_of(*micros, base::Usd{1'000'000'000'000}) + base::Usd{row.integer(9)};
            usage.unpriced = row.integer(10);
        },
        namespace_);
    return out;
}

void visit_calls(Connection& connection, const CallFilter& filter,
                 const std::function<void(const RecordedCall&)>& visit) {
    const trace::EventKind& answered = trace::kind_of(trace::ModelCall{});
    const trace::EventKind& failed = trace::kind_of(trace::ModelError{});
    std::optional<std::int64_t> since;
    if (filter.since) since = filter.since->us;
    RecordedCall call;
    connection.for_each(
        "SELECT run.namespace, run.task, run.system, event.agent, event.time, event.type = 'model_error', "
        "event.payload "
        "FROM run CROSS JOIN event ON event.id BETWEEN run.id << 32 AND (run.id << 32) + 4294967295 "
        "WHERE (?1 IS NULL OR run.namespace = ?1) AND (?2 IS NULL OR run.task = ?2) "
        "AND (?3 IS NULL OR run.finished_at IS NULL OR run.finished_at >= ?3) "
        "AND event.type IN ('model_call', 'model_error') "
        "AND event.time >= run.created_at AND (?3 IS NULL OR event.time >= ?3)",
        [&](const Statement& row) {
            call.task.namespace_ = row.text(0);
            call.task.name = row.text(1);
            call.system = row.text(2);
            call.agent = row.text(3);
            call.at = {row.integer(4)};
            call.outcome = trace::read_payload(row.integer(5) != 0 ? failed : answered, row.text(6));
            visit(call);
        },
        filter.namespace_, filter.task, since);
}

} // namespace store
