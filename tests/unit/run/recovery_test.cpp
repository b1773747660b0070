// Endpoints that cannot answer: pauses that all calls keep, the way back, other endpoints, refused
// parameters.
#include <doctest/doctest.h>

#include "scenarios.hpp"

using namespace test;

namespace {

http::Response refusal(int status, const std::string& code, std::vector<http::Header> headers = {}) {
    http::Response out =
        ok(base::format(R"({{"error":{{"message":"no","type":"x","code":"{}"}}}})", code), status);
    out.headers.insert(out.headers.end(), headers.begin(), headers.end());
    return out;
}

std::string model_in(const std::string& body) {
    const std::size_t at = body.find("\"model\":\"") + 9;
    return body.substr(at, body.find('"', at) - at);
}

Shelf with_fallbacks() {
    Shelf shelf;
    resource::AgentSpec agent;
    agent.model_ref = "first";
    agent.fallback_model_refs = {"second", "third"};
    shelf.endpoint("first", "openai", {{"max_retries", "1"}})
        .endpoint("second", "openai", {{"max_retries", "1"}})
        .endpoint("third", "openai", {{"max_retries", "0"}})
        .put("a", agent)
        .put("s", line({"a"}));
    return shelf;
}

/// Agents that all start at once and ask the same endpoint.
Shelf crowd(std::size_t agents) {
    Shelf shelf;
    shelf.endpoint("e", "openai");
    std::vector<std::string> names;
    std::vector<std::pair<std::string, std::string>> edges;
    for (std::size_t i = 0; i < agents; ++i) {
        names.push_back("a" + std::to_string(i));
        shelf.agent(names.back(), "e");
    }
    resource::AgentSystemSpec system = graph(names, edges);
    system.graph[names.front()] = {}; // a graph without edges: all start at once
    return shelf.put("s", system);
}

void give_keys(World& world) {
    for (const char* endpoint : {"e", "first", "second", "third"})
        world.secrets.keys[endpoint] = "sk-test";
}

} // namespace

TEST_CASE("another endpoint is asked when one cannot answer, in the order declared") {
    struct Row {
        int first;
        const char* code;
        const char* phase;
        std::size_t fallbacks;
        std::size_t requests;
    };
    for (const Row& row :
         {Row{503, "x", "Succeeded", 1, 3}, Row{429, "rate_limit_exceeded", "Succeeded", 1, 3},
          Row{500, "x", "Succeeded", 1, 3}, Row{401, "invalid_api_key", "Failed", 0, 1},
          Row{429, "insufficient_quota", "Failed", 0, 1}, Row{404, "model_not_found", "Failed", 0, 1},
          Row{400, "context_length_exceeded", "Failed", 0, 1}}) {
        CAPTURE(row.first);
        CAPTURE(row.code);
        const Shelf shelf = with_fallbacks();
        const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
        World world([&](const http::Request& r) {
            return model_in(r.body) == "m-first" ? refusal(row.first, row.code) : ok(chat("fine"));
        });
        give_keys(world);
        run::Engine engine(plan, world.world());
        const run::State& state = engine.run();
        REQUIRE(state.end);
        CHECK(state.end->phase == row.phase);
        const auto fallbacks = world.sink.of<trace::Fallback>();
        REQUIRE(fallbacks.size() == row.fallbacks);
        CHECK(world.requests.size() == row.requests);
        if (fallbacks.empty()) continue;
        CHECK(fallbacks[0].from == "first");
        CHECK(fallbacks[0].to == "second");
        CHECK(world.sink.of<trace::ModelCall>().at(0).endpoint == "second");
    }
}

TEST_CASE("when no endpoint can answer, the last error is the agent's") {
    const Shelf shelf = with_fallbacks();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request&) { return refusal(503, "x"); });
    give_keys(world);
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->phase == "DeadLetter");
    CHECK(world.sink.of<trace::Fallback>().size() == 2);
    CHECK(world.requests.size() == 5); // two tries, two tries, one
    CHECK(state.end->message.find("m-third at third failed") != std::string::npos);
}

TEST_CASE("a policy is asked again for the endpoint that is fallen back to") {
    const Shelf shelf = with_fallbacks();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request&) { return refusal(503, "x"); });
    give_keys(world);
    resource::AgentPolicySpec only_first;
    only_first.allowed_models = {"m-first"};
    world.policies.policies = {{{"default", "p"}, only_first}};
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->code == std::string("policy"));
    CHECK(state.end->message.find("disallows model \"m-second\" (model_ref=\"second\")") !=
          std::string::npos);
    CHECK(world.requests.size() == 2);
}

