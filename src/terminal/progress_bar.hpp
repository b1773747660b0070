// One line that says how far a download is, fitted to the width of the terminal. Pure: the terminal and the
// clock are the caller's.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace terminal {

/// "0 B", "812 KB", "4.7 GB"; thousands, as disks and networks are sold.
std::string bytes_text(std::int64_t bytes);

/// Bytes a second over the last moments.
class Speed {
  public:
    void add(base::Duration now, std::int64_t completed);
    /// 0 while it is not known.
    [[nodiscard]] double per_second() const;

  private:
    struct Sample {
        base::Duration at;
        std::int64_t completed;
    };
    std::deque<Sample> samples_;
};

/// At most `columns` - 3 wide, so that no terminal wraps it, nor the "^C" behind it. `label` is made safe to
/// print. Requires 0 <= completed <= total and total > 0.
std::string progress_line(std::string_view label, std::int64_t completed, std::int64_t total,
                          double per_second, std::size_t columns);

} // namespace terminal
