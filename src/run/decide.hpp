// What to do next, as a pure function of the state. Level-triggered: it looks for what is missing, so the
// answer is the same whether the last event was just written or read back from a journal that broke off
// there.
#pragma once

#include <optional>
#include <vector>

#include "run/state.hpp"
#include "run/transcript.hpp"

namespace run {

/// Something that follows from the state alone: an event without seq and time.
struct Draft {
    std::string agent;
    std::int64_t step = 0;
    trace::Payload payload;
};

/// A call of a tool that may be made now.
struct ToolAsk {
    std::size_t activation = 0;
    std::string call; ///< id in the answer of its current step
};

struct Decision {
    std::vector<Draft> drafts;     ///< to be appended and folded before deciding again
    std::vector<std::size_t> asks; ///< activations that want a model call now (only when there are no drafts)
    std::vector<ToolAsk> tool_asks; ///< likewise
    std::optional<base::Time> wake; ///< the earliest pause that ends later
};

/// `now` only ends pauses. New messages are added to the transcript.
Decision decide(const State& state, const Plan& plan, Transcript& transcript, base::Time now);

/// The pause before try `tries` + 1 of a call, or nullopt when it must not be tried again. Pure: jitter comes
/// from a hash of `seed`. A server's own wish is honoured up to 60 s, and nothing waits past `left`.
std::optional<base::Duration> retry_delay(const Plan& plan, std::size_t endpoint,
                                          const trace::ModelError& error, std::int64_t tries,
                                          std::optional<base::Duration> left, std::string_view seed);

/// The fault a failed call means for the run.
base::Fault fault_of_refusal(std::string_view kind);

/// The pause before attempt `attempt` + 1 of the task: backoff x 2^(attempt-1), at most 24 h.
base::Duration task_delay(const resource::Retry& retry, std::int64_t attempt);

} // namespace run
