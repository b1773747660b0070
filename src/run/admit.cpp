#include "run/admit.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace run {

using trace::PolicyDecision;

namespace {

bool named(const std::vector<std::string>& targets, std::string_view name) {
    return std::any_of(targets.begin(), targets.end(), [&](const std::string& target) {
        return base::same_ignoring_case(base::trim(target), name);
    });
}

struct Budget {
    std::string policy; ///< empty: the run's own cap
    std::string rule;
    std::int64_t limit = 0;
};

std::optional<Budget> tightest(const std::vector<const Policy*>& policies, const Caps& caps) {
    std::optional<Budget> best;
    if (caps.tokens > 0) best = Budget{"", "task_tokens", caps.tokens};
    for (const Policy* policy : policies) {
        const std::int64_t limit = policy->spec.max_tokens_per_run;
        if (limit > 0 && (!best || limit < best->limit))
            best = Budget{policy->name.name, "max_tokens_per_run", limit};
    }
    return best;
}

Problem policy_problem(std::string text, std::string hint) {
    return {base::Fault::policy, std::move(text), std::move(hint), false};
}

std::optional<Denied> over_caps(const State& s, const Plan& plan, const NodePlan& node,
                                PolicyDecision decision, base::Time now) {
    decision.verdict = "deny";
    const auto denied = [&](std::string_view rule, std::int64_t used, std::int64_t limit, std::string text,
                            std::string hint) {
        decision.rule = std::string(rule);
        decision.used = used;
        decision.limit = limit;
        return Denied{decision,
                      policy_problem(base::format("agent {}: {}", node.name, text), std::move(hint))};
    };
    const auto made = s.calls + static_cast<std::int64_t>(s.open.size());
    if (plan.caps.model_calls > 0 && made >= plan.caps.model_calls) {
        return denied(
            "task_model_calls", made, plan.caps.model_calls,
            base::format("the run has made its {}",
                         base::counted(static_cast<std::size_t>(plan.caps.model_calls), "model call")),
            "raise spec.limits.model_calls of the task, or run it with --max-calls");
    }
    if (plan.caps.time.us > 0 && s.elapsed(now) >= plan.caps.time) {
        return denied("task_time", s.elapsed(now).ms(), plan.caps.time.ms(),
                      base::format("the run has taken its {}", base::render(plan.caps.time)),
                      "raise spec.limits.time of the task, or run it with --max-time");
    }
    return std::nullopt;
}

std::optional<Denied> disallowed(const std::vector<const Policy*>& policies, const NodePlan& node,
                                 const EndpointPlan& endpoint, std::size_t refused, PolicyDecision decision) {
    const std::string& reference =
        refused == 0 ? node.agent.model_ref : node.agent.fallback_model_refs[refused - 1];
    for (const Policy* policy : policies) {
        if (policy->spec.allowed_models.empty() ||
            named(policy->spec.allowed_models, endpoint.endpoint.model))
            continue;
        decision.policy = policy->name.name;
        decision.rule = "allowed_models";
        decision.verdict = "deny";
        return Denied{
            decision,
            policy_problem(base::format("policy \"{}\" disallows model \"{}\" (model_ref=\"{}\") for agent "
                                        "\"{}\" at endpoint \"{}\"",
                                        policy->name.name, endpoint.endpoint.model, reference, node.name,
                                        endpoint.name.name),
                           base::format("it allows {}", base::join(policy->spec.allowed_models, ", ")))};
    }
    return std::nullopt;
}

} // namespace

std::string_view endpoint_busy(const State& s, const Plan& plan, std::size_t activation) {
    const std::size_t endpoint = s.activations[activation].endpoint;
    const std::int64_t most = plan.endpoints[endpoint].max_concurrency;
    const auto health = s.endpoints.find(endpoint);
    const std::int64_t window = health == s.endpoints.end() ? 0 : health->second.window;
    if (most <= 0 && window <= 0) return {};
    const auto at = s.open_at.find(endpoint);
    const std::int64_t open = at == s.open_at.end() ? 0 : at->second;
    if (most > 0 && open >= most) return "max_concurrency";
    return window > 0 && open >= window ? "recovery" : "";
}

