// A run as bars along its time: turns of agents, under each its calls, tools and what was decided. The rows
// are found once here, and drawn for a terminal or for a page. Invariant: what became of a request is told by
// the form of its bar, not by its colour alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "picture/canvas.hpp"
#include "picture/time_scale.hpp"
#include "trace/timeline.hpp"

namespace picture {

enum class Bar {
    turn,
    answered,
    failed,
    doubt,
    under_way,
    tool,   ///< that answered
    waited, ///< for calls of others, before the request
    paused, ///< before a retry
    mark,   ///< takes no time
    denied, ///< likewise
};

struct Segment {
    Bar bar = Bar::turn;
    base::Time start;
    base::Time end;
};

struct WaterfallRow {
    enum class Kind { turn, call, tool, note, pause };
    Kind kind = Kind::note;
    std::size_t depth = 0;
    std::string label; ///< as people and models wrote it: not yet harmless
    std::vector<Segment> segments;
    std::optional<base::Duration> length; ///< of what takes time; without what the time scale cuts out
    std::string word;                     ///< what is worth a word: "429 rate_limit", "in doubt", ...
    std::int64_t seq = 0;                 ///< of the event it begins with; 0: of a pause
    std::optional<std::size_t> turn;      ///< index of the turn it belongs to
};

/// Of each note the index of the turn it is told under; nullopt: of the run. What an agent did when it had
/// answered, as to hand over, is told under its turn.
std::vector<std::optional<std::size_t>> homes_of_notes(const trace::Timeline& timeline);

/// In the order they are drawn.
std::vector<WaterfallRow> waterfall_rows(const trace::Timeline& timeline);

/// For a terminal. `most` rows are drawn, the first and the last of them, with a line that says how many are
/// left out; 0: all.
std::string waterfall_text(const trace::Timeline& timeline, const Canvas& canvas, std::size_t most = 0);

} // namespace picture
