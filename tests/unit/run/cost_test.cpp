// What calls cost, and limits on it: one account for all branches, resumed and forked runs included.
#include <doctest/doctest.h>

#include <random>

#include "run/replay.hpp"
#include "world.hpp"

using namespace test;

namespace {

base::Usd usd(std::string_view text) {
    return *base::parse_usd(text);
}

std::string shown(const std::optional<base::Usd>& cost) {
    return cost ? base::decimal(*cost) : "none";
}

resource::PriceList list(std::initializer_list<std::tuple<std::string, std::string, std::string>> rows) {
    resource::PriceList out;
    for (const auto& [match, input, output] : rows) {
        resource::Price price;
        price.match = match;
        price.input = usd(input);
        price.output = usd(output);
        out.prices.push_back(price);
    }
    return out;
}

/// Agents that all start at once, at endpoint e.
run::Plan crowd(Shelf& shelf, int agents, const std::map<std::string, std::string>& options,
                std::optional<base::Usd> cap = {}) {
    shelf.endpoint("e", "openai", options);
    std::vector<std::string> names;
    resource::AgentSystemSpec system;
    for (int i = 0; i < agents; ++i) {
        names.push_back("a" + std::to_string(i));
        shelf.agent(names.back(), "e");
        system.graph[names.back()];
    }
    system.agents = names;
    shelf.put("s", system);
    resource::TaskSpec spec;
    if (cap) spec.limits.emplace().cost = cap;
    return run::make_plan(task("s", spec), shelf.catalog());
}

run::World with(World& world, const resource::PriceList& prices) {
    run::World out = world.world();
    out.prices = &prices;
    world.secrets.keys["e"] = "sk-test";
    return out;
}

run::Policy capped(std::string_view max_cost) {
    resource::AgentPolicySpec spec;
    spec.max_cost = usd(max_cost);
    return {{"default", "p"}, spec};
}

const std::map<std::string, std::string> plain{{"stream", "false"}, {"max_tokens", "100"}};

} // namespace

TEST_CASE("a call costs what the provider says, else what the list says, else nobody knows") {
    struct Row {
        std::string usage;
        resource::PriceList prices;
        std::string cost, source, total;
    };
    const std::string cached = R"({"prompt_tokens":1000,"completion_tokens":100,)"
                               R"("prompt_tokens_details":{"cached_tokens":400}})";
    const std::string said = R"({"prompt_tokens":1000,"completion_tokens":100,"cost":0.5})";
    resource::PriceList with_cache = list({{"m-e", "0.15", "0.60"}});
    with_cache.prices[0].cached_read = usd("0.075");
    for (const Row& row : {
             Row{cached, {}, "none", "", "none"},
             {cached, list({{"other", "1", "1"}}), "none", "", "none"},
             {cached, list({{"m-*", "0.15", "0.60"}}), "0.00021", "prices", "0.00021"},
             {cached, with_cache, "0.00018", "prices", "0.00018"},
             {cached, list({{"gpt", "1", "1"}}), "0.0011", "prices", "0.0011"}, // it says that it is gpt
             {said, {}, "0.5", "provider", "0.5"},
             {said, with_cache, "0.5", "provider", "0.5"},
         }) {
        CAPTURE(row.usage);
        Shelf shelf;
        const run::Plan plan = crowd(shelf, 1, plain);
        World world([&](const http::Request&) {
            return ok(R"({"model":"gpt","choices":[{"message":{"content":"x"},"finish_reason":"stop"}],)"
                      R"("usage":)" +
                      row.usage + "}");
        });
        run::Engine engine(plan, with(world, row.prices));
        const run::State& state = engine.run();
        const trace::Tokens used = world.sink.of<trace::ModelCall>().at(0).usage;
        CHECK(shown(used.cost) == row.cost);
        CHECK(used.cost_source == row.source);
        CHECK(shown(state.end->usage.cost) == row.total);
        CHECK(state.end->usage.unpriced == 0);
        CHECK(shown(world.sink.of<trace::AgentEnd>().at(0).usage.cost) == row.total);
    }
}

