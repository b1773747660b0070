// A run that is cancelled: from outside, at any moment, and never after its end.
#include <doctest/doctest.h>

#include <span>

#include <algorithm>

#include "run/ending.hpp"
#include "scenarios.hpp"

using namespace test;

namespace {

/// Answers what `answers` says and leaves everything else open for ever.
class HalfSilentTransport final : public http::Transport {
  public:
    HalfSilentTransport(StillClock& clock,
                        std::function<std::optional<http::Response>(const http::Request&)> answers)
        : clock_(clock), answers_(std::move(answers)) {}
    void start(http::CallId id, http::Request request) override { open.emplace(id, std::move(request)); }
    void cancel(http::CallId id) override {
        cancelled += static_cast<int>(open.erase(id));
        ready_.push_back({id, http::Failure{http::Failure::Kind::cancelled, "", {}, {}}});
    }
    using Transport::wait;
    std::vector<http::Event> wait(base::Duration limit, std::span<const http::Wake>) override {
        waits.push_back(limit);
        for (auto it = open.begin(); it != open.end();) {
            if (auto response = answers_(it->second)) {
                ready_.push_back({it->first, std::move(*response)});
                it = open.erase(it);
            } else {
                ++it;
            }
        }
        if (ready_.empty()) clock_.moved = clock_.moved + limit;
        return std::exchange(ready_, {});
    }
    std::map<http::CallId, http::Request> open;
    std::vector<base::Duration> waits;
    int cancelled = 0;

  private:
    StillClock& clock_;
    std::function<std::optional<http::Response>(const http::Request&)> answers_;
    std::vector<http::Event> ready_;
};

/// Somebody cancels the run before it is asked the `after`th time.
class Canceller final : public run::Interrupt {
  public:
    explicit Canceller(int after) : after_(after) {}
    int level() override { return 0; }
    int fd() override { return -1; }
    std::optional<std::string> cancelled() override {
        ++asked;
        return asked > after_ ? std::optional<std::string>("not needed any more") : std::nullopt;
    }
    base::Duration patience() override { return base::milliseconds(150); }
    int asked = 0;

  private:
    int after_;
};

Shelf two_after_each_other() {
    Shelf shelf;
    shelf.endpoint("e", "openai", {{"stream", "false"}})
        .agent("a", "e")
        .agent("b", "e")
        .put("s", line({"a", "b"}));
    return shelf;
}

const trace::TaskEnd& end_of(const MemorySink& sink) {
    return std::get<trace::TaskEnd>(sink.all.back().payload);
}

} // namespace

TEST_CASE("a run is cancelled while it waits for an answer; what was answered before is kept") {
    const Shelf shelf = two_after_each_other();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = "sk-test";
    HalfSilentTransport transport(world.clock, [](const http::Request& r) -> std::optional<http::Response> {
        if (agent_in(r.body) == "a") return ok(chat("of a", 7, 3));
        return std::nullopt;
    });
    Canceller canceller(20);
    run::Engine engine(plan, {transport, world.sink, world.secrets, world.policies, world.clock, canceller});
    const run::State& state = engine.run();

    REQUIRE(state.end);
    const std::vector<std::string> types = world.sink.types();
    CHECK(std::vector<std::string>(types.end() - 3, types.end()) ==
          std::vector<std::string>{"model_request", "task_cancelled", "task_end"});
    CHECK(transport.cancelled == 1);
    CHECK(transport.open.empty());
    CHECK(std::all_of(transport.waits.begin(), transport.waits.end(),
                      [](base::Duration d) { return d <= base::milliseconds(150); }));
    CHECK(world.clock.moved <= base::milliseconds(150 * 20));
    const trace::TaskEnd& end = end_of(world.sink);
    CHECK(end.phase == "Failed");
    CHECK(end.stopped_reason == run::stopped_by_cancel);
    CHECK(end.code == "failed");
    CHECK(end.message == "not needed any more");
    CHECK(end.outputs == std::map<std::string, std::string>{{"a", "of a"}});
    CHECK(end.order == std::vector<std::string>{"a"});
    CHECK(end.sinks.empty());
    CHECK(trace::answer_of(end).empty());
    CHECK(end.calls == 1);
    CHECK(end.usage.input == 7);
    CHECK(std::get<trace::TaskCancelled>(world.sink.all.rbegin()[1].payload).reason == "not needed any more");
}

