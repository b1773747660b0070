// Agents under a contract: what they owe, what breaks it, and what they are told.
#include <doctest/doctest.h>

#include "scenarios.hpp"

using namespace test;

namespace {

struct Played {
    run::State state;
    std::vector<trace::Event> events;
    std::vector<std::string> requests;
    std::vector<run::ToolStart> started;

    template <typename T>
    [[nodiscard]] std::vector<T> of() const {
        std::vector<T> out;
        for (const trace::Event& event : events)
            if (const T* p = std::get_if<T>(&event.payload)) out.push_back(*p);
        return out;
    }
};

struct Rules {
    std::vector<std::string> tools{"first", "second", "third"};
    std::vector<std::string> sequence{"first", "second"};
    std::vector<std::string> markers{};
    bool observe = false;
    bool deny = false;
    std::int64_t max_steps = 10;
};

Played play(const Rules& rules, std::vector<std::string> model) {
    Shelf shelf;
    resource::AgentSpec agent;
    agent.model_ref = "e";
    agent.prompt = "You are a.";
    agent.tools = rules.tools;
    agent.limits.max_steps = rules.max_steps;
    resource::Execution& execution = agent.execution;
    execution.profile = resource::Profile::contract;
    execution.tool_sequence = rules.sequence;
    execution.required_output_markers = rules.markers;
    if (rules.observe) execution.on_contract_violation = resource::OnViolation::observe;
    if (rules.deny) execution.duplicate_tool_call_policy = resource::DuplicateCalls::deny;
    shelf.endpoint("e", "openai", {{"stream", "false"}}).put("a", agent).put("s", line({"a"}));
    for (const std::string& name : rules.tools)
        shelf.tool(name);
    std::size_t said = 0;
    World world([&](const http::Request&) { return ok(model[std::min(said++, model.size() - 1)]); });
    world.secrets.keys["e"] = "sk-test";
    ScriptedTools tools([](const run::ToolStart&) { return says("fine"); }, &world.clock);
    world.tools = &tools;
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog(), &tools);
    run::Engine engine(plan, world.world());
    Played out{engine.run(), world.sink.all, world.requests, tools.started};
    REQUIRE(out.state.end);
    return out;
}

std::string both() {
    return tool_calls({{"c1", "second"}, {"c2", "first"}}); // the order does not matter
}

} // namespace

TEST_CASE("a contract is kept by its tools in any order and an answer with all markers") {
    const Played p = play({.markers = {"DONE", "OK"}}, {both(), chat("DONE and OK")});
    CHECK(p.state.end->phase == "Succeeded");
    CHECK(trace::answer_of(*p.state.end) == "DONE and OK");
    CHECK(p.of<trace::ContractViolation>().empty());
    CHECK(p.requests.size() == 2);
}

TEST_CASE("an answer alone does not end a contract: the model is told what is missing and asked again") {
    const Played p = play({.markers = {"DONE"}}, {chat("hello"), both(), chat("done"), chat("DONE")});
    CHECK(trace::answer_of(*p.state.end) == "DONE");
    REQUIRE(p.requests.size() == 4);
    CHECK(p.requests[1].find(
              R"({"role":"user","content":"The task is not done yet.\nCall these tools first: )"
              R"(first, second\nThe final answer must contain each of these texts, exactly as it )"
              R"(stands:\nDONE\nGo on."})") != std::string::npos);
    CHECK(p.requests[3].find(R"("content":"The task is not done yet.\nThe final answer must contain)") !=
          std::string::npos);
    const std::set<std::string> different(p.requests.begin(), p.requests.end());
    CHECK(different.size() == 4); // no request is made twice
    const auto told = p.of<trace::ContractViolation>();
    REQUIRE(told.size() == 2);
    CHECK(told[0].text ==
          "the answer came before required tools \"first\", \"second\"; the answer lacks \"DONE\"");
    CHECK(told[0].rule == "unfinished");
    CHECK(told[1].text == "the answer lacks \"DONE\"");
}

TEST_CASE("markers count only when one answer has them all, as they are written") {
    const Played p =
        play({.markers = {"ONE", "TWO"}, .max_steps = 3}, {both(), chat("ONE two"), chat("TWO")});
    CHECK(p.state.end->phase == "Succeeded"); // steps ran out with all tools done
    CHECK(p.state.end->stopped_reason == "max_steps");
    const auto warnings = p.of<trace::Warning>();
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].text == "agent a reached max_steps 3; its answer lacks \"ONE\"");
}

