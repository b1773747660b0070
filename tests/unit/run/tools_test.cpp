// Tools as the engine calls them: in parallel, answered in order, retried, cut, cached, blocked, approved.
// Each row of the weaknesses of the original that concerns them has a case here.
#include <doctest/doctest.h>

#include "scenarios.hpp"

using namespace test;

namespace {

/// One agent with these tools, and a model that says these answers one after another.
struct Setting {
    Setting(std::vector<std::string> offered, std::vector<std::string> answers, ToolScript script)
        : model(std::move(answers)), tools(std::move(script), &world.clock) {
        agent.model_ref = "e";
        agent.prompt = "You are a.";
        agent.tools = offered;
        for (const std::string& name : offered)
            if (!name.starts_with("wr")) shelf.tool(name);
        world.secrets.keys["e"] = "sk-test";
        world.tools = &tools;
    }
    const run::State& play() {
        shelf.endpoint("e", "openai", {{"stream", "false"}}).put("a", agent).put("s", line({"a"}));
        plan = run::make_plan(task("s"), shelf.catalog(), &tools);
        engine = std::make_unique<run::Engine>(plan, world.world());
        return engine->run();
    }
    [[nodiscard]] std::string answer() const { return trace::answer_of(*engine->state().end); }
    [[nodiscard]] const std::string& last_request() const { return world.requests.back(); }

    std::vector<std::string> model;
    resource::AgentSpec agent;
    Shelf shelf;
    std::size_t said = 0;
    World world{[this](const http::Request&) { return ok(model[std::min(said++, model.size() - 1)]); }};
    ScriptedTools tools;
    run::Plan plan;
    std::unique_ptr<run::Engine> engine;
};

ToolScript always(std::string text) {
    return [text = std::move(text)](const run::ToolStart&) { return says(text); };
}

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("W-03: a failed tool answers the model with what went wrong") {
    Setting s({"search"}, {tool_calls({{"c1", "search"}}), chat("sorry")},
              [](const run::ToolStart&) { return fails("no \"route\""); });
    const run::State& state = s.play();
    CHECK(state.end->phase == "Succeeded");
    CHECK(s.answer() == "sorry");
    CHECK(holds(
        s.last_request(),
        R"({"role":"tool","tool_call_id":"c1","content":"{\"code\":\"execution_failed\",)"
        R"(\"reason\":\"tool_backend_failure\",\"retryable\":false,\"message\":\"no \\\"route\\\"\"}"})"));
    const auto errors = s.world.sink.of<trace::ToolError>();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].request == "a1.a.1.s1.t1.1");
    CHECK(errors[0].detail == "no \"route\"");
}

TEST_CASE("W-04: a tool may be used again, and stays offered") {
    Setting s({"search", "other"},
              {tool_calls({{"c1", "search", R"({"q":1})"}}), tool_calls({{"c2", "search", R"({"q":2})"}}),
               chat("found")},
              always("a hit"));
    s.play();
    CHECK(s.answer() == "found");
    CHECK(s.tools.started.size() == 2);
    for (const std::string& body : s.world.requests)
        CHECK(holds(body, R"("function":{"name":"search","description":"Does search.")"));
}

TEST_CASE("W-04: a tool nobody offered is an error the model hears, and no denial") {
    Setting s({"search"}, {tool_calls({{"c1", "grep"}}), chat("well")}, always("x"));
    CHECK(s.play().end->phase == "Succeeded");
    CHECK(holds(s.last_request(), R"(\"code\":\"unsupported_tool\",\"reason\":\"tool_unsupported\")"));
    CHECK(holds(s.last_request(), "there is no tool 'grep'"));
    CHECK(s.tools.started.empty());
}

TEST_CASE("W-05: an answer that is JSON with a name, or names a tool in prose, is an answer") {
    for (const std::string& text :
         {std::string(R"({"name":"search","input":"x"})"), std::string("tool: search")}) {
        Setting s({"search"}, {chat(text)}, always("x"));
        s.play();
        CHECK(s.answer() == text);
        CHECK(s.tools.started.empty());
    }
}