std::vector<const Policy*> matching(const std::vector<Policy>& policies, const Plan& plan,
                                    std::string_view agent) {
    std::vector<const Policy*> out;
    for (const Policy& policy : policies) {
        const resource::AgentPolicySpec& spec = policy.spec;
        if (spec.apply_mode == resource::ApplyMode::global) {
            out.push_back(&policy);
            continue;
        }
        if (policy.name.namespace_ != plan.task.namespace_) continue;
        const bool run_named = (spec.target_systems.empty() && spec.target_tasks.empty()) ||
                               named(spec.target_systems, plan.system) ||
                               named(spec.target_tasks, plan.task.name) ||
                               (!plan.source_task.empty() && named(spec.target_tasks, plan.source_task));
        const bool agent_named = spec.target_agents.empty() || named(spec.target_agents, agent);
        if (run_named && agent_named) out.push_back(&policy);
    }
    return out;
}

Verdict admit(const State& s, const Plan& plan, std::size_t activation, const std::vector<Policy>& policies,
              std::int64_t tokens, base::Time now) {
    const NodePlan& node = plan.nodes[s.activations[activation].node];
    const EndpointPlan& endpoint = plan.endpoints[s.activations[activation].endpoint];
    PolicyDecision decision;
    decision.model = endpoint.endpoint.model;
    decision.endpoint = endpoint.name.name;
    decision.asked = tokens;
    decision.used = s.used.input + s.used.output;
    decision.reserved = s.reserved;
    if (auto denied = over_caps(s, plan, node, decision, now)) return std::move(*denied);
    const auto concerned = matching(policies, plan, node.declared);
    if (auto denied = disallowed(concerned, node, endpoint, s.activations[activation].refused, decision))
        return std::move(*denied);
    if (const auto budget = tightest(concerned, plan.caps)) {
        decision.policy = budget->policy;
        decision.rule = budget->rule;
        decision.limit = budget->limit;
        if (decision.used + tokens > budget->limit) {
            decision.verdict = "deny";
            const std::string who =
                budget->policy.empty() ? "the run's own limit" : "policy \"" + budget->policy + "\"";
            return Denied{
                decision,
                policy_problem(
                    base::format("token budget exceeded: {} allows {} tokens a run, {} are "
                                 "used and agent \"{}\" asks for up to {} at endpoint \"{}\"",
                                 who, budget->limit, decision.used, node.name, tokens, endpoint.name.name),
                    budget->policy.empty()
                        ? "raise spec.limits.tokens of the task (or --max-tokens), or reserve less with a "
                          "smaller options.max_tokens of the endpoint"
                        : "raise the limit, or reserve less with a smaller options.max_tokens of the "
                          "endpoint")};
        }
        if (decision.used + decision.reserved + tokens > budget->limit) return Waits{budget->rule};
    }
    Admitted out;
    out.reserved = tokens;
    for (const Policy* policy : concerned) {
        PolicyDecision allow = decision;
        allow.policy = policy->name.name;
        allow.verdict = "allow";
        allow.limit = policy->spec.max_tokens_per_run;
        allow.rule = allow.limit > 0 ? "max_tokens_per_run" : "allowed_models";
        out.decisions.push_back(std::move(allow));
    }
    return out;
}

Verdict admit_tool(const Plan& plan, const Activation& activation, const std::vector<Policy>& policies,
                   const ToolPlan& tool) {
    const NodePlan& node = plan.nodes[activation.node];
    Admitted out;
    for (const Policy* policy : matching(policies, plan, node.declared)) {
        if (policy->spec.blocked_tools.empty()) continue;
        PolicyDecision decision;
        decision.policy = policy->name.name;
        decision.rule = "blocked_tools";
        decision.tool = tool.name;
        decision.verdict = named(policy->spec.blocked_tools, tool.name) ? "deny" : "allow";
        if (decision.verdict == "deny")
            return Denied{decision,
                          policy_problem(base::format("policy \"{}\" blocks tool \"{}\" for agent \"{}\"",
                                                      policy->name.name, tool.name, node.name),
                                         "")};
        out.decisions.push_back(std::move(decision));
    }
    return out;
}

} // namespace run