TEST_CASE("a retry-after holds every call to the endpoint back, and one call looks first") {
    const Shelf shelf = crowd(8);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    std::vector<std::int64_t> at; // ms, of each request
    World* self = nullptr;
    World world([&](const http::Request&) {
        at.push_back(self->clock.moved.ms());
        return at.size() <= 8 ? refusal(429, "rate_limit_exceeded", {{"retry-after", "7"}})
                              : ok(chat("fine"));
    });
    self = &world;
    give_keys(world);
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->phase == "Succeeded");
    REQUIRE(at.size() == 16);
    for (std::size_t i = 0; i < 8; ++i)
        CHECK(at[i] == 0);
    for (std::size_t i = 8; i < 16; ++i)
        CHECK(at[i] >= 7000);
    // The first answer comes before a second call goes out.
    const auto& events = world.sink.all;
    std::int64_t open = 0;
    std::int64_t most = 0;
    std::int64_t answers = 0;
    for (const trace::Event& event : events) {
        if (event.time.us < 1'700'000'000'000'000 + 7'000'000) continue;
        if (std::holds_alternative<trace::ModelRequest>(event.payload)) ++open;
        if (std::holds_alternative<trace::ModelCall>(event.payload)) --open, ++answers;
        if (answers == 0) most = std::max(most, open);
    }
    CHECK(most == 1);
}

TEST_CASE("a thousand agents at a server that takes twenty a second all end well, without a storm") {
    const Shelf shelf = crowd(1000);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    std::map<std::int64_t, int> taken; // by second
    World* self = nullptr;
    World world([&](const http::Request&) {
        int& now = taken[self->clock.moved.ms() / 1000];
        return ++now > 20 ? refusal(429, "rate_limit_exceeded", {{"retry-after", "1"}}) : ok(chat("fine"));
    });
    self = &world;
    give_keys(world);
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->phase == "Succeeded");
    CHECK(state.end->outputs.size() == 1000);
    CHECK(world.requests.size() < 3000); // 1,000 answers, 1,000 at the start, and the looks in between
    CHECK(self->clock.moved.ms() < 100'000);
}

TEST_CASE("a parameter the provider refuses by name is sent by its other name, and that is remembered") {
    Shelf shelf;
    shelf.endpoint("e", "openai", {{"max_tokens", "50"}, {"temperature", "0.5"}})
        .agent("a", "e")
        .agent("b", "e")
        .put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request& r) -> http::Response {
        for (const char* word : {"max_completion_tokens", "temperature"}) {
            if (r.body.find(word) == std::string::npos) continue;
            return ok(
                base::format(R"({{"error":{{"message":"no","code":"unsupported_parameter","param":"{}"}}}})",
                             word),
                400);
        }
        return ok(chat("fine"));
    });
    give_keys(world);
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->phase == "Succeeded");
    REQUIRE(world.requests.size() == 4); // refused twice, then right, and right at once for b
    CHECK(world.requests[3].find("\"max_tokens\":50") != std::string::npos);
    CHECK(world.requests[3].find("temperature") == std::string::npos);
    const auto dropped = world.sink.of<trace::ParameterDropped>();
    REQUIRE(dropped.size() == 2);
    CHECK(dropped[0].name == "max_completion_tokens");
    CHECK(dropped[0].renamed_to == "max_tokens");
    CHECK(dropped[1].name == "temperature");
    CHECK(dropped[1].renamed_to.empty());
}

TEST_CASE("a parameter that is refused under every name ends the call") {
    Shelf shelf;
    shelf.endpoint("e", "openai", {{"max_tokens", "50"}}).agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request&) {
        return ok(R"({"error":{"message":"no","code":"unsupported_parameter","param":"temperature"}})", 400);
    });
    give_keys(world);
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->phase == "Failed");
    CHECK(world.requests.size() == 2);
}

TEST_CASE("a clock that was set back takes nothing from the time of a run") {
    run::State state;
    state.started = base::Time{1'000'000'000};
    state.last_time = state.started + base::seconds(60);
    state.away = base::seconds(20);
    CHECK(state.elapsed(state.last_time + base::seconds(5)) == base::seconds(45));
    CHECK(state.elapsed(base::Time{1}) == base::seconds(40));
}
