#include "run/flow.hpp"

#include <utility>

namespace run {

using Fate = Inbox::Fate;

void Flow::begin(const Plan& plan) {
    awake_ = 1;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        if (plan.expected(i, 1) == 0) candidates_.insert({1, i});
    }
}

Inbox& Flow::inbox(const Plan& plan, Place at) {
    const auto [it, fresh] = inboxes_.try_emplace(at);
    if (fresh) it->second.expected = plan.expected(at.node, at.generation);
    return it->second;
}

/// A generation begins with its first arrival. Before, nobody asks what is missing in it: without this a
/// graph in which nothing more happens would go on for ever, skipping every node of every generation.
void Flow::wake(const Plan& plan, std::int64_t generation) {
    if (generation <= awake_) return;
    awake_ = generation;
    for (const Place& at : std::exchange(later_, {}))
        settle(plan, at);
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        if (plan.expected(i, generation) == 0) skip(plan, {generation, i});
    }
}

void Flow::arrive(const Plan& plan, Place at, std::size_t activation) {
    wake(plan, at.generation);
    Inbox& in = inbox(plan, at);
    in.arrived.push_back(activation);
    if (in.fate == Fate::waiting) candidates_.insert(at);
}

void Flow::miss(const Plan& plan, Place at) {
    if (at.generation > awake_)
        later_.push_back(at);
    else
        settle(plan, at);
}

void Flow::settle(const Plan& plan, Place at) {
    Inbox& in = inbox(plan, at);
    in.missing += 1;
    if (in.missing == in.expected && in.fate == Fate::waiting) skip(plan, at);
}

/// Without recursion: a line of agents may be long.
void Flow::skip(const Plan& plan, Place at) {
    std::vector<Place> open{at};
    while (!open.empty()) {
        const Place here = open.back();
        open.pop_back();
        Inbox& in = inbox(plan, here);
        if (in.fate != Fate::waiting) continue;
        in.fate = Fate::skipped;
        const NodePlan& node = plan.nodes[here.node];
        const auto lose = [&](const EdgePlan& edge) {
            const Place to{here.generation + (edge.again ? 1 : 0), edge.to};
            if (to.generation > awake_) return later_.push_back(to);
            Inbox& next = inbox(plan, to);
            next.missing += 1;
            if (next.missing == next.expected) open.push_back(to);
        };
        for (const EdgePlan& edge : node.next)
            lose(edge);
        for (const EdgePlan& edge : node.delegates)
            lose(edge);
    }
}

void Flow::announce(Place at) {
    if (const auto it = inboxes_.find(at); it != inboxes_.end())
        it->second.announced = it->second.arrived.size();
}

void Flow::open(Place at) {
    if (const auto it = inboxes_.find(at); it != inboxes_.end() && it->second.fate == Fate::waiting)
        it->second.fate = Fate::opened;
}

void Flow::start(Place at) {
    inboxes_[at].fate = Fate::started;
    candidates_.erase(at);
}

const Inbox* Flow::find(Place at) const {
    const auto it = inboxes_.find(at);
    return it == inboxes_.end() ? nullptr : &it->second;
}

bool Flow::skipped(Place at) const {
    const Inbox* in = find(at);
    return in != nullptr && in->fate == Fate::skipped;
}

} // namespace run
