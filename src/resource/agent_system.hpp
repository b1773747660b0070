// AgentSystem: which agents work together, and who hands over to whom.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "schema/type.hpp"

namespace resource {

/// When an edge is taken. Every field that is set must hold.
struct Condition {
    std::string output_contains;
    std::string output_not_contains;
    std::string output_matches;
    std::string output_json_path;
    std::optional<std::string> equals;
    std::optional<std::string> not_equals;
    std::optional<std::string> contains;
    std::optional<std::string> greater_than;
    std::optional<std::string> less_than;
    bool is_default = false;
};
const schema::Type& describe(const Condition*);

struct Route {
    std::string to;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> policy;
    std::optional<Condition> condition;
};
const schema::Type& describe(const Route*);

enum class JoinMode { wait_for_all, quorum };
enum class JoinFailure { deadletter, skip, continue_partial };
const schema::Type& describe(const JoinMode*);
const schema::Type& describe(const JoinFailure*);

struct Join {
    JoinMode mode = JoinMode::wait_for_all;
    std::int64_t quorum_count = 0;
    std::int64_t quorum_percent = 0;
    JoinFailure on_failure = JoinFailure::deadletter;
};
const schema::Type& describe(const Join*);

struct Review {
    std::string checkpoint_id;
    std::string display_name;
    std::string reason;
    base::Duration ttl{};
    std::optional<bool> allow_request_changes;
    std::int64_t max_review_cycles = 3;
};
const schema::Type& describe(const Review*);

struct GraphNode {
    std::string next;
    std::vector<Route> edges;
    std::optional<Join> join;
    std::vector<Route> delegates;
    std::optional<Join> delegate_join;
    std::optional<Review> review;
};
const schema::Type& describe(const GraphNode*);

enum class A2aAuth { bearer, public_ };
const schema::Type& describe(const A2aAuth*);

struct A2a {
    bool enabled = false;
    A2aAuth auth = A2aAuth::bearer;
};
const schema::Type& describe(const A2a*);

struct AgentSystemSpec {
    std::vector<std::string> agents;
    std::map<std::string, GraphNode> graph;
    std::optional<Review> completion_review;
    std::string context_adapter;
    std::optional<A2a> a2a;
};
const schema::Type& describe(const AgentSystemSpec*);

/// The nodes `node` hands over to, in order, without repeats: `next` first, then the edges.
std::vector<std::string> successors(const GraphNode& node);

} // namespace resource
