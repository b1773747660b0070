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

/// The last message of an activation's conversation: behind its answer come the results of the calls in it,
/// in the order the model asked for them, whatever order they ended in. Adds those to the transcript that are
/// not there as successors of one another.
std::string head_of(const Activation& activation, Transcript& transcript);

/// Adds the result of one call of the current step and returns its hash. `earlier`: the results of the calls
/// before it in the answer, "" for those that have none yet. It becomes part of the conversation itself when
/// all of them are there; else its content is kept beside it until head_of() puts it in its place.
std::string add_tool_result(const Activation& activation, Transcript& transcript,
                            const std::vector<std::string>& earlier, provider::Part result);
/// The part that says what became of `call`.
provider::Part tool_result_of(const provider::Part& call, std::string text, bool is_error);

} // namespace run
