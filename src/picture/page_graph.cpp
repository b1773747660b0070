// The graph of a run as a drawing: agents in layers from top to bottom, each below all that hand over to it.
#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "picture/page_parts.hpp"
#include "picture/time_scale.hpp"

namespace picture {

namespace {

constexpr std::size_t most_drawn = 60; // agents; more are a table
constexpr int width = 214;
constexpr int height = 66;
constexpr int gap = 28;
constexpr int layer_gap = 62;
constexpr int margin = 12;
constexpr int aside = 70; // room at the right for what leads back
constexpr std::size_t most_name = 23;
constexpr std::size_t most_condition = 30;
constexpr int sweeps = 6;
constexpr int big = 700; // wider pictures are made to fit, down to a size that can be read; then they scroll
constexpr int wide = 1800;

struct Arrow {
    std::size_t from = 0;
    std::size_t to = 0;
    const run::EdgePlan* edge = nullptr;
    bool delegate = false;
};

class Layout {
  public:
    explicit Layout(const Picture& picture) : layer_(picture.nodes.size(), 0) {
        for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
            for (const run::EdgePlan& edge : picture.nodes[i].next)
                arrows_.push_back({i, edge.to, &edge, false});
            for (const run::EdgePlan& edge : picture.nodes[i].delegates)
                arrows_.push_back({i, edge.to, &edge, true});
        }
        find_layers();
        order();
        place();
    }
    [[nodiscard]] const std::vector<Arrow>& arrows() const { return arrows_; }
    [[nodiscard]] int x(std::size_t node) const { return x_[node]; }
    [[nodiscard]] int y(std::size_t node) const {
        return margin + static_cast<int>(layer_[node]) * (height + layer_gap);
    }
    [[nodiscard]] int whole_width() const { return whole_ + 2 * margin + (leads_back_ ? aside : 0); }
    [[nodiscard]] int whole_height() const {
        return 2 * margin + static_cast<int>(layers_.size()) * (height + layer_gap) - layer_gap;
    }
    /// Where what leads back runs, beside all agents.
    [[nodiscard]] int right() const { return whole_ + margin; }
    [[nodiscard]] bool upwards(const Arrow& arrow) const { return layer_[arrow.to] <= layer_[arrow.from]; }

  private:
    /// The longest way from a begin. What closes a cycle does not count; without it there is none.
    void find_layers() {
        bool changed = true;
        for (std::size_t round = 0; changed && round <= layer_.size(); ++round) {
            changed = false;
            for (const Arrow& arrow : arrows_) {
                if (arrow.edge->again || layer_[arrow.to] > layer_[arrow.from]) continue;
                layer_[arrow.to] = layer_[arrow.from] + 1;
                changed = true;
            }
        }
        layers_.resize(1 + *std::max_element(layer_.begin(), layer_.end()));
        for (std::size_t i = 0; i < layer_.size(); ++i)
            layers_[layer_[i]].push_back(i);
        leads_back_ = std::any_of(arrows_.begin(), arrows_.end(), [&](const Arrow& a) { return upwards(a); });
    }

    /// Each agent goes to the middle of its neighbours, so that few lines cross.
    void order() {
        std::vector<double> at(layer_.size(), 0);
        const auto number = [&] {
            for (const std::vector<std::size_t>& layer : layers_) {
                for (std::size_t i = 0; i < layer.size(); ++i)
                    at[layer[i]] = static_cast<double>(i) - static_cast<double>(layer.size() - 1) / 2;
            }
        };
        number();
        for (int sweep = 0; sweep < sweeps; ++sweep) {
            std::vector<double> wish(at.size(), 0);
            std::vector<int> count(at.size(), 0);
            for (const Arrow& arrow : arrows_) {
                if (upwards(arrow)) continue;
                const std::size_t moved = sweep % 2 == 0 ? arrow.to : arrow.from;
                wish[moved] += at[sweep % 2 == 0 ? arrow.from : arrow.to];
                ++count[moved];
            }
            for (std::size_t i = 0; i < wish.size(); ++i)
                wish[i] = count[i] > 0 ? wish[i] / count[i] : at[i];
            for (std::vector<std::size_t>& layer : layers_)
                std::stable_sort(layer.begin(), layer.end(),
                                 [&](std::size_t a, std::size_t b) { return wish[a] < wish[b]; });
            number();
        }
    }

