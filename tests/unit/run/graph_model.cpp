#include "graph_model.hpp"

#include <algorithm>

namespace model {

Model::Model(const System& system, const World& world) : system_(system), world_(world) {
    const int count = static_cast<int>(system.agents.size());
    std::set<int> linked;
    for (int a = 0; a < count; ++a) {
        const auto& agent = system.agents[static_cast<std::size_t>(a)];
        for (const Route& r : agent.routes) {
            linked.insert(a);
            linked.insert(r.to);
        }
        for (const Route& r : agent.delegates)
            delegators_[r.to].insert(a);
    }
    for (int a = 0; a < count; ++a) {
        if (!delegators_.contains(a) || linked.contains(a)) own_place_.insert(a);
    }
    std::map<int, std::size_t> node_of;
    for (const int a : own_place_)
        node_of[a] = add(a, system.names[static_cast<std::size_t>(a)], false);
    roots_ = nodes_.size();
    std::vector<bool> entered(roots_, false);
    for (std::size_t n = 0; n < roots_; ++n) {
        std::vector<Route> routes = system.agents[static_cast<std::size_t>(nodes_[n].agent)].routes;
        if (system.line && n + 1 < roots_) routes.push_back({nodes_[n + 1].agent, false, {}});
        nodes_[n].next = merged(routes);
        for (Edge& e : nodes_[n].next) {
            e.to = node_of.at(static_cast<int>(e.to));
            entered[e.to] = true;
        }
    }
    for (std::size_t n = 0; n < roots_; ++n)
        add_delegates(n);
    colour_.resize(roots_);
    for (const bool entry : {true, false}) {
        for (std::size_t n = 0; n < roots_; ++n) {
            if (entered[n] != entry && colour_[n] == 0) mark(n);
        }
    }
    std::reverse(order_.begin(), order_.end());
}

std::size_t Model::add(int agent, const std::string& name, bool copied) {
    nodes_.push_back({name, agent, copied, {}, {}, 0, 0});
    return nodes_.size() - 1;
}

std::vector<Model::Edge> Model::merged(const std::vector<Route>& routes) {
    std::vector<Edge> out;
    for (const Route& r : routes) {
        const auto to = static_cast<std::size_t>(r.to);
        auto it = std::find_if(out.begin(), out.end(), [&](const Edge& e) { return e.to == to; });
        if (it == out.end()) it = out.insert(out.end(), Edge{to, false, false, false, {}});
        if (!r.conditional) {
            it->always = true;
        } else if (r.condition.kind == Condition::Kind::otherwise) {
            it->otherwise = true;
        } else {
            it->conditions.push_back(r.condition);
        }
    }
    return out;
}

void Model::add_delegates(std::size_t node) {
    std::vector<Edge> edges = merged(system_.agents[static_cast<std::size_t>(nodes_[node].agent)].delegates);
    for (Edge& e : edges) {
        const int agent = static_cast<int>(e.to);
        const bool copied =
            nodes_[node].copied || own_place_.contains(agent) || delegators_[agent].size() > 1;
        const std::string& name = system_.names[e.to];
        e.to = add(agent, copied ? nodes_[node].name + "/" + name : name, copied);
        add_delegates(e.to);
    }
    nodes_[node].delegates = std::move(edges);
}

void Model::mark(std::size_t node) {
    colour_[node] = 1;
    for (Edge& e : nodes_[node].next) {
        if (colour_[e.to] == 0) mark(e.to);
        e.again = colour_[e.to] == 1;
        cyclic_ = cyclic_ || e.again;
        ++(e.again ? nodes_[e.to].again : nodes_[e.to].before);
    }
    colour_[node] = 2;
    order_.push_back(node);
}

bool Model::holds(const Condition& c, const Answer& a) {
    using Kind = Condition::Kind;
    switch (c.kind) {
    case Kind::has_tag:
    case Kind::matches_tag:
        return a.tag == c.tag;
    case Kind::lacks_tag:
        return a.tag != c.tag;
    case Kind::tag_is:
        return a.json && a.tag == c.tag;
    case Kind::tag_is_not:
        return a.json && a.tag != c.tag;
    case Kind::above:
        return a.json && a.number > c.number;
    case Kind::below:
        return a.json && a.number < c.number;
    case Kind::otherwise:
        break;
    }
    return false;
}

std::vector<bool> Model::chosen(const std::vector<Edge>& edges, const Answer& answer) {
    std::vector<bool> out;
    bool matched = false;
    for (const Edge& e : edges) {
        const bool hit = std::any_of(e.conditions.begin(), e.conditions.end(),
                                     [&](const Condition& c) { return holds(c, answer); });
        matched = matched || hit;
        out.push_back(hit || e.always);
    }
    for (std::size_t i = 0; i < edges.size() && !matched; ++i)
        out[i] = out[i] || edges[i].otherwise;
    return out;
}

/// How many inputs a join takes when nothing more can come; more than there are: it starves.
int Model::needed(const Join& join, int expected, int missing, int failed) {
    if (join.on_failure == Join::Failure::skip) {
        expected -= failed;
    }
    const int possible = expected - missing;
    const int wanted = std::max(join.count, (possible * join.percent + 99) / 100);
    if (!join.quorum || wanted == 0) return possible;
    return std::clamp(wanted, 1, expected);
}

int Model::first_turn(std::size_t node, int generation, const Join& join, const Place& place) {
    const int all = 1 + *std::max_element(place.turns.begin(), place.turns.end());
    if (!join.quorum) return all;
    const int said = world_.turn(nodes_[node].name, generation);
    if (said == 0) return all;
    if (std::find(place.turns.begin(), place.turns.end(), said - 1) == place.turns.end())
        out_.oddity = nodes_[node].name + " started with a turn that nobody handed over";
    return said;
}

void Model::visit(std::size_t node, int generation) {
    const Node& n = nodes_[node];
    const Join& join = system_.agents[static_cast<std::size_t>(n.agent)].join;
    const int expected = n.before + (generation > 1 ? n.again : 0);
    Answer answer;
    int turn = 1;
    if (n.before == 0 && generation == 1) {
        if (!execute(node, generation, turn, answer)) return lose(node, generation);
        return hand_over(node, generation, turn, answer);
    }
    const Place& p = places_[{generation, node}];
    const int arrived = static_cast<int>(p.turns.size());
    // What was never handed over, because nothing of its source came about, is missing.
    const int missing = expected - arrived - p.failed;
    if (arrived == 0 && p.failed == 0) return;
    const bool joins = join.declared || expected > 1;
    if (p.failed > 0 && joins && join.on_failure == Join::Failure::deadletter) {
        fail(n.name +
             " needs what failed"); // those who arrived may have been enough to start it all the same
    } else if (arrived == 0) {
        return lose(node, generation);
    } else {
        partial_ = partial_ || p.failed > 0;
        const bool enough = arrived >= needed(join, expected, missing, p.failed) ||
                            join.on_failure == Join::Failure::continue_partial;
        if (!enough) fail(n.name + " starves");
    }
    if (arrived == 0) return;
    turn = first_turn(node, generation, join, p);
    if (!execute(node, generation, turn, answer)) return lose(node, generation);
    hand_over(node, generation, turn, answer);
}

/// Nothing comes of the node, since an agent failed.
void Model::lose(std::size_t node, int generation) {
    partial_ = true;
    if (nodes_[node].next.empty()) fail(nodes_[node].name + " ends without an answer");
    for (const Edge& e : nodes_[node].next) {
        const Join& join = system_.agents[static_cast<std::size_t>(nodes_[e.to].agent)].join;
        // Only a join that says so does without what the next lap begins with.
        const bool ends = generation >= system_.max_turns || join.on_failure == Join::Failure::deadletter;
        if (e.again && ends)
            fail("the next lap needs " + nodes_[node].name);
        else
            ++place(e, generation).failed;
    }
}

void Model::hand_over(std::size_t node, int generation, int turn, const Answer& answer) {
    const Node& n = nodes_[node];
    const std::vector<bool> taken = chosen(n.next, answer);
    const bool cut = system_.max_turns > 0 && turn >= system_.max_turns;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        std::string& became =
            out_.edges[n.name + "#" + std::to_string(generation) + " -> " + nodes_[n.next[i].to].name];
        became = !taken[i] ? "condition" : cut ? "max_turns" : "";
        if (taken[i] && cut) truncated_ = true;
        if (became.empty()) place(n.next[i], generation).turns.push_back(turn);
    }
}

