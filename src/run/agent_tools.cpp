// The calls of tools in an answer: which are made, made again, answered without being made, or left to a
// person. Invariant: a call that may have taken effect is made again only when that does no harm.
#include <algorithm>

#include "base/text.hpp"
#include "resource/output_schema.hpp"
#include "run/agent_loop.hpp"
#include "run/prompt.hpp"

namespace run {

using namespace trace;
using Approval = ToolTurn::Approval;

namespace {

bool is_call(const provider::Part& part) {
    return part.kind == provider::Part::Kind::tool_call;
}

/// The tail of the conversation behind `answer` with these results, up to the first that is missing.
std::string tail_of(Transcript& transcript, const std::string& answer,
                    const std::vector<std::string>& results) {
    std::string tail = answer;
    for (const std::string& result : results) {
        if (result.empty()) break;
        tail = transcript.parent(result) == tail ? result : transcript.add(tail, transcript.message(result));
    }
    return tail;
}

ToolFailure not_run(std::string why) {
    return {"canceled", "tool_execution_canceled", false, "not run: " + std::move(why)};
}

} // namespace

std::string head_of(const Activation& a, Transcript& transcript) {
    if (a.tools.empty()) return a.head;
    std::vector<std::string> results;
    for (const provider::Part& part : transcript.message(a.head).parts) {
        if (!is_call(part)) continue;
        const auto it = a.tools.find(part.id);
        results.push_back(it == a.tools.end() ? std::string() : it->second.result);
    }
    return tail_of(transcript, a.head, results);
}

std::string add_tool_result(const Activation& a, Transcript& transcript,
                            const std::vector<std::string>& earlier, provider::Part result) {
    const bool whole =
        std::none_of(earlier.begin(), earlier.end(), [](const std::string& hash) { return hash.empty(); });
    const std::string parent = whole ? tail_of(transcript, a.head, earlier) : a.head;
    return transcript.add(parent, {provider::Role::tool, {std::move(result)}});
}

provider::Part tool_result_of(const provider::Part& call, std::string text, bool is_error) {
    provider::Part out;
    out.kind = provider::Part::Kind::tool_result;
    out.id = call.id;
    out.name = call.name;
    out.text = std::move(text);
    out.is_error = is_error;
    return out;
}

std::vector<StepCall> AgentLoop::calls_of(const Activation& a, const provider::Message& answer) const {
    std::vector<StepCall> out;
    for (const provider::Part& part : answer.parts) {
        if (!is_call(part)) continue;
        StepCall call;
        call.part = &part;
        call.tool = node(a).tool(part.name);
        if (const auto it = a.tools.find(part.id); it != a.tools.end()) {
            call.turn = &it->second;
            call.key = it->second.key;
            call.result = it->second.result;
        }
        if (call.key.empty() && call.tool != nullptr && !part.arguments.text.empty())
            call.key = tool_call_hash(call.tool->name, part.arguments);
        out.push_back(std::move(call));
    }
    return out;
}

void AgentLoop::use_tools(const Activation& a, const provider::Message& answer) {
    std::vector<StepCall> calls = calls_of(a, answer);
    if (node(a).has_contract() && !keeps_sequence(a, calls)) return;
    const bool fulfilled = node(a).has_contract() && fulfilled_beside_calls(a, answer);
    const std::size_t drafted = out_.drafts.size();
    const StepCall* last = nullptr; // whose result is the answer
    for (std::size_t place = 0; place < calls.size(); ++place) {
        StepCall& call = calls[place];
        const bool begun = call.turn != nullptr && call.turn->requests > 0;
        if (!call.result.empty()) {
            if (last == nullptr && stops_on(a, call)) last = &call;
        } else if (last != nullptr && !begun) {
            refuse_call(a, calls, place, not_run("the result of an earlier call is the answer"));
        } else if (fulfilled && !begun) {
            refuse_call(a, calls, place, not_run("the answer beside it is the last one"));
        } else if (!settle_call(a, calls, place) || (node(a).stops_on_first_tool() && call.result.empty())) {
            return; // it ended the agent, or its result may
        }
    }
    const bool answered =
        std::none_of(calls.begin(), calls.end(), [](const StepCall& call) { return call.result.empty(); });
    if (!answered || out_.drafts.size() > drafted) return;
    if (last != nullptr) return end_with_result(a, *last);
    if (fulfilled) return conclude(a, answer);
    next_step(a, answer);
}

bool AgentLoop::settle_call(const Activation& a, std::vector<StepCall>& calls, std::size_t place) {
    const StepCall& call = calls[place];
    if (call.tool == nullptr) {
        refuse_call(a, calls, place,
                    {"unsupported_tool", "tool_unsupported", false,
                     base::format("there is no tool '{}'", call.part->name)});
        return true;
    }
    if (call.key.empty()) {
        refuse_call(a, calls, place,
                    {"invalid_input", "tool_invalid_input", false, "the arguments are not a JSON object"});
        return true;
    }
    if (call.turn == nullptr || call.turn->requests == 0) {
        if (a.results.contains(call.key)) return repeat_call(a, calls, place);
        const bool same_before =
            std::any_of(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(place),
                        [&](const StepCall& other) { return other.key == call.key && other.result.empty(); });
        if (same_before) return true; // its result may be this one's, too
    }
    if (call.turn != nullptr && call.turn->open) return true;
    if (call.turn != nullptr && call.turn->error) {
        after_tool_error(a, calls, place);
        return true;
    }
    return make_call(a, call);
}

bool AgentLoop::make_call(const Activation& a, const StepCall& call) {
    const ToolTurn turn = call.turn == nullptr ? ToolTurn{} : *call.turn;
    if (turn.approval == Approval::pending) return true;
    if (turn.approval == Approval::denied) {
        fail(a, {base::Fault::policy,
                 base::format("agent {}: {} denied the call of tool \"{}\"", node(a).name,
                              turn.decided_by.empty() ? "a person" : turn.decided_by, call.tool->name),
                 "", false});
        return false;
    }
    if (out_of_time(a)) {
        timed_out(a);
        return false;
    }
    const bool harmful = !turn.in_doubt.empty() && !call.tool->repeatable();
    if (turn.approval == Approval::none && (harmful || call.tool->needs_approval)) {
        ApprovalPending pending;
        pending.call = call.part->id;
        pending.hash = call.key;
        pending.tool = call.tool->name;
        pending.arguments = call.part->arguments;
        pending.reason = harmful ? "it was under way when the run stopped, and may have taken effect"
                                 : "the tool needs approval";
        draft(&a, std::move(pending));
        return true;
    }
    if (const auto pause = std::max(turn.not_before, s_.not_before); pause && *pause > now_)
        wake_at(*pause);
    else
        out_.tool_asks.push_back({index_of(a), call.part->id});
    return true;
}

/// The tool succeeded with equal arguments before in this turn of the agent. Its result stands, also for a
/// tool that writes: a model that repeats itself seldom means to write twice, and one that does can say so in
/// the arguments.
bool AgentLoop::repeat_call(const Activation& a, std::vector<StepCall>& calls, std::size_t place) {
    const StepCall& call = calls[place];
    const std::string& name = call.tool->name;
    if (node(a).agent.execution.duplicate_tool_call_policy == resource::DuplicateCalls::deny) {
        const std::string text = base::format("tool \"{}\" was called again with the same arguments", name);
        if (node(a).has_contract() && !violate(a, "repeated", call.part->id, text)) return false;
        refuse_call(a, calls, place, {"runtime_policy_invalid", "tool_duplicate_call", false, text});
        return true;
    }
    const provider::Message& before = transcript_.message(a.results.at(call.key));
    add_result(a, calls, place, before.parts.front().text, false);
    ToolCall again;
    again.call = call.part->id;
    again.tool = name;
    again.message = call.result;
    again.short_circuit = true;
    draft(&a, std::move(again));
    return true;
}

void AgentLoop::after_tool_error(const Activation& a, std::vector<StepCall>& calls, std::size_t place) {
    const StepCall& call = calls[place];
    const ToolError& error = *call.turn->error;
    const ToolFailure failure{error.code, error.reason, error.retryable, error.detail};
    const auto delay = tool_retry_delay(*call.tool, failure, call.turn->tries);
    const auto left = time_left(a);
    if (!delay || (left && *delay >= *left)) return refuse_call(a, calls, place, failure, call.turn->request);
    RetryScheduled retry;
    retry.tool = call.tool->name;
    retry.call = call.part->id;
    retry.next_attempt = call.turn->tries + 1;
    retry.delay_ms = delay->ms();
    retry.reason = error.code;
    draft(&a, std::move(retry));
}

void AgentLoop::refuse_call(const Activation& a, std::vector<StepCall>& calls, std::size_t place,
                            const ToolFailure& why, const std::string& request) {
    add_result(a, calls, place, tool_failure_text(why), true);
    const StepCall& call = calls[place];
    ToolError error;
    error.call = call.part->id;
    error.tool = call.tool == nullptr ? call.part->name : call.tool->name;
    error.code = why.code;
    error.reason = why.reason;
    error.retryable = why.retryable;
    error.detail = why.message;
    error.message = call.result;
    error.request = request;
    draft(&a, std::move(error));
}

void AgentLoop::add_result(const Activation& a, std::vector<StepCall>& calls, std::size_t place,
                           std::string text, bool is_error) {
    std::vector<std::string> earlier;
    for (std::size_t i = 0; i < place; ++i)
        earlier.push_back(calls[i].result);
    calls[place].result = add_tool_result(a, transcript_, earlier,
                                          tool_result_of(*calls[place].part, std::move(text), is_error));
}

bool AgentLoop::stops_on(const Activation& a, const StepCall& call) const {
    if (!node(a).stops_on_first_tool() || call.turn == nullptr || call.turn->output.empty()) return false;
    if (!node(a).has_contract()) return true;
    const std::string text = provider::text_of(transcript_.message(call.turn->output));
    return owed_tools(a).empty() && owed_markers(a, text).empty();
}

void AgentLoop::end_with_result(const Activation& a, const StepCall& call) {
    const std::string text = provider::text_of(transcript_.message(call.turn->output));
    if (node(a).output_schema) {
        const std::vector<std::string> wrong = answer_problems(*node(a).output_schema, text);
        if (!wrong.empty())
            return fail(a,
                        {base::Fault::failed,
                         base::format("agent {}: the result of tool \"{}\" does not follow output_schema: {}",
                                      node(a).name, call.tool->name, base::join(wrong, "; ")),
                         "with tool_use_behavior: run_llm_again the model makes the answer", false});
    }
    if (delegates_first(at_, a, out_)) return;
    AgentEnd out;
    out.node = node(a).name;
    out.generation = a.generation;
    out.reason = "stop_on_first_tool";
    out.message = call.turn->output;
    out.steps = a.step;
    out.usage = trace::told(a.usage);
    out.duration_ms = a.active().ms();
    draft(&a, std::move(out));
}

} // namespace run
