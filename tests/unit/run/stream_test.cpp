// Answers that come piece by piece: what is shown, what is recorded, and what happens when one breaks off.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace test;

namespace {

class Seen final : public run::Watcher {
  public:
    void text(const std::string& agent, std::string_view piece) override {
        pieces.push_back(agent + ": " + std::string(piece));
        all += piece;
    }
    std::vector<std::string> pieces;
    std::string all;
};

std::string event(const std::string& delta, const std::string& finish = "null") {
    return base::format(
        R"(data: {{"id":"x","model":"gpt","choices":[{{"index":0,"delta":{},"finish_reason":{}}}]}})"
        "\n\n",
        delta, finish);
}

std::string text_event(const std::string& text) {
    return event("{\"content\":" + base::json_quoted(text) + "}");
}

std::string stream_of(const std::vector<std::string>& pieces) {
    std::string out = event(R"({"role":"assistant","content":""})");
    for (const std::string& piece : pieces)
        out += text_event(piece);
    return out + event("{}", "\"stop\"") +
           "data: {\"id\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n" +
           "data: [DONE]\n\n";
}

http::Response as_stream(const std::string& body) {
    http::Response out;
    out.status = 200;
    out.headers.push_back({"content-type", "text/event-stream"});
    out.body = body;
    out.total = base::milliseconds(5);
    return out;
}

/// Hands on what arrives a few bytes at a time.
class Trickle final : public http::Transport {
  public:
    explicit Trickle(http::Transport& inner) : inner_(inner) {}
    using http::Transport::wait;
    void start(http::CallId id, http::Request request) override { inner_.start(id, std::move(request)); }
    void cancel(http::CallId id) override { inner_.cancel(id); }
    std::vector<http::Event> wait(base::Duration limit, std::span<const http::Wake> wakes) override {
        constexpr std::size_t few = 7;
        std::vector<http::Event> out;
        for (http::Event& event : inner_.wait(limit, wakes)) {
            const auto* chunk = std::get_if<http::Chunk>(&event.what);
            if (chunk == nullptr) {
                out.push_back(std::move(event));
                continue;
            }
            for (std::size_t i = 0; i < chunk->bytes.size(); i += few)
                out.push_back({event.id, http::Chunk{chunk->bytes.substr(i, few)}});
        }
        return out;
    }

  private:
    http::Transport& inner_;
};

Shelf one_streaming(std::map<std::string, std::string> options = {}) {
    Shelf shelf;
    shelf.endpoint("e", "openai", std::move(options)).agent("a", "e").put("s", line({"a"}));
    return shelf;
}

} // namespace

TEST_CASE("an answer is asked for in pieces, shown as it comes and recorded whole") {
    const Shelf shelf = one_streaming();
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request& r) {
        CHECK(r.stream);
        return as_stream(stream_of({"Once ", "upon", " a time."}));
    });
    world.secrets.keys["e"] = "sk-test";
    Seen seen;
    run::World interfaces = world.world();
    interfaces.watcher = &seen;
    run::Engine engine(plan, interfaces);
    const run::State& state = engine.run();
    REQUIRE(state.end);
    CHECK(world.requests[0].find("\"stream\":true") != std::string::npos);
    CHECK(seen.all == "Once upon a time.");
    CHECK(seen.pieces.front().starts_with("a: "));
    CHECK(trace::answer_of(*state.end) == seen.all);
    CHECK(state.end->usage.input == 7);
    CHECK(state.end->usage.source == "provider");
}

TEST_CASE("options.stream: false asks for the answer in one piece") {
    const Shelf shelf = one_streaming({{"stream", "false"}});
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([](const http::Request& r) {
        CHECK(!r.stream);
        return ok(chat("fine"));
    });
    world.secrets.keys["e"] = "sk-test";
    run::Engine engine(plan, world.world());
    REQUIRE(engine.run().end);
    CHECK(world.requests[0].find("stream") == std::string::npos);
}

TEST_CASE("a secret in a streamed answer is not shown, wherever the pieces are cut") {
    const std::string secret = "sk-streamed-000001";
    for (std::size_t cut = 0; cut <= secret.size(); ++cut) {
        CAPTURE(cut);
        const Shelf shelf = one_streaming();
        const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
        World world([&](const http::Request&) {
            return as_stream(stream_of(
                {"The key is s", "k or ", secret.substr(0, cut), secret.substr(cut), "! It ends in sk-st"}));
        });
        world.secrets.keys["e"] = secret;
        Seen seen;
        Trickle trickle(world.transport);
        run::Engine engine(plan, {trickle, world.sink, world.secrets, world.policies, world.clock,
                                  world.interrupt, &seen, nullptr});
        REQUIRE(engine.run().end);
        CHECK(seen.pieces.size() > 3);
        CHECK(seen.all == "The key is sk or [secret]! It ends in sk-st");
    }
}

TEST_CASE(
    "a stream of a thousand events, cut anywhere, is asked for again only where nothing was delivered") {
    std::vector<std::string> pieces(1000, "word ");
    const std::string whole = stream_of(pieces);
    const std::size_t length = event(R"({"role":"assistant","content":""})").size();
    const std::size_t piece = text_event("word ").size();
    for (std::size_t events = 0; events <= 1000; events += 10) {
        CAPTURE(events);
        const Shelf shelf = one_streaming();
        const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
        const std::string cut = whole.substr(0, length + events * piece);
        World world([&](const http::Request&) { return as_stream(cut); });
        world.secrets.keys["e"] = "sk-test";
        run::Engine engine(plan, world.world());
        const run::State& state = engine.run();
        REQUIRE(state.end);
        CHECK(state.end->phase == (events == 0 ? "DeadLetter" : "Failed"));
        CHECK(world.requests.size() == (events == 0 ? 3U : 1U));
        const auto errors = world.sink.of<trace::ModelError>();
        REQUIRE(!errors.empty());
        CHECK(errors[0].provider_code == "truncated");
        CHECK(errors[0].delivered == (events > 0));
        CHECK(world.sink.of<trace::ModelCall>().empty());
    }
}

TEST_CASE("after part of an answer came, no other endpoint is asked either") {
    Shelf shelf;
    resource::AgentSpec agent;
    agent.model_ref = "e";
    agent.fallback_model_refs = {"second"};
    shelf.endpoint("e", "openai").endpoint("second", "openai").put("a", agent).put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), shelf.catalog());
    World world([&](const http::Request&) { return as_stream(text_event("Half")); });
    world.secrets.keys["e"] = world.secrets.keys["second"] = "sk-test";
    run::Engine engine(plan, world.world());
    REQUIRE(engine.run().end);
    CHECK(world.sink.of<trace::Fallback>().empty());
    CHECK(world.requests.size() == 1);
}
