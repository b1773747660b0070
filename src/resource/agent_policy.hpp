// AgentPolicy: which models may be asked, how many tokens a run may use and what it may cost.
#pragma once

#include <string>
#include <vector>

#include "schema/type.hpp"

namespace resource {

enum class ApplyMode { scoped, global };
const schema::Type& describe(const ApplyMode*);

struct AgentPolicySpec {
    std::int64_t max_tokens_per_run = 0;     ///< 0: no budget
    std::optional<base::Usd> max_cost;       ///< a run; absent: no budget
    std::vector<std::string> allowed_models; ///< empty: any
    std::vector<std::string> blocked_tools;
    ApplyMode apply_mode = ApplyMode::scoped;
    std::vector<std::string> target_systems;
    std::vector<std::string> target_tasks;
    std::vector<std::string> target_agents;
    std::int64_t max_child_depth = 0; ///< 0: 5
    std::int64_t max_child_tasks = 0; ///< 0: 20
};
const schema::Type& describe(const AgentPolicySpec*);

} // namespace resource
