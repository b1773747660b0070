// Delegates: who is asked, what comes back, and what happens when it does not.
#include <doctest/doctest.h>

#include "scenarios.hpp"

using namespace test;

namespace {

using resource::JoinFailure;

resource::Route route(const std::string& to, const std::string& word = {}) {
    resource::Route out;
    out.to = to;
    if (!word.empty()) out.condition.emplace().output_contains = word;
    return out;
}

struct Delegated {
    Delegated(const resource::AgentSystemSpec& system, const std::set<std::string>& broken = {},
              resource::TaskSpec spec = {}, std::int64_t max_steps = 10,
              std::vector<run::Policy> policies = {})
        : world([this, broken](const http::Request& r) {
              const std::string agent = agent_in(r.body);
              inputs[agent].push_back(r.body);
              const bool fails = broken.contains(agent) ||
                                 broken.contains(base::format("{} {}", agent, inputs[agent].size()));
              if (fails) return ok(R"({"error":{"message":"no","code":"x"}})", 500);
              return ok(chat(base::format("answer {} of {}", inputs[agent].size(), agent)));
          }) {
        shelf.endpoint("e", "openai", {{"max_retries", "0"}});
        for (const std::string& name : system.agents) {
            resource::AgentSpec agent;
            agent.model_ref = "e";
            agent.prompt = "You are " + name + ".";
            agent.limits.max_steps = max_steps;
            shelf.put(name, agent);
        }
        shelf.put("s", system);
        plan = run::make_plan(task("s", std::move(spec)), shelf.catalog());
        world.secrets.keys["e"] = "sk-test";
        world.policies.policies = std::move(policies);
        engine.emplace(plan, world.world());
        engine->run();
        REQUIRE(engine->state().end);
    }
    [[nodiscard]] const trace::TaskEnd& end() const { return *engine->state().end; }
    [[nodiscard]] std::string started() const {
        std::vector<std::string> out;
        for (const auto& start : world.sink.of<trace::AgentStart>())
            out.push_back(start.node);
        return base::join(out, " ");
    }
    Shelf shelf;
    run::Plan plan;
    std::map<std::string, std::vector<std::string>> inputs;
    World world;
    std::optional<run::Engine> engine;
};

/// boss asks x and y, then hands over to out.
resource::AgentSystemSpec office() {
    auto system = graph({"boss", "y", "x", "out"}, {{"boss", "out"}});
    system.graph["boss"].delegates = {route("x"), route("y")};
    return system;
}

std::string problem_of(const resource::AgentSystemSpec& system) {
    try {
        const Delegated run(system);
        return "";
    } catch (const base::Error& error) {
        return error.message();
    }
}

} // namespace

TEST_CASE("delegates get the first answer, and their reports come back into the same conversation") {
    const Delegated run(office());
    CHECK(run.started() == "boss y x out");
    CHECK(run.end().outputs.at("boss") == "answer 2 of boss");
    CHECK(base::join(run.end().sinks, " ") == "out");
    REQUIRE(run.inputs.at("boss").size() == 2);
    const std::string& second = run.inputs.at("boss")[1];
    const auto first_answer = second.find("answer 1 of boss");
    const auto y = second.find("answer 1 of y"); // in declaration order, whoever was faster
    const auto x = second.find("answer 1 of x");
    CHECK(first_answer < y);
    CHECK(y < x);
    CHECK(x != std::string::npos);
    CHECK(run.inputs.at("x")[0].find("answer 1 of boss") != std::string::npos);
    CHECK(run.inputs.at("out")[0].find("answer 2 of boss") != std::string::npos);
    CHECK(run.inputs.at("out")[0].find("answer 1 of x") == std::string::npos);
    const auto reported = run.world.sink.of<trace::DelegatesReported>();
    REQUIRE(reported.size() == 1);
    CHECK(base::join(reported[0].from, " ") == "y x");
}

TEST_CASE("when no delegate is asked, the first answer stands") {
    auto system = office();
    system.graph["boss"].delegates = {route("x", "never"), route("y", "said")};
    const Delegated run(system);
    CHECK(run.started() == "boss out");
    CHECK(run.end().outputs.at("boss") == "answer 1 of boss");
    CHECK(run.end().stopped_reason == "completed");
    for (const auto& skipped : run.world.sink.of<trace::EdgeSkipped>())
        CHECK(skipped.reason == "condition");
}

TEST_CASE("delegates whose reports could not be read are not asked, and the run says so") {
    const Delegated steps(office(), {}, {}, 1);
    CHECK(steps.started() == "boss out");
    CHECK(steps.end().stopped_reason == "max_steps");
    resource::TaskSpec spec;
    spec.max_turns = 1;
    const Delegated turns(office(), {}, spec);
    CHECK(turns.started() == "boss");
    CHECK(turns.end().stopped_reason == "max_turns");
    CHECK(turns.end().outputs.at("boss") == "answer 1 of boss");
}

