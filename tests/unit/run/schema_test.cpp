// Answers that have to follow a schema: checked, asked for once more, and never passed on when they do not.
#include <doctest/doctest.h>

#include "run/prompt.hpp"
#include "world.hpp"

using namespace test;

namespace {

constexpr std::string_view json_schema =
    R"({"type":"object","properties":{"n":{"type":"integer","minimum":3}},"required":["n"]})";

Shelf one_agent(std::int64_t max_steps = 10) {
    Shelf shelf;
    resource::AgentSpec agent;
    agent.model_ref = "e";
    agent.execution.output_schema.text = std::string(json_schema);
    agent.limits.max_steps = max_steps;
    shelf.endpoint("e", "openai", {{"stream", "false"}}).put("a", agent).put("s", line({"a"}));
    return shelf;
}

struct Played {
    run::State state;
    std::vector<std::string> requests;
    std::vector<trace::ContractViolation> violations;
};

/// Answers that come one after the other, not all at the same moment.
class OneByOne final : public http::Transport {
  public:
    explicit OneByOne(http::Transport& inner) : inner_(inner) {}
    void start(http::CallId id, http::Request request) override { inner_.start(id, std::move(request)); }
    void cancel(http::CallId id) override { inner_.cancel(id); }
    using http::Transport::wait;
    std::vector<http::Event> wait(base::Duration limit, std::span<const http::Wake> wakes) override {
        if (due_.empty()) due_ = inner_.wait(limit, wakes);
        if (due_.empty()) return {};
        std::vector<http::Event> out{std::move(due_.front())};
        due_.erase(due_.begin());
        return out;
    }

  private:
    http::Transport& inner_;
    std::vector<http::Event> due_;
};

/// What the model says, one answer a call; the last one stays.
Played play(std::vector<std::string> answers, std::int64_t max_steps = 10) {
    const Shelf shelf = one_agent(max_steps);
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    std::size_t n = 0;
    World world([&](const http::Request&) { return ok(answers[std::min(n++, answers.size() - 1)]); });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    Played out{engine.run(), world.requests, world.sink.of<trace::ContractViolation>()};
    REQUIRE(out.state.end);
    return out;
}

} // namespace

TEST_CASE("an answer that follows its schema is the answer; a fence around it is not part of it") {
    for (const std::string text : {"{\"n\": 4}", "\n{\"n\": 4}\n", "```json\n{\"n\": 4}\n```"}) {
        CAPTURE(text);
        const Played got = play({chat(text)});
        CHECK(got.state.end->phase == "Succeeded");
        CHECK(trace::answer_of(*got.state.end) == "{\"n\": 4}");
        CHECK(got.requests.size() == 1);
        CHECK(got.requests[0].find("\"response_format\"") != std::string::npos);
    }
}

TEST_CASE("an answer that does not follow it is asked for once more, with what is wrong") {
    const Played got = play({chat("{\"n\": 2}"), chat("{\"n\": 3}")});
    CHECK(got.state.end->phase == "Succeeded");
    CHECK(trace::answer_of(*got.state.end) == "{\"n\": 3}");
    REQUIRE(got.violations.size() == 1);
    CHECK(got.violations[0].text == "the answer does not follow output_schema: $.n: 2 is less than 3");
    REQUIRE(got.requests.size() == 2);
    const schema::Tree body = schema::parse_json(got.requests[1]).tree;
    const auto& messages = body.find("messages")->items;
    REQUIRE(messages.size() == 3);
    CHECK(messages[1].text_of("content") == "{\"n\": 2}");
    CHECK(messages[2].text_of("role") == "user");
    CHECK(messages[2].text_of("content") ==
          "That answer does not follow the JSON Schema it has to follow:\n"
          "- $.n: 2 is less than 3\n"
          "The schema:\n" +
              std::string(json_schema) + "\nAnswer again with the whole JSON document and nothing else.");
    CHECK(got.state.activations[0].step == 2);
}

TEST_CASE("the second one that does not follow it fails the agent") {
    const Played got = play({chat("{\"n\": 2}"), chat("Sorry, 2 it is.")});
    CHECK(got.state.end->phase == "Failed");
    CHECK(got.requests.size() == 2);
    CHECK(got.state.end->message ==
          "agent a: the answer of m-e at e does not follow output_schema: it is not a JSON document");
    CHECK(got.state.end->hint ==
          "choose a model that follows schemas, or make spec.execution.output_schema simpler");
    CHECK(got.state.end->code == "failed");
    CHECK(got.state.end->outputs.empty());
}

