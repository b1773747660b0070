// The parts of decide(), one question each. Internal to the room: others call decide().
#pragma once

#include "run/decide.hpp"

namespace run {

/// What a decision is made from.
struct Situation {
    const State& state;
    const Plan& plan;
    Transcript& transcript; ///< new messages are added to it
    base::Time now;         ///< only ends pauses
};

/// What follows for an activation that has neither ended nor a call under way: a call, another try, results
/// of tools, or its end. Adds to `out`. In agent_loop.cpp.
void next_of_agent(const Situation& at, std::size_t activation, Decision& out);

/// Gives a finished answer to those who get it. In hand_over.cpp.
void hand_over(const Situation& at, const Activation& activation, Decision& out);

/// An agent has its answer: whether its delegates come first, because some have to be asked or have not
/// reported. What that takes is added to `out`. False: the answer stands. In hand_over.cpp.
bool delegates_first(const Situation& at, const Activation& activation, Decision& out);

} // namespace run
