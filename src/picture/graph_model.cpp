#include "picture/graph_model.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "run/condition.hpp"
#include "run/plan_graph.hpp"

namespace picture {

std::string_view word_of(Standing standing) {
    switch (standing) {
    case Standing::unknown:
        return "";
    case Standing::waiting:
        return "waiting";
    case Standing::running:
        return "running";
    case Standing::interrupted:
        return "interrupted";
    case Standing::succeeded:
        return "succeeded";
    case Standing::failed:
        return "failed";
    case Standing::skipped:
        return "not reached";
    }
    return "";
}

Picture picture_of(const resource::Resource& system, const run::Catalog& catalog) {
    const auto& spec = std::get<resource::AgentSystemSpec>(system.spec);
    run::Plan plan;
    plan.system = system.metadata.name;
    plan.spec.max_turns = 1; // whether a cycle may run is the task's affair
    for (const std::string& name : spec.agents) {
        if (plan.node(name)) continue;
        run::NodePlan node;
        node.name = node.declared = name;
        if (const auto agent =
                catalog(resource::kind_of<resource::AgentSpec>(), {system.metadata.namespace_, name}))
            node.agent = std::get<resource::AgentSpec>(agent->spec);
        plan.index.emplace(name, plan.nodes.size());
        plan.nodes.push_back(std::move(node));
    }
    std::vector<std::string> problems;
    run::link_graph(plan, spec, [&problems](std::string text) { problems.push_back(std::move(text)); });
    if (!problems.empty()) {
        throw base::Error(base::Fault::reference, base::format("agent-system '{}' cannot be drawn: {}",
                                                               plan.system, base::join(problems, "; ")));
    }
    Picture out;
    out.system = plan.system;
    out.namespace_ = system.metadata.namespace_;
    out.nodes = std::move(plan.nodes);
    out.spots.resize(out.nodes.size());
    return out;
}

Painter::Painter(Picture& picture) : picture_(picture) {
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        index_.emplace(picture.nodes[i].name, i);
        picture.spots[i].standing = Standing::waiting;
    }
}

Spot* Painter::spot(const std::string& node) {
    const auto it = index_.find(node);
    return it == index_.end() ? nullptr : &picture_.spots[it->second];
}

void Painter::call(const std::string& node, const std::optional<trace::Tokens>& used) {
    Spot* at = spot(node);
    if (at == nullptr) return;
    ++at->calls;
    if (!used) return;
    at->used.input += used->input;
    at->used.output += used->output;
    if (used->source == "estimated") at->used.source = used->source;
}

void Painter::take(const trace::Event& event) {
    if (const auto* start = std::get_if<trace::AgentStart>(&event.payload)) {
        if (Spot* at = spot(start->node)) {
            at->standing = Standing::running;
            ++at->turns;
        }
    } else if (const auto* end = std::get_if<trace::AgentEnd>(&event.payload)) {
        if (Spot* at = spot(end->node)) {
            at->standing = end->error.empty() ? Standing::succeeded : Standing::failed;
            at->duration_ms += end->duration_ms;
            at->error = end->error;
        }
    } else if (const auto* answered = std::get_if<trace::ModelCall>(&event.payload)) {
        call(event.agent, answered->usage);
    } else if (const auto* failed = std::get_if<trace::ModelError>(&event.payload)) {
        call(event.agent, failed->usage);
    } else if (const auto* hand = std::get_if<trace::HandOff>(&event.payload)) {
        const auto to = index_.find(hand->to);
        if (Spot* from = spot(hand->from); from != nullptr && to != index_.end()) ++from->handed[to->second];
    } else if (std::holds_alternative<trace::TaskEnd>(event.payload)) {
        ended_ = true;
    } else if (std::holds_alternative<trace::TaskRetryScheduled>(event.payload)) {
        for (Spot& at : picture_.spots) {
            if (at.standing == Standing::failed) at.standing = Standing::waiting;
        }
    }
}

void Painter::finish(bool alive) {
    for (Spot& at : picture_.spots) {
        if (at.standing == Standing::waiting && ended_) at.standing = Standing::skipped;
        if (at.standing == Standing::running && (ended_ || !alive)) at.standing = Standing::interrupted;
    }
}

std::string condition_text(const run::EdgePlan& edge) {
    if (!edge.conditional()) return "";
    std::vector<std::string> any;
    for (const resource::Condition& condition : edge.conditions)
        any.push_back(run::render(condition));
    if (any.empty()) return "otherwise";
    return "when " + base::join(any, " or ") + (edge.otherwise ? ", or otherwise" : "");
}

std::string join_text(const run::JoinPlan& join, std::size_t inputs) {
    if (inputs < 2 && !join.declared) return "";
    std::string out = base::format("waits for all {}", inputs);
    if (join.mode == resource::JoinMode::quorum) {
        out = join.quorum_count > 0 ? base::format("waits for {} of {}", join.quorum_count, inputs)
                                    : base::format("waits for {}% of {}", join.quorum_percent, inputs);
    }
    switch (join.on_failure) {
    case resource::JoinFailure::deadletter:
        return out;
    case resource::JoinFailure::skip:
        return out + ", does without those that fail";
    case resource::JoinFailure::continue_partial:
        return out + ", is told of those that fail";
    }
    return out;
}

} // namespace picture