TEST_CASE("an answer cut by its limit is not asked for again") {
    const Played got = play({chat("{\"n\":", 10, 5, "length")});
    CHECK(got.requests.size() == 1);
    CHECK(got.state.end->message == "agent a: the answer of m-e at e was cut by its token limit before it "
                                    "followed output_schema: it is not a JSON document");
    CHECK(got.state.end->hint ==
          "set options.max_tokens of the endpoint higher than its default (with ollama: options.num_ctx)");
    // One that is whole by then is taken.
    CHECK(play({chat("{\"n\":3}", 10, 5, "length")}).state.end->phase == "Succeeded");
}

TEST_CASE("a second try needs a step") {
    const Played got = play({chat("{\"n\": 2}")}, 1);
    CHECK(got.requests.size() == 1);
    CHECK(got.state.end->hint == "raise spec.limits.max_steps of the agent: a second try is one more step");
}

TEST_CASE("a server that refuses response_format is asked in words, and that is in the trace") {
    const std::string no =
        R"({"error":{"message":"json_schema is not supported","type":"invalid_request_error","param":"response_format"}})";
    const Shelf shelf = one_agent();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request& r) {
        return r.body.find("\"response_format\"") != std::string::npos ? ok(no, 400) : ok(chat("{\"n\": 3}"));
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    REQUIRE(engine.run().end);
    CHECK(engine.state().end->phase == "Succeeded");
    REQUIRE(world.sink.of<trace::ParameterDropped>().size() == 1);
    CHECK(world.sink.of<trace::ParameterDropped>()[0].name == "response_format");
    REQUIRE(world.requests.size() == 2);
    CHECK(world.requests[1].find("follows this JSON Schema") != std::string::npos);
}

TEST_CASE("agents whose requests left together are all asked again without what the server refuses") {
    const std::string no =
        R"({"error":{"message":"no","type":"invalid_request_error","param":"response_format"}})";
    Shelf shelf = one_agent();
    resource::AgentSpec agent;
    agent.model_ref = "e";
    agent.execution.output_schema.text = std::string(json_schema);
    resource::AgentSystemSpec both = line({"a", "b"});
    for (const std::string name : {"a", "b"})
        both.graph[name]; // at once
    shelf.put("b", agent).put("both", both);
    const run::Plan plan = run::make_plan(task("both"), shelf.catalog());
    World world([&](const http::Request& r) {
        return r.body.find("\"response_format\"") != std::string::npos ? ok(no, 400) : ok(chat("{\"n\": 3}"));
    });
    world.secrets.keys["e"] = "sk-test";
    OneByOne transport(world.transport);
    run::Engine engine(plan,
                       {transport, world.sink, world.secrets, world.policies, world.clock, world.interrupt});
    REQUIRE(engine.run().end);
    CHECK(engine.state().end->phase == "Succeeded");
    CHECK(engine.state().end->outputs.size() == 2);
    CHECK(world.requests.size() == 4);
}

TEST_CASE("a server that goes on refusing what is no longer sent is asked no third time") {
    const Shelf shelf = one_agent();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request&) {
        return ok(R"({"error":{"message":"no","type":"invalid_request_error","param":"response_format"}})",
                  400);
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    REQUIRE(engine.run().end);
    CHECK(engine.state().end->phase == "Failed");
    CHECK(world.requests.size() == 2);
}

TEST_CASE(
    "a schema is reserved for like the prompt it may become part of; the second try asks the budget too") {
    const Shelf shelf = one_agent();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    const auto play_with = [&](std::int64_t limit) {
        World world([](const http::Request&) { return ok(chat("{\"n\": 2}", 1000, 5)); });
        world.secrets.keys["e"] = "sk-test";
        resource::AgentPolicySpec budget;
        budget.max_tokens_per_run = limit;
        world.policies.policies = {{{"default", "p"}, budget}};
        run::Engine engine(plan, world.world());
        REQUIRE(engine.run().end);
        return std::pair(world.sink.of<trace::ModelRequest>(), engine.state().end->code);
    };
    const auto [requests, code] = play_with(1'000'000);
    REQUIRE(requests.size() == 2);
    provider::Conversation first;
    first.messages = {
        provider::text_message(provider::Role::user, run::input_text({{"topic", "fusion"}}, {}))};
    CHECK(requests[0].reserved ==
          provider::estimated_tokens(first) + static_cast<std::int64_t>((json_schema.size() + 3) / 4) + 4096);
    CHECK(code == "failed");
    const auto [few, why] = play_with(5000);
    CHECK(few.size() == 1);
    CHECK(why == "policy");
}

TEST_CASE("problems of an answer: a few of them, or that it is no document") {
    const schema::Tree list = schema::parse_json(R"({"type":"array","items":{"type":"string"}})").tree;
    CHECK(run::answer_problems(list, "[1,2,3,4,5,6,7]").size() == 5);
    CHECK(run::answer_problems(list, "[\"a\"]").empty());
    CHECK(run::answer_problems(list, "Here: [\"a\"]").size() == 1);
    CHECK(run::answer_problems(list, "").size() == 1);
}
