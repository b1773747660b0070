// A system drawn with lines, as `git log --graph` draws history: each hand-over under way is a lane, each
// agent stands on the lane that leads to it, lanes part below an agent and meet above one. Hand-overs that
// close a cycle, conditions and delegates are said in words below the agent.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "picture/graph_model.hpp"
#include "terminal/colour.hpp"

namespace picture {

namespace {

constexpr std::size_t nobody = static_cast<std::size_t>(-1);
constexpr std::size_t room_for_name = 12; // columns that are left beside the lanes, at least
constexpr std::size_t most_named = 3;     // of many that stand side by side

enum class Stroke : unsigned char {
    none,
    down,
    across,
    over,        ///< a lane that another one passes behind
    part_right,  ///< ├
    part_left,   ///< ┤
    part_both,   ///< ┼
    new_right,   ///< ╮
    new_left,    ///< ╭
    new_between, ///< ┬
    end_right,   ///< ╯
    end_between, ///< ┴
};
constexpr std::array<std::string_view, 12> lines{" ", "│", "─", "│", "├", "┤", "┼", "╮", "╭", "┬", "╯", "┴"};
constexpr std::array<std::string_view, 12> plain_lines{" ", "|", "-", "|", "+", "+",
                                                       "+", ".", ".", "+", "'", "+"};

struct Line {
    std::vector<Stroke> lanes;
    std::vector<bool> across;  ///< whether a lane goes on to the right as a horizontal line
    std::size_t node = nobody; ///< whose line it is; its mark stands on `lane`
    std::size_t lane = 0;
    std::string name;               ///< what stands behind the lanes
    std::vector<std::string> cells; ///< behind the name, in columns
    std::optional<Standing> state;
};

/// Agents that hand over to, and get from, the same ones under the same conditions stand on one line.
struct Group {
    std::vector<std::size_t> nodes;
};

std::string key_of(const run::EdgePlan& edge, std::size_t at) {
    return base::format("{}/{}/{}/{};", at, condition_text(edge), edge.again, edge.always);
}

class Drawing {
  public:
    Drawing(const Picture& picture, std::size_t most_lanes) : picture_(picture) {
        group(false);
        draw();
        if (widest() <= most_lanes) return;
        lines_.clear();
        lanes_.clear();
        group(true);
        draw();
    }
    [[nodiscard]] const std::vector<Line>& drawn() const { return lines_; }
    [[nodiscard]] std::size_t widest() const {
        std::size_t out = 1;
        for (const Line& line : lines_)
            out = std::max(out, line.lanes.size());
        return out;
    }

  private:
    [[nodiscard]] const run::NodePlan& node(std::size_t i) const { return picture_.nodes[i]; }

    void group(bool together) {
        groups_.clear();
        group_of_.assign(picture_.nodes.size(), nobody);
        std::vector<std::string> keys(picture_.nodes.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            for (const run::EdgePlan& edge : node(i).next) {
                keys[i] += ">" + key_of(edge, edge.to);
                keys[edge.to] += "<" + key_of(edge, i);
            }
        }
        std::map<std::string, std::size_t> known;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (node(i).reports_to) continue;
            const bool alone = !together || !node(i).delegates.empty();
            const auto [it, fresh] =
                known.try_emplace(alone ? base::format("#{}", i) : keys[i], groups_.size());
            if (fresh) groups_.emplace_back();
            groups_[it->second].nodes.push_back(i);
            group_of_[i] = it->second;
        }
    }

    /// The groups that this one hands over to in the same round, each once.
    [[nodiscard]] std::vector<std::size_t> targets(std::size_t group) const {
        std::vector<std::size_t> out;
        for (const run::EdgePlan& edge : node(groups_[group].nodes.front()).next) {
            const std::size_t to = group_of_[edge.to];
            if (!edge.again && std::find(out.begin(), out.end(), to) == out.end()) out.push_back(to);
        }
        return out;
    }

