#include "run/state.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "run/transition.hpp"

namespace run {

using namespace trace;
using Status = Activation::Status;

namespace {

/// The endpoint has more to do than it can.
bool is_pressure(const ModelError& error) {
    return error.kind == schema::name_of(provider::Refusal::Kind::rate_limit) ||
           error.kind == schema::name_of(provider::Refusal::Kind::overloaded);
}

class Fold {
  public:
    Fold(State& state, const Plan& plan, const Event& event) : s_(state), plan_(plan), e_(event) {}

    void operator()(const TaskStart& p) {
        s_.running = true;
        s_.started = e_.time;
        s_.flow.begin(plan_);
        pin(p.pins);
    }
    void operator()(const TaskEnd& p) {
        s_.running = false;
        s_.end = p;
    }
    void operator()(const TaskInterrupted& p) {
        s_.interrupted = true;
        s_.waiting = p.approvals;
    }
    void operator()(const TaskResumed& p) {
        pin(p.pins);
        s_.away = s_.away + (e_.time - s_.last_time);
        s_.interrupted = false;
        s_.waiting = 0;
        for (const auto& [call, open] : s_.open) {
            Activation& a = s_.activations[open.activation];
            a.status = Status::asking;
            a.in_doubt = call;
        }
        forget_calls();
        for (auto& [endpoint, health] : s_.endpoints) { // it may be another one now
            health.facts.reset();
            health.dropped.clear();
        }
    }
    void operator()(const TaskForked& p) { fork(p); }
    void operator()(const TaskCancelled&) {}
    void operator()(const TaskRetryScheduled& p) {
        s_.attempt = p.next_attempt;
        s_.not_before = e_.time + base::milliseconds(p.delay_ms);
        // Only what failed is done again: what other agents answered was paid for and stays.
        for (std::size_t i = 0; i < s_.activations.size(); ++i) {
            if (s_.activations[i].status == Status::failed && counts_still(i)) start_over(i);
        }
    }
    void operator()(const AgentStart& p) {
        const auto node = plan_.node(p.node);
        if (!node) throw unfit("it starts an agent the system does not have");
        const Place place{p.generation, *node};
        const bool fresh = s_.activation_at.try_emplace(place, s_.activations.size()).second;
        if (!fresh) return; // a later attempt starts it again
        s_.flow.start(place);
        Activation a;
        a.node = *node;
        a.endpoint = plan_.nodes[*node].endpoint;
        a.generation = p.generation;
        a.turn = p.turn;
        a.input = a.head = p.message;
        s_.last_of[*node] = s_.activations.size();
        s_.live.insert(s_.activations.size());
        s_.activations.push_back(std::move(a));
    }
    void operator()(const AgentEnd& p) {
        Activation& a = current();
        a.reason = p.reason;
        a.status = p.code.empty() ? Status::finished : Status::failed;
        if (p.code.empty()) {
            a.head = p.message;
            return retire(a);
        }
        a.problem = {base::fault_named(p.code), p.error, p.hint, p.retryable};
        s_.failed += 1;
        s_.live.erase(index_of(a));
    }
    void operator()(const HandOff& p) {
        const std::size_t from = node_named(p.from);
        const std::size_t to = node_named(p.to);
        const auto source = s_.activation_at.find({p.generation, from});
        if (source == s_.activation_at.end()) return;
        Activation& a = s_.activations[source->second];
        a.handed_to.insert(to);
        if (p.role == "report") {
            if (const auto asked = s_.activation_at.find({p.generation, to}); asked != s_.activation_at.end())
                s_.activations[asked->second].reports.push_back(source->second);
        } else if (p.role == "delegate") {
            a.handed_to.erase(to);
            a.delegated_to.insert(to);
            a.status = Status::delegating;
            a.draft = a.answer;
            a.draft_step = a.step;
            s_.flow.arrive(plan_, {p.generation, to}, source->second);
        } else {
            s_.flow.arrive(plan_, target(from, to, p.generation), source->second);
        }
        retire(a);
    }
    void operator()(const EdgeSkipped& p) {
        const std::size_t from = node_named(p.from);
        const std::size_t to = node_named(p.to);
        const auto source = s_.activation_at.find({p.generation, from});
        if (source == s_.activation_at.end()) return;
        Activation& a = s_.activations[source->second];
        if (p.role == "delegate") {
            a.not_asked.insert(to);
            a.out_of_steps = a.out_of_steps || p.reason == "max_steps";
            s_.flow.miss(plan_, {p.generation, to});
        } else {
            a.passed_over.insert(to);
            a.cut = a.cut || p.reason == "max_turns";
            s_.flow.miss(plan_, target(from, to, p.generation));
        }
        retire(a);
    }
    void operator()(const JoinWait& p) { s_.flow.announce({p.generation, node_named(p.node)}); }
    void operator()(const JoinOpen& p) { s_.flow.open({p.generation, node_named(p.node)}); }
    void operator()(const DelegatesReported& p) {
        const auto it = s_.activation_at.find({p.generation, node_named(p.node)});
        if (it == s_.activation_at.end()) throw unfit("nobody waits for its reports");
        Activation& a = s_.activations[it->second];
        a.has_reports = true;
        a.head = a.reports_message = p.message;
        a.status = Status::asking;
    }
    void operator()(const PolicyDecision& p) {
        if (p.rule == "max_turns") s_.truncated = true;
    }
    void operator()(const ModelRequest& p) {
        Activation& a = current();
        a.status = Status::calling;
        a.head = p.message; // with what tools said since the answer
        a.active_ms = a.active().ms();
        a.tools.clear();
        a.calls += 1;
        a.not_before.reset();
        a.in_doubt.clear();
        a.error.reset();
        if (const auto health = s_.endpoints.find(a.endpoint); health != s_.endpoints.end())
            a.left_out = health->second.dropped;
        else
            a.left_out.clear();
        OpenCall open;
        open.activation = static_cast<std::size_t>(&a - s_.activations.data());
        open.endpoint = a.endpoint;
        open.reserved = p.reserved;
        open.reserved_cost = p.reserved_cost;
        s_.open[p.call] = open;
        s_.open_at[open.endpoint] += 1;
        s_.reserved += open.reserved;
        s_.reserved_cost += open.reserved_cost.value_or(base::Usd{});
    }
    void operator()(const ModelCall& p) {
        close(p.call);
        s_.calls += 1;
        add_call(s_.used, p.usage);
        Activation& a = current();
        add_call(a.usage, p.usage);
        a.active_ms += p.duration_ms;
        a.step += 1;
        a.calls = 0;
        a.tries = 0;
        a.head = p.message;
        a.status = Status::replied;
        a.answer = p;
        answered(s_.endpoints[a.endpoint]);
    }
    void operator()(const ModelError& p) {
        close(p.call);
        s_.calls += 1;
        Activation& a = current();
        if (p.usage) {
            add_call(s_.used, *p.usage);
            add_call(a.usage, *p.usage);
        }
        a.active_ms += p.duration_ms;
        EndpointHealth& health = s_.endpoints[a.endpoint];
        // While the endpoint answers others, waiting one's turn is no failed try.
        const bool crowded = is_pressure(p) && health.answered > a.seen_answers;
        a.tries = crowded ? 1 : a.tries + 1;
        a.seen_answers = health.answered;
        a.status = Status::errored;
        a.error = p;
        if (is_pressure(p) && p.retry_after_ms) pause(health, base::milliseconds(*p.retry_after_ms));
    }
    void operator()(const RetryScheduled& p) {
        Activation& a = current();
        if (!p.call.empty()) {
            ToolTurn& turn = a.tools[p.call];
            turn.error.reset();
            turn.not_before = e_.time + base::milliseconds(p.delay_ms);
            spend(a, turn, p.delay_ms);
            return;
        }
        a.status = Status::asking;
        a.not_before = e_.time + base::milliseconds(p.delay_ms);
        a.active_ms += p.delay_ms;
    }
    void operator()(const Fallback&) {
        Activation& a = current();
        a.refused += 1;
        const auto next = plan_.nodes[a.node].choice(a.refused);
        if (!next) throw unfit("it falls back to an endpoint the agent does not have");
        a.endpoint = *next;
        a.tries = 0;
        a.seen_answers = s_.endpoints[*next].answered;
        a.not_before.reset();
        a.status = Status::asking;
    }
    void operator()(const ParameterDropped& p) {
        Activation& a = current();
        s_.endpoints[a.endpoint].dropped.insert(p.name);
        a.status = Status::asking;
    }
    void operator()(const ModelDescribed& p) {
        s_.endpoints[current().endpoint].facts = provider::ModelFacts{p.context, p.remote_host};
    }
    void operator()(const ToolRequest& p) {
        Activation& a = current();
        ToolTurn& turn = a.tools[p.call];
        turn.key = tool_call_hash(p.tool, p.arguments);
        turn.tool = p.tool;
        turn.request = p.request;
        turn.requests += 1;
        turn.open = true;
        turn.in_doubt.clear();
        turn.not_before.reset();
        a.open_tools += 1;
        s_.open_tools += 1;
    }
    void operator()(const ToolCall& p) {
        Activation& a = current();
        ToolTurn& turn = answered_tool(a, p.call, p.duration_ms);
        turn.result = p.message;
        turn.output = p.output;
        turn.succeeded = true;
        if (p.request.empty()) return; // it succeeded before
        a.results.emplace(turn.key, p.message);
        a.succeeded.insert(turn.tool);
    }
    void operator()(const ToolError& p) {
        ToolTurn& turn = answered_tool(current(), p.call, p.duration_ms);
        turn.result = p.message;
        if (!p.request.empty() && p.message.empty()) turn.tries += 1;
        turn.error = p;
    }
    void operator()(const ApprovalPending& p) {
        ToolTurn& turn = current().tools[p.call];
        turn.approval = ToolTurn::Approval::pending;
        turn.approval_hash = p.hash;
    }
    /// A decision about another call, or about one that was decided, decides nothing.
    void operator()(const ApprovalDecided& p) {
        Activation& a = current();
        const auto it = a.tools.find(p.call);
        if (it == a.tools.end() || it->second.approval != ToolTurn::Approval::pending) return;
        if (it->second.approval_hash != p.hash) return;
        it->second.approval =
            p.verdict == "approve" ? ToolTurn::Approval::granted : ToolTurn::Approval::denied;
        it->second.decided_by = p.by;
    }
    void operator()(const ContractViolation& p) {
        Activation& a = current();
        if (p.message.empty()) { // nobody was asked again
            a.noted.insert(violation_key(p.rule, p.call));
            return;
        }
        a.active_ms = a.active().ms();
        a.tools.clear();
        a.head = p.message;
        if (p.rule.empty() || p.rule == "output_schema") a.repairs += 1;
        a.status = Status::asking;
    }
    void operator()(const Warning&) {}