TEST_CASE("of a run with calls of known and of unknown cost, the known part is told as such") {
    Shelf shelf;
    shelf.endpoint("e", "openai", plain).endpoint("f", "openai", plain);
    shelf.agent("a", "e").agent("b", "f").put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request&) { return ok(chat("x", 1000, 100)); });
    world.secrets.keys["f"] = "sk-test";
    const resource::PriceList prices = list({{"m-e", "1", "10"}});
    run::Engine engine(plan, with(world, prices));
    const trace::TaskEnd end = *engine.run().end;
    CHECK(trace::shown_cost(end.usage) == "$0.002+");
    CHECK(end.usage.unpriced == 1);
    CHECK(trace::shown_cost(world.sink.of<trace::AgentEnd>().at(1).usage) == "");
}

TEST_CASE("a failed call costs what it used") {
    Shelf shelf;
    auto options = plain;
    options["max_retries"] = "0";
    const run::Plan plan = crowd(shelf, 1, options);
    World world(
        [](const http::Request&) { return ok(R"({"usage":{"prompt_tokens":1000,"completion_tokens":7}})"); });
    const resource::PriceList prices = list({{"*", "1", "0"}});
    run::Engine engine(plan, with(world, prices));
    CHECK(shown(engine.run().used.cost) == "0.001");
    CHECK(world.sink.of<trace::ModelError>().at(0).usage->cost_source == "prices");
}

