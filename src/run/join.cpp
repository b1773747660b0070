#include "run/join.hpp"

#include <algorithm>

namespace run {

using resource::JoinFailure;
using Status = Activation::Status;
namespace {

/// Follows the branches of failed agents down to the joins that decide.
class Spread {
  public:
    Spread(const State& state, const Plan& plan, Damage& out) : s_(state), plan_(plan), out_(out) {}

    void from(std::size_t activation) {
        const Activation& a = s_.activations[activation];
        origin_ = activation;
        if (a.problem.fault == base::Fault::policy) return fatal();
        open_ = {{a.generation, a.node}};
        while (!open_.empty()) {
            const Place here = open_.back();
            open_.pop_back();
            if (!done_.insert(here).second) continue;
            if (s_.at(here) == nullptr) out_.lost.insert(here);
            branch(here);
        }
    }

  private:
    void fatal() {
        if (out_.fatal.empty() || out_.fatal.back() != origin_) out_.fatal.push_back(origin_);
    }

    void branch(Place here) {
        const NodePlan& node = plan_.nodes[here.node];
        if (node.reports_to) {
            // Its delegator decides when no report is left to wait for, and may fail itself.
            if (plan_.nodes[*node.reports_to].delegate_join.on_failure == JoinFailure::deadletter) fatal();
            return;
        }
        if (node.next.empty()) return fatal();
        for (const EdgePlan& edge : node.next) {
            // No chain of hand-overs gets further, so nothing else would arrive there either.
            if (edge.again && here.generation >= plan_.spec.max_turns) return fatal();
            reach({here.generation + (edge.again ? 1 : 0), edge.to}, here.node, edge.again);
        }
    }

    void reach(Place to, std::size_t from, bool again) {
        const JoinPlan& join = plan_.nodes[to.node].join;
        const bool is_join = join.declared || plan_.expected(to.node, to.generation) > 1;
        if (join.on_failure == JoinFailure::deadletter) {
            if (is_join || again) return fatal();
            open_.push_back(to); // it can only run with that answer
            return;
        }
        const Inbox* in = s_.flow.find(to);
        if (in != nullptr && in->fate != Inbox::Fate::waiting) return; // it went on without
        std::vector<Lost>& failed = out_.failed[to];
        failed.push_back({from, origin_});
        if (in == nullptr && plan_.expected(to.node, to.generation) > failed.size()) return;
        if (in != nullptr && (!in->arrived.empty() || in->missing + failed.size() < in->expected)) return;
        open_.push_back(to); // all its branches failed
    }

    const State& s_;
    const Plan& plan_;
    Damage& out_;
    std::size_t origin_ = 0;
    std::vector<Place> open_;
    std::set<Place> done_;
};

std::size_t needed(const resource::Join& rule, const Intake& in) {
    if (in.expected == 0) return 0; // nobody hands over to it: there is nothing to wait for
    const bool counts_failed = rule.mode == resource::JoinMode::quorum
                                   ? rule.on_failure != JoinFailure::skip
                                   : rule.on_failure == JoinFailure::deadletter;
    const std::size_t gone = counts_failed ? 0 : in.failed;
    const std::size_t total = in.expected - in.missing - gone;
    if (rule.mode == resource::JoinMode::wait_for_all) return total;
    const auto percent = static_cast<std::size_t>(rule.quorum_percent);
    const std::size_t share = (total * percent + 99) / 100;
    const std::size_t wanted = std::max(static_cast<std::size_t>(rule.quorum_count), share);
    return std::clamp<std::size_t>(wanted == 0 ? total : wanted, 1,
                                   std::max<std::size_t>(in.expected - gone, 1));
}

} // namespace

Damage damage_of(const State& state, const Plan& plan) {
    Damage out;
    if (state.failed == 0) return out;
    Spread spread(state, plan, out);
    for (std::size_t i = 0; i < state.activations.size(); ++i) {
        if (state.activations[i].status == Status::failed) spread.from(i);
    }
    return out;
}

Standing standing_of(const resource::Join& rule, const Intake& in) {
    Standing out;
    out.have = in.arrived;
    out.need = needed(rule, in);
    const std::size_t open = in.expected - std::min(in.expected, in.missing + in.failed + in.arrived);
    const bool enough = in.arrived >= out.need && (in.arrived > 0 || in.expected == 0);
    if (enough) {
        out.verdict = Standing::Verdict::ready;
    } else if (in.arrived == 0) {
        out.verdict = open == 0 && in.failed > 0 ? Standing::Verdict::abandoned : Standing::Verdict::waits;
    } else if (rule.on_failure == JoinFailure::continue_partial) {
        out.verdict = open == 0 ? Standing::Verdict::ready : Standing::Verdict::waits;
    } else {
        out.verdict = in.arrived + open < out.need ? Standing::Verdict::starved : Standing::Verdict::waits;
    }
    return out;
}

Standing standing_at(const State& state, const Plan& plan, const Damage& damage, Place place) {
    Intake intake;
    intake.expected = plan.expected(place.node, place.generation);
    if (const Inbox* in = state.flow.find(place)) {
        intake.arrived = in->arrived.size();
        intake.missing = in->missing;
    }
    if (const auto failed = damage.failed.find(place); failed != damage.failed.end())
        intake.failed = failed->second.size();
    return standing_of(plan.nodes[place.node].join, intake);
}

Standing standing_of_reports(const State& state, const Plan& plan, const Activation& a,
                             std::vector<std::size_t>& failed) {
    const NodePlan& node = plan.nodes[a.node];
    Intake intake;
    intake.expected = node.delegates.size();
    intake.missing = a.not_asked.size();
    intake.arrived = a.reports.size();
    for (const std::size_t delegate : a.delegated_to) {
        const Activation* asked = state.at({a.generation, delegate});
        if (asked != nullptr && asked->status == Status::failed) failed.push_back(delegate);
    }
    intake.failed = failed.size();
    return standing_of(node.delegate_join, intake);
}

bool failing(const State& state, const Plan& plan) {
    return state.failed > 0 && !damage_of(state, plan).fatal.empty();
}

} // namespace run