bool Model::execute(std::size_t node, int generation, int turn, Answer& answer) {
    const std::string name = nodes_[node].name;
    Outcome::Ran& ran = out_.ran[{name, generation}];
    ran.turn = turn;
    if (world_.fails(name, generation, 1)) return false;
    answer = world_.answer(name, generation, 1);
    ran.steps = 1;
    bool reported = false;
    if (!ask_delegates(node, generation, turn, answer, reported)) return false;
    if (reported) {
        if (world_.fails(name, generation, 2)) return false;
        answer = world_.answer(name, generation, 2);
        out_.ran[{name, generation}].steps = 2;
    }
    out_.ran[{name, generation}].answered = true;
    return true;
}

/// False: too little was reported for the node to go on.
bool Model::ask_delegates(std::size_t node, int generation, int turn, const Answer& answer, bool& reported) {
    const std::vector<Edge> edges = nodes_[node].delegates;
    const auto& agent = system_.agents[static_cast<std::size_t>(nodes_[node].agent)];
    const std::vector<bool> taken = chosen(edges, answer);
    const std::string why = system_.max_turns > 0 && turn >= system_.max_turns ? "max_turns"
                            : agent.max_steps == 1                             ? "max_steps"
                                                                               : "";
    int asked = 0, failed = 0;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        std::string& became = out_.delegations[nodes_[node].name + "#" + std::to_string(generation) + " -> " +
                                               nodes_[edges[i].to].name];
        became = !taken[i] ? "condition" : why;
        if (!taken[i]) continue;
        truncated_ = truncated_ || why == "max_turns";
        short_of_steps_ = short_of_steps_ || why == "max_steps";
        if (!why.empty()) continue;
        ++asked;
        Answer report;
        if (!execute(edges[i].to, generation, turn + 1, report)) ++failed;
    }
    if (asked == 0) return true;
    const int count = static_cast<int>(edges.size());
    const int reports = asked - failed;
    if (failed > 0) partial_ = true;
    if (failed > 0 && agent.reports.on_failure == Join::Failure::deadletter)
        fail(nodes_[node].name + " needs all reports");
    if (reports == 0) return false;
    reported = reports >= needed(agent.reports, count, count - asked, failed) ||
               agent.reports.on_failure == Join::Failure::continue_partial;
    return reported;
}

