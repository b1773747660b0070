#include "resource/agent_system.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "resource/pattern.hpp"

namespace resource {

using namespace schema;

namespace {

constexpr std::size_t longest_pattern = 512; // characters, as in the original

void check_number(const std::optional<std::string>& text, std::string_view name, const Check& check) {
    if (text && !base::to_number(base::trim(*text))) {
        check.error_as_is(name, base::format("{}: must be a valid number: \"{}\"", check.path(name), *text));
    }
}

void condition_rule(Condition& c, const Check& check) {
    const bool compares = c.equals || c.not_equals || c.contains || c.greater_than || c.less_than;
    const auto characters = std::count_if(c.output_matches.begin(), c.output_matches.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    });
    if (static_cast<std::size_t>(characters) > longest_pattern) {
        check.error_as_is("output_matches", check.path("output_matches") + ": pattern exceeds 512 chars");
    } else if (!c.output_matches.empty()) {
        if (const std::string problem = Pattern::problem(c.output_matches); !problem.empty()) {
            check.error_as_is("output_matches",
                              base::format("{}: invalid regex \"{}\": {}", check.path("output_matches"),
                                           c.output_matches, problem));
        }
    }
    if (!c.output_json_path.empty() && !c.output_json_path.starts_with("$.")) {
        check.error_as_is("output_json_path", check.path("") + ": output_json_path must start with \"$.\"");
    }
    if (c.output_json_path.find_first_of("[]*") != std::string::npos ||
        c.output_json_path.find("..") != std::string::npos) {
        check.warning("output_json_path",
                      base::format("\"{}\" is read as keys of objects: '[', '*' and '..' have no meaning of "
                                   "their own",
                                   c.output_json_path),
                      "$.a.b is the key b of the object at the key a");
    }
    if (!c.output_json_path.empty() && !compares) {
        check.error_as_is("output_json_path",
                          check.path("") +
                              ": output_json_path requires at least one comparison operator (equals, "
                              "not_equals, contains, greater_than, less_than)");
    }
    if (c.output_json_path.empty() && compares) {
        check.error_as_is("",
                          check.path("") +
                              ": comparison operators (equals, not_equals, etc.) require output_json_path");
    }
    check_number(c.greater_than, "greater_than", check);
    check_number(c.less_than, "less_than", check);
    const bool other = compares || !c.output_contains.empty() || !c.output_not_contains.empty() ||
                       !c.output_matches.empty() || !c.output_json_path.empty();
    if (c.is_default && other) {
        check.error_as_is("default", check.path("") + ": default edge must not have other condition fields");
    }
}

void join_rule(Join& join, const Check& check) {
    if (join.quorum_percent < 0 || join.quorum_percent > 100) {
        check.warning("quorum_percent", base::format("{} counts as {}", join.quorum_percent,
                                                     join.quorum_percent < 0 ? 0 : 100));
    }
    if (join.quorum_count < 0)
        check.warning("quorum_count", base::format("{} counts as 0", join.quorum_count));
    join.quorum_count = std::max<std::int64_t>(join.quorum_count, 0);
    join.quorum_percent = std::clamp<std::int64_t>(join.quorum_percent, 0, 100);
}

void drop_empty(std::vector<Route>& routes) {
    routes.erase(std::remove_if(routes.begin(), routes.end(), [](const Route& r) { return r.to.empty(); }),
                 routes.end());
}

void one_default(const std::vector<Route>& routes, std::string_view name, const Check& check) {
    const auto defaults = std::count_if(
        routes.begin(), routes.end(), [](const Route& r) { return r.condition && r.condition->is_default; });
    if (defaults > 1) {
        check.error_as_is(name, base::format("{}: at most one default edge is allowed, found {}",
                                             check.path(name), defaults));
    }
}

void node_rule(GraphNode& node, const Check& check) {
    drop_empty(node.edges);
    drop_empty(node.delegates);
    one_default(node.edges, "edges", check);
    one_default(node.delegates, "delegates", check);
}

void unique_checkpoint(const std::optional<Review>& review, const std::string& path,
                       std::map<std::string, std::string>& seen, const Check& check) {
    if (!review || review->checkpoint_id.empty()) return;
    const auto [it, fresh] = seen.emplace(base::lower(review->checkpoint_id), check.path(path));
    if (fresh) return;
    check.error_as_is(
        path + ".checkpoint_id",
        base::format("checkpoint_id \"{}\" must be unique within the system (already used by {})",
                     review->checkpoint_id, it->second));
}

void system_rule(AgentSystemSpec& system, const Check& check) {
    std::map<std::string, std::string> checkpoints;
    for (auto& [name, node] : system.graph) {
        for (std::size_t i = 0; i < node.delegates.size(); ++i) {
            if (node.delegates[i].to == name) {
                check.error_as_is("graph." + name + ".delegates",
                                  base::format("{}[{}]: a node cannot delegate to itself",
                                               check.path("graph." + name + ".delegates"), i));
            }
        }
        unique_checkpoint(node.review, "graph." + name + ".review", checkpoints, check);
    }
    unique_checkpoint(system.completion_review, "completion_review", checkpoints, check);
}

} // namespace

