// Everything that can happen in a run: one closed list. An event is what the journal stores, and the journal
// is the run: state, views, logs and exports are derived from it. Names are never reused; a payload may gain
// fields, never lose or change one.
//
// From `event_kinds()` come the stored name, the payload's description, the sentence of `logs` and the
// documentation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "schema/type.hpp"

namespace trace {

/// Content of a resource a run was started with.
struct Pin {
    std::string role; ///< task, system, agent, endpoint
    std::string kind;
    std::string namespace_;
    std::string name;
    std::string hash; ///< of the content, hex
    bool operator==(const Pin&) const = default;
};

struct Tokens {
    std::int64_t input = 0;
    std::int64_t output = 0;
    std::int64_t cache_read = 0;
    std::int64_t cache_write = 0;
    std::int64_t reasoning = 0;
    std::string source = "provider"; ///< provider, estimated
    std::optional<base::Usd> cost; ///< where it is known; of a sum, of those of its calls that it is known of
    std::string cost_source;       ///< of one call: provider (it said so), prices (the user's list)
    std::int64_t unpriced = 0;     ///< of a sum: its calls whose cost is not known
    bool operator==(const Tokens&) const = default;
};
/// Adds the usage of one call to a sum.
void add_call(Tokens& sum, const Tokens& call);
/// The sum as an event tells it: where nothing has a cost, nothing is said of it.
Tokens told(Tokens sum);
/// "$0.0043"; of a sum some of whose calls have no known cost, "$0.0043+": at least that. "" when nothing is
/// known.
std::string shown_cost(const Tokens& tokens);
const schema::Type& describe(const Tokens*);

struct TaskStart {
    std::int64_t engine_version = 0;
    std::string system;
    std::map<std::string, std::string> input;
    std::vector<Pin> pins;
    bool operator==(const TaskStart&) const = default;
};
struct TaskEnd {
    std::string phase;          ///< Succeeded, Failed, DeadLetter
    std::string stopped_reason; ///< completed, failed, policy, budget, ...
    std::string code;           ///< fault that decides the exit code; empty on success
    std::string message;        ///< why it failed; empty on success
    std::string hint;
    std::map<std::string, std::string> outputs; ///< answers by agent, also of a run that failed later
    std::vector<std::string> order;             ///< agents as they answered
    std::vector<std::string>
        sinks; ///< agents whose answers nobody else got: the result, in declaration order
    Tokens usage;
    std::int64_t calls = 0;
    std::int64_t duration_ms = 0;
    bool operator==(const TaskEnd&) const = default;
};
struct TaskInterrupted {
    std::string reason;
    std::int64_t approvals = 0; ///< calls that wait for a person; nothing else is left to do then
    bool operator==(const TaskInterrupted&) const = default;
};
struct TaskResumed {
    std::string reason;
    std::int64_t in_doubt = 0; ///< calls that were under way when the run stopped
    std::vector<Pin> pins;     ///< what has another content from here on
    bool operator==(const TaskResumed&) const = default;
};
struct TaskCancelled {
    std::string reason;
    bool operator==(const TaskCancelled&) const = default;
};
struct TaskRetryScheduled {
    std::int64_t next_attempt = 0; ///< the one that comes
    std::int64_t delay_ms = 0;
    std::string reason;
    bool operator==(const TaskRetryScheduled&) const = default;
};
/// What of an agent is different in a fork.
struct AgentChange {
    std::string agent;
    std::string field; ///< prompt, model_ref
    std::string value; ///< of model_ref; a prompt is in the messages
    bool operator==(const AgentChange&) const = default;
};
const schema::Type& describe(const AgentChange*);
/// The conversation of an agent at work, with another beginning.
struct Rebase {
    std::string agent;
    std::int64_t generation = 1;
    std::string input;   ///< hash of its first user message
    std::string message; ///< hash of its last message
    bool operator==(const Rebase&) const = default;
};
const schema::Type& describe(const Rebase*);
/// All events before this one are another run's, with their times: they happened there and were paid for
/// there. They count towards the limits of this run, which is that run with another ending.
struct TaskForked {
    std::string from;                  ///< the task they were taken from, of the same namespace
    std::int64_t at = 0;               ///< the last one that was looked at
    std::string again_from;            ///< the agent from which on it is done again; "": all was taken over
    std::vector<std::string> kept;     ///< agents whose answers were taken over, where not all was
    std::vector<AgentChange> changes;  ///< what was changed
    std::vector<Pin> pins;             ///< what has another content from here on
    std::vector<Rebase> conversations; ///< those that go on with another beginning
    std::int64_t made_again = 0;       ///< calls without an outcome up to there
    std::int64_t calls = 0;            ///< model calls of the other run
    Tokens usage;                      ///< of them
    bool operator==(const TaskForked&) const = default;
};
struct AgentStart {
    std::string node;
    std::int64_t generation = 1;
    std::int64_t turn = 1; ///< length of the hand-off chain so far
    std::string endpoint;
    std::string provider;
    std::string model;
    std::string message; ///< hash of the last input message
    bool operator==(const AgentStart&) const = default;
};
struct AgentEnd {
    std::string node;
    std::int64_t generation = 1;
    std::string reason;  ///< completed, max_steps, failed, ...
    std::string message; ///< hash of the answer; empty when failed
    std::int64_t steps = 0;
    Tokens usage;
    std::int64_t duration_ms = 0; ///< active time of its calls and pauses
    std::string code;             ///< fault; empty when completed
    std::string error;
    std::string hint;
    bool retryable = false;
    bool operator==(const AgentEnd&) const = default;
};
struct HandOff {
    std::string from;
    std::string to;
    std::string condition;
    std::int64_t generation = 1; ///< of `from`
    std::string role;            ///< "", delegate (it is asked to report), report (of a delegate)
    bool operator==(const HandOff&) const = default;
};
/// A hand-over that is not made.
struct EdgeSkipped {
    std::string from;
    std::string to;
    std::string condition;
    std::string reason;          ///< condition, max_turns, max_steps
    std::int64_t generation = 1; ///< of `from`
    std::string role;            ///< "", delegate
    bool operator==(const EdgeSkipped&) const = default;
};
struct JoinWait {
    std::string node;
    std::int64_t have = 0;
    std::int64_t need = 0;
    std::int64_t generation = 1;
    bool operator==(const JoinWait&) const = default;
};
struct JoinOpen {
    std::string node;
    std::int64_t have = 0;
    std::int64_t need = 0;
    std::int64_t generation = 1;
    std::vector<std::string> without; ///< nodes whose branch failed
    bool operator==(const JoinOpen&) const = default;
};
/// The reports an agent waited for are in its conversation; it goes on.
struct DelegatesReported {
    std::string node;
    std::int64_t generation = 1;
    std::vector<std::string> from;
    std::vector<std::string> without; ///< delegates that failed
    std::string message;              ///< hash of the message that holds the reports
    bool operator==(const DelegatesReported&) const = default;
};
struct PolicyDecision {
    std::string policy;
    std::string rule;    ///< allowed_models, max_tokens_per_run, max_cost, task_tokens, task_cost,
                         ///< task_model_calls, task_time, blocked_tools, max_turns
    std::string verdict; ///< allow, deny, wait
    std::string model;
    std::string endpoint;
    std::string tool;
    std::int64_t used = 0;
    std::int64_t reserved = 0;
    std::int64_t asked = 0;
    std::int64_t limit = 0;
    // The same where money is limited; absent: not known.
    std::optional<base::Usd> used_usd;
    std::optional<base::Usd> reserved_usd;
    std::optional<base::Usd> asked_usd;
    std::optional<base::Usd> limit_usd;
    bool operator==(const PolicyDecision&) const = default;
};
/// What the provider said of a model when it was asked, once a run and endpoint.
struct ModelDescribed {
    std::string endpoint;
    std::string provider;
    std::string model;
    std::string url;
    std::int64_t context = 0; ///< tokens; 0: not told
    std::string remote_host;  ///< "": it runs where the endpoint is
    std::string detail;       ///< why nothing is known; "" when it answered
    std::int64_t duration_ms = 0;
    bool operator==(const ModelDescribed&) const = default;
};
struct ModelRequest {
    std::string call;
    std::string endpoint;
    std::string provider;
    std::string model;
    std::string url;
    std::string message; ///< hash of the last message sent
    std::map<std::string, std::string> parameters;
    std::string credential; ///< where the key came from; never the key
    std::int64_t call_attempt = 1;
    std::int64_t reserved = 0;              ///< tokens set aside until the answer is known
    std::optional<base::Usd> reserved_cost; ///< likewise, where money is limited
    std::string repeats;                    ///< the call in doubt that is made again, if any
    std::int64_t waited_ms = 0;             ///< for calls of others to end
    std::string waited_for; ///< max_concurrency, recovery (after a retry-after), or a limit on tokens
                            ///< or money
    bool operator==(const ModelRequest&) const = default;
};
struct ModelCall {
    std::string call;
    std::string endpoint;
    std::string provider;
    std::string model;
    std::string url;
    std::int64_t status = 0;
    std::string finish;
    std::string message; ///< hash of the answer
    Tokens usage;
    std::int64_t first_byte_ms = 0;
    std::int64_t duration_ms = 0;
    std::string request_id;
    std::string answered_by; ///< the model the provider names
    std::int64_t tool_calls = 0;
    bool via_proxy = false;
    bool operator==(const ModelCall&) const = default;
};
struct ModelError {
    std::string call;
    std::string endpoint;
    std::string provider;
    std::string model;
    std::string url;
    std::string kind;
    std::int64_t status = 0;
    bool retryable = false;
    std::optional<std::int64_t> retry_after_ms;
    std::string provider_code;
    std::string detail;
    std::string hint;
    std::int64_t duration_ms = 0;
    std::string request_id;
    std::string parameter;  ///< of the request, that the provider refused
    bool delivered = false; ///< part of an answer had come
    bool via_proxy = false;
    std::optional<Tokens> usage; ///< what it cost all the same
    bool operator==(const ModelError&) const = default;
};
struct RetryScheduled {
    std::string endpoint;
    std::int64_t next_attempt = 0; ///< the one that comes
    std::int64_t delay_ms = 0;
    std::string reason;
    std::string tool; ///< that is called again; "": a model is
    std::string call; ///< of the tool
    bool operator==(const RetryScheduled&) const = default;
};
struct Fallback {
    std::string from;
    std::string to;
    std::string reason;
    bool operator==(const Fallback&) const = default;
};
struct ParameterDropped {
    std::string endpoint;
    std::string name;
    std::string renamed_to;
    bool operator==(const ParameterDropped&) const = default;
};
struct ToolRequest {
    std::string call; ///< as the model named it; unique in its answer
    std::string tool;
    schema::Json arguments; ///< an object, as the model wrote it
    std::string request;    ///< unique in the run; the tool gets it to tell a repetition
    std::int64_t call_attempt = 1;
    std::string repeats; ///< the request in doubt that is made again, if any
    bool operator==(const ToolRequest&) const = default;
};
struct ToolCall {
    std::string call;
    std::string tool;
    std::string message; ///< hash of the result message
    std::int64_t duration_ms = 0;
    std::string request;        ///< "": the tool did not run
    bool short_circuit = false; ///< it is the result of the same call before
    std::int64_t bytes = 0;     ///< of the result, when the model gets only its beginning
    bool truncated = false;     ///< the model gets only its beginning
    std::string output;         ///< hash of the result as the agent's answer, when it is to be that
    bool operator==(const ToolCall&) const = default;
};
struct ToolError {
    std::string call;
    std::string tool;
    std::string code;
    std::string reason;
    bool retryable = false;
    std::string detail;
    std::string message; ///< hash of the result message the model gets; "": the call is made again
    std::int64_t duration_ms = 0;
    std::string request; ///< "": the tool did not run
    bool operator==(const ToolError&) const = default;
};
struct ApprovalPending {
    std::string call; ///< of the agent's current step
    std::string hash; ///< of the tool and its canonical arguments; the decision names it
    std::string reason;
    std::string tool;
    schema::Json arguments;
    bool operator==(const ApprovalPending&) const = default;
};
struct ApprovalDecided {
    std::string call;
    std::string hash;
    std::string verdict; ///< approve, deny
    std::string by;
    bool operator==(const ApprovalDecided&) const = default;
};
struct ContractViolation {
    std::string text;
    std::string message; ///< hash of the message that tells the model and asks again
    std::string rule;    ///< output_schema (also ""), unfinished, no_tools, repeated, outside, steps
    std::string call;    ///< of the tool, when it is about one
    bool operator==(const ContractViolation&) const = default;
};
struct Warning {
    std::string text;
    bool operator==(const Warning&) const = default;
};

// The order is the order of `event_kinds()`.
using Payload =
    std::variant<TaskStart, TaskEnd, TaskInterrupted, TaskResumed, TaskCancelled, TaskRetryScheduled,
                 AgentStart, AgentEnd, HandOff, EdgeSkipped, JoinWait, JoinOpen, DelegatesReported,
                 PolicyDecision, ModelRequest, ModelCall, ModelError, RetryScheduled, Fallback,
                 ParameterDropped, ModelDescribed, ToolRequest, ToolCall, ToolError, ApprovalPending,
                 ApprovalDecided, ContractViolation, Warning, TaskForked>;

struct Event {
    std::int64_t seq = 0; ///< from 1, without gaps
    base::Time time;
    std::int64_t attempt = 1; ///< of the task
    std::string agent;        ///< empty for events of the task
    std::int64_t step = 0;    ///< model call of the agent, from 1; 0 when none
    Payload payload;
};

/// When the person who waits for a run is told of an event.
enum class Told {
    verbose, ///< only when asked for everything
    always, ///< requests, answers, and what went wrong on the way; the end is told by the answer or the error
};

struct EventKind {
    std::string_view name;
    std::string_view doc;
    Told told = Told::verbose;
    const schema::Type& (*type)();
    Payload (*empty)();
};

std::span<const EventKind> event_kinds();
const EventKind& kind_of(const Payload& payload);
/// nullptr when the name is unknown (a newer version wrote it).
const EventKind* find_event_kind(std::string_view name);

/// The payload as compact JSON, and back. Reading ignores fields it does not know.
std::string payload_json(const Payload& payload);
Payload read_payload(const EventKind& kind, std::string_view json);

/// The result of a run: one sink's text alone, several as "## agent" blocks in declaration order.
std::string answer_of(const TaskEnd& end);

/// The event as one JSON object: {seq, time, type, attempt, agent, step, ...payload}.
std::string event_json(const Event& event);
/// What happened, as one sentence without time and agent: "asks gpt-4o-mini at openai-default (openai)".
std::string sentence(const Event& event);
/// The line of `logs`: time, agent and sentence.
std::string log_line(const Event& event);

/// Where a run's events and messages go. One call is one transaction: all of it is durable when it returns,
/// or nothing is and it throws.
struct StoredMessage {
    std::string hash;   ///< hex; over parent, role and parts
    std::string parent; ///< hex; empty for the first
    std::string role;
    std::string parts; ///< JSON
};
class Sink {
  public:
    virtual ~Sink() = default;
    virtual void commit(const std::vector<Event>& events, const std::vector<StoredMessage>& messages) = 0;
};

} // namespace trace
