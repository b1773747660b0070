#include <doctest/doctest.h>

#include "base/text.hpp"
#include "terminal/progress_bar.hpp"

namespace {

using terminal::bytes_text;
using terminal::progress_line;

TEST_CASE("progress: sizes as people say them") {
    const std::pair<std::int64_t, const char*> rows[] = {
        {0, "0 B"},
        {999, "999 B"},
        {1000, "1.0 KB"},
        {99'940, "99.9 KB"},
        {99'960, "100 KB"},
        {999'600, "1.0 MB"},
        {4'700'000'000, "4.7 GB"},
        {812'000'000'000, "812 GB"},
        {INT64_MAX, "9223 PB"},
    };
    for (const auto& [bytes, text] : rows)
        CHECK(bytes_text(bytes) == text);
}

TEST_CASE("progress: the line fits the terminal") {
    constexpr std::int64_t gb = 1'000'000'000;
    const struct {
        std::size_t columns;
        std::int64_t completed;
        double speed;
        std::string line;
    } rows[] = {
        {80, 2 * gb, 50e6, "pulling 8934d96d3f08  50% [=========>         ] 2.0 GB/4.0 GB  50.0 MB/s  40s"},
        {80, 0, 0, "pulling 8934d96d3f08   0% [>                                     ] 0 B/4.0 GB"},
        {80, 4 * gb, 50e6, "pulling 8934d96d3f08 100% [===================================] 4.0 GB/4.0 GB"},
        {60, 2 * gb, 50e6, "pulling 8934d96d3f08  50% 2.0 GB/4.0 GB  50.0 MB/s  40s"},
        {48, 2 * gb, 50e6, "pulling 8934d96d3f08  50% 2.0 GB/4.0 GB"},
        {30, 2 * gb, 50e6, "pulling 8934d96d3f08  50%"},
        {12, 2 * gb, 50e6, "pullin..."},
        {80, gb, 100, "pulling 8934d96d3f08  25% [====>           ] 1.0 GB/4.0 GB  100 B/s  8333h20m"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.columns);
        const std::string line =
            progress_line("pulling 8934d96d3f08", r.completed, 4 * gb, r.speed, r.columns);
        CHECK(line == r.line);
    }
    for (std::size_t columns = 1; columns < 200; ++columns)
        CHECK(base::display_width(progress_line("\x1b[2J\u4e2d\u4e2d", gb, 4 * gb, 50e6, columns)) <
              std::max<std::size_t>(columns, 4) - 2);
}

TEST_CASE("progress: speed is that of the last moments") {
    terminal::Speed speed;
    CHECK(speed.per_second() == 0);
    speed.add(base::seconds(10), 1'000'000'000); // what was there before does not count
    CHECK(speed.per_second() == 0);
    speed.add(base::milliseconds(10'100), 1'010'000'000);
    CHECK(speed.per_second() == 0); // too short to tell
    speed.add(base::seconds(11), 1'050'000'000);
    CHECK(speed.per_second() == doctest::Approx(50e6));
    for (int second = 12; second < 30; ++second)
        speed.add(base::seconds(second), 1'050'000'000);
    CHECK(speed.per_second() == 0);
    speed.add(base::seconds(30), 5); // another part
    CHECK(speed.per_second() == 0);
}

} // namespace
