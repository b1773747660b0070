// What a resource mentions. Names that only this program's runtime knows are not mentions: its built-in tools
// and the tools an McpServer generates.
#include "base/text.hpp"
#include "resource/resource.hpp"

namespace resource {

Name parse_name(std::string_view text, std::string_view default_namespace) {
    text = base::trim(text);
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return {std::string(default_namespace), std::string(text)};
    return {std::string(base::trim(text.substr(0, slash))), std::string(base::trim(text.substr(slash + 1)))};
}

SecretRef parse_secret_ref(std::string_view text, std::string_view default_namespace) {
    const std::size_t colon = text.rfind(':');
    SecretRef out;
    out.key = colon == std::string_view::npos ? "value" : std::string(base::trim(text.substr(colon + 1)));
    if (out.key.empty()) out.key = "value";
    out.secret = parse_name(text.substr(0, colon), default_namespace);
    return out;
}

namespace {

bool generated_tool(std::string_view name) {
    return name.find("--") != std::string_view::npos; // <server>--<tool>
}

/// One overload a kind; a kind that mentions nothing has none of its own.
class Mentions {
  public:
    explicit Mentions(std::string_view ns) : ns_(ns) {}
    std::vector<Reference> take() { return std::move(out_); }

    template <typename T>
    void of(const T&) {}

    void of(const AgentSpec& agent) {
        any<ModelEndpointSpec>(agent.model_ref, "spec.model_ref");
        for (std::size_t i = 0; i < agent.fallback_model_refs.size(); ++i)
            any<ModelEndpointSpec>(agent.fallback_model_refs[i], item("spec.fallback_model_refs", i));
        for (std::size_t i = 0; i < agent.tools.size(); ++i)
            tool(agent.tools[i], item("spec.tools", i));
        for (std::size_t i = 0; i < agent.roles.size(); ++i)
            any<AgentRoleSpec>(agent.roles[i], item("spec.roles", i));
        own<MemorySpec>(agent.memory.ref, "spec.memory.ref");
    }
    void of(const AgentSystemSpec& system) {
        for (std::size_t i = 0; i < system.agents.size(); ++i)
            own<AgentSpec>(system.agents[i], item("spec.agents", i));
        own<ContextAdapterSpec>(system.context_adapter, "spec.context_adapter");
    }
    void of(const ModelEndpointSpec& endpoint) { secret(endpoint.auth.secret_ref, "spec.auth.secretRef"); }
    void of(const ToolSpec& spec) {
        own<McpServerSpec>(spec.mcp_server_ref, "spec.mcp_server_ref");
        secret(spec.auth.secret_ref, "spec.auth.secretRef");
        if (!spec.cli) return;
        secret(spec.cli->image_pull_secret, "spec.cli.image_pull_secret");
        for (std::size_t i = 0; i < spec.cli->env_from.size(); ++i)
            secret(spec.cli->env_from[i].secret_ref, item("spec.cli.env_from", i) + ".secretRef");
    }
    void of(const MemorySpec& memory) {
        any<ModelEndpointSpec>(memory.embedding_model, "spec.embedding_model");
        secret(memory.endpoint_secret_ref, "spec.endpoint_secret_ref");
        secret(memory.auth.secret_ref, "spec.auth.secretRef");
    }
    void of(const ContextAdapterSpec& adapter) { tool(adapter.tool_ref, "spec.tool_ref"); }
    void of(const ToolPermissionSpec& permission) { tool(permission.tool_ref, "spec.tool_ref"); }
    void of(const ToolApprovalSpec& approval) { any<TaskSpec>(approval.task_ref, "spec.task_ref"); }
    void of(const TaskApprovalSpec& approval) {
        any<TaskSpec>(approval.task_ref, "spec.task_ref");
        own<TaskApprovalSpec>(approval.supersedes, "spec.supersedes");
    }
    void of(const TaskSpec& task) { own<AgentSystemSpec>(task.system, "spec.system"); }
    void of(const TaskScheduleSpec& schedule) { source(schedule.task_ref, schedule.task_template); }
    void of(const TaskWebhookSpec& hook) {
        source(hook.task_ref, hook.task_template);
        secret(hook.auth.secret_ref, "spec.auth.secret_ref");
    }
    void of(const McpServerSpec& server) {
        secret(server.image_pull_secret, "spec.image_pull_secret");
        for (std::size_t i = 0; i < server.env.size(); ++i)
            secret(server.env[i].secret_ref, item("spec.env", i) + ".secretRef");
        secret(server.auth.secret_ref, "spec.auth.secretRef");
    }
    void of(const EvalDatasetSpec& dataset) {
        for (std::size_t i = 0; i < dataset.samples.size(); ++i)
            scoring(dataset.samples[i].scoring, item("spec.samples", i) + ".scoring");
    }
    void of(const EvalRunSpec& run) {
        own<EvalDatasetSpec>(run.dataset_ref, "spec.dataset_ref");
        own<AgentSystemSpec>(run.system, "spec.system");
        any<ModelEndpointSpec>(run.model_endpoint_override, "spec.model_endpoint_override");
        for (const auto& [agent, changed] : run.agent_overrides)
            any<ModelEndpointSpec>(changed.model_ref, "spec.agent_overrides." + agent + ".model_ref");
        scoring(run.scoring, "spec.scoring");
    }
    void of(const SessionSpec& session) { own<AgentSystemSpec>(session.system, "spec.system"); }

  private:
    static std::string item(std::string_view list, std::size_t i) { return base::format("{}[{}]", list, i); }

    /// name or namespace/name.
    template <typename T>
    void any(std::string_view text, std::string path) {
        if (base::trim(text).empty()) return;
        out_.push_back({&kind_of<T>(), parse_name(text, ns_), std::move(path), false});
    }
    /// A name in the resource's own namespace.
    template <typename T>
    void own(const std::string& name, std::string path) {
        if (name.empty()) return;
        out_.push_back({&kind_of<T>(), {std::string(ns_), name}, std::move(path), false});
    }
    void tool(const std::string& name, std::string path) {
        if (!built_in_tool(name) && !generated_tool(name)) own<ToolSpec>(name, std::move(path));
    }
    void secret(std::string_view text, std::string path) {
        if (text.empty()) return;
        out_.push_back({&kind_of<SecretSpec>(), parse_secret_ref(text, ns_).secret, std::move(path), true});
    }
    void source(const std::string& task_ref, const std::optional<TaskSpec>& task_template) {
        any<TaskSpec>(task_ref, "spec.task_ref");
        if (task_template) own<AgentSystemSpec>(task_template->system, "spec.task_template.system");
    }
    void scoring(const std::optional<Scoring>& scoring, const std::string& path) {
        if (!scoring) return;
        any<ModelEndpointSpec>(scoring->model_ref, path + ".model_ref");
        tool(scoring->tool_ref, path + ".tool_ref");
    }

    std::string_view ns_;
    std::vector<Reference> out_;
};

} // namespace

std::vector<Reference> references(const Resource& resource) {
    Mentions mentions(resource.metadata.namespace_);
    std::visit([&](const auto& spec) { mentions.of(spec); }, resource.spec);
    return mentions.take();
}

} // namespace resource
