#include "run/engine.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "provider/option_table.hpp"

namespace run {

using namespace trace;

namespace {

constexpr base::Duration longest_wait = base::seconds(60); // between two looks at the clock
constexpr base::Duration shortest_inquiry = base::milliseconds(100);
constexpr base::Duration longest_inquiry = base::seconds(5); // a hint is not worth more
constexpr std::size_t largest_batch = 4096;                  // events of one commit, about

Tokens tokens_of(const provider::Usage& usage) {
    Tokens out;
    out.input = usage.input;
    out.output = usage.output;
    out.cache_read = usage.cache_read;
    out.cache_write = usage.cache_write;
    out.reasoning = usage.reasoning;
    out.source = usage.estimated ? "estimated" : "provider";
    return out;
}

/// Options that shape the request, for its record; those that only orloj goes by and extra headers are not.
std::map<std::string, std::string> parameters(const EndpointPlan& planned, const base::Redactor& redact) {
    std::map<std::string, std::string> out;
    if (planned.provider->build_request == nullptr) return out;
    for (const auto& [name, value] : planned.endpoint.options) {
        const provider::OptionRow* row = provider::find_option(name);
        if (row != nullptr && provider::is_sent(*row)) out.emplace(name, redact(value));
    }
    return out;
}

/// What an intent and its outcome both say: which call, and where it went.
template <typename Payload>
void name_call(Payload& out, const std::string& call, const std::string& url, const EndpointPlan& planned) {
    out.call = call;
    out.endpoint = planned.name.name;
    out.provider = std::string(planned.provider->name);
    out.model = planned.endpoint.model;
    out.url = url;
}

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
        if (const std::string problem = provider::unavailable(*planned.provider, planned.endpoint);
            !problem.empty()) {
            throw base::Error(base::Fault::reference, problem)
                .hint("choose another endpoint for this run: --model-ref NAME");
        }
        provider::Endpoint target = planned.endpoint;
        target.credential = secrets.resolve(planned).value;
        if (planned.provider->build_request == nullptr) continue;
        const provider::Built built = planned.provider->build_request(target, sample);
        if (const auto* refusal = std::get_if<provider::Refusal>(&built)) throw refusal_error(*refusal);
    }
}

const State& Engine::run(const std::string& resume_reason) {
    begin(resume_reason);
    for (;;) {
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
            redact_.add(world_.secrets.resolve(endpoint).value.reveal());
        } catch (const base::Error&) {
            continue; // its agents fail when they get there; what does not resolve cannot leak
        }
    }
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
    TaskResumed resumed;
    resumed.reason = resume_reason;
    resumed.in_doubt = static_cast<std::int64_t>(state_.open.size());
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
        if (stopping_) {
            if (under_way_.empty()) stop("by the user");
            return true;
        }
        bool changed = false;
        if (!decision.asks.empty())
            policies_ = world_.policies.load(); // live, once for calls of the same moment
        for (const std::size_t activation : decision.asks)
            changed = ask(activation) || changed;
        if (changed) continue;
        if (under_way_.empty() && ready_.empty() && !wake_) {
            throw base::Error(base::Fault::bug, "the run waits for nothing; its journal is kept");
        }
        return true;
    }
    return false;
}

provider::Conversation Engine::conversation_of(const Activation& activation) const {
    provider::Conversation out;
    out.messages = transcript_.conversation(activation.head);
    const NodePlan& node = plan_.nodes[activation.node];
    if (node.output_schema) out.output_schema = node.agent.execution.output_schema;
    return out;
}

/// Whether something happened: the call was admitted or refused.
bool Engine::ask(std::size_t index) {
    const Activation& a = state_.activations[index];
    if (state_.failing()) return false; // a refusal a moment ago ended the attempt
    const EndpointPlan& planned = plan_.endpoints[a.endpoint];
    if (endpoint_busy(state_, plan_, index)) return false; // before its conversation is put together
    provider::Conversation conversation = conversation_of(a);
    const std::int64_t tokens = provider::estimated_tokens(conversation) +
                                provider::output_limit(*planned.provider, planned.endpoint);
    Verdict verdict = admit(state_, plan_, index, policies_, tokens, world_.clock.now());
    if (std::holds_alternative<Waits>(verdict)) return false;
    if (auto* denied = std::get_if<Denied>(&verdict)) {
        append({plan_.nodes[a.node].name, a.step + 1, std::move(denied->decision)});
        fail_agent(index, denied->problem);
        return true;
    }
    send(index, planned, std::move(conversation), std::get<Admitted>(verdict));
    return true;
}

void Engine::fail_agent(std::size_t index, const Problem& problem) {
    const Activation& a = state_.activations[index];
    AgentEnd end;
    end.node = plan_.nodes[a.node].name;
    end.generation = a.generation;
    end.reason = problem.fault == base::Fault::policy ? "policy" : "failed";
    end.steps = a.step;
    end.usage = a.usage;
    end.duration_ms = a.active_ms;
    end.code = base::fault_name(problem.fault);
    end.error = clean(problem.text);
    end.hint = clean(problem.hint);
    end.retryable = problem.retryable;
    append({plan_.nodes[a.node].name, a.step, std::move(end)});
}