void Model::find_sinks() {
    std::vector<std::string> all, ended, cut;
    for (std::size_t n = 0; n < roots_; ++n) {
        int last = 0;
        for (const auto& [where, ran] : out_.ran) {
            if (where.first == nodes_[n].name && ran.answered) last = std::max(last, where.second);
        }
        if (last == 0) continue;
        bool given = false, shortened = false;
        for (const Edge& e : nodes_[n].next) {
            const std::string& became =
                out_.edges[nodes_[n].name + "#" + std::to_string(last) + " -> " + nodes_[e.to].name];
            given = given || became.empty();
            shortened = shortened || became == "max_turns";
        }
        if (given) continue;
        all.push_back(nodes_[n].name);
        (shortened ? cut : ended).push_back(nodes_[n].name);
    }
    out_.sinks = !cyclic_ ? all : ended.empty() ? cut : ended;
}

Outcome Model::run() {
    const int last = cyclic_ ? system_.max_turns : 1;
    for (int generation = 1; generation <= last; ++generation) {
        for (const std::size_t node : order_)
            visit(node, generation);
    }
    out_.succeeds = !fatal_;
    find_sinks();
    if (out_.succeeds)
        out_.stopped = partial_          ? "partial"
                       : short_of_steps_ ? "max_steps"
                       : truncated_      ? "max_turns"
                                         : "completed";
    return out_;
}

} // namespace model
