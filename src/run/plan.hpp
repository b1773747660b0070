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

constexpr std::int64_t engine_version = 1; ///< of the journal: raised when an older fold could not read it

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

struct NodePlan {
    std::string name; ///< of the agent, unique in the system
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
    std::vector<std::size_t> next;   ///< nodes that get the answer, in order
    std::vector<std::size_t> before; ///< nodes that hand over to this one, in declaration order
    /// Nodes whose hand-over closes a cycle: it starts the next generation of this one instead of being
    /// waited for. Found by a depth-first walk in declaration order; without these edges the graph has no
    /// cycle.
    std::vector<std::size_t> again;
    [[nodiscard]] bool restarted_by(std::size_t from) const;
};

/// Hard limits that keep a mistake from costing a fortune. Zero means the default of the field's comment.
struct Caps {
    std::int64_t model_calls = 0; ///< max(2,000, 20 x agents)
    std::int64_t tokens = 10'000'000;
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

    /// Nodes that run in generation 2, 3, ...; the last one stands for all later ones. Empty without cycles.
    std::vector<std::vector<bool>> laps;

    [[nodiscard]] std::optional<std::size_t> node(std::string_view name) const;
    [[nodiscard]] bool runs(std::size_t node, std::int64_t generation) const;
    /// How many hand-overs a node waits for in a generation.
    [[nodiscard]] std::size_t expected(std::size_t node, std::int64_t generation) const;
};

/// The label of a copied task that names the task it was copied from.
constexpr std::string_view source_label = "orloj.dev/source-task";

/// Checks and links. Throws Error{reference} that lists everything that is missing or cannot run in this
/// version; nothing was sent then. Without `tools`, whoever uses tools cannot run.
Plan make_plan(const resource::Resource& task, const Catalog& catalog, const Tools* tools = nullptr);

/// A catalog that answers from revisions only.
Catalog pinned(const std::vector<Revision>& revisions);

/// The provider row and the endpoint's settings with defaults filled in; the credential is left empty.
/// Throws Error{reference} for an unknown provider.
EndpointPlan plan_endpoint(const resource::Name& name, const resource::ModelEndpointSpec& spec);

} // namespace run
