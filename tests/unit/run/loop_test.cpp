// Graphs with cycles: generations, their joins, and where max_turns cuts them.
#include <doctest/doctest.h>

#include "scenarios.hpp"

using namespace test;

namespace {

struct Loop {
    const char* name;
    std::vector<std::string> agents;
    std::vector<std::pair<std::string, std::string>> edges;
    std::int64_t max_turns;
    std::vector<std::string> started; ///< agents in the order they started
    std::vector<std::string> sinks;
    const char* stopped;
};

const std::vector<Loop>& loops() {
    static const std::vector<Loop> rows{
        {"two agents hand over to each other",
         {"a", "b"},
         {{"a", "b"}, {"b", "a"}},
         3,
         {"a", "b", "a"},
         {"a"},
         "max_turns"},
        {"an entry before the cycle",
         {"in", "a", "b"},
         {{"in", "a"}, {"a", "b"}, {"b", "a"}},
         4,
         {"in", "a", "b", "a"},
         {"a"},
         "max_turns"},
        {"an agent that hands over to itself", {"a"}, {{"a", "a"}}, 3, {"a", "a", "a"}, {"a"}, "max_turns"},
        {"the swarm: a coordinator, scouts that report back, a synthesizer",
         {"coordinator", "alpha", "beta", "gamma", "synthesizer"},
         {{"coordinator", "alpha"},
          {"coordinator", "beta"},
          {"coordinator", "gamma"},
          {"coordinator", "synthesizer"},
          {"alpha", "coordinator"},
          {"beta", "coordinator"},
          {"gamma", "coordinator"}},
         4,
         {"coordinator", "alpha", "beta", "gamma", "synthesizer", "coordinator", "alpha", "beta", "gamma",
          "synthesizer"},
         {"synthesizer"},
         "max_turns"},
        {"a branch that leaves the cycle runs in every lap, and the cycle still ends",
         {"a", "b", "x"},
         {{"a", "b"}, {"a", "x"}, {"b", "a"}},
         3,
         {"a", "b", "x", "a"},
         {"x"},
         "max_turns"},
        {"a chain that max_turns cuts has no cycle",
         {"a", "b", "c"},
         {{"a", "b"}, {"b", "c"}},
         2,
         {"a", "b"},
         {"b"},
         "max_turns"},
        {"a line that fits", {"a", "b"}, {{"a", "b"}}, 2, {"a", "b"}, {"b"}, "completed"},
        {"a join behind a loop takes the branches that can still come in a later lap",
         {"in", "a", "b", "out"},
         {{"in", "a"}, {"in", "out"}, {"a", "b"}, {"b", "a"}, {"b", "out"}},
         5,
         {"in", "a", "b", "out", "a", "b"},
         {"out"},
         "max_turns"},
    };
    return rows;
}

} // namespace

TEST_CASE("cycles run in generations and end at max_turns") {
    for (const Loop& row : loops()) {
        CAPTURE(row.name);
        Shelf shelf;
        shelf.endpoint("e", "openai");
        for (const std::string& agent : row.agents)
            shelf.agent(agent, "e");
        shelf.put("s", graph(row.agents, row.edges));
        resource::TaskSpec spec;
        spec.max_turns = row.max_turns;
        const run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
        World world([](const http::Request& r) { return ok(chat("answer of " + agent_in(r.body))); });
        world.secrets.keys["e"] = "sk-test";
        run::Engine engine(plan, world.world());
        const run::State& state = engine.run();
        REQUIRE(state.end);
        std::vector<std::string> started;
        for (const auto& start : world.sink.of<trace::AgentStart>())
            started.push_back(start.node);
        CHECK(base::join(started, " ") == base::join(row.started, " "));
        CHECK(state.end->phase == "Succeeded");
        CHECK(base::join(state.end->sinks, " ") == base::join(row.sinks, " "));
        CHECK(state.end->stopped_reason == row.stopped);
        CHECK(world.sink.of<trace::PolicyDecision>().size() == (state.truncated ? 1U : 0U));
    }
}

TEST_CASE("the next lap is given what every scout reported, in declaration order") {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("c", "e").agent("x", "e").agent("y", "e");
    shelf.put("s", graph({"c", "x", "y"}, {{"c", "x"}, {"c", "y"}, {"x", "c"}, {"y", "c"}}));
    resource::TaskSpec spec;
    spec.max_turns = 3;
    const run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
    World world([](const http::Request& r) { return ok(chat("answer of " + agent_in(r.body))); });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    engine.run();
    REQUIRE(world.requests.size() == 4);
    CHECK(
        world.requests[3].find(R"(<hand_off from=\"x\">\nanswer of x\n</hand_off>\n\n<hand_off from=\"y\">\n)"
                               R"(answer of y\n</hand_off>)") != std::string::npos);
    CHECK(world.requests[3].find("<hand_off from=\\\"c\\\">") == std::string::npos);
    const auto waits = world.sink.of<trace::JoinWait>();
    const auto opens = world.sink.of<trace::JoinOpen>();
    CHECK(waits.empty()); // both answered in the same turn of the engine
    REQUIRE(opens.size() == 1);
    CHECK(opens[0].node == "c");
    CHECK(opens[0].generation == 2);
    CHECK(opens[0].need == 2);
}

TEST_CASE("a cycle without max_turns is refused") {
    Shelf shelf;
    shelf.endpoint("e", "openai")
        .agent("a", "e")
        .agent("b", "e")
        .put("s", graph({"a", "b"}, {{"a", "b"}, {"b", "a"}}));
    CHECK_THROWS_WITH_AS(
        run::make_plan(task("s"), shelf.catalog()),
        "task 't' cannot run: agentsystem graph contains a cycle; set task.spec.max_turns > 0 (or "
        "--max-turns of run --system) to allow cyclical agent handoffs",
        base::Error);
}
