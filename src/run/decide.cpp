#include "run/decide.hpp"

#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "resource/output_schema.hpp"
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

class Decider {
  public:
    Decider(const State& s, const Plan& plan, Transcript& transcript, base::Time now)
        : s_(s), plan_(plan), transcript_(transcript), now_(now) {}

    Decision run() {
        if (!s_.running || s_.interrupted) return std::move(out_);
        for (std::size_t i = 0; i < s_.activations.size(); ++i)
            activation(i);
        const bool failing = s_.failing();
        if (!failing) start_nodes();
        if (!out_.drafts.empty()) {
            out_.asks.clear();
            return std::move(out_);
        }
        if (failing) {
            out_.asks.clear(); // what is under way may end, nothing new begins
            out_.wake.reset();
            if (s_.open.empty()) after_failure();
        } else if (idle()) {
            finish();
        }
        return std::move(out_);
    }

  private:
    void draft(const Activation* a, Payload payload) {
        Draft d;
        if (a != nullptr) {
            d.agent = plan_.nodes[a->node].name;
            d.step = a->step;
        }
        d.payload = std::move(payload);
        out_.drafts.push_back(std::move(d));
    }

    const NodePlan& node(const Activation& a) const { return plan_.nodes[a.node]; }

    void activation(std::size_t index) {
        const Activation& a = s_.activations[index];
        switch (a.status) {
        case Status::asking:
            ask(index);
            return;
        case Status::calling:
        case Status::failed:
            return;
        case Status::errored:
            after_error(a);
            return;
        case Status::replied:
            after_reply(a);
            return;
        case Status::finished:
            hand_over(a);
            return;
        }
    }

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

    void hand_over(const Activation& a) {
        for (const std::size_t to : node(a).next) {
            if (a.handed_to.contains(to)) continue;
            if (plan_.spec.max_turns > 0 && a.turn >= plan_.spec.max_turns) {
                if (s_.truncated || truncated_) continue;
                truncated_ = true;
                PolicyDecision stop;
                stop.rule = "max_turns";
                stop.verdict = "deny";
                stop.used = a.turn;
                stop.limit = plan_.spec.max_turns;
                return draft(&a, std::move(stop));
            }
            HandOff hand_off;
            hand_off.from = node(a).name;
            hand_off.to = plan_.nodes[to].name;
            hand_off.generation = a.generation;
            draft(&a, std::move(hand_off));
            join(to, a.generation + (plan_.nodes[to].restarted_by(a.node) ? 1 : 0));
        }
    }

    /// Says how far a join is, for nodes that wait for several.
    void join(std::size_t to, std::int64_t generation) {
        const std::size_t need = plan_.expected(to, generation);
        if (need < 2) return;
        std::size_t have = ++arrived_[{to, generation}];
        if (const auto it = s_.inbox.find({to, generation}); it != s_.inbox.end()) have += it->second.size();
        if (have >= need)
            draft(nullptr, JoinOpen{plan_.nodes[to].name, static_cast<std::int64_t>(have),
                                    static_cast<std::int64_t>(need)});
        else
            draft(nullptr, JoinWait{plan_.nodes[to].name, static_cast<std::int64_t>(have),
                                    static_cast<std::int64_t>(need)});
    }

