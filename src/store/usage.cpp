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
        "sum(coalesce(json_extract(event.payload, '$.duration_ms'), 0)) "
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
        },
        namespace_);
    return out;
}

} // namespace store
