#include "run/fork.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "run/decide.hpp"
#include "schema/tree.hpp"

namespace run {

using namespace trace;
using Status = Activation::Status;

namespace {

using Stored = std::map<std::string, const StoredMessage*, std::less<>>;

/// Marks every message that a payload names, and what comes before it.
void reach(const schema::Tree& tree, const Stored& stored, std::set<std::string>& out) {
    if (tree.kind == schema::Tree::Kind::scalar) {
        for (auto it = stored.find(tree.text); it != stored.end(); it = stored.find(it->second->parent)) {
            if (!out.insert(it->first).second) return;
        }
    }
    for (const schema::Tree& item : tree.items)
        reach(item, stored, out);
    for (const schema::Entry& entry : tree.entries)
        reach(entry.value, stored, out);
}

/// The messages that the events reach, in the order of the journal.
std::vector<StoredMessage> reached(const std::vector<Event>& events, const Journal& journal) {
    Stored stored;
    for (const StoredMessage& message : journal.messages)
        stored.emplace(message.hash, &message);
    std::set<std::string> hashes;
    for (const Event& event : events)
        reach(schema::parse_json(payload_json(event.payload), schema::Marks::none).tree, stored, hashes);
    std::vector<StoredMessage> out;
    for (const StoredMessage& message : journal.messages) {
        if (hashes.contains(message.hash)) out.push_back(message);
    }
    return out;
}

/// Conversations that begin with another prompt. What was said is the same; only its hashes are new, since a
/// message is named by what stands before it, too.
class Rebasing {
  public:
    Rebasing(const Journal& journal, Transcript& transcript) : transcript_(transcript) {
        for (const StoredMessage& message : journal.messages)
            parents_.emplace(message.hash, message.parent);
    }

    Rebase rebase(const Activation& a, const NodePlan& node) {
        Rebase out;
        out.agent = node.name;
        out.generation = a.generation;
        std::vector<std::string> chain; // from the last message to the first
        for (std::string hash = a.head; !hash.empty(); hash = parents_.at(hash))
            chain.push_back(hash);
        std::string head;
        if (!node.agent.prompt.empty())
            head = transcript_.add("", provider::text_message(provider::Role::system, node.agent.prompt));
        for (auto hash = chain.rbegin(); hash != chain.rend(); ++hash) {
            const provider::Message& message = transcript_.message(*hash);
            if (message.role == provider::Role::system) continue;
            head = transcript_.add(head, message);
            if (*hash == a.input) out.input = head;
        }
        out.message = head;
        return out;
    }

