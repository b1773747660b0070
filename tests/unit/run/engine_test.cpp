// Runs from start to end, through the interfaces of the engine.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace test;

namespace {

std::string body_of(const World& world, std::size_t i) {
    return world.requests.at(i);
}

Shelf two_agents() {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").agent("b", "e").put("s", line({"a", "b"}));
    return shelf;
}

std::string provider_error(const std::string& message, const std::string& code) {
    return base::format(R"({{"error":{{"message":{},"type":"x","code":{}}}}})", base::json_quoted(message),
                        base::json_quoted(code));
}

/// Looks at each request as it leaves: the journal has its intent.
class Departures final : public http::Transport {
  public:
    explicit Departures(World& world) : world_(world) {}
    using http::Transport::wait;
    void start(http::CallId id, http::Request request) override {
        ++left;
        CHECK(world_.sink.of<trace::ModelRequest>().size() == static_cast<std::size_t>(left));
        world_.transport.start(id, std::move(request));
    }
    void cancel(http::CallId id) override { world_.transport.cancel(id); }
    std::vector<http::Event> wait(base::Duration limit, std::span<const http::Wake> wakes) override {
        return world_.transport.wait(limit, wakes);
    }
    int left = 0;

  private:
    World& world_;
};

} // namespace

TEST_CASE("what one agent answers is what the next is given, once and delimited") {
    const Shelf shelf = two_agents();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    int n = 0;
    World world(
        [&](const http::Request&) { return ok(chat(++n == 1 ? "line one\nstep=1 model_output=x" : "end")); });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(state.end->phase == "Succeeded");
    CHECK(trace::answer_of(*state.end) == "end");
    REQUIRE(world.requests.size() == 2);
    CHECK(body_of(world, 0).find(R"("content":"<input name=\"topic\">\nfusion\n</input>")") !=
          std::string::npos);
    CHECK(body_of(world, 1).find(R"(<hand_off from=\"a\">\nline one\nstep=1 model_output=x\n</hand_off>)") !=
          std::string::npos);
    CHECK(body_of(world, 1).find("You are b.") != std::string::npos);
    CHECK(world.sink.types() == std::vector<std::string>{"task_start", "agent_start", "model_request",
                                                         "model_call", "agent_end", "hand_off", "agent_start",
                                                         "model_request", "model_call", "agent_end",
                                                         "task_end"});
}

TEST_CASE("an outcome and the next intent share one commit") {
    const Shelf shelf = two_agents();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    world.sink.fail_at = 1000; // counts commits
    engine.run();
    CHECK(world.sink.commits == 3); // start and intent; outcome and intent; outcome and end
}

TEST_CASE("nothing is sent when its intent cannot be stored") {
    const Shelf shelf = two_agents();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    for (const int fail_at : {0, 1, 2}) {
        CAPTURE(fail_at);
        World world;
        world.secrets.keys["e"] = "sk-test";
        world.sink.fail_at = fail_at;
        Departures departures(world);
        run::Engine engine(plan, {departures, world.sink, world.secrets, world.policies, world.clock,
                                  world.interrupt, nullptr, nullptr});
        if (fail_at == 0)
            engine.run();
        else
            CHECK_THROWS_WITH_AS(engine.run(), "the disk is full", base::Error);
        CHECK(departures.left == (fail_at == 0 ? 2 : fail_at - 1));
    }
}

