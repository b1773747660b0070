#include "run/decide.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "run/decide_parts.hpp"
#include "run/ending.hpp"
#include "run/join.hpp"
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
        for (const std::size_t i : s_.live)
            next_of_agent({s_, plan_, transcript_, now_}, i, out_);
        damage_ = damage_of(s_, plan_);
        if (damage_.fatal.empty()) start_ready();
        if (!out_.drafts.empty()) {
            out_.asks.clear();
            return std::move(out_);
        }
        if (!damage_.fatal.empty() || !starved_.empty()) {
            fail();
        } else if (idle()) {
            finish();
        }
        return std::move(out_);
    }

  private:
    void draft(std::string agent, Payload payload) {
        out_.drafts.push_back({std::move(agent), 0, std::move(payload)});
    }

    const NodePlan& node(const Activation& a) const { return plan_.nodes[a.node]; }

    void start_ready() {
        for (const Place place : s_.flow.candidates()) {
            if (!has_its_turn(place)) continue;
            const Standing standing = standing_at(s_, plan_, damage_, place);
            const Inbox* in = s_.flow.find(place);
            const bool opened = in != nullptr && in->fate == Inbox::Fate::opened;
            if (opened || standing.verdict == Standing::Verdict::ready)
                start(place, standing, opened);
            else if (standing.verdict == Standing::Verdict::starved)
                starved_.push_back(place);
            else if (in != nullptr && in->announced < in->arrived.size())
                draft("", JoinWait{plan_.nodes[place.node].name, static_cast<std::int64_t>(standing.have),
                                   static_cast<std::int64_t>(standing.need), place.generation});
        }
    }

    /// An agent has one turn at a time, in the order of generations.
    bool has_its_turn(Place place) const {
        const Activation* latest = s_.latest(place.node);
        const bool over =
            latest == nullptr || latest->status == Status::finished || latest->status == Status::failed;
        if (!over || plan_.nodes[place.node].reports_to) return over; // its delegator is in the right order
        Place between{latest == nullptr ? 1 : latest->generation + 1, place.node};
        for (; between < place; ++between.generation) {
            if (!s_.flow.skipped(between) && !damage_.lost.contains(between)) return false;
        }
        return true;
    }

    void start(Place place, const Standing& standing, bool opened) {
        const NodePlan& n = plan_.nodes[place.node];
        std::vector<std::size_t> from;
        if (const Inbox* in = s_.flow.find(place)) from = in->arrived;
        std::sort(from.begin(), from.end(), [&](std::size_t x, std::size_t y) {
            return s_.activations[x].node <
                   s_.activations[y].node; // the order must not depend on who was faster
        });
        std::vector<HandedOver> handed_over;
        std::int64_t turn = 0;
        for (const std::size_t source : from) {
            const Activation& a = s_.activations[source];
            handed_over.push_back({node(a).name, provider::text_of(transcript_.message(answer_of(a, n)))});
            turn = std::max(turn, a.turn);
        }
        const std::vector<std::string> without = failed_names(place);
        if (n.join.on_failure == resource::JoinFailure::continue_partial) {
            for (const std::string& name : without)
                handed_over.push_back({name, std::string(nothing_came)});
        }
        if (!opened && plan_.expected(place.node, place.generation) > 1) open(place, standing, without);
        std::string head;
        if (!n.agent.prompt.empty()) {
            head = transcript_.add(head, provider::text_message(provider::Role::system, n.agent.prompt));
        }
        head = transcript_.add(
            head, provider::text_message(provider::Role::user, input_text(plan_.spec.input, handed_over)));
        AgentStart start;
        start.node = n.name;
        start.generation = place.generation;
        start.turn = turn + 1;
        start.endpoint = plan_.endpoints[n.endpoint].name.name;
        start.provider = std::string(plan_.endpoints[n.endpoint].provider->name);
        start.model = plan_.endpoints[n.endpoint].endpoint.model;
        start.message = head;
        draft(n.name, std::move(start));
    }

    /// What `to` is given of an agent: its answer, or what it said when it delegated.
    static const std::string& answer_of(const Activation& from, const NodePlan& to) {
        return to.reports_to ? from.draft->message : from.head;
    }

    std::vector<std::string> failed_names(Place place) const {
        std::vector<std::string> out;
        if (const auto failed = damage_.failed.find(place); failed != damage_.failed.end()) {
            for (const Lost& lost : failed->second)
                out.push_back(plan_.nodes[lost.node].name);
        }
        return out;
    }

    void open(Place place, const Standing& standing, const std::vector<std::string>& without) {
        const std::string& name = plan_.nodes[place.node].name;
        if (!without.empty())
            draft("", Warning{base::format("{} goes on without {}", name, base::join(without, ", "))});
        JoinOpen open;
        open.node = name;
        open.have = static_cast<std::int64_t>(standing.have);
        open.need = static_cast<std::int64_t>(standing.need);
        open.generation = place.generation;
        open.without = without;
        draft("", std::move(open));
    }

    /// Nothing is under way and nothing waits.
    bool idle() const {
        return s_.open.empty() && s_.open_tools == 0 && out_.asks.empty() && out_.tool_asks.empty() &&
               !out_.wake && s_.live.empty();
    }

    /// Whose answers are the run's: nobody was given them. Where there is a cycle, what max_turns cut off
    /// (`cut`) counts only when no other has answered.
    std::vector<std::string> sinks() const {
        std::vector<std::string> out = sinks(!plan_.cyclic);
        return out.empty() ? sinks(true) : out;
    }
    std::vector<std::string> sinks(bool cut) const {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
            const Activation* a = s_.latest(i);
            if (a == nullptr || a->status != Status::finished || !a->handed_to.empty()) continue;
            if (cut || !a->cut) out.push_back(plan_.nodes[i].name);
        }
        return out;
    }

    /// Nothing is under way and nothing waits.
    void finish() {
        if (unsatisfied()) return fail();
        TaskEnd end = totals(s_, plan_, transcript_, now_);
        end.sinks = sinks();
        end.phase = "Succeeded";
        end.stopped_reason = s_.truncated ? "max_turns" : "completed";
        for (const Activation& a : s_.activations) {
            if (a.reason == "max_steps" || a.out_of_steps) end.stopped_reason = "max_steps";
        }
        if (s_.failed > 0) end.stopped_reason = "partial";
        draft("", std::move(end));
    }

    /// What still waits now waits for ever; a failure that a join was to make up for counts after all when
    /// nothing else arrived there.
    bool unsatisfied() {
        for (const Place place : s_.flow.candidates())
            starved_.push_back(place);
        for (const auto& [place, sources] : damage_.failed) {
            const Inbox* in = s_.flow.find(place);
            if (in != nullptr && !in->arrived.empty()) continue;
            if (damage_.lost.contains(place)) continue; // a join further down made up for it
            for (const Lost& lost : sources)
                damage_.fatal.push_back(lost.activation);
        }
        return !starved_.empty() || !damage_.fatal.empty();
    }

    /// What is under way may end, nothing new begins; then comes the next attempt or the end.
    void fail() {
        out_.asks.clear();
        out_.tool_asks.clear();
        out_.wake.reset();
        if (!s_.open.empty() || s_.open_tools > 0) return;
        const Problem worst = damage_.fatal.empty() ? starvation() : worst_problem();
        const bool again = worst.retryable && s_.attempt < plan_.spec.retry.max_attempts;
        if (again) {
            TaskRetryScheduled retry;
            retry.next_attempt = s_.attempt + 1;
            retry.delay_ms = task_delay(plan_.spec.retry, s_.attempt).ms();
            retry.reason = worst.text;
            return draft("", std::move(retry));
        }
        TaskEnd end = totals(s_, plan_, transcript_, now_);
        end.phase = worst.retryable ? "DeadLetter" : "Failed";
        end.stopped_reason = worst.fault == base::Fault::policy ? "policy" : "failed";
        end.code = base::fault_name(worst.fault);
        end.message = worst.text;
        end.hint = worst.hint;
        draft("", std::move(end));
    }

    /// Why the first join that can no longer be satisfied cannot.
    Problem starvation() const {
        const Place place = starved_.front();
        const NodePlan& n = plan_.nodes[place.node];
        const Standing standing = standing_at(s_, plan_, damage_, place);
        std::string text = base::format("the join at {} can no longer be satisfied: it needs {}, {} arrived",
                                        n.name, base::counted(standing.need, "input"), standing.have);
        std::vector<std::string> arrived;
        std::vector<std::string> absent;
        const Inbox* in = s_.flow.find(place);
        for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
            for (const EdgePlan& edge : plan_.nodes[i].next) {
                if (edge.to != place.node) continue;
                const std::int64_t generation = place.generation - (edge.again ? 1 : 0);
                if (generation < 1) continue;
                const Activation* source = s_.at({generation, i});
                const std::string& name = plan_.nodes[i].name;
                if (source == nullptr)
                    absent.push_back(name + " did not run");
                else if (source->status == Status::failed)
                    absent.push_back(name + " failed");
                else if (source->passed_over.contains(place.node))
                    absent.push_back(name + " took another edge");
                else
                    arrived.push_back(name);
            }
        }
        if (in != nullptr && !arrived.empty()) text += " (from " + base::join(arrived, ", ") + ")";
        if (!absent.empty()) text += "; " + base::join(absent, ", ");
        return {base::Fault::failed, std::move(text),
                base::format("lower the quorum of graph node {}, or set its join.on_failure to "
                             "continue_partial",
                             n.name),
                false};
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
        for (const std::size_t i : damage_.fatal) {
            const Problem& problem = s_.activations[i].problem;
            if (worst == nullptr || rank(problem) > rank(*worst)) worst = &problem;
        }
        return *worst;
    }

    const State& s_;
    const Plan& plan_;
    Transcript& transcript_;
    base::Time now_;
    Decision out_;
    Damage damage_;
    std::vector<Place> starved_; // joins that can no longer be satisfied
};

} // namespace

Decision decide(const State& state, const Plan& plan, Transcript& transcript, base::Time now) {
    return Decider(state, plan, transcript, now).run();
}

} // namespace run
