#include "run/state.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace run {

using namespace trace;
using Status = Activation::Status;

namespace {

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
    void operator()(const TaskInterrupted&) { s_.interrupted = true; }
    void operator()(const TaskResumed&) {
        s_.away = s_.away + (e_.time - s_.last_time);
        s_.interrupted = false;
        for (const auto& [call, open] : s_.open) {
            Activation& a = s_.activations[open.activation];
            a.status = Status::asking;
            a.in_doubt = call;
        }
        s_.open.clear();
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
        for (Activation& a : s_.activations) {
            if (a.node == *node && a.generation == p.generation) return; // a later attempt starts it again
        }
        Activation a;
        a.node = *node;
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
        for (std::size_t i = 0; i < s_.activations.size(); ++i) {
            Activation& a = s_.activations[i];
            if (a.node != *from || a.generation != p.generation) continue;
            a.handed_to.insert(*to);
            const std::int64_t lap = plan_.nodes[*to].restarted_by(*from) ? 1 : 0;
            s_.inbox[{*to, a.generation + lap}].push_back(i);
        }
    }
    void operator()(const JoinWait&) {}
    void operator()(const JoinOpen&) {}
    void operator()(const PolicyDecision& p) {
        if (p.rule == "max_turns") s_.truncated = true;
    }
    void operator()(const ModelRequest& p) {
        Activation& a = current();
        a.status = Status::calling;
        a.calls += 1;
        a.not_before.reset();
        a.in_doubt.clear();
        a.error.reset();
        OpenCall open;
        open.activation = static_cast<std::size_t>(&a - s_.activations.data());
        open.endpoint = plan_.nodes[a.node].endpoint;
        open.reserved = p.reserved;
        s_.open[p.call] = open;
    }
    void operator()(const ModelCall& p) {
        s_.open.erase(p.call);
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
        a.answered_tools.clear();
    }
    void operator()(const ModelError& p) {
        s_.open.erase(p.call);
        s_.calls += 1;
        Activation& a = current();
        a.active_ms += p.duration_ms;
        a.tries += 1;
        a.status = Status::errored;
        a.error = p;
    }
    void operator()(const RetryScheduled& p) {
        Activation& a = current();
        a.status = Status::asking;
        a.not_before = e_.time + base::milliseconds(p.delay_ms);
        a.active_ms += p.delay_ms;
    }
    void operator()(const Fallback&) {}
    void operator()(const ParameterDropped&) {}
    void operator()(const ToolRequest&) {}
    void operator()(const ToolCall& p) { answer_tool(p.call, p.message); }
    void operator()(const ToolError& p) { answer_tool(p.call, p.message); }
    void operator()(const ApprovalPending&) {}
    void operator()(const ApprovalDecided&) {}
    void operator()(const ContractViolation&) {}
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

    void answer_tool(const std::string& call, const std::string& message) {
        Activation& a = current();
        a.answered_tools.insert(call);
        a.head = message;
    }

    State& s_;
    const Plan& plan_;
    const Event& e_;
};

} // namespace

std::int64_t State::reserved() const {
    std::int64_t sum = 0;
    for (const auto& [call, o] : open)
        sum += o.reserved;
    return sum;
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
