#include "run/replay.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "provider/bedrock_converse.hpp"
#include "run/call_record.hpp"
#include "run/decide_parts.hpp"
#include "run/payload_difference.hpp"

namespace run {

using namespace trace;

namespace {

/// Who decides that an event happens.
enum class Origin {
    rules,  ///< it follows from the state, so decide() makes it
    asked,  ///< it follows from the state; the world says when, and what it costs
    world,  ///< nobody but the world can bring it
    either, ///< depends on what follows from the state
};

// One row a kind that is not made by decide() alone. A kind without a row is.
template <typename T>
constexpr Origin origin_of = Origin::rules;
template <>
constexpr Origin origin_of<TaskInterrupted> = Origin::world;
template <>
constexpr Origin origin_of<TaskResumed> = Origin::world;
template <>
constexpr Origin origin_of<TaskForked> = Origin::world;
template <>
constexpr Origin origin_of<TaskCancelled> = Origin::world;
template <>
constexpr Origin origin_of<TaskEnd> = Origin::either; // of a run that was cancelled or never began: the world
template <>
constexpr Origin origin_of<ModelRequest> = Origin::asked;
template <>
constexpr Origin origin_of<ModelCall> = Origin::world;
template <>
constexpr Origin origin_of<ModelError> = Origin::world;
template <>
constexpr Origin origin_of<ModelDescribed> = Origin::world;
template <>
constexpr Origin origin_of<ToolRequest> = Origin::either;
template <>
constexpr Origin origin_of<ToolCall> = Origin::either;
template <>
constexpr Origin origin_of<ToolError> = Origin::either; // of a tool that nobody offered: a rule
template <>
constexpr Origin origin_of<ApprovalPending> = Origin::either;
template <>
constexpr Origin origin_of<ApprovalDecided> = Origin::world;
template <>
constexpr Origin origin_of<PolicyDecision> = Origin::either; // of max_turns: a rule
template <>
constexpr Origin origin_of<AgentEnd> =
    Origin::either; // a call that was denied or could not be made: the world
template <>
constexpr Origin origin_of<Warning> = Origin::either; // of a provider's answer: the world

Origin origin(const Event& event) {
    return std::visit([]<typename T>(const T&) { return origin_of<T>; }, event.payload);
}

/// Long enough for every check; nothing is sent.
constexpr std::string_view stand_in = "no-key-is-needed-to-replay-a-run";
constexpr std::string_view stand_in_region = "us-east-1"; // says nothing where the URL is known

class Replayer {
  public:
    Replayer(const Plan& plan, const std::vector<Event>& events, const std::vector<StoredMessage>& messages)
        : plan_(plan), events_(events) {
        for (const StoredMessage& message : messages)
            stored_.emplace(message.hash, &message);
    }

    Replay run() {
        out_.events = static_cast<std::int64_t>(events_.size());
        look_for_origin();
        if (!load_messages()) return std::move(out_);
        for (const Event& event : events_) {
            if (!step(event)) break;
        }
        out_.ended = state_.end.has_value();
        return std::move(out_);
    }

  private:
    /// Finds the last event from which on other contents were used.
    void look_for_origin() {
        for (const Event& event : events_) {
            const auto* resumed = std::get_if<TaskResumed>(&event.payload);
            const auto* forked = std::get_if<TaskForked>(&event.payload);
            if (forked == nullptr && (resumed == nullptr || resumed->pins.empty())) continue;
            out_.taken = event.seq - 1;
            out_.taken_from = forked != nullptr ? forked->from : "";
        }
    }

    bool load_messages() {
        for (const auto& [hash, message] : stored_) {
            const std::string content = message->parent + "\n" + message->role + "\n" + message->parts;
            const std::string expected = base::hex(base::sha256(content)).substr(0, 32);
            if (expected != hash) {
                add({0, "", "", "", base::format("message '{}'", hash),
                     base::format("'{}' for what it holds", expected)});
                return false;
            }
        }
        for (const auto& [hash, message] : stored_)
            load_with_parents(message);
        return true;
    }

