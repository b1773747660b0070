// Pauses between tries: every number that the original promises.
#include <doctest/doctest.h>

#include "base/hash.hpp"
#include "run/retry.hpp"
#include "scenarios.hpp"

using namespace test;
using base::Duration;
using base::milliseconds;
using base::seconds;
using resource::Jitter;

namespace {

constexpr std::string_view short_key = "msg-delay";
constexpr std::string_view long_key = "default/t1/a001/h001/system/planner";

resource::MessageRetry rule(Duration cap, Jitter jitter) {
    resource::MessageRetry out;
    out.max_backoff = cap;
    out.jitter = jitter;
    return out;
}

} // namespace

TEST_CASE("the jitter of a try is fixed by its key") {
    // A pause of a second, spread over all of it, shows the number itself in microseconds.
    struct Row {
        std::string_view key;
        std::int64_t tries;
        std::int64_t millionths;
    };
    for (const Row& row : {Row{short_key, 1, 356'351}, Row{short_key, 2, 984'562}, Row{short_key, 3, 612'773},
                           Row{long_key, 1, 148'205}, Row{long_key, 2, 263'572}, Row{long_key, 3, 891'783},
                           Row{"MSG-Delay", 2, 984'562}}) {
        CAPTURE(row.key);
        CAPTURE(row.tries);
        // The pause doubles with the tries; an eighth of a second twice doubled is half a second, and so on.
        const Duration backoff{1'000'000 >> (row.tries - 1)};
        const Duration got =
            run::message_delay(rule(seconds(100), Jitter::full), backoff, row.tries, row.key);
        CHECK(std::abs(got.us - row.millionths) <= 1);
    }
}

TEST_CASE("pauses double up to the longest one") {
    struct Row {
        Duration backoff;
        Duration cap;
        Jitter jitter;
        std::int64_t tries;
        Duration expected;
    };
    const Duration day = seconds(24LL * 3600);
    const Row rows[] = {
        {milliseconds(50), milliseconds(120), Jitter::none, 1, milliseconds(50)},
        {milliseconds(50), milliseconds(120), Jitter::none, 2, milliseconds(100)},
        {milliseconds(50), milliseconds(120), Jitter::none, 3, milliseconds(120)},
        // What the longest pause cuts off is not spread ...
        {milliseconds(50), milliseconds(120), Jitter::full, 3, milliseconds(120)},
        {milliseconds(50), milliseconds(120), Jitter::equal, 3, milliseconds(120)},
        // ... what just reaches it is: 200 ms x 0.612773, and 100 ms + 100 ms x 0.612773.
        {milliseconds(50), milliseconds(200), Jitter::full, 3, Duration{122'554}},
        {milliseconds(50), milliseconds(200), Jitter::equal, 3, Duration{161'277}},
        // The first pause is cut, and still spread: 100 ms x 0.356351.
        {milliseconds(150), milliseconds(100), Jitter::none, 1, milliseconds(100)},
        {milliseconds(150), milliseconds(100), Jitter::full, 1, Duration{35'635}},
        // No backoff, no pause; what spreads to nothing is a millisecond.
        {Duration{0}, milliseconds(100), Jitter::full, 3, Duration{0}},
        {milliseconds(-5), milliseconds(100), Jitter::none, 1, Duration{0}},
        {Duration{1}, day, Jitter::full, 1, milliseconds(1)},
        // The exponent ends at 20, tries begin at 1, and no longest pause means a day.
        {Duration{1}, day, Jitter::none, 21, Duration{1 << 20}},
        {Duration{1}, day, Jitter::none, 22, Duration{1 << 20}},
        {Duration{1}, day, Jitter::none, 1'000'000, Duration{1 << 20}},
        {milliseconds(50), day, Jitter::none, 0, milliseconds(50)},
        {milliseconds(50), day, Jitter::none, -7, milliseconds(50)},
        {seconds(3600), Duration{0}, Jitter::none, 6, day},
        {seconds(3600), Duration{0}, Jitter::none, 5, seconds(16LL * 3600)},
        {seconds(3600), milliseconds(-1), Jitter::none, 50, day},
    };
    for (const Row& row : rows) {
        CAPTURE(row.backoff.us);
        CAPTURE(row.cap.us);
        CAPTURE(row.tries);
        CAPTURE(schema::name_of(row.jitter));
        CHECK(run::message_delay(rule(row.cap, row.jitter), row.backoff, row.tries, short_key).us ==
              row.expected.us);
    }
}

TEST_CASE("pauses between attempts of a task double ten times, up to a day, unspread") {
    struct Row {
        Duration backoff;
        std::int64_t attempt;
        Duration expected;
    };
    const Duration day = seconds(24LL * 3600);
    for (const Row& row :
         {Row{seconds(1), 1, seconds(1)}, Row{seconds(1), 2, seconds(2)}, Row{seconds(1), 5, seconds(16)},
          Row{seconds(1), 11, seconds(1024)}, Row{seconds(1), 12, seconds(1024)},
          Row{seconds(1), 1'000, seconds(1024)}, Row{Duration{500}, 2, Duration{1000}},
          Row{seconds(3600), 5, seconds(16LL * 3600)}, Row{seconds(3600), 6, day},
          Row{seconds(90'000), 1, day}, Row{Duration{0}, 3, Duration{0}}, Row{seconds(-1), 3, Duration{0}}}) {
        CAPTURE(row.backoff.us);
        CAPTURE(row.attempt);
        CHECK(run::task_delay({5, row.backoff}, row.attempt).us == row.expected.us);
    }
}

TEST_CASE("a task's rule for calls falls back to the one between attempts") {
    Shelf shelf;
    shelf.endpoint("e", "openai").agent("a", "e").put("s", line({"a"}));
    const auto delay = [&](std::optional<Duration> message, Duration between, std::int64_t tries) {
        resource::TaskSpec spec;
        spec.message_retry.max_attempts = 5;
        spec.message_retry.backoff = message;
        spec.message_retry.jitter = Jitter::none;
        spec.retry.backoff = between;
        const run::Plan plan = run::make_plan(task("s", spec), shelf.catalog());
        trace::ModelError error;
        error.retryable = true;
        error.status = 503;
        return run::retry_delay(plan, 0, error, tries, std::nullopt, short_key);
    };
    CHECK(delay(seconds(2), seconds(7), 2) == seconds(4));
    CHECK(delay(std::nullopt, seconds(7), 2) == seconds(14));
    CHECK(delay(Duration{0}, seconds(7), 2) == Duration{0});
    CHECK(delay(std::nullopt, Duration{0}, 1) == milliseconds(456)); // the usual half second, less by jitter
    CHECK(delay(seconds(2), Duration{0}, 5) == std::nullopt);
}
