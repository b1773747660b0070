// The parts of what one agent does next. Internal to the room: others call next_of_agent. Its members are in
// agent_loop.cpp (the model), agent_tools.cpp (the tools of a step) and contract.cpp (what an agent under a
// contract owes). Invariant: it only drafts what follows from the state; the same state gives the same.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "run/decide_parts.hpp"

namespace run {

/// A call in the answer of the current step.
struct StepCall {
    const provider::Part* part = nullptr;
    const ToolPlan* tool = nullptr; ///< null: no such tool was offered
    std::string key;                ///< tool_call_hash; "" when it cannot be made (no tool, bad arguments)
    const ToolTurn* turn = nullptr; ///< null: nothing happened yet
    std::string result;             ///< hash of its result message, also one drafted a moment ago
};

class AgentLoop {
  public:
    AgentLoop(const Situation& at, Decision& out)
        : at_(at), s_(at.state), plan_(at.plan), transcript_(at.transcript), now_(at.now), out_(out) {}

    void next(std::size_t index);

  private:
    // The model.
    void ask(std::size_t index);
    void after_error(const Activation& a);
    void after_reply(const Activation& a);
    void next_step(const Activation& a, const provider::Message& answer);
    void out_of_steps(const Activation& a, const provider::Message& answer);
    void conclude(const Activation& a, const provider::Message& answer);
    void conclude_checked(const Activation& a, const provider::Message& answer, std::string reason);
    [[nodiscard]] std::optional<trace::ParameterDropped> without_parameter(const Activation& a) const;
    [[nodiscard]] std::string_view length_hint(const Activation& a) const;

    // The tools of a step.
    void use_tools(const Activation& a, const provider::Message& answer);
    [[nodiscard]] std::vector<StepCall> calls_of(const Activation& a, const provider::Message& answer) const;
    /// What follows for the call at `place`. Whether the agent goes on; if not, its end was drafted. So
    /// below.
    bool settle_call(const Activation& a, std::vector<StepCall>& calls, std::size_t place);
    bool make_call(const Activation& a, const StepCall& call);
    bool repeat_call(const Activation& a, std::vector<StepCall>& calls, std::size_t place);
    void after_tool_error(const Activation& a, std::vector<StepCall>& calls, std::size_t place);
    void refuse_call(const Activation& a, std::vector<StepCall>& calls, std::size_t place,
                     const ToolFailure& why, const std::string& request = {});
    void add_result(const Activation& a, std::vector<StepCall>& calls, std::size_t place, std::string text,
                    bool is_error);
    /// Whether the result of this call is the agent's answer.
    [[nodiscard]] bool stops_on(const Activation& a, const StepCall& call) const;
    void end_with_result(const Activation& a, const StepCall& call);

    // The contract.
    [[nodiscard]] std::vector<std::string> owed_tools(const Activation& a) const;
    [[nodiscard]] std::vector<std::string> owed_markers(const Activation& a, std::string_view text) const;
    /// Whether an answer beside calls of tools ends the agent all the same: it says what it had to say.
    [[nodiscard]] bool fulfilled_beside_calls(const Activation& a, const provider::Message& answer) const;
    /// Whether the answer may end the agent; if not, what follows was drafted.
    bool keeps_contract(const Activation& a, const provider::Message& answer);
    /// Whether the agent, out of steps, may end as any other; if not, its end was drafted.
    bool keeps_contract_at_last(const Activation& a, const provider::Message& answer);
    /// Ends an agent whose last answer has no text with the last text it said. Whether there is one.
    bool end_with_earlier_words(const Activation& a);
    /// Whether the calls may be made; if not, the agent's end was drafted.
    bool keeps_sequence(const Activation& a, const std::vector<StepCall>& calls);
    /// Records a violation, once. Whether the agent goes on.
    bool violate(const Activation& a, std::string_view rule, const std::string& call, std::string text);

    // Ends.
    void timed_out(const Activation& a);
    void fail(const Activation& a, const Problem& problem, std::string reason = "failed");
    /// `text`: what the answer is, when that is not all the model said.
    void end(const Activation& a, std::string reason, std::string_view cut, std::string_view text = {});

    void draft(const Activation* a, trace::Payload payload) {
        out_.drafts.push_back({plan_.nodes[a->node].name, a->step, std::move(payload)});
    }
    [[nodiscard]] const NodePlan& node(const Activation& a) const { return plan_.nodes[a.node]; }
    [[nodiscard]] std::size_t index_of(const Activation& a) const {
        return static_cast<std::size_t>(&a - s_.activations.data());
    }
    [[nodiscard]] std::optional<base::Duration> time_left(const Activation& a) const;
    [[nodiscard]] bool out_of_time(const Activation& a) const;
    void wake_at(base::Time time) {
        if (!out_.wake || time < *out_.wake) out_.wake = time;
    }

    const Situation& at_;
    const State& s_;
    const Plan& plan_;
    Transcript& transcript_;
    base::Time now_;
    Decision& out_;
};

} // namespace run