    /// Whoever hands over comes before who gets it; what follows an agent comes soon after it.
    void draw() {
        std::vector<std::size_t> missing(groups_.size(), 0);
        for (std::size_t g = 0; g < groups_.size(); ++g) {
            for (const std::size_t to : targets(g))
                ++missing[to];
        }
        std::vector<std::size_t> ready;
        for (std::size_t g = groups_.size(); g-- > 0;) {
            if (missing[g] == 0) ready.push_back(g);
        }
        while (!ready.empty()) {
            const std::size_t g = ready.back();
            ready.pop_back();
            const std::vector<std::size_t> next = targets(g);
            place(g, next);
            for (auto it = next.rbegin(); it != next.rend(); ++it) {
                if (--missing[*it] == 0) ready.push_back(*it);
            }
        }
    }

    void place(std::size_t g, const std::vector<std::size_t>& next) {
        std::vector<std::size_t> incoming;
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            if (lanes_[i] == g) incoming.push_back(i);
        }
        std::size_t at = 0;
        if (incoming.empty()) {
            if (!lines_.empty()) lines_.push_back(passing()); // it does not hang on what stands above
            at = free_lane(0);
            lanes_[at] = g;
        } else {
            at = incoming.front();
            if (incoming.size() > 1) meet(incoming);
        }
        Line line = passing();
        line.node = groups_[g].nodes.front();
        line.lane = at;
        name(g, line);
        lines_.push_back(std::move(line));
        lanes_[at] = next.empty() ? nobody : next.front();
        say(g);
        if (next.size() > 1) part(at, next);
        while (!lanes_.empty() && lanes_.back() == nobody)
            lanes_.pop_back();
    }

    [[nodiscard]] Line passing() const {
        Line out;
        for (const std::size_t lane : lanes_)
            out.lanes.push_back(lane == nobody ? Stroke::none : Stroke::down);
        out.across.assign(lanes_.size(), false);
        return out;
    }

    std::size_t free_lane(std::size_t from) {
        for (std::size_t i = from; i < lanes_.size(); ++i) {
            if (lanes_[i] == nobody) return i;
        }
        lanes_.push_back(nobody);
        return lanes_.size() - 1;
    }

