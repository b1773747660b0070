#include "resource/agent_policy.hpp"

namespace resource {

using namespace schema;

const Type& describe(const ApplyMode*) {
    static const Type type = choice_type<ApplyMode>("apply_mode", {"scoped", "global"});
    return type;
}

const Type& describe(const AgentPolicySpec*) {
    static const Type type = object_type<AgentPolicySpec>(
        "AgentPolicySpec", "Limits on models, tokens, cost and tools, checked at every call.",
        {
            field<&AgentPolicySpec::max_tokens_per_run>(
                "max_tokens_per_run", "Tokens one run may use in all; 0: no limit.", at_least(0)),
            field<&AgentPolicySpec::max_cost>(
                "max_cost", "US dollars one run may cost in all; 0: only what is free; absent: no limit. A "
                            "call whose price is not known is not made then: see `orloj explain prices`."),
            field<&AgentPolicySpec::allowed_models>("allowed_models", "Models that may be asked; empty: any.",
                                                    text_items),
            field<&AgentPolicySpec::blocked_tools>("blocked_tools", "Tools that may not be called.",
                                                   text_items),
            field<&AgentPolicySpec::apply_mode>("apply_mode",
                                                "scoped: the targets, or the whole namespace when none is "
                                                "named; global: every namespace.",
                                                alias("applyMode")),
            field<&AgentPolicySpec::target_systems>("target_systems", "AgentSystems it applies to.",
                                                    text_items),
            field<&AgentPolicySpec::target_tasks>("target_tasks", "Tasks it applies to.", text_items),
            field<&AgentPolicySpec::target_agents>("target_agents", "Agents it applies to.", text_items,
                                                   alias("targetAgents")),
            field<&AgentPolicySpec::max_child_depth>(
                "max_child_depth", "How deep tasks may create tasks.", default_below(1),
                unsupported("tasks cannot create tasks in this version")),
            field<&AgentPolicySpec::max_child_tasks>(
                "max_child_tasks", "How many tasks a task may create.", default_below(1),
                unsupported("tasks cannot create tasks in this version")),
        });
    return type;
}

} // namespace resource
