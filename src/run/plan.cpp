#include "run/plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "run/plan_graph.hpp"

namespace run {

using resource::Name;
using resource::Resource;

namespace {

constexpr base::Duration shortest_timeout = base::milliseconds(20); // of an agent; nothing answers faster

class Planner {
  public:
    Planner(const Catalog& catalog, Plan& plan, const Tools* tools)
        : catalog_(catalog), plan_(plan), tools_(tools) {}

    void system(const Resource& task) {
        pin("task", task);
        const auto* spec = std::get_if<resource::TaskSpec>(&task.spec);
        plan_.spec = *spec;
        plan_.task = {task.metadata.namespace_, task.metadata.name};
        if (const auto it = task.metadata.labels.find(std::string(source_label));
            it != task.metadata.labels.end()) {
            plan_.source_task = it->second;
            Revision source;
            source.pin = {"source", std::string(task.kind().name), plan_.task.namespace_, it->second, ""};
            source.spec = "{}";
            add(std::move(source));
        }
        plan_.system = spec->system;
        const auto found = find<resource::AgentSystemSpec>({plan_.task.namespace_, spec->system});
        if (!found) {
            problem(base::format("agentsystem \"{}\" not found in namespace \"{}\"", spec->system,
                                 plan_.task.namespace_));
            hint("see which there are: orloj get agent-systems -A");
            return;
        }
        pin("system", *found);
        const auto& system = std::get<resource::AgentSystemSpec>(found->spec);
        agents(system);
        unavailable(system);
        link_graph(plan_, system, [this](std::string text) { problem(std::move(text)); });
    }

    void finish() const {
        if (problems_.empty()) return;
        std::string message = base::format("task '{}' cannot run: {}", plan_.task.name, problems_.front());
        for (std::size_t i = 1; i < problems_.size(); ++i)
            message += "; " + problems_[i];
        base::Error error(base::Fault::reference, message);
        if (!hint_.empty()) throw std::move(error).hint(hint_);
        throw std::move(error);
    }

  private:
    template <typename T>
    std::optional<Resource> find(const Name& name) const {
        return catalog_(resource::kind_of<T>(), name);
    }

    void problem(std::string text) {
        if (std::find(problems_.begin(), problems_.end(), text) == problems_.end())
            problems_.push_back(std::move(text));
    }
    void hint(std::string text) {
        if (hint_.empty()) hint_ = std::move(text);
    }

    void pin(std::string_view role, const Resource& r) {
        Revision revision;
        revision.spec = resource::spec_json(r.spec);
        revision.pin = {std::string(role), std::string(r.kind().name), r.metadata.namespace_, r.metadata.name,
                        ""};
        add(std::move(revision));
    }

    void add(Revision revision) {
        const auto digest = base::sha256(revision.pin.kind + "\n" + revision.pin.namespace_ + "\n" +
                                         revision.pin.name + "\n" + revision.spec);
        revision.pin.hash = base::hex(digest).substr(0, 32);
        plan_.revisions.push_back(std::move(revision));
    }

    void agents(const resource::AgentSystemSpec& system) {
        if (system.agents.empty())
            problem(base::format("agentsystem \"{}\" has no spec.agents", plan_.system));
        for (const std::string& name : system.agents) {
            if (plan_.node(name)) {
                problem(base::format("agent \"{}\" is listed twice in spec.agents", name));
                continue;
            }
            const auto found = find<resource::AgentSpec>({plan_.task.namespace_, name});
            if (!found) {
                problem(
                    base::format("agent \"{}\" not found in namespace \"{}\"", name, plan_.task.namespace_));
                hint("see which there are: orloj get agents -A");
                continue;
            }
            pin("agent", *found);
            NodePlan node;
            node.name = node.declared = name;
            const base::Duration timeout = std::get<resource::AgentSpec>(found->spec).limits.timeout;
            if (timeout.us > 0 && timeout < shortest_timeout) {
                problem(base::format("agent \"{}\": spec.limits.timeout {} is too short for any model call",
                                     name, base::render(timeout)));
            }
            node.agent = std::get<resource::AgentSpec>(found->spec);
            if (const std::string& text = node.agent.execution.output_schema.text;
                !text.empty() && text != "{}")
                node.output_schema = schema::parse_json(text).tree; // checked at apply
            node.endpoint = endpoint(node.name, node.agent.model_ref);
            for (const std::string& reference : node.agent.fallback_model_refs)
                node.fallbacks.push_back(endpoint(node.name, reference));
            if (tools_ != nullptr) tools(node);
            plan_.index.emplace(node.name, plan_.nodes.size());
            plan_.nodes.push_back(std::move(node));
        }
    }