  private:
    [[nodiscard]] base::Error unfit(std::string_view why) const {
        return {base::Fault::store, base::format("event {} does not fit this journal: {}", e_.seq, why)};
    }

    std::size_t node_named(const std::string& name) const {
        const auto node = plan_.node(name);
        if (!node) throw unfit(base::format("the system has no agent '{}'", name));
        return *node;
    }

    [[nodiscard]] Place target(std::size_t from, std::size_t to, std::int64_t generation) const {
        for (const EdgePlan& edge : plan_.nodes[from].next) {
            if (edge.to == to) return {generation + (edge.again ? 1 : 0), to};
        }
        throw unfit(base::format("the system has no edge from '{}' to '{}'", plan_.nodes[from].name,
                                 plan_.nodes[to].name));
    }

    [[nodiscard]] std::size_t index_of(const Activation& a) const {
        return static_cast<std::size_t>(&a - s_.activations.data());
    }

    /// Nothing more follows of an answer that everybody has who gets it.
    void retire(const Activation& a) {
        if (a.status != Status::finished) return;
        const NodePlan& node = plan_.nodes[a.node];
        const std::size_t to = node.next.size() + (node.reports_to ? 1U : 0U);
        if (a.handed_to.size() + a.passed_over.size() >= to) s_.live.erase(index_of(a));
    }

