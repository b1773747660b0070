// What a run is going to do: the system, its agents and their endpoints, checked and linked. Made from
// resources at the start and, on resume, from the same contents as they were pinned; never changes while the
// run lives.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "provider/provider.hpp"
#include "resource/resource.hpp"
#include "run/tools.hpp"
#include "trace/event.hpp"

namespace run {

/// Of the journal: raised when an older fold could not read it. Older ones are read for ever.
///  1  lines, forks and joins of all
///  2  conditions, quorums, delegates
constexpr std::int64_t engine_version = 2;

/// Where resources come from: the files given, the store, or the pins of an earlier start.
using Catalog =
    std::function<std::optional<resource::Resource>(const resource::Kind&, const resource::Name&)>;

struct EndpointPlan {
    resource::Name name;
    resource::ModelEndpointSpec spec;
    const provider::Provider* provider = nullptr;
    provider::Endpoint endpoint;      ///< without its credential
    std::int64_t max_concurrency = 0; ///< calls at once; 0: no limit
    std::int64_t max_retries = 2;     ///< further tries of one call
    bool stream = false;              ///< answers are asked for piece by piece
};

/// A hand-over that a node may make.
struct EdgePlan {
    std::size_t to = 0;
    /// Taken when any of them holds. Empty without `otherwise`: always taken.
    std::vector<resource::Condition> conditions;
    bool otherwise = false; ///< taken when no condition of any of the node's edges holds
    /// Closes a cycle: it starts the next generation of `to` instead of being waited for. Found by a
    /// depth-first walk in declaration order; without these edges the graph has no cycle.
    bool again = false;
    bool always = false; ///< named without a condition, besides those above
    [[nodiscard]] bool conditional() const { return !always && (otherwise || !conditions.empty()); }
};

/// How a node, or one that has delegated, waits for several inputs.
struct JoinPlan : resource::Join {
    bool declared = false; ///< in the manifest, so that it counts for a single input too
};

struct NodePlan {
    std::string name; ///< unique in the system: the agent's, or "payout/auditor" for one of several places
                      ///< that agent auditor has as a delegate
    std::string declared; ///< name of its agent
    resource::AgentSpec agent;
    std::optional<schema::Tree> output_schema; ///< agent.execution.output_schema, when there is one
    std::size_t endpoint = 0;                  ///< index into Plan::endpoints
    std::vector<std::size_t> fallbacks;        ///< endpoints tried after it, in order
    std::vector<ToolPlan> tools;               ///< that its model is offered, in the order listed
    /// The tool a model means: by its name, else ignoring case; nullptr when it was offered none of that
    /// name.
    [[nodiscard]] const ToolPlan* tool(std::string_view name) const;
    [[nodiscard]] bool stops_on_first_tool() const {
        return agent.execution.tool_use_behavior == resource::ToolUse::stop_on_first_tool;
    }
    [[nodiscard]] bool has_contract() const { return agent.execution.profile == resource::Profile::contract; }
    /// The endpoint after `refused` others could not answer; nullopt when there is none left.
    [[nodiscard]] std::optional<std::size_t> choice(std::size_t refused) const;
    std::vector<EdgePlan> next;            ///< who gets the answer, in order; each node once
    std::size_t before = 0;                ///< edges that lead here and are waited for in the same generation
    std::size_t again = 0;                 ///< edges that lead here from the generation before
    JoinPlan join;                         ///< of those
    std::vector<EdgePlan> delegates;       ///< who is asked before the answer is given, in order
    JoinPlan delegate_join;                ///< of their reports
    std::optional<std::size_t> reports_to; ///< the node this one is a delegate of
};

/// Hard limits that keep a mistake from costing a fortune: spec.limits of the task, or the comment's
/// defaults.
struct Caps {
    std::int64_t model_calls = 0; ///< max(2,000, 20 x agents)
    std::int64_t tokens = 10'000'000;
    std::optional<base::Usd> cost;                    ///< absent: as much as it takes
    base::Duration time = base::seconds(24LL * 3600); ///< active time of the run
};

/// The content of one resource as it was when the run started.
struct Revision {
    trace::Pin pin;
    std::string spec; ///< canonical JSON
};

struct Plan {
    resource::Name task;
    std::string
        source_task; ///< the task this one is a copy of (a rerun, a template's instance); policies name that
    std::string system;
    resource::TaskSpec spec;
    std::vector<NodePlan> nodes;                           ///< in declaration order
    std::map<std::string, std::size_t, std::less<>> index; ///< of `nodes`, by name
    std::vector<EndpointPlan> endpoints;
    Caps caps;
    std::vector<Revision> revisions; ///< of everything above

    bool cyclic = false;

    [[nodiscard]] std::optional<std::size_t> node(std::string_view name) const;
    /// The names of the agents, each once, however many places it has.
    [[nodiscard]] std::vector<std::string> agents() const;
    /// How many hand-overs could lead to a node in a generation.
    [[nodiscard]] std::size_t expected(std::size_t node, std::int64_t generation) const;
    /// The node whose answer is the run's, whatever happens; nullopt when there are several or it depends.
    [[nodiscard]] std::optional<std::size_t> only_end() const;
};

/// The label of a copied task that names the task it was copied from.
constexpr std::string_view source_label = "orloj.dev/source-task";

/// Checks and links. Throws Error{reference} that lists everything that is missing or cannot run in this
/// version; nothing was sent then. Without `tools`, whoever uses tools cannot run.
Plan make_plan(const resource::Resource& task, const Catalog& catalog, const Tools* tools = nullptr);

/// A catalog that answers from revisions only, which have to outlive it.
Catalog pinned(const std::vector<Revision>& revisions);

/// The provider row and the endpoint's settings with defaults filled in; the credential is left empty.
/// Throws Error{reference} for an unknown provider.
EndpointPlan plan_endpoint(const resource::Name& name, const resource::ModelEndpointSpec& spec);

} // namespace run