void Engine::send(std::size_t index, const EndpointPlan& planned, provider::Conversation conversation,
                  const Admitted& admitted) {
    const Activation& a = state_.activations[index];
    const std::string& agent = plan_.nodes[a.node].name;
    Dispatch out;
    out.activation = index;
    out.endpoint = a.endpoint;
    out.target = planned.endpoint;
    if (const auto health = state_.endpoints.find(a.endpoint); health != state_.endpoints.end())
        out.target.dropped = health->second.dropped;
    Credential credential;
    try {
        credential = world_.secrets.resolve(planned);
    } catch (const base::Error& error) {
        return fail_agent(index, {error.fault(), base::format("agent {}: {}", agent, error.message()),
                                  error.hints().empty() ? "" : error.hints().front(), false});
    }
    redact_.add(credential.value.reveal());
    out.target.credential = credential.value;
    out.target.stream = planned.stream;
    if (planned.provider->build_request != nullptr) {
        provider::Built built = planned.provider->build_request(out.target, conversation);
        if (auto* refusal = std::get_if<provider::Refusal>(&built)) {
            const base::Error error = refusal_error(*refusal);
            return fail_agent(index, {error.fault(), error.message(), refusal->hint, false});
        }
        out.request = std::move(std::get<http::Request>(built));
        out.request->reach = out.target.allow_private ? http::Reach::private_also : http::Reach::public_only;
        out.url = clean(http::displayed(out.request->url));
        const base::Duration limit = plan_.nodes[a.node].agent.limits.timeout;
        if (limit.us > 0) {
            const base::Duration left = limit - base::milliseconds(a.active_ms);
            out.request->timeouts.total = std::min(out.request->timeouts.total, left);
        }
    }
    for (const PolicyDecision& decision : admitted.decisions)
        append({agent, a.step + 1, decision});
    ModelRequest intent;
    out.call = base::format("a{}.{}.{}.s{}.{}", state_.attempt, agent, a.generation, a.step + 1, a.calls + 1);
    name_call(intent, out.call, out.url, planned);
    intent.message = a.head;
    intent.parameters = parameters(planned, redact_);
    intent.credential = credential.source;
    intent.call_attempt = a.tries + 1;
    intent.reserved = admitted.reserved;
    intent.repeats = a.in_doubt;
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
    batch_.push_back(std::move(event));
}

void Engine::commit() {
    if (batch_.empty()) return;
    const std::vector<StoredMessage> messages = transcript_.take_new();
    world_.sink.commit(batch_, messages);
    batch_.clear();
}

void Engine::dispatch() {
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
    if (level > 0) stopping_ = true;
    if (level < 2) return;
    for (auto& [id, dispatch] : std::exchange(under_way_, {})) {
        world_.transport.cancel(id);
        // What was answered is an outcome, though a question about it was under way; the others are in doubt.
        if (dispatch.refusal) refused(dispatch, std::move(dispatch.refusal->first), dispatch.refusal->second);
    }
}