const Type& describe(const Condition*) {
    static const Type type = object_type<Condition, condition_rule>(
        "Condition", "When an edge is taken; every field that is set must hold.",
        {
            field<&Condition::output_contains>("output_contains",
                                               "The output contains this text, ignoring case.", trimmed),
            field<&Condition::output_not_contains>(
                "output_not_contains", "The output does not contain this text, ignoring case.", trimmed),
            field<&Condition::output_matches>("output_matches", "The output matches this RE2 pattern.",
                                              trimmed),
            field<&Condition::output_json_path>(
                "output_json_path",
                "$.a.b: the value at these keys of the output read as JSON, fenced or not; where there is "
                "none, nothing holds. Needs one of the comparisons below.",
                trimmed),
            field<&Condition::equals>("equals", "The value at the path is this; numbers by value.", trimmed),
            field<&Condition::not_equals>("not_equals", "The value at the path is another one.", trimmed),
            field<&Condition::contains>(
                "contains",
                "The list at the path has this item, or the text at the path contains it, ignoring case.",
                trimmed),
            field<&Condition::greater_than>("greater_than", "The number at the path is greater.", trimmed),
            field<&Condition::less_than>("less_than", "The number at the path is less.", trimmed),
            field<&Condition::is_default>("default",
                                          "Taken when no condition of the node's other edges holds."),
        });
    return type;
}

const Type& describe(const Route*) {
    static const Type type = with_short_form(
        "to",
        object_type<Route>(
            "Route", "An edge to another node.",
            {
                field<&Route::to>("to", "The node that gets the output.", trimmed, alias("next")),
                field<&Route::labels>("labels", "Labels of the edge, for the reader only."),
                field<&Route::policy>("policy", "Kept for the original's manifests.",
                                      unsupported("edge policies never had one")),
                field<&Route::condition>(
                    "condition",
                    "When the edge is taken; always when absent. Several edges to one node: one is enough."),
            }));
    return type;
}

const Type& describe(const JoinMode*) {
    static const Type type = choice_type<JoinMode>("mode", {"wait_for_all", "quorum"});
    return type;
}
const Type& describe(const JoinFailure*) {
    static const Type type =
        choice_type<JoinFailure>("on_failure", {"deadletter", "skip", "continue_partial"});
    return type;
}

const Type& describe(const Join*) {
    static const Type type = object_type<Join, join_rule>(
        "Join", "How a node with several predecessors waits.",
        {
            field<&Join::mode>("mode", "wait_for_all waits for every predecessor that can still hand over, "
                                       "quorum for enough of them; what comes later is not used."),
            field<&Join::quorum_count>("quorum_count",
                                       "How many inputs are enough. With quorum_percent the larger number "
                                       "counts; with neither, all.",
                                       alias("quorumCount")),
            field<&Join::quorum_percent>(
                "quorum_percent",
                "How many inputs are enough, in percent of those that can still come, rounded up.",
                alias("quorumPercent")),
            field<&Join::on_failure>(
                "on_failure",
                "What a failed branch does: deadletter fails the task, skip no longer "
                "expects it, continue_partial goes on with what arrived and tells the agent what is missing. "
                "Nothing goes on when no input arrived, or when a policy denied a call.",
                alias("onFailure")),
        });
    return type;
}