TEST_CASE("branches run at once and a join waits for all of them") {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("in", "e").agent("x", "e").agent("y", "e").agent("out", "e");
    shelf.put("s", graph({"in", "x", "y", "out"}, {{"in", "x"}, {"in", "y"}, {"x", "out"}, {"y", "out"}}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request& request) {
        const bool last = request.body.find("You are out") != std::string::npos;
        return ok(chat(last ? "joined" : "part"));
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(trace::answer_of(*state.end) == "joined");
    REQUIRE(world.requests.size() == 4);
    const std::string& last = body_of(world, 3);
    const std::size_t x = last.find(R"(<hand_off from=\"x\">)");
    const std::size_t y = last.find(R"(<hand_off from=\"y\">)");
    CHECK(x != std::string::npos);
    CHECK(y != std::string::npos);
    CHECK(x < y);
    // Both branches were asked before either answered.
    const auto types = world.sink.types();
    std::size_t open = 0;
    std::size_t most = 0;
    for (const std::string& type : types) {
        if (type == "model_request") most = std::max(most, ++open);
        if (type == "model_call") --open;
    }
    CHECK(most == 2);
}

TEST_CASE(
    "agents without a predecessor all start, also those absent from the graph; several answers are blocks") {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").agent("b", "e").agent("c", "e");
    shelf.put("s", graph({"c", "a", "b"}, {{"a", "b"}}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request& request) {
        return ok(chat(request.body.find("You are b") != std::string::npos ? "from b" : "other"));
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    CHECK(trace::answer_of(*engine.run().end) == "## c\n\nother\n\n## b\n\nfrom b");
}

TEST_CASE("a tool nobody offered is answered with an error and the model is asked again") {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    int n = 0;
    World world([&](const http::Request&) {
        if (++n == 1) {
            return ok(
                R"({"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[)"
                R"({"id":"c1","type":"function","function":{"name":"grep","arguments":"{}"}},)"
                R"({"id":"c2","type":"function","function":{"name":"ls","arguments":"{}"}}]},)"
                R"("finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})");
        }
        return ok(chat("done"));
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(state.end->phase == "Succeeded");
    REQUIRE(world.requests.size() == 2);
    CHECK(body_of(world, 1).find(R"("tool_call_id":"c1")") != std::string::npos);
    CHECK(body_of(world, 1).find(R"("tool_call_id":"c2")") != std::string::npos);
    CHECK(world.sink.of<trace::ToolError>().size() == 2);
}

TEST_CASE("max_steps without an answer is a failure, with one it ends early and says so") {
    Shelf shelf;
    resource::AgentSpec spec;
    spec.model_ref = "e";
    spec.limits.max_steps = 2;
    shelf.endpoint("e", "openai").put("a", spec).put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    for (const bool text : {false, true}) {
        World world([&](const http::Request&) {
            return ok(base::format(
                R"({{"choices":[{{"index":0,"message":{{"role":"assistant","content":{},"tool_calls":[)"
                R"({{"id":"c1","type":"function","function":{{"name":"grep","arguments":"{{}}"}}}}]}},)"
                R"("finish_reason":"tool_calls"}}]}})",
                text ? "\"so far\"" : "null"));
        });
        world.secrets.keys["e"] = "sk-test";
        run::Engine engine(plan, world.world());
        const run::State& state = engine.run();
        CHECK(world.requests.size() == 2);
        CHECK(state.end->phase == (text ? "Succeeded" : "Failed"));
        CHECK(state.end->stopped_reason == (text ? "max_steps" : "failed"));
        CHECK(state.end->message == (text ? "" : "agent a used its 2 steps without an answer"));
    }
}

TEST_CASE("a failure is never reported as success") {
    struct Row {
        std::string body;
        int status;
        std::string phase;
        std::string code;
        std::size_t requests;
    };
    const std::vector<Row> rows{
        {provider_error("Incorrect API key provided", "invalid_api_key"), 401, "Failed", "provider", 1},
        {provider_error("You exceeded your current quota", "insufficient_quota"), 429, "Failed", "provider",
         1},
        {provider_error("slow down", "rate_limit_exceeded"), 429, "DeadLetter", "provider", 3},
        {provider_error("boom", ""), 500, "DeadLetter", "provider", 3},
        {"<html><title>502 Bad Gateway</title></html>", 502, "DeadLetter", "provider", 3},
        {"<html><title>Welcome</title></html>", 200, "Failed", "provider", 1},
        {chat(""), 200, "Failed", "provider", 1},
        {chat("no", 1, 1, "content_filter"), 200, "Failed", "provider", 1},
    };
    const Shelf shelf = two_agents();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    for (const Row& row : rows) {
        CAPTURE(row.body);
        World world([&](const http::Request&) { return ok(row.body, row.status); });
        world.secrets.keys["e"] = "sk-test";
        run::Engine engine(plan, world.world());
        const run::State& state = engine.run();
        CHECK(state.end->phase == row.phase);
        CHECK(state.end->code == row.code);
        CHECK(world.requests.size() == row.requests);
        CHECK(state.end->sinks.empty());
    }
}

TEST_CASE("a task's second attempt repeats only what failed") {
    const Shelf shelf = two_agents();
    resource::TaskSpec spec;
    spec.retry.max_attempts = 2;
    spec.retry.backoff = base::seconds(3);
    const run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
    int b_calls = 0;
    World world([&](const http::Request& request) {
        if (request.body.find("You are b") == std::string::npos) return ok(chat("from a"));
        return ++b_calls <= 3 ? ok(provider_error("boom", ""), 500) : ok(chat("from b"));
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(state.end->phase == "Succeeded");
    CHECK(state.attempt == 2);
    CHECK(b_calls == 4);
    CHECK(world.requests.size() == 5);
    const auto retries = world.sink.of<trace::TaskRetryScheduled>();
    REQUIRE(retries.size() == 1);
    CHECK(retries[0].delay_ms == 3000);
}

TEST_CASE("an agent's timeout bounds its calls and is a failure") {
    Shelf shelf;
    resource::AgentSpec spec;
    spec.model_ref = "e";
    spec.limits.timeout = base::seconds(20);
    shelf.endpoint("e", "openai").put("a", spec).put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request& request) -> std::variant<http::Response, http::Failure> {
        CHECK(request.timeouts.total <= base::seconds(20));
        return http::Failure{http::Failure::Kind::timeout, "no answer in 20s", base::seconds(20), false};
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(state.end->message == "agent a timed out after 20s: m-e at e did not answer: no answer in 20s");
    CHECK(state.end->code == "provider");
    CHECK(world.requests.size() == 1);
}

TEST_CASE("a secret is redacted from everything that is written, whatever the provider echoes") {
    const std::string key = "sk-CANARY-0123456789";
    const Shelf shelf = two_agents();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    int n = 0;
    World world([&](const http::Request&) {
        if (++n == 1) return ok(chat("your key is " + key + " \"" + base::base64(key) + "\""));
        return ok(provider_error("bad key " + key, key), 401);
    });
    world.secrets.keys["e"] = key;
    run::Engine engine(plan, world.world());
    engine.run();
    std::string written;
    for (const trace::Event& e : world.sink.all)
        written += trace::event_json(e) + trace::log_line(e);
    for (const trace::StoredMessage& m : world.sink.said)
        written += m.parts;
    CHECK(written.find("[secret]") != std::string::npos);
    CHECK(written.find(key) == std::string::npos);
    CHECK(written.find(base::base64(key).substr(0, 16)) == std::string::npos);
    CHECK(written.find("secret default/e") != std::string::npos); // the source is shown
}

TEST_CASE("an error that holds the key of another endpoint is written without it") {
    const std::string key = "sk-CANARY-0123456789";
    Shelf shelf;
    shelf.endpoint("e", "openai").endpoint("f", "openai").agent("a", "e").agent("b", "f");
    shelf.put("s", line({"a", "b"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request&) { return ok(provider_error("bad key " + key, key), 401); });
    world.secrets.keys["e"] = "sk-test";
    world.secrets.keys["f"] = key;
    run::Engine engine(plan, world.world());
    engine.run();
    const auto errors = world.sink.of<trace::ModelError>();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].detail.find("bad key [secret]") != std::string::npos);
    for (const trace::Event& e : world.sink.all)
        CHECK(trace::event_json(e).find(key) == std::string::npos);
}

TEST_CASE("Ctrl-C once finishes what is under way and stops; the run goes on from there") {
    const Shelf shelf = two_agents();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = "sk-test";
    world.interrupt.wanted = 1;
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(!state.end);
    CHECK(state.interrupted);
    CHECK(world.requests.size() == 1);
    CHECK(world.sink.types().back() == "task_interrupted");
    CHECK(world.sink.of<trace::ModelCall>().size() == 1); // the answer that was paid for is kept

    World later;
    later.secrets.keys["e"] = "sk-test";
    run::Engine again(plan, later.world());
    for (const auto& message : world.sink.said)
        again.load(message);
    for (const auto& event : world.sink.all)
        again.load(event);
    CHECK(again.run("test").end->phase == "Succeeded");
    CHECK(later.requests.size() == 1);
}

TEST_CASE("Ctrl-C twice leaves the call in doubt, and the resumed run makes it again and says so") {
    const Shelf shelf = two_agents();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world;
    world.secrets.keys["e"] = "sk-test";
    world.interrupt.wanted = 2;
    run::Engine engine(plan, world.world());
    CHECK(engine.run().interrupted);
    World later;
    later.secrets.keys["e"] = "sk-test";
    run::Engine again(plan, later.world());
    for (const auto& message : world.sink.said)
        again.load(message);
    for (const auto& event : world.sink.all)
        again.load(event);
    CHECK(again.run("test").end->phase == "Succeeded");
    CHECK(later.sink.of<trace::TaskResumed>().front().in_doubt == 1);
    CHECK(later.sink.of<trace::ModelRequest>().front().repeats == "a1.a.1.s1.1");
}

TEST_CASE("an endpoint that may be asked once at a time is") {
    Shelf shelf;
    shelf.endpoint("e", "openai", {{"max_concurrency", "1"}}).agent("a", "e").agent("b", "e").agent("c", "e");
    shelf.put("s", graph({"a", "b", "c"}, {{"a", "c"}, {"b", "c"}}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World* self = nullptr;
    World world([&](const http::Request&) {
        self->clock.moved = self->clock.moved + base::milliseconds(1500);
        return ok(chat("fine"));
    });
    self = &world;
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    CHECK(engine.run().end->phase == "Succeeded");
    std::vector<std::string> waited; // and that is on record
    for (const auto& e : world.sink.all) {
        if (const auto* request = std::get_if<trace::ModelRequest>(&e.payload))
            waited.push_back(base::format("{} {} {}", e.agent, request->waited_ms, request->waited_for));
    }
    CHECK(waited == std::vector<std::string>{"a 0 ", "b 1500 max_concurrency", "c 0 "});
    std::size_t open = 0;
    for (const std::string& type : world.sink.types()) {
        if (type == "model_request") CHECK(++open == 1);
        if (type == "model_call") --open;
    }
}

TEST_CASE(
    "a call has waited for others neither while the machine slept nor while its task was to be tried again") {
    Shelf shelf;
    shelf.endpoint("e", "openai", {{"max_concurrency", "1"}, {"max_retries", "0"}});
    shelf.agent("a", "e").agent("b", "e");
    resource::AgentSystemSpec both = line({"a", "b"});
    for (const std::string name : {"a", "b"})
        both.graph[name]; // at once
    shelf.put("s", both);
    resource::TaskSpec spec;
    spec.retry.max_attempts = 2;
    spec.retry.backoff = base::seconds(3);
    const run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
    World* self = nullptr;
    int calls = 0;
    World world([&](const http::Request&) {
        self->clock.moved = self->clock.moved + base::milliseconds(1500);
        self->clock.slept = self->clock.slept + base::seconds(3600);
        return ++calls == 1 ? ok(provider_error("boom", ""), 500) : ok(chat("fine"));
    });
    self = &world;
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    CHECK(engine.run().end->phase == "Succeeded");
    std::vector<std::int64_t> waited;
    for (const trace::ModelRequest& request : world.sink.of<trace::ModelRequest>())
        waited.push_back(request.waited_ms);
    CHECK(waited == std::vector<std::int64_t>{0, 0, 1500});
}

TEST_CASE("check_endpoints finds what would fail before anything is sent") {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    FixedSecrets secrets;
    CHECK_THROWS_AS(run::check_endpoints(plan, secrets), base::Error); // no key
    secrets.keys["e"] = "sk-test";
    CHECK_NOTHROW(run::check_endpoints(plan, secrets));
    secrets.keys["e"] = "sk\ntest"; // would end the header
    CHECK_THROWS_AS(run::check_endpoints(plan, secrets), base::Error);
}

TEST_CASE("a key in a tool's name or id is redacted too, and the answer to the model is JSON") {
    const std::string key = "sk-CANARY-0123456789";
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    int n = 0;
    World world([&](const http::Request&) {
        if (++n > 1) return ok(chat("done"));
        return ok(
            R"({"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"id-)" +
            key + R"(","type":"function","function":{"name":"say\"hi\")" + key +
            R"(","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})");
    });
    world.secrets.keys["e"] = key;
    run::Engine engine(plan, world.world());
    CHECK(engine.run().end->phase == "Succeeded");
    std::string written;
    for (const trace::Event& e : world.sink.all)
        written += trace::event_json(e);
    for (const trace::StoredMessage& m : world.sink.said)
        written += m.parts;
    CHECK(written.find(key) == std::string::npos);
    for (const trace::StoredMessage& m : world.sink.said) {
        if (m.role != "tool") continue;
        const schema::Parsed parts = schema::parse_json(m.parts);
        REQUIRE(parts);
        CHECK(schema::parse_json(parts.tree.items[0].text_of("text")));
    }
}

TEST_CASE("a key that is an ordinary word changes no answer, and stored messages stay readable") {
    for (const std::string key : {"text", "none", "kind"}) {
        const Shelf shelf = two_agents();
        const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
        World world([](const http::Request&) { return ok(chat("none of the text is of a kind")); });
        world.secrets.keys["e"] = key;
        run::Engine engine(plan, world.world());
        CHECK(trace::answer_of(*engine.run().end) == "none of the text is of a kind");
        run::Transcript again;
        for (const trace::StoredMessage& m : world.sink.said)
            CHECK_NOTHROW(again.load(m));
    }
}

TEST_CASE("what is sent after a crash is what was sent before it, also when the input holds a key") {
    const std::string key = "sk-CANARY-0123456789";
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").put("s", line({"a"}));
    resource::TaskSpec spec;
    spec.input["topic"] = "my key is " + key;
    const run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
    World world;
    world.secrets.keys["e"] = key;
    run::Engine engine(plan, world.world());
    engine.run();
    CHECK(world.sink.of<trace::TaskStart>()[0].input.at("topic") == "my key is [secret]");
    World later;
    later.secrets.keys["e"] = key;
    run::Engine resumed(plan, later.world());
    for (const auto& message : world.sink.said)
        resumed.load(message);
    for (std::size_t i = 0; i < 3; ++i) // up to the intent
        resumed.load(world.sink.all[i]);
    resumed.run("crash");
    REQUIRE(later.requests.size() == 1);
    CHECK(later.requests[0] == world.requests[0]);
}

TEST_CASE("a run that fails at once for ever commits as it goes and can be stopped") {
    Shelf shelf;
    shelf.endpoint("m", "mock",
                   {{"script", R"([{"error":{"kind":"server","status":500}}])"}, {"max_retries", "0"}});
    shelf.agent("a", "m").put("s", line({"a"}));
    resource::TaskSpec spec;
    spec.retry.max_attempts = 100'000'000;
    run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
    World world;
    world.interrupt.wanted = 1;
    world.interrupt.after = 50;
    run::Engine engine(plan, world.world());
    const run::State& state = engine.run();
    CHECK(state.interrupted);
    CHECK(world.sink.all.size() > 50);
    CHECK(world.sink.all.size() < 10'000);
}

TEST_CASE("a clock that is set back does not reorder the journal") {
    const Shelf shelf = two_agents();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request&) {
        world.clock.slept = base::seconds(-3600);
        return ok(chat("fine"));
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    REQUIRE(engine.run().end);
    for (std::size_t i = 1; i < world.sink.all.size(); ++i) {
        CAPTURE(i);
        CHECK(world.sink.all[i].time >= world.sink.all[i - 1].time);
    }
}

TEST_CASE("the run's cap on calls also ends a run that retries for ever") {
    Shelf shelf;
    shelf.endpoint("m", "mock",
                   {{"script", R"([{"error":{"kind":"server","status":500}}])"}, {"max_retries", "0"}});
    shelf.agent("a", "m").put("s", line({"a"}));
    resource::TaskSpec spec;
    spec.retry.max_attempts = 100'000'000;
    run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
    plan.caps.model_calls = 20;
    World world;
    run::Engine engine(plan, world.world());
    CHECK(engine.run().end->message == "agent a: the run has made its 20 model calls");
}

TEST_CASE("an answer that does not come in time says which options bound it") {
    using Kind = http::Failure::Kind;
    Shelf shelf;
    shelf.endpoint("e", "openai", {{"max_retries", "0"}}).agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    const auto hint_of = [&](Kind kind) {
        World world([&](const http::Request&) -> std::variant<http::Response, http::Failure> {
            return http::Failure{kind, "no answer within 10m"};
        });
        world.secrets.keys["e"] = "sk-test";
        run::Engine engine(plan, world.world());
        REQUIRE(engine.run().end);
        return engine.state().end->hint;
    };
    CHECK(hint_of(Kind::timeout) == "if the model may take that long, raise options.first_byte_timeout, "
                                    "idle_timeout or timeout of the endpoint");
    CHECK(hint_of(Kind::connect_timeout).find("first_byte_timeout") == std::string::npos);
}

TEST_CASE("messages that are each other's parents have no beginning, and nobody looks for it for ever") {
    run::Transcript transcript;
    const std::string parts = R"([{"kind":"text","text":"x"}])";
    transcript.load({"a", "b", "user", parts});
    transcript.load({"b", "a", "assistant", parts});
    CHECK(transcript.parent("b") == "a");
    CHECK_THROWS_AS((void)transcript.parent("a"), base::Error);
    CHECK_THROWS_AS((void)transcript.parent("c"), base::Error);
}
