// Whether an edge's condition holds for an answer. Pure. Invariant: what cannot be read does not hold: an
// answer that is no JSON document has no value at any path, and not_equals needs a value too.
//
// Numbers are compared by value, so `equals: "1"` holds for 1 and 1.0. A number written as a JSON string
// counts for greater_than and less_than. Objects and lists are compared as compact JSON; null is "".
#pragma once

#include <string>
#include <string_view>

#include "resource/agent_system.hpp"

namespace run {

/// Every field that is set holds. Not for default edges: what they are depends on the others.
bool holds(const resource::Condition& condition, std::string_view answer);

/// The condition in a few words, for the trace: `$.risk.score > 0.7`, `output contains "urgent"`, `default`.
std::string render(const resource::Condition& condition);

} // namespace run