const Type& describe(const Review*) {
    static const Type type = object_type<Review>(
        "Review", "A person looks at an output before the run goes on.",
        {
            field<&Review::checkpoint_id>("checkpoint_id", "Name of the checkpoint, unique in the system.",
                                          trimmed, required),
            field<&Review::display_name>("display_name", "The name people are shown.", trimmed),
            field<&Review::reason>("reason", "Why a person is asked.", trimmed),
            field<&Review::ttl>("ttl", "How long the question stands; 10m when absent."),
            field<&Review::allow_request_changes>(
                "allow_request_changes", "Whether the answer may be to change the output; true when absent."),
            field<&Review::max_review_cycles>("max_review_cycles",
                                              "How often changes may be asked for; below 1 means 3.",
                                              default_below(1)),
        });
    return type;
}

const Type& describe(const GraphNode*) {
    static const Type type = object_type<GraphNode, node_rule>(
        "GraphNode", "One agent's place in the graph.",
        {
            field<&GraphNode::next>("next", "The single successor.", trimmed),
            field<&GraphNode::edges>("edges", "The successors."),
            field<&GraphNode::join>("join", "How several predecessors are waited for."),
            field<&GraphNode::delegates>(
                "delegates", "Agents that are given the first answer and report back; the node then answers "
                             "again, and that answer goes to its edges. Needs two steps of max_steps."),
            field<&GraphNode::delegate_join>(
                "delegate_join", "How their reports are waited for, as a join of those that were asked."),
            field<&GraphNode::review>("review", "A person checks this node's output.",
                                      unsupported("reviews are not available in this version")),
        });
    return type;
}

const Type& describe(const A2aAuth*) {
    static const Type type = choice_type<A2aAuth>("auth", {"bearer", "public"});
    return type;
}

const Type& describe(const A2a*) {
    static const Type type = object_type<A2a>(
        "A2a", "Publishing over A2A, which needs a server.",
        {
            field<&A2a::enabled>("enabled", "Whether the system is offered to agents elsewhere.",
                                 unsupported("a local binary does not publish systems")),
            field<&A2a::auth>("auth", "bearer: callers need a token; public: anybody may call."),
        });
    return type;
}

const Type& describe(const AgentSystemSpec*) {
    static const Type type = object_type<AgentSystemSpec, system_rule>(
        "AgentSystemSpec", "Agents that work together.",
        {
            field<&AgentSystemSpec::agents>("agents", "The agents, in the order they run without a graph.",
                                            text_items),
            field<&AgentSystemSpec::graph>("graph", "Who hands over to whom, by agent name."),
            field<&AgentSystemSpec::completion_review>(
                "completion_review", "A person checks the final output.",
                unsupported("reviews are not available in this version")),
            field<&AgentSystemSpec::context_adapter>(
                "context_adapter", "A ContextAdapter for the task's input.", trimmed,
                unsupported("context adapters are not available in this version")),
            field<&AgentSystemSpec::a2a>("a2a", "Publishing over A2A."),
        });
    return type;
}

std::vector<std::string> successors(const GraphNode& node) {
    std::vector<std::string> out;
    const auto add = [&](const std::string& to) {
        const bool known = std::any_of(out.begin(), out.end(), [&](const std::string& seen) {
            return base::same_ignoring_case(seen, to);
        });
        if (!to.empty() && !known) out.push_back(to);
    };
    add(node.next);
    for (const Route& edge : node.edges)
        add(edge.to);
    return out;
}

} // namespace resource