TEST_CASE("fifty agents at once against a budget of money for ten never cost more than it") {
    constexpr int most_output = 400;
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        Shelf shelf;
        const run::Plan plan =
            crowd(shelf, 50, {{"max_tokens", std::to_string(most_output)}, {"stream", "false"}});
        World world([&](const http::Request& r) -> std::variant<http::Response, http::Failure> {
            const int prompt = static_cast<int>(r.body.size() / 16 + random() % 8);
            if (random() % 10 == 0)
                return ok(
                    base::format(R"({{"usage":{{"prompt_tokens":{},"completion_tokens":9}}}})", prompt));
            return ok(chat("x", prompt, static_cast<int>(1 + random() % most_output)));
        });
        const resource::PriceList prices = list({{"m-*", "3", "15"}});
        const base::Usd limit{10 * (usd("0.006").picos + 100'000'000) -
                              static_cast<std::int64_t>(random() % 4'000'000'000)};
        world.policies.policies = {capped(base::decimal(limit))};
        run::World interfaces = with(world, prices);
        run::Engine engine(plan, interfaces);
        const run::State& state = engine.run();
        CHECK(*state.used.cost <= limit);
        CHECK(state.used.unpriced == 0);
        CHECK(state.reserved_cost == base::Usd{});
        CHECK(state.end->usage.cost == state.used.cost);
        std::size_t allowed = 0;
        std::size_t denied = 0;
        for (const auto& decision : world.sink.of<trace::PolicyDecision>()) {
            CHECK(decision.rule == "max_cost");
            CHECK(decision.used == 0);
            CHECK(*decision.used_usd + *decision.reserved_usd <= limit);
            CHECK(decision.limit_usd == limit);
            (decision.verdict == "allow" ? allowed : denied) += 1;
        }
        std::int64_t waited = 0;
        for (const auto& request : world.sink.of<trace::ModelRequest>()) {
            CHECK(request.reserved_cost.has_value());
            waited += request.waited_for == "max_cost" ? 1 : 0;
        }
        CHECK(allowed == world.sink.of<trace::ModelRequest>().size());
        CHECK((denied > 0 || state.end->code == "provider"));
        CHECK((waited > 0 || allowed <= 10));
    }
}

TEST_CASE("what a limit on cost says when it denies") {
    struct Row {
        std::optional<base::Usd> cap;
        std::string policy;
        resource::PriceList prices;
        std::string rule, message, hint;
    };
    const resource::PriceList dear = list({{"m-e", "0", "1000"}});
    const std::string own_hint = "raise spec.limits.cost of the task (or --max-cost), or reserve less with a "
                                 "smaller options.max_tokens of the endpoint";
    for (const Row& row : {
             Row{usd("0.05"), "", dear, "task_cost",
                 "cost budget exceeded: the run's own limit allows $0.05 a run, $0 are used and agent \"a0\" "
                 "asks "
                 "for up to $0.1 at endpoint \"e\"",
                 own_hint},
             Row{{},
                 "0.0999",
                 dear,
                 "max_cost",
                 "cost budget exceeded: policy \"p\" allows $0.0999 a run, $0 are used and agent \"a0\" asks "
                 "for "
                 "up to $0.1 at endpoint \"e\"",
                 "raise the limit, or reserve less with a smaller options.max_tokens of the endpoint"},
             Row{usd("1"),
                 "",
                 {},
                 "task_cost",
                 "the price of model \"m-e\" at endpoint \"e\" is not known, so agent \"a0\" cannot be held "
                 "to the "
                 "$1 a run that the run's own limit allows",
                 "write it into prices.yaml, 0 where it is free (orloj explain prices): {match: \"m-e\", "
                 "input: "
                 "USD, output: USD}"},
             Row{usd("0"), "", list({{"m-e", "0", "0.000001"}}), "task_cost",
                 "cost budget exceeded: the run's own limit allows $0 a run, $0 are used and agent \"a0\" "
                 "asks for "
                 "up to $0.0000000001 at endpoint \"e\"",
                 own_hint},
         }) {
        CAPTURE(row.message);
        Shelf shelf;
        const run::Plan plan = crowd(shelf, 1, plain, row.cap);
        World world([](const http::Request&) { return ok(chat("x")); });
        if (!row.policy.empty()) world.policies.policies = {capped(row.policy)};
        run::Engine engine(plan, with(world, row.prices));
        const trace::TaskEnd end = *engine.run().end;
        CHECK(end.code == "policy");
        CHECK(end.message == row.message);
        CHECK(end.hint == row.hint);
        CHECK(world.sink.of<trace::ModelRequest>().empty());
        const auto decision = world.sink.of<trace::PolicyDecision>().at(0);
        CHECK(decision.verdict == "deny");
        CHECK(decision.rule == row.rule);
    }
}

TEST_CASE("what is free may be asked under any limit") {
    for (const bool listed : {true, false}) {
        CAPTURE(listed);
        Shelf shelf;
        shelf.endpoint("local", "openai", plain).endpoint("m", "mock", {{"script", "hello"}});
        shelf.agent("a", listed ? "local" : "m").put("s", line({"a"}));
        resource::TaskSpec spec;
        spec.limits.emplace().cost = base::Usd{};
        const run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
        World world([](const http::Request&) { return ok(chat("x", 1000, 100)); });
        world.secrets.keys["local"] = "sk-test";
        const resource::PriceList prices = list({{"m-local", "0", "0"}});
        run::World interfaces = world.world();
        if (listed) interfaces.prices = &prices;
        run::Engine engine(plan, interfaces);
        CHECK(engine.run().end->phase == "Succeeded");
        CHECK(trace::shown_cost(engine.state().end->usage) == "$0.00");
    }
}

TEST_CASE("policies on tokens and on money keep both") {
    Shelf shelf;
    const run::Plan plan = crowd(shelf, 1, plain);
    World world([](const http::Request&) { return ok(chat("x", 10, 10)); });
    run::Policy both = capped("5");
    both.spec.max_tokens_per_run = 5000;
    world.policies.policies = {both};
    const resource::PriceList prices = list({{"*", "1", "1"}});
    run::Engine engine(plan, with(world, prices));
    CHECK(engine.run().end->phase == "Succeeded");
    const auto decisions = world.sink.of<trace::PolicyDecision>();
    REQUIRE(decisions.size() == 2);
    CHECK(decisions[0].rule == "max_tokens_per_run");
    CHECK(decisions[0].limit == 5000);
    CHECK(!decisions[0].limit_usd);
    CHECK(decisions[1].rule == "max_cost");
    CHECK(decisions[1].limit_usd == usd("5"));
    CHECK(decisions[1].limit == 0);
    const trace::ModelRequest request = world.sink.of<trace::ModelRequest>().at(0);
    CHECK(request.reserved_cost == decisions[1].asked_usd);
}

TEST_CASE("calls before a limit count towards it, by the list when their events tell no cost") {
    Shelf shelf;
    shelf.endpoint("e", "openai", plain).agent("a", "e").agent("b", "e").put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request&) { return ok(chat("x", 1000, 100)); });
    const resource::PriceList none;
    world.interrupt.wanted = 1; // a answers, b is not asked
    run::Engine first(plan, with(world, none));
    first.run();
    REQUIRE(first.state().interrupted);
    REQUIRE(first.state().calls == 1);
    struct Row {
        resource::PriceList prices;
        std::string cap, phase, message;
    };
    for (const Row& row : {
             // 1,000 in and 100 out cost 0.0011 at 1 dollar a million; the second call may write 100 more.
             Row{list({{"*", "1", "1"}}), "0.0013", "Succeeded", ""},
             Row{list({{"*", "1", "1"}}), "0.0012", "Failed",
                 "cost budget exceeded: the run's own limit allows $0.0012 a run, $0.0011 are used and agent "
                 "\"b\" asks for up to $0.000121 at endpoint \"e\""},
             Row{none, "1", "Failed",
                 "the price of model \"m-e\" at endpoint \"e\" is not known, so agent \"b\" cannot be held "
                 "to the "
                 "$1 a run that the run's own limit allows"},
         }) {
        CAPTURE(row.cap);
        CAPTURE(row.message);
        run::Plan later = plan;
        later.caps.cost = usd(row.cap);
        World again([](const http::Request&) { return ok(chat("x", 10, 2)); });
        run::Engine engine(later, with(again, row.prices));
        for (const auto& message : world.sink.said)
            engine.load(message);
        for (const auto& event : world.sink.all)
            engine.load(event);
        const trace::TaskEnd end = *engine.run("test").end;
        CHECK(end.phase == row.phase);
        CHECK(end.message == row.message);
    }
}

