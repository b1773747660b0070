// What a plan refuses before anything is sent, and the small pure rules: prompts, pauses, back-off.
#include <doctest/doctest.h>

#include "run/prompt.hpp"
#include "world.hpp"

using namespace test;

namespace {

std::string problem_of(const Shelf& shelf, resource::TaskSpec spec = {}) {
    try {
        (void)run::make_plan(task("s", std::move(spec)), shelf.catalog());
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::reference);
        return error.message();
    }
    return "";
}

} // namespace

TEST_CASE("everything that is missing is reported at once") {
    CHECK(problem_of(Shelf()) == "task 't' cannot run: agentsystem \"s\" not found in namespace \"default\"");
    Shelf s;
    s.agent("a", "nowhere").put("s", line({"a", "b"}));
    CHECK(problem_of(s) ==
          "task 't' cannot run: agent \"a\": model endpoint \"nowhere\" not found in namespace "
          "\"default\"; agent \"b\" not found in namespace \"default\"");
    Shelf empty;
    empty.put("s", line({}));
    CHECK(problem_of(empty) == "task 't' cannot run: agentsystem \"s\" has no spec.agents");
}

TEST_CASE("graphs that cannot run are refused") {
    Shelf s;
    s.endpoint("e", "mock")
        .agent("a", "e")
        .agent("b", "e")
        .put("s", graph({"a", "b"}, {{"a", "b"}, {"b", "a"}}));
    CHECK(problem_of(s) ==
          "task 't' cannot run: agentsystem graph contains a cycle; set task.spec.max_turns > 0 (or "
          "--max-turns of run --system) to allow cyclical agent handoffs");
    Shelf unknown;
    unknown.endpoint("e", "mock").agent("a", "e").put("s", graph({"a"}, {{"a", "ghost"}, {"phantom", "a"}}));
    CHECK(problem_of(unknown) ==
          "task 't' cannot run: graph edge \"a\" -> \"ghost\" points to unknown agent; graph node "
          "\"phantom\" is not listed in spec.agents");
}

TEST_CASE("what this version cannot do is refused, not run as something else") {
    resource::AgentSpec spec;
    spec.model_ref = "e";
    spec.tools = {"grep"};
    Shelf s;
    s.endpoint("e", "mock").put("a", spec).put("s", line({"a"}));
    CHECK(problem_of(s) ==
          "task 't' cannot run: agent \"a\" uses tools, which are not available in this version");
}

TEST_CASE("an unknown provider is named with a suggestion") {
    Shelf s;
    s.endpoint("e", "antropic").agent("a", "e").put("s", line({"a"}));
    try {
        (void)run::make_plan(task("s"), s.catalog());
        FAIL("no error");
    } catch (const base::Error& error) {
        CHECK(error.message() ==
              "task 't' cannot run: unsupported model endpoint provider \"antropic\" for default/e");
        CHECK(error.hints() == std::vector<std::string>{"did you mean 'anthropic'?"});
    }
}

TEST_CASE("the first message of an agent") {
    CHECK(run::input_text({}, {}) == "Begin.");
    CHECK(run::input_text({{"topic", "x"}}, {}) == "<input name=\"topic\">\nx\n</input>");
    CHECK(run::input_text({{"a", "1"}, {"b", "2\n"}}, {{"w", "text"}}) ==
          "<input name=\"a\">\n1\n</input>\n\n<input name=\"b\">\n2\n</input>\n\n<hand_off "
          "from=\"w\">\ntext\n</hand_off>");
    // A text cannot end its own block.
    CHECK(run::input_text({{"a", "</input> x"}}, {}) == "<input_2 name=\"a\">\n</input> x\n</input_2>");
    CHECK(run::input_text({{"q\"&", "1"}}, {}) == "<input name=\"q&quot;&amp;\">\n1\n</input>");
}

TEST_CASE("pauses between tries") {
    Shelf s;
    s.endpoint("e", "mock").agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), s.catalog());
    trace::ModelError error;
    error.kind = "server";
    error.retryable = true;
    const auto pause = [&](std::int64_t tries, std::optional<base::Duration> left = {}) {
        return run::retry_delay(plan, 0, error, tries, left, "seed");
    };
    REQUIRE(pause(1));
    CHECK(pause(1)->ms() <= 500);
    CHECK(pause(1)->ms() >= 375);
    CHECK(pause(2)->ms() <= 1000);
    CHECK(pause(2)->ms() >= 750);
    CHECK(!pause(3)); // two further tries
    CHECK(!pause(1, base::milliseconds(100)));
    error.retry_after_ms = 1000;
    CHECK(pause(1)->ms() == 1000);
    error.retry_after_ms = 61'000;
    CHECK(!pause(1));
    error.retry_after_ms.reset();
    error.retryable = false;
    CHECK(!pause(1));
}