  private:
    Transcript& transcript_;
    std::map<std::string, std::string, std::less<>> parents_;
};

Event after(const State& state, base::Time now, Payload payload) {
    Event out;
    out.seq = state.last_seq + 1;
    out.time = std::max(now, state.last_time);
    out.attempt = state.attempt;
    out.payload = std::move(payload);
    return out;
}

/// Goes on until nothing follows without the world.
void settle(State& state, const Plan& plan, Transcript& transcript) {
    for (Decision next = decide(state, plan, transcript, state.last_time); !next.drafts.empty();
         next = decide(state, plan, transcript, state.last_time)) {
        for (Draft& draft : next.drafts) {
            Event event = after(state, state.last_time, std::move(draft.payload));
            event.agent = std::move(draft.agent);
            event.step = draft.step;
            apply(state, plan, event);
        }
    }
}

/// Whether a settled run may ask the agent once more.
bool asks_again(const State& state, const Plan& plan, std::size_t node) {
    const Activation* latest = state.latest(node);
    const bool ended =
        latest != nullptr && (latest->status == Status::finished || latest->status == Status::failed);
    return !state.end && (!ended || plan.cyclic);
}

/// Who is not asked again is not changed: it would do nothing.
void check_effective(const State& settled, const Plan& plan, const ForkOrder& order,
                     const std::vector<Event>& events) {
    for (const AgentChange& change : order.changes) {
        bool effective = false;
        for (std::size_t i = 0; i < plan.nodes.size(); ++i)
            effective = effective || (plan.nodes[i].declared == change.agent && asks_again(settled, plan, i));
        if (effective) continue;
        std::int64_t start = 0;
        for (const Event& event : events) {
            const auto node = plan.node(event.agent);
            const bool its = node && plan.nodes[*node].declared == change.agent;
            if (its && std::holds_alternative<AgentStart>(event.payload)) start = event.seq;
        }
        throw base::Error(base::Fault::usage,
                          base::format("agent '{}' is not asked again after event {}, so another {} would "
                                       "change nothing",
                                       change.agent, order.at, change.field))
            .hint(start > 0
                      ? base::format("fork where it starts: --at {}", start)
                      : base::format("fork earlier; events with their numbers: orloj logs task/{} --seq",
                                     order.from));
    }
}

/// Agents whose prompt may be another one than in the events up to the fork: this one changes it, or one did
/// that the journal is of.
std::set<std::string> other_prompts(const Journal& journal, const ForkOrder& order) {
    std::set<std::string> out;
    const auto look = [&](const std::vector<AgentChange>& changes) {
        for (const AgentChange& change : changes) {
            if (change.field == "prompt") out.insert(change.agent);
        }
    };
    look(order.changes);
    for (const Event& event : journal.events) {
        const auto* forked = std::get_if<TaskForked>(&event.payload);
        if (forked != nullptr && event.seq > order.at) look(forked->changes);
    }
    return out;
}

/// The events up to `at`, without those that end the run.
std::vector<Event> prefix(const Journal& journal, std::int64_t at) {
    std::vector<Event> out;
    for (const Event& event : journal.events) {
        const bool ends = std::holds_alternative<TaskEnd>(event.payload) ||
                          std::holds_alternative<TaskCancelled>(event.payload);
        if (event.seq > at || ends) break;
        out.push_back(event);
    }
    return out;
}

} // namespace

Journal fork(const Plan& plan, const Journal& journal, const ForkOrder& order, const base::Redactor& redact) {
    Journal out;
    State state;
    out.events = prefix(journal, order.at);
    for (const Event& event : out.events)
        apply(state, plan, event);
    Transcript transcript;
    transcript.redact_with(redact);
    for (const StoredMessage& message : journal.messages)
        transcript.load(message);
    Rebasing rebasing(journal, transcript);
    TaskForked mark;
    mark.from = order.from;
    mark.at = state.last_seq;
    mark.changes = order.changes;
    mark.pins = changed_pins(state, plan);
    mark.made_again = static_cast<std::int64_t>(state.open.size());
    mark.calls = state.calls;
    mark.usage = trace::told(state.used);
    const std::set<std::string> changed = other_prompts(journal, order);
    for (const Activation& a : state.activations) {
        const NodePlan& node = plan.nodes[a.node];
        if (a.status == Status::finished || !changed.contains(node.declared)) continue;
        Rebase rebased = rebasing.rebase(a, node);
        if (rebased.message != a.head) mark.conversations.push_back(std::move(rebased));
    }
    out.events.push_back(after(state, order.now, std::move(mark)));
    out.messages = reached(out.events, journal); // a conversation may have begun so before
    for (StoredMessage& message : transcript.take_new())
        out.messages.push_back(std::move(message));
    apply(state, plan, out.events.back());
    settle(state, plan, transcript);
    check_effective(state, plan, order, out.events);
    return out;
}

std::set<std::string> asked_after(const Plan& plan, const Journal& journal, std::int64_t at) {
    State state;
    for (const Event& event : prefix(journal, at))
        apply(state, plan, event);
    Transcript transcript;
    for (const StoredMessage& message : journal.messages)
        transcript.load(message);
    state.interrupted = false; // the fork was not
    settle(state, plan, transcript);
    std::set<std::string> out;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        if (asks_again(state, plan, i)) out.insert(plan.nodes[i].declared);
    }
    return out;
}

