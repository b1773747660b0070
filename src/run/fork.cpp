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
        if (asks_again(settled, plan, *plan.node(change.agent))) continue;
        std::int64_t start = 0;
        for (const Event& event : events) {
            if (event.agent == change.agent && std::holds_alternative<AgentStart>(event.payload))
                start = event.seq;
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

/// The events up to `at`, without one that ends the run.
std::vector<Event> prefix(const Journal& journal, std::int64_t at) {
    std::vector<Event> out;
    for (const Event& event : journal.events) {
        if (event.seq > at || std::holds_alternative<TaskEnd>(event.payload)) break;
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
    mark.usage = state.used;
    for (const AgentChange& change : order.changes) {
        if (change.field != "prompt") continue;
        for (const Activation& a : state.activations) {
            const NodePlan& node = plan.nodes[a.node];
            if (node.name == change.agent && a.status != Status::finished)
                mark.conversations.push_back(rebasing.rebase(a, node));
        }
    }
    out.messages = reached(out.events, journal);
    for (StoredMessage& message : transcript.take_new())
        out.messages.push_back(std::move(message));
    out.events.push_back(after(state, order.now, std::move(mark)));
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
        if (asks_again(state, plan, i)) out.insert(plan.nodes[i].name);
    }
    return out;
}

namespace {

/// One turn of one agent, as the journal tells it.
struct Turn {
    bool answered = false;
    std::int64_t attempt = 1;                             ///< in which it answered
    bool again = false;                                   ///< is to be done again
    std::vector<std::pair<std::string, std::int64_t>> to; ///< turns that got its answer
    std::size_t fallbacks = 0;
};
using Turns = std::map<std::pair<std::string, std::int64_t>, Turn>; ///< by agent and generation

/// Which turn each event belongs to: the latest of its agent.
class TurnOf {
  public:
    std::pair<std::string, std::int64_t> operator()(const Event& event) {
        if (const auto* start = std::get_if<AgentStart>(&event.payload))
            generation_[event.agent] = start->generation;
        if (const auto* hand_off = std::get_if<HandOff>(&event.payload))
            return {event.agent, hand_off->generation};
        if (const auto* skipped = std::get_if<EdgeSkipped>(&event.payload))
            return {event.agent, skipped->generation};
        return {event.agent, generation_[event.agent]};
    }

  private:
    std::map<std::string, std::int64_t> generation_;
};

/// Whether it goes to the next generation of who gets it. Delegates and their reports stay in theirs.
bool next_lap(const Plan& plan, const HandOff& hand_off) {
    const auto from = plan.node(hand_off.from);
    const auto to = plan.node(hand_off.to);
    if (!from || !to || !hand_off.role.empty()) return false;
    const std::vector<EdgePlan>& edges = plan.nodes[*from].next;
    return std::any_of(edges.begin(), edges.end(),
                       [&](const EdgePlan& edge) { return edge.to == *to && edge.again; });
}

Turns turns_of(const Plan& plan, const Journal& journal) {
    Turns out;
    TurnOf turn_of;
    for (const Event& event : journal.events) {
        if (event.agent.empty()) continue;
        Turn& turn = out[turn_of(event)];
        if (const auto* end = std::get_if<AgentEnd>(&event.payload)) {
            turn.answered = end->code.empty();
            turn.attempt = event.attempt;
        } else if (const auto* hand_off = std::get_if<HandOff>(&event.payload)) {
            turn.to.emplace_back(hand_off->to, hand_off->generation + (next_lap(plan, *hand_off) ? 1 : 0));
        }
    }
    return out;
}

/// Marks what is done again: turns of the agent, turns without an answer, and all that got an answer of
/// those.
void mark_again(Turns& turns, const std::string& agent) {
    std::vector<std::pair<std::string, std::int64_t>> open;
    const auto mark = [&](const std::pair<std::string, std::int64_t>& name) {
        for (auto it = turns.lower_bound(name); it != turns.end() && it->first.first == name.first; ++it) {
            if (std::exchange(it->second.again, true)) continue;
            open.push_back(it->first); // and later turns of the same agent
        }
    };
    for (const auto& [name, turn] : turns) {
        if (name.first == agent || !turn.answered) mark(name);
    }
    while (!open.empty()) {
        const auto name = open.back();
        open.pop_back();
        for (const auto& to : turns.at(name).to)
            mark(to);
    }
}

/// Events that say how far a node is are kept with it.
const std::string* node_of(const Event& event) {
    if (const auto* wait = std::get_if<JoinWait>(&event.payload)) return &wait->node;
    if (const auto* open = std::get_if<JoinOpen>(&event.payload)) return &open->node;
    return nullptr;
}

class Keeping {
  public:
    Keeping(const Plan& plan, Turns turns) : plan_(plan), turns_(std::move(turns)) {}

    bool keeps(const Event& event) {
        if (event.agent.empty()) {
            const std::string* node = node_of(event);
            return node != nullptr && keeps_all_of(*node);
        }
        const auto name = turn_of_(event);
        Turn& turn = turns_.at(name);
        const auto node = plan_.node(name.first);
        if (turn.again || !node) return false;
        if (std::holds_alternative<AgentStart>(event.payload)) return started_.insert(name).second;
        // What an earlier attempt did before it failed is no part of the answer.
        if (event.attempt < turn.attempt) return false;
        if (std::holds_alternative<Fallback>(event.payload))
            return plan_.nodes[*node].choice(++turn.fallbacks).has_value();
        return true;
    }

    [[nodiscard]] bool keeps_all_of(const std::string& agent) const {
        bool any = false;
        for (const auto& [name, turn] : turns_) {
            if (name.first != agent) continue;
            if (turn.again) return false;
            any = true;
        }
        return any;
    }

  private:
    const Plan& plan_;
    Turns turns_;
    TurnOf turn_of_;
    std::set<std::pair<std::string, std::int64_t>> started_;
};

} // namespace

Journal again_from(const Plan& plan, const Journal& journal, const AgainOrder& order) {
    Turns turns = turns_of(plan, journal);
    mark_again(turns, order.agent);
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
        if (!keeping.keeps(event)) continue;
        const bool answer = std::holds_alternative<AgentEnd>(event.payload);
        if (answer && std::find(mark.kept.begin(), mark.kept.end(), event.agent) == mark.kept.end())
            mark.kept.push_back(event.agent);
        add(event);
    }
    mark.calls = state.calls;
    mark.usage = state.used;
    out.messages = reached(out.events, journal);
    out.events.push_back(after(state, order.now, std::move(mark)));
    return out;
}

} // namespace run
