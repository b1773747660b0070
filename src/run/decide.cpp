#include "run/decide.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "run/decide_parts.hpp"
#include "run/prompt.hpp"

namespace run {

using namespace trace;
using Status = Activation::Status;

namespace {

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
            out_.tool_asks.clear();
            out_.wake.reset();
            if (s_.open.empty() && s_.open_tools == 0) after_failure();
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
        if (a.status == Status::finished) return hand_over(a);
        next_of_agent({s_, plan_, transcript_, now_}, index, out_);
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
        return s_.open.empty() && s_.open_tools == 0 && out_.asks.empty() && out_.tool_asks.empty() &&
               !out_.wake &&
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
