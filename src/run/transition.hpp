// The states of a run and of an agent's turn, and which event leads from where to where: the whole of it, as
// two tables that apply() goes by. An event that no row allows does not belong to its journal.
//
//     run      fresh -> running -> ended, with interruptions; nothing follows an end
//     turn     asking -> calling -> replied -> ... -> finished, or failed
//
// A step is one answer: it begins with `asking` and ends when the turn leaves `replied`. A call is one
// request of it: it is open from model_request to model_call or model_error.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "run/state.hpp"

namespace run {

enum class RunStatus : unsigned char { fresh, running, interrupted, ended };
RunStatus status_of(const State& state);

/// Sets of RunStatus and of Activation::Status, a bit each.
using Statuses = unsigned;
template <typename Status, typename... More>
constexpr Statuses any_of(Status first, More... more) {
    return (1U << static_cast<unsigned>(first)) | (0U | ... | (1U << static_cast<unsigned>(more)));
}

struct RunMove {
    std::size_t event; ///< index of the payload's alternative
    Statuses from;
    std::optional<RunStatus> to; ///< empty: it stays as it is
};
/// Events without a row happen only while the run is running, and leave it so.
std::span<const RunMove> run_moves();

struct TurnMove {
    std::size_t event;
    Statuses from;
    Statuses to; ///< 0: it stays as it is
};
/// Events without a row leave turns alone.
std::span<const TurnMove> turn_moves();

/// The turn that an event is about; nullopt when it is about none, or about one that has not begun.
std::optional<std::size_t> turn_of(const State& state, const Plan& plan, const trace::Event& event);

/// Why the event cannot happen now, in words; "" when it can.
std::string objection(const State& state, const Plan& plan, const trace::Event& event);

} // namespace run