    void place() {
        std::size_t most = 1;
        for (const std::vector<std::size_t>& layer : layers_)
            most = std::max(most, layer.size());
        whole_ = static_cast<int>(most) * (width + gap) - gap;
        x_.resize(layer_.size());
        for (const std::vector<std::size_t>& layer : layers_) {
            const int own = static_cast<int>(layer.size()) * (width + gap) - gap;
            for (std::size_t i = 0; i < layer.size(); ++i)
                x_[layer[i]] = margin + (whole_ - own) / 2 + static_cast<int>(i) * (width + gap);
        }
    }

    std::vector<std::size_t> layer_;
    std::vector<std::vector<std::size_t>> layers_;
    std::vector<Arrow> arrows_;
    std::vector<int> x_;
    int whole_ = 0;
    bool leads_back_ = false;
};

std::string short_condition(const Arrow& arrow, const Picture& picture) {
    std::string out = condition_text(*arrow.edge);
    const auto& handed = picture.spots[arrow.from].handed;
    const auto it = handed.find(arrow.to);
    if (it != handed.end() && it->second > 1)
        out += base::format("{}{}×", out.empty() ? "" : ", ", it->second);
    return out;
}

void put_arrow(Html& html, const Arrow& arrow, const Layout& layout, const Picture& picture) {
    const bool taken = picture.spots[arrow.from].handed.contains(arrow.to);
    const bool not_taken = !taken && !arrow.delegate && picture.spots[arrow.from].turns > 0;
    const int x1 = layout.x(arrow.from) + width / 2;
    const int y1 = layout.y(arrow.from) + height;
    const int x2 = layout.x(arrow.to) + width / 2;
    const int y2 = layout.y(arrow.to) - 5;
    int at_x = (x1 + x2) / 2;
    int at_y = (y1 + y2) / 2 + 4;
    std::string way;
    if (layout.upwards(arrow)) {
        const int side = layout.right() + 26;
        const int from_x = layout.x(arrow.from) + width;
        const int from_y = layout.y(arrow.from) + height / 2 + 8;
        const int to_x = layout.x(arrow.to) + width + 5;
        const int to_y = layout.y(arrow.to) + height / 2 - 8;
        way = base::format("M{} {}C{} {} {} {} {} {}", from_x, from_y, side + 30, from_y, side + 30, to_y,
                           to_x, to_y);
        at_x = std::max(from_x, to_x) + 4;
        at_y = (from_y + to_y) / 2 + 4;
    } else {
        way = base::format("M{} {}C{} {} {} {} {} {}", x1, y1, x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2);
    }
    html.markup("<path marker-end=\"url(#tip)\"").either(arrow.delegate, " class=\"delegate\"", "");
    html.either(not_taken, " class=\"not\"", "").attribute("d", way).markup("/>");
    const std::string words = short_condition(arrow, picture);
    if (words.empty()) return;
    html.markup("<text class=\"label\" text-anchor=\"middle\"").attribute("x", at_x).attribute("y", at_y);
    html.markup("><title>")
        .text(words)
        .markup("</title>")
        .text(base::ellipsis(base::visible(words), most_condition));
    html.markup("</text>");
}

/// "gpt-4o, 0.497s"
std::string second_line(const Picture& picture, std::size_t i, const std::string& model) {
    const Spot& spot = picture.spots[i];
    std::string out(word_of(spot.standing));
    if (spot.turns > 1) out += base::format(" {}×", spot.turns);
    if (!model.empty()) out += (out.empty() ? "" : " · ") + model;
    return out;
}

std::string third_line(const Spot& spot) {
    if (spot.turns == 0) return "";
    std::string out =
        base::format("{}{}/{} tokens · {}", spot.used.source == "estimated" ? "~" : "", spot.used.input,
                     spot.used.output, length_text(base::milliseconds(spot.duration_ms)));
    if (const std::string cost = cost_text(spot.used); !cost.empty()) out += " · " + cost;
    return out;
}

struct First {
    std::int64_t seq = 0; ///< of the agent's first turn; 0: none
    std::string model;
};
std::map<std::string, First> firsts_of(const trace::Timeline& timeline) {
    std::map<std::string, First> out;
    for (const trace::Turn& turn : timeline.turns)
        out.try_emplace(turn.agent, First{turn.seq, turn.begin.model});
    return out;
}

void put_node(Html& html, const Picture& picture, std::size_t i, const Layout& layout, const First& first) {
    const int x = layout.x(i);
    const int y = layout.y(i);
    const std::string& name = picture.nodes[i].name;
    if (first.seq > 0) html.link('e', first.seq, "");
    html.markup("<g class=\"n\"")
        .attribute("data-state", word_of(picture.spots[i].standing))
        .markup("><title>");
    html.text(name).markup("</title><rect class=\"box\" rx=\"7\"").attribute("x", x).attribute("y", y);
    html.attribute("width", width)
        .attribute("height", height)
        .markup("/><rect class=\"edge\" rx=\"2\" width=\"4\"");
    html.attribute("x", x + 6).attribute("y", y + 9).attribute("height", height - 18).markup("/>");
    const std::string lines[] = {base::ellipsis(base::visible(name), most_name),
                                 base::ellipsis(base::visible(second_line(picture, i, first.model)), 31),
                                 base::ellipsis(third_line(picture.spots[i]), 33)};
    int at = y + 22;
    for (const std::string& line : lines) {
        html.markup("<text")
            .attribute("x", x + 18)
            .attribute("y", at)
            .markup(">")
            .text(line)
            .markup("</text>");
        at += 18;
    }
    html.markup("</g>");
    if (first.seq > 0) html.markup("</a>");
    html.markup("\n");
}

/// Too many to be drawn.
void as_table(Html& html, const Picture& picture, const std::map<std::string, First>& firsts) {
    html.markup("<div class=\"scroll\"><table><thead><tr><th>Agent<th>State<th>Model<th>Work<th>Hands over to"
                "</tr></thead><tbody>\n");
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        const auto it = firsts.find(picture.nodes[i].name);
        html.markup("<tr><td>");
        if (it != firsts.end()) html.link('e', it->second.seq, "");
        html.name(picture.nodes[i].name);
        if (it != firsts.end()) html.markup("</a>");
        html.markup("<td>").text(word_of(picture.spots[i].standing)).markup("<td>");
        if (it != firsts.end()) html.name(it->second.model);
        html.markup("<td>").text(third_line(picture.spots[i])).markup("<td>");
        for (const run::EdgePlan& edge : picture.nodes[i].next) {
            if (&edge != picture.nodes[i].next.data()) html.markup(", ");
            html.name(picture.nodes[edge.to].name);
            if (const std::string when = condition_text(edge); !when.empty()) html.markup(" ").name(when);
        }
        html.markup("</tr>\n").flush_some();
    }
    html.markup("</tbody></table></div>\n");
}

} // namespace