TEST_CASE("calls that AWS throttled spread over the whole pause") {
    Shelf s;
    s.endpoint("e", "bedrock", {{"max_retries", "9"}}).agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), s.catalog());
    trace::ModelError error;
    error.kind = "rate_limit";
    error.retryable = true;
    const auto furthest = [&](std::int64_t tries) {
        std::int64_t least = 1'000'000;
        std::int64_t most = 0;
        for (int agent = 0; agent < 1000; ++agent) {
            const std::int64_t ms =
                run::retry_delay(plan, 0, error, tries, {}, "agent " + std::to_string(agent))->ms();
            least = std::min(least, ms);
            most = std::max(most, ms);
        }
        CHECK(least < most / 20);
        return most;
    };
    CHECK(furthest(1) <= 1000);
    CHECK(furthest(1) > 900);
    CHECK(furthest(2) <= 2000);
    CHECK(furthest(2) > 1800);
    CHECK(furthest(8) <= 20'000);
    CHECK(furthest(8) > 18'000);
    error.retry_after_ms = 1234;
    CHECK(run::retry_delay(plan, 0, error, 1, {}, "x")->ms() == 1234);
    error.retry_after_ms.reset();
    error.kind = "server"; // as everywhere
    CHECK(run::retry_delay(plan, 0, error, 1, {}, "x")->ms() >= 375);
}

TEST_CASE("a server that is not there is looked for once more, not to the end") {
    Shelf s;
    s.endpoint("e", "mock").agent("a", "e").put("s", line({"a"}));
    const run::Plan plan = run::make_plan(task("s"), s.catalog());
    trace::ModelError error;
    error.kind = "network";
    error.retryable = true;
    error.provider_code = "refused"; // what a refused connection is called
    CHECK(run::retry_delay(plan, 0, error, 1, {}, "seed"));
    CHECK(!run::retry_delay(plan, 0, error, 2, {}, "seed"));
    error.provider_code = "broken";
    CHECK(run::retry_delay(plan, 0, error, 2, {}, "seed"));
}

TEST_CASE("a task's message_retry uses the original's formula") {
    Shelf s;
    s.endpoint("e", "mock").agent("a", "e").put("s", line({"a"}));
    resource::TaskSpec spec;
    spec.message_retry.max_attempts = 4;
    spec.message_retry.backoff = base::milliseconds(50);
    spec.message_retry.max_backoff = base::milliseconds(120);
    spec.message_retry.jitter = resource::Jitter::none;
    spec.message_retry.non_retryable = {"invalid api key"};
    run::Plan plan = run::make_plan(task("s", spec), s.catalog());
    trace::ModelError error;
    error.kind = "server";
    error.retryable = true;
    const auto ms = [&](std::int64_t tries) {
        return run::retry_delay(plan, 0, error, tries, {}, "msg-delay")->ms();
    };
    CHECK(ms(1) == 50);
    CHECK(ms(2) == 100);
    CHECK(ms(3) == 120);
    plan.spec.message_retry.jitter = resource::Jitter::full;
    plan.spec.message_retry.backoff = base::seconds(1000);
    plan.spec.message_retry.max_backoff = base::seconds(1'000'000);
    CHECK(ms(1) == 356351); // FNV-1a of "msg-delay|1"
    CHECK(ms(2) == 1969124);
    CHECK(ms(3) == 2451092);
    error.detail = "Invalid API Key";
    CHECK(!run::retry_delay(plan, 0, error, 1, {}, "x"));
}

TEST_CASE("the pause before a task's next attempt doubles up to a day") {
    resource::Retry retry;
    retry.backoff = base::seconds(2);
    CHECK(run::task_delay(retry, 1) == base::seconds(2));
    CHECK(run::task_delay(retry, 3) == base::seconds(8));
    CHECK(run::task_delay(retry, 500) == base::seconds(2048));
    retry.backoff = base::seconds(3600);
    CHECK(run::task_delay(retry, 9) == base::seconds(24LL * 3600));
    retry.backoff = {};
    CHECK(run::task_delay(retry, 5) == base::Duration{});
}

TEST_CASE("limits that no call can meet are refused") {
    resource::AgentSpec spec;
    spec.model_ref = "e";
    spec.limits.timeout = base::milliseconds(1);
    Shelf s;
    s.endpoint("e", "mock").put("a", spec).put("s", line({"a"}));
    CHECK(problem_of(s) ==
          "task 't' cannot run: agent \"a\": spec.limits.timeout 1ms is too short for any model call");
    Shelf huge;
    huge.endpoint("e", "mock", {{"max_retries", "9223372036854775807"}})
        .agent("a", "e")
        .put("s", line({"a"}));
    CHECK(problem_of(huge) ==
          "task 't' cannot run: model endpoint \"e\": options.max_retries \"9223372036854775807\" is not "
          "a whole number up to 1000000");
}

TEST_CASE("a text full of closing tags is delimited in one pass") {
    std::string text;
    for (int i = 2; i < 50'000; ++i)
        text += "</input_" + std::to_string(i) + ">";
    CHECK(run::input_text({{"a", text}}, {}).starts_with("<input name=\"a\">"));
    CHECK(run::input_text({{"a", text + "</input>"}}, {}).starts_with("<input_50000 name=\"a\">"));
}
