#include "cli/columns.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "provider/provider.hpp"

namespace cli {

namespace {

using namespace resource;

std::string count(std::size_t n) {
    return std::to_string(n);
}

std::string word(bool value) {
    return value ? "true" : "false";
}

template <typename E>
std::string name(E value) {
    return std::string(schema::name_of(value));
}

/// A row of the table below from a function over the spec, so that no row says the type twice.
template <typename T, terminal::Cells (*Of)(const T&, const Row&, const std::string&)>
Columns columns(std::vector<std::string> header) {
    return {&kind_of<T>(), std::move(header), [](const Row& row, const std::string& status) {
                return Of(std::get<T>(row.resource.spec), row, status);
            }};
}

terminal::Cells agent(const AgentSpec& s, const Row&, const std::string& status) {
    return {s.model_ref, status, count(s.tools.size())};
}

terminal::Cells system(const AgentSystemSpec& s, const Row&, const std::string& status) {
    return {status, count(s.agents.size())};
}

terminal::Cells endpoint(const ModelEndpointSpec& s, const Row& row, const std::string& status) {
    const provider::Provider* p = provider::find_provider(s.provider);
    std::string url = s.base_url;
    if (p != nullptr && url.empty()) {
        provider::Endpoint where; // the URL follows from the provider, or from options.service
        where.base_url = p->default_base_url;
        where.options = s.options;
        if (const auto found = provider::destination(*p, where)) url = http::render(*found);
    }
    return {s.provider, http::displayed(url), s.default_model, status, probe_text(row)};
}

terminal::Cells tool(const ToolSpec& s, const Row&, const std::string& status) {
    return {name(s.type), http::displayed(s.endpoint), status};
}

terminal::Cells secret(const SecretSpec& s, const Row&, const std::string& status) {
    return {count(s.data.size()), status};
}

terminal::Cells sealed_secret(const SealedSecretSpec& s, const Row&, const std::string& status) {
    return {count(s.encrypted_data.size()), status};
}

terminal::Cells memory(const MemorySpec& s, const Row&, const std::string& status) {
    return {s.type, s.provider.empty() ? "in-memory" : s.provider, status};
}

terminal::Cells context_adapter(const ContextAdapterSpec& s, const Row&, const std::string& status) {
    return {s.tool_ref, name(s.on_error), status};
}

terminal::Cells policy(const AgentPolicySpec& s, const Row&, const std::string& status) {
    return {name(s.apply_mode),
            count(s.target_systems.size()),
            count(s.target_tasks.size()),
            std::to_string(s.max_tokens_per_run),
            count(s.allowed_models.size()),
            count(s.blocked_tools.size()),
            status};
}

terminal::Cells role(const AgentRoleSpec& s, const Row&, const std::string& status) {
    return {count(s.permissions.size()), status};
}

terminal::Cells permission(const ToolPermissionSpec& s, const Row&, const std::string& status) {
    return {s.tool_ref, s.action, s.match_mode, count(s.required_permissions.size()), status};
}

terminal::Cells tool_approval(const ToolApprovalSpec& s, const Row&, const std::string& status) {
    return {s.task_ref, s.tool, s.input, s.operation_class, s.agent, status};
}

terminal::Cells task_approval(const TaskApprovalSpec& s, const Row&, const std::string& status) {
    return {s.task_ref, s.checkpoint_id, name(s.checkpoint_type),
            s.agent,    status,          std::to_string(s.review_cycle)};
}

terminal::Cells task(const TaskSpec& s, const Row& row, const std::string& status) {
    return {s.system, s.priority, status, row.run ? std::to_string(row.run->attempts) : "0",
            row.run ? row.run->last_error : ""};
}

terminal::Cells schedule(const TaskScheduleSpec& s, const Row&, const std::string& status) {
    return {s.task_template ? "<inline>" : s.task_ref, s.schedule, s.time_zone, word(s.suspend), status};
}

terminal::Cells webhook(const TaskWebhookSpec& s, const Row&, const std::string& status) {
    return {s.task_template ? "<inline>" : s.task_ref, name(s.auth.profile), word(s.suspend), status};
}

terminal::Cells worker(const WorkerSpec& s, const Row&, const std::string& status) {
    return {s.region, word(s.capabilities.gpu), std::to_string(s.max_concurrent_tasks), status};
}

terminal::Cells mcp_server(const McpServerSpec& s, const Row&, const std::string& status) {
    return {s.transport ? name(*s.transport) : "", status};
}

terminal::Cells dataset(const EvalDatasetSpec& s, const Row&, const std::string& status) {
    return {count(s.samples.size()), status};
}

terminal::Cells eval_run(const EvalRunSpec& s, const Row&, const std::string& status) {
    return {s.dataset_ref, s.system, status};
}

terminal::Cells session(const SessionSpec& s, const Row&, const std::string& status) {
    return {s.system, status};
}

} // namespace

const Columns& columns_of(const Kind& kind) {
    static const std::array<Columns, std::variant_size_v<Spec>> table{{
        columns<AgentSpec, agent>({"MODEL_REF", "STATUS", "TOOLS"}),
        columns<AgentSystemSpec, system>({"STATUS", "AGENTS"}),
        columns<ModelEndpointSpec, endpoint>({"PROVIDER", "BASE_URL", "DEFAULT_MODEL", "STATUS", "PROBE"}),
        columns<ToolSpec, tool>({"TYPE", "ENDPOINT", "STATUS"}),
        columns<SecretSpec, secret>({"KEYS", "STATUS"}),
        columns<SealedSecretSpec, sealed_secret>({"KEYS", "STATUS"}),
        columns<MemorySpec, memory>({"TYPE", "PROVIDER", "STATUS"}),
        columns<ContextAdapterSpec, context_adapter>({"TOOL", "ON_ERROR", "STATUS"}),
        columns<AgentPolicySpec, policy>({"MODE", "SYSTEM_TARGETS", "TASK_TARGETS", "TOKENS",
                                          "ALLOWED_MODELS", "BLOCKED_TOOLS", "STATUS"}),
        columns<AgentRoleSpec, role>({"PERMISSIONS", "STATUS"}),
        columns<ToolPermissionSpec, permission>({"TOOL", "ACTION", "MODE", "REQUIRED_PERMISSIONS", "STATUS"}),
        columns<ToolApprovalSpec, tool_approval>({"TASK", "TOOL", "INPUT", "OPERATION", "AGENT", "PHASE"}),
        columns<TaskApprovalSpec, task_approval>(
            {"TASK", "CHECKPOINT", "TYPE", "AGENT", "PHASE", "REVIEW_CYCLE"}),
        columns<TaskSpec, task>({"SYSTEM", "PRIORITY", "STATUS", "ATTEMPTS", "LAST_ERROR"}),
        columns<TaskScheduleSpec, schedule>({"TASK_REF", "SCHEDULE", "TIME_ZONE", "SUSPEND", "STATUS"}),
        columns<TaskWebhookSpec, webhook>({"TASK_REF", "PROFILE", "SUSPEND", "STATUS"}),
        columns<WorkerSpec, worker>({"REGION", "GPU", "MAX_CONCURRENCY", "STATUS"}),
        columns<McpServerSpec, mcp_server>({"TRANSPORT", "STATUS"}),
        columns<EvalDatasetSpec, dataset>({"SAMPLES", "STATUS"}),
        columns<EvalRunSpec, eval_run>({"DATASET", "SYSTEM", "PHASE"}),
        columns<SessionSpec, session>({"SYSTEM", "PHASE"}),
    }};
    // By kind, not by place: a kind added in the middle must not shift the others.
    return *std::find_if(table.begin(), table.end(), [&](const Columns& c) { return c.kind == &kind; });
}

} // namespace cli