TEST_CASE("W-06: stop_on_first_tool makes the result the answer, undelimited and whole") {
    const std::string long_result(100'000, 'x');
    Setting s({"one", "two"}, {tool_calls({{"c1", "one"}, {"c2", "two"}})}, always(long_result));
    s.agent.execution.tool_use_behavior = resource::ToolUse::stop_on_first_tool;
    s.play();
    CHECK(s.answer() == long_result);
    CHECK(s.tools.started.size() == 1);
    CHECK(s.world.requests.size() == 1);
    CHECK(s.world.sink.of<trace::AgentEnd>()[0].reason == "stop_on_first_tool");
    CHECK(s.engine->state().end->stopped_reason == "completed");
    const auto errors = s.world.sink.of<trace::ToolError>();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].detail == "not run: the result of an earlier call is the answer");
}

TEST_CASE("a result is the answer only when the contract is kept by it") {
    Setting s({"one", "two"}, {tool_calls({{"c1", "one"}}), tool_calls({{"c2", "two"}}), chat("later")},
              [](const run::ToolStart& call) { return says("the result of " + call.tool); });
    s.agent.execution.tool_use_behavior = resource::ToolUse::stop_on_first_tool;
    s.agent.execution.profile = resource::Profile::contract;
    s.agent.execution.tool_sequence = {"one", "two"};
    s.play();
    CHECK(s.answer() == "the result of two");
    CHECK(s.world.requests.size() == 2);
}

TEST_CASE("a result that is the answer has to follow output_schema") {
    for (const bool follows : {true, false}) {
        Setting s({"one"}, {tool_calls({{"c1", "one"}})}, always(follows ? R"({"n":1})" : "no JSON"));
        s.agent.execution.tool_use_behavior = resource::ToolUse::stop_on_first_tool;
        s.agent.execution.output_schema.text = R"({"type":"object","required":["n"]})";
        s.play();
        CHECK(s.engine->state().end->phase == (follows ? "Succeeded" : "Failed"));
        if (follows)
            CHECK(s.answer() == R"({"n":1})");
        else
            CHECK(s.engine->state().end->message.find(
                      "the result of tool \"one\" does not follow output_schema") != std::string::npos);
    }
}

