// The table of transitions against what happens: it is the whole of it, and each row of it happens.
#include <doctest/doctest.h>

#include <set>

#include "run/transition.hpp"
#include "scenarios.hpp"

using namespace test;
using run::RunStatus;
using Turn = run::Activation::Status;

namespace {

trace::Event event(std::int64_t seq, std::string agent, trace::Payload payload) {
    trace::Event out;
    out.seq = seq;
    out.agent = std::move(agent);
    out.payload = std::move(payload);
    return out;
}

run::Plan plan_of_two() {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").agent("b", "e").put("s", line({"a", "b"}));
    return run::make_plan(task("s"), shelf.catalog());
}

std::string refusal(const std::vector<trace::Event>& events) {
    const run::Plan plan = plan_of_two();
    run::State state;
    try {
        for (const trace::Event& e : events)
            run::apply(state, plan, e);
    } catch (const base::Error& error) {
        return error.message();
    }
    return "";
}

} // namespace

TEST_CASE("every event of every scenario is in the table and leads where it says") {
    std::set<std::size_t> seen;
    for (Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        const run::Plan plan = scenario.plan();
        Stage stage(scenario);
        World& world = stage.world;
        run::Engine engine(plan, world.world());
        engine.run();
        run::State state;
        for (const trace::Event& e : world.sink.all) {
            CAPTURE(e.seq);
            const RunStatus before = run::status_of(state);
            const auto turn = run::turn_of(state, plan, e);
            const Turn turn_before = turn ? state.activations[*turn].status : Turn::asking;
            REQUIRE(run::objection(state, plan, e).empty());
            run::apply(state, plan, e);
            seen.insert(e.payload.index());
            RunStatus expected = before;
            for (const run::RunMove& move : run::run_moves()) {
                if (move.event == e.payload.index()) expected = move.to.value_or(before);
            }
            CHECK(run::status_of(state) == expected);
            for (const run::TurnMove& move : run::turn_moves()) {
                if (move.event != e.payload.index()) continue;
                REQUIRE(turn);
                const run::Statuses allowed =
                    move.to != 0 ? move.to : run::any_of(turn_before, Turn::delegating);
                CHECK((allowed & run::any_of(state.activations[*turn].status)) != 0U);
            }
        }
    }
    CHECK(seen.size() >= 14);
}

TEST_CASE("an event that cannot have happened is refused with its place") {
    trace::AgentStart start;
    start.node = "a";
    trace::ModelRequest request;
    request.call = "c";
    trace::ModelCall call;
    call.call = "c";
    const auto begun = event(1, "", trace::TaskStart{});
    trace::ToolRequest tool;
    tool.call = "c";
    struct Row {
        std::vector<trace::Event> events;
        const char* words;
    };
    const std::vector<Row> rows{
        {{event(1, "a", start)}, "event 1 does not fit this journal: agent_start when the run has not begun"},
        {{begun, event(2, "", trace::TaskStart{})},
         "event 2 does not fit this journal: task_start when the run is running"},
        {{begun, event(2, "", trace::TaskInterrupted{}), event(3, "a", start)},
         "event 3 does not fit this journal: agent_start when the run is interrupted"},
        {{begun, event(2, "", trace::TaskEnd{}), event(3, "", trace::Warning{"late"})},
         "event 3 does not fit this journal: warning when the run has ended"},
        {{begun, event(2, "", trace::TaskEnd{}), event(3, "", trace::TaskEnd{})},
         "event 3 does not fit this journal: task_end when the run has ended"},
        {{begun, event(2, "a", request)},
         "event 2 does not fit this journal: model_request of agent 'a', which has not started"},
        {{begun, event(2, "a", start), event(3, "a", call)},
         "event 3 does not fit this journal: model_call of agent 'a', whose turn is at 'asking'"},
        {{begun, event(2, "a", start), event(3, "a", request), event(4, "a", request)},
         "event 4 does not fit this journal: model_request of agent 'a', whose turn is at 'calling'"},
        {{begun, event(2, "a", start), event(3, "a", request), event(4, "a", call), event(5, "a", call)},
         "event 5 does not fit this journal: model_call of agent 'a', whose turn is at 'replied'"},
        {{begun, event(2, "a", start), event(3, "a", tool)},
         "event 3 does not fit this journal: tool_request of agent 'a', whose turn is at 'asking'"},
        {{begun, event(3, "a", start)}, "the journal has a gap: event 3 follows 1"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.words);
        CHECK(refusal(row.events) == row.words);
    }
}
