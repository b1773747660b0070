// The question about a model before its first call: asked once, never in the way, and what it brings.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace test;

namespace {

const char* const fine =
    R"({"model":"m","message":{"role":"assistant","content":"fine"},"done":true,"done_reason":"stop",)"
    R"("prompt_eval_count":9,"eval_count":2})";

bool is_question(const http::Request& request) {
    return request.url.ends_with("/api/show");
}

std::string about(std::int64_t context, const std::string& more = "") {
    return base::format(R"({{"model_info":{{"general.architecture":"llama","llama.context_length":{}}}{}}})",
                        context, more);
}

struct Asked {
    run::State state;
    std::vector<std::string> urls;
    std::vector<std::string> calls; ///< bodies of what was no question
    std::vector<trace::ModelDescribed> described;
};

Asked ask(const World::Answer& answer, std::map<std::string, std::string> options = {}, int agents = 1) {
    Shelf shelf;
    shelf.endpoint("local", "ollama", std::move(options));
    std::vector<std::string> names;
    for (int i = 0; i < agents; ++i) {
        names.push_back(base::format("a{}", i));
        shelf.agent(names.back(), "local");
    }
    resource::AgentSystemSpec system = line(names);
    for (const std::string& name : names)
        system.graph[name]; // all at once
    shelf.put("s", system);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    Asked out;
    World world([&](const http::Request& r) {
        out.urls.push_back(r.method + " " + r.url);
        if (!is_question(r)) out.calls.push_back(r.body);
        return answer(r);
    });
    run::Engine engine(plan, world.world());
    out.state = engine.run();
    REQUIRE(out.state.end);
    out.described = world.sink.of<trace::ModelDescribed>();
    return out;
}

} // namespace

TEST_CASE("a model is asked about once, however many agents wait for it") {
    const Asked got = ask([](const http::Request& r) { return ok(is_question(r) ? about(131072) : fine); },
                          {{"max_concurrency", "0"}}, 5);
    CHECK(got.state.end->phase == "Succeeded");
    REQUIRE(got.urls.size() == 6);
    CHECK(got.urls[0] == "POST http://127.0.0.1:11434/api/show");
    CHECK(got.urls[1] == "POST http://127.0.0.1:11434/api/chat");
    REQUIRE(got.described.size() == 1);
    CHECK(got.described[0].context == 131072);
    CHECK(got.described[0].detail.empty());
    for (const std::string& body : got.calls)
        CHECK(body.find("\"num_ctx\":8192") != std::string::npos);
}

TEST_CASE("the window is never larger than the model's, unless the person says so") {
    const auto answer = [](const http::Request& r) { return ok(is_question(r) ? about(2048) : fine); };
    CHECK(ask(answer).calls[0].find("\"num_ctx\":2048") != std::string::npos);
    CHECK(ask(answer, {{"num_ctx", "4096"}}).calls[0].find("\"num_ctx\":4096") != std::string::npos);
}

TEST_CASE("a question that fails is not asked again, and the run goes on") {
    const auto play = [](std::variant<http::Response, http::Failure> reply) {
        return ask([reply](const http::Request& r) { return is_question(r) ? reply : ok(fine); }, {}, 2);
    };
    const std::vector<std::pair<std::variant<http::Response, http::Failure>, std::string>> table{
        {http::Failure{http::Failure::Kind::timeout, "no answer within 5s", base::seconds(5)},
         "no answer within 5s"},
        {ok("no", 500), "status 500"},
        {ok(R"({"error":"model 'm' not found"})", 404), "status 404"},
        {ok("<html>"), ""},
        {ok("{}"), ""},
    };
    for (const auto& [reply, detail] : table) {
        CAPTURE(detail);
        const Asked got = play(reply);
        CHECK(got.state.end->phase == "Succeeded");
        CHECK(got.urls.size() == 3);
        REQUIRE(got.described.size() == 1);
        CHECK(got.described[0].detail == detail);
        CHECK(got.described[0].context == 0);
        CHECK(got.calls[0].find("\"num_ctx\":8192") != std::string::npos);
    }
}

TEST_CASE("an agent with less time than the question may take asks for as long as it has") {
    Shelf shelf;
    resource::AgentSpec agent;
    agent.model_ref = "local";
    agent.limits.timeout = base::seconds(2);
    shelf.endpoint("local", "ollama").put("a", agent).put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    std::vector<base::Duration> limits;
    World world([&](const http::Request& r) {
        if (is_question(r)) limits.push_back(r.timeouts.total);
        return ok(is_question(r) ? about(4096) : fine);
    });
    run::Engine engine(plan, world.world());
    REQUIRE(engine.run().end);
    REQUIRE(limits.size() == 1);
    CHECK(limits[0] == base::seconds(2));
}

TEST_CASE("who stops the run does not wait for the question") {
    Shelf shelf;
    shelf.endpoint("local", "ollama").agent("a", "local").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request& r) { return ok(is_question(r) ? about(4096) : fine); });
    world.interrupt.wanted = 1;
    run::Engine engine(plan, world.world());
    CHECK(engine.run().interrupted);
    CHECK(world.sink.types() == std::vector<std::string>{"task_start", "agent_start", "task_interrupted"});
}

TEST_CASE("a model that runs elsewhere is refused before anything is sent to it") {
    const auto answer = [](const http::Request& r) {
        return ok(is_question(r)
                      ? about(2048, R"(,"remote_host":"https://ollama.com:443","remote_model":"big")")
                      : fine);
    };
    const Asked got = ask(answer);
    CHECK(got.state.end->phase == "Failed");
    CHECK(got.calls.empty());
    CHECK(got.state.end->message ==
          "model 'm-local' of model endpoint 'default/local' runs at https://ollama.com:443 and not where "
          "Ollama is: "
          "set options.allow_remote to \"true\" to send it there, or choose a local model");
    CHECK(ask(answer, {{"allow_remote", "true"}}).state.end->phase == "Succeeded");
    // Nothing depends on the answer then.
    CHECK(ask(answer, {{"allow_remote", "true"}, {"num_ctx", "4096"}}).urls.size() == 1);
}

TEST_CASE("a run taken up again asks again: the endpoint may be another one") {
    Shelf shelf;
    shelf.endpoint("local", "ollama").agent("a", "local").agent("b", "local").put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    int questions = 0;
    const auto answer = [&](const http::Request& r) {
        questions += is_question(r) ? 1 : 0;
        return ok(is_question(r) ? about(4096) : fine);
    };
    World first(answer);
    first.interrupt.wanted = 1;
    first.interrupt.after = 1;
    run::Engine engine(plan, first.world());
    REQUIRE(engine.run().interrupted);
    CHECK(questions == 1);
    World second(answer);
    run::Engine again(plan, second.world());
    for (const auto& message : first.sink.said)
        again.load(message);
    for (const auto& event : first.sink.all)
        again.load(event);
    REQUIRE(again.run("by the user").end);
    CHECK(questions == 2);
}