namespace {

using TurnName = std::pair<std::string, std::int64_t>; ///< agent and generation

/// One turn of one agent, as the journal tells it.
struct Turn {
    bool answered = false;
    bool again = false; ///< is to be done again
    std::size_t fallbacks = 0;
    std::int64_t taken_up = 0; ///< the event that it goes on from when it fails
    /// What it did before it failed and was done again: the events after the first and up to the second.
    std::vector<std::pair<std::int64_t, std::int64_t>> undone;
};
using Turns = std::map<TurnName, Turn>;

/// The turn an event is about: the one it names, else the latest of its agent. An empty agent: of none.
class TurnOf {
  public:
    TurnName operator()(const Event& event) {
        if (const auto* p = std::get_if<HandOff>(&event.payload)) return {p->from, p->generation};
        if (const auto* p = std::get_if<EdgeSkipped>(&event.payload)) return {p->from, p->generation};
        if (const auto* p = std::get_if<JoinWait>(&event.payload)) return {p->node, p->generation};
        if (const auto* p = std::get_if<JoinOpen>(&event.payload)) return {p->node, p->generation};
        if (const auto* p = std::get_if<DelegatesReported>(&event.payload)) return {p->node, p->generation};
        if (const auto* start = std::get_if<AgentStart>(&event.payload))
            generation_[event.agent] = start->generation;
        if (event.agent.empty()) return {};
        return {event.agent, generation_[event.agent]};
    }

  private:
    std::map<std::string, std::int64_t> generation_;
};

/// What an agent and its delegates made of its first answer is kept when it fails later.
bool is_of_delegation(const Event& event) {
    if (const auto* p = std::get_if<HandOff>(&event.payload)) return p->role == "delegate";
    if (const auto* p = std::get_if<EdgeSkipped>(&event.payload)) return p->role == "delegate";
    return std::holds_alternative<DelegatesReported>(event.payload);
}

Turns turns_of(const Journal& journal) {
    Turns out;
    TurnOf turn_of;
    for (const Event& event : journal.events) {
        const TurnName name = turn_of(event);
        if (std::holds_alternative<AgentStart>(event.payload)) {
            const auto [turn, fresh] = out.try_emplace(name);
            if (fresh) turn->second.taken_up = event.seq;
        }
        if (is_of_delegation(event)) out[name].taken_up = event.seq;
        const auto* end = std::get_if<AgentEnd>(&event.payload);
        if (end == nullptr) continue;
        Turn& turn = out[name];
        turn.answered = end->code.empty();
        if (turn.answered) continue;
        turn.undone.emplace_back(turn.taken_up, event.seq);
        turn.taken_up = event.seq;
    }
    return out;
}

/// Marks what is done again: turns of the agent, turns without an answer, and every turn that those lead to,
/// since another answer may take other edges.
class Marking {
  public:
    Marking(const Plan& plan, Turns& turns) : plan_(plan), turns_(turns) {}

    void from(const std::string& agent) {
        for (const auto& [name, turn] : turns_) {
            if (name.first == agent || !turn.answered) mark(name);
        }
        while (!open_.empty()) {
            const TurnName name = open_.back();
            open_.pop_back();
            const auto node = plan_.node(name.first);
            if (!node) continue;
            const NodePlan& n = plan_.nodes[*node];
            for (const EdgePlan& edge : n.next)
                mark({plan_.nodes[edge.to].name, name.second + (edge.again ? 1 : 0)});
            for (const EdgePlan& edge : n.delegates)
                mark({plan_.nodes[edge.to].name, name.second});
            if (n.reports_to) mark({plan_.nodes[*n.reports_to].name, name.second});
        }
    }

  private:
    /// And later turns of the same agent.
    void mark(const TurnName& name) {
        for (auto it = turns_.lower_bound(name); it != turns_.end() && it->first.first == name.first; ++it) {
            if (!std::exchange(it->second.again, true)) open_.push_back(it->first);
        }
    }

