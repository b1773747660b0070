// The one table of kinds.
#include <array>

#include "base/text.hpp"
#include "resource/document_rules.hpp"
#include "resource/resource.hpp"

namespace resource {

using namespace schema;

namespace {

using Words = std::span<const std::string_view>;
constexpr std::array<std::string_view, 2> policy_aliases{"policies", "policy"};
constexpr std::array<std::string_view, 2> endpoint_aliases{"endpoints", "endpoint"};
constexpr std::array<std::string_view, 2> system_aliases{"systems", "system"};
constexpr std::array<std::string_view, 2> role_aliases{"roles", "role"};

struct Names {
    std::string_view name;
    std::string_view singular;
    std::string_view plural;
    Words aliases = {};
};

template <typename T>
constexpr Kind row(const Names& names, std::string_view doc, std::string_view phase,
                   std::string_view without_effect = {},
                   void (*check)(Resource&, base::Diagnostics&) = nullptr, bool decided = false) {
    return {names.name,  names.singular,           names.plural, names.aliases,  doc,
            &type_of<T>, [] { return Spec(T{}); }, phase,        without_effect, check,
            decided};
}

using Table = std::array<Kind, std::variant_size_v<Spec>>;

const Table& table() {
    // In the order of Spec's alternatives.
    static const Table rows{
        row<AgentSpec>({"Agent", "agent", "agents"}, "a prompt bound to a model endpoint", "Ready"),
        row<AgentSystemSpec>({"AgentSystem", "agent-system", "agent-systems", system_aliases},
                             "agents that work together, in a line or a graph", "Ready"),
        row<ModelEndpointSpec>({"ModelEndpoint", "model-endpoint", "model-endpoints", endpoint_aliases},
                               "a model provider, an address, a model and a key", "Ready"),
        row<ToolSpec>({"Tool", "tool", "tools"}, "something an agent may call", "Ready",
                      "tools cannot be called in this version"),
        row<SecretSpec>({"Secret", "secret", "secrets"}, "values that are sealed and never printed", "Ready"),
        row<SealedSecretSpec>({"SealedSecret", "sealed-secret", "sealed-secrets"},
                              "a secret encrypted by the original, safe for a repository", "Pending",
                              "the original's RSA seals cannot be opened here; use orloj create secret"),
        row<MemorySpec>({"Memory", "memory", "memories"}, "where agents keep what outlives a run", "Ready",
                        "memory cannot be read or written in this version"),
        row<ContextAdapterSpec>({"ContextAdapter", "context-adapter", "context-adapters"},
                                "a tool that rewrites a task's input", "Ready",
                                "context adapters are not called in this version"),
        row<AgentPolicySpec>({"AgentPolicy", "agent-policy", "agent-policies", policy_aliases},
                             "limits on models, tokens and tools", "Ready"),
        row<AgentRoleSpec>({"AgentRole", "agent-role", "agent-roles", role_aliases},
                           "a named set of permissions", "Ready", "roles grant nothing in this version"),
        row<ToolPermissionSpec>({"ToolPermission", "tool-permission", "tool-permissions"},
                                "what an agent needs to call a tool", "Ready",
                                "tool permissions are not asked for in this version", check_tool_permission),
        row<ToolApprovalSpec>(
            {"ToolApproval", "tool-approval", "tool-approvals"}, "a tool call that waits for a person",
            "Pending", "no tool call waits for an approval in this version", check_tool_approval, true),
        row<TaskApprovalSpec>({"TaskApproval", "task-approval", "task-approvals"},
                              "an output that waits for a person", "Pending",
                              "no output waits for an approval in this version", check_task_approval, true),
        row<TaskSpec>({"Task", "task", "tasks"}, "one run of a system", "Pending"),
        row<TaskScheduleSpec>({"TaskSchedule", "task-schedule", "task-schedules"},
                              "a task that is started at set times", "Pending",
                              "schedules do not start tasks in this version"),
        row<TaskWebhookSpec>({"TaskWebhook", "task-webhook", "task-webhooks"},
                             "a task that is started by an HTTP request", "Pending",
                             "webhooks are not received in this version"),
        row<WorkerSpec>({"Worker", "worker", "workers"}, "a machine that executes runs", "Pending",
                        "the only worker is the orloj process that runs a task"),
        row<McpServerSpec>({"McpServer", "mcp-server", "mcp-servers"},
                           "a Model Context Protocol server and its tools", "Pending",
                           "MCP servers are not connected in this version", check_mcp_server),
        row<EvalDatasetSpec>({"EvalDataset", "eval-dataset", "eval-datasets"},
                             "inputs whose good answers are known", "Ready",
                             "datasets are not evaluated in this version", check_eval_dataset),
        row<EvalRunSpec>({"EvalRun", "eval-run", "eval-runs"}, "one pass of a system over a dataset",
                         "Pending", "evaluations are not run in this version"),
        row<SessionSpec>({"Session", "session", "sessions"}, "a conversation that outlives its turns",
                         "WaitingInput", "sessions cannot be held in this version", check_session, true),
    };
    return rows;
}

std::string without_hyphens(std::string_view word) {
    return base::replace_all(base::lower(base::trim(word)), "-", "");
}

} // namespace

std::span<const Kind> kinds() {
    return table();
}

const Kind* find_kind(std::string_view word) {
    const std::string wanted = without_hyphens(word);
    for (const Kind& kind : kinds()) {
        if (wanted == base::lower(kind.name) || wanted == without_hyphens(kind.singular) ||
            wanted == without_hyphens(kind.plural)) {
            return &kind;
        }
        for (const std::string_view alias : kind.aliases) {
            if (wanted == alias) return &kind;
        }
    }
    return nullptr;
}

const Kind& kind_of(const Spec& spec) {
    return table()[spec.index()];
}

} // namespace resource