TEST_CASE("W-10, W-11: every gated call waits for its own approval, and is made once for it") {
    Setting s({"wx", "wy"}, {tool_calls({{"c1", "wx", R"({"n":1})"}, {"c2", "wy"}}), chat("done")},
              always("ok"));
    s.shelf.tool("wx", {"write"}).tool("wy", {"write"});
    s.tools.gated = {"wx", "wy"};
    const run::State& state = s.play();
    CHECK(!state.end);
    CHECK(state.waiting == 2);
    CHECK(s.tools.started.empty());
    CHECK(s.world.requests.size() == 1);
    const auto pending = s.world.sink.of<trace::ApprovalPending>();
    REQUIRE(pending.size() == 2);
    CHECK(pending[0].hash != pending[1].hash);
    CHECK(pending[0].arguments.text == R"({"n":1})");
    CHECK(s.world.sink.of<trace::TaskInterrupted>()[0].approvals == 2);

    const auto resume = [&](const std::vector<trace::ApprovalDecided>& decisions, World& world) {
        auto engine = std::make_unique<run::Engine>(s.plan, world.world());
        for (const auto& message : s.world.sink.said)
            engine->load(message);
        trace::Event last;
        for (const auto& event : s.world.sink.all)
            engine->load(last = event);
        for (const auto& decision : decisions) {
            trace::Event event{last.seq + 1, last.time, 1, "a", 1, decision};
            engine->load(last = event);
        }
        engine->run("approved");
        return engine;
    };
    const auto fresh = [&](World& world, ScriptedTools& tools) {
        world.secrets.keys["e"] = "sk-test";
        world.tools = &tools;
    };
    {
        World world([](const http::Request&) { return ok(chat("done")); });
        ScriptedTools tools(always("ok"), &world.clock);
        fresh(world, tools);
        const auto engine = resume({{"c1", pending[0].hash, "approve", "anna"}}, world);
        CHECK(engine->state().waiting == 1); // the other one still waits, and nothing was asked meanwhile
        CHECK(tools.started.size() == 1);
        CHECK(world.requests.empty());
    }
    {
        World world([](const http::Request&) { return ok(chat("done")); });
        ScriptedTools tools(always("ok"), &world.clock);
        fresh(world, tools);
        const auto engine = resume(
            {{"c1", pending[0].hash, "approve", "anna"}, {"c2", pending[1].hash, "approve", "anna"}}, world);
        CHECK(engine->state().end->phase == "Succeeded");
        CHECK(tools.started.size() == 2);
        CHECK(world.requests.size() == 1);
    }
    {
        World world([](const http::Request&) { return ok(chat("done")); });
        ScriptedTools tools(always("ok"), &world.clock);
        fresh(world, tools);
        const auto engine = resume({{"c1", pending[1].hash, "approve", "anna"}}, world); // of another call
        CHECK(engine->state().waiting == 2);
        CHECK(tools.started.empty());
    }
    {
        World world([](const http::Request&) { return ok(chat("done")); });
        ScriptedTools tools(always("ok"), &world.clock);
        fresh(world, tools);
        const auto engine = resume({{"c1", pending[0].hash, "deny", "anna"}}, world);
        CHECK(engine->state().end->code == "policy");
        CHECK(engine->state().end->message == "agent a: anna denied the call of tool \"wx\"");
        CHECK(tools.started.empty());
    }
}

TEST_CASE("W-12, W-31: what decides is the code, not words: 'permission denied' in a message is no denial") {
    Setting s({"search"}, {tool_calls({{"c1", "search"}}), chat("ok")},
              [](const run::ToolStart&) { return fails("permission denied; timeout; policy "); });
    CHECK(s.play().end->phase == "Succeeded");
    CHECK(s.world.sink.of<trace::ToolError>()[0].code == "execution_failed");
}

TEST_CASE("W-18: listing a blocked tool is no error, calling it is") {
    resource::AgentPolicySpec spec;
    spec.blocked_tools = {" SEARCH "};
    {
        Setting s({"search"}, {chat("no need")}, always("x"));
        s.world.policies.policies = {{{"default", "p"}, spec}};
        CHECK(s.play().end->phase == "Succeeded");
    }
    Setting s({"other", "search"}, {tool_calls({{"c1", "other"}, {"c2", "search"}})}, always("x"));
    s.agent.allowed_tools = {"search"}; // deny comes before it
    s.world.policies.policies = {{{"default", "p"}, spec}};
    const run::State& state = s.play();
    CHECK(state.end->code == "policy");
    CHECK(state.end->message == "policy \"p\" blocks tool \"search\" for agent \"a\"");
    CHECK(base::exit_code(base::fault_named(state.end->code)) == 4);
    CHECK(s.tools.started.empty());
    const auto decisions = s.world.sink.of<trace::PolicyDecision>();
    REQUIRE(!decisions.empty());
    CHECK(decisions.back().tool == "search");
    CHECK(decisions.back().verdict == "deny");
    CHECK(decisions.back().rule == "blocked_tools");
}