TEST_CASE("what a delegate that fails means") {
    struct Row {
        const char* name;
        JoinFailure on_failure;
        std::set<std::string> broken;
        const char* started;
        const char* phase;
        const char* stopped;
        const char* message;
    };
    const char* x_failed = "agent boss: 1 of the 2 reports it needs came; agent x: m-e at e failed: no";
    for (const Row& row : {
             Row{"deadletter", JoinFailure::deadletter, {"x"}, "boss y x", "DeadLetter", "failed", x_failed},
             Row{"skip", JoinFailure::skip, {"x"}, "boss y x out", "Succeeded", "partial", ""},
             Row{"continue_partial",
                 JoinFailure::continue_partial,
                 {"x"},
                 "boss y x out",
                 "Succeeded",
                 "partial",
                 ""},
             Row{"all of them",
                 JoinFailure::skip,
                 {"x", "y"},
                 "boss y x",
                 "DeadLetter",
                 "failed",
                 "agent boss: none of its 2 delegates reported; agent y: m-e at e failed: no; "
                 "agent x: m-e at e failed: no"},
         }) {
        CAPTURE(row.name);
        auto system = office();
        system.graph["boss"].delegate_join.emplace().on_failure = row.on_failure;
        const Delegated run(system, row.broken);
        CHECK(run.started() == row.started);
        CHECK(run.end().phase == row.phase);
        CHECK(run.end().stopped_reason == row.stopped);
        CHECK(run.end().message == row.message);
        if (run.end().phase == "Succeeded")
            CHECK((run.inputs.at("boss")[1].find("(nothing: it failed)") != std::string::npos) ==
                  (row.on_failure == JoinFailure::continue_partial));
    }
}

TEST_CASE("a second attempt asks only the delegate that failed, and nobody's first answer again") {
    resource::TaskSpec spec;
    spec.retry.max_attempts = 2;
    const Delegated delegate(office(), {"x 1"}, spec);
    CHECK(delegate.end().phase == "Succeeded");
    CHECK(delegate.inputs.at("boss").size() == 2);
    CHECK(delegate.inputs.at("y").size() == 1);
    CHECK(delegate.inputs.at("x").size() == 2);
    // The one who delegated fails when it has the reports: they are kept.
    const Delegated boss(office(), {"boss 2"}, spec);
    CHECK(boss.end().phase == "Succeeded");
    CHECK(boss.inputs.at("boss").size() == 3);
    CHECK(boss.inputs.at("boss")[1] == boss.inputs.at("boss")[2]);
    CHECK(boss.inputs.at("x").size() == 1);
}

TEST_CASE("an agent that several delegate to has a place with each of them") {
    auto system =
        graph({"intake", "claim", "payout", "auditor", "clerk"}, {{"intake", "claim"}, {"intake", "payout"}});
    system.graph["claim"].delegates = {route("auditor")};
    system.graph["payout"].delegates = {route("auditor")};
    system.graph["auditor"].delegates = {route("clerk")};
    const Delegated run(system);
    CHECK(run.started() == "intake claim payout claim/auditor payout/auditor claim/auditor/clerk "
                           "payout/auditor/clerk");
    CHECK(run.inputs.at("auditor").size() == 4);
    CHECK(run.end().phase == "Succeeded");
    CHECK(base::join(run.end().sinks, " ") == "claim payout");
    CHECK(run.inputs.at("claim")[1].find("auditor") != std::string::npos);
    CHECK(run.inputs.at("claim")[1].find("claim/auditor") == std::string::npos);
    // Policies name the agent as it was declared.
    resource::AgentPolicySpec none;
    none.allowed_models = {"other"};
    none.apply_mode = resource::ApplyMode::scoped;
    none.target_agents = {"auditor"};
    const Delegated denied(system, {}, {}, 10, {{{"default", "p"}, none}});
    CHECK(denied.end().stopped_reason == "policy");
    CHECK(denied.started() == "intake claim payout claim/auditor payout/auditor");
}

TEST_CASE("an agent that hands over works as a delegate besides") {
    auto system = graph({"a", "b", "c"}, {{"a", "b"}, {"b", "c"}});
    system.graph["a"].delegates = {route("b")};
    const Delegated run(system);
    CHECK(run.started() == "a a/b b c");
    CHECK(base::join(run.end().sinks, " ") == "c");
}

TEST_CASE("delegates that cannot be") {
    auto cycle = graph({"a", "b", "c"}, {{"a", "c"}});
    cycle.graph["a"].delegates = {route("b")};
    cycle.graph["b"].delegates = {route("a")};
    CHECK(problem_of(cycle) ==
          "task 't' cannot run: delegates of \"b\" form a cycle: \"a\" would wait for itself");
    auto island = graph({"a", "b", "c"}, {});
    island.graph["b"].delegates = {route("c")};
    island.graph["c"].delegates = {route("b")};
    CHECK(
        problem_of(island) ==
        "task 't' cannot run: agent \"b\" never runs: it only works as a delegate of agents that never run; "
        "agent \"c\" never runs: it only works as a delegate of agents that never run");
    auto unknown = graph({"a"}, {});
    unknown.graph["a"].delegates = {route("ghost")};
    CHECK(problem_of(unknown) ==
          "task 't' cannot run: graph edge \"a\" -> \"ghost\" points to unknown agent");
}

TEST_CASE("ways through delegates that grow without bound are an error") {
    resource::AgentSystemSpec ladder;
    for (int i = 0; i < 40; ++i) {
        const std::string left = base::format("l{}", i), right = base::format("r{}", i);
        ladder.agents.insert(ladder.agents.end(), {left, right});
        if (i == 39) continue;
        for (const std::string& from : {left, right}) {
            ladder.graph[from].delegates = {route(base::format("l{}", i + 1)),
                                            route(base::format("r{}", i + 1))};
        }
    }
    CHECK(problem_of(ladder) == "task 't' cannot run: there are more than 10000 ways from delegator to "
                                "delegate, and each takes a copy of its agent");
}
