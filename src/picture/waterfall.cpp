#include "picture/waterfall.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "picture/time_scale.hpp"

namespace picture {

namespace {

using Kind = WaterfallRow::Kind;

/// A row and where it belongs among its neighbours.
struct Placed {
    base::Time time;
    WaterfallRow row;
};

Bar bar_of(trace::Came came, Bar answered) {
    switch (came) {
    case trace::Came::answer:
        return answered;
    case trace::Came::error:
        return Bar::failed;
    case trace::Came::doubt:
        return Bar::doubt;
    case trace::Came::under_way:
        return Bar::under_way;
    }
    return Bar::failed;
}

std::string word_of(trace::Came came, const std::string& answered, const std::string& failed) {
    switch (came) {
    case trace::Came::answer:
        return answered;
    case trace::Came::error:
        return failed;
    case trace::Came::doubt:
        return "in doubt";
    case trace::Came::under_way:
        return "under way";
    }
    return "";
}

std::string word_of(const trace::Try& t) {
    const std::string& finish = t.answer.finish;
    const std::string failed =
        t.error.status > 0 ? base::format("{} {}", t.error.status, t.error.kind) : t.error.kind;
    return word_of(t.came, finish == "length" || finish == "content_filter" ? finish : "", failed);
}

std::string word_of(const trace::ToolTry& t) {
    return word_of(t.came, t.result.short_circuit ? "as before" : "", t.error.code);
}

template <typename Attempt>
std::string label_of(const Attempt& t, const std::string& first, std::size_t i) {
    if (i == 0) return first;
    return t.request.repeats.empty() ? base::format("  try {}", i + 1) : "  again";
}

/// A row for each try; the pause before it belongs to it.
template <typename Attempt>
void add_tries(const std::vector<Attempt>& tries, Kind kind, Bar answered, const std::string& label,
               std::vector<Placed>& out) {
    for (std::size_t i = 0; i < tries.size(); ++i) {
        const Attempt& t = tries[i];
        WaterfallRow row;
        row.kind = kind;
        row.depth = 1;
        row.seq = t.seq;
        row.label = label_of(t, label, i);
        if (i > 0 && tries[i - 1].came == trace::Came::error)
            row.segments.push_back({Bar::paused, tries[i - 1].end, t.start});
        if constexpr (std::is_same_v<Attempt, trace::Try>) {
            if (t.request.waited_ms > 0)
                row.segments.push_back(
                    {Bar::waited, t.start + base::milliseconds(-t.request.waited_ms), t.start});
        }
        row.segments.push_back({bar_of(t.came, answered), t.start, t.end});
        row.length = t.length();
        row.word = word_of(t);
        out.push_back({t.start, std::move(row)});
    }
}

/// Notes that are rows; others are told by bars, or are of no interest here.
bool is_drawn(const trace::Event& event) {
    const trace::Payload& p = event.payload;
    if (const auto* decision = std::get_if<trace::PolicyDecision>(&p)) return decision->verdict != "allow";
    return std::holds_alternative<trace::HandOff>(p) || std::holds_alternative<trace::JoinOpen>(p) ||
           std::holds_alternative<trace::DelegatesReported>(p) ||
           std::holds_alternative<trace::Fallback>(p) || std::holds_alternative<trace::ParameterDropped>(p) ||
           std::holds_alternative<trace::ApprovalPending>(p) ||
           std::holds_alternative<trace::ApprovalDecided>(p) ||
           std::holds_alternative<trace::ContractViolation>(p) || std::holds_alternative<trace::Warning>(p) ||
           std::holds_alternative<trace::TaskInterrupted>(p) ||
           std::holds_alternative<trace::TaskCancelled>(p) ||
           std::holds_alternative<trace::TaskRetryScheduled>(p);
}

/// Short where it is frequent.
std::string label_of(const trace::Event& event) {
    const auto* hand = std::get_if<trace::HandOff>(&event.payload);
    if (hand == nullptr) return trace::sentence(event);
    std::string out = "→ " + hand->to;
    if (!hand->role.empty()) out += ", " + hand->role;
    return hand->condition.empty() ? out : base::format("{} ({})", out, hand->condition);
}

WaterfallRow note_row(const trace::Note& note, std::size_t depth) {
    WaterfallRow row;
    row.kind = Kind::note;
    row.depth = depth;
    row.seq = note.seq;
    row.label = label_of(note.event);
    const auto* decision = std::get_if<trace::PolicyDecision>(&note.event.payload);
    const bool denied = decision != nullptr && decision->verdict == "deny";
    row.segments.push_back({denied ? Bar::denied : Bar::mark, note.time, note.time});
    if (decision != nullptr) row.word = denied ? "denied" : decision->verdict;
    return row;
}

WaterfallRow turn_row(const trace::Turn& turn, const TimeScale& scale) {
    WaterfallRow row;
    row.kind = Kind::turn;
    row.seq = turn.seq;
    row.label = turn.agent;
    if (turn.begin.generation > 1) row.label += base::format(" #{}", turn.begin.generation);
    if (turn.attempt > 1) row.label += base::format(", attempt {}", turn.attempt);
    row.segments.push_back({Bar::turn, turn.start, turn.end});
    row.length = scale.worked(turn.start, turn.end);
    if (turn.finish && !turn.finish->error.empty()) row.word = "failed";
    if (!turn.finish) row.word = "not done";
    return row;
}

void sort(std::vector<Placed>& rows) {
    std::stable_sort(rows.begin(), rows.end(), [](const Placed& a, const Placed& b) {
        return a.time != b.time ? a.time < b.time : a.row.seq < b.row.seq;
    });
}

class Rows {
  public:
    explicit Rows(const trace::Timeline& timeline) : timeline_(timeline), of_turn_(timeline.turns.size()) {
        const std::vector<std::optional<std::size_t>> homes = homes_of_notes(timeline);
        for (std::size_t i = 0; i < homes.size(); ++i) {
            const trace::Note& note = timeline.notes[i];
            if (!is_drawn(note.event)) continue;
            (homes[i] ? of_turn_[*homes[i]] : of_run_)
                .push_back({note.time, note_row(note, homes[i] ? 1 : 0)});
        }
        for (const trace::Pause& pause : timeline.pauses) {
            WaterfallRow row;
            row.kind = Kind::pause;
            const bool resumed = pause.why.empty() || !pause.why.starts_with("forked");
            row.label = resumed ? "nobody worked on it" : pause.why;
            row.segments.push_back({Bar::mark, pause.end, pause.end});
            row.length = pause.length();
            of_run_.push_back({pause.end, std::move(row)});
        }
        sort(of_run_);
    }

