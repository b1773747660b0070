// Small systems that together use everything the engine can do, with answers that depend on the request
// alone.
#pragma once

#include "world.hpp"

namespace test {

struct Scenario {
    std::string name;
    Shelf shelf;
    resource::TaskSpec task;
    std::vector<run::Policy> policies;
    /// Answers by agent and by how many messages the request holds, so that it does not depend on history.
    World::Answer answer;
};

inline std::string agent_in(const std::string& body) {
    const std::size_t at = body.find("You are ");
    return at == std::string::npos ? "" : body.substr(at + 8, body.find('.', at) - at - 8);
}

inline std::vector<Scenario> scenarios() {
    std::vector<Scenario> out;
    const World::Answer plain = [](const http::Request& r) {
        return ok(chat("answer of " + agent_in(r.body)));
    };
    {
        Shelf s;
        s.endpoint("e", "openai")
            .agent("a", "e")
            .agent("b", "e")
            .agent("c", "e")
            .put("s", line({"a", "b", "c"}));
        out.push_back({"line", s, {}, {}, plain});
        resource::TaskSpec turns;
        turns.max_turns = 2;
        out.push_back({"line cut by max_turns", s, turns, {}, plain});
        resource::AgentPolicySpec budget;
        budget.max_tokens_per_run = 5000;
        out.push_back({"budget", s, {}, {{{"default", "p"}, budget}}, [](const http::Request& r) {
                           return ok(chat("answer of " + agent_in(r.body), 2000, 500));
                       }});
    }
    {
        Shelf s;
        s.endpoint("e", "openai")
            .agent("in", "e")
            .agent("x", "e")
            .agent("y", "e")
            .agent("z", "e")
            .agent("out", "e");
        s.put("s", graph({"in", "x", "y", "z", "out"},
                         {{"in", "x"}, {"in", "y"}, {"in", "z"}, {"x", "out"}, {"y", "out"}, {"z", "out"}}));
        out.push_back({"fan-out and join", s, {}, {}, plain});
        out.push_back({"a branch fails",
                       s,
                       {},
                       {},
                       [plain](const http::Request& r) -> std::variant<http::Response, http::Failure> {
                           return agent_in(r.body) == "y"
                                      ? ok(R"({"error":{"message":"no","code":"invalid_api_key"}})", 401)
                                      : plain(r);
                       }});
    }
    {
        Shelf s;
        s.endpoint("m", "mock").agent("a", "m").agent("b", "m").put("s", line({"a", "b"}));
        out.push_back({"mock", s, {}, {}, plain});
    }
    {
        Shelf s;
        s.endpoint("e", "openai").agent("a", "e").agent("b", "e").put("s", line({"a", "b"}));
        out.push_back(
            {"tool calls that nobody offered",
             s,
             {},
             {},
             [plain](const http::Request& r) -> std::variant<http::Response, http::Failure> {
                 if (r.body.find("tool_call_id") != std::string::npos) return plain(r);
                 return ok(
                     R"({"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[)"
                     R"({"id":"c1","type":"function","function":{"name":"grep","arguments":"{}"}},)"
                     R"({"id":"c2","type":"function","function":{"name":"ls","arguments":"{}"}}]},)"
                     R"("finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1}})");
             }});
    }
    {
        Shelf s;
        s.endpoint("e", "openai").agent("boss", "e").agent("x", "e").agent("y", "e").agent("out", "e");
        s.put("s", graph({"boss", "x", "y", "out"},
                         {{"boss", "x"}, {"boss", "y"}, {"boss", "out"}, {"x", "boss"}, {"y", "boss"}}));
        resource::TaskSpec turns;
        turns.max_turns = 4;
        out.push_back({"a cycle", s, turns, {}, plain});
    }
    {
        Shelf s;
        resource::AgentSpec agent;
        agent.model_ref = "down";
        agent.fallback_model_refs = {"e"};
        s.endpoint("down", "openai").endpoint("e", "openai", {{"max_tokens", "9"}}).put("a", agent);
        s.agent("b", "e").put("s", line({"a", "b"}));
        out.push_back({"a fallback and a refused parameter",
                       s,
                       {},
                       {},
                       [plain](const http::Request& r) -> std::variant<http::Response, http::Failure> {
                           if (r.body.find("m-down") != std::string::npos) return ok("{}", 503);
                           if (r.body.find("max_completion_tokens") == std::string::npos) return plain(r);
                           return ok(R"({"error":{"message":"no","code":"unsupported_parameter",)"
                                     R"("param":"max_completion_tokens"}})",
                                     400);
                       }});
    }
    {
        Shelf s;
        resource::AgentSpec agent;
        agent.model_ref = "e";
        agent.execution.output_schema.text = R"({"type":"object","required":["x"]})";
        s.endpoint("e", "openai").put("a", agent).agent("b", "e").put("s", line({"a", "b"}));
        out.push_back({"an answer that does not follow its schema at first",
                       s,
                       {},
                       {},
                       [plain](const http::Request& r) -> std::variant<http::Response, http::Failure> {
                           if (r.body.find("response_format") == std::string::npos) return plain(r);
                           const bool told = r.body.find("Answer again") != std::string::npos;
                           return ok(chat(told ? "```json\n{\"x\":1}\n```" : "{}"));
                       }});
    }
    {
        Shelf s;
        s.endpoint("e", "openai").agent("a", "e").agent("x", "e").agent("y", "e").agent("out", "e");
        resource::AgentSystemSpec system =
            graph({"a", "x", "y", "out"}, {{"a", "x"}, {"a", "y"}, {"x", "out"}, {"y", "out"}});
        system.graph["a"].delegates.emplace_back().to = "x";
        system.graph["a"].delegates.emplace_back().to = "y";
        system.graph["a"].edges[0].condition.emplace().output_contains = "nothing like it";
        system.graph["a"].edges[1].condition.emplace().is_default = true;
        system.graph["out"].join.emplace().on_failure = resource::JoinFailure::skip;
        s.put("s", system);
        out.push_back({"delegates, a default edge and a join", s, {}, {}, plain});
    }
    {
        Shelf s;
        s.endpoint("e", "openai").agent("x", "e").agent("y", "e").agent("z", "e").agent("out", "e");
        resource::AgentSystemSpec system =
            graph({"x", "y", "z", "out"}, {{"x", "out"}, {"y", "out"}, {"z", "out"}});
        system.graph["out"].join =
            resource::Join{resource::JoinMode::quorum, 2, 0, resource::JoinFailure::continue_partial};
        s.put("s", system);
        out.push_back({"a quorum without a branch that failed",
                       s,
                       {},
                       {},
                       [plain](const http::Request& r) -> std::variant<http::Response, http::Failure> {
                           return agent_in(r.body) == "y"
                                      ? ok(R"({"error":{"message":"no","code":"invalid_api_key"}})", 401)
                                      : plain(r);
                       }});
    }
    return out;
}

} // namespace test