TEST_CASE("a policy for an agent holds in each place that it has") {
    resource::AgentPolicySpec spec;
    spec.blocked_tools = {"search"};
    spec.target_agents = {"d"};
    Shelf s;
    s.endpoint("e", "openai").agent("x", "e").agent("y", "e").tool("search");
    resource::AgentSpec agent;
    agent.model_ref = "e";
    agent.prompt = "You are d.";
    agent.tools = {"search"};
    resource::AgentSystemSpec system = graph({"x", "y", "d"}, {{"x", "y"}});
    system.graph["x"].delegates.emplace_back().to = "d";
    system.graph["y"].delegates.emplace_back().to = "d";
    s.put("d", agent).put("s", system);
    const ScriptedTools tools(always("x"));
    const run::Plan plan = run::make_plan(task("s"), s.catalog(), &tools);
    run::Activation activation;
    activation.node = *plan.node("x/d");
    const auto verdict = run::admit_tool(plan, activation, {{{"default", "p"}, spec}},
                                         *plan.nodes[activation.node].tool("search"));
    CHECK(std::holds_alternative<run::Denied>(verdict));
}

TEST_CASE("an allowed call is a decision too when a policy lists tools") {
    resource::AgentPolicySpec spec;
    spec.blocked_tools = {"shell"};
    Setting s({"search"}, {tool_calls({{"c1", "search"}}), chat("ok")}, always("x"));
    s.world.policies.policies = {{{"default", "p"}, spec}};
    s.play();
    std::size_t allowed = 0;
    for (const auto& decision : s.world.sink.of<trace::PolicyDecision>())
        allowed += decision.tool == "search" && decision.verdict == "allow" ? 1 : 0;
    CHECK(allowed == 1);
}

TEST_CASE("W-23: arguments reach the tool as the model wrote them") {
    const std::vector<std::string> rows{R"({"id":9007199254740993})", R"({"input":"x","other":[1,2]})",
                                        R"({})", R"({"n":1.50,"t":"é\n"})"};
    for (const std::string& row : rows) {
        CAPTURE(row);
        Setting s({"search"}, {tool_calls({{"c1", "search", row}}), chat("ok")}, always("x"));
        s.play();
        REQUIRE(s.tools.started.size() == 1);
        CHECK(s.tools.started[0].arguments.text == row);
        CHECK(s.world.sink.of<trace::ToolRequest>()[0].arguments.text == row);
        CHECK(holds(s.last_request(), base::json_quoted(row)));
    }
}

