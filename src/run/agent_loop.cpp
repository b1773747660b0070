// What one agent does next: ask its model, try again, answer the calls of tools, conclude. Invariant: every
// call id of an answer gets a result, and nothing is recovered from prose.
#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "resource/output_schema.hpp"
#include "run/decide_parts.hpp"
#include "run/prompt.hpp"

namespace run {

using namespace trace;
using Status = Activation::Status;

namespace {

constexpr base::Duration shortest_call = base::milliseconds(20); // an agent with less time than this has none

std::string unknown_tool(const std::string& name) {
    base::JsonWriter out;
    out.begin_object().member("error", "unknown tool " + name).end_object();
    return std::move(out).take();
}

class AgentLoop {
  public:
    AgentLoop(const Situation& at, Decision& out)
        : at_(at), s_(at.state), plan_(at.plan), transcript_(at.transcript), now_(at.now), out_(out) {}

    void next(std::size_t index) {
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

  private:
    void draft(const Activation* a, Payload payload) {
        out_.drafts.push_back({plan_.nodes[a->node].name, a->step, std::move(payload)});
    }
    const NodePlan& node(const Activation& a) const { return plan_.nodes[a.node]; }

    std::optional<base::Duration> time_left(const Activation& a) const {
        const base::Duration limit = node(a).agent.limits.timeout;
        if (limit.us == 0) return std::nullopt;
        return limit - base::milliseconds(a.active_ms);
    }

    void ask(std::size_t index) {
        const Activation& a = s_.activations[index];
        auto pause = std::max(a.not_before, s_.not_before);
        if (const auto health = s_.endpoints.find(a.endpoint); health != s_.endpoints.end())
            pause = std::max(pause, health->second.paused_until);
        if (pause && *pause > now_) {
            if (!out_.wake || *pause < *out_.wake) out_.wake = pause;
            return;
        }
        if (const auto left = time_left(a); left && *left < shortest_call) return timed_out(a);
        out_.asks.push_back(index);
    }

    void timed_out(const Activation& a) {
        std::string text = base::format("agent {} timed out after {}", node(a).name,
                                        base::render(node(a).agent.limits.timeout));
        // A provider that did not answer in time could not be reached; an agent that was slow by itself
        // failed.
        const bool silent = a.error && a.error->status == 0;
        if (silent)
            text += base::format(": {} at {} did not answer: {}", a.error->model, a.error->endpoint,
                                 a.error->detail);
        fail(a, {silent ? base::Fault::provider : base::Fault::failed, std::move(text),
                 "raise spec.limits.timeout of the agent", true});
    }

    void fail(const Activation& a, const Problem& problem, std::string reason = "failed") {
        AgentEnd end;
        end.node = node(a).name;
        end.generation = a.generation;
        end.reason = std::move(reason);
        end.steps = a.step;
        end.usage = a.usage;
        end.duration_ms = a.active_ms;
        end.code = base::fault_name(problem.fault);
        end.error = problem.text;
        end.hint = problem.hint;
        end.retryable = problem.retryable;
        draft(&a, std::move(end));
    }

    void after_error(const Activation& a) {
        const ModelError& e = *a.error;
        const auto left = time_left(a);
        if (left && *left < shortest_call) return timed_out(a);
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
    std::optional<ParameterDropped> without_parameter(const Activation& a) const {
        const ModelError& e = *a.error;
        if (!provider::rejects_parameter(e.provider_code, e.parameter)) return std::nullopt;
        if (a.left_out.contains(e.parameter)) return std::nullopt;
        return ParameterDropped{e.endpoint, e.parameter, std::string(provider::other_name(e.parameter))};
    }

    /// Whether the trouble is this endpoint's own.
    static bool another_may_answer(const ModelError& e) {
        using Kind = provider::Refusal::Kind;
        for (const Kind kind :
             {Kind::rate_limit, Kind::overloaded, Kind::server, Kind::network, Kind::timeout}) {
            if (e.kind == schema::name_of(kind)) return true;
        }
        return false;
    }

    void after_reply(const Activation& a) {
        const provider::Message& answer = transcript_.message(a.answer->message);
        std::vector<const provider::Part*> calls;
        for (const provider::Part& part : answer.parts) {
            if (part.kind == provider::Part::Kind::tool_call) calls.push_back(&part);
        }
        if (a.answer->finish == "length" && !calls.empty()) calls.clear(); // its arguments may be cut
        if (!calls.empty()) return answer_calls(a, calls);
        if (a.answer->finish == "paused") return next_step(a, answer);
        conclude(a, answer);
    }

    /// Every call id gets an answer: a model whose call goes unanswered is refused by its provider.
    void answer_calls(const Activation& a, const std::vector<const provider::Part*>& calls) {
        std::string head = a.head;
        bool all = true;
        for (const provider::Part* call : calls) {
            if (a.answered_tools.contains(call->id)) continue;
            all = false;
            provider::Part result;
            result.kind = provider::Part::Kind::tool_result;
            result.id = call->id;
            result.name = call->name;
            result.text = unknown_tool(call->name);
            result.is_error = true;
            head = transcript_.add(head, {provider::Role::tool, {std::move(result)}});
            ToolError error;
            error.call = call->id;
            error.tool = call->name;
            error.code = "unsupported_tool";
            error.reason = "tool_unsupported";
            error.detail = base::format("the model asked for '{}', which it was not offered", call->name);
            error.message = head;
            draft(&a, std::move(error));
        }
        if (all) next_step(a, transcript_.message(a.answer->message));
    }

    void next_step(const Activation& a, const provider::Message& answer) {
        if (a.step >= node(a).agent.limits.max_steps) return out_of_steps(a, answer);
        ask(static_cast<std::size_t>(&a - s_.activations.data()));
    }

    void out_of_steps(const Activation& a, const provider::Message& answer) {
        if (!provider::text_of(answer).empty()) {
            if (node(a).output_schema) return conclude_checked(a, answer, "max_steps");
            return end(a, "max_steps", "max_steps");
        }
        fail(a,
             {base::Fault::failed,
              base::format("agent {} used its {} steps without an answer", node(a).name, a.step),
              "raise spec.limits.max_steps of the agent", false},
             "max_steps");
    }

    std::string_view length_hint(const Activation& a) const {
        return plan_.endpoints[a.endpoint].endpoint.options.contains("max_tokens")
                   ? "raise options.max_tokens of the endpoint"
                   : "set options.max_tokens of the endpoint higher than its default (with ollama: "
                     "options.num_ctx)";
    }

    void conclude(const Activation& a, const provider::Message& answer) {
        const std::string& finish = a.answer->finish;
        if (finish == "content_filter") {
            std::string why = provider::text_of(answer);
            return fail(
                a, {base::Fault::provider,
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
        if (node(a).output_schema) return conclude_checked(a, answer, "completed");
        end(a, "completed", finish == "length" ? "length" : "");
    }

    /// An answer that has to follow a schema: it does, or the model is told once what is wrong.
    void conclude_checked(const Activation& a, const provider::Message& answer, std::string reason) {
        const std::string text = provider::text_of(answer);
        const std::vector<std::string> wrong = answer_problems(*node(a).output_schema, text);
        if (wrong.empty()) return end(a, std::move(reason), "", *resource::json_in(text));
        const std::string what = base::join(wrong, "; ");
        const bool cut = a.answer->finish == "length";
        if (!cut && a.repairs == 0 && a.step < node(a).agent.limits.max_steps) {
            ContractViolation violation;
            violation.text = base::format("the answer does not follow output_schema: {}", what);
            violation.message = transcript_.add(
                a.head,
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
    void end(const Activation& a, std::string reason, std::string_view cut, std::string_view text = {}) {
        if (delegates_first(at_, a, out_)) return;
        if (cut == "length") {
            draft(&a, Warning{base::format("the answer of {} was cut: {} reached its token limit",
                                           node(a).name, a.answer->model)});
        }
        AgentEnd out;
        out.node = node(a).name;
        out.generation = a.generation;
        out.reason = std::move(reason);
        out.message = a.answer->message;
        if (!text.empty() && text != provider::text_of(transcript_.message(out.message)))
            out.message =
                transcript_.add(a.head, provider::text_message(provider::Role::assistant, std::string(text)));
        out.steps = a.step;
        out.usage = a.usage;
        out.duration_ms = a.active_ms;
        draft(&a, std::move(out));
    }

    const Situation& at_;
    const State& s_;
    const Plan& plan_;
    Transcript& transcript_;
    base::Time now_;
    Decision& out_;
};

} // namespace

void next_of_agent(const Situation& at, std::size_t activation, Decision& out) {
    AgentLoop(at, out).next(activation);
}

} // namespace run
