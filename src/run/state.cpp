#include "run/state.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace run {

using namespace trace;
using Status = Activation::Status;

namespace {

/// The endpoint has more to do than it can.
bool is_pressure(const ModelError& error) {
    return error.kind == schema::name_of(provider::Refusal::Kind::rate_limit) ||
           error.kind == schema::name_of(provider::Refusal::Kind::overloaded);
}

void add(Tokens& sum, const Tokens& more) {
    sum.input += more.input;
    sum.output += more.output;
    sum.cache_read += more.cache_read;
    sum.cache_write += more.cache_write;
    sum.reasoning += more.reasoning;
    if (more.source != sum.source && (more.input > 0 || more.output > 0)) sum.source = "estimated";
}

class Fold {
  public:
    Fold(State& state, const Plan& plan, const Event& event) : s_(state), plan_(plan), e_(event) {}

    void operator()(const TaskStart&) {
        s_.running = true;
        s_.started = e_.time;
    }
    void operator()(const TaskEnd& p) {
        s_.running = false;
        s_.end = p;
    }
    void operator()(const TaskInterrupted& p) {
        s_.interrupted = true;
        s_.waiting = p.approvals;
    }
    void operator()(const TaskResumed&) {
        s_.away = s_.away + (e_.time - s_.last_time);
        s_.interrupted = false;
        s_.waiting = 0;
        for (const auto& [call, open] : s_.open) {
            Activation& a = s_.activations[open.activation];
            a.status = Status::asking;
            a.in_doubt = call;
        }
        s_.open.clear();
        s_.open_at.clear();
        s_.reserved = 0;
        for (Activation& a : s_.activations)
            doubt_tools(a);
        for (auto& [endpoint, health] : s_.endpoints) { // it may be another one now
            health.facts.reset();
            health.dropped.clear();
        }
    }
    void operator()(const TaskCancelled&) {}
    void operator()(const TaskRetryScheduled& p) {
        s_.attempt = p.next_attempt;
        s_.not_before = e_.time + base::milliseconds(p.delay_ms);
        // Only what failed is done again: what other agents answered was paid for and stays.
        for (Activation& a : s_.activations) {
            if (a.status != Status::failed) continue;
            Activation fresh;
            fresh.node = a.node;
            fresh.endpoint = plan_.nodes[a.node].endpoint;
            fresh.generation = a.generation;
            fresh.turn = a.turn;
            fresh.input = fresh.head = a.input;
            fresh.usage = a.usage;
            fresh.calls = a.calls;
            a = fresh;
        }
    }
    void operator()(const AgentStart& p) {
        const auto node = plan_.node(p.node);
        if (!node) throw unfit("it starts an agent the system does not have");
        const bool fresh = s_.by_generation.try_emplace({*node, p.generation}, s_.activations.size()).second;
        if (!fresh) return; // a later attempt starts it again
        Activation a;
        a.node = *node;
        a.endpoint = plan_.nodes[*node].endpoint;
        a.generation = p.generation;
        a.turn = p.turn;
        a.input = a.head = p.message;
        s_.last_of[*node] = s_.activations.size();
        s_.activations.push_back(std::move(a));
    }
    void operator()(const AgentEnd& p) {
        Activation& a = current();
        a.reason = p.reason;
        a.status = p.code.empty() ? Status::finished : Status::failed;
        if (p.code.empty()) {
            a.head = p.message;
            return;
        }
        a.problem = {base::fault_named(p.code), p.error, p.hint, p.retryable};
    }
    void operator()(const HandOff& p) {
        const auto to = plan_.node(p.to);
        const auto from = plan_.node(p.from);
        if (!from || !to) throw unfit("it hands over to an agent the system does not have");
        const auto it = s_.by_generation.find({*from, p.generation});
        if (it == s_.by_generation.end()) return;
        s_.activations[it->second].handed_to.insert(*to);
        const std::int64_t lap = plan_.nodes[*to].restarted_by(*from) ? 1 : 0;
        s_.inbox[{*to, p.generation + lap}].push_back(it->second);
    }
    void operator()(const JoinWait&) {}
    void operator()(const JoinOpen&) {}
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
        s_.open[p.call] = open;
        s_.open_at[open.endpoint] += 1;
        s_.reserved += open.reserved;
    }
    void operator()(const ModelCall& p) {
        close(p.call);
        s_.calls += 1;
        add(s_.used, p.usage);
        Activation& a = current();
        add(a.usage, p.usage);
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
            add(s_.used, *p.usage);
            add(a.usage, *p.usage);
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

    void close(const std::string& call) {
        const auto it = s_.open.find(call);
        if (it == s_.open.end()) return;
        s_.reserved -= it->second.reserved;
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

bool State::failing() const {
    return std::any_of(activations.begin(), activations.end(),
                       [](const Activation& a) { return a.status == Status::failed; });
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
    std::visit(Fold(state, plan, event), event.payload);
    state.last_seq = event.seq;
    state.last_time = event.time;
}

} // namespace run
