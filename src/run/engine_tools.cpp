// The engine's side of tools: which calls go out, how long they may take, and what becomes of their outcomes.
// Invariant: a tool is started only when its request is in the journal, and what it says is in the journal
// before the model hears of it.
#include <algorithm>

#include "base/text.hpp"
#include "run/decide_parts.hpp"
#include "run/engine.hpp"

namespace run {

using namespace trace;

namespace {

constexpr std::size_t most_detail = 400; // columns of a failure in the journal; the model gets more

/// A call in the answer of the activation's step.
const provider::Part& call_part(const Transcript& transcript, const Activation& a, const std::string& call) {
    for (const provider::Part& part : transcript.message(a.head).parts) {
        if (part.kind == provider::Part::Kind::tool_call && part.id == call) return part;
    }
    throw base::Error(base::Fault::bug, base::format("the model made no call '{}'", call));
}

/// The how-manieth it is, from 1.
std::size_t call_place(const Transcript& transcript, const Activation& a, const std::string& call) {
    std::size_t place = 0;
    for (const provider::Part& part : transcript.message(a.head).parts) {
        if (part.kind == provider::Part::Kind::tool_call) ++place;
        if (part.id == call) break;
    }
    return place;
}

} // namespace

bool Engine::call_tools(const std::vector<ToolAsk>& asks) {
    std::vector<Admitted> admitted;
    for (const ToolAsk& ask : asks) { // one that is denied ends the attempt before another one is made
        const Activation& a = state_.activations[ask.activation];
        const provider::Part& part = call_part(transcript_, a, ask.call);
        Verdict verdict = admit_tool(plan_, a, policies_, *plan_.nodes[a.node].tool(part.name));
        if (auto* denied = std::get_if<Denied>(&verdict)) {
            append({plan_.nodes[a.node].name, a.step, std::move(denied->decision)});
            fail_agent(ask.activation, denied->problem);
            return true;
        }
        admitted.push_back(std::get<Admitted>(std::move(verdict)));
    }
    for (std::size_t i = 0; i < asks.size(); ++i)
        request_tool(asks[i], admitted[i]);
    return !asks.empty();
}

void Engine::request_tool(const ToolAsk& ask, const Admitted& admitted) {
    const Activation& a = state_.activations[ask.activation];
    const NodePlan& node = plan_.nodes[a.node];
    const provider::Part& part = call_part(transcript_, a, ask.call);
    const auto known = a.tools.find(ask.call);
    const ToolTurn turn = known == a.tools.end() ? ToolTurn{} : known->second;
    for (const PolicyDecision& decision : admitted.decisions)
        append({node.name, a.step, decision});
    ToolTry out;
    out.activation = ask.activation;
    out.call = ask.call;
    out.tool = node.tool(part.name);
    out.start.tool = out.tool->name;
    out.start.agent = node.name;
    out.start.arguments = part.arguments;
    out.start.timeout = time_left(a, out.tool->runtime.timeout);
    // A tool that knows this id from before the crash can tell a repetition.
    out.start.request = !turn.in_doubt.empty()
                            ? turn.in_doubt
                            : base::format("a{}.{}.{}.s{}.t{}.{}", state_.attempt, node.name, a.generation,
                                           a.step, call_place(transcript_, a, ask.call), turn.tries + 1);
    ToolRequest intent;
    intent.call = ask.call;
    intent.tool = out.tool->name;
    intent.arguments = part.arguments;
    intent.request = out.start.request;
    intent.call_attempt = turn.tries + 1;
    intent.repeats = turn.in_doubt;
    append({node.name, a.step, std::move(intent)});
    ready_tools_.push_back(std::move(out));
}

void Engine::start_tools() {
    for (ToolTry& next : std::exchange(ready_tools_, {})) {
        next.started = world_.clock.active();
        const ToolId id = next_tool_++;
        const auto [it, fresh] = tool_tries_.emplace(id, std::move(next));
        world_.tools->start(id, it->second.start);
    }
    collect_tools(); // some are done at once
}

void Engine::collect_tools() {
    if (world_.tools == nullptr) return;
    for (ToolEnd& end : world_.tools->ended()) {
        const auto it = tool_tries_.find(end.id);
        if (it == tool_tries_.end()) continue; // cancelled
        const ToolTry done = std::move(it->second);
        tool_tries_.erase(it);
        tool_ended(done, std::move(end.what));
    }
    std::vector<ToolId> overdue;
    const base::Duration now = world_.clock.active();
    for (const auto& [id, each] : tool_tries_) {
        if (now - each.started >= each.start.timeout) overdue.push_back(id);
    }
    for (const ToolId id : overdue) {
        world_.tools->cancel(id);
        const ToolTry done = std::move(tool_tries_.extract(id).mapped());
        tool_ended(done, ToolFailure{"timeout", "tool_execution_timeout", true,
                                     base::format("no result after {}", base::render(done.start.timeout))});
    }
}

void Engine::cancel_tools() {
    for (const auto& [id, each] : std::exchange(tool_tries_, {}))
        world_.tools->cancel(id); // in doubt: it may have taken effect
}

base::Duration Engine::tool_patience(base::Duration most) const {
    if (world_.tools == nullptr) return most;
    if (const auto look = world_.tools->next_look()) most = std::min(most, *look);
    const base::Duration now = world_.clock.active();
    for (const auto& [id, each] : tool_tries_)
        most = std::min(most, each.started + each.start.timeout - now);
    return std::max(most, base::Duration{0});
}

std::vector<http::Wake> Engine::wakes() const {
    std::vector<http::Wake> out;
    if (world_.tools != nullptr) out = world_.tools->wakes();
    out.push_back({world_.interrupt.fd()});
    return out;
}

void Engine::tool_ended(const ToolTry& done, ToolOutcome what) {
    const base::Duration duration = world_.clock.active() - done.started;
    if (const auto* result = std::get_if<ToolResult>(&what)) return tool_answered(done, *result, duration);
    tool_failed(done, std::get<ToolFailure>(std::move(what)), duration);
}

void Engine::tool_answered(const ToolTry& done, const ToolResult& result, base::Duration duration) {
    const Activation& a = state_.activations[done.activation];
    const NodePlan& node = plan_.nodes[a.node];
    const std::string text = clean(result.text); // before it is cut, or half a secret would stay
    ToolText given = tool_result_text(text);
    ToolCall out;
    out.call = done.call;
    out.tool = done.tool->name;
    out.request = done.start.request;
    out.message = add_result(done, std::move(given.text), false);
    out.truncated = given.truncated;
    if (given.truncated) out.bytes = static_cast<std::int64_t>(text.size());
    if (node.stops_on_first_tool())
        out.output = transcript_.add(out.message, provider::text_message(provider::Role::assistant, text));
    out.duration_ms = duration.ms();
    append({node.name, a.step, std::move(out)});
}

void Engine::tool_failed(const ToolTry& done, ToolFailure failure, base::Duration duration) {
    const Activation& a = state_.activations[done.activation];
    const NodePlan& node = plan_.nodes[a.node];
    failure.message = clean(failure.message);
    ToolError out;
    out.call = done.call;
    out.tool = done.tool->name;
    out.request = done.start.request;
    out.code = failure.code;
    out.reason = failure.reason;
    out.retryable = failure.retryable;
    out.detail = base::ellipsis(base::visible(failure.message), most_detail);
    out.duration_ms = duration.ms();
    const std::int64_t tries = a.tools.at(done.call).tries + 1;
    const auto delay = tool_retry_delay(*done.tool, failure, tries);
    const base::Duration needed = duration + delay.value_or(base::Duration{0});
    const bool again = delay && time_left(a, needed + base::milliseconds(1)) > needed;
    if (!again) out.message = add_result(done, tool_failure_text(failure), true);
    append({node.name, a.step, std::move(out)});
}

std::string Engine::add_result(const ToolTry& done, std::string text, bool is_error) {
    const Activation& a = state_.activations[done.activation];
    std::vector<std::string> earlier;
    for (const provider::Part& part : transcript_.message(a.head).parts) {
        if (part.id == done.call) break;
        if (part.kind != provider::Part::Kind::tool_call) continue;
        const auto it = a.tools.find(part.id);
        earlier.push_back(it == a.tools.end() ? std::string() : it->second.result);
    }
    const provider::Part& call = call_part(transcript_, a, done.call);
    return add_tool_result(a, transcript_, earlier, tool_result_of(call, std::move(text), is_error));
}

void Engine::rest(std::int64_t approvals) {
    TaskInterrupted out;
    out.reason = base::format("{} for a person's approval",
                              approvals == 1 ? "a call of a tool waits"
                                             : base::format("{} calls of tools wait", approvals));
    out.approvals = approvals;
    append({"", 0, std::move(out)});
}

} // namespace run