TEST_CASE("an answer cut by its limit calls no tool") {
    const std::string cut =
        base::replace_all(tool_calls({{"c1", "search", R"({"q":"no)"}}, "I look"),
                          R"("finish_reason":"tool_calls")", R"("finish_reason":"length")");
    Setting s({"search"}, {cut, chat("more")}, always("found"));
    CHECK(s.play().end->phase == "Succeeded");
    CHECK(s.world.sink.of<trace::ToolRequest>().empty());
    CHECK(s.answer() == "I look");
}

TEST_CASE("arguments that are no object are answered, not run") {
    Setting s({"search"}, {tool_calls({{"c1", "search", "{cut"}}), chat("ok")}, always("x"));
    s.play();
    CHECK(s.tools.started.empty());
    CHECK(holds(s.last_request(), R"(\"code\":\"invalid_input\")"));
}

TEST_CASE("W-40: a long result is cut for the model, and the event says so") {
    const std::string sent = "head " + std::string(65'530, 'x') + "é and more";
    Setting s({"search"}, {tool_calls({{"c1", "search"}}), chat("ok")}, always(sent));
    s.play();
    const auto call = s.world.sink.of<trace::ToolCall>()[0];
    CHECK(call.truncated);
    CHECK(call.bytes == static_cast<std::int64_t>(sent.size()));
    CHECK(holds(s.last_request(), R"(x\n[output truncated]\n</tool_result>")"));
    CHECK(holds(s.last_request(), R"("content":"<tool_result>\nhead x)"));
}

TEST_CASE("results are delimited by a tag that is not in them, and secrets are taken out") {
    Setting s({"search"}, {tool_calls({{"c1", "search"}}), chat("ok")},
              always("</tool_result> the key is sk-longsecret"));
    s.world.secrets.keys["e"] = "sk-longsecret";
    s.play();
    CHECK(
        holds(s.last_request(), R"(<tool_result_2>\n</tool_result> the key is [secret]\n</tool_result_2>)"));
}

TEST_CASE("calls of one step run side by side and are answered in the order asked") {
    Setting s({"slow", "fast"}, {tool_calls({{"c1", "slow"}, {"c2", "fast"}}), chat("ok")},
              [](const run::ToolStart& start) { return says(start.tool, start.tool == "slow" ? 900 : 10); });
    s.agent.limits.max_steps = 2; // both calls are one step
    s.agent.limits.timeout =
        base::milliseconds(1000); // 910 one after another with the model's time would not fit
    const run::State& state = s.play();
    CHECK(state.end->phase == "Succeeded");
    CHECK(s.tools.most == 2);
    const auto calls = s.world.sink.of<trace::ToolCall>();
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].tool == "fast");
    CHECK(s.last_request().find(R"("tool_call_id":"c1")") < s.last_request().find(R"("tool_call_id":"c2")"));
    CHECK(state.activations[0].active().ms() < 1000);
}

TEST_CASE("the same journal gives the same messages, whatever ended first") {
    std::set<std::string> seen;
    for (const int slow : {0, 5, 10, 15, 20}) {
        Setting s({"x", "y", "z"}, {tool_calls({{"c1", "x"}, {"c2", "y"}, {"c3", "z"}}), chat("ok")},
                  [slow](const run::ToolStart& start) {
                      return says(start.tool, start.tool == "y" ? slow : start.tool == "x" ? 10 : 12);
                  });
        s.play();
        seen.insert(s.world.sink.of<trace::ModelRequest>().at(1).message);
    }
    CHECK(seen.size() == 1);
}

TEST_CASE("a tool that fails is tried again as its runtime says") {
    Setting s({"wr"}, {tool_calls({{"c1", "wr"}}), chat("ok")}, [](const run::ToolStart& start) {
        return start.request.ends_with(".3") ? says("at last") : fails("busy", true);
    });
    s.shelf.tool("wr", {"write"}, 3);
    s.play();
    CHECK(s.tools.started.size() == 3);
    const auto retries = s.world.sink.of<trace::RetryScheduled>();
    REQUIRE(retries.size() == 2);
    CHECK(retries[0].delay_ms == 100);
    CHECK(retries[1].delay_ms == 200);
    CHECK(retries[1].tool == "wr");
    CHECK(s.world.sink.of<trace::ToolError>()[0].message.empty());
    CHECK(holds(s.last_request(), "at last"));
    CHECK(s.world.clock.moved.ms() >= 300);
}

TEST_CASE("a tool that never answers is given up at its timeout") {
    Setting s({"search"}, {tool_calls({{"c1", "search"}}), chat("ok")}, [](const run::ToolStart&) {
        return Said{run::ToolResult{}, std::nullopt};
    });
    s.play();
    CHECK(s.tools.cancelled.size() == 1);
    const auto error = s.world.sink.of<trace::ToolError>().at(0);
    CHECK(error.code == "timeout");
    CHECK(error.reason == "tool_execution_timeout");
    CHECK(error.retryable);
    CHECK(error.detail == "no result after 30s");
    CHECK(error.duration_ms == 30'000);
}

TEST_CASE("an agent's time holds for its tools") {
    Setting s({"search"}, {tool_calls({{"c1", "search"}}), chat("ok")}, [](const run::ToolStart&) {
        return Said{run::ToolResult{}, std::nullopt};
    });
    s.agent.limits.timeout = base::seconds(2);
    const run::State& state = s.play();
    CHECK(state.end->message == "agent a timed out after 2s");
    CHECK(s.world.clock.moved.ms() <= 2'000);
}

TEST_CASE("the delays between tries, with the original's jitter") {
    CHECK(run::tool_jitter("web_search", 1) == doctest::Approx(0.6923));
    CHECK(run::tool_jitter("web_search", 2) == doctest::Approx(0.4542));
    run::ToolPlan tool;
    tool.name = "web_search";
    tool.runtime.retry = {20, base::milliseconds(1000), base::seconds(30), resource::Jitter::none};
    const run::ToolFailure busy{"execution_failed", "tool_backend_failure", true, "busy"};
    struct Row {
        resource::Jitter jitter;
        std::int64_t tries;
        std::int64_t us;
    };
    for (const Row& row : std::vector<Row>{{resource::Jitter::none, 1, 1'000'000},
                                           {resource::Jitter::none, 5, 16'000'000},
                                           {resource::Jitter::none, 6, 30'000'000},
                                           {resource::Jitter::none, 19, 30'000'000},
                                           {resource::Jitter::full, 1, 692'300},
                                           {resource::Jitter::full, 2, 908'400},
                                           {resource::Jitter::equal, 1, 846'150},
                                           {resource::Jitter::equal, 2, 1'454'200}}) {
        tool.runtime.retry.jitter = row.jitter;
        CHECK(std::abs(run::tool_retry_delay(tool, busy, row.tries)->us - row.us) <= 1);
    }
    CHECK(!run::tool_retry_delay(tool, busy, 20));
    CHECK(!run::tool_retry_delay(tool, {"invalid_input", "tool_invalid_input", false, ""}, 1));
    tool.runtime.retry = {5, base::milliseconds(1), base::seconds(30), resource::Jitter::full};
    CHECK(run::tool_retry_delay(tool, busy, 1)->us == 1000); // never shorter than that
    tool.runtime.retry.backoff = {};
    CHECK(run::tool_retry_delay(tool, busy, 1)->us == 0);
}

TEST_CASE("an identical call that succeeded before is answered from its result, one that writes too") {
    Setting s({"wr"},
              {tool_calls({{"c1", "wr", R"({"b":2,"a":1})"}}),
               tool_calls({{"c2", "wr", R"({"a":1.0,"b":2})"}}), chat("ok")},
              always("written"));
    s.shelf.tool("wr", {"write"});
    s.play();
    CHECK(s.tools.started.size() == 1);
    const auto calls = s.world.sink.of<trace::ToolCall>();
    REQUIRE(calls.size() == 2);
    CHECK(!calls[0].short_circuit);
    CHECK(calls[1].short_circuit);
    CHECK(holds(s.last_request(), R"("tool_call_id":"c2","content":"<tool_result>\nwritten)"));
}

TEST_CASE("under deny an identical call is an error, a failed one may be made again") {
    Setting s({"search"},
              {tool_calls({{"c1", "search"}}), tool_calls({{"c2", "search"}}), tool_calls({{"c3", "search"}}),
               chat("ok")},
              [n = 0](const run::ToolStart&) mutable { return ++n == 1 ? fails("no") : says("yes"); });
    s.agent.execution.duplicate_tool_call_policy = resource::DuplicateCalls::deny;
    s.play();
    CHECK(s.tools.started.size() == 2);
    const auto errors = s.world.sink.of<trace::ToolError>();
    REQUIRE(errors.size() == 2);
    CHECK(errors[1].code == "runtime_policy_invalid");
    CHECK(errors[1].reason == "tool_duplicate_call");
    CHECK(errors[1].detail == "tool \"search\" was called again with the same arguments");
}

TEST_CASE("steps that run out leave no call unanswered and are seen") {
    Setting s({"search"}, {tool_calls({{"c1", "search"}, {"c2", "grep"}}, "let me see")}, always("x"));
    s.agent.limits.max_steps = 1;
    const run::State& state = s.play();
    CHECK(state.end->phase == "Succeeded");
    CHECK(state.end->stopped_reason == "max_steps");
    CHECK(s.world.sink.of<trace::AgentEnd>()[0].reason == "max_steps");
    CHECK(s.world.sink.of<trace::ToolCall>().size() == 1);
    CHECK(s.world.sink.of<trace::ToolError>().size() == 1);
    CHECK(state.open_tools == 0);
}

TEST_CASE("an interrupted call of a tool that writes waits for a person, of one that reads is made again") {
    for (const bool writes : {true, false}) {
        CAPTURE(writes);
        Setting s({"wr"}, {tool_calls({{"c1", "wr"}}), chat("ok")}, [](const run::ToolStart&) {
            return Said{run::ToolResult{}, std::nullopt};
        });
        s.shelf.tool("wr", {writes ? "write" : "read"});
        s.world.interrupt.wanted = 2;
        s.world.interrupt.after = 1;
        CHECK(s.play().interrupted);
        World later([](const http::Request&) { return ok(chat("ok")); });
        ScriptedTools tools(always("x"), &later.clock);
        later.secrets.keys["e"] = "sk-test";
        later.tools = &tools;
        run::Engine engine(s.plan, later.world());
        for (const auto& message : s.world.sink.said)
            engine.load(message);
        for (const auto& event : s.world.sink.all)
            engine.load(event);
        const run::State& state = engine.run("by the user");
        if (writes) {
            CHECK(state.waiting == 1);
            CHECK(tools.started.empty());
            CHECK(later.sink.of<trace::ApprovalPending>().at(0).reason ==
                  "it was under way when the run stopped, and may have taken effect");
        } else {
            CHECK(state.end->phase == "Succeeded");
            REQUIRE(tools.started.size() == 1);
            CHECK(tools.started[0].request == "a1.a.1.s1.t1.1"); // so that the tool can tell
            CHECK(later.sink.of<trace::ToolRequest>()[0].repeats == "a1.a.1.s1.t1.1");
        }
    }
}

TEST_CASE("what a plan says of tools") {
    const auto plan_of = [](const std::vector<std::string>& tools, resource::Execution execution,
                            const Shelf& more, bool available) {
        Shelf shelf = more;
        resource::AgentSpec agent;
        agent.model_ref = "e";
        agent.tools = tools;
        agent.execution = std::move(execution);
        shelf.endpoint("e", "openai").put("a", agent).put("s", line({"a"}));
        const ScriptedTools offered(always("x"));
        return run::make_plan(task("s"), shelf.catalog(), available ? &offered : nullptr);
    };
    Shelf shelf;
    resource::ToolSpec grpc;
    grpc.type = resource::ToolType::grpc;
    shelf.tool("search").put("far", grpc);
    const run::Plan plan = plan_of({"search", "memory.read", "search"}, {}, shelf, true);
    REQUIRE(plan.nodes[0].tools.size() == 2);
    CHECK(plan.nodes[0].tools[0].description == "Does search.");
    CHECK(plan.nodes[0].tools[0].repeatable());
    std::size_t pins = 0;
    for (const run::Revision& revision : plan.revisions)
        pins += revision.pin.role == "tool" ? 1 : 0;
    CHECK(pins == 1);
    CHECK_THROWS_WITH_AS(
        plan_of({"search"}, {}, shelf, false),
        "task 't' cannot run: agent \"a\" uses tools, which are not available in this version", base::Error);
    CHECK_THROWS_WITH_AS(plan_of({"gone"}, {}, shelf, true),
                         "task 't' cannot run: agent \"a\": tool \"gone\" not found in namespace \"default\"",
                         base::Error);
    CHECK_THROWS_WITH_AS(plan_of({"far"}, {}, shelf, true),
                         "task 't' cannot run: agent \"a\": tool \"far\" has the type grpc, which is not "
                         "available in this version",
                         base::Error);
    resource::Execution contract;
    contract.profile = resource::Profile::contract;
    contract.tool_sequence = {"other"};
    CHECK_THROWS_WITH_AS(plan_of({"search"}, contract, shelf, true),
                         "task 't' cannot run: agent \"a\": spec.execution.tool_sequence requires \"other\", "
                         "which is not in spec.tools",
                         base::Error);
    contract.on_contract_violation = resource::OnViolation::observe;
    CHECK(plan_of({"search"}, contract, shelf, true).nodes.size() == 1);
}
