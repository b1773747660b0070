#include <doctest/doctest.h>

#include "picture/time_scale.hpp"
#include "run_cases.hpp"

using picture::TimeScale;

namespace {

std::vector<std::string> labels(std::int64_t ms, std::size_t most) {
    trace::Timeline timeline;
    timeline.end.us = ms * 1000;
    std::vector<std::string> out;
    for (const TimeScale::Tick& tick : TimeScale(timeline).ticks(most))
        out.push_back(tick.label);
    return out;
}

} // namespace

TEST_CASE("ticks stand at round times, and are never more than asked for") {
    using Labels = std::vector<std::string>;
    CHECK(labels(0, 5) == Labels{"0"});
    CHECK(labels(3, 5) == Labels{"0", "1ms", "2ms", "3ms"});
    CHECK(labels(950, 5) == Labels{"0", "200ms", "400ms", "600ms", "800ms"});
    CHECK(labels(2300, 5) == Labels{"0", "500ms", "1s", "1.5s", "2s"});
    CHECK(labels(100'000, 5) == Labels{"0", "30s", "1m", "1m30s"});
    CHECK(labels(3LL * 3600 * 1000, 4) == Labels{"0", "1h", "2h", "3h"});
    CHECK(labels(90LL * 24 * 3600 * 1000, 4).size() <= 4);
}

TEST_CASE("time in which nobody worked takes no room") {
    const trace::Timeline timeline = cases::interrupted_and_resumed();
    const TimeScale scale(timeline);
    CHECK(scale.length().ms() == 1900);
    CHECK(scale.at({0}) == 0.0);
    CHECK(scale.at(timeline.end) == 1.0);
    REQUIRE(scale.cuts().size() == 1);
    CHECK(scale.cuts()[0] == doctest::Approx(0.9 / 1.9));
    CHECK(scale.at({5'000'000'000}) == scale.cuts()[0]); // in the pause
    double last = 0;
    for (std::int64_t ms = 0; ms < 10'002'000; ms += 977) { // the later never stands before the earlier
        CHECK(scale.at({ms * 1000}) >= last);
        last = scale.at({ms * 1000});
    }
}

TEST_CASE("lengths of time") {
    CHECK(picture::length_text(base::milliseconds(4)) == "0.004s");
    CHECK(picture::length_text(base::milliseconds(59'999)) == "59.999s");
    CHECK(picture::length_text(base::milliseconds(62'000)) == "1m02s");
    CHECK(picture::length_text(base::seconds(3600 * 3 + 300)) == "3h05m");
    CHECK(picture::length_text(base::seconds(3600LL * 52)) == "2d04h");
}