    /// A transcript takes messages in the order in which they were made.
    void load_with_parents(const StoredMessage* message) {
        std::vector<const StoredMessage*> chain;
        while (message != nullptr && loaded_.insert(message->hash).second) {
            chain.push_back(message);
            const auto parent = stored_.find(message->parent);
            message = parent == stored_.end() ? nullptr : parent->second;
        }
        for (auto it = chain.rbegin(); it != chain.rend(); ++it)
            transcript_.load(**it);
    }

    /// False when nothing after this event can be compared.
    bool step(const Event& event) {
        try {
            const bool compared =
                event.seq > out_.taken && event.seq == state_.last_seq + 1; // else apply() says so
            if (compared && !follows(event)) return false;
            if (std::holds_alternative<ModelCall>(event.payload)) ++out_.steps;
            apply(state_, plan_, event);
            cancelled_ = std::holds_alternative<TaskCancelled>(event.payload);
            if (origin(event) != Origin::asked) decision_.reset();
            return true;
        } catch (const base::Error& error) {
            if (error.fault() != base::Fault::store) throw;
            add({event.seq, event.agent, std::string(kind_of(event.payload).name), "", described(event),
                 base::format("nothing of it ({})", error.message())});
            return false;
        }
    }

    bool follows(const Event& event) {
        if (event.attempt != state_.attempt)
            field(event, "attempt", std::to_string(event.attempt), std::to_string(state_.attempt));
        if (const auto* start = std::get_if<TaskStart>(&event.payload)) return starts(event, *start);
        switch (origin(event)) {
        case Origin::rules:
            return follows_by_rule(event);
        case Origin::asked:
            return asks(event, std::get<ModelRequest>(event.payload));
        case Origin::world:
            return brought(event);
        case Origin::either:
            return by_rule(event) ? follows_by_rule(event) : brought(event);
        }
        return false;
    }

    bool starts(const Event& event, const TaskStart& start) {
        TaskStart made = start;
        made.engine_version = engine_version;
        made.system = plan_.system;
        made.input = plan_.spec.input;
        made.pins.clear();
        for (const Revision& revision : plan_.revisions)
            made.pins.push_back(revision.pin);
        compare(event, made);
        return true;
    }

    const Decision& decided(base::Time now) {
        if (!decision_) decision_ = decide(state_, plan_, transcript_, now);
        return *decision_;
    }

    /// What has to come next by the rules; null when nothing has to.
    const Draft* next_draft(base::Time now) {
        if (!queue_.empty()) return &queue_.front();
        const std::vector<Draft>& drafts = decided(now).drafts;
        return drafts.empty() ? nullptr : &drafts.front();
    }

    static bool same_place(const Draft* draft, const Event& event) {
        return draft != nullptr && draft->payload.index() == event.payload.index() &&
               draft->agent == event.agent && draft->step == event.step;
    }

    bool follows_by_rule(const Event& event) {
        const Draft* draft = next_draft(event.time);
        if (queue_.empty() && !same_place(draft, event)) {
            // The journal says when it was written; it was decided on between the event before and then.
            decision_.reset();
            draft = next_draft(state_.last_time);
        }
        if (!same_place(draft, event)) return another(event, draft);
        if (queue_.empty()) queue_.assign(decision_->drafts.begin(), decision_->drafts.end());
        compare(event, queue_.front().payload);
        queue_.pop_front();
        return true;
    }

    /// Of kinds that both may bring: whether this one follows from the state.
    bool by_rule(const Event& event) {
        if (std::holds_alternative<TaskEnd>(event.payload)) return state_.running && !cancelled_;
        if (!queue_.empty()) return true;
        const Draft* draft = next_draft(event.time);
        if (const auto* policy = std::get_if<PolicyDecision>(&event.payload))
            return policy->rule == "max_turns" || same_place(draft, event);
        // What a provider warns of comes right after its answer, what orloj warns of follows from it.
        if (std::holds_alternative<Warning>(event.payload))
            return same_place(draft, event) && draft->payload == event.payload;
        // A call that could not be made ends its agent, when nothing else is left to do.
        if (std::holds_alternative<AgentEnd>(event.payload))
            return draft != nullptr || !(wants_call(event) || wants_tool(event));
        return same_place(draft, event);
    }

