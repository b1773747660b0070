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

struct CostBudget {
    std::string policy; ///< empty: the run's own cap
    std::string rule;
    base::Usd limit;
};

std::optional<CostBudget> tightest_cost(const std::vector<const Policy*>& policies, const Caps& caps) {
    std::optional<CostBudget> best;
    if (caps.cost) best = CostBudget{"", "task_cost", *caps.cost};
    for (const Policy* policy : policies) {
        const auto& limit = policy->spec.max_cost;
        if (limit && (!best || *limit < best->limit))
            best = CostBudget{policy->name.name, "max_cost", *limit};
    }
    return best;
}

/// Who sets the limit.
std::string owner_of(const std::string& policy) {
    return policy.empty() ? "the run's own limit" : "policy \"" + policy + "\"";
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

/// Not even when all calls under way took nothing.
std::optional<Denied> over_tokens(const Budget& budget, const NodePlan& node, PolicyDecision decision) {
    if (decision.used + decision.asked <= budget.limit) return std::nullopt;
    decision.policy = budget.policy;
    decision.rule = budget.rule;
    decision.limit = budget.limit;
    decision.verdict = "deny";
    return Denied{
        decision,
        policy_problem(base::format("token budget exceeded: {} allows {} tokens a run, {} are "
                                    "used and agent \"{}\" asks for up to {} at endpoint \"{}\"",
                                    owner_of(budget.policy), budget.limit, decision.used, node.name,
                                    decision.asked, decision.endpoint),
                       budget.policy.empty()
                           ? "raise spec.limits.tokens of the task (or --max-tokens), or reserve less with a "
                             "smaller options.max_tokens of the endpoint"
                           : "raise the limit, or reserve less with a smaller options.max_tokens of the "
                             "endpoint")};
}

/// Every digit: a limit and what is over it may differ in the last one.
std::string exact(base::Usd amount) {
    return "$" + base::decimal(amount);
}

/// Why a limit on cost cannot be kept at all; without a text when it can.
Problem cannot_keep(const CostBudget& budget, const NodePlan& node, const Spent& spent,
                    const PolicyDecision& decision) {
    const std::string limit =
        base::format("the {} a run that {} allows", exact(budget.limit), owner_of(budget.policy));
    if (!decision.asked_usd)
        return policy_problem(
            base::format("the price of model \"{}\" at endpoint \"{}\" is not known, so agent \"{}\" cannot "
                         "be held to {}",
                         decision.model, decision.endpoint, node.name, limit),
            base::format("write it into prices.yaml, 0 where it is free (orloj explain prices): "
                         "{{match: \"{}\", input: USD, output: USD}}",
                         decision.model));
    if (spent.unknown > 0)
        return policy_problem(
            base::format("the cost of {} of the run is not known, so agent \"{}\" cannot be held to {}",
                         base::counted(static_cast<std::size_t>(spent.unknown), "call"), node.name, limit),
            "write the prices of their models into prices.yaml (orloj explain prices)");
    return {};
}

std::optional<Denied> over_cost(const CostBudget& budget, const NodePlan& node, const Spent& spent,
                                PolicyDecision decision) {
    Problem problem = cannot_keep(budget, node, spent, decision);
    if (problem.text.empty()) {
        if (*decision.used_usd + *decision.asked_usd <= budget.limit) return std::nullopt;
        problem = policy_problem(
            base::format("cost budget exceeded: {} allows {} a run, {} are used and agent \"{}\" asks for up "
                         "to {} at endpoint \"{}\"",
                         owner_of(budget.policy), exact(budget.limit), exact(*decision.used_usd), node.name,
                         exact(*decision.asked_usd), decision.endpoint),
            budget.policy.empty()
                ? "raise spec.limits.cost of the task (or --max-cost), or reserve less with a "
                  "smaller options.max_tokens of the endpoint"
                : "raise the limit, or reserve less with a smaller options.max_tokens of the "
                  "endpoint");
    }
    decision.policy = budget.policy;
    decision.rule = budget.rule;
    decision.limit_usd = budget.limit;
    decision.verdict = "deny";
    return Denied{decision, std::move(problem)};
}

PolicyDecision without_tokens(PolicyDecision decision) {
    decision.used = decision.reserved = decision.asked = 0;
    return decision;
}

/// One for what each policy says of tokens and models, one for what it says of money.
void allow(const std::vector<const Policy*>& concerned, const PolicyDecision& tokens,
           const PolicyDecision& money, std::vector<PolicyDecision>& out) {
    for (const Policy* policy : concerned) {
        const resource::AgentPolicySpec& spec = policy->spec;
        if (!spec.max_cost || spec.max_tokens_per_run > 0 || !spec.allowed_models.empty()) {
            PolicyDecision& decision = out.emplace_back(tokens);
            decision.policy = policy->name.name;
            decision.limit = spec.max_tokens_per_run;
            decision.rule = decision.limit > 0 ? "max_tokens_per_run" : "allowed_models";
        }
        if (!spec.max_cost) continue;
        PolicyDecision& decision = out.emplace_back(money);
        decision.policy = policy->name.name;
        decision.limit_usd = spec.max_cost;
        decision.rule = "max_cost";
    }
    for (PolicyDecision& decision : out)
        decision.verdict = "allow";
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
              const Claim& claim, const Spent& spent, base::Time now) {
    const NodePlan& node = plan.nodes[s.activations[activation].node];
    const EndpointPlan& endpoint = plan.endpoints[s.activations[activation].endpoint];
    PolicyDecision decision;
    decision.model = endpoint.endpoint.model;
    decision.endpoint = endpoint.name.name;
    decision.asked = claim.tokens;
    decision.used = s.used.input + s.used.output;
    decision.reserved = s.reserved;
    if (auto denied = over_caps(s, plan, node, decision, now)) return std::move(*denied);
    const auto concerned = matching(policies, plan, node.declared);
    if (auto denied = disallowed(concerned, node, endpoint, s.activations[activation].refused, decision))
        return std::move(*denied);
    std::optional<Waits> waits;
    if (const auto budget = tightest(concerned, plan.caps)) {
        if (auto denied = over_tokens(*budget, node, decision)) return std::move(*denied);
        if (decision.used + decision.reserved + claim.tokens > budget->limit) waits = Waits{budget->rule};
    }
    PolicyDecision money = without_tokens(decision);
    const auto budget = tightest_cost(concerned, plan.caps);
    if (budget) {
        money.used_usd = spent.cost;
        money.reserved_usd = s.reserved_cost;
        money.asked_usd = claim.cost;
        if (!claim.cost && costs_nothing(*endpoint.provider)) money.asked_usd = base::Usd{};
        if (auto denied = over_cost(*budget, node, spent, money)) return std::move(*denied);
        const base::Usd all = spent.cost + s.reserved_cost + *money.asked_usd;
        if (!waits && all > budget->limit) waits = Waits{budget->rule};
    }
    if (waits) return *waits;
    Admitted out;
    out.reserved = claim.tokens;
    out.reserved_cost = budget ? money.asked_usd : claim.cost;
    allow(concerned, decision, money, out.decisions);
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