    void tools(NodePlan& node) {
        for (const std::string& name : node.agent.tools) {
            const auto same = [&](const ToolPlan& tool) { return tool.name == name; };
            if (std::any_of(node.tools.begin(), node.tools.end(), same)) continue;
            const auto found = find<resource::ToolSpec>(resource::parse_name(name, plan_.task.namespace_));
            const auto* spec = found ? std::get_if<resource::ToolSpec>(&found->spec) : nullptr;
            if (spec == nullptr && !resource::built_in_tool(name)) {
                problem(base::format("agent \"{}\": tool \"{}\" not found in namespace \"{}\"", node.name,
                                     name, plan_.task.namespace_));
                continue;
            }
            auto planned = tools_->plan(plan_.task.namespace_, name, spec);
            if (const auto* why = std::get_if<std::string>(&planned)) {
                problem(base::format("agent \"{}\": tool \"{}\" {}", node.name, name, *why));
                continue;
            }
            if (found) pin_once("tool", *found);
            node.tools.push_back(std::move(std::get<ToolPlan>(planned)));
        }
        contract(node);
    }

    /// A contract that cannot be kept is an error before the first request; one that is only observed is not.
    void contract(const NodePlan& node) {
        const resource::Execution& rules = node.agent.execution;
        if (rules.profile != resource::Profile::contract ||
            rules.on_contract_violation == resource::OnViolation::observe)
            return;
        for (const std::string& name : rules.tool_sequence) {
            if (node.tool(name) == nullptr)
                problem(
                    base::format("agent \"{}\": spec.execution.tool_sequence requires \"{}\", which is not "
                                 "in spec.tools",
                                 node.name, name));
        }
    }

    void pin_once(std::string_view role, const Resource& r) {
        const bool pinned =
            std::any_of(plan_.revisions.begin(), plan_.revisions.end(), [&](const Revision& revision) {
                return revision.pin.role == role && revision.pin.namespace_ == r.metadata.namespace_ &&
                       revision.pin.name == r.metadata.name;
            });
        if (!pinned) pin(role, r);
    }

    std::size_t endpoint(const std::string& agent, const std::string& reference) {
        if (reference.empty()) {
            problem(base::format("agent \"{}\" must set spec.model_ref", agent));
            return 0;
        }
        const Name name = resource::parse_name(reference, plan_.task.namespace_);
        for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
            if (plan_.endpoints[i].name == name) return i;
        }
        const auto found = find<resource::ModelEndpointSpec>(name);
        if (!found) {
            problem(base::format("agent \"{}\": model endpoint \"{}\" not found in namespace \"{}\"", agent,
                                 name.name, name.namespace_));
            hint("see which there are: orloj get model-endpoints -A");
            return 0;
        }
        try {
            EndpointPlan planned = plan_endpoint(name, std::get<resource::ModelEndpointSpec>(found->spec));
            pin("endpoint", *found);
            plan_.endpoints.push_back(std::move(planned));
        } catch (const base::Error& error) {
            problem(error.message());
            for (const std::string& text : error.hints())
                hint(text);
            return 0;
        }
        return plan_.endpoints.size() - 1;
    }

    /// What the manifests may say but this version cannot do. Better to refuse than to run something else.
    void unavailable(const resource::AgentSystemSpec& system) {
        const auto refuse = [&](const std::string& subject, std::string_view what, bool one = false) {
            problem(base::format("{} uses {}, which {} not available in this version", subject, what,
                                 one ? "is" : "are"));
        };
        for (const NodePlan& node : plan_.nodes) {
            const std::string subject = base::format("agent \"{}\"", node.name);
            if (!node.agent.tools.empty() && tools_ == nullptr) refuse(subject, "tools");
            if (!node.agent.memory.allow.empty()) refuse(subject, "memory", true);
            if (node.agent.execution.profile == resource::Profile::contract && tools_ == nullptr)
                refuse(subject, "a contract", true);
        }
        for (const auto& [name, node] : system.graph) {
            if (node.review) refuse(base::format("graph node \"{}\"", name), "a review", true);
        }
        const std::string subject = base::format("agentsystem \"{}\"", plan_.system);
        if (system.completion_review) refuse(subject, "a review", true);
        if (!system.context_adapter.empty()) refuse(subject, "a context adapter", true);
    }

    const Catalog& catalog_;
    Plan& plan_;
    const Tools* tools_; // may be null
    std::vector<std::string> problems_;
    std::string hint_;
};

Caps caps_of(const Plan& plan) {
    Caps out;
    out.model_calls = std::max<std::int64_t>(2000, 20 * static_cast<std::int64_t>(plan.nodes.size()));
    const resource::RunLimits wanted = plan.spec.limits.value_or(resource::RunLimits{});
    if (wanted.model_calls > 0) out.model_calls = wanted.model_calls;
    if (wanted.tokens > 0) out.tokens = wanted.tokens;
    out.cost = wanted.cost;
    if (wanted.time.us > 0) out.time = wanted.time;
    return out;
}

constexpr std::int64_t most_option = 1'000'000; // no endpoint means more calls or tries than this

std::int64_t option_number(const EndpointPlan& plan, const std::string& name, std::int64_t otherwise) {
    const auto it = plan.spec.options.find(name);
    if (it == plan.spec.options.end()) return otherwise;
    const auto value = base::to_integer(it->second);
    if (!value || *value < 0 || *value > most_option) {
        throw base::Error(
            base::Fault::reference,
            base::format("model endpoint \"{}\": options.{} \"{}\" is not a whole number up to {}",
                         plan.name.name, name, it->second, most_option));
    }
    return *value;
}

} // namespace