    bool wants_call(const Event& event) {
        const Activation* latest = activation_of(event);
        if (latest == nullptr) return false;
        const auto index = static_cast<std::size_t>(latest - state_.activations.data());
        const auto asked = [&] {
            const std::vector<std::size_t>& asks = decided(event.time).asks;
            return std::find(asks.begin(), asks.end(), index) != asks.end();
        };
        if (asked()) return true;
        decision_.reset(); // its pause may have ended since others were asked
        return asked();
    }

    bool wants_tool(const Event& event) {
        const Activation* latest = activation_of(event);
        const std::vector<ToolAsk>& asks = decided(event.time).tool_asks;
        return std::any_of(asks.begin(), asks.end(),
                           [&](const ToolAsk& ask) { return &state_.activations[ask.activation] == latest; });
    }

    bool asks(const Event& event, const ModelRequest& request) {
        if (const Draft* draft = next_draft(event.time)) return another(event, draft);
        if (!wants_call(event)) return another(event, nullptr);
        const Activation& a = *state_.latest(*plan_.node(event.agent));
        const EndpointPlan& planned = plan_.endpoints[a.endpoint];
        ModelRequest made = request;
        name_call(made, call_id(state_, plan_, a), url(a, request), planned);
        made.message = head_of(a, transcript_);
        made.parameters = sent_parameters(planned);
        made.call_attempt = a.tries + 1;
        made.repeats = a.in_doubt;
        compare(event, made);
        return true;
    }

    /// Where the request goes, by what the endpoint says.
    std::string url(const Activation& a, const ModelRequest& request) {
        const EndpointPlan& planned = plan_.endpoints[a.endpoint];
        if (planned.provider->build_request == nullptr) return "";
        const auto [it, fresh] = urls_.try_emplace(a.endpoint);
        if (!fresh) return it->second;
        provider::Endpoint target = planned.endpoint;
        target.credential = base::SecretText(stand_in);
        target.stream = planned.stream;
        if (!planned.provider->aws_service.empty()) put_place(target, request.url);
        provider::Conversation sample; // no URL depends on what is said
        sample.messages.push_back(provider::text_message(provider::Role::user, "replay"));
        const provider::Built built = planned.provider->build_request(target, sample);
        const auto* refusal = std::get_if<provider::Refusal>(&built);
        it->second = refusal != nullptr ? "none: " + refusal->detail
                                        : http::displayed(std::get<http::Request>(built).url);
        return it->second;
    }

    /// Where the person's surroundings sent requests is in no manifest, so that is taken from the journal;
    /// what is asked there is not.
    static void put_place(provider::Endpoint& target, const std::string& url) {
        const std::size_t path = url.find(provider::bedrock_model_path(target.model));
        if (path != std::string::npos) target.place.url = url.substr(0, path);
        target.place.region = stand_in_region;
    }

    bool brought(const Event& event) {
        // Who goes on decides anew.
        if (std::holds_alternative<TaskResumed>(event.payload)) queue_.clear();
        if (!queue_.empty()) return another(event, &queue_.front());
        if (const std::string* call = outcome_of(event); call != nullptr && !state_.open.contains(*call)) {
            field(event, "call", *call, "(no such call is under way)");
            return false;
        }
        if (const auto* call = std::get_if<ModelCall>(&event.payload)) answered(event, *call);
        if (const auto* end = std::get_if<AgentEnd>(&event.payload)) could_not(event, *end);
        return true;
    }

    static const std::string* outcome_of(const Event& event) {
        if (const auto* call = std::get_if<ModelCall>(&event.payload)) return &call->call;
        if (const auto* error = std::get_if<ModelError>(&event.payload)) return &error->call;
        return nullptr;
    }

    const Activation* activation_of(const Event& event) const {
        const auto node = plan_.node(event.agent);
        return node ? state_.latest(*node) : nullptr;
    }

