// Whether a model call may be made: policies, budgets and caps, decided at the moment of the call. Pure.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "run/cost.hpp"
#include "run/decide.hpp"

namespace run {

struct Policy {
    resource::Name name;
    resource::AgentPolicySpec spec;
};

/// The policies that concern this agent's calls: those of the run's namespace and the global ones of any. A
/// scoped policy without targets concerns every run of its namespace; targets narrow it (systems and tasks
/// are alternatives, agents narrow further; names are compared ignoring case).
std::vector<const Policy*> matching(const std::vector<Policy>& policies, const Plan& plan,
                                    std::string_view agent);

/// What a call may take at most.
struct Claim {
    std::int64_t tokens = 0;       ///< prompt bytes / 4 plus the largest answer
    std::optional<base::Usd> cost; ///< of these; absent: nobody wrote down their price
};

struct Admitted {
    std::vector<trace::PolicyDecision>
        decisions;                          ///< one for each policy that allowed it; two where it limits both
    std::int64_t reserved = 0;              ///< tokens
    std::optional<base::Usd> reserved_cost; ///< absent: not known, and not limited
};
/// Why the endpoint of this activation takes no further call now, as ModelRequest::waited_for has it; "" when
/// it does.
std::string_view endpoint_busy(const State& state, const Plan& plan, std::size_t activation);

/// Others have to answer first: their reservations of this limit stand in the way.
struct Waits {
    std::string rule;
};
struct Denied {
    trace::PolicyDecision decision;
    Problem problem;
};
using Verdict = std::variant<Admitted, Waits, Denied>;

/// Where cost is limited, a call whose price nobody wrote down is denied, unless its provider needs no
/// network; and so is every call while the run has made one whose cost is not known.
Verdict admit(const State& state, const Plan& plan, std::size_t activation,
              const std::vector<Policy>& policies, const Claim& claim, const Spent& spent, base::Time now);

/// Whether the agent of this activation may call the tool now: a policy's blocked_tools come before
/// everything else. Never Waits. An allowed call has a decision of each policy that lists tools.
Verdict admit_tool(const Plan& plan, const Activation& activation, const std::vector<Policy>& policies,
                   const ToolPlan& tool);

} // namespace run
