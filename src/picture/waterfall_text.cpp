// The waterfall on a terminal: a label, its bar, how long it took, and a word where one is needed.
#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "picture/waterfall.hpp"
#include "terminal/colour.hpp"

namespace picture {

namespace {

constexpr std::size_t least_columns = 40; // of the picture; a narrower terminal breaks its lines
constexpr std::size_t least_bars = 8;
constexpr std::size_t least_label = 10;
constexpr std::size_t widest_if_narrow = 16; // label
constexpr std::size_t time_columns = 8;
constexpr std::size_t most_word = 20;
constexpr std::size_t columns_for_words = 72; // narrower: the form of the bar has to do
constexpr std::size_t columns_a_tick = 8;
constexpr std::size_t most_label_of_note = 28; // what is longer is told whole below the picture

/// How a stretch looks: its cells, and what its last cell is instead.
struct Look {
    std::string_view body;
    std::string_view last;
    std::string_view plain;
    std::string_view plain_last;
    std::optional<terminal::Ink> ink;
};

Look look_of(Bar bar) {
    using terminal::Ink;
    switch (bar) {
    case Bar::turn:
        return {"─", "─", "-", "-", std::nullopt};
    case Bar::answered:
        return {"█", "█", "#", "#", Ink::green};
    case Bar::failed:
        return {"░", "✗", "x", "X", Ink::red};
    case Bar::doubt:
        return {"░", "?", "?", "?", Ink::yellow};
    case Bar::under_way:
        return {"▒", "▶", ">", ">", Ink::yellow};
    case Bar::tool:
        return {"▄", "▄", "=", "=", Ink::cyan};
    case Bar::waited:
        return {"·", "·", ".", ".", Ink::faint};
    case Bar::paused:
        return {"┄", "┄", "~", "~", Ink::faint};
    case Bar::mark:
        return {"◆", "◆", "*", "*", Ink::cyan};
    case Bar::denied:
        return {"✗", "✗", "X", "X", Ink::red};
    }
    return {};
}

struct Cell {
    std::string_view text = " ";
    std::optional<terminal::Ink> ink;
};

class Drawing {
  public:
    Drawing(const trace::Timeline& timeline, const Canvas& canvas)
        : rows_(waterfall_rows(timeline)), scale_(timeline), canvas_(canvas) {
        canvas_.columns = std::max(canvas_.columns, least_columns);
        std::size_t label = 0;
        for (WaterfallRow& row : rows_) {
            row.label =
                std::string(2 * row.depth, ' ') + base::replace_all(base::visible(row.label), "\t", " ");
            row.word = base::ellipsis(base::visible(row.word), most_word);
            if (canvas.ascii) row.label = base::replace_all(row.label, "→", "->");
            const std::size_t wide = base::display_width(row.label);
            const bool note = row.kind == WaterfallRow::Kind::note;
            label = std::max(label, note ? std::min(wide, most_label_of_note) : wide);
            word_ = std::max(word_, base::display_width(row.word));
        }
        if (canvas_.columns < columns_for_words) word_ = 0;
        const std::size_t right = 2 + 1 + time_columns + (word_ > 0 ? 2 + word_ : 0);
        const std::size_t left = canvas_.columns > right ? canvas_.columns - right : 0;
        label_ = std::clamp(std::min(label, std::max(widest_if_narrow, canvas_.columns / 3)), least_label,
                            canvas_.columns / 2 + 1);
        if (left < label_ + 1 + least_bars)
            label_ = std::max(least_label, left - std::min(left, least_bars + 1));
        bars_ = std::max(least_bars, left - std::min(left, label_ + 1));
    }

    std::string text(std::size_t most) {
        if (rows_.empty()) return "";
        std::string out = line(std::string(label_, ' '), axis(), std::nullopt, "");
        const std::size_t first = most == 0 || rows_.size() <= most ? rows_.size() : most - most / 3;
        const std::size_t again = most == 0 || rows_.size() <= most ? rows_.size() : rows_.size() - most / 3;
        for (std::size_t i = 0; i < first; ++i)
            out += row_text(rows_[i]);
        if (again > first) out += base::format("  ... {} more ...\n", base::counted(again - first, "row"));
        for (std::size_t i = again; i < rows_.size(); ++i)
            out += row_text(rows_[i]);
        return out;
    }

