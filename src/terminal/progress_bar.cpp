#include "terminal/progress_bar.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"

namespace terminal {

namespace {

constexpr base::Duration window = base::seconds(5);
constexpr std::size_t narrowest_bar = 8;
constexpr std::size_t widest_bar = 40;
constexpr std::size_t widest_label = 24;
constexpr std::size_t margin = 3; // columns: "^C" is echoed behind the line

std::string bar(std::int64_t completed, std::int64_t total, std::size_t width) {
    const auto full = static_cast<std::size_t>(static_cast<double>(completed) / static_cast<double>(total) *
                                               static_cast<double>(width));
    std::string out(std::min(full, width), '=');
    if (full < width) out += '>';
    out.resize(width, ' ');
    return "[" + out + "]";
}

/// "45s", "3m12s", "2h05m".
std::string left_text(double seconds) {
    const std::int64_t s = std::llround(seconds);
    if (s < 60) return base::format("{}s", s);
    if (s < 3600) return base::format("{}m{:02}s", s / 60, s % 60);
    return base::format("{}h{:02}m", s / 3600, s / 60 % 60);
}

} // namespace

std::string bytes_text(std::int64_t bytes) {
    constexpr std::array<std::string_view, 6> units{"B", "KB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return unit == 0 || value >= 99.95 ? base::format("{:.0f} {}", value, units[unit])
                                       : base::format("{:.1f} {}", value, units[unit]);
}

void Speed::add(base::Duration now, std::int64_t completed) {
    // Another part began, or the same one anew.
    if (!samples_.empty() && completed < samples_.back().completed) samples_.clear();
    samples_.push_back({now, completed});
    while (samples_.size() > 2 && now - samples_.front().at > window)
        samples_.pop_front();
}

double Speed::per_second() const {
    if (samples_.size() < 2) return 0;
    const base::Duration time = samples_.back().at - samples_.front().at;
    if (time < base::milliseconds(200)) return 0;
    return static_cast<double>(samples_.back().completed - samples_.front().completed) * 1e6 /
           static_cast<double>(time.us);
}

std::string progress_line(std::string_view label, std::int64_t completed, std::int64_t total,
                          double per_second, std::size_t columns) {
    const std::size_t room = std::max(columns, margin + 1) - margin;
    const auto percent =
        static_cast<int>(100.0 * static_cast<double>(completed) / static_cast<double>(total));
    const std::string head =
        base::format("{} {:3}%", base::ellipsis(base::visible(label), widest_label), percent);
    std::string size = base::format(" {}/{}", bytes_text(completed), bytes_text(total));
    std::string speed;
    if (per_second > 0 && completed < total)
        speed = base::format("  {}/s  {}", bytes_text(static_cast<std::int64_t>(per_second)),
                             left_text(static_cast<double>(total - completed) / per_second));
    // What matters least goes first when there is no room.
    if (base::display_width(head) + size.size() + speed.size() > room) speed.clear();
    if (base::display_width(head) + size.size() > room) size.clear();
    std::string out = head;
    const std::size_t used = base::display_width(head) + size.size() + speed.size() + 3;
    if (room >= used + narrowest_bar) out += " " + bar(completed, total, std::min(widest_bar, room - used));
    return base::ellipsis(out + size + speed, room);
}

} // namespace terminal
