// What a run adds up to when it ends, and how one ends that a person cancelled. Pure.
#pragma once

#include <string>
#include <vector>

#include "run/decide.hpp"

namespace run {

/// task_end::stopped_reason of a run that a person cancelled.
constexpr std::string_view stopped_by_cancel = "cancelled";

/// The answers of agents that finished, in the order they came, and what was used. Phase, reason and sinks
/// are left empty.
trace::TaskEnd totals(const State& state, const Plan& plan, const Transcript& transcript, base::Time now);

/// The last two events of a run that is cancelled now: task_cancelled, and a task_end that keeps the answers
/// there are. `until`: how long it was run. Requires: the run has not ended.
std::vector<Draft> cancellation(const State& state, const Plan& plan, const Transcript& transcript,
                                const std::string& reason, base::Time until);

/// The same for a run of which only that it has not ended is known.
std::vector<Draft> cancellation(const std::string& reason);

/// The end of a run that could not be started at all.
trace::TaskEnd stillborn(const base::Error& why);

} // namespace run