    std::vector<WaterfallRow> take() && {
        const TimeScale scale(timeline_);
        for (std::size_t i = 0; i < timeline_.turns.size(); ++i) {
            const trace::Turn& turn = timeline_.turns[i];
            run_rows_until(turn.start);
            add(turn_row(turn, scale), i);
            std::vector<Placed>& items = of_turn_[i];
            for (const trace::Call& call : turn.calls) {
                const trace::ModelRequest& request = call.tries.front().request;
                add_tries(call.tries, Kind::call, Bar::answered,
                          base::format("{} {} at {}", call.step, request.model, request.endpoint), items);
            }
            for (const trace::ToolUse& use : turn.tools)
                add_tries(use.tries, Kind::tool, Bar::tool,
                          base::format("{} tool {}", use.step, use.tries.front().request.tool), items);
            sort(items);
            for (Placed& item : items)
                add(std::move(item.row), i);
        }
        run_rows_until(std::nullopt);
        return std::move(out_);
    }

  private:
    void add(WaterfallRow row, std::optional<std::size_t> turn) {
        row.turn = turn;
        out_.push_back(std::move(row));
    }

    void run_rows_until(std::optional<base::Time> time) {
        for (; next_ < of_run_.size() && (!time || of_run_[next_].time <= *time); ++next_)
            add(std::move(of_run_[next_].row), std::nullopt);
    }

    const trace::Timeline& timeline_;
    std::vector<std::vector<Placed>> of_turn_;
    std::vector<Placed> of_run_;
    std::size_t next_ = 0; // of of_run_
    std::vector<WaterfallRow> out_;
};

} // namespace

std::vector<std::optional<std::size_t>> homes_of_notes(const trace::Timeline& timeline) {
    std::vector<std::optional<std::size_t>> out;
    std::map<std::string, std::size_t, std::less<>> latest; // turn of each agent
    std::size_t next = 0;
    for (const trace::Note& note : timeline.notes) {
        for (; next < timeline.turns.size() && timeline.turns[next].seq < note.seq; ++next)
            latest[timeline.turns[next].agent] = next;
        const auto it = latest.find(note.event.agent);
        // A join opens for the turn that comes.
        const bool none = it == latest.end() || std::holds_alternative<trace::JoinOpen>(note.event.payload);
        out.push_back(none ? std::nullopt : std::optional(it->second));
    }
    return out;
}

std::vector<WaterfallRow> waterfall_rows(const trace::Timeline& timeline) {
    return Rows(timeline).take();
}

} // namespace picture
