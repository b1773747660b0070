// Requests that are signed: every try with its own signature, other keys after they were not taken, and
// nothing of what signs in the journal.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace test;

namespace {

/// Signs with a number that grows, and has other keys once.
class NumberedSigner final : public run::Secrets {
  public:
    run::Credential resolve(const run::EndpointPlan&) override {
        run::Credential out;
        out.source = base::format("keys {}", generation);
        out.signing.emplace_back(base::format("signing-key-{:04}", generation));
        out.place.url = "http://127.0.0.1:1/place";
        return out;
    }
    void sign(const run::EndpointPlan& endpoint, const provider::Endpoint& target,
              http::Request& request) override {
        if (stopped) throw base::Error(base::Fault::interrupted, "stopped while looking for keys");
        if (broken) throw base::Error(base::Fault::secret, "there is nothing to sign with").hint("sign in");
        CHECK(endpoint.name.name == "e");
        CHECK(target.place.url == "http://127.0.0.1:1/place");
        request.headers.push_back({"x-signature", std::to_string(++signatures)});
    }
    bool renewed(const run::EndpointPlan&, const provider::Refusal& refusal, const http::Response& answer,
                 base::Duration) override {
        told.push_back(base::format("{} {}", answer.status, refusal.code));
        if (generation > 1) return false;
        ++generation;
        return true;
    }

    int signatures = 0;
    int generation = 1;
    bool broken = false;
    bool stopped = false;
    std::vector<std::string> told;
};

struct SignedRun {
    explicit SignedRun(World::Answer answer, std::map<std::string, std::string> options = {})
        : world([this, answer = std::move(answer)](const http::Request& request) {
              for (const http::Header& header : request.headers) {
                  if (header.name == "x-signature") seen.push_back(header.value);
              }
              return answer(request);
          }) {
        shelf.endpoint("e", "openai-compatible", std::move(options)).agent("a", "e").put("s", line({"a"}));
        plan = run::make_plan(task("s"), shelf.catalog());
    }
    const run::State& go() {
        run::Engine engine(
            plan, {world.transport, world.sink, signer, world.policies, world.clock, world.interrupt});
        state = engine.run();
        return state;
    }

    std::vector<std::string> seen;
    Shelf shelf;
    run::Plan plan;
    World world;
    NumberedSigner signer;
    run::State state;
};

std::map<std::string, std::string> at_loopback() {
    return {{"service", "vllm"}};
}

const char* expired = R"({"error":{"message":"expired, signing-key-0001","code":"ExpiredToken"}})";

} // namespace

TEST_CASE("keys that are not taken are replaced once, and every try is signed") {
    SignedRun run([](const http::Request&) { return ok(expired, 403); }, at_loopback());
    run.go();
    REQUIRE(run.state.end);
    CHECK(run.state.end->phase == "Failed");
    CHECK(run.seen == std::vector<std::string>{"1", "2"});
    CHECK(run.signer.told == std::vector<std::string>{"403 ExpiredToken", "403 ExpiredToken"});
    const auto requests = run.world.sink.of<trace::ModelRequest>();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].credential == "keys 1");
    CHECK(requests[1].credential == "keys 2");
    const auto errors = run.world.sink.of<trace::ModelError>();
    REQUIRE(errors.size() == 2);
    CHECK(errors[0].retryable);
    CHECK_FALSE(errors[1].retryable);
    CHECK(errors[0].detail == "expired, [secret]");
}

TEST_CASE("a try that failed for another reason is signed anew") {
    int asked = 0;
    SignedRun run([&](const http::Request&) { return ++asked < 3 ? ok("{}", 503) : ok(chat("at last")); },
                  at_loopback());
    run.signer.generation = 2; // it has no other keys
    run.go();
    REQUIRE(run.state.end);
    CHECK(run.state.end->phase == "Succeeded");
    CHECK(run.seen == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("what cannot be signed is not sent") {
    SignedRun run([](const http::Request&) { return ok(chat("fine")); }, at_loopback());
    run.signer.broken = true;
    run.go();
    REQUIRE(run.state.end);
    CHECK(run.state.end->phase == "Failed");
    CHECK(run.world.requests.empty());
    CHECK(run.world.sink.of<trace::ModelRequest>().empty());
    const auto ends = run.world.sink.of<trace::AgentEnd>();
    REQUIRE(ends.size() == 1);
    CHECK(ends[0].error == "agent a: there is nothing to sign with");
    CHECK(ends[0].hint == "sign in");
    CHECK_THROWS_WITH_AS(run::check_endpoints(run.plan, run.signer), "there is nothing to sign with",
                         base::Error);
}

TEST_CASE("who stops while keys are looked for leaves a run that can go on") {
    SignedRun run([](const http::Request&) { return ok(chat("fine")); }, at_loopback());
    run.signer.stopped = true;
    run.go();
    CHECK_FALSE(run.state.end);
    CHECK(run.state.interrupted);
    CHECK(run.world.requests.empty());
    CHECK(run.world.sink.of<trace::AgentEnd>().empty());
}