void Engine::wait() {
    if (stopping_ && under_way_.empty()) return;
    base::Duration limit = longest_wait;
    if (wake_) limit = std::clamp(*wake_ - world_.clock.now(), base::Duration{0}, longest_wait);
    for (http::Event& event : world_.transport.wait(limit, world_.interrupt.fd())) {
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
}

void Engine::take(http::Event& event, Dispatch done) {
    const provider::Provider& provider = *plan_.endpoints[done.endpoint].provider;
    const auto* response = std::get_if<http::Response>(&event.what);
    if (done.refusal) {
        auto& [refusal, duration] = *done.refusal;
        if (response != nullptr) provider.advise(done.target, *response, refusal);
        return refused(done, std::move(refusal), duration);
    }
    const base::Duration duration =
        response != nullptr ? response->total : std::get<http::Failure>(event.what).total;
    if (!done.held.empty()) show(done, std::exchange(done.held, {})); // it was no secret
    provider::Outcome what = outcome_of(done, event);
    const auto* refusal = std::get_if<provider::Refusal>(&what);
    if (refusal != nullptr && inquire(done, *refusal, duration)) return;
    outcome(done, std::move(what), response, duration);
}

void Engine::read(Dispatch& dispatch, const std::string& bytes) {
    if (!dispatch.decoder) return;
    for (const provider::Delta& delta : dispatch.decoder->feed(bytes)) {
        if (delta.text.empty() || delta.kind == provider::Delta::Kind::thinking) continue;
        dispatch.delivered = true;
        if (delta.kind != provider::Delta::Kind::text || world_.watcher == nullptr) continue;
        dispatch.held += delta.text;
        const std::size_t begun = redact_.begun(dispatch.held);
        show(dispatch, std::string_view(dispatch.held).substr(0, dispatch.held.size() - begun));
        dispatch.held.erase(0, dispatch.held.size() - begun);
    }
}

void Engine::show(Dispatch& dispatch, std::string_view text) {
    if (world_.watcher == nullptr || text.empty()) return;
    world_.watcher->text(plan_.nodes[state_.activations[dispatch.activation].node].name, clean(text));
}

/// What is broken off after part of it was read is never asked for again by itself: it was paid for, and
/// somebody may have seen it.
provider::Outcome Engine::outcome_of(Dispatch& done, const http::Event& event) const {
    const provider::Provider& provider = *plan_.endpoints[done.endpoint].provider;
    provider::Outcome out;
    if (const auto* failure = std::get_if<http::Failure>(&event.what))
        out = provider::refusal_of(provider, done.target, *failure);
    else if (const auto& response = std::get<http::Response>(event.what); done.decoder)
        out = done.decoder->finish(response);
    else
        out = provider.parse_response(done.target, done.conversation, response);
    if (auto* refusal = std::get_if<provider::Refusal>(&out)) {
        if (done.delivered) refusal->should_retry = false;
        const auto* response = std::get_if<http::Response>(&event.what);
        if (response != nullptr) refusal->via_proxy = response->via_proxy;
    }
    return out;
}

bool Engine::inquire(Dispatch& done, const provider::Refusal& refusal, base::Duration duration) {
    const provider::Provider& provider = *plan_.endpoints[done.endpoint].provider;
    if (provider.inquire == nullptr || stopping_) return false;
    std::optional<http::Request> question = provider.inquire(done.target, refusal);
    if (!question) return false;
    question->reach = done.target.allow_private ? http::Reach::private_also : http::Reach::public_only;
    question->timeouts.total = longest_inquiry;
    const Activation& a = state_.activations[done.activation];
    if (const base::Duration limit = plan_.nodes[a.node].agent.limits.timeout; limit.us > 0) {
        const base::Duration left = limit - base::milliseconds(a.active_ms) - duration;
        if (left < shortest_inquiry) return false;
        question->timeouts.total = std::min(longest_inquiry, left);
    }
    done.refusal.emplace(refusal, duration);
    const http::CallId id = next_id_++;
    world_.transport.start(id, std::move(*question));
    under_way_.emplace(id, std::move(done));
    return true;
}

void Engine::outcome(Dispatch& done, provider::Outcome outcome, const http::Response* response,
                     base::Duration duration) {
    if (auto* reply = std::get_if<provider::Reply>(&outcome))
        replied(done, std::move(*reply), response, duration);
    else
        refused(done, std::move(std::get<provider::Refusal>(outcome)), duration);
}

void Engine::replied(Dispatch& done, provider::Reply reply, const http::Response* response,
                     base::Duration duration) {
    const Activation& a = state_.activations[done.activation];
    const auto is_call = [](const provider::Part& part) {
        return part.kind == provider::Part::Kind::tool_call;
    };
    const auto tool_calls = std::count_if(reply.message.parts.begin(), reply.message.parts.end(), is_call);
    ModelCall call;
    name_call(call, done.call, done.url, plan_.endpoints[done.endpoint]);
    call.finish = std::string(schema::name_of(reply.finish));
    call.message = transcript_.add(a.head, std::move(reply.message));
    call.usage = tokens_of(reply.usage);
    call.duration_ms = duration.ms();
    call.request_id = clean(reply.request_id);
    call.answered_by = clean(reply.model);
    call.tool_calls = tool_calls;
    if (response != nullptr) {
        call.status = response->status;
        call.first_byte_ms = response->first_byte.ms();
        call.via_proxy = response->via_proxy;
    }
    const std::string& agent = plan_.nodes[a.node].name;
    const std::int64_t step = a.step + 1; // the next line moves on
    append({agent, step, std::move(call)});
    for (const std::string& warning : reply.warnings)
        append({agent, step, trace::Warning{clean(warning)}});
}

void Engine::refused(Dispatch& done, provider::Refusal refusal, base::Duration duration) {
    const Activation& a = state_.activations[done.activation];
    ModelError error;
    name_call(error, done.call, done.url, plan_.endpoints[done.endpoint]);
    error.kind = std::string(schema::name_of(refusal.kind));
    error.status = refusal.status;
    error.retryable = provider::retryable(refusal);
    if (refusal.retry_after) error.retry_after_ms = refusal.retry_after->ms();
    error.provider_code = clean(refusal.code);
    error.detail = clean(refusal.detail);
    error.hint = clean(refusal.hint);
    error.duration_ms = duration.ms();
    error.request_id = clean(refusal.request_id);
    error.parameter = clean(refusal.parameter);
    error.delivered = done.delivered;
    error.via_proxy = refusal.via_proxy;
    append({plan_.nodes[a.node].name, a.step + 1, std::move(error)});
}

void Engine::stop(std::string reason) {
    if (state_.end || state_.interrupted) return;
    append({"", 0, TaskInterrupted{std::move(reason)}});
}

} // namespace run