TEST_CASE("a limit is not kept blindly when a call before it has no price") {
    Shelf shelf;
    shelf.endpoint("e", "openai", plain).endpoint("f", "openai", plain);
    shelf.agent("a", "e").agent("b", "f").put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request&) { return ok(chat("x", 1000, 100)); });
    world.secrets.keys["f"] = "sk-test";
    resource::AgentPolicySpec spec;
    spec.max_cost = usd("1");
    spec.target_agents = {"b"};
    world.policies.policies = {{{"default", "p"}, spec}};
    const resource::PriceList prices = list({{"m-f", "1", "1"}});
    run::Engine engine(plan, with(world, prices));
    CHECK(engine.run().end->message == "the cost of 1 call of the run is not known, so agent \"b\" cannot be "
                                       "held to the $1 a run that policy \"p\" "
                                       "allows");
}

TEST_CASE("replaying a run compares no prices") {
    Shelf shelf;
    const run::Plan plan = crowd(shelf, 2, plain, usd("5"));
    World world([](const http::Request&) { return ok(chat("x", 1000, 100)); });
    const resource::PriceList prices = list({{"*", "1", "10"}});
    run::Engine engine(plan, with(world, prices));
    CHECK(trace::shown_cost(engine.run().end->usage) == "$0.004");
    const run::Replay replayed = run::replay(plan, world.sink.all, world.sink.said);
    CHECK(replayed.differences.empty());
    CHECK(replayed.ended);
}
