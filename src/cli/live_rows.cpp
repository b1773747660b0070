// The rows of a live view: which agents, in which columns, in which words.
#include <algorithm>

#include "base/text.hpp"
#include "base/usd.hpp"
#include "cli/live_view.hpp"
#include "provider/provider.hpp"
#include "terminal/colour.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

using terminal::Ink;

constexpr std::size_t most_agents = 12; // rows
constexpr std::size_t most_text = 3;    // rows
constexpr std::size_t lead = 3;         // columns of a blank, where the cursor rests, the mark, and a blank
constexpr std::size_t between = 2;
constexpr std::size_t narrowest = 18; // for a mark, four letters of a name, and a state; else rows would wrap
constexpr std::size_t widest_speaker = 20;
// A row that is wrapped anew because a terminal got narrower can push others out of reach.
constexpr std::size_t widest_text = 90;

enum Column : std::size_t {
    name_column,
    state_column,
    model_column,
    tokens_column,
    time_column,
    cost_column
};

struct Mark {
    std::string_view drawn;
    std::string_view plain;
    std::optional<Ink> ink;
};

Mark mark_of(Stage stage) {
    switch (stage) {
    case Stage::waiting:
    case Stage::skipped:
        return {"○", "o", Ink::faint};
    case Stage::queued:
    case Stage::delegating:
        return {"○", "o", Ink::yellow};
    case Stage::thinking:
    case Stage::writing:
    case Stage::calling:
        return {"▶", ">", Ink::cyan};
    case Stage::pausing:
    case Stage::approval:
    case Stage::stopped:
        return {"■", "#", Ink::yellow};
    case Stage::done:
        return {"✓", "+", Ink::green};
    case Stage::failed:
        return {"✗", "x", Ink::red};
    }
    return {"○", "o", std::nullopt};
}

std::string_view word_of(Stage stage) {
    switch (stage) {
    case Stage::waiting:
        return "waiting";
    case Stage::queued:
        return "queued";
    case Stage::thinking:
        return "thinking";
    case Stage::writing:
        return "writing";
    case Stage::calling:
        return "calling";
    case Stage::pausing:
        return "pausing";
    case Stage::delegating:
        return "delegating";
    case Stage::approval:
        return "to approve";
    case Stage::done:
        return "done";
    case Stage::failed:
        return "failed";
    case Stage::skipped:
        return "skipped";
    case Stage::stopped:
        return "stopped";
    }
    return "";
}

/// Who is of interest first, where not all can be shown.
constexpr std::array by_interest{Stage::writing,  Stage::calling,    Stage::thinking, Stage::pausing,
                                 Stage::approval, Stage::delegating, Stage::queued,   Stage::failed,
                                 Stage::waiting,  Stage::done,       Stage::skipped,  Stage::stopped};

/// What is said of those that are not shown, in this order.
struct Told {
    std::string_view word;
    std::vector<Stage> stages;
};
const std::vector<Told>& told() {
    static const std::vector<Told> rows{
        {"at work", {Stage::thinking, Stage::writing, Stage::calling, Stage::delegating}},
        {"pausing", {Stage::pausing}},
        {"to approve", {Stage::approval}},
        {"queued", {Stage::queued}},
        {"waiting", {Stage::waiting}},
        {"done", {Stage::done}},
        {"failed", {Stage::failed}},
        {"skipped", {Stage::skipped}},
        {"stopped", {Stage::stopped}},
    };
    return rows;
}

