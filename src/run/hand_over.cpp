// Where an answer goes: which edges and delegates get it, and when the reports of delegates are in.
#include <algorithm>

#include "base/text.hpp"
#include "run/condition.hpp"
#include "run/decide_parts.hpp"
#include "run/join.hpp"
#include "run/prompt.hpp"

namespace run {

using namespace trace;

namespace {

/// An edge and what became of it.
struct Routed {
    const EdgePlan* edge = nullptr;
    bool taken = false;
    std::string condition; ///< that held, or did not
};

std::string words_of(const EdgePlan& edge) {
    std::vector<std::string> parts;
    for (const resource::Condition& condition : edge.conditions)
        parts.push_back(render(condition));
    if (edge.otherwise) parts.emplace_back("default");
    return base::join(parts, " or ");
}

/// Unconditional edges are taken, and those of which a condition holds; when none does, the default ones.
std::vector<Routed> route(const std::vector<EdgePlan>& edges, std::string_view answer) {
    std::vector<Routed> out;
    bool matched = false;
    for (const EdgePlan& edge : edges) {
        Routed routed{&edge, !edge.conditional(), {}};
        for (const resource::Condition& condition : edge.conditions) {
            if (!holds(condition, answer)) continue;
            matched = true;
            if (routed.taken) break;
            routed.taken = true;
            routed.condition = render(condition);
        }
        out.push_back(std::move(routed));
    }
    for (Routed& routed : out) {
        if (routed.taken) continue;
        routed.taken = routed.edge->otherwise && !matched;
        routed.condition = routed.taken ? "default" : words_of(*routed.edge);
    }
    return out;
}

/// Writes down what becomes of the edges of one answer.
class Routing {
  public:
    Routing(const Situation& at, const Activation& a, std::string role, Decision& out)
        : at_(at), a_(a), role_(std::move(role)), out_(out) {}

    /// Of edges whose targets are in neither set. `cut`: the reason why none can be taken any more; "" when
    /// they can.
    void write(const std::vector<EdgePlan>& edges, std::string_view answer, std::string_view cut,
               const std::set<std::size_t>& given, const std::set<std::size_t>& passed_over) {
        for (const Routed& routed : route(edges, answer)) {
            if (given.contains(routed.edge->to) || passed_over.contains(routed.edge->to)) continue;
            if (routed.taken && cut.empty())
                give(routed);
            else
                skip(routed, cut);
        }
    }

  private:
    const std::string& name(std::size_t node) const { return at_.plan.nodes[node].name; }

    void give(const Routed& routed) {
        HandOff out;
        out.from = name(a_.node);
        out.to = name(routed.edge->to);
        out.condition = routed.condition;
        out.generation = a_.generation;
        out.role = role_;
        put(std::move(out));
    }

    void skip(const Routed& routed, std::string_view cut) {
        if (routed.taken && cut == "max_turns") tell_of_max_turns();
        EdgeSkipped out;
        out.from = name(a_.node);
        out.to = name(routed.edge->to);
        out.condition = routed.condition;
        out.reason = routed.taken ? std::string(cut) : "condition";
        out.generation = a_.generation;
        out.role = role_;
        put(std::move(out));
    }

    /// Once a run.
    void tell_of_max_turns() {
        const bool told = std::any_of(out_.drafts.begin(), out_.drafts.end(), [](const Draft& draft) {
            const auto* decision = std::get_if<PolicyDecision>(&draft.payload);
            return decision != nullptr && decision->rule == "max_turns";
        });
        if (told || at_.state.truncated) return;
        PolicyDecision stop;
        stop.rule = "max_turns";
        stop.verdict = "deny";
        stop.used = a_.turn;
        stop.limit = at_.plan.spec.max_turns;
        put(std::move(stop));
    }

    void put(Payload payload) { out_.drafts.push_back({name(a_.node), a_.step, std::move(payload)}); }

