// Every prefix of a journal is a crash: resumed from each, the run ends as the whole run did, and nothing
// that has an outcome is done again. Pure: no processes, no disk.
#include <doctest/doctest.h>

#include <set>

#include "scenarios.hpp"

using namespace test;

namespace {

std::set<std::string> answered(const std::vector<trace::Event>& events, std::size_t count) {
    std::set<std::string> out;
    for (std::size_t i = 0; i < count; ++i) {
        if (const auto* call = std::get_if<trace::ModelCall>(&events[i].payload)) out.insert(call->call);
    }
    return out;
}

/// Agent, generation and step of a call id "a1.AGENT.1.s2.3": without the attempt and the try.
std::string step_of(const std::string& call) {
    const std::size_t begin = call.find('.');
    return call.substr(begin, call.rfind('.') - begin);
}

} // namespace

TEST_CASE("every prefix of the journal of every scenario is a crash") {
    for (Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        const run::Plan plan = run::make_plan(task("s", scenario.task), scenario.shelf.catalog());
        World whole(scenario.answer);
        whole.secrets.keys["e"] = whole.secrets.keys["down"] = "sk-test";
        whole.policies.policies = scenario.policies;
        run::Engine engine(plan, whole.world());
        const trace::TaskEnd end = *engine.run().end;
        const std::vector<trace::Event>& journal = whole.sink.all;
        for (std::size_t n = 0; n <= journal.size(); ++n) {
            CAPTURE(n);
            World later(scenario.answer);
            later.secrets.keys["e"] = later.secrets.keys["down"] = "sk-test";
            later.policies.policies = scenario.policies;
            run::Engine resumed(plan, later.world());
            for (const auto& message : whole.sink.said)
                resumed.load(message);
            for (std::size_t i = 0; i < n; ++i)
                resumed.load(journal[i]);
            const run::State& state = resumed.run("crash");
            REQUIRE(state.end);
            CHECK(state.end->phase == end.phase);
            // After a failure a call in doubt is not made again, so its answer may be missing, never
            // different.
            const bool failed = end.phase != "Succeeded";
            for (const auto& [agent, text] : state.end->outputs)
                CHECK(end.outputs.at(agent) == text);
            CHECK((failed || state.end->outputs == end.outputs));
            CHECK(state.end->sinks == end.sinks);
            CHECK(state.end->message == end.message);
            CHECK(state.end->code == end.code);
            // No call with an outcome is made again, and each agent's step is answered once in all.
            const std::set<std::string> done = answered(journal, n);
            std::set<std::string> steps;
            for (std::size_t i = 0; i < n; ++i) {
                if (const auto* call = std::get_if<trace::ModelCall>(&journal[i].payload))
                    CHECK(steps.insert(step_of(call->call)).second);
            }
            for (const trace::Event& event : later.sink.all) {
                if (const auto* request = std::get_if<trace::ModelRequest>(&event.payload))
                    CHECK(!done.contains(request->call));
                if (const auto* call = std::get_if<trace::ModelCall>(&event.payload))
                    CHECK(steps.insert(step_of(call->call)).second);
            }
        }
    }
}

TEST_CASE("a journal with a gap is refused") {
    Shelf s;
    s.endpoint("m", "mock").agent("a", "m").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), s.catalog());
    World whole;
    run::Engine engine(plan, whole.world());
    engine.run();
    World later;
    run::Engine other(plan, later.world());
    other.load(whole.sink.all[0]);
    CHECK_THROWS_WITH_AS(other.load(whole.sink.all[2]), "the journal has a gap: event 3 follows 1",
                         base::Error);
}

TEST_CASE("pinned contents plan the same run again") {
    Shelf s;
    s.endpoint("m", "mock").agent("a", "m").agent("b", "m").put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(task("s"), s.catalog());
    const run::Catalog pins = run::pinned(plan.revisions);
    const auto again = pins(resource::kind_of<resource::TaskSpec>(), plan.task);
    REQUIRE(again);
    const run::Plan second = run::make_plan(*again, pins);
    REQUIRE(second.revisions.size() == plan.revisions.size());
    for (std::size_t i = 0; i < plan.revisions.size(); ++i)
        CHECK(second.revisions[i].pin.hash == plan.revisions[i].pin.hash);
}