TEST_CASE("cancelling at every turn: either it was cancelled or it had finished, and nothing follows") {
    for (const Scenario& scenario : scenarios()) {
        const run::Plan plan = scenario.plan();
        bool finished = false;
        bool cancelled = false;
        for (int after = 0; after < 200 && !finished; ++after) {
            Stage stage(scenario);
            World& world = stage.world;
            Canceller canceller(after);
            run::Engine engine(plan, {world.transport, world.sink, world.secrets, world.policies, world.clock,
                                      canceller, nullptr, world.tools});
            REQUIRE(engine.run().end);
            CAPTURE(scenario.name);
            CAPTURE(after);
            const std::vector<std::string> types = world.sink.types();
            CHECK(types.front() == "task_start");
            CHECK(types.back() == "task_end");
            CHECK(std::count(types.begin(), types.end(), "task_end") == 1);
            const bool here = end_of(world.sink).stopped_reason == run::stopped_by_cancel;
            CHECK((types[types.size() - 2] == "task_cancelled") == here);
            cancelled = cancelled || here;
            finished = !here;
            const std::size_t written = world.sink.all.size();
            engine.run(); // nothing follows a terminal event
            CHECK(world.sink.all.size() == written);
        }
        CHECK(cancelled);
        CHECK(finished);
    }
}

TEST_CASE("a journal with its cancellation folds to an ended run") {
    const Shelf shelf = two_after_each_other();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World first;
    first.secrets.keys["e"] = "sk-test";
    first.interrupt.wanted = 1;
    run::Engine engine(plan, first.world());
    REQUIRE(engine.run().interrupted);

    // Nobody runs it any more, so whoever cancels it writes its end.
    first.clock.slept = base::seconds(3600);
    run::State state = engine.state();
    for (run::Draft& draft : run::cancellation(state, plan, engine.transcript(), "late", state.last_time)) {
        trace::Event event;
        event.seq = state.last_seq + 1;
        event.time = first.clock.now();
        event.payload = std::move(draft.payload);
        run::apply(state, plan, event);
    }
    REQUIRE(state.end);
    CHECK(state.end->stopped_reason == "cancelled");
    CHECK(state.end->outputs.size() == 1);
    CHECK(state.end->duration_ms < 1000); // the hour nobody ran it is not its time
    CHECK_FALSE(state.running);
}

TEST_CASE("the journal says who interrupted a run") {
    struct Reader final : run::Interrupt {
        int level() override { return 1; }
        int fd() override { return -1; }
        std::string why() override { return "the reader of the output went away"; }
    };
    const Shelf shelf = two_after_each_other();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = "sk-test";
    Reader reader;
    run::Engine engine(plan,
                       {world.transport, world.sink, world.secrets, world.policies, world.clock, reader});
    REQUIRE(engine.run().interrupted);
    CHECK(world.sink.of<trace::TaskInterrupted>().front().reason == "the reader of the output went away");
}

TEST_CASE("a task that could not be started says why") {
    const trace::TaskEnd end = run::stillborn(
        base::Error(base::Fault::reference, "task 't' cannot run: agent \"a\" not found").hint("apply it"));
    CHECK(end.phase == "Failed");
    CHECK(end.stopped_reason == "failed");
    CHECK(end.code == "reference");
    CHECK(end.message == "task 't' cannot run: agent \"a\" not found");
    CHECK(end.hint == "apply it");
    CHECK(end.calls == 0);
}
