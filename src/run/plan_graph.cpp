#include "run/plan_graph.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace run {

using resource::GraphNode;
using resource::Route;

namespace {

/// Of agents that delegate to agents that delegate there are as many as there are ways through them.
constexpr std::size_t most_copies = 10'000;

/// Routes as edges: each target once, in order. A target that is named unconditionally as well is always
/// taken; its conditions still keep the default edge from being taken.
class Edges {
  public:
    explicit Edges(std::vector<EdgePlan>& out) : out_(out) {}
    void add(std::size_t to, const std::optional<resource::Condition>& condition) {
        const auto known =
            std::find_if(out_.begin(), out_.end(), [&](const EdgePlan& edge) { return edge.to == to; });
        const bool fresh = known == out_.end();
        EdgePlan& edge = fresh ? out_.emplace_back() : *known;
        edge.to = to;
        if (!condition) {
            edge.always = true;
        } else if (condition->is_default) {
            edge.otherwise = true;
        } else {
            edge.conditions.push_back(*condition);
        }
    }

  private:
    std::vector<EdgePlan>& out_;
};

class Linker {
  public:
    Linker(Plan& plan, const resource::AgentSystemSpec& system,
           const std::function<void(std::string)>& problem)
        : plan_(plan), system_(system), problem_(problem) {}

    void link() {
        if (system_.graph.empty()) {
            for (std::size_t i = 1; i < plan_.nodes.size(); ++i)
                plan_.nodes[i - 1].next.push_back({i, {}, false, false, true});
        } else if (names_are_known()) {
            places();
            hand_overs();
            const std::size_t own = plan_.nodes.size(); // their delegates' copies come behind them
            for (std::size_t i = 0; i < own; ++i) {
                if (!single_.contains(plan_.nodes[i].name)) delegates(i);
            }
            if (copies_ >= most_copies) return; // not all of them were made
            for (const auto& [agent, model] : models_) {
                const bool runs = std::any_of(plan_.nodes.begin(), plan_.nodes.end(), [&](const NodePlan& n) {
                    return n.declared == agent && (n.reports_to || !single_.contains(agent));
                });
                if (!runs)
                    problem_(base::format("agent \"{}\" never runs: it only works as a delegate of agents "
                                          "that never run",
                                          agent));
            }
        }
        cycles();
    }

  private:
    [[nodiscard]] bool listed(const std::string& agent) const {
        return std::find(system_.agents.begin(), system_.agents.end(), agent) != system_.agents.end();
    }
    [[nodiscard]] const GraphNode* entry(const std::string& agent) const {
        const auto it = system_.graph.find(agent);
        return it == system_.graph.end() ? nullptr : &it->second;
    }

    bool names_are_known() {
        for (const auto& entry : system_.graph) {
            const std::string& from = entry.first;
            const GraphNode& node = entry.second;
            if (!listed(from)) problem_(base::format("graph node \"{}\" is not listed in spec.agents", from));
            const auto check = [&](const std::string& to) {
                if (!listed(to))
                    problem_(base::format("graph edge \"{}\" -> \"{}\" points to unknown agent", from, to));
            };
            for (const std::string& to : resource::successors(node))
                check(to);
            for (const Route& route : node.delegates)
                check(route.to);
        }
        // Agents that were not found have no node; somebody has been told of them.
        return std::all_of(system_.agents.begin(), system_.agents.end(),
                           [&](const std::string& agent) { return plan_.node(agent).has_value(); });
    }

    /// Which agents have a place of their own: those that hand over or are handed over to, those nobody
    /// delegates to, and those that only work for one that has such a place. The others get one place for
    /// each that delegates to them.
    void places() {
        std::set<std::string> ordinary;
        for (const auto& [from, node] : system_.graph) {
            const auto next = resource::successors(node);
            ordinary.insert(next.begin(), next.end());
            if (!next.empty()) ordinary.insert(from);
            for (const Route& route : node.delegates)
                delegators_[route.to].insert(from);
        }
        std::vector<NodePlan> own;
        for (NodePlan& node : plan_.nodes) {
            models_.emplace(node.name, node);
            if (ordinary.contains(node.name) || !delegators_.contains(node.name)) {
                own.push_back(std::move(node));
                continue;
            }
            if (!works_for_one(node.name, ordinary)) continue;
            single_.insert(node.name);
            own.push_back(std::move(node));
        }
        plan_.nodes = std::move(own);
        plan_.index.clear();
        for (std::size_t i = 0; i < plan_.nodes.size(); ++i)
            plan_.index.emplace(plan_.nodes[i].name, i);
    }

    /// Of an agent that is only a delegate.
    [[nodiscard]] bool works_for_one(std::string agent, const std::set<std::string>& ordinary) const {
        std::set<std::string> seen;
        while (!ordinary.contains(agent)) {
            const auto by = delegators_.find(agent);
            if (by == delegators_.end()) return true;
            if (by->second.size() > 1) return false;
            if (!seen.insert(agent).second) return false;
            agent = *by->second.begin();
        }
        return true;
    }

