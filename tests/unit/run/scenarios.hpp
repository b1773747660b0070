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
    ToolScript tools; ///< null: the agents have none

    [[nodiscard]] run::Plan plan() const { return plan(task_resource()); }
    [[nodiscard]] run::Plan plan(const resource::Resource& planned) const {
        const ScriptedTools offered(tools);
        return run::make_plan(planned, shelf.catalog(), tools ? &offered : nullptr);
    }
    [[nodiscard]] resource::Resource task_resource() const { return test::task("s", task); }
};

/// A world that answers as the scenario says.
struct Stage {
    explicit Stage(const Scenario& scenario) : world(scenario.answer), tools(scenario.tools, &world.clock) {
        world.secrets.keys["e"] = world.secrets.keys["down"] = "sk-test";
        world.policies.policies = scenario.policies;
        if (scenario.tools) world.tools = &tools;
    }
    World world;
    ScriptedTools tools;
};

inline std::string agent_in(const std::string& body) {
    const std::size_t at = body.find("You are ");
    return at == std::string::npos ? "" : body.substr(at + 8, body.find('.', at) - at - 8);
}

/// Agent a with these tools, and b that gets its answer.
inline Shelf with_tools(const std::vector<std::string>& tools, resource::Execution execution = {}) {
    Shelf s;
    resource::AgentSpec agent;
    agent.model_ref = "e";
    agent.prompt = "You are a.";
    agent.tools = tools;
    agent.execution = std::move(execution);
    s.endpoint("e", "openai").put("a", agent).agent("b", "e").put("s", line({"a", "b"}));
    return s;
}

inline std::vector<Scenario> tool_scenarios() {
    std::vector<Scenario> out;
    const auto model = [](std::function<std::string(const std::string& body)> of_a) -> World::Answer {
        return [of_a = std::move(of_a)](const http::Request& r) {
            return ok(agent_in(r.body) == "a" ? of_a(r.body) : chat("answer of " + agent_in(r.body)));
        };
    };
    {
        Shelf s = with_tools({"slow", "fast"});
        s.tool("slow").tool("fast");
        out.push_back({"tools side by side",
                       s,
                       {},
                       {},
                       model([](const std::string& body) {
                           if (results_in(body) > 0) return chat("both are done");
                           return tool_calls({{"c1", "slow", R"({"n":1})"}, {"c2", "fast"}, {"c3", "other"}});
                       }),
                       [](const run::ToolStart& start) {
                           return says("result of " + start.tool, start.tool == "slow" ? 500 : 20);
                       }});
        out.push_back({"a tool called again with the same arguments",
                       s,
                       {},
                       {},
                       model([](const std::string& body) {
                           const std::size_t n = results_in(body);
                           if (n >= 3) return chat("done");
                           if (n > 0) return tool_calls({{"c3", "slow", R"({"a":1,"b":2})"}});
                           return tool_calls(
                               {{"c1", "slow", R"({"b":2,"a":1})"}, {"c2", "slow", R"({"a":1,"b":2.0})"}});
                       }),
                       [](const run::ToolStart&) { return says("once"); }});
    }
    {
        Shelf s = with_tools({"flaky"});
        s.tool("flaky", {"read"}, 3);
        out.push_back({"a tool that answers at its third try",
                       s,
                       {},
                       {},
                       model([](const std::string& body) {
                           return results_in(body) > 0 ? chat("done") : tool_calls({{"c1", "flaky"}});
                       }),
                       [](const run::ToolStart& start) {
                           return start.request.ends_with(".3") ? says("at last") : fails("busy", true);
                       }});
    }
    {
        Shelf s = with_tools({"pay", "look"});
        s.tool("pay", {"write"}).tool("look");
        out.push_back({"a tool that writes",
                       s,
                       {},
                       {},
                       model([](const std::string& body) {
                           return results_in(body) > 0
                                      ? chat("paid")
                                      : tool_calls({{"c1", "pay", R"({"sum":5})"}, {"c2", "look"}});
                       }),
                       [](const run::ToolStart& start) { return says("did " + start.tool, 10); }});
    }
    {
        resource::Execution first;
        first.tool_use_behavior = resource::ToolUse::stop_on_first_tool;
        Shelf s = with_tools({"bad", "good", "never"}, first);
        s.tool("bad").tool("good").tool("never");
        out.push_back({"the first result is the answer",
                       s,
                       {},
                       {},
                       model([](const std::string&) {
                           return tool_calls({{"c1", "bad"}, {"c2", "good"}, {"c3", "never"}});
                       }),
                       [](const run::ToolStart& start) {
                           return start.tool == "bad" ? fails("no") : says("the result", 30);
                       }});
    }
    {
        resource::Execution contract;
        contract.profile = resource::Profile::contract;
        contract.tool_sequence = {"first", "second"};
        contract.required_output_markers = {"DONE"};
        Shelf s = with_tools({"first", "second"}, contract);
        s.tool("first").tool("second");
        out.push_back({"a contract",
                       s,
                       {},
                       {},
                       model([](const std::string& body) {
                           const std::size_t n = results_in(body);
                           if (n == 0 && body.find("Call these tools first") == std::string::npos)
                               return chat("I know it already");
                           if (n == 0) return tool_calls({{"c1", "second"}, {"c2", "first"}});
                           const bool told_twice = body.find("not done yet") != body.rfind("not done yet");
                           return chat(told_twice ? "DONE: it is so" : "it is so");
                       }),
                       [](const run::ToolStart&) { return says("fine"); }});
    }
    return out;
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
    for (Scenario& scenario : tool_scenarios())
        out.push_back(std::move(scenario));
    return out;
}

} // namespace test