    static void run_across(Line& line, std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            line.across[i] = true;
            if (i == from) continue;
            if (line.lanes[i] == Stroke::down) line.lanes[i] = Stroke::over;
            if (line.lanes[i] == Stroke::none) line.lanes[i] = Stroke::across;
        }
    }

    /// All lanes of `incoming` end in the first of them.
    void meet(const std::vector<std::size_t>& incoming) {
        Line line = passing();
        run_across(line, incoming.front(), incoming.back());
        line.lanes[incoming.front()] = Stroke::part_right;
        for (std::size_t i = 1; i < incoming.size(); ++i) {
            line.lanes[incoming[i]] = i + 1 == incoming.size() ? Stroke::end_right : Stroke::end_between;
            lanes_[incoming[i]] = nobody;
        }
        lines_.push_back(std::move(line));
    }

    /// A lane for each of `next` besides the first, which keeps the agent's own.
    void part(std::size_t at, const std::vector<std::size_t>& next) {
        std::vector<std::size_t> fresh;
        for (std::size_t i = 1; i < next.size(); ++i) {
            const std::size_t lane = free_lane(at + 1);
            lanes_[lane] = next[i];
            fresh.push_back(lane);
        }
        Line line = passing();
        run_across(line, at, fresh.back());
        line.lanes[at] = Stroke::part_right;
        for (std::size_t i = 0; i < fresh.size(); ++i)
            line.lanes[fresh[i]] = i + 1 == fresh.size() ? Stroke::new_right : Stroke::new_between;
        lines_.push_back(std::move(line));
    }

    void name(std::size_t g, Line& line) const {
        const std::vector<std::size_t>& nodes = groups_[g].nodes;
        if (nodes.size() == 1) {
            describe(nodes.front(), "", line);
            return;
        }
        std::vector<std::string> names;
        std::map<std::string_view, std::size_t> states;
        for (const std::size_t i : nodes) {
            if (names.size() < most_named) names.push_back(base::visible(node(i).name));
            ++states[word_of(picture_.spots[i].standing)];
        }
        line.name = base::format("{} agents: {}", nodes.size(), base::join(names, ", "));
        if (nodes.size() > most_named) line.name += ", ...";
        for (const auto& [word, count] : states) {
            if (!word.empty()) line.name += base::format("; {} {}", count, word);
        }
        line.state = states.size() == 1 ? picture_.spots[nodes.front()].standing : Standing::unknown;
    }

    void describe(std::size_t i, const std::string& before, Line& line) const {
        const Spot& spot = picture_.spots[i];
        line.name = before + base::visible(node(i).declared);
        line.state = spot.standing;
        if (!picture_.of_a_run()) {
            line.cells = {base::visible(node(i).agent.model_ref)};
            return;
        }
        line.cells = {std::string(word_of(spot.standing))};
        if (spot.turns == 0) return;
        line.cells.push_back(base::counted(static_cast<std::size_t>(spot.calls), "call"));
        line.cells.push_back(base::format("{}{}/{} tokens", spot.used.source == "estimated" ? "~" : "",
                                          spot.used.input, spot.used.output));
        line.cells.push_back(base::format("{}.{:03}s", spot.duration_ms / 1000, spot.duration_ms % 1000));
        if (spot.turns > 1) line.cells.push_back(base::format("{} rounds", spot.turns));
    }

    void words(std::string text) {
        Line line = passing();
        line.name = "    " + std::move(text);
        lines_.push_back(std::move(line));
    }

    [[nodiscard]] std::string taken(std::size_t from, const run::EdgePlan& edge) const {
        if (!picture_.of_a_run() || picture_.spots[from].turns == 0) return "";
        const auto& handed = picture_.spots[from].handed;
        const auto it = handed.find(edge.to);
        if (it == handed.end())
            return picture_.spots[from].standing == Standing::succeeded ? " (not taken)" : "";
        return it->second == 1 ? " (taken)" : base::format(" (taken {} times)", it->second);
    }

    /// What lines cannot show: who is waited for, conditions, cycles, delegates.
    void say(std::size_t g) {
        const std::size_t first = groups_[g].nodes.front();
        const run::NodePlan& own = node(first);
        if (const std::string join = join_text(own.join, own.before); !join.empty()) words(join);
        if (!picture_.spots[first].error.empty())
            words("error: " + base::visible(picture_.spots[first].error));
        for (const run::EdgePlan& edge : own.next) {
            if (!edge.again && !edge.conditional()) continue;
            const std::string when = condition_text(edge);
            words(base::format("{} {}{}{}{}", edge.again ? "back to" : "to",
                               base::visible(node(edge.to).name), when.empty() ? "" : " ",
                               base::visible(when), taken(first, edge)));
        }
        delegates(first, "    ");
    }

    void delegates(std::size_t i, const std::string& indent) {
        const run::NodePlan& own = node(i);
        if (own.delegates.empty()) return;
        const std::string join = join_text(own.delegate_join, own.delegates.size());
        Line head = passing();
        head.name = indent + "asks before it answers" + (join.empty() ? ":" : ", and " + join + ":");
        lines_.push_back(std::move(head));
        for (const run::EdgePlan& edge : own.delegates) {
            const bool last = &edge == &own.delegates.back();
            Line line = passing();
            describe(edge.to, indent + (last ? "└ " : "├ "), line);
            const std::string when = condition_text(edge);
            if (!when.empty()) line.name += " " + base::visible(when);
            lines_.push_back(std::move(line));
            delegates(edge.to, indent + (last ? "  " : "│ "));
        }
    }

    const Picture& picture_;
    std::vector<Group> groups_;
    std::vector<std::size_t> group_of_; ///< of each node
    std::vector<std::size_t> lanes_;    ///< to which group each leads; nobody: free
    std::vector<Line> lines_;
};

struct Mark {
    std::string_view drawn;
    std::string_view plain;
    std::optional<terminal::Ink> ink;
};
Mark mark_of(Standing standing) {
    switch (standing) {
    case Standing::unknown:
        return {"●", "*", std::nullopt};
    case Standing::waiting:
    case Standing::skipped:
        return {"○", "o", terminal::Ink::faint};
    case Standing::running:
        return {"▶", ">", terminal::Ink::yellow};
    case Standing::interrupted:
        return {"■", "#", terminal::Ink::yellow};
    case Standing::succeeded:
        return {"✓", "+", terminal::Ink::green};
    case Standing::failed:
        return {"✗", "x", terminal::Ink::red};
    }
    return {"●", "*", std::nullopt};
}

