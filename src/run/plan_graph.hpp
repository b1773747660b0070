// How the nodes of a system are linked: hand-overs, joins, delegates, and which edges close a cycle.
#pragma once

#include <functional>
#include <string>

#include "run/plan.hpp"

namespace run {

/// Links the nodes of `plan`, one for each agent in declaration order, as `system` says. An agent that only
/// works as a delegate of several gets a node for each of them instead. `problem` is told what is wrong:
/// edges to unknown agents, cycles without max_turns, delegates that cannot be.
void link_graph(Plan& plan, const resource::AgentSystemSpec& system,
                const std::function<void(std::string)>& problem);

} // namespace run
