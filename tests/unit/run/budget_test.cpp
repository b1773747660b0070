// One account for all branches: what many agents at once can use, and what failed calls cost.
#include <doctest/doctest.h>

#include <random>

#include "world.hpp"

using namespace test;

namespace {

std::int64_t total(const trace::Tokens& tokens) {
    return tokens.input + tokens.output;
}

struct Crowd {
    Shelf shelf;
    run::Plan plan;
};

/// Agents that all start at once.
Crowd crowd(int agents, const std::map<std::string, std::string>& options) {
    Crowd out;
    out.shelf.endpoint("e", "openai", options);
    std::vector<std::string> names;
    resource::AgentSystemSpec system;
    for (int i = 0; i < agents; ++i) {
        names.push_back("a" + std::to_string(i));
        out.shelf.agent(names.back(), "e");
        system.graph[names.back()];
    }
    system.agents = names;
    out.shelf.put("s", system);
    out.plan = run::make_plan(task("s"), out.shelf.catalog());
    return out;
}

/// Passes on some of what has come, in a random order, so that calls end one by one.
class Unsteady final : public http::Transport {
  public:
    Unsteady(http::Transport& inner, std::uint32_t seed) : inner_(inner), random_(seed) {}
    void start(http::CallId id, http::Request request) override { inner_.start(id, std::move(request)); }
    void cancel(http::CallId id) override { inner_.cancel(id); }
    using http::Transport::wait;
    std::vector<http::Event> wait(base::Duration limit, std::span<const http::Wake> wakes) override {
        if (due_.empty()) due_ = inner_.wait(limit, wakes);
        std::shuffle(due_.begin(), due_.end(), random_);
        std::vector<http::Event> out;
        const std::size_t count = due_.empty() ? 0 : 1 + random_() % due_.size();
        for (std::size_t i = 0; i < count; ++i) {
            out.push_back(std::move(due_.back()));
            due_.pop_back();
        }
        return out;
    }

  private:
    http::Transport& inner_;
    std::mt19937 random_;
    std::vector<http::Event> due_;
};

} // namespace

TEST_CASE("fifty agents at once against a budget for ten never use more than it and one reservation") {
    constexpr int most_output = 400;
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const Crowd c = crowd(50, {{"max_tokens", std::to_string(most_output)}, {"stream", "false"}});
        World world([&](const http::Request& r) -> std::variant<http::Response, http::Failure> {
            const int prompt =
                static_cast<int>(r.body.size() / 16 + random() % 8); // at most what was reserved
            if (random() % 10 == 0) // an answer that nobody can read cost its tokens, too
                return ok(
                    base::format(R"({{"usage":{{"prompt_tokens":{},"completion_tokens":9}}}})", prompt));
            return ok(chat("x", prompt, static_cast<int>(1 + random() % most_output)));
        });
        world.secrets.keys["e"] = "sk-test";
        resource::AgentPolicySpec spec;
        spec.max_tokens_per_run = 10 * (most_output + 30) - static_cast<std::int64_t>(random() % 300);
        world.policies.policies = {{{"default", "p"}, spec}};
        Unsteady unsteady(world.transport, seed);
        run::Engine engine(
            c.plan, {unsteady, world.sink, world.secrets, world.policies, world.clock, world.interrupt});
        const run::State& state = engine.run();
        std::int64_t reservation = 0;
        std::int64_t admitted = 0;
        std::int64_t waited = 0;
        for (const auto& request : world.sink.of<trace::ModelRequest>()) {
            reservation = std::max(reservation, request.reserved);
            ++admitted;
            waited += request.waited_for == "max_tokens_per_run" ? 1 : 0;
        }
        CHECK(total(state.used) <= spec.max_tokens_per_run + reservation);
        CHECK(total(state.used) <= spec.max_tokens_per_run); // since nobody said more than was reserved
        CHECK(state.reserved == 0);
        CHECK(total(state.end->usage) == total(state.used));
        // Every call that was made was allowed by a decision on record, and so was what was not made.
        std::int64_t allowed = 0;
        std::int64_t denied = 0;
        for (const auto& decision : world.sink.of<trace::PolicyDecision>()) {
            allowed += decision.verdict == "allow" ? 1 : 0;
            denied += decision.verdict == "deny" ? 1 : 0;
            CHECK(decision.used + decision.reserved <= spec.max_tokens_per_run);
        }
        CHECK(allowed == admitted);
        CHECK((denied > 0 || state.end->code == "provider"));
        CHECK((waited > 0 || admitted <= 10));
    }
}

TEST_CASE("a call that waits for a budget says so in its request") {
    const Crowd c = crowd(2, {{"max_tokens", "4000"}, {"stream", "false"}});
    World world([](const http::Request&) { return ok(chat("short", 20, 10)); });
    world.secrets.keys["e"] = "sk-test";
    resource::AgentPolicySpec spec;
    spec.max_tokens_per_run = 6000; // room for one reservation
    world.policies.policies = {{{"default", "p"}, spec}};
    run::Engine engine(c.plan, world.world());
    CHECK(engine.run().end->phase == "Succeeded");
    const auto requests = world.sink.of<trace::ModelRequest>();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].waited_for.empty());
    CHECK(requests[1].waited_for == "max_tokens_per_run");
}

TEST_CASE("an answer that broke off cost what had come") {
    const Crowd c = crowd(1, {{"max_retries", "0"}});
    World world;
    world.secrets.keys["e"] = "sk-test";
    http::ReplayTransport transport([](const http::Request&) {
        http::Played out(
            http::Failure{.kind = http::Failure::Kind::broken, .detail = "cut", .sent_output = true});
        out.pieces = {"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + std::string(40, 'x') +
                      "\"}}]}\n\n"};
        return out;
    });
    run::Engine engine(c.plan,
                       {transport, world.sink, world.secrets, world.policies, world.clock, world.interrupt});
    const run::State& state = engine.run();
    const auto errors = world.sink.of<trace::ModelError>();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].delivered);
    REQUIRE(errors[0].usage);
    CHECK(errors[0].usage->output == 10);
    CHECK(errors[0].usage->input > 5);
    CHECK(errors[0].usage->source == "estimated");
    CHECK(total(state.end->usage) == total(*errors[0].usage));
    CHECK(state.end->usage.source == "estimated");
    CHECK(total(world.sink.of<trace::AgentEnd>().at(0).usage) == total(*errors[0].usage));
}

TEST_CASE("a refusal before any answer costs nothing, one that reports its tokens costs these") {
    struct Row {
        std::string body;
        int status;
        std::int64_t cost;
    };
    for (const Row& row : {Row{R"({"error":{"message":"no"}})", 500, 0},
                           Row{R"({"usage":{"prompt_tokens":70,"completion_tokens":7}})", 200, 77},
                           Row{"<html>sign in</html>", 200, 0}}) {
        CAPTURE(row.body);
        const Crowd c = crowd(1, {{"max_retries", "0"}, {"stream", "false"}});
        World world([&](const http::Request&) { return ok(row.body, row.status); });
        world.secrets.keys["e"] = "sk-test";
        run::Engine engine(c.plan, world.world());
        const run::State& state = engine.run();
        CHECK(total(state.used) == row.cost);
        CHECK(world.sink.of<trace::ModelError>().at(0).usage.has_value() == (row.cost > 0));
    }
}