    /// Whether somebody could still use the answer of an agent that failed: no join went on without it, and
    /// the agent has not had its next turn.
    [[nodiscard]] bool counts_still(std::size_t index) const {
        const Activation& a = s_.activations[index];
        if (s_.last_of.at(a.node) != index) return false;
        const NodePlan& node = plan_.nodes[a.node];
        if (node.reports_to) {
            const Activation* asked = s_.at({a.generation, *node.reports_to});
            return asked == nullptr || !asked->has_reports;
        }
        return node.next.empty() ||
               std::any_of(node.next.begin(), node.next.end(), [&](const EdgePlan& edge) {
                   return s_.at({a.generation + (edge.again ? 1 : 0), edge.to}) == nullptr;
               });
    }

    void start_over(std::size_t index) {
        const Activation& a = s_.activations[index];
        Activation fresh;
        fresh.node = a.node;
        fresh.endpoint = plan_.nodes[a.node].endpoint;
        fresh.generation = a.generation;
        fresh.turn = a.turn;
        fresh.input = fresh.head = a.input;
        fresh.usage = a.usage;
        fresh.calls = a.calls;
        if (a.draft) take_up_delegation(a, fresh);
        s_.activations[index] = std::move(fresh);
        s_.failed -= 1;
        s_.live.insert(index);
    }

