#include "run/transition.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace run {

using namespace trace;
using Turn = Activation::Status;

namespace {

template <typename T, std::size_t I = 0>
constexpr std::size_t index_of() {
    if constexpr (std::is_same_v<T, std::variant_alternative_t<I, Payload>>)
        return I;
    else
        return index_of<T, I + 1>();
}

constexpr Statuses fresh = any_of(RunStatus::fresh);
constexpr Statuses running = any_of(RunStatus::running);
constexpr Statuses interrupted = any_of(RunStatus::interrupted);

constexpr std::array run_table{
    RunMove{index_of<TaskStart>(), fresh, RunStatus::running},
    RunMove{index_of<TaskInterrupted>(), running, RunStatus::interrupted},
    RunMove{index_of<TaskResumed>(), running | interrupted, RunStatus::running}, // running: its process died
    RunMove{index_of<TaskForked>(), running | interrupted,
            RunStatus::running}, // another run's events before it
    RunMove{index_of<ApprovalDecided>(), running | interrupted, std::nullopt},
    RunMove{index_of<TaskCancelled>(), fresh | running | interrupted, std::nullopt},
    RunMove{index_of<TaskEnd>(), fresh | running | interrupted, RunStatus::ended},
};

constexpr Statuses asking = any_of(Turn::asking);
constexpr Statuses calling = any_of(Turn::calling);
constexpr Statuses errored = any_of(Turn::errored);
constexpr Statuses replied = any_of(Turn::replied);
constexpr Statuses delegating = any_of(Turn::delegating);
constexpr Statuses finished = any_of(Turn::finished);
constexpr Statuses failed = any_of(Turn::failed);

constexpr std::array turn_table{
    // A step goes on with the results of tools: the next request needs no event of its own.
    TurnMove{index_of<ModelRequest>(), asking | replied, calling},
    TurnMove{index_of<ModelCall>(), calling, replied},
    TurnMove{index_of<ModelError>(), calling, errored},
    TurnMove{index_of<RetryScheduled>(), errored | replied, asking | replied}, // replied: of a tool's call
    TurnMove{index_of<Fallback>(), errored, asking},
    TurnMove{index_of<ParameterDropped>(), errored, asking},
    TurnMove{index_of<ToolRequest>(), replied, 0},
    TurnMove{index_of<ApprovalPending>(), replied, 0},
    TurnMove{index_of<ToolCall>(), replied, 0},
    TurnMove{index_of<ToolError>(), replied, 0},
    TurnMove{index_of<ContractViolation>(), replied, replied | asking},
    TurnMove{index_of<DelegatesReported>(), replied | delegating, asking},
    TurnMove{index_of<AgentEnd>(), asking | errored | replied | delegating, finished | failed},
    TurnMove{index_of<HandOff>(), replied | delegating | finished, 0}, // a delegate's: see below
    TurnMove{index_of<EdgeSkipped>(), replied | delegating | finished, 0},
};

constexpr std::array run_words{"has not begun", "is running", "is interrupted", "has ended"};
constexpr std::array turn_words{"asking",   "calling", "errored",   "replied",
                                "finished", "failed",  "delegating"};

std::optional<std::size_t> turn_at(const State& state, const Plan& plan, const std::string& node,
                                   std::int64_t generation) {
    const auto index = plan.node(node);
    if (!index) return std::nullopt;
    const auto at = state.activation_at.find({generation, *index});
    return at == state.activation_at.end() ? std::nullopt : std::optional(at->second);
}

template <typename Row>
const Row* row_of(std::span<const Row> rows, const Event& event) {
    const auto it = std::find_if(rows.begin(), rows.end(),
                                 [&](const Row& row) { return row.event == event.payload.index(); });
    return it == rows.end() ? nullptr : &*it;
}

} // namespace

std::span<const RunMove> run_moves() {
    return run_table;
}

std::span<const TurnMove> turn_moves() {
    return turn_table;
}

RunStatus status_of(const State& state) {
    if (state.end) return RunStatus::ended;
    if (!state.running) return RunStatus::fresh;
    return state.interrupted ? RunStatus::interrupted : RunStatus::running;
}

std::optional<std::size_t> turn_of(const State& state, const Plan& plan, const Event& event) {
    if (const auto* p = std::get_if<HandOff>(&event.payload))
        return turn_at(state, plan, p->from, p->generation);
    if (const auto* p = std::get_if<EdgeSkipped>(&event.payload))
        return turn_at(state, plan, p->from, p->generation);
    if (const auto* p = std::get_if<DelegatesReported>(&event.payload))
        return turn_at(state, plan, p->node, p->generation);
    const auto node = plan.node(event.agent);
    const auto at = node ? state.last_of.find(*node) : state.last_of.end();
    return at == state.last_of.end() ? std::nullopt : std::optional(at->second);
}

std::string objection(const State& state, const Plan& plan, const Event& event) {
    const auto name = kind_of(event.payload).name;
    const RunStatus now = status_of(state);
    const RunMove* move = row_of(run_moves(), event);
    if (((move == nullptr ? running : move->from) & any_of(now)) == 0)
        return base::format("{} when the run {}", name, run_words[static_cast<std::size_t>(now)]);
    const TurnMove* turn = row_of(turn_moves(), event);
    if (turn == nullptr) return {};
    const auto at = turn_of(state, plan, event);
    if (!at) return base::format("{} of agent '{}', which has not started", name, event.agent);
    const Turn status = state.activations[*at].status;
    if ((turn->from & any_of(status)) != 0) return {};
    return base::format("{} of agent '{}', whose turn is at '{}'", name, event.agent,
                        turn_words[static_cast<std::size_t>(status)]);
}

} // namespace run
