// What comes back: pieces, answers, refusals, and what two questions beside the calls bring. Every answer
// becomes events here, and nothing else decides on it.
#include <algorithm>

#include "base/text.hpp"
#include "run/call_record.hpp"
#include "run/engine.hpp"

namespace run {

using namespace trace;

namespace {

constexpr base::Duration shortest_question = base::milliseconds(100);
constexpr base::Duration longest_question = base::seconds(5); // what it brings is not worth more

Tokens tokens_of(const provider::Usage& usage) {
    Tokens out;
    out.input = usage.input;
    out.output = usage.output;
    out.cache_read = usage.cache_read;
    out.cache_write = usage.cache_write;
    out.reasoning = usage.reasoning;
    out.source = usage.estimated ? "estimated" : "provider";
    out.cost = usage.cost;
    if (out.cost) out.cost_source = "provider";
    return out;
}

/// What a call that failed used all the same: what its answer said, else about what was asked and had come.
std::optional<Tokens> used_by(const provider::Refusal& refusal, const provider::Conversation& asked,
                              std::size_t came) {
    if (refusal.usage) return tokens_of(*refusal.usage);
    if (came == 0) return std::nullopt;
    Tokens out;
    out.input = provider::estimated_tokens(asked);
    out.output = provider::tokens_in(came);
    out.source = "estimated";
    return out;
}

} // namespace

void Engine::take(http::Event& event, Dispatch done) {
    const provider::Provider& provider = *plan_.endpoints[done.endpoint].provider;
    const auto* response = std::get_if<http::Response>(&event.what);
    if (done.facts) return learn_facts(done, event);
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
        dispatch.came += delta.text.size();
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
provider::Outcome Engine::outcome_of(Dispatch& done, const http::Event& event) {
    const provider::Provider& provider = *plan_.endpoints[done.endpoint].provider;
    provider::Outcome out;
    if (const auto* failure = std::get_if<http::Failure>(&event.what))
        out = provider::refusal_of(provider, done.target, *failure);
    else if (const auto& response = std::get<http::Response>(event.what); done.decoder)
        out = done.decoder->finish(response);
    else
        out = provider.parse_response(done.target, done.conversation, response);
    if (auto* refusal = std::get_if<provider::Refusal>(&out)) {
        const auto* response = std::get_if<http::Response>(&event.what);
        if (response != nullptr) refusal->via_proxy = response->via_proxy;
        if (response != nullptr &&
            world_.secrets.renewed(plan_.endpoints[done.endpoint], *refusal, *response, done.started))
            refusal->should_retry = true;
        if (done.delivered) refusal->should_retry = false;
        const auto* failure = std::get_if<http::Failure>(&event.what);
        if (failure != nullptr && failure->kind == http::Failure::Kind::timeout && refusal->hint.empty())
            refusal->hint =
                "if the model may take that long, raise options.first_byte_timeout, idle_timeout or "
                "timeout of the endpoint";
    }
    return out;
}

bool Engine::inquire(Dispatch& done, const provider::Refusal& refusal, base::Duration duration) {
    const provider::Provider& provider = *plan_.endpoints[done.endpoint].provider;
    if (provider.inquire == nullptr || stopping_) return false;
    std::optional<http::Request> question = provider.inquire(done.target, refusal);
    if (!question) return false;
    question->timeouts.total =
        time_left(state_.activations[done.activation], longest_question + duration) - duration;
    if (question->timeouts.total < shortest_question) return false;
    done.refusal.emplace(refusal, duration);
    const http::CallId id = next_id_++;
    world_.transport.start(id, std::move(*question));
    under_way_.emplace(id, std::move(done));
    return true;
}

bool Engine::ask_facts(std::size_t index, const EndpointPlan& planned) {
    const Activation& a = state_.activations[index];
    const auto health = state_.endpoints.find(a.endpoint);
    const bool known = health != state_.endpoints.end() && health->second.facts;
    if (known || planned.provider->ask_facts == nullptr) return false;
    Dispatch out;
    out.facts = true;
    out.activation = index;
    out.endpoint = a.endpoint;
    std::string credential_source;
    try {
        out.target = target_of(a.endpoint, credential_source);
    } catch (const base::Error&) {
        return false; // the call will say what is wrong
    }
    std::optional<http::Request> question = planned.provider->ask_facts(out.target);
    if (!question) return false;
    question->timeouts.total = time_left(a, longest_question);
    if (question->timeouts.total < shortest_question) return false;
    out.url = clean(http::displayed(question->url));
    const http::CallId id = next_id_++;
    world_.transport.start(id, std::move(*question));
    asking_facts_.insert(a.endpoint);
    under_way_.emplace(id, std::move(out));
    return true;
}

void Engine::learn_facts(const Dispatch& done, const http::Event& event) {
    const Activation& a = state_.activations[done.activation];
    const EndpointPlan& planned = plan_.endpoints[done.endpoint];
    asking_facts_.erase(done.endpoint);
    ModelDescribed out;
    out.endpoint = planned.name.name;
    out.provider = std::string(planned.provider->name);
    out.model = planned.endpoint.model;
    out.url = done.url;
    if (const auto* failure = std::get_if<http::Failure>(&event.what)) {
        out.detail = clean(failure->detail);
        out.duration_ms = failure->total.ms();
    } else {
        const auto& response = std::get<http::Response>(event.what);
        const provider::ModelFacts facts = planned.provider->read_facts(response);
        out.context = facts.context;
        out.remote_host = clean(base::ellipsis(base::visible(facts.remote_host), 200));
        out.duration_ms = response.total.ms();
        if (response.status != 200) out.detail = base::format("status {}", response.status);
    }
    append({plan_.nodes[a.node].name, a.step + 1, std::move(out)});
}

void Engine::outcome(Dispatch& done, provider::Outcome outcome, const http::Response* response,
                     base::Duration duration) {
    if (auto* reply = std::get_if<provider::Reply>(&outcome))
        replied(done, std::move(*reply), response, duration);
    else
        refused(done, std::move(std::get<provider::Refusal>(outcome)), duration);
}

void Engine::put_cost(const Dispatch& done, std::string_view answered_by, Tokens& used) const {
    if (used.cost) return; // the provider said it
    const EndpointPlan& planned = plan_.endpoints[done.endpoint];
    const resource::PricedCall call{planned.provider->name, planned.name.name, planned.endpoint.model,
                                    answered_by, world_.clock.now()};
    used.cost = listed_cost(world_.prices, call, used);
    if (used.cost) {
        used.cost_source = "prices";
        return;
    }
    // Where costs are of interest, that there are none is worth a word.
    const auto open = state_.open.find(done.call);
    const bool limited = open != state_.open.end() && open->second.reserved_cost;
    if (!costs_nothing(*planned.provider) || (world_.prices == nullptr && !limited)) return;
    used.cost.emplace();
    used.cost_source = "provider";
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
    put_cost(done, call.answered_by, call.usage);
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
    error.usage = used_by(refusal, done.conversation, done.came);
    if (error.usage) put_cost(done, "", *error.usage);
    append({plan_.nodes[a.node].name, a.step + 1, std::move(error)});
}

} // namespace run