    const Situation& at_;
    const Activation& a_;
    std::string role_;
    Decision& out_;
};

std::string_view out_of_turns(const Situation& at, const Activation& a) {
    const std::int64_t most = at.plan.spec.max_turns;
    return most > 0 && a.turn >= most ? "max_turns" : "";
}

void report(const Situation& at, const Activation& a, Decision& out) {
    const NodePlan& node = at.plan.nodes[a.node];
    if (!node.reports_to || a.handed_to.contains(*node.reports_to)) return;
    HandOff done;
    done.from = node.name;
    done.to = at.plan.nodes[*node.reports_to].name;
    done.generation = a.generation;
    done.role = "report";
    out.drafts.push_back({node.name, a.step, std::move(done)});
}

void take_reports(const Situation& at, const Activation& a, const std::vector<std::size_t>& failed,
                  Decision& out) {
    const auto answer_of = [&](std::size_t activation) {
        return provider::text_of(at.transcript.message(at.state.activations[activation].head));
    };
    std::vector<std::size_t> from = a.reports;
    std::sort(from.begin(), from.end(), [&](std::size_t x, std::size_t y) {
        return at.state.activations[x].node < at.state.activations[y].node;
    });
    DelegatesReported done;
    std::vector<HandedOver> reports;
    for (const std::size_t activation : from) {
        done.from.push_back(at.plan.nodes[at.state.activations[activation].node].name);
        reports.push_back(
            {at.plan.nodes[at.state.activations[activation].node].declared, answer_of(activation)});
    }
    const bool tells =
        at.plan.nodes[a.node].delegate_join.on_failure == resource::JoinFailure::continue_partial;
    for (const std::size_t node : failed) {
        done.without.push_back(at.plan.nodes[node].name);
        if (tells) reports.push_back({at.plan.nodes[node].declared, std::string(nothing_came)});
    }
    done.node = at.plan.nodes[a.node].name;
    done.generation = a.generation;
    done.message = at.transcript.add(head_of(a, at.transcript),
                                     provider::text_message(provider::Role::user, reports_text(reports)));
    out.drafts.push_back({done.node, a.step, std::move(done)});
}

/// Goes on, or fails, when the reports that can come have come.
void await_reports(const Situation& at, const Activation& a, Decision& out) {
    std::vector<std::size_t> failed;
    const Standing standing = standing_of_reports(at.state, at.plan, a, failed);
    switch (standing.verdict) {
    case Standing::Verdict::waits:
        return;
    case Standing::Verdict::ready:
        return take_reports(at, a, failed, out);
    case Standing::Verdict::starved:
    case Standing::Verdict::abandoned:
        break;
    }
    const NodePlan& node = at.plan.nodes[a.node];
    AgentEnd end;
    end.node = node.name;
    end.generation = a.generation;
    end.reason = "failed";
    end.steps = a.step;
    end.usage = trace::told(a.usage);
    end.duration_ms = a.active().ms();
    end.code = base::fault_name(base::Fault::failed);
    end.error = standing.have == 0 ? base::format("agent {}: none of its {} reported", node.name,
                                                  base::counted(a.delegated_to.size(), "delegate"))
                                   : base::format("agent {}: {} of the {} it needs came", node.name,
                                                  standing.have, base::counted(standing.need, "report"));
    for (const std::size_t delegate : failed) {
        const Activation* asked = at.state.at({a.generation, delegate});
        end.error += "; " + asked->problem.text;
        end.code = base::fault_name(asked->problem.fault);
        end.hint = asked->problem.hint;
        end.retryable = end.retryable || asked->problem.retryable;
    }
    out.drafts.push_back({node.name, a.step, std::move(end)});
}

} // namespace

void hand_over(const Situation& at, const Activation& a, Decision& out) {
    const NodePlan& node = at.plan.nodes[a.node];
    report(at, a, out);
    if (node.next.empty()) return;
    const std::string answer = provider::text_of(at.transcript.message(a.head));
    Routing(at, a, "", out).write(node.next, answer, out_of_turns(at, a), a.handed_to, a.passed_over);
}

bool delegates_first(const Situation& at, const Activation& a, Decision& out) {
    const NodePlan& node = at.plan.nodes[a.node];
    if (node.delegates.empty() || a.has_reports) return false;
    const std::size_t before = out.drafts.size();
    if (a.delegated_to.size() + a.not_asked.size() < node.delegates.size()) {
        std::string_view cut = out_of_turns(at, a);
        if (cut.empty() && a.step >= node.agent.limits.max_steps) cut = "max_steps"; // nobody could read them
        const std::string answer = provider::text_of(at.transcript.message(a.answer->message));
        Routing(at, a, "delegate", out).write(node.delegates, answer, cut, a.delegated_to, a.not_asked);
    }
    if (out.drafts.size() > before) return true;
    if (a.delegated_to.empty()) return false;
    await_reports(at, a, out);
    return true;
}

} // namespace run