/// Seconds that are left, the last one begun.
std::string left_text(base::Time until, base::Time now) {
    const std::int64_t us = std::max<std::int64_t>((until - now).us, 0);
    return span_text(base::seconds((us + 999'999) / 1'000'000));
}

std::string amount(std::int64_t n) {
    if (n < 10'000) return base::format("{}", n);
    if (n < 999'950) return base::format("{:.1f}k", static_cast<double>(n) / 1e3);
    return base::format("{:.1f}M", static_cast<double>(n) / 1e6);
}

std::string tokens_text(const trace::Tokens& used, std::size_t written) {
    const std::int64_t coming = written == 0 ? 0 : provider::tokens_in(written);
    if (used.input == 0 && used.output + coming == 0) return {};
    const std::string out = base::format("{}{} out", coming > 0 ? "~" : "", amount(used.output + coming));
    return used.input == 0 ? out : base::format("{} in {}", amount(used.input), out);
}

/// The first that is not wider than `width`; the last one cut when none is.
std::string fitting(const std::vector<std::string>& candidates, std::size_t width) {
    for (const std::string& candidate : candidates) {
        if (base::display_width(candidate) <= width) return candidate;
    }
    return base::ellipsis(candidates.back(), width);
}

std::size_t total(const std::array<std::size_t, 6>& widths) {
    std::size_t out = lead + widths[name_column];
    for (std::size_t i = state_column; i < widths.size(); ++i)
        out += widths[i] == 0 ? 0 : widths[i] + between;
    return out;
}

/// Long names give way first, then columns from the last one on; the name and the state stay. What fits all
/// the same in the end comes back.
void fit(std::array<std::size_t, 6>& widths, std::size_t most) {
    const std::array<std::size_t, 6> wanted = widths;
    const auto shorten = [&](Column column, std::size_t least) {
        while (total(widths) > most && widths[column] > least)
            --widths[column];
    };
    shorten(model_column, 12);
    shorten(name_column, 20);
    std::size_t last = cost_column;
    while (total(widths) > most && last >= model_column)
        widths[last--] = 0;
    shorten(name_column, 12);
    shorten(state_column, 8);
    shorten(name_column, 4);
    for (std::size_t i = last + 1; i < widths.size(); ++i) {
        if (wanted[i] > 0 && total(widths) + between + wanted[i] <= most) widths[i] = wanted[i];
    }
}

/// The last lines of a text in `width` columns, broken between words where that is possible.
std::vector<std::string> last_lines(std::string_view text, std::size_t width, std::size_t most) {
    std::vector<std::string> out;
    for (const std::string_view line : base::split(text, '\n')) {
        std::string row;
        for (const std::string_view word : base::split(line, ' ')) {
            const std::size_t needed = base::display_width(row) + (row.empty() ? 0 : 1);
            std::string rest(word);
            if (!row.empty() && needed + base::display_width(rest) > width)
                out.push_back(std::exchange(row, {}));
            if (!row.empty()) row += ' ';
            while (base::display_width(rest) > width) { // a word of its own for more than a line
                std::size_t bytes = width;
                std::string_view part = base::utf8_prefix(rest, bytes);
                while (base::display_width(part) > width)
                    part = base::utf8_prefix(rest, --bytes);
                if (part.empty()) break;
                out.emplace_back(part);
                rest.erase(0, out.back().size());
            }
            row += rest;
        }
        out.push_back(row);
    }
    for (std::string& row : out)
        row.erase(row.find_last_not_of(' ') + 1);
    std::erase_if(out, [](const std::string& row) { return row.empty(); });
    if (out.size() > most) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(most));
    return out;
}

std::string faint(const std::string& text, const Frame& frame) {
    return frame.colour && !text.empty() ? terminal::paint(text, Ink::faint) : text;
}

} // namespace

std::string span_text(base::Duration span) {
    const std::int64_t s = std::max<std::int64_t>(span.us, 0) / 1'000'000;
    if (s < 60) return base::format("{}s", s);
    if (s < 3600) return base::format("{}m{:02}s", s / 60, s % 60);
    return base::format("{}h{:02}m", s / 3600, s / 60 % 60);
}

std::string exact_span(base::Duration span) {
    if (span.us >= 9'950'000) return span_text(span);
    return base::format("{:.1f}s", static_cast<double>(std::max<std::int64_t>(span.us, 0)) / 1e6);
}

std::string LiveView::queue_of(std::size_t node, const Frame& frame) const {
    const Agent& agent = agents_[node];
    if (stops_) return "not asked";
    if (const auto paused = paused_.find(agent.endpoint);
        paused != paused_.end() && paused->second > frame.now)
        return base::format("{} pauses {}", agent.endpoint, left_text(paused->second, frame.now));
    const std::string why = outlook_.waits_for ? outlook_.waits_for(node) : std::string();
    if (next_attempt_ && *next_attempt_ > frame.now)
        return base::format("again in {}", left_text(*next_attempt_, frame.now));
    if (why.empty()) return "starting";
    if (why == "max_concurrency") return base::format("queued at {}", agent.endpoint);
    if (why == "recovery") return base::format("queued, {} recovers", agent.endpoint);
    return base::format("waits for {}", why);
}

std::string LiveView::state_of(std::size_t node, const Frame& frame) const {
    const Agent& agent = agents_[node];
    switch (agent.stage) {
    case Stage::queued:
        return queue_of(node, frame);
    case Stage::calling:
        return base::format("calling {}{}", agent.tool,
                            agent.open_tools > 1 ? base::format(" and {} more", agent.open_tools - 1) : "");
    case Stage::pausing:
        if (stops_) return "not asked";
        return agent.until > frame.now ? base::format("retry in {}", left_text(agent.until, frame.now))
                                       : queue_of(node, frame);
    case Stage::delegating:
        return "waits for reports";
    case Stage::waiting:
    case Stage::thinking:
    case Stage::writing:
    case Stage::approval:
    case Stage::done:
    case Stage::failed:
    case Stage::skipped:
    case Stage::stopped:
        break;
    }
    return std::string(word_of(agent.stage));
}

LiveView::Row LiveView::row_of(std::size_t node, const Frame& frame, Moment moment) const {
    const Agent& agent = agents_[node];
    Row out{node, {}};
    const base::Duration spent = agent.spent + (agent.since ? frame.now - *agent.since : base::Duration{});
    const bool ran = agent.since || spent.us > 0;
    out.cells[name_column] = base::visible(plan_.nodes[node].name);
    out.cells[state_column] = base::visible(state_of(node, frame));
    out.cells[model_column] = base::visible(agent.model);
    out.cells[tokens_column] = tokens_text(agent.used, agent.written);
    if (ran)
        out.cells[time_column] =
            agent.since && moment == Moment::going_on ? span_text(spent) : exact_span(spent);
    out.cells[cost_column] = trace::shown_cost(agent.used);
    return out;
}

/// In order of declaration. Where not all have room, those of interest.
std::vector<std::size_t> LiveView::chosen(std::size_t room) const {
    std::vector<std::size_t> out;
    for (const Stage stage : by_interest) {
        for (const std::size_t node : by_stage_[static_cast<std::size_t>(stage)]) {
            if (out.size() == room) break;
            out.push_back(node);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::string LiveView::render(const Row& row, const Widths& widths, const Frame& frame) const {
    const Stage stage = agents_[row.node].stage;
    const Mark mark = mark_of(stage);
    const bool idle = stage == Stage::waiting || stage == Stage::skipped;
    const std::string_view sign = frame.ascii ? mark.plain : mark.drawn;
    std::string out = " ";
    out += frame.colour && mark.ink ? terminal::paint(sign, *mark.ink) : std::string(sign);
    out += ' ';
    std::size_t blanks = 0;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        if (widths[i] == 0) continue;
        const std::string cell = i == name_column ? terminal::cut_name(row.cells[i], widths[i])
                                                  : base::ellipsis(row.cells[i], widths[i]);
        const bool right = i >= tokens_column;
        const std::size_t own = base::display_width(cell);
        const std::size_t rest = widths[i] > own ? widths[i] - own : 0;
        if (cell.empty()) {
            blanks += widths[i] + between;
            continue;
        }
        out.append(blanks + (right ? rest : 0), ' ');
        if (!frame.colour)
            out += cell;
        else if (i == state_column && mark.ink)
            out += terminal::paint(cell, *mark.ink);
        else
            out += i > state_column || idle ? terminal::paint(cell, Ink::faint) : cell;
        blanks = between + (right ? 0 : rest);
    }
    return out;
}

std::vector<std::string> LiveView::table(const std::vector<std::size_t>& nodes, const Frame& frame,
                                         Moment moment) {
    std::vector<Row> rows;
    Widths widths = widths_;
    for (const std::size_t node : nodes) {
        rows.push_back(row_of(node, frame, moment));
        for (std::size_t i = 0; i < widths.size(); ++i)
            widths[i] = std::max(widths[i], base::display_width(rows.back().cells[i]));
    }
    if (moment == Moment::going_on) widths_ = widths;
    fit(widths, frame.size.columns - 1);
    std::vector<std::string> out;
    for (const Row& row : rows)
        out.push_back(render(row, widths, frame));
    return out;
}

std::string LiveView::more(const std::vector<std::size_t>& shown, const Frame& frame) const {
    std::array<std::size_t, stages> hidden{};
    for (std::size_t i = 0; i < stages; ++i)
        hidden[i] = by_stage_[i].size();
    for (const std::size_t node : shown)
        --hidden[static_cast<std::size_t>(agents_[node].stage)];
    std::vector<std::string> parts;
    for (const Told& row : told()) {
        std::size_t n = 0;
        for (const Stage stage : row.stages)
            n += hidden[static_cast<std::size_t>(stage)];
        if (n > 0) parts.push_back(base::format("{} {}", n, row.word));
    }
    const std::string text =
        base::format("and {} more: {}", agents_.size() - shown.size(), base::join(parts, ", "));
    return std::string(lead, ' ') + faint(base::ellipsis(text, frame.size.columns - 1 - lead), frame);
}

std::vector<std::string> LiveView::text_rows(const Frame& frame, std::size_t most) const {
    if (!speaker_ || most == 0 || agents_[*speaker_].stage != Stage::writing) return {};
    const std::size_t width = std::min(frame.size.columns - 1, widest_text) - lead;
    std::string prefix;
    if (agents_.size() > 1 && width >= 2 * widest_speaker)
        prefix = terminal::cut_name(base::visible(plan_.nodes[*speaker_].name), widest_speaker).append(": ");
    const std::size_t beside = base::display_width(prefix);
    const std::string text = base::replace_all(base::visible(tail_, base::Lines::keep), "\t", " ");
    std::vector<std::string> out = last_lines(text, width - beside, most);
    for (std::string& row : out) {
        row.insert(0, prefix);
        row = std::string(lead, ' ') + faint(row, frame);
        prefix.assign(beside, ' ');
    }
    return out;
}

std::string LiveView::totals(const Frame& frame) const {
    const std::string agents =
        base::format("{} of {} done", count(Stage::done), base::counted(agents_.size(), "agent"));
    const std::string calls = base::counted(calls_, "call");
    const std::string tokens = tokens_text(used_, 0);
    const std::string cost = trace::shown_cost(used_);
    const std::string time = span_text(frame.now - started_);
    const std::string attempt =
        next_attempt_ && *next_attempt_ > frame.now
            ? base::format("attempt {} in {}", attempt_, left_text(*next_attempt_, frame.now))
            : std::string();
    const auto joined = [](std::vector<std::string> parts) {
        std::erase(parts, "");
        return base::join(parts, ", ");
    };
    const std::string most = fitting(
        {joined({agents, attempt, calls, tokens, cost, time}) + "; Ctrl-C stops, resume goes on later",
         joined({agents, attempt, calls, tokens, cost, time}) + "; Ctrl-C stops",
         joined({agents, attempt, calls, tokens, cost, time}), joined({agents, attempt, tokens, cost, time}),
         joined({agents, attempt, cost, time}), joined({agents, time}),
         base::format("{} of {} done", count(Stage::done), agents_.size())},
        frame.size.columns - 1 - lead);
    return std::string(lead, ' ') + faint(most, frame);
}

std::string LiveView::stopping(const Frame& frame) const {
    std::vector<std::string> ways{"stopping"};
    if (stops_until_) {
        const std::string calls = base::counted(under_way(), "call");
        const std::string left = left_text(*stops_until_, frame.now);
        ways = {
            base::format("stopping: finishing {}, for {} at most; Ctrl-C again stops at once", calls, left),
            base::format("stopping: finishing {}; Ctrl-C again stops at once", calls),
            base::format("stopping: finishing {}", calls), "stopping"};
    }
    const std::string text = fitting(ways, frame.size.columns - 1 - lead);
    return std::string(lead, ' ') + (frame.colour ? terminal::paint(text, Ink::yellow) : text);
}

std::vector<std::string> LiveView::rows(const Frame& frame) {
    if (frame.size.columns < narrowest) return {};
    const std::size_t lines = frame.size.lines;
    const std::size_t room = std::clamp<std::size_t>(lines / 3, 1, most_agents);
    const bool all = agents_.size() <= room;
    const std::vector<std::size_t> shown = chosen(all || room == 1 ? room : room - 1);
    std::vector<std::string> out = table(shown, frame, Moment::going_on);
    if (!all && room > 1) out.push_back(more(shown, frame));
    for (std::string& row : text_rows(frame, lines >= 20 ? most_text : lines >= 12 ? 1 : 0))
        out.push_back(std::move(row));
    if (stops_)
        out.push_back(stopping(frame));
    else if (agents_.size() > 1)
        out.push_back(totals(frame));
    return out;
}

std::vector<std::string> LiveView::summary(Frame frame) {
    if (agents_.size() < 2 || agents_.size() > most_agents || frame.size.columns < narrowest) return {};
    stops_ = false;
    widths_ = {};
    std::vector<std::size_t> nodes(agents_.size());
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes[i] = i;
    return table(nodes, frame, Moment::over);
}

} // namespace cli