  private:
    [[nodiscard]] std::size_t column(double at) const {
        const auto out = static_cast<std::size_t>(std::floor(at * static_cast<double>(bars_)));
        return std::min(out, bars_ - 1);
    }

    [[nodiscard]] std::vector<Cell> axis() const {
        std::vector<Cell> out(bars_);
        std::size_t free = 0;
        for (const TimeScale::Tick& tick : scale_.ticks(std::max<std::size_t>(2, bars_ / columns_a_tick))) {
            const std::size_t at = column(tick.at);
            if (at < free || at + tick.label.size() > bars_) continue;
            for (std::size_t i = 0; i < tick.label.size(); ++i)
                out[at + i] = {character(tick.label[i]), terminal::Ink::faint};
            free = at + tick.label.size() + 1;
        }
        return out;
    }

    /// A view that lasts.
    static std::string_view character(char c) {
        static constexpr std::string_view all = "0123456789.hmsµ";
        const std::size_t at = all.find(c);
        return at == std::string_view::npos ? " " : all.substr(at, 1);
    }

    [[nodiscard]] std::vector<Cell> cells(const WaterfallRow& row) const {
        std::vector<Cell> out(bars_);
        for (const Segment& segment : row.segments) {
            const Look look = look_of(segment.bar);
            const std::size_t first = column(scale_.at(segment.start));
            const double end = scale_.at(segment.end) * static_cast<double>(bars_);
            const std::size_t last = std::max(
                first, std::min(bars_, static_cast<std::size_t>(std::ceil(end))) - (end > 0 ? 1 : 0));
            for (std::size_t i = first; i <= last; ++i) {
                const bool ends = i == last;
                out[i] = {canvas_.ascii ? (ends ? look.plain_last : look.plain)
                                        : (ends ? look.last : look.body),
                          look.ink};
            }
        }
        for (const double cut : scale_.cuts()) {
            Cell& cell = out[column(cut)];
            const bool free = cell.text == " " || row.kind == WaterfallRow::Kind::turn;
            if (free || row.kind == WaterfallRow::Kind::pause)
                cell = {canvas_.ascii ? ":" : "╎", terminal::Ink::faint};
        }
        return out;
    }

    [[nodiscard]] std::string painted(const std::vector<Cell>& cells) const {
        std::string out;
        for (std::size_t i = 0; i < cells.size();) {
            std::string same;
            const std::optional<terminal::Ink> ink = cells[i].ink;
            for (; i < cells.size() && cells[i].ink == ink; ++i)
                same += cells[i].text;
            out += canvas_.colour && ink ? terminal::paint(same, *ink) : same;
        }
        return out;
    }

    [[nodiscard]] std::string line(const std::string& label, const std::vector<Cell>& cells,
                                   std::optional<base::Duration> length, const std::string& word) const {
        const std::string_view begin = canvas_.ascii ? "|" : "▕";
        const std::string_view end = canvas_.ascii ? "|" : "▏";
        std::string out = base::format("{} {}{}{}", label, begin, painted(cells), end);
        const std::string time = length ? length_text(*length) : "";
        if (time.empty() && (word.empty() || word_ == 0)) return out + "\n";
        out += std::string(1 + time_columns - std::min(time_columns, time.size()), ' ') + time;
        if (word_ > 0 && !word.empty()) out += "  " + word;
        return out + "\n";
    }

    [[nodiscard]] std::string row_text(const WaterfallRow& row) const {
        std::string label = base::ellipsis(row.label, label_);
        label.append(label_ - std::min(label_, base::display_width(label)), ' ');
        const bool strong = row.kind == WaterfallRow::Kind::turn || !canvas_.colour;
        if (!strong && row.kind != WaterfallRow::Kind::call && row.kind != WaterfallRow::Kind::tool)
            label = terminal::paint(label, terminal::Ink::faint);
        return line(label, cells(row), row.length, row.word);
    }

    std::vector<WaterfallRow> rows_;
    TimeScale scale_;
    Canvas canvas_;
    std::size_t label_ = 0; // columns, as the next two
    std::size_t bars_ = 0;
    std::size_t word_ = 0; // 0: no words
};

} // namespace

std::string waterfall_text(const trace::Timeline& timeline, const Canvas& canvas, std::size_t most) {
    return Drawing(timeline, canvas).text(most);
}

} // namespace picture
