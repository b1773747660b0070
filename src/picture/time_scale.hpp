// Where a moment of a run stands between its begin and its end, when it is drawn. Long stretches in which
// nobody worked on the run are cut out: they take no room, and are marked. Invariant: of two moments the
// later one never stands before the earlier one.
#pragma once

#include <string>
#include <vector>

#include "trace/timeline.hpp"

namespace picture {

class TimeScale {
  public:
    /// Of one run.
    explicit TimeScale(const trace::Timeline& timeline);
    /// The same begin, with room for `length` of another one beside it when that is longer.
    void reach(base::Duration length);

    /// From 0 to 1.
    [[nodiscard]] double at(base::Time time) const;
    /// Since the begin, without what is cut out.
    [[nodiscard]] base::Duration worked(base::Time time) const;
    /// Between two moments, likewise.
    [[nodiscard]] base::Duration worked(base::Time start, base::Time end) const {
        return worked(end) - worked(start);
    }
    /// Of the whole scale; never 0.
    [[nodiscard]] base::Duration length() const noexcept { return length_; }
    /// Where something is cut out, from 0 to 1.
    [[nodiscard]] std::vector<double> cuts() const;

    struct Tick {
        double at = 0;
        std::string label;
    };
    /// At round times, `most` of them or fewer, the first at 0.
    [[nodiscard]] std::vector<Tick> ticks(std::size_t most) const;

  private:
    base::Time start_;
    base::Duration length_;
    std::vector<trace::Stretch> cuts_; // in order
};

/// "0.004s", "12.300s", "1m02s", "3h05m", "2d04h".
std::string length_text(base::Duration length);

} // namespace picture
