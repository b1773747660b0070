// Where a run stands: a fold over its events. `apply` is pure; it knows no clock, socket or database, so a
// run can be taken up from any prefix of its journal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "run/flow.hpp"
#include "run/plan.hpp"
#include "trace/event.hpp"

namespace run {

/// What made an agent or a run fail.
struct Problem {
    base::Fault fault = base::Fault::failed;
    std::string text;
    std::string hint;
    bool retryable = false;
};

/// A call of a tool that the model asked for in an agent's current step.
struct ToolTurn {
    enum class Approval { none, pending, granted, denied };
    std::string key;                       ///< tool_call_hash; "" until it was requested
    std::string tool;                      ///< ToolPlan::name; likewise
    std::string request;                   ///< the last one
    std::int64_t requests = 0;             ///< made, repetitions included
    std::int64_t tries = 0;                ///< failed
    bool open = false;                     ///< a request has no outcome
    std::string in_doubt;                  ///< the request that had none when the run stopped
    std::optional<base::Time> not_before;  ///< pause before the next try
    std::optional<trace::ToolError> error; ///< of the last try, not decided yet
    std::string result;                    ///< hash of the message with its result; "": not answered
    bool succeeded = false;
    std::string output; ///< hash of the result as an answer
    Approval approval = Approval::none;
    std::string approval_hash;
    std::string decided_by;
    std::int64_t active_ms = 0; ///< of its tries and the pauses between them
};

/// One turn of one agent.
struct Activation {
    enum class Status {
        asking,     ///< wants a model call
        calling,    ///< a call is under way
        errored,    ///< the last call failed; retry or give up
        replied,    ///< the model answered; its tool calls have to be made and answered
        finished,   ///< agent_end, with an answer
        failed,     ///< agent_end, without
        delegating, ///< it answered and waits for the reports of its delegates
    };
    std::size_t node = 0;
    std::size_t endpoint = 0; ///< that it asks: its node's, or the fallback it has come to
    std::size_t refused = 0;  ///< endpoints that could not answer it
    std::int64_t generation = 1;
    std::int64_t turn = 1; ///< agents in the hand-off chain so far, this one included
    Status status = Status::asking;
    std::string input;                    ///< hash of the message it started with
    std::string head;                     ///< hash of its last message
    std::int64_t step = 0;                ///< model calls that were answered
    std::int64_t calls = 0;               ///< requests made in the current step
    std::int64_t repairs = 0;             ///< times it was told what is wrong with its answer
    std::set<std::string> left_out;       ///< request parameters that its last call did without
    std::int64_t tries = 0;               ///< failed tries of the current call in a row
    std::int64_t seen_answers = 0;        ///< of its endpoint, at the last failed try
    std::optional<base::Time> not_before; ///< pause before the next call
    std::string in_doubt;                 ///< call that was under way when the run stopped, to be made again
    trace::Tokens usage;
    std::int64_t active_ms = 0;
    std::optional<trace::ModelCall> answer; ///< of the current step
    std::optional<trace::ModelError> error; ///< of the last try
    std::map<std::string, ToolTurn> tools;  ///< of the current step, by call id
    std::int64_t open_tools = 0;            ///< of these
    std::map<std::string, std::string>
        results;                     ///< calls that succeeded, by tool_call_hash: the message with the result
    std::set<std::string> succeeded; ///< names of the tools of those
    std::set<std::string> noted;     ///< contract violations on record: the rule, or "rule call"
    std::set<std::size_t> handed_to; ///< successors that have the answer
    std::set<std::size_t> passed_over;     ///< successors that do not get it
    bool cut = false;                      ///< some of them because of max_turns
    std::set<std::size_t> delegated_to;    ///< delegates that were asked
    std::set<std::size_t> not_asked;       ///< delegates that were not
    bool out_of_steps = false;             ///< some of them because it could not have read their reports
    std::vector<std::size_t> reports;      ///< activations of delegates that reported, as they did
    bool has_reports = false;              ///< they are in its conversation
    std::optional<trace::ModelCall> draft; ///< the answer that its delegates were given
    std::int64_t draft_step = 0;           ///< of that answer
    std::string reports_message;           ///< hash of the message that holds the reports
    std::string reason;                    ///< of agent_end
    Problem problem;                       ///< when failed