void graph_figure(Html& html, const PagedRun& run) {
    if (!run.graph || run.graph->nodes.empty()) {
        html.markup("<p class=\"soft\">The system cannot be drawn.</p>\n");
        return;
    }
    const Picture& picture = *run.graph;
    const std::map<std::string, First> firsts = firsts_of(run.timeline);
    if (picture.nodes.size() > most_drawn) {
        as_table(html, picture, firsts);
        return;
    }
    const Layout layout(picture);
    html.markup(
        "<figure class=\"graph\" tabindex=\"0\"><svg role=\"group\" aria-label=\"the agents of the run, and "
        "who hands over to whom\"");
    html.attribute("width", layout.whole_width()).attribute("height", layout.whole_height());
    html.attribute("viewBox", base::format("0 0 {} {}", layout.whole_width(), layout.whole_height()));
    if (layout.whole_width() > wide)
        html.markup(" class=\"wide\"");
    else if (layout.whole_width() > big)
        html.markup(" class=\"big\"");
    html.markup("><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"6\" refY=\"4\" markerWidth=\"7\" "
                "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n");
    for (const Arrow& arrow : layout.arrows())
        put_arrow(html, arrow, layout, picture);
    html.markup("\n");
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        const auto it = firsts.find(picture.nodes[i].name);
        put_node(html, picture, i, layout, it == firsts.end() ? First{} : it->second);
    }
    html.markup("</svg></figure>\n");
}

} // namespace picture
