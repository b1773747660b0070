// Policies and budgets: decided at the moment of the call, failing closed.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace test;

namespace {

run::Policy policy(const std::string& name, resource::AgentPolicySpec spec,
                   const std::string& ns = "default") {
    return {{ns, name}, std::move(spec)};
}

Shelf agents(int n) {
    Shelf shelf;
    shelf.endpoint("e", "openai");
    std::vector<std::string> names;
    for (int i = 1; i <= n; ++i) {
        names.push_back("a" + std::to_string(i));
        shelf.agent(names.back(), "e");
    }
    shelf.put("s", line(names));
    return shelf;
}

} // namespace

TEST_CASE("which policies concern a run") {
    const Shelf shelf = agents(1);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    using Spec = resource::AgentPolicySpec;
    const auto spec = [](auto fill) {
        Spec s;
        fill(s);
        return s;
    };
    struct Row {
        Spec policy;
        std::string namespace_;
        bool concerns;
    };
    const std::vector<Row> rows{
        {spec([](Spec&) {}), "default", true}, // scoped without targets: every run of its namespace
        {spec([](Spec&) {}), "other", false},
        {spec([](Spec& s) { s.apply_mode = resource::ApplyMode::global; }), "other", true},
        {spec([](Spec& s) { s.target_systems = {"S"}; }), "default", true},
        {spec([](Spec& s) { s.target_systems = {"x"}; }), "default", false},
        {spec([](Spec& s) {
             s.target_tasks = {"t"};
             s.target_systems = {"x"};
         }),
         "default", true},
        {spec([](Spec& s) { s.target_agents = {"a1"}; }), "default", true},
        {spec([](Spec& s) { s.target_agents = {"b"}; }), "default", false},
        {spec([](Spec& s) {
             s.target_agents = {"b"};
             s.target_systems = {"s"};
         }),
         "default", false},
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(i);
        const std::vector<run::Policy> all{policy("p", rows[i].policy, rows[i].namespace_)};
        CHECK(run::matching(all, plan, "a1").size() == (rows[i].concerns ? 1 : 0));
    }
}

TEST_CASE("a model that is not allowed is never asked") {
    const Shelf shelf = agents(2);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = "sk-test";
    resource::AgentPolicySpec spec;
    spec.allowed_models = {"gpt-4o"};
    world.policies.policies = {policy("cost-policy", spec)};
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(world.requests.empty());
    CHECK(state.end->phase == "Failed");
    CHECK(state.end->code == "policy");
    CHECK(state.end->message == "policy \"cost-policy\" disallows model \"m-e\" (model_ref=\"e\") for agent "
                                "\"a1\" at endpoint \"e\"");
    CHECK(state.end->hint == "it allows gpt-4o");
    REQUIRE(world.sink.of<trace::PolicyDecision>().size() == 1);
    CHECK(world.sink.of<trace::PolicyDecision>()[0].verdict == "deny");
}

TEST_CASE("of several failures the one whose exit code comes first is told") {
    Shelf shelf;
    shelf.endpoint("e", "openai").endpoint("f", "openai").agent("a", "e").agent("b", "f");
    resource::AgentSystemSpec system = line({"a", "b"});
    system.graph["a"];
    system.graph["b"];
    shelf.put("s", system);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request&) { return ok("{}", 401); });
    world.secrets.keys["e"] = world.secrets.keys["f"] = "sk-test";
    resource::AgentPolicySpec spec;
    spec.allowed_models = {"m-e"};
    world.policies.policies = {policy("p", spec)};
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(world.requests.size() == 1); // the provider refuses one, a policy the other
    CHECK(state.failed == 2);
    CHECK(state.end->code == "policy");
    CHECK(state.end->stopped_reason == "policy");
}

TEST_CASE("a call that does not fit the budget is refused and the earlier outputs are kept") {
    const Shelf shelf = agents(3);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request&) { return ok(chat("thirty thousand", 20000, 10000)); });
    world.secrets.keys["e"] = "sk-test";
    resource::AgentPolicySpec spec;
    spec.max_tokens_per_run = 50000;
    world.policies.policies = {policy("cost-policy", spec)};
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(world.requests.size() == 2);
    CHECK(state.end->code == "policy");
    CHECK(state.end->message.starts_with(
        "token budget exceeded: policy \"cost-policy\" allows 50000 tokens a run, 60000 "
        "are used and agent \"a3\" asks for up to "));
    CHECK(state.end->outputs.size() == 2);
    CHECK(state.end->usage.input == 40000);
}

TEST_CASE("a call that might go past the budget is not made, though some of it is left") {
    const Shelf shelf = agents(2);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request&) { return ok(chat("thirty thousand", 20000, 10000)); });
    world.secrets.keys["e"] = "sk-test";
    resource::AgentPolicySpec spec;
    spec.max_tokens_per_run = 34'000;
    world.policies.policies = {policy("p", spec)};
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(world.requests.size() == 1);
    CHECK(state.end->code == "policy");
    CHECK(state.end->message.starts_with("token budget exceeded: policy \"p\" allows 34000 tokens a run, "
                                         "30000 are used and agent \"a2\" asks for up to 41"));
}