    /// An agent has one turn at a time: its next generation waits for the one before.
    void start_nodes() {
        for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
            const Activation* latest = s_.latest(i);
            if (latest != nullptr && (latest->status != Status::finished || plan_.laps.empty())) continue;
            const std::int64_t generation = latest == nullptr ? 1 : latest->generation + 1;
            if (!plan_.runs(i, generation)) continue;
            const auto inbox = s_.inbox.find({i, generation});
            const std::size_t have = inbox == s_.inbox.end() ? 0 : inbox->second.size();
            if (have < plan_.expected(i, generation)) continue;
            start(i, generation, have == 0 ? std::vector<std::size_t>{} : inbox->second);
        }
    }

    void start(std::size_t index, std::int64_t generation, std::vector<std::size_t> from) {
        const NodePlan& n = plan_.nodes[index];
        std::sort(from.begin(), from.end(), [&](std::size_t x, std::size_t y) {
            return s_.activations[x].node <
                   s_.activations[y].node; // the order must not depend on who was faster
        });
        std::vector<HandedOver> handed_over;
        std::int64_t turn = 0;
        for (const std::size_t source : from) {
            const Activation& a = s_.activations[source];
            handed_over.push_back({node(a).name, provider::text_of(transcript_.message(a.head))});
            turn = std::max(turn, a.turn);
        }
        std::string head;
        if (!n.agent.prompt.empty()) {
            head = transcript_.add(head, provider::text_message(provider::Role::system, n.agent.prompt));
        }
        head = transcript_.add(
            head, provider::text_message(provider::Role::user, input_text(plan_.spec.input, handed_over)));
        AgentStart start;
        start.node = n.name;
        start.generation = generation;
        start.turn = turn + 1;
        start.endpoint = plan_.endpoints[n.endpoint].name.name;
        start.provider = std::string(plan_.endpoints[n.endpoint].provider->name);
        start.model = plan_.endpoints[n.endpoint].endpoint.model;
        start.message = head;
        Draft d;
        d.agent = n.name;
        d.payload = std::move(start);
        out_.drafts.push_back(std::move(d));
    }

    /// Nothing is under way and nothing waits.
    bool idle() const {
        return s_.open.empty() && out_.asks.empty() && !out_.wake &&
               std::all_of(s_.activations.begin(), s_.activations.end(),
                           [](const Activation& a) { return a.status == Status::finished; });
    }

    TaskEnd totals() const {
        TaskEnd end;
        end.usage = s_.used;
        end.calls = s_.calls;
        end.duration_ms = s_.elapsed(now_).ms();
        for (const Activation& a : s_.activations) {
            if (a.status != Status::finished) continue;
            end.outputs[node(a).name] = provider::text_of(transcript_.message(a.head));
            end.order.push_back(node(a).name);
        }
        end.sinks = sinks(plan_.laps.empty());
        if (end.sinks.empty()) end.sinks = sinks(true);
        return end;
    }

    /// Whose answers are the run's: nobody was given them. Where there is a cycle, what max_turns cut off
    /// (`cut`) counts only when no agent at an end has answered.
    std::vector<std::string> sinks(bool cut) const {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
            const Activation* a = s_.latest(i);
            if (a == nullptr || a->status != Status::finished || !a->handed_to.empty()) continue;
            if (cut || plan_.nodes[i].next.empty()) out.push_back(plan_.nodes[i].name);
        }
        return out;
    }

    void finish() {
        TaskEnd end = totals();
        end.phase = "Succeeded";
        end.stopped_reason = s_.truncated ? "max_turns" : "completed";
        for (const Activation& a : s_.activations) {
            if (a.reason == "max_steps") end.stopped_reason = "max_steps";
        }
        draft(nullptr, std::move(end));
    }

    void after_failure() {
        const Problem& worst = worst_problem();
        const bool again = worst.retryable && s_.attempt < plan_.spec.retry.max_attempts;
        if (again) {
            TaskRetryScheduled retry;
            retry.next_attempt = s_.attempt + 1;
            retry.delay_ms = task_delay(plan_.spec.retry, s_.attempt).ms();
            retry.reason = worst.text;
            return draft(nullptr, std::move(retry));
        }
        TaskEnd end = totals();
        end.sinks.clear();
        end.phase = worst.retryable ? "DeadLetter" : "Failed";
        end.stopped_reason = worst.fault == base::Fault::policy ? "policy" : "failed";
        end.code = base::fault_name(worst.fault);
        end.message = worst.text;
        end.hint = worst.hint;
        draft(nullptr, std::move(end));
    }

    /// The problem that decides the exit code: a policy before a person, before a provider, before anything
    /// else.
    const Problem& worst_problem() const {
        const Problem* worst = nullptr;
        const auto rank = [](const Problem& p) {
            switch (base::exit_code(p.fault)) {
            case 4:
                return 3;
            case 5:
                return 2;
            case 3:
                return 1;
            }
            return 0;
        };
        for (const Activation& a : s_.activations) {
            if (a.status != Status::failed) continue;
            if (worst == nullptr || rank(a.problem) > rank(*worst)) worst = &a.problem;
        }
        return *worst;
    }

    const State& s_;
    const Plan& plan_;
    Transcript& transcript_;
    base::Time now_;
    Decision out_;
    bool truncated_ = false;                                              // by a draft of this pass
    std::map<std::pair<std::size_t, std::int64_t>, std::size_t> arrived_; // hand-overs drafted in this pass
};

} // namespace

Decision decide(const State& state, const Plan& plan, Transcript& transcript, base::Time now) {
    return Decider(state, plan, transcript, now).run();
}

} // namespace run