TEST_CASE("when the last step only calls tools, the last words before it are the answer") {
    const Played p = play({.max_steps = 2}, {chat("what I know"), both()});
    CHECK(p.state.end->phase == "Succeeded");
    CHECK(p.state.end->stopped_reason == "max_steps");
    CHECK(trace::answer_of(*p.state.end) == "what I know");
    const Played silent = play({.max_steps = 1}, {both()});
    CHECK(silent.state.end->phase == "Failed");
    CHECK(silent.state.end->message == "agent a used its 1 step without an answer");
}

TEST_CASE("an answer beside the last calls ends the contract only by its markers") {
    const auto calls = [](const std::string& text) {
        return tool_calls({{"c1", "first"}, {"c2", "second"}}, text);
    };
    CHECK(play({.markers = {"DONE"}}, {calls("DONE"), chat("later")}).requests.size() == 1);
    CHECK(play({}, {calls("let me look"), chat("later")}).requests.size() == 2);
    // Fulfilled before: what else it wants to call is not run.
    const Played p =
        play({.markers = {"DONE"}}, {both(), tool_calls({{"c3", "first", R"({"n":2})"}}, "DONE")});
    CHECK(p.started.size() == 2);
    CHECK(trace::answer_of(*p.state.end) == "DONE");
    CHECK(p.of<trace::ToolError>().at(0).detail == "not run: the answer beside it is the last one");
}

TEST_CASE("what breaks a contract") {
    struct Row {
        const char* name;
        Rules rules;
        std::vector<std::string> model;
        std::string rule;
        std::string text;
        bool observed_succeeds; ///< and what the agent does when it is only observed
    };
    const std::vector<Row> rows{
        {"text while none of the required tools is offered",
         {.tools = {"third"}, .observe = true},
         {chat("hello")},
         "no_tools",
         "required \"first\", \"second\" are not offered to the agent",
         true},
        {"a call of another tool",
         {},
         {tool_calls({{"c0", "third"}}), both(), chat("well")},
         "outside",
         "tool \"third\" is not in tool_sequence",
         true},
        {"a repeated call under deny",
         {.deny = true},
         {both(), tool_calls({{"c3", "first"}}), chat("well")},
         "repeated",
         "tool \"first\" was called again with the same arguments",
         true},
        {"steps run out before a required tool",
         {.max_steps = 2},
         {tool_calls({{"c1", "second"}}), chat("well")},
         "steps",
         "max_steps 2 was reached before required tool \"first\" succeeded",
         true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        if (!row.rules.observe) {
            const Played p = play(row.rules, row.model);
            CHECK(p.state.end->phase == "Failed");
            CHECK(p.state.end->code == "failed");
            CHECK(p.state.end->message == "agent a broke its contract: " + row.text);
            CHECK(p.of<trace::AgentEnd>().at(0).reason == "contract");
            CHECK(!p.of<trace::AgentEnd>().at(0).retryable);
        }
        Rules observed = row.rules;
        observed.observe = true;
        const Played p = play(observed, row.model);
        CHECK((p.state.end->phase == "Succeeded") == row.observed_succeeds);
        const auto violations = p.of<trace::ContractViolation>();
        std::size_t seen = 0;
        for (const auto& violation : violations) {
            if (violation.rule != row.rule) continue;
            ++seen;
            CHECK(violation.text == row.text);
        }
        CHECK(seen == 1);
    }
}

TEST_CASE("a call outside the contract is not made, and none beside it") {
    const Played p = play({}, {tool_calls({{"c1", "first"}, {"c2", "third"}})});
    CHECK(p.started.empty());
}

TEST_CASE("without a contract its fields mean nothing") {
    Shelf shelf;
    resource::AgentSpec agent;
    agent.model_ref = "e";
    agent.execution.tool_sequence = {"first"};
    agent.execution.required_output_markers = {"DONE"};
    shelf.endpoint("e", "openai", {{"stream", "false"}}).put("a", agent).put("s", line({"a"}));
    World world([](const http::Request&) { return ok(chat("no")); });
    world.secrets.keys["e"] = "sk-test";
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    run::Engine engine(plan, world.world());
    CHECK(trace::answer_of(*engine.run().end) == "no");
}