TEST_CASE("a call that fits only once others have answered waits for them") {
    Shelf shelf;
    shelf.endpoint("e", "openai", {{"max_tokens", "4000"}}).agent("a", "e").agent("b", "e");
    shelf.put("s", graph({"a", "b"}, {}));
    resource::AgentSystemSpec system = line({"a", "b"});
    system.graph["a"];
    system.graph["b"];
    Shelf fanned;
    fanned.endpoint("e", "openai", {{"max_tokens", "4000"}}).agent("a", "e").agent("b", "e").put("s", system);
    const run::Plan plan = run::make_plan(task("s"), fanned.catalog());
    World world([](const http::Request&) { return ok(chat("short", 20, 10)); });
    world.secrets.keys["e"] = "sk-test";
    resource::AgentPolicySpec spec;
    spec.max_tokens_per_run = 6000; // room for one reservation, not for two
    world.policies.policies = {policy("p", spec)};
    run::Engine engine(plan, world.world());
    CHECK(engine.run().end->phase == "Succeeded");
    std::size_t open = 0;
    std::size_t most = 0;
    for (const std::string& type : world.sink.types()) {
        if (type == "model_request") most = std::max(most, ++open);
        if (type == "model_call") --open;
    }
    CHECK(most == 1);
}

TEST_CASE("policies are read at every call, and a run without them does not go on") {
    const Shelf shelf = agents(2);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    engine.run();
    CHECK(world.policies.loads == 2);

    resource::AgentPolicySpec spec;
    spec.allowed_models = {"m-e"};
    std::vector<run::Policy>* applied = nullptr;
    World changing([&](const http::Request&) {
        spec.allowed_models = {"another"}; // a person applies it while the first agent's model thinks
        *applied = {policy("p", spec)};
        return ok(chat("fine"));
    });
    applied = &changing.policies.policies;
    *applied = {policy("p", spec)};
    changing.secrets.keys["e"] = "sk-test";
    run::Engine stopped(plan, changing.world());
    CHECK(stopped.run().end->code == "policy");
    CHECK(changing.requests.size() == 1);

    World broken;
    broken.secrets.keys["e"] = "sk-test";
    broken.policies.broken = true;
    run::Engine other(plan, broken.world());
    CHECK_THROWS_WITH_AS(other.run(), "policies cannot be read", base::Error);
    CHECK(broken.requests.empty());
}

TEST_CASE("the run's own caps hold without any policy") {
    const Shelf shelf = agents(3);
    run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    CHECK(plan.caps.model_calls == 2000);
    plan.caps.model_calls = 2;
    World world;
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(world.requests.size() == 2);
    CHECK(state.end->message == "agent a3: the run has made its 2 model calls");
    CHECK(state.end->code == "policy");
}

TEST_CASE("a run that has taken its time asks nothing more") {
    const Shelf shelf = agents(3);
    run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    plan.caps.time = base::seconds(20);
    World* at = nullptr;
    World world([&](const http::Request&) {
        at->clock.moved = at->clock.moved + base::seconds(15);
        return ok(chat("a word"));
    });
    at = &world;
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(world.requests.size() == 2);
    CHECK(state.end->message == "agent a3: the run has taken its 20s");
    CHECK(state.end->code == "policy");
    const auto decided = world.sink.of<trace::PolicyDecision>();
    REQUIRE(!decided.empty());
    CHECK(decided.back().rule == "task_time");
    CHECK(decided.back().limit == 20'000);
}

TEST_CASE("a policy that names a task holds for its copies, also after a resume") {
    const Shelf shelf = agents(1);
    resource::Resource copy = task("s");
    copy.metadata.name = "t-run-20261122-130102-ab12";
    copy.metadata.labels[std::string(run::source_label)] = "t";
    const run::Plan plan = run::make_plan(copy, shelf.catalog());
    CHECK(plan.source_task == "t");
    CHECK(plan.revisions[1].pin.role == "source");
    resource::AgentPolicySpec spec;
    spec.target_tasks = {"t"};
    const std::vector<run::Policy> all{policy("p", spec)};
    CHECK(run::matching(all, plan, "a1").size() == 1);
    spec.target_tasks = {"u"};
    const std::vector<run::Policy> other{policy("p", spec)};
    CHECK(run::matching(other, plan, "a1").empty());
}

TEST_CASE("a task's limits replace the usual ones, each by itself") {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").put("s", line({"a"}));
    const auto caps = [&](std::optional<resource::RunLimits> limits) {
        resource::TaskSpec spec;
        spec.limits = limits;
        return run::make_plan(task("s", spec), shelf.catalog()).caps;
    };
    const run::Caps usual = caps(std::nullopt);
    CHECK(usual.model_calls == 2000);
    CHECK(usual.tokens == 10'000'000);
    CHECK(usual.time == base::seconds(24LL * 3600));
    const run::Caps same = caps(resource::RunLimits{});
    CHECK(same.model_calls == usual.model_calls);
    CHECK(same.tokens == usual.tokens);
    CHECK(same.time == usual.time);
    CHECK(caps(resource::RunLimits{5, 0, {}}).model_calls == 5);
    CHECK(caps(resource::RunLimits{5, 0, {}}).tokens == usual.tokens);
    CHECK(caps(resource::RunLimits{9'999, 0, {}}).model_calls == 9'999); // upwards, too
    CHECK(caps(resource::RunLimits{0, 70, {}}).tokens == 70);
    CHECK(caps(resource::RunLimits{0, 0, base::seconds(90)}).time == base::seconds(90));
}
