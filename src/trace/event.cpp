// One line a field: the payload structs of event.hpp as data.
#include <array>

#include "trace/describe.hpp"

namespace trace {

using namespace schema;

const Type& describe(const Pin*) {
    static const Type type = object_type<Pin>("pin", "",
                                              {
                                                  field<&Pin::role>("role", "task, system, agent, endpoint"),
                                                  field<&Pin::kind>("kind", ""),
                                                  field<&Pin::namespace_>("namespace", ""),
                                                  field<&Pin::name>("name", ""),
                                                  field<&Pin::hash>("hash", "of the content, hex"),
                                              });
    return type;
}

const Type& describe(const Tokens*) {
    static const Type type = object_type<Tokens>(
        "tokens", "",
        {
            field<&Tokens::input>("input", "", always),
            field<&Tokens::output>("output", "", always),
            field<&Tokens::cache_read>("cache_read", ""),
            field<&Tokens::cache_write>("cache_write", ""),
            field<&Tokens::reasoning>("reasoning", ""),
            field<&Tokens::source>("source", "provider, estimated"),
            field<&Tokens::cost>("cost_usd", "US dollars, where known"),
            field<&Tokens::cost_source>("cost_source", "of a call: provider, prices"),
            field<&Tokens::unpriced>("unpriced", "of a sum: calls whose cost is not known"),
        });
    return type;
}

const Type& describe(const TaskStart*) {
    static const Type type =
        object_type<TaskStart>("task_start", "",
                               {
                                   field<&TaskStart::engine_version>("engine_version", ""),
                                   field<&TaskStart::system>("system", ""),
                                   field<&TaskStart::input>("input", ""),
                                   field<&TaskStart::pins>("pins", ""),
                               });
    return type;
}

const Type& describe(const TaskEnd*) {
    static const Type type = object_type<TaskEnd>(
        "task_end", "",
        {
            field<&TaskEnd::phase>("phase", "Succeeded, Failed, DeadLetter"),
            field<&TaskEnd::stopped_reason>("stopped_reason", "completed, failed, policy, budget, ..."),
            field<&TaskEnd::code>("code", "fault that decides the exit code; empty on success"),
            field<&TaskEnd::message>("message", "why it failed; empty on success"),
            field<&TaskEnd::hint>("hint", ""),
            field<&TaskEnd::outputs>("outputs", "answers by agent, also of a run that failed later"),
            field<&TaskEnd::order>("order", "agents as they answered"),
            field<&TaskEnd::sinks>("sinks", "agents whose answers nobody else got: the result"),
            field<&TaskEnd::usage>("usage", ""),
            field<&TaskEnd::calls>("calls", ""),
            field<&TaskEnd::duration_ms>("duration_ms", "", always),
        });
    return type;
}

const Type& describe(const TaskInterrupted*) {
    static const Type type = object_type<TaskInterrupted>(
        "task_interrupted", "",
        {
            field<&TaskInterrupted::reason>("reason", ""),
            field<&TaskInterrupted::approvals>("approvals", "calls that wait for a person"),
        });
    return type;
}

const Type& describe(const TaskResumed*) {
    static const Type type = object_type<TaskResumed>(
        "task_resumed", "",
        {
            field<&TaskResumed::reason>("reason", ""),
            field<&TaskResumed::in_doubt>("in_doubt", "calls that were under way when the run stopped"),
            field<&TaskResumed::pins>("pins", "what has another content from here on"),
        });
    return type;
}

const Type& describe(const TaskCancelled*) {
    static const Type type = object_type<TaskCancelled>("task_cancelled", "",
                                                        {
                                                            field<&TaskCancelled::reason>("reason", ""),
                                                        });
    return type;
}

const Type& describe(const TaskRetryScheduled*) {
    static const Type type = object_type<TaskRetryScheduled>(
        "task_retry_scheduled", "",
        {
            field<&TaskRetryScheduled::next_attempt>("next_attempt", "the one that comes"),
            field<&TaskRetryScheduled::delay_ms>("delay_ms", "", always),
            field<&TaskRetryScheduled::reason>("reason", ""),
        });
    return type;
}

const Type& describe(const AgentStart*) {
    static const Type type =
        object_type<AgentStart>("agent_start", "",
                                {
                                    field<&AgentStart::node>("node", ""),
                                    field<&AgentStart::generation>("generation", ""),
                                    field<&AgentStart::turn>("turn", "length of the hand-off chain so far"),
                                    field<&AgentStart::endpoint>("endpoint", ""),
                                    field<&AgentStart::provider>("provider", ""),
                                    field<&AgentStart::model>("model", ""),
                                    field<&AgentStart::message>("message", "hash of the last input message"),
                                });
    return type;
}

const Type& describe(const AgentEnd*) {
    static const Type type = object_type<AgentEnd>(
        "agent_end", "",
        {
            field<&AgentEnd::node>("node", ""),
            field<&AgentEnd::generation>("generation", ""),
            field<&AgentEnd::reason>("reason", "completed, max_steps, failed, ..."),
            field<&AgentEnd::message>("message", "hash of the answer; empty when failed"),
            field<&AgentEnd::steps>("steps", ""),
            field<&AgentEnd::usage>("usage", ""),
            field<&AgentEnd::duration_ms>("duration_ms", "active time of its calls and pauses", always),
            field<&AgentEnd::code>("code", "fault; empty when completed"),
            field<&AgentEnd::error>("error", ""),
            field<&AgentEnd::hint>("hint", ""),
            field<&AgentEnd::retryable>("retryable", ""),
        });
    return type;
}

const Type& describe(const HandOff*) {
    static const Type type =
        object_type<HandOff>("hand_off", "",
                             {
                                 field<&HandOff::from>("from", ""),
                                 field<&HandOff::to>("to", ""),
                                 field<&HandOff::condition>("condition", "the one that held"),
                                 field<&HandOff::generation>("generation", "of `from`"),
                                 field<&HandOff::role>("role", "delegate, report; empty for an edge"),
                             });
    return type;
}

const Type& describe(const EdgeSkipped*) {
    static const Type type =
        object_type<EdgeSkipped>("edge_skipped", "",
                                 {
                                     field<&EdgeSkipped::from>("from", ""),
                                     field<&EdgeSkipped::to>("to", ""),
                                     field<&EdgeSkipped::condition>("condition", "the one that did not hold"),
                                     field<&EdgeSkipped::reason>("reason", "condition, max_turns, max_steps"),
                                     field<&EdgeSkipped::generation>("generation", "of `from`"),
                                     field<&EdgeSkipped::role>("role", "delegate; empty for an edge"),
                                 });
    return type;
}

const Type& describe(const JoinWait*) {
    static const Type type =
        object_type<JoinWait>("join_wait", "",
                              {
                                  field<&JoinWait::node>("node", ""),
                                  field<&JoinWait::have>("have", ""),
                                  field<&JoinWait::need>("need", ""),
                                  field<&JoinWait::generation>("generation", "of `node`"),
                              });
    return type;
}

const Type& describe(const JoinOpen*) {
    static const Type type =
        object_type<JoinOpen>("join_open", "",
                              {
                                  field<&JoinOpen::node>("node", ""),
                                  field<&JoinOpen::have>("have", ""),
                                  field<&JoinOpen::need>("need", ""),
                                  field<&JoinOpen::generation>("generation", "of `node`"),
                                  field<&JoinOpen::without>("without", "nodes whose branch failed"),
                              });
    return type;
}

const Type& describe(const DelegatesReported*) {
    static const Type type = object_type<DelegatesReported>(
        "delegates_reported", "",
        {
            field<&DelegatesReported::node>("node", ""),
            field<&DelegatesReported::generation>("generation", "of `node`"),
            field<&DelegatesReported::from>("from", "delegates whose reports came"),
            field<&DelegatesReported::without>("without", "delegates that failed"),
            field<&DelegatesReported::message>("message", "hash of the message that holds the reports"),
        });
    return type;
}

const Type& describe(const PolicyDecision*) {
    static const Type type = object_type<PolicyDecision>(
        "policy_decision", "",
        {
            field<&PolicyDecision::policy>("policy", ""),
            field<&PolicyDecision::rule>(
                "rule", "allowed_models, max_tokens_per_run, max_cost, task_tokens, task_cost, "
                        "task_model_calls, task_time, blocked_tools, max_turns"),
            field<&PolicyDecision::verdict>("verdict", "allow, deny, wait"),
            field<&PolicyDecision::model>("model", ""),
            field<&PolicyDecision::endpoint>("endpoint", ""),
            field<&PolicyDecision::tool>("tool", ""),
            field<&PolicyDecision::used>("used", ""),
            field<&PolicyDecision::reserved>("reserved", ""),
            field<&PolicyDecision::asked>("asked", ""),
            field<&PolicyDecision::limit>("limit", ""),
            field<&PolicyDecision::used_usd>("used_usd", "where US dollars are limited"),
            field<&PolicyDecision::reserved_usd>("reserved_usd", ""),
            field<&PolicyDecision::asked_usd>("asked_usd", "absent: the price is not known"),
            field<&PolicyDecision::limit_usd>("limit_usd", ""),
        });
    return type;
}

const Type& describe(const ModelRequest*) {
    static const Type type = object_type<ModelRequest>(
        "model_request", "",
        {
            field<&ModelRequest::call>("call", ""),
            field<&ModelRequest::endpoint>("endpoint", ""),
            field<&ModelRequest::provider>("provider", ""),
            field<&ModelRequest::model>("model", ""),
            field<&ModelRequest::url>("url", ""),
            field<&ModelRequest::message>("message", "hash of the last message sent"),
            field<&ModelRequest::parameters>("parameters", ""),
            field<&ModelRequest::credential>("credential", "where the key came from; never the key"),
            field<&ModelRequest::call_attempt>("call_attempt", ""),
            field<&ModelRequest::reserved>("reserved", "tokens set aside until the answer is known"),
            field<&ModelRequest::reserved_cost>("reserved_cost_usd",
                                                "US dollars set aside, where they are limited"),
            field<&ModelRequest::repeats>("repeats", "the call in doubt that is made again, if any"),
            field<&ModelRequest::waited_ms>("waited_ms", "for calls of others to end"),
            field<&ModelRequest::waited_for>("waited_for",
                                             "max_concurrency, recovery or a limit on tokens or money"),
        });
    return type;
}

const Type& describe(const ModelCall*) {
    static const Type type = object_type<ModelCall>(
        "model_call", "",
        {
            field<&ModelCall::call>("call", ""),
            field<&ModelCall::endpoint>("endpoint", ""),
            field<&ModelCall::provider>("provider", ""),
            field<&ModelCall::model>("model", ""),
            field<&ModelCall::url>("url", ""),
            field<&ModelCall::status>("status", "", always),
            field<&ModelCall::finish>("finish", ""),
            field<&ModelCall::message>("message", "hash of the answer"),
            field<&ModelCall::usage>("usage", ""),
            field<&ModelCall::first_byte_ms>("first_byte_ms", "", always),
            field<&ModelCall::duration_ms>("duration_ms", "", always),
            field<&ModelCall::request_id>("request_id", ""),
            field<&ModelCall::answered_by>("answered_by", "the model the provider names"),
            field<&ModelCall::tool_calls>("tool_calls", ""),
            field<&ModelCall::via_proxy>("via_proxy", ""),
        });
    return type;
}

const Type& describe(const ModelError*) {
    static const Type type =
        object_type<ModelError>("model_error", "",
                                {
                                    field<&ModelError::call>("call", ""),
                                    field<&ModelError::endpoint>("endpoint", ""),
                                    field<&ModelError::provider>("provider", ""),
                                    field<&ModelError::model>("model", ""),
                                    field<&ModelError::url>("url", ""),
                                    field<&ModelError::kind>("kind", ""),
                                    field<&ModelError::status>("status", "", always),
                                    field<&ModelError::retryable>("retryable", ""),
                                    field<&ModelError::retry_after_ms>("retry_after_ms", ""),
                                    field<&ModelError::provider_code>("provider_code", ""),
                                    field<&ModelError::detail>("detail", ""),
                                    field<&ModelError::hint>("hint", ""),
                                    field<&ModelError::duration_ms>("duration_ms", "", always),
                                    field<&ModelError::request_id>("request_id", ""),
                                    field<&ModelError::parameter>("parameter", ""),
                                    field<&ModelError::delivered>("delivered", ""),
                                    field<&ModelError::via_proxy>("via_proxy", ""),
                                    field<&ModelError::usage>("usage", "what it cost all the same"),
                                });
    return type;
}

const Type& describe(const RetryScheduled*) {
    static const Type type = object_type<RetryScheduled>(
        "retry_scheduled", "",
        {
            field<&RetryScheduled::endpoint>("endpoint", ""),
            field<&RetryScheduled::next_attempt>("next_attempt", "the one that comes"),
            field<&RetryScheduled::delay_ms>("delay_ms", "", always),
            field<&RetryScheduled::reason>("reason", ""),
            field<&RetryScheduled::tool>("tool", "that is called again; empty: a model is"),
            field<&RetryScheduled::call>("call", "of the tool"),
        });
    return type;
}

const Type& describe(const Fallback*) {
    static const Type type = object_type<Fallback>("fallback", "",
                                                   {
                                                       field<&Fallback::from>("from", ""),
                                                       field<&Fallback::to>("to", ""),
                                                       field<&Fallback::reason>("reason", ""),
                                                   });
    return type;
}

const Type& describe(const ModelDescribed*) {
    static const Type type =
        object_type<ModelDescribed>("model_described", "",
                                    {
                                        field<&ModelDescribed::endpoint>("endpoint", ""),
                                        field<&ModelDescribed::provider>("provider", ""),
                                        field<&ModelDescribed::model>("model", ""),
                                        field<&ModelDescribed::url>("url", ""),
                                        field<&ModelDescribed::context>("context", ""),
                                        field<&ModelDescribed::remote_host>("remote_host", ""),
                                        field<&ModelDescribed::detail>("detail", ""),
                                        field<&ModelDescribed::duration_ms>("duration_ms", ""),
                                    });
    return type;
}

const Type& describe(const ParameterDropped*) {
    static const Type type =
        object_type<ParameterDropped>("parameter_dropped", "",
                                      {
                                          field<&ParameterDropped::endpoint>("endpoint", ""),
                                          field<&ParameterDropped::name>("name", ""),
                                          field<&ParameterDropped::renamed_to>("renamed_to", ""),
                                      });
    return type;
}

const Type& describe(const ToolRequest*) {
    static const Type type = object_type<ToolRequest>(
        "tool_request", "",
        {
            field<&ToolRequest::call>("call", ""),
            field<&ToolRequest::tool>("tool", ""),
            field<&ToolRequest::arguments>("arguments", ""),
            field<&ToolRequest::request>("request", "unique in the run"),
            field<&ToolRequest::call_attempt>("call_attempt", ""),
            field<&ToolRequest::repeats>("repeats", "the request in doubt that is made again, if any"),
        });
    return type;
}

const Type& describe(const ToolCall*) {
    static const Type type = object_type<ToolCall>(
        "tool_call", "",
        {
            field<&ToolCall::call>("call", ""),
            field<&ToolCall::tool>("tool", ""),
            field<&ToolCall::message>("message", "hash of the result message"),
            field<&ToolCall::duration_ms>("duration_ms", "", always),
            field<&ToolCall::request>("request", "empty: the tool did not run"),
            field<&ToolCall::short_circuit>("short_circuit", "the result of the same call before"),
            field<&ToolCall::bytes>("bytes", "of the result, when it was cut"),
            field<&ToolCall::truncated>("truncated", "the model gets only its beginning"),
            field<&ToolCall::output>("output", "hash of the result as the agent's answer"),
        });
    return type;
}

const Type& describe(const ToolError*) {
    static const Type type = object_type<ToolError>(
        "tool_error", "",
        {
            field<&ToolError::call>("call", ""),
            field<&ToolError::tool>("tool", ""),
            field<&ToolError::code>("code", ""),
            field<&ToolError::reason>("reason", ""),
            field<&ToolError::retryable>("retryable", ""),
            field<&ToolError::detail>("detail", ""),
            field<&ToolError::message>(
                "message", "hash of the result message the model gets; empty: the call is made again"),
            field<&ToolError::duration_ms>("duration_ms", "", always),
            field<&ToolError::request>("request", "empty: the tool did not run"),
        });
    return type;
}

const Type& describe(const ApprovalPending*) {
    static const Type type =
        object_type<ApprovalPending>("approval_pending", "",
                                     {
                                         field<&ApprovalPending::call>("call", ""),
                                         field<&ApprovalPending::hash>("hash", ""),
                                         field<&ApprovalPending::reason>("reason", ""),
                                         field<&ApprovalPending::tool>("tool", ""),
                                         field<&ApprovalPending::arguments>("arguments", ""),
                                     });
    return type;
}

const Type& describe(const ApprovalDecided*) {
    static const Type type =
        object_type<ApprovalDecided>("approval_decided", "",
                                     {
                                         field<&ApprovalDecided::call>("call", ""),
                                         field<&ApprovalDecided::hash>("hash", ""),
                                         field<&ApprovalDecided::verdict>("verdict", "approve, deny"),
                                         field<&ApprovalDecided::by>("by", ""),
                                     });
    return type;
}

const Type& describe(const ContractViolation*) {
    static const Type type = object_type<ContractViolation>(
        "contract_violation", "",
        {
            field<&ContractViolation::text>("text", ""),
            field<&ContractViolation::message>("message",
                                               "hash of the message that tells the model and asks again"),
            field<&ContractViolation::rule>(
                "rule", "output_schema (also empty), unfinished, no_tools, repeated, outside, steps"),
            field<&ContractViolation::call>("call", "of the tool, when it is about one"),
        });
    return type;
}

const Type& describe(const Warning*) {
    static const Type type = object_type<Warning>("warning", "",
                                                  {
                                                      field<&Warning::text>("text", ""),
                                                  });
    return type;
}

const Type& describe(const AgentChange*) {
    static const Type type = object_type<AgentChange>("agent_change", "",
                                                      {
                                                          field<&AgentChange::agent>("agent", ""),
                                                          field<&AgentChange::field>("field", ""),
                                                          field<&AgentChange::value>("value", ""),
                                                      });
    return type;
}

const Type& describe(const Rebase*) {
    static const Type type = object_type<Rebase>("rebase", "",
                                                 {
                                                     field<&Rebase::agent>("agent", ""),
                                                     field<&Rebase::generation>("generation", ""),
                                                     field<&Rebase::input>("input", ""),
                                                     field<&Rebase::message>("message", ""),
                                                 });
    return type;
}

const Type& describe(const TaskForked*) {
    static const Type type = object_type<TaskForked>(
        "task_forked", "",
        {
            field<&TaskForked::from>("from", "the task that the events before this one were taken from"),
            field<&TaskForked::at>("at", "the last of its events that was looked at"),
            field<&TaskForked::again_from>("again_from", "the agent from which on it is done again"),
            field<&TaskForked::kept>("kept", "agents whose answers were taken over, where not all was"),
            field<&TaskForked::changes>("changes", ""),
            field<&TaskForked::pins>("pins", "what has another content from here on"),
            field<&TaskForked::conversations>("conversations", "those that go on with another beginning"),
            field<&TaskForked::made_again>("made_again", "calls without an outcome up to there"),
            field<&TaskForked::calls>("calls", "model calls of the other run"),
            field<&TaskForked::usage>("usage", "of them"),
        });
    return type;
}

namespace {

template <typename T>
EventKind row(std::string_view name, std::string_view doc, Told told = Told::verbose) {
    return {name, doc, told, &type_of<T>, [] { return Payload(T{}); }};
}

const std::array<EventKind, std::variant_size_v<Payload>>& table() {
    // In the order of Payload's alternatives.
    static const std::array<EventKind, std::variant_size_v<Payload>> rows{
        row<TaskStart>("task_start",
                       "A run began; it names the exact content of everything it was started with."),
        row<TaskEnd>("task_end", "A run ended."),
        row<TaskInterrupted>("task_interrupted",
                             "A signal or a crash stopped the process; the run can be resumed.",
                             Told::always),
        row<TaskResumed>("task_resumed", "The run goes on.", Told::always),
        row<TaskCancelled>("task_cancelled", "A person stopped the run."),
        row<TaskRetryScheduled>("task_retry_scheduled", "The attempt failed and another one comes.",
                                Told::always),
        row<AgentStart>("agent_start", "An agent got its input."),
        row<AgentEnd>("agent_end", "An agent answered or failed."),
        row<HandOff>("hand_off", "An agent's answer went to another."),
        row<EdgeSkipped>("edge_skipped", "An edge was not taken."),
        row<JoinWait>("join_wait", "A node waits for more of its predecessors."),
        row<JoinOpen>("join_open", "A node has what it waited for."),
        row<DelegatesReported>("delegates_reported",
                               "An agent got the reports of its delegates and goes on."),
        row<PolicyDecision>("policy_decision", "A policy or a limit decided about a call."),
        row<ModelRequest>("model_request", "A request is about to be sent.", Told::always),
        row<ModelCall>("model_call", "A model answered.", Told::always),
        row<ModelError>("model_error", "A model call failed.", Told::always),
        row<RetryScheduled>("retry_scheduled", "The call is made again after a pause.", Told::always),
        row<Fallback>("fallback", "The next endpoint is asked.", Told::always),
        row<ParameterDropped>("parameter_dropped",
                              "The provider rejected a parameter; it is left out from now on.", Told::always),
        row<ModelDescribed>("model_described", "The provider was asked about a model before its first call."),
        row<ToolRequest>("tool_request", "A tool is about to be called."),
        row<ToolCall>("tool_call", "A tool answered."),
        row<ToolError>("tool_error", "A tool call failed.", Told::always),
        row<ApprovalPending>("approval_pending", "A call waits for a person.", Told::always),
        row<ApprovalDecided>("approval_decided", "A person decided."),
        row<ContractViolation>("contract_violation", "An agent broke its contract.", Told::always),
        row<Warning>("warning", "Something the person should know.", Told::always),
        row<TaskForked>("task_forked",
                        "The run goes on from another one's journal: what stands before happened there.",
                        Told::always),
    };
    return rows;
}

const void* address(const Payload& payload) {
    return std::visit([](const auto& p) -> const void* { return &p; }, payload);
}

} // namespace

std::span<const EventKind> event_kinds() {
    return table();
}

const EventKind& kind_of(const Payload& payload) {
    return table()[payload.index()];
}

const EventKind* find_event_kind(std::string_view name) {
    for (const EventKind& kind : table()) {
        if (kind.name == name) return &kind;
    }
    return nullptr;
}

std::string payload_json(const Payload& payload) {
    base::JsonWriter out;
    encode(out, kind_of(payload).type(), address(payload));
    return std::move(out).take();
}

Payload read_payload(const EventKind& kind, std::string_view json) {
    static Parsed parsed; // journals have thousands of events, of few shapes
    schema::parse_json_over(json, parsed);
    if (!parsed) throw base::Error(base::Fault::store, "a stored event is not JSON");
    Payload payload = kind.empty();
    decode_own(parsed.tree, kind.type(), std::visit([](auto& p) -> void* { return &p; }, payload));
    return payload;
}

} // namespace trace
