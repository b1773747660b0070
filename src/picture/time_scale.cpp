#include "picture/time_scale.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace picture {

namespace {

/// A pause is cut out when it would take more than this part of the picture.
constexpr std::int64_t part_of_the_rest = 10;

/// Steps between ticks, in milliseconds. Below a millisecond nothing is told apart.
constexpr auto steps = std::to_array<std::int64_t>(
    {1,       2,       5,         10,        20,        50,         100,        200,       500,
     1000,    2000,    5000,      10'000,    15'000,    30'000,     60'000,     120'000,   300'000,
     600'000, 900'000, 1'800'000, 3'600'000, 7'200'000, 21'600'000, 43'200'000, 86'400'000});

std::string tick_text(std::int64_t ms) {
    if (ms == 0) return "0";
    if (ms < 1000) return base::format("{}ms", ms);
    std::string out = base::render(base::milliseconds(ms));
    for (const std::string_view empty : {"m0s", "h0m"}) {
        if (out.ends_with(empty)) out.resize(out.size() - 2);
    }
    return out;
}

} // namespace

TimeScale::TimeScale(const trace::Timeline& timeline) : start_(timeline.start) {
    base::Duration paused;
    for (const trace::Pause& pause : timeline.pauses)
        paused = paused + pause.length();
    const base::Duration rest = timeline.length() - paused;
    base::Duration cut;
    for (const trace::Pause& pause : timeline.pauses) {
        if (pause.length().us * part_of_the_rest <= rest.us || pause.length().us == 0) continue;
        cuts_.push_back(pause);
        cut = cut + pause.length();
    }
    length_ = {std::max<std::int64_t>(1, (timeline.length() - cut).us)};
}

void TimeScale::reach(base::Duration length) {
    length_ = std::max(length_, length);
}

base::Duration TimeScale::worked(base::Time time) const {
    base::Duration out = time - start_;
    for (const trace::Stretch& cut : cuts_) {
        if (time > cut.start) out = out - (std::min(time, cut.end) - cut.start);
    }
    return std::clamp(out, base::Duration{}, length_);
}

double TimeScale::at(base::Time time) const {
    return static_cast<double>(worked(time).us) / static_cast<double>(length_.us);
}

std::vector<double> TimeScale::cuts() const {
    std::vector<double> out;
    for (const trace::Stretch& cut : cuts_)
        out.push_back(at(cut.end));
    return out;
}

std::vector<TimeScale::Tick> TimeScale::ticks(std::size_t most) const {
    const std::int64_t whole = std::max<std::int64_t>(1, length_.ms());
    std::int64_t step = steps.back();
    for (const std::int64_t candidate : steps) {
        if ((whole - 1) / candidate + 1 > static_cast<std::int64_t>(std::max<std::size_t>(most, 1))) continue;
        step = candidate;
        break;
    }
    while ((whole - 1) / step + 1 > static_cast<std::int64_t>(std::max<std::size_t>(most, 2)))
        step *= 2; // longer than any step was made for
    std::vector<Tick> out;
    for (std::int64_t ms = 0; ms <= whole && ms * 1000 <= length_.us; ms += step)
        out.push_back({static_cast<double>(ms * 1000) / static_cast<double>(length_.us), tick_text(ms)});
    return out;
}

std::string length_text(base::Duration length) {
    const std::int64_t ms = length.ms();
    const std::int64_t seconds = ms / 1000;
    if (seconds < 60) return base::format("{}.{:03}s", seconds, ms % 1000);
    if (seconds < 3600) return base::format("{}m{:02}s", seconds / 60, seconds % 60);
    if (seconds < 24LL * 3600) return base::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
    return base::format("{}d{:02}h", seconds / (24LL * 3600), seconds / 3600 % 24);
}

} // namespace picture