/// Lanes of a line, with a mark on its agent's.
std::string lanes_text(const Line& line, std::size_t width, const Canvas& canvas) {
    std::string out;
    for (std::size_t i = 0; i < width; ++i) {
        const Stroke stroke = i < line.lanes.size() ? line.lanes[i] : Stroke::none;
        if (line.node != nobody && i == line.lane) {
            const Mark mark = mark_of(line.state.value_or(Standing::unknown));
            const std::string_view sign = canvas.ascii ? mark.plain : mark.drawn;
            out += canvas.colour && mark.ink ? terminal::paint(sign, *mark.ink) : std::string(sign);
        } else {
            out += (canvas.ascii ? plain_lines : lines)[static_cast<std::size_t>(stroke)];
        }
        const bool across = i < line.across.size() && line.across[i];
        out += !across ? " " : canvas.ascii ? "-" : "─";
    }
    return out;
}

std::string header_of(const Picture& picture) {
    if (!picture.of_a_run())
        return base::format("System: {} ({})\n\n", base::visible(picture.system),
                            base::counted(picture.nodes.size(), "agent"));
    return base::format("Task: {}\nSystem: {}\nPhase: {}\n\n", base::visible(picture.task),
                        base::visible(picture.system), picture.phase);
}

/// Who hands over to whom, an agent a line: where there is no room for lanes.
std::string listed(const Picture& picture, const Canvas& canvas) {
    std::string out;
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        const Mark mark = mark_of(picture.spots[i].standing);
        std::string text = base::visible(picture.nodes[i].name);
        std::vector<std::string> next;
        for (const run::EdgePlan& edge : picture.nodes[i].next)
            next.push_back(base::visible(picture.nodes[edge.to].name));
        if (!next.empty()) text += " -> " + base::join(next, ", ");
        out += base::format("{} {}\n", canvas.ascii ? mark.plain : mark.drawn,
                            base::ellipsis(text, std::max<std::size_t>(canvas.columns, 5) - 2));
    }
    return out;
}

} // namespace

std::string graph_text(const Picture& picture, const Canvas& canvas) {
    const Drawing drawing(picture, std::max<std::size_t>(canvas.columns / 6, 3));
    if (canvas.cuts && 2 * drawing.widest() + room_for_name > canvas.columns)
        return header_of(picture) + listed(picture, canvas);
    std::vector<std::size_t> widths{0};
    for (const Line& line : drawing.drawn()) {
        if (line.cells.empty()) continue;
        widths[0] = std::max(widths[0], base::display_width(line.name));
        widths.resize(std::max(widths.size(), line.cells.size() + 1), 0);
        for (std::size_t i = 0; i < line.cells.size(); ++i)
            widths[i + 1] = std::max(widths[i + 1], base::display_width(line.cells[i]));
    }
    std::string out = header_of(picture);
    const std::size_t lanes = 2 * drawing.widest();
    for (const Line& line : drawing.drawn()) {
        std::string text = line.name;
        std::size_t pad = widths[0] - std::min(widths[0], base::display_width(text));
        for (std::size_t i = 0; i < line.cells.size(); ++i) {
            text.append(pad + 2, ' ');
            text += line.cells[i];
            pad = widths[i + 1] - base::display_width(line.cells[i]);
        }
        if (canvas.ascii)
            text =
                base::replace_all(base::replace_all(base::replace_all(text, "└", "`"), "├", "|"), "│", "|");
        if (canvas.cuts) text = base::ellipsis(text, canvas.columns > lanes + 3 ? canvas.columns - lanes : 3);
        std::string whole = lanes_text(line, drawing.widest(), canvas);
        whole += text;
        while (whole.ends_with(' '))
            whole.pop_back();
        out += whole;
        out += '\n';
    }
    return out;
}

} // namespace picture
