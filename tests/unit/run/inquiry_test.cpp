// What the engine does beside a call: one question after a refusal, and warnings of a reply.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace test;

namespace {

Shelf on_ollama() {
    Shelf shelf;
    shelf.endpoint("local", "ollama").agent("a", "local").put("s", line({"a"}));
    return shelf;
}

const char* not_pulled = R"({"error":"model 'm-local' not found"})";

} // namespace

TEST_CASE("after a refusal one question is asked, and its answer is in the hint") {
    const Shelf shelf = on_ollama();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    std::vector<std::string> urls;
    World world([&](const http::Request& r) {
        urls.push_back(r.method + " " + r.url);
        return r.method == "GET" ? ok(R"({"models":[{"name":"llama3.1:latest"},{"name":"m-locale:latest"}]})")
                                 : ok(not_pulled, 404);
    });
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->phase == "Failed");
    CHECK(urls == std::vector<std::string>{"POST http://127.0.0.1:11434/api/show",
                                           "POST http://127.0.0.1:11434/api/chat",
                                           "GET http://127.0.0.1:11434/api/tags"});
    const auto errors = world.sink.of<trace::ModelError>();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].kind == "missing_model");
    CHECK(errors[0].status == 404);
    CHECK(errors[0].duration_ms == 5); // of the call, not of the question
    CHECK(errors[0].hint.find("m-locale") != std::string::npos);
}

TEST_CASE("a question nobody answers changes nothing") {
    const Shelf shelf = on_ollama();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    int questions = 0;
    World world([&](const http::Request& r) -> std::variant<http::Response, http::Failure> {
        if (r.method == "POST") return ok(not_pulled, 404);
        ++questions;
        return http::Failure{http::Failure::Kind::timeout, "no answer", base::seconds(5)};
    });
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(questions == 1);
    const auto errors = world.sink.of<trace::ModelError>();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].hint.find("ollama pull m-local") != std::string::npos);
}

TEST_CASE("what the person should know of a reply is an event of its own") {
    const Shelf shelf = on_ollama();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request&) {
        return ok(R"({"model":"m-local","message":{"role":"assistant","content":"fine"},"done":true,)"
                  R"("done_reason":"stop","prompt_eval_count":8190,"eval_count":5})");
    });
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->phase == "Succeeded");
    const auto warnings = world.sink.of<trace::Warning>();
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].text.find("num_ctx") != std::string::npos);
}

TEST_CASE("stopped twice during the question, the refusal that had come is recorded") {
    const Shelf shelf = on_ollama();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World* self = nullptr;
    World world([&](const http::Request& r) -> std::variant<http::Response, http::Failure> {
        if (r.method == "GET")
            return http::Failure{http::Failure::Kind::timeout, "no answer", base::seconds(5)};
        if (r.url.ends_with("/api/show")) return ok("{}");
        self->interrupt.wanted = 2; // from the next turn on
        return ok(not_pulled, 404);
    });
    self = &world;
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(world.sink.of<trace::ModelError>().size() == 1);
    CHECK(world.sink.of<trace::ModelError>()[0].hint.find("pull") != std::string::npos);
    REQUIRE(state.end); // nothing is left to stop
    CHECK(state.open.empty());
}

TEST_CASE("a request's record has every option that went into it, and no token") {
    Shelf shelf;
    shelf
        .endpoint("e", "openai",
                  {{"max_tokens", "50"},
                   {"temperature", "0.5"},
                   {"max_retries", "1"},
                   {"idle_timeout", "9s"},
                   {"headers", R"({"X-Tenant":"tenant-token-0001"})"}})
        .agent("a", "e")
        .put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request&) {
        return ok(R"({"error":{"message":"no tenant tenant-token-0001","code":"invalid_api_key"}})", 401);
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    engine.run();
    const auto requests = world.sink.of<trace::ModelRequest>();
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].parameters ==
          std::map<std::string, std::string>{{"max_tokens", "50"}, {"temperature", "0.5"}});
    const auto errors = world.sink.of<trace::ModelError>();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].detail.find("tenant-token") == std::string::npos);
}
