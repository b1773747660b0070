// What one agent does next: ask its model, try again, call the tools the model asked for, conclude.
// Invariant: every call id of an answer gets a result, and nothing is recovered from prose.
#include "run/agent_loop.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "resource/output_schema.hpp"
#include "run/prompt.hpp"

namespace run {

using namespace trace;
using Status = Activation::Status;

namespace {

constexpr base::Duration shortest_call = base::milliseconds(20); // an agent with less time than this has none

std::int64_t answered_tools(const Activation& a) {
    return std::count_if(a.tools.begin(), a.tools.end(),
                         [](const auto& entry) { return !entry.second.result.empty(); });
}

/// Whether the trouble is this endpoint's own.
bool another_may_answer(const ModelError& e) {
    using Kind = provider::Refusal::Kind;
    for (const Kind kind : {Kind::rate_limit, Kind::overloaded, Kind::server, Kind::network, Kind::timeout}) {
        if (e.kind == schema::name_of(kind)) return true;
    }
    return false;
}

} // namespace

void AgentLoop::next(std::size_t index) {
    const Activation& a = s_.activations[index];
    switch (a.status) {
    case Status::asking:
        return ask(index);
    case Status::errored:
        return after_error(a);
    case Status::replied:
        return after_reply(a);
    case Status::delegating:
        (void)delegates_first(at_, a, out_);
        return;
    case Status::finished:
        return hand_over(at_, a, out_);
    case Status::calling:
    case Status::failed:
        return;
    }
}

std::optional<base::Duration> AgentLoop::time_left(const Activation& a) const {
    const base::Duration limit = node(a).agent.limits.timeout;
    if (limit.us == 0) return std::nullopt;
    return limit - a.active();
}

bool AgentLoop::out_of_time(const Activation& a) const {
    const auto left = time_left(a);
    return left && *left < shortest_call;
}

void AgentLoop::ask(std::size_t index) {
    const Activation& a = s_.activations[index];
    auto pause = std::max(a.not_before, s_.not_before);
    if (const auto health = s_.endpoints.find(a.endpoint); health != s_.endpoints.end())
        pause = std::max(pause, health->second.paused_until);
    if (pause && *pause > now_) {
        return wake_at(*pause);
    }
    if (out_of_time(a)) return timed_out(a);
    out_.asks.push_back(index);
}

void AgentLoop::timed_out(const Activation& a) {
    std::string text =
        base::format("agent {} timed out after {}", node(a).name, base::render(node(a).agent.limits.timeout));
    // A provider that did not answer in time could not be reached; an agent that was slow by itself
    // failed.
    const bool silent = a.error && a.error->status == 0;
    if (silent)
        text +=
            base::format(": {} at {} did not answer: {}", a.error->model, a.error->endpoint, a.error->detail);
    fail(a, {silent ? base::Fault::provider : base::Fault::failed, std::move(text),
             "raise spec.limits.timeout of the agent", true});
}

void AgentLoop::fail(const Activation& a, const Problem& problem, std::string reason) {
    AgentEnd end;
    end.node = node(a).name;
    end.generation = a.generation;
    end.reason = std::move(reason);
    end.steps = a.step;
    end.usage = trace::told(a.usage);
    end.duration_ms = a.active().ms();
    end.code = base::fault_name(problem.fault);
    end.error = problem.text;
    end.hint = problem.hint;
    end.retryable = problem.retryable;
    draft(&a, std::move(end));
}

void AgentLoop::after_error(const Activation& a) {
    const ModelError& e = *a.error;
    const auto left = time_left(a);
    if (out_of_time(a)) return timed_out(a);
    const std::string seed = base::format("{}/{}/{}", plan_.task.text(), node(a).name, a.step);
    if (const auto changed = without_parameter(a)) return draft(&a, *changed);
    if (const auto delay = retry_delay(plan_, a.endpoint, e, a.tries, left, seed)) {
        RetryScheduled retry;
        retry.endpoint = e.endpoint;
        retry.next_attempt = a.tries + 1;
        retry.delay_ms = delay->ms();
        retry.reason = e.kind;
        return draft(&a, std::move(retry));
    }
    if (const auto next = node(a).choice(a.refused + 1); next && !e.delivered && another_may_answer(e)) {
        Fallback fallback;
        fallback.from = e.endpoint;
        fallback.to = plan_.endpoints[*next].name.name;
        fallback.reason = e.kind;
        return draft(&a, std::move(fallback));
    }
    std::string text =
        base::format("agent {}: {} at {} failed: {}", node(a).name, e.model, e.endpoint, e.detail);
    fail(a, {fault_of_refusal(e.kind), std::move(text), e.hint, e.retryable});
}

/// A parameter that the provider refused by name is left out, or sent under its other name, once. Others'
/// calls may have left before it was refused to one.
std::optional<ParameterDropped> AgentLoop::without_parameter(const Activation& a) const {
    const ModelError& e = *a.error;
    if (!provider::rejects_parameter(e.provider_code, e.parameter)) return std::nullopt;
    if (a.left_out.contains(e.parameter)) return std::nullopt;
    return ParameterDropped{e.endpoint, e.parameter, std::string(provider::other_name(e.parameter))};
}

void AgentLoop::after_reply(const Activation& a) {
    // Nothing can follow while every call is either answered or under way.
    const auto known = static_cast<std::int64_t>(a.tools.size());
    if (a.open_tools > 0 && known == a.answer->tool_calls && a.open_tools + answered_tools(a) == known)
        return;
    const provider::Message& answer = transcript_.message(a.answer->message);
    const bool calls = std::any_of(answer.parts.begin(), answer.parts.end(), [](const provider::Part& part) {
        return part.kind == provider::Part::Kind::tool_call;
    });
    if (calls && a.answer->finish != "length") return use_tools(a, answer); // else its arguments may be cut
    if (a.answer->finish == "paused") return next_step(a, answer);
    conclude(a, answer);
}

void AgentLoop::next_step(const Activation& a, const provider::Message& answer) {
    if (a.step >= node(a).agent.limits.max_steps) return out_of_steps(a, answer);
    ask(index_of(a));
}

void AgentLoop::out_of_steps(const Activation& a, const provider::Message& answer) {
    if (node(a).has_contract() && !keeps_contract_at_last(a, answer)) return;
    if (!provider::text_of(answer).empty()) {
        if (node(a).output_schema) return conclude_checked(a, answer, "max_steps");
        return end(a, "max_steps", "max_steps");
    }
    if (node(a).has_contract() && end_with_earlier_words(a)) return;
    fail(a,
         {base::Fault::failed,
          base::format("agent {} used its {} without an answer", node(a).name,
                       base::counted(static_cast<std::size_t>(a.step), "step")),
          "raise spec.limits.max_steps of the agent", false},
         "max_steps");
}

std::string_view AgentLoop::length_hint(const Activation& a) const {
    return plan_.endpoints[a.endpoint].endpoint.options.contains("max_tokens")
               ? "raise options.max_tokens of the endpoint"
               : "set options.max_tokens of the endpoint higher than its default (with ollama: "
                 "options.num_ctx)";
}

void AgentLoop::conclude(const Activation& a, const provider::Message& answer) {
    const std::string& finish = a.answer->finish;
    if (finish == "content_filter") {
        std::string why = provider::text_of(answer);
        return fail(a, {base::Fault::provider,
                        base::format("agent {}: {} at {} refused to answer{}", node(a).name, a.answer->model,
                                     a.answer->endpoint, why.empty() ? why : ": " + base::ellipsis(why, 200)),
                        "", false});
    }
    if (finish == "error" || base::trim(provider::text_of(answer)).empty()) {
        return fail(a, {base::Fault::provider,
                        base::format("agent {}: empty response from {} at {} (finish_reason={})",
                                     node(a).name, a.answer->model, a.answer->endpoint, finish),
                        finish == "length" ? std::string(length_hint(a)) : "", finish == "error"});
    }
    if (node(a).has_contract() && !keeps_contract(a, answer)) return;
    if (node(a).output_schema) return conclude_checked(a, answer, "completed");
    end(a, "completed", finish == "length" ? "length" : "");
}

/// An answer that has to follow a schema: it does, or the model is told once what is wrong.
void AgentLoop::conclude_checked(const Activation& a, const provider::Message& answer, std::string reason) {
    const std::string text = provider::text_of(answer);
    const std::vector<std::string> wrong = answer_problems(*node(a).output_schema, text);
    if (wrong.empty()) return end(a, std::move(reason), "", *resource::json_in(text));
    const std::string what = base::join(wrong, "; ");
    const bool cut = a.answer->finish == "length";
    if (!cut && a.repairs == 0 && a.step < node(a).agent.limits.max_steps) {
        ContractViolation violation;
        violation.text = base::format("the answer does not follow output_schema: {}", what);
        violation.rule = "output_schema";
        violation.message = transcript_.add(
            head_of(a, transcript_),
            provider::text_message(provider::Role::user,
                                   repair_request(wrong, node(a).agent.execution.output_schema.text)));
        return draft(&a, std::move(violation));
    }
    const std::string_view hint =
        cut              ? length_hint(a)
        : a.repairs == 0 ? "raise spec.limits.max_steps of the agent: a second try is one more step"
                         : "choose a model that follows schemas, or make "
                           "spec.execution.output_schema simpler";
    fail(a, {base::Fault::failed,
             base::format("agent {}: the answer of {} at {} {}: {}", node(a).name, a.answer->model,
                          a.answer->endpoint,
                          cut ? "was cut by its token limit before it followed output_schema"
                              : "does not follow output_schema",
                          what),
             std::string(hint), false});
}

/// `text`: what the answer is, when that is not all the model said.
void AgentLoop::end(const Activation& a, std::string reason, std::string_view cut, std::string_view text) {
    if (delegates_first(at_, a, out_)) return;
    if (cut == "length") {
        draft(&a, Warning{base::format("the answer of {} was cut: {} reached its token limit", node(a).name,
                                       a.answer->model)});
    }
    AgentEnd out;
    out.node = node(a).name;
    out.generation = a.generation;
    out.reason = std::move(reason);
    out.message = a.answer->message;
    if (!text.empty() && text != provider::text_of(transcript_.message(out.message)))
        out.message = transcript_.add(head_of(a, transcript_),
                                      provider::text_message(provider::Role::assistant, std::string(text)));
    out.steps = a.step;
    out.usage = trace::told(a.usage);
    out.duration_ms = a.active().ms();
    draft(&a, std::move(out));
}

void next_of_agent(const Situation& at, std::size_t activation, Decision& out) {
    AgentLoop(at, out).next(activation);
}

} // namespace run
