// Events as people and programs read them.
#include "base/json.hpp"
#include "base/text.hpp"
#include "trace/describe.hpp"

namespace trace {

namespace {

std::string in_parentheses(const std::string& text) {
    return text.empty() ? std::string() : " (" + text + ")";
}

std::string after_colon(const std::string& text) {
    return text.empty() ? std::string() : ": " + text;
}

std::string seconds(std::int64_t ms) {
    return base::format("{}.{:03}s", ms / 1000, ms % 1000);
}

std::string tokens(const Tokens& t) {
    const std::string cost = shown_cost(t);
    return base::format("{} in, {} out{}{}", t.input, t.output, t.source == "estimated" ? ", estimated" : "",
                        cost.empty() ? "" : ", " + cost);
}

std::string money(const std::optional<base::Usd>& amount) {
    return amount ? "$" + base::decimal(*amount) : "unknown";
}

std::string say(const TaskStart& e) {
    return base::format("starts system {} with {}", e.system, base::counted(e.input.size(), "input"));
}
std::string say(const TaskEnd& e) {
    const bool cancelled = e.stopped_reason == "cancelled"; // the event before says why
    std::string out = cancelled ? "ended as cancelled" : base::lower(e.phase);
    const bool told = cancelled || e.stopped_reason == "completed" || e.stopped_reason == out;
    if (!told && !e.stopped_reason.empty()) out += in_parentheses(e.stopped_reason);
    return out + (cancelled ? "" : after_colon(e.message)) +
           base::format("; {}, tokens {}, {}", base::counted(static_cast<std::size_t>(e.calls), "model call"),
                        tokens(e.usage), seconds(e.duration_ms));
}
std::string say(const TaskInterrupted& e) {
    return "interrupted" + after_colon(e.reason);
}
std::string say(const TaskResumed& e) {
    return "resumed" + after_colon(e.reason) +
           (e.in_doubt > 0
                ? base::format("; {} in doubt", base::counted(static_cast<std::size_t>(e.in_doubt), "call"))
                : std::string());
}
std::string say(const TaskCancelled& e) {
    return "told to stop" + after_colon(e.reason);
}
std::string say(const TaskRetryScheduled& e) {
    return base::format("attempt {} in {}{}", e.next_attempt, seconds(e.delay_ms), after_colon(e.reason));
}
std::string say(const AgentStart& e) {
    return base::format("starts on {} ({}, {})", e.endpoint, e.provider, e.model);
}
std::string say(const AgentEnd& e) {
    if (!e.error.empty()) return "failed: " + e.error;
    return base::format(
        "{} after {}, tokens {}, {}", e.reason == "completed" ? "answered" : "stopped (" + e.reason + ")",
        base::counted(static_cast<std::size_t>(e.steps), "step"), tokens(e.usage), seconds(e.duration_ms));
}
std::string say(const HandOff& e) {
    const std::string_view what = e.role == "delegate" ? "delegates to"
                                  : e.role == "report" ? "reports to"
                                                       : "hands over to";
    return base::format("{} {}{}", what, e.to, in_parentheses(e.condition));
}
std::string say(const EdgeSkipped& e) {
    const std::string what =
        base::format("{} {}", e.role == "delegate" ? "does not delegate to" : "does not hand over to", e.to);
    if (e.reason != "condition") return base::format("{}: {} is reached", what, e.reason);
    if (e.condition == "default") return what + ": it is the default, and another condition holds";
    return base::format("{}: {} does not hold", what, e.condition);
}
std::string say(const JoinWait& e) {
    return base::format("{} waits: {} of {}", e.node, e.have,
                        base::counted(static_cast<std::size_t>(e.need), "input"));
}
std::string say(const JoinOpen& e) {
    std::string out = base::format("{} has {} of {}", e.node, e.have,
                                   base::counted(static_cast<std::size_t>(e.need), "input"));
    if (!e.without.empty()) out += base::format(", without {}", base::join(e.without, ", "));
    return out;
}
std::string say(const DelegatesReported& e) {
    std::string out = base::format("has the reports of {}", base::join(e.from, ", "));
    if (!e.without.empty()) out += base::format(", without {}", base::join(e.without, ", "));
    return out;
}
std::string say(const PolicyDecision& e) {
    if (e.rule == "max_turns") return base::format("hands over no more: max_turns {} is reached", e.limit);
    std::string out =
        base::format("{} {}: {}", e.policy.empty() ? "limit" : "policy " + e.policy, e.rule, e.verdict);
    if (!e.model.empty()) out += base::format(" model {}", e.model);
    if (!e.endpoint.empty()) out += base::format(" at {}", e.endpoint);
    if (!e.tool.empty()) out += base::format(" tool {}", e.tool);
    if (e.limit > 0)
        out +=
            base::format(" (used {}, reserved {}, asked {}, limit {})", e.used, e.reserved, e.asked, e.limit);
    if (e.limit_usd)
        out += base::format(" (used {}, reserved {}, asked {}, limit {})", money(e.used_usd),
                            money(e.reserved_usd), money(e.asked_usd), money(e.limit_usd));
    return out;
}
std::string say(const ModelRequest& e) {
    return base::format("asks {} at {} ({}){}{}", e.model, e.endpoint, e.provider,
                        e.url.empty() ? "" : ", " + e.url,
                        e.call_attempt > 1 ? base::format(", attempt {}", e.call_attempt) : std::string()) +
           (e.repeats.empty() ? "" : ", again: it was under way when the run stopped") +
           (e.waited_for.empty() ? std::string()
                                 : base::format(", after {} for {}", seconds(e.waited_ms), e.waited_for));
}
std::string say(const ModelCall& e) {
    return base::format("{} at {} ({}) answered{}: {}, tokens {}, {}", e.model, e.endpoint, e.provider,
                        e.status > 0 ? base::format(" {}", e.status) : std::string(), e.finish,
                        tokens(e.usage), seconds(e.duration_ms)) +
           (e.via_proxy ? ", via proxy" : "");
}
std::string say(const ModelError& e) {
    return base::format("{} at {} ({}) failed: {}{}, {}", e.model, e.endpoint, e.provider, e.kind,
                        e.status > 0 ? base::format(" {}", e.status) : std::string(),
                        seconds(e.duration_ms)) +
           (e.usage ? ", tokens " + tokens(*e.usage) : std::string()) + (e.via_proxy ? ", via proxy" : "") +
           after_colon(e.detail);
}
std::string say(const RetryScheduled& e) {
    return base::format("{} {} again in {}{}", e.tool.empty() ? "asks" : "calls",
                        e.tool.empty() ? e.endpoint : e.tool, seconds(e.delay_ms), after_colon(e.reason));
}
std::string say(const Fallback& e) {
    return base::format("falls back from {} to {}{}", e.from, e.to, after_colon(e.reason));
}
std::string say(const ParameterDropped& e) {
    return base::format("{} rejects {}{}", e.endpoint, e.name,
                        e.renamed_to.empty() ? "" : "; sent as " + e.renamed_to);
}
std::string say(const ModelDescribed& e) {
    if (!e.detail.empty())
        return base::format("{} at {} ({}) did not say what it can do, {}: {}", e.model, e.endpoint,
                            e.provider, seconds(e.duration_ms), e.detail);
    return base::format("{} at {} ({}) {}{}, {}", e.model, e.endpoint, e.provider,
                        e.context > 0 ? base::format("takes up to {} tokens", e.context)
                                      : std::string("does not say how much it takes"),
                        e.remote_host.empty() ? "" : " and runs at " + e.remote_host, seconds(e.duration_ms));
}
std::string say(const ToolRequest& e) {
    return base::format("calls {} {}", e.tool, base::ellipsis(e.arguments.text, 200)) +
           (e.call_attempt > 1 ? base::format(", attempt {}", e.call_attempt) : std::string()) +
           (e.repeats.empty() ? "" : ", again: it was under way when the run stopped");
}
std::string say(const ToolCall& e) {
    if (e.short_circuit) return base::format("{} was called so before; the model gets that result", e.tool);
    return base::format("{} answered, {}", e.tool, seconds(e.duration_ms)) +
           (e.truncated ? base::format("; the model gets the beginning of its {} bytes", e.bytes)
                        : std::string());
}
std::string say(const ToolError& e) {
    return base::format("{} failed: {}{}", e.tool, e.code, after_colon(e.detail));
}
std::string say(const ApprovalPending& e) {
    return base::format("waits for approval of {}{}",
                        e.tool.empty() ? e.call
                                       : base::format("{} {}", e.tool, base::ellipsis(e.arguments.text, 200)),
                        after_colon(e.reason));
}
std::string say(const ApprovalDecided& e) {
    return base::format("{} {} by {}", e.call, e.verdict, e.by);
}
std::string say(const ContractViolation& e) {
    return (e.rule == "unfinished" ? "not done yet: " : "contract violation: ") + e.text;
}
std::string say(const Warning& e) {
    return "warning: " + e.text;
}
std::string say(const TaskForked& e) {
    std::string out =
        e.again_from.empty()
            ? base::format("forked from task/{} after event {}", e.from, e.at)
            : base::format("retries task/{} from agent {}{}", e.from, e.again_from,
                           e.kept.empty() ? "" : "; keeps what " + base::join(e.kept, ", ") + " answered");
    std::vector<std::string> changes;
    for (const AgentChange& change : e.changes)
        changes.push_back(base::format("{}.{}{}{}", change.agent, change.field,
                                       change.value.empty() ? "" : "=", change.value));
    if (!changes.empty()) out += ", with " + base::join(changes, ", ") + " changed";
    if (e.calls > 0)
        out += base::format("; takes over {} (tokens {})",
                            base::counted(static_cast<std::size_t>(e.calls), "model call"), tokens(e.usage));
    if (e.made_again > 0)
        out += base::format("; makes {} again that had no outcome there",
                            base::counted(static_cast<std::size_t>(e.made_again), "call"));
    return out;
}

} // namespace

std::string answer_of(const TaskEnd& end) {
    std::string out;
    for (const std::string& agent : end.sinks) {
        const auto it = end.outputs.find(agent);
        if (it == end.outputs.end()) continue;
        if (end.sinks.size() > 1) out += base::format("{}## {}\n\n", out.empty() ? "" : "\n\n", agent);
        out += it->second;
        while (end.sinks.size() > 1 && out.ends_with('\n'))
            out.pop_back();
    }
    return out;
}

std::string sentence(const Event& event) {
    return std::visit([](const auto& payload) { return say(payload); }, event.payload);
}

std::string log_line(const Event& event) {
    const std::string agent = event.agent.empty() ? "" : "[" + event.agent + "] ";
    return base::format("{} {}", base::rfc3339(event.time), base::visible(agent + sentence(event)));
}

std::string event_json(const Event& event) {
    base::JsonWriter out;
    out.begin_object();
    out.member("seq", event.seq)
        .member("time", base::rfc3339(event.time))
        .member("type", kind_of(event.payload).name);
    out.member("attempt", event.attempt);
    if (!event.agent.empty()) out.member("agent", event.agent);
    if (event.step > 0) out.member("step", event.step);
    out.end_object();
    std::string text = std::move(out).take();
    const std::string payload = payload_json(event.payload);
    if (payload == "{}") return text;
    text.back() = ','; // the payload's members belong to the same object
    return text + payload.substr(1);
}

} // namespace trace