    void answered(const Event& event, const ModelCall& call) {
        const Activation* a = activation_of(event);
        const auto message = stored_.find(call.message);
        if (a == nullptr) return; // apply() says so
        if (message == stored_.end())
            field(event, "message", call.message, "(no such message is stored)");
        else if (message->second->parent != a->head)
            field(event, "message", base::format("an answer to '{}'", message->second->parent),
                  base::format("an answer to '{}'", a->head));
    }

    void could_not(const Event& event, const AgentEnd& end) {
        const Activation* a = activation_of(event);
        if (a == nullptr) return;
        AgentEnd made = end;
        made.node = plan_.nodes[a->node].name;
        made.generation = a->generation;
        made.message.clear();
        made.steps = a->step;
        made.usage = trace::told(a->usage);
        made.duration_ms = a->active().ms();
        compare(event, made);
    }

    void compare(const Event& event, const Payload& made) {
        if (event.payload == made) return;
        for (FieldDifference& d : differences(payload_json(event.payload), payload_json(made))) {
            if (!tolerated(event, d))
                field(event, std::move(d.field), std::move(d.old_value), std::move(d.new_value));
        }
    }

    [[nodiscard]] bool tolerated(const Event& event, const FieldDifference& d) const {
        if (d.field == "message") return same_but_for_secrets_said(d.old_value, d.new_value);
        const auto* end = std::get_if<TaskEnd>(&event.payload);
        if (end == nullptr || d.field != "duration_ms") return false;
        // Measured between the event before and this one, unless the clock was set back: events keep their
        // order then, and durations do not.
        const bool set_back = event.time == state_.last_time;
        return end->duration_ms <= state_.elapsed(event.time).ms() &&
               (set_back || end->duration_ms >= state_.elapsed(state_.last_time).ms());
    }

    /// Whether two conversations, named by their last messages, differ only where a secret was replaced when
    /// the first one was stored.
    [[nodiscard]] bool same_but_for_secrets_said(const std::string& stored, const std::string& made) const {
        if (!stored_.contains(stored) || made.empty()) return false;
        const auto was = transcript_.conversation(stored);
        const auto is = transcript_.conversation(made);
        const auto same = [](const provider::Message& a, const provider::Message& b) {
            return a.role == b.role && same_but_for_secrets(schema::encode(a.parts), schema::encode(b.parts));
        };
        return std::equal(was.begin(), was.end(), is.begin(), is.end(), same);
    }

    void field(const Event& event, std::string name, std::string journal, std::string made) {
        add({event.seq, event.agent, std::string(kind_of(event.payload).name), std::move(name),
             std::move(journal), std::move(made)});
    }

    /// Always false.
    bool another(const Event& event, const Draft* draft) {
        std::string made = "nothing";
        if (draft != nullptr) {
            Event instead;
            instead.agent = draft->agent;
            instead.payload = draft->payload;
            made = described(instead);
        }
        add({event.seq, event.agent, std::string(kind_of(event.payload).name), "", described(event),
             std::move(made)});
        return false;
    }

    static std::string described(const Event& event) {
        return base::format("{} ({}{}{})", kind_of(event.payload).name, event.agent,
                            event.agent.empty() ? "" : ": ", sentence(event));
    }

    void add(Difference difference) { out_.differences.push_back(std::move(difference)); }

    const Plan& plan_;
    const std::vector<Event>& events_;
    std::map<std::string, const StoredMessage*, std::less<>> stored_;
    std::set<std::string_view> loaded_; ///< of those
    State state_;
    Transcript transcript_;
    Replay out_;
    bool cancelled_ = false;           ///< by the event before
    std::optional<Decision> decision_; ///< of the state as it is, but for calls that were made since
    std::deque<Draft> queue_;          ///< what is left of a decision that the journal has begun to follow
    std::map<std::size_t, std::string> urls_; ///< by endpoint
};

} // namespace

Replay replay(const Plan& plan, const std::vector<Event>& events,
              const std::vector<StoredMessage>& messages) {
    return Replayer(plan, events, messages).run();
}

} // namespace run