    /// What it answered first, and what its delegates made of that, was paid for: it goes on from there.
    static void take_up_delegation(const Activation& a, Activation& fresh) {
        fresh.answer = fresh.draft = a.draft;
        fresh.step = fresh.draft_step = a.draft_step;
        fresh.delegated_to = a.delegated_to;
        fresh.not_asked = a.not_asked;
        fresh.reports = a.reports;
        fresh.has_reports = a.has_reports;
        fresh.reports_message = a.reports_message;
        fresh.head = a.has_reports ? a.reports_message : a.draft->message;
        fresh.status = a.has_reports ? Status::asking : Status::delegating;
    }

    /// The activation the event is about: the latest of its agent.
    Activation& current() {
        const auto node = plan_.node(e_.agent);
        const auto it = node ? s_.last_of.find(*node) : s_.last_of.end();
        if (it == s_.last_of.end()) throw unfit(base::format("agent '{}' has not started", e_.agent));
        return s_.activations[it->second];
    }

    static void answered(EndpointHealth& health) {
        health.answered += 1;
        health.since_pause += 1;
        if (health.window == 0) return;
        health.credit += 1;
        if (health.window >= health.steady && health.credit < health.window) return;
        health.window += 1;
        health.credit = 0;
    }

    /// Refusals of calls that were under way together are one event: the first one shrinks the window.
    void pause(EndpointHealth& health, base::Duration wish) {
        const base::Time until = e_.time + wish;
        const bool fresh = !health.paused_until || *health.paused_until <= e_.time;
        if (fresh) {
            health.steady = std::max<std::int64_t>(health.since_pause / 2, 1);
            health.window = 1;
            health.credit = health.since_pause = 0;
        }
        health.paused_until = fresh ? until : std::max(*health.paused_until, until);
    }

    void pin(const std::vector<Pin>& pins) {
        for (const Pin& fresh : pins) {
            std::erase_if(s_.pins, [&](const Pin& old) {
                return old.role == fresh.role && old.kind == fresh.kind &&
                       old.namespace_ == fresh.namespace_ && old.name == fresh.name;
            });
            s_.pins.push_back(fresh);
        }
    }

    /// What follows is another run's: it was never interrupted, no call of it is under way, and it knows
    /// nothing yet of how endpoints are.
    void fork(const TaskForked& p) {
        pin(p.pins);
        s_.away = s_.away + (e_.time - s_.last_time);
        s_.interrupted = false;
        s_.waiting = 0;
        for (const auto& [call, open] : s_.open)
            s_.activations[open.activation].status = Status::asking;
        forget_calls();
        for (Activation& a : s_.activations)
            forget_grants(a);
        s_.endpoints.clear();
        for (const Rebase& changed : p.conversations) {
            const auto node = plan_.node(changed.agent);
            const auto it =
                node ? s_.activation_at.find({changed.generation, *node}) : s_.activation_at.end();
            if (it == s_.activation_at.end()) throw unfit("it changes an agent that has not started");
            s_.activations[it->second].input = changed.input;
            s_.activations[it->second].head = changed.message;
        }
        for (const AgentChange& change : p.changes) {
            if (change.field == "model_ref") ask_anew(change.agent);
        }
    }

    /// Its next call goes to another model, which has not failed yet.
    void ask_anew(const std::string& agent) {
        for (Activation& a : s_.activations) {
            if (plan_.nodes[a.node].declared != agent) continue;
            if (a.status == Status::finished || a.status == Status::failed) continue;
            a.endpoint = plan_.nodes[a.node].endpoint;
            a.refused = 0;
            a.tries = 0;
            a.not_before.reset();
            if (a.status == Status::errored) a.status = Status::asking;
        }
    }