    void hand_overs() {
        for (const auto& [from, node] : system_.graph) {
            const auto source = plan_.node(from);
            if (!source) continue;
            NodePlan& plan = plan_.nodes[*source];
            if (node.join) {
                static_cast<resource::Join&>(plan.join) = *node.join;
                plan.join.declared = true;
            }
            if (node.delegate_join) static_cast<resource::Join&>(plan.delegate_join) = *node.delegate_join;
            Edges edges(plan.next);
            const auto add = [&](const std::string& to, const std::optional<resource::Condition>& condition) {
                // What differs from a successor before it only in case is the same one, spelled wrongly.
                if (const auto target = plan_.node(to)) edges.add(*target, condition);
            };
            if (!node.next.empty()) add(node.next, std::nullopt);
            for (const Route& route : node.edges)
                add(route.to, route.condition);
        }
    }

    void delegates(std::size_t index) {
        const std::string agent = plan_.nodes[index].declared;
        const GraphNode* graph = entry(agent);
        if (graph == nullptr) return;
        waiting_.insert(agent);
        for (const Route& route : graph->delegates) {
            if (!models_.contains(route.to)) continue; // somebody has been told of it
            if (waiting_.contains(route.to)) {
                problem_(base::format("delegates of \"{}\" form a cycle: \"{}\" would wait for itself",
                                      plan_.nodes[index].name, route.to));
                continue;
            }
            if (copies_ >= most_copies) {
                problem_(base::format("there are more than {} ways from delegator to delegate, and each "
                                      "takes a copy of its agent",
                                      most_copies));
                break;
            }
            const std::size_t to = place_of_delegate(index, route.to);
            Edges(plan_.nodes[index].delegates).add(to, route.condition);
            delegates(to);
        }
        waiting_.erase(agent);
    }

    std::size_t place_of_delegate(std::size_t delegator, const std::string& agent) {
        const bool copied = plan_.nodes[delegator].name != plan_.nodes[delegator].declared;
        std::string name = agent;
        if (!single_.contains(agent) || copied) name = plan_.nodes[delegator].name + "/" + agent;
        if (const auto known = plan_.node(name)) {
            plan_.nodes[*known].reports_to = delegator;
            return *known;
        }
        NodePlan node = models_.at(agent);
        node.name = name;
        node.reports_to = delegator;
        if (const GraphNode* graph = entry(agent); graph != nullptr && graph->delegate_join)
            static_cast<resource::Join&>(node.delegate_join) = *graph->delegate_join;
        ++copies_;
        plan_.index.emplace(name, plan_.nodes.size());
        plan_.nodes.push_back(std::move(node));
        return plan_.nodes.size() - 1;
    }

    /// Splits hand-overs into those that are waited for and those that close a cycle.
    void cycles() {
        for (NodePlan& node : plan_.nodes) {
            for (const EdgePlan& edge : node.next)
                plan_.nodes[edge.to].before += 1;
        }
        std::vector<Visit> visits(plan_.nodes.size(), Visit::none);
        for (const bool entries : {true, false}) { // where nothing leads to, then what is a cycle throughout
            for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
                if (visits[i] == Visit::none && (!entries || plan_.nodes[i].before == 0)) walk(i, visits);
            }
        }
        for (const NodePlan& node : plan_.nodes) {
            for (const EdgePlan& edge : node.next) {
                if (!edge.again) continue;
                plan_.cyclic = true;
                plan_.nodes[edge.to].before -= 1;
                plan_.nodes[edge.to].again += 1;
            }
        }
        if (!plan_.cyclic || plan_.spec.max_turns > 0) return;
        problem_("agentsystem graph contains a cycle; set task.spec.max_turns > 0 (or --max-turns of run "
                 "--system) to allow cyclical agent handoffs");
    }

    enum class Visit : unsigned char { none, open, done };

    /// Depth first, without recursion: a line of agents may be long.
    void walk(std::size_t root, std::vector<Visit>& visits) {
        std::vector<std::pair<std::size_t, std::size_t>> path{{root, 0}}; // a node and its next edge
        visits[root] = Visit::open;
        while (!path.empty()) {
            auto& [from, next] = path.back();
            if (next == plan_.nodes[from].next.size()) {
                visits[from] = Visit::done;
                path.pop_back();
                continue;
            }
            EdgePlan& edge = plan_.nodes[from].next[next++];
            edge.again = visits[edge.to] == Visit::open;
            if (visits[edge.to] != Visit::none) continue;
            visits[edge.to] = Visit::open;
            path.emplace_back(edge.to, 0);
        }
    }

    Plan& plan_;
    const resource::AgentSystemSpec& system_;
    const std::function<void(std::string)>& problem_;
    std::map<std::string, NodePlan> models_; ///< by agent, as they were made
    std::map<std::string, std::set<std::string>> delegators_;
    std::size_t copies_ = 0;        ///< places besides the agents' own
    std::set<std::string> waiting_; ///< agents that wait for the report of the one that is looked at
    std::set<std::string> single_;  ///< agents that are a delegate of one and nothing else
};

} // namespace

void link_graph(Plan& plan, const resource::AgentSystemSpec& system,
                const std::function<void(std::string)>& problem) {
    Linker(plan, system, problem).link();
}

} // namespace run