    const Plan& plan_;
    Turns& turns_;
    std::vector<TurnName> open_;
};

/// What the new run has of the old one's events.
class Keeping {
  public:
    Keeping(const Plan& plan, Turns turns) : plan_(plan), turns_(std::move(turns)) {}

    /// The event as it stands behind those that `state` was made from; nullopt when it is not kept. Where a
    /// run was interrupted is kept with the calls that were under way then.
    std::optional<Event> keep(Event event, const State& state) {
        if (std::holds_alternative<TaskInterrupted>(event.payload)) return event;
        if (auto* resumed = std::get_if<TaskResumed>(&event.payload)) {
            resumed->pins.clear(); // the new run has its own
            return event;
        }
        if (auto* forked = std::get_if<TaskForked>(&event.payload)) {
            forked->pins.clear();
            std::erase_if(forked->conversations, [&](const Rebase& changed) {
                const auto node = plan_.node(changed.agent);
                return !node || state.at({changed.generation, *node}) == nullptr;
            });
            return event;
        }
        if (!keeps(event)) return std::nullopt;
        if (const auto* fallback = std::get_if<Fallback>(&event.payload); fallback != nullptr && !has(event))
            event.payload = instead_of(*fallback);
        return event;
    }

  private:
    bool keeps(const Event& event) {
        name_ = turn_of_(event);
        const auto it = turns_.find(name_);
        if (it == turns_.end() || it->second.again || !plan_.node(name_.first)) return false;
        if (std::holds_alternative<AgentStart>(event.payload)) return started_.insert(name_).second;
        if (event.agent.empty()) return true; // how far its join is
        const auto& undone = it->second.undone;
        return std::none_of(undone.begin(), undone.end(), [&](const auto& part) {
            return event.seq > part.first && event.seq <= part.second;
        });
    }

    /// Whether the agent still has the endpoint it fell back to.
    bool has(const Event& event) {
        return plan_.nodes[*plan_.node(event.agent)].choice(++turns_[name_].fallbacks).has_value();
    }

    /// The agent was asked again, by whatever it has now.
    static RetryScheduled instead_of(const Fallback& fallback) {
        RetryScheduled out;
        out.endpoint = fallback.from;
        out.next_attempt = 1;
        out.reason = fallback.reason;
        return out;
    }

    const Plan& plan_;
    Turns turns_;
    TurnOf turn_of_;
    TurnName name_; ///< of the event that was looked at last
    std::set<TurnName> started_;
};

} // namespace

Journal again_from(const Plan& plan, const Journal& journal, const AgainOrder& order) {
    Turns turns = turns_of(journal);
    Marking(plan, turns).from(order.agent);
    Keeping keeping(plan, std::move(turns));
    Journal out;
    State state;
    TaskForked mark;
    mark.from = order.from;
    mark.again_from = order.agent;
    const auto add = [&](Event event) {
        event.seq = state.last_seq + 1;
        event.attempt = 1;
        apply(state, plan, event);
        out.events.push_back(std::move(event));
    };
    for (const Event& event : journal.events) {
        mark.at = event.seq;
        if (const auto* start = std::get_if<TaskStart>(&event.payload)) {
            Event fresh = event;
            TaskStart now = *start;
            now.engine_version = engine_version;
            now.pins.clear();
            for (const Revision& revision : plan.revisions)
                now.pins.push_back(revision.pin);
            fresh.payload = std::move(now);
            add(std::move(fresh));
            continue;
        }
        std::optional<Event> kept = keeping.keep(event, state);
        if (!kept) continue;
        const bool answer = std::holds_alternative<AgentEnd>(event.payload);
        if (answer && std::find(mark.kept.begin(), mark.kept.end(), event.agent) == mark.kept.end())
            mark.kept.push_back(event.agent);
        add(std::move(*kept));
    }
    mark.calls = state.calls;
    mark.usage = trace::told(state.used);
    out.messages = reached(out.events, journal);
    out.events.push_back(after(state, order.now, std::move(mark)));
    return out;
}

} // namespace run
