#include "run/engine.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "run/call_record.hpp"
#include "run/decide_parts.hpp"
#include "run/ending.hpp"
#include "run/join.hpp"

namespace run {

using namespace trace;

namespace {

constexpr base::Duration longest_wait = base::seconds(60); // between two looks at the clock
constexpr std::size_t largest_batch = 4096;                // events of one commit, about

base::Error refusal_error(const provider::Refusal& refusal) {
    using Kind = provider::Refusal::Kind;
    const base::Fault fault = refusal.kind == Kind::auth             ? base::Fault::secret
                              : refusal.kind == Kind::context_length ? base::Fault::provider
                                                                     : base::Fault::manifest;
    base::Error error(fault, refusal.detail); // names the endpoint
    if (refusal.hint.empty()) return error;
    return base::Error(std::move(error).hint(refusal.hint));
}

} // namespace

void check_endpoints(const Plan& plan, Secrets& secrets) {
    provider::Conversation sample;
    sample.messages.push_back(provider::text_message(provider::Role::user, "check"));
    for (const EndpointPlan& planned : plan.endpoints) {
        if (planned.provider->check != nullptr) {
            if (const std::string problem = planned.provider->check(planned.endpoint); !problem.empty()) {
                throw base::Error(base::Fault::reference, problem);
            }
        }
        Credential credential = secrets.resolve(planned);
        if (planned.provider->build_request == nullptr) continue;
        provider::Endpoint target = planned.endpoint;
        target.credential = std::move(credential.value);
        target.place = std::move(credential.place);
        provider::Built built = planned.provider->build_request(target, sample);
        if (const auto* refusal = std::get_if<provider::Refusal>(&built)) throw refusal_error(*refusal);
        secrets.sign(planned, target, std::get<http::Request>(built));
    }
}

const State& Engine::run(const std::string& resume_reason) {
    begin(resume_reason);
    for (;;) {
        heed_cancel();
        const bool settled = settle();
        commit();
        if (state_.end || state_.interrupted) return state_;
        dispatch();
        heed_interrupt();
        if (settled && batch_.empty()) wait(); // a provider without a network answers at once
    }
}

/// Every key is known before the first event, so that no agent's answer can carry another endpoint's key.
void Engine::learn_secrets() {
    transcript_.redact_with(redact_);
    for (const EndpointPlan& endpoint : plan_.endpoints) {
        for (const std::string& text : provider::plain_secrets(endpoint.endpoint))
            redact_.add(text);
        try {
            redact(world_.secrets.resolve(endpoint));
        } catch (const base::Error&) {
            continue; // its agents fail when they get there; what does not resolve cannot leak
        }
    }
}

void Engine::redact(const Credential& credential) {
    redact_.add(credential.value.reveal());
    for (const base::SecretText& part : credential.signing)
        redact_.add(part.reveal());
}

void Engine::begin(const std::string& resume_reason) {
    if (state_.end) return;
    learn_secrets();
    if (!state_.running) {
        TaskStart start;
        start.engine_version = engine_version;
        start.system = plan_.system;
        for (const auto& [key, value] : plan_.spec.input)
            start.input[clean(key)] = clean(value);
        for (const Revision& revision : plan_.revisions)
            start.pins.push_back(revision.pin);
        append({"", 0, std::move(start)});
        return;
    }
    if (state_.forked) return; // it has not begun yet, so it cannot go on
    TaskResumed resumed;
    resumed.reason = resume_reason;
    resumed.pins = changed_pins(state_, plan_);
    resumed.in_doubt = static_cast<std::int64_t>(state_.open.size()) + state_.open_tools;
    append({"", 0, std::move(resumed)});
}

/// Decides until nothing follows from what is known, or until so much did that it is time to commit and to
/// look whether somebody wants to stop; false then.
bool Engine::settle() {
    while (batch_.size() < largest_batch) {
        Decision decision = decide(state_, plan_, transcript_, world_.clock.now());
        wake_ = decision.wake;
        for (Draft& draft : decision.drafts)
            append(std::move(draft));
        if (!decision.drafts.empty()) continue;
        if (state_.end) return true;
        if (cancelled_) {
            for (Draft& draft :
                 cancellation(state_, plan_, transcript_, clean(*cancelled_), world_.clock.now()))
                append(std::move(draft));
            return true;
        }
        if (stopping_) {
            if (under_way_.empty() && !tools_busy()) stop(world_.interrupt.why());
            return true;
        }
        bool changed = false;
        if (!decision.asks.empty() || !decision.tool_asks.empty())
            policies_ = world_.policies.load(); // live, once for calls of the same moment
        changed = call_tools(decision.tool_asks);
        for (const std::size_t activation : decision.asks) {
            if (changed && failing(state_, plan_)) break; // a refusal a moment ago ended the attempt
            changed = ask(activation) || changed;
        }
        if (changed) continue;
        if (under_way_.empty() && ready_.empty() && !tools_busy() && !wake_) {
            if (const auto approvals = state_.pending_approvals(); approvals > 0) {
                rest(approvals);
                return true;
            }
            throw base::Error(base::Fault::bug, "the run waits for nothing; its journal is kept");
        }
        return true;
    }
    return false;
}

provider::Conversation Engine::conversation_of(const Activation& activation, const std::string& head) const {
    provider::Conversation out;
    out.messages = transcript_.conversation(head);
    const NodePlan& node = plan_.nodes[activation.node];
    for (const ToolPlan& tool : node.tools)
        out.tools.push_back({tool.name, tool.description, tool.input_schema});
    if (node.output_schema) out.output_schema = node.agent.execution.output_schema;
    return out;
}

Claim Engine::claim_of(const Activation& activation, const std::string& head) const {
    const NodePlan& node = plan_.nodes[activation.node];
    const EndpointPlan& planned = plan_.endpoints[activation.endpoint];
    std::size_t bytes = transcript_.size(head);
    for (const ToolPlan& tool : node.tools)
        bytes += tool.name.size() + tool.description.size() + tool.input_schema.text.size();
    const std::int64_t input =
        provider::tokens_in(bytes) +
        (node.output_schema ? provider::estimated_tokens(node.agent.execution.output_schema) : 0);
    const std::int64_t output = provider::output_limit(*planned.provider, planned.endpoint);
    return {input + output, most_cost(world_.prices, planned, input, output, world_.clock.now())};
}

/// Whether something happened: the call was admitted or refused.
bool Engine::ask(std::size_t index) {
    const Activation& a = state_.activations[index];
    if (asking_facts_.contains(a.endpoint)) return false;
    const EndpointPlan& planned = plan_.endpoints[a.endpoint];
    if (const auto why = endpoint_busy(state_, plan_, index); !why.empty())
        return waits(index, why); // before its conversation is put together
    const std::string head = head_of(a, transcript_);
    Verdict verdict = admit(state_, plan_, index, policies_, claim_of(a, head), unpriced_.with(state_.used),
                            world_.clock.now());
    if (const auto* wait = std::get_if<Waits>(&verdict)) return waits(index, wait->rule, true);
    if (auto* denied = std::get_if<Denied>(&verdict)) {
        append({plan_.nodes[a.node].name, a.step + 1, std::move(denied->decision)});
        fail_agent(index, denied->problem);
        return true;
    }
    if (ask_facts(index, planned)) return false;
    send(index, planned, head, std::get<Admitted>(verdict));
    return true;
}

/// Always false: nothing happened.
bool Engine::waits(std::size_t index, std::string_view why, bool decided) {
    const auto [it, fresh] = waiting_.try_emplace(index, Waiting{world_.clock.active(), {}, false});
    it->second.why = why;
    it->second.decided = decided;
    return false;
}

std::string_view Engine::waits_for(std::size_t node) const {
    const auto activation = state_.last_of.find(node);
    if (activation == state_.last_of.end()) return {};
    const auto waiting = waiting_.find(activation->second);
    return waiting == waiting_.end() ? std::string_view() : waiting->second.why;
}

void Engine::fail_agent(std::size_t index, const Problem& problem) {
    const Activation& a = state_.activations[index];
    AgentEnd end;
    end.node = plan_.nodes[a.node].name;
    end.generation = a.generation;
    end.reason = problem.fault == base::Fault::policy ? "policy" : "failed";
    end.steps = a.step;
    end.usage = trace::told(a.usage);
    end.duration_ms = a.active().ms();
    end.code = base::fault_name(problem.fault);
    end.error = clean(problem.text);
    end.hint = clean(problem.hint);
    end.retryable = problem.retryable;
    append({plan_.nodes[a.node].name, a.step, std::move(end)});
    waiting_.erase(index);
}

provider::Endpoint Engine::target_of(std::size_t endpoint, std::string& credential_source) {
    const EndpointPlan& planned = plan_.endpoints[endpoint];
    provider::Endpoint out = planned.endpoint;
    if (const auto health = state_.endpoints.find(endpoint); health != state_.endpoints.end()) {
        out.dropped = health->second.dropped;
        out.facts = health->second.facts.value_or(provider::ModelFacts{});
    }
    Credential credential = world_.secrets.resolve(planned);
    redact(credential);
    out.credential = std::move(credential.value);
    out.place = std::move(credential.place);
    out.stream = planned.stream;
    credential_source = std::move(credential.source);
    return out;
}

base::Duration Engine::time_left(const Activation& a, base::Duration most) const {
    const base::Duration limit = plan_.nodes[a.node].agent.limits.timeout;
    return limit.us == 0 ? most : std::min(most, limit - a.active());
}

void Engine::send(std::size_t index, const EndpointPlan& planned, const std::string& head,
                  const Admitted& admitted) {
    const Activation& a = state_.activations[index];
    provider::Conversation conversation = conversation_of(a, head);
    const std::string& agent = plan_.nodes[a.node].name;
    Dispatch out;
    out.activation = index;
    out.endpoint = a.endpoint;
    std::string credential_source;
    const auto fail = [&](const base::Error& error) {
        if (error.fault() == base::Fault::interrupted) {
            stopping_ = true; // nothing was asked yet, and nothing will be
            return;
        }
        fail_agent(index, {error.fault(), base::format("agent {}: {}", agent, error.message()),
                           error.hints().empty() ? "" : error.hints().front(), false});
    };
    try {
        out.target = target_of(a.endpoint, credential_source);
    } catch (const base::Error& error) {
        return fail(error);
    }
    if (planned.provider->build_request != nullptr) {
        provider::Built built = planned.provider->build_request(out.target, conversation);
        if (auto* refusal = std::get_if<provider::Refusal>(&built)) {
            const base::Error error = refusal_error(*refusal);
            return fail_agent(index, {error.fault(), error.message(), refusal->hint, false});
        }
        out.request = std::move(std::get<http::Request>(built));
        try {
            world_.secrets.sign(planned, out.target, *out.request);
        } catch (const base::Error& error) {
            return fail(error);
        }
        out.url = clean(http::displayed(out.request->url));
        out.request->timeouts.total = time_left(a, out.request->timeouts.total);
    }
    for (const PolicyDecision& decision : admitted.decisions)
        append({agent, a.step + 1, decision});
    ModelRequest intent;
    out.call = call_id(state_, plan_, a);
    name_call(intent, out.call, out.url, planned);
    intent.message = head;
    intent.parameters = sent_parameters(planned);
    for (auto& [name, value] : intent.parameters)
        value = redact_(value);
    intent.credential = credential_source;
    intent.call_attempt = a.tries + 1;
    intent.reserved = admitted.reserved;
    intent.reserved_cost = admitted.reserved_cost;
    intent.repeats = a.in_doubt;
    if (const auto waited = waiting_.extract(index)) {
        intent.waited_ms = (world_.clock.active() - waited.mapped().since).ms();
        // What a limit decides is told, however short it was.
        if (intent.waited_ms > 0 || waited.mapped().decided) intent.waited_for = waited.mapped().why;
    }
    out.conversation = std::move(conversation);
    append({agent, a.step + 1, std::move(intent)});
    ready_.push_back(std::move(out));
}

void Engine::append(Draft draft) {
    Event event;
    event.seq = state_.last_seq + 1;
    event.time =
        std::max(world_.clock.now(), state_.last_time); // a clock set back must not reorder the journal
    event.attempt = state_.attempt;
    event.agent = std::move(draft.agent);
    event.step = draft.step;
    event.payload = std::move(draft.payload);
    apply(state_, plan_, event);
    unpriced_.take(world_.prices, event);
    if (std::holds_alternative<TaskRetryScheduled>(event.payload)) waiting_.clear(); // its pause is no queue
    batch_.push_back(std::move(event));
}

void Engine::commit() {
    if (batch_.empty()) return;
    const std::vector<StoredMessage> messages = transcript_.take_new();
    world_.sink.commit(batch_, messages);
    batch_.clear();
}

void Engine::dispatch() {
    start_tools();
    for (Dispatch& d : std::exchange(ready_, {})) {
        d.started = world_.clock.active();
        const http::CallId id = next_id_++;
        if (d.target.stream)
            d.decoder = plan_.endpoints[d.endpoint].provider->decoder(d.target, d.conversation);
        if (d.request) {
            world_.transport.start(id, std::move(*d.request));
            under_way_.emplace(id, std::move(d));
        } else {
            const provider::Provider& provider = *plan_.endpoints[d.endpoint].provider;
            outcome(d, provider.answer(d.target, d.conversation), nullptr, world_.clock.active() - d.started);
        }
    }
}

void Engine::heed_interrupt() {
    const int level = world_.interrupt.level();
    if (level > 0) {
        stopping_ = true;
        forget_questions();
    }
    if (level >= 2) give_up_calls();
}

/// What has ended by itself ends as it did: the next settle() looks at that first.
void Engine::heed_cancel() {
    if (state_.end || cancelled_) return;
    cancelled_ = world_.interrupt.cancelled();
    if (!cancelled_) return;
    forget_questions();
    give_up_calls();
}

void Engine::give_up_calls() {
    cancel_tools();
    for (auto& [id, dispatch] : std::exchange(under_way_, {})) {
        world_.transport.cancel(id);
        // What was answered is an outcome, though a question about it was under way; the others are in doubt.
        if (dispatch.refusal) refused(dispatch, std::move(dispatch.refusal->first), dispatch.refusal->second);
    }
}

/// What a model can do is of no use to who stops.
void Engine::forget_questions() {
    std::erase_if(under_way_, [&](const auto& entry) {
        if (entry.second.facts) world_.transport.cancel(entry.first);
        return entry.second.facts;
    });
    asking_facts_.clear();
}

void Engine::wait() {
    if (stopping_ && under_way_.empty() && !tools_busy()) return;
    const base::Duration longest = std::min(longest_wait, world_.interrupt.patience());
    base::Duration limit = longest;
    if (wake_) limit = std::clamp(*wake_ - world_.clock.now(), base::Duration{0}, longest);
    for (http::Event& event : world_.transport.wait(tool_patience(limit), wakes())) {
        if (event.id >= first_tool_exchange && world_.tools != nullptr) {
            world_.tools->take(event);
            continue;
        }
        const auto it = under_way_.find(event.id);
        if (it == under_way_.end()) continue; // cancelled
        if (const auto* chunk = std::get_if<http::Chunk>(&event.what)) {
            read(it->second, chunk->bytes);
            continue;
        }
        Dispatch done = std::move(it->second);
        under_way_.erase(it);
        take(event, std::move(done));
    }
    collect_tools();
}

void Engine::stop(std::string reason) {
    if (state_.end || state_.interrupted) return;
    append({"", 0, TaskInterrupted{std::move(reason)}});
}

} // namespace run