const ToolPlan* NodePlan::tool(std::string_view said) const {
    const auto named = [&](auto same) {
        const auto it = std::find_if(tools.begin(), tools.end(),
                                     [&](const ToolPlan& tool) { return same(tool.name, said); });
        return it == tools.end() ? nullptr : &*it;
    };
    const ToolPlan* exact = named([](std::string_view a, std::string_view b) { return a == b; });
    return exact != nullptr ? exact : named(base::same_ignoring_case);
}

std::optional<std::size_t> NodePlan::choice(std::size_t refused) const {
    if (refused == 0) return endpoint;
    return refused <= fallbacks.size() ? std::optional(fallbacks[refused - 1]) : std::nullopt;
}

std::size_t Plan::expected(std::size_t node, std::int64_t generation) const {
    const NodePlan& n = nodes[node];
    if (n.reports_to) return 1;
    return n.before + (generation > 1 ? n.again : 0);
}

std::optional<std::size_t> Plan::only_end() const {
    if (cyclic) return std::nullopt;
    std::optional<std::size_t> out;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const NodePlan& node = nodes[i];
        const bool depends = std::any_of(node.next.begin(), node.next.end(),
                                         [](const EdgePlan& edge) { return edge.conditional(); });
        if (depends) return std::nullopt;
        if (!node.next.empty() || node.reports_to) continue;
        if (out) return std::nullopt;
        out = i;
    }
    return out;
}

std::optional<std::size_t> Plan::node(std::string_view name) const {
    const auto it = index.find(name);
    return it == index.end() ? std::nullopt : std::optional(it->second);
}

std::vector<std::string> Plan::agents() const {
    std::vector<std::string> out;
    std::set<std::string_view> seen;
    for (const NodePlan& node : nodes) {
        if (seen.insert(node.declared).second) out.push_back(node.declared);
    }
    return out;
}

EndpointPlan plan_endpoint(const Name& name, const resource::ModelEndpointSpec& spec) {
    EndpointPlan out;
    out.name = name;
    out.spec = spec;
    out.provider = provider::find_provider(spec.provider);
    if (out.provider == nullptr) {
        std::vector<std::string> names;
        for (const provider::Provider& row : provider::providers())
            names.emplace_back(row.name);
        const auto meant = base::nearest(spec.provider, names);
        throw base::Error(
            base::Fault::reference,
            base::format("unsupported model endpoint provider \"{}\" for {}", spec.provider, name.text()))
            .hint(meant ? base::format("did you mean '{}'?", *meant)
                        : "known providers: " + base::join(names, ", "));
    }
    out.endpoint.name = name.text();
    out.endpoint.base_url =
        spec.base_url.empty() ? std::string(out.provider->default_base_url) : spec.base_url;
    out.endpoint.model = spec.default_model;
    out.endpoint.options = spec.options;
    out.endpoint.allow_private = spec.allow_private.value_or(out.provider->allow_private);
    out.max_concurrency = option_number(out, "max_concurrency", out.provider->max_concurrency);
    out.max_retries = option_number(out, "max_retries", 2);
    const auto stream = spec.options.find("stream");
    out.stream = out.provider->decoder != nullptr &&
                 (stream == spec.options.end() || base::lower(stream->second) != "false");
    return out;
}

Plan make_plan(const Resource& task, const Catalog& catalog, const Tools* tools) {
    Plan plan;
    Planner planner(catalog, plan, tools);
    planner.system(task);
    planner.finish();
    plan.caps = caps_of(plan);
    return plan;
}

Catalog pinned(const std::vector<Revision>& revisions) {
    using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
    std::map<Key, const Revision*> known;
    for (const Revision& r : revisions)
        known.try_emplace(Key(r.pin.kind, r.pin.namespace_, r.pin.name), &r);
    return [known = std::move(known)](const resource::Kind& kind, const Name& name) {
        std::optional<Resource> out;
        const auto found = known.find(Key(kind.name, name.namespace_, name.name));
        if (found == known.end()) return out;
        out.emplace();
        out->metadata.name = name.name;
        out->metadata.namespace_ = name.namespace_;
        out->spec = resource::read_spec(kind, found->second->spec);
        return out;
    };
}

} // namespace run
