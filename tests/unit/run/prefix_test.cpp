// Every prefix of a journal is a crash: resumed from each, the run ends as the whole run did, and nothing
// that has an outcome is done again. Pure: no processes, no disk.
#include <doctest/doctest.h>

#include <memory>
#include <set>

#include "scenarios.hpp"

using namespace test;

namespace {

std::set<std::string> answered(const std::vector<trace::Event>& events, std::size_t count) {
    std::set<std::string> out;
    for (std::size_t i = 0; i < count; ++i) {
        if (const auto* call = std::get_if<trace::ModelCall>(&events[i].payload)) out.insert(call->call);
        if (const auto* call = std::get_if<trace::ToolCall>(&events[i].payload)) out.insert(call->request);
        if (const auto* call = std::get_if<trace::ToolError>(&events[i].payload)) out.insert(call->request);
    }
    return out;
}

/// Agent, generation and step of a call id "a1.AGENT.1.s2.3": without the attempt and the try.
std::string step_of(const std::string& call) {
    const std::size_t begin = call.find('.');
    return call.substr(begin, call.rfind('.') - begin);
}

/// What was there before a crash, and what a person decides after it.
struct Journal {
    std::vector<trace::Event> events;
    std::vector<trace::StoredMessage> messages;

    void add(const MemorySink& sink) {
        events.insert(events.end(), sink.all.begin(), sink.all.end());
        messages.insert(messages.end(), sink.said.begin(), sink.said.end());
    }
    void load_into(run::Engine& engine) const {
        for (const auto& message : messages)
            engine.load(message);
        for (const auto& event : events)
            engine.load(event);
    }
    /// Approves every call that waits; whether there was one.
    bool approve() {
        std::vector<trace::Event> decided;
        for (const trace::Event& event : events) {
            const auto* pending = std::get_if<trace::ApprovalPending>(&event.payload);
            if (pending == nullptr) continue;
            trace::Event next = event;
            next.payload = trace::ApprovalDecided{pending->call, pending->hash, "approve", "anna"};
            decided.push_back(std::move(next));
        }
        for (trace::Event& event : decided) {
            event.seq = events.back().seq + 1;
            event.time = events.back().time;
            events.push_back(std::move(event));
        }
        return !decided.empty();
    }
};

} // namespace

TEST_CASE("every prefix of the journal of every scenario is a crash") {
    std::size_t approved = 0;
    for (Scenario& scenario : scenarios()) {
        CAPTURE(scenario.name);
        const run::Plan plan = scenario.plan();
        Stage whole(scenario);
        run::Engine engine(plan, whole.world.world());
        const trace::TaskEnd end = *engine.run().end;
        const std::vector<trace::Event>& journal = whole.world.sink.all;
        for (std::size_t n = 0; n <= journal.size(); ++n) {
            CAPTURE(n);
            Journal known{{journal.begin(), journal.begin() + static_cast<std::ptrdiff_t>(n)},
                          whole.world.sink.said};
            Stage later(scenario);
            auto resumed = std::make_unique<run::Engine>(plan, later.world.world());
            known.load_into(*resumed);
            resumed->run("crash");
            Stage decided(scenario);
            if (!resumed->state().end) { // a call that may have taken effect waits for a person
                REQUIRE(resumed->state().waiting > 0);
                known.add(later.world.sink);
                REQUIRE(known.approve());
                ++approved;
                resumed = std::make_unique<run::Engine>(plan, decided.world.world());
                known.load_into(*resumed);
                resumed->run("approved");
            }
            const run::State& state = resumed->state();
            REQUIRE(state.end);
            CHECK(state.open_tools == 0);
            CHECK(state.reserved == 0);
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
            std::vector<trace::Event> after = later.world.sink.all;
            after.insert(after.end(), decided.world.sink.all.begin(), decided.world.sink.all.end());
            for (const trace::Event& event : after) {
                if (const auto* request = std::get_if<trace::ModelRequest>(&event.payload))
                    CHECK(!done.contains(request->call));
                if (const auto* request = std::get_if<trace::ToolRequest>(&event.payload))
                    CHECK(!done.contains(request->request));
                if (const auto* call = std::get_if<trace::ModelCall>(&event.payload))
                    CHECK(steps.insert(step_of(call->call)).second);
            }
        }
    }
    CHECK(approved > 0);
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