    /// What it has taken of its time. Calls of one step overlap.
    [[nodiscard]] base::Duration active() const;
};

/// What the run knows of an endpoint: whether it asked for a pause, and how it recovers from it.
struct EndpointHealth {
    std::optional<base::Time> paused_until; ///< it asked for that (retry-after)
    /// Calls at once while it recovers: one after a pause, then one more for each answer up to `steady`, from
    /// there one more for each `window` answers. 0: it never asked for a pause.
    std::int64_t window = 0;
    std::int64_t steady = 0;
    std::int64_t credit = 0;                   ///< answers towards the next step of the window
    std::int64_t answered = 0;                 ///< in all
    std::int64_t since_pause = 0;              ///< answers
    std::set<std::string> dropped;             ///< request parameters it refused
    std::optional<provider::ModelFacts> facts; ///< once it was asked for them
};

struct OpenCall {
    std::size_t activation = 0;
    std::size_t endpoint = 0;
    std::int64_t reserved = 0;              ///< tokens
    std::optional<base::Usd> reserved_cost; ///< where its price was known
};

struct State {
    std::int64_t last_seq = 0;
    base::Time started;
    base::Time last_time;
    base::Duration away{}; ///< time between an interruption and the resume
    bool running = false;  ///< task_start was seen, task_end was not
    bool interrupted = false;
    bool forked = false;          ///< the last event was task_forked
    std::vector<trace::Pin> pins; ///< the contents it works with, as the journal names them
    std::int64_t attempt = 1;
    std::optional<base::Time> not_before;       ///< pause before the next attempt
    std::vector<Activation> activations;        ///< in the order they started
    std::set<std::size_t> live;                 ///< activations of which something may follow
    std::size_t failed = 0;                     ///< activations that failed
    std::map<std::size_t, std::size_t> last_of; ///< node: its latest activation
    std::map<Place, std::size_t> activation_at;
    Flow flow;
    std::map<std::string, OpenCall> open;            ///< calls without an outcome, by call id
    std::map<std::size_t, std::int64_t> open_at;     ///< how many of them an endpoint has
    std::int64_t reserved = 0;                       ///< tokens set aside for them
    base::Usd reserved_cost;                         ///< likewise
    std::int64_t open_tools = 0;                     ///< requests of tools without an outcome
    std::map<std::size_t, EndpointHealth> endpoints; ///< those that were asked
    trace::Tokens used;
    std::int64_t calls = 0;   ///< model calls with an outcome
    bool truncated = false;   ///< a hand-off was not made because of max_turns
    std::int64_t waiting = 0; ///< calls that wait for a person, when the run stopped because of them
    std::optional<trace::TaskEnd> end;

    /// Calls of tools that wait for a person now.
    [[nodiscard]] std::int64_t pending_approvals() const;
    /// The activation of a node in a generation; nullptr when it has not started.
    [[nodiscard]] const Activation* at(Place place) const;
    [[nodiscard]] const Activation* latest(std::size_t node) const;
    /// Time the run was worked on. A clock that was set back since the last event takes nothing from it.
    [[nodiscard]] base::Duration elapsed(base::Time now) const {
        return std::max(now, last_time) - started - away;
    }
};

/// How Activation::noted names a violation.
std::string violation_key(std::string_view rule, std::string_view call);

/// Folds one event into the state. Requires events in order. Throws Error{store} when the event cannot belong
/// to this journal.
void apply(State& state, const Plan& plan, const trace::Event& event);

/// Contents of the plan that differ from those the journal names so far.
std::vector<trace::Pin> changed_pins(const State& state, const Plan& plan);

} // namespace run