    /// Nothing is under way any more. Tools may have done what they were asked to.
    void forget_calls() {
        s_.open.clear();
        s_.open_at.clear();
        s_.reserved = 0;
        s_.reserved_cost = {};
        for (Activation& a : s_.activations)
            doubt_tools(a);
    }

    void close(const std::string& call) {
        const auto it = s_.open.find(call);
        if (it == s_.open.end()) return;
        s_.reserved -= it->second.reserved;
        s_.reserved_cost.picos -= it->second.reserved_cost.value_or(base::Usd{}).picos;
        s_.open_at[it->second.endpoint] -= 1;
        s_.open.erase(it);
    }

    /// What was under way when the run stopped. An approval was for that one request.
    void doubt_tools(Activation& a) {
        for (auto& [call, turn] : a.tools) {
            if (!turn.open) continue;
            turn.open = false;
            turn.in_doubt = turn.request;
            turn.approval = ToolTurn::Approval::none;
        }
        a.open_tools = 0;
        s_.open_tools = 0;
    }

    /// Calls of one step overlap, unless the agent makes them one after another.
    void spend(Activation& a, ToolTurn& turn, std::int64_t ms) const {
        const bool one_by_one = plan_.nodes[a.node].stops_on_first_tool();
        (one_by_one ? a.active_ms : turn.active_ms) += ms;
    }

    /// What a person allowed was one call of the other run.
    static void forget_grants(Activation& a) {
        for (auto& [call, turn] : a.tools) {
            if (turn.result.empty() && turn.approval == ToolTurn::Approval::granted)
                turn.approval = ToolTurn::Approval::none;
        }
    }

    ToolTurn& answered_tool(Activation& a, const std::string& call, std::int64_t duration_ms) {
        ToolTurn& turn = a.tools[call];
        spend(a, turn, duration_ms);
        if (!turn.open) return turn; // it did not run
        turn.open = false;
        a.open_tools -= 1;
        s_.open_tools -= 1;
        return turn;
    }

    State& s_;
    const Plan& plan_;
    const Event& e_;
};

} // namespace

std::string violation_key(std::string_view rule, std::string_view call) {
    return base::format("{} {}", rule, call);
}

base::Duration Activation::active() const {
    std::int64_t longest = 0;
    for (const auto& [call, each] : tools)
        longest = std::max(longest, each.active_ms);
    return base::milliseconds(active_ms + longest);
}

std::int64_t State::pending_approvals() const {
    std::int64_t count = 0;
    for (const Activation& a : activations) {
        if (a.status != Status::replied) continue;
        count += std::count_if(a.tools.begin(), a.tools.end(), [](const auto& entry) {
            return entry.second.approval == ToolTurn::Approval::pending;
        });
    }
    return count;
}

const Activation* State::at(Place place) const {
    const auto it = activation_at.find(place);
    return it == activation_at.end() ? nullptr : &activations[it->second];
}

const Activation* State::latest(std::size_t node) const {
    const auto it = last_of.find(node);
    return it == last_of.end() ? nullptr : &activations[it->second];
}

void apply(State& state, const Plan& plan, const Event& event) {
    if (event.seq != state.last_seq + 1) {
        throw base::Error(base::Fault::store, base::format("the journal has a gap: event {} follows {}",
                                                           event.seq, state.last_seq));
    }
    if (const std::string why = objection(state, plan, event); !why.empty()) {
        throw base::Error(base::Fault::store,
                          base::format("event {} does not fit this journal: {}", event.seq, why));
    }
    std::visit(Fold(state, plan, event), event.payload);
    state.forked = std::holds_alternative<TaskForked>(event.payload);
    state.last_seq = event.seq;
    state.last_time = event.time;
}

std::vector<Pin> changed_pins(const State& state, const Plan& plan) {
    std::vector<Pin> out;
    for (const Revision& revision : plan.revisions) {
        const bool known = std::any_of(state.pins.begin(), state.pins.end(), [&](const Pin& pin) {
            return pin.role == revision.pin.role && pin.hash == revision.pin.hash;
        });
        if (!known) out.push_back(revision.pin);
    }
    return out;
}

} // namespace run
