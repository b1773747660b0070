// The waterfall of a page: a list of rows, each with its bar.
#include <algorithm>

#include "base/text.hpp"
#include "picture/page_parts.hpp"

namespace picture {

namespace {

constexpr std::size_t rows_a_part = 100; // that a browser lays out at once
constexpr double least_width = 0.0025;   // of a bar

Markup class_of(Bar bar) {
    switch (bar) {
    case Bar::turn:
        return "<rect class=\"b-turn\" rx=\"2\" y=\"9\" height=\"6\"";
    case Bar::answered:
        return "<rect class=\"b-answered\" rx=\"2\" y=\"5\" height=\"14\"";
    case Bar::failed:
        return "<rect class=\"b-failed\" rx=\"2\" y=\"5.5\" height=\"13\"";
    case Bar::doubt:
        return "<rect class=\"b-doubt\" rx=\"2\" y=\"5.5\" height=\"13\"";
    case Bar::under_way:
        return "<rect class=\"b-under_way\" rx=\"2\" y=\"5\" height=\"14\"";
    case Bar::tool:
        return "<rect class=\"b-tool\" rx=\"2\" y=\"7\" height=\"10\"";
    case Bar::waited:
        return "<rect class=\"b-waited\" y=\"10\" height=\"4\"";
    case Bar::paused:
        return "<rect class=\"b-paused\" y=\"11\" height=\"2\"";
    case Bar::mark:
    case Bar::denied:
        break;
    }
    return "";
}

void mark(Html& html, Bar bar, double at) {
    html.either(bar == Bar::denied, "<circle class=\"b-denied\" cy=\"12\" r=\"4.5\"",
                "<circle class=\"b-mark\" cy=\"12\" r=\"3.5\"");
    html.percent("cx", std::clamp(at, 0.005, 0.995)).markup("/>");
}

/// Lines behind the bars: at the ticks, and where time is cut out.
void lines(Html& html, const TimeScale& scale, const std::vector<TimeScale::Tick>& ticks) {
    html.markup("<li class=\"bg\" aria-hidden=\"true\"><span></span><svg>");
    for (const TimeScale::Tick& tick : ticks)
        html.markup("<line class=\"grid\" y2=\"100%\"")
            .percent("x1", tick.at)
            .percent("x2", tick.at)
            .markup("/>");
    for (const double cut : scale.cuts())
        html.markup("<line class=\"cut\" y2=\"100%\"").percent("x1", cut).percent("x2", cut).markup("/>");
    html.markup("</svg></li>\n");
}

void bars(Html& html, const WaterfallRow& row, const TimeScale& scale) {
    html.markup("<svg aria-hidden=\"true\">");
    for (const Segment& segment : row.segments) {
        const double start = scale.at(segment.start);
        if (segment.bar == Bar::mark || segment.bar == Bar::denied) {
            mark(html, segment.bar, start);
            continue;
        }
        const double width = std::max(least_width, scale.at(segment.end) - start);
        html.markup(class_of(segment.bar))
            .percent("x", std::min(start, 1 - least_width))
            .percent("width", width);
        html.markup("/>");
    }
    html.markup("</svg>");
}

Markup class_of(const WaterfallRow& row) {
    switch (row.kind) {
    case WaterfallRow::Kind::turn:
        return "<li class=\"t\">";
    case WaterfallRow::Kind::call:
    case WaterfallRow::Kind::tool:
        return "<li class=\"d1\">";
    case WaterfallRow::Kind::note:
        if (row.depth > 0) return "<li class=\"note d1\">";
        return "<li class=\"note\">";
    case WaterfallRow::Kind::pause:
        return "<li class=\"pause\">";
    }
    return "<li>";
}

void axis(Html& html, const std::vector<TimeScale::Tick>& ticks) {
    html.markup("<div class=\"axis\" aria-hidden=\"true\"><span></span><svg>");
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        const TimeScale::Tick& tick = ticks[i];
        html.either(i % 3 == 0, "<text y=\"16\"", "<text y=\"16\" class=\"o\"")
            .percent("x", tick.at)
            .markup(">")
            .text(tick.label)
            .markup("</text>");
    }
    html.markup("</svg></div>\n");
}

/// Where a row leads: to the turn, the call, or what is listed among the events.
void label(Html& html, const WaterfallRow& row, bool links) {
    html.markup("<span class=\"l\" dir=\"auto\"").attribute("title", row.label).markup(">");
    if (links && row.seq > 0) html.link('e', row.seq, "");
    html.line(row.label);
    if (links && row.seq > 0) html.markup("</a>");
    html.markup("</span>");
}

void legend(Html& html) {
    struct Item {
        Bar bar;
        Markup word;
    };
    static constexpr Item items[] = {
        {Bar::answered, "answered"},          {Bar::failed, "failed"}, {Bar::doubt, "in doubt"},
        {Bar::under_way, "under way"},        {Bar::tool, "tool"},     {Bar::waited, "waited for others"},
        {Bar::paused, "pause before a retry"}};
    html.markup("<p class=\"legend\">");
    for (const Item& item : items)
        html.markup("<span><svg viewBox=\"0 0 24 24\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")
            .markup(class_of(item.bar))
            .markup(" x=\"1\" width=\"22\"/></svg>")
            .markup(item.word)
            .markup("</span>");
    html.markup(
        "<span><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle class=\"b-mark\" cx=\"12\" cy=\"12\" "
        "r=\"9\"/></svg>hand-over, decision, warning</span></p>\n");
}

} // namespace

void waterfall_figure(Html& html, const trace::Timeline& timeline, const TimeScale& scale, bool links) {
    const std::vector<WaterfallRow> rows = waterfall_rows(timeline);
    if (rows.empty()) {
        html.markup("<p class=\"soft\">Nothing has happened.</p>\n");
        return;
    }
    const std::vector<TimeScale::Tick> ticks = scale.ticks(links ? 9 : 5);
    html.markup("<figure><div class=\"waterfall\">\n");
    axis(html, ticks);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const WaterfallRow& row = rows[i];
        if (i % rows_a_part == 0) {
            html.either(i == 0, "", "</ol></div>\n")
                .either(rows.size() > rows_a_part, "<div class=\"part\"><ol class=\"wf\">\n",
                        "<div><ol class=\"wf\">\n");
            lines(html, scale, ticks);
        }
        html.markup(class_of(row));
        label(html, row, links);
        bars(html, row, scale);
        html.markup("<span class=\"s\">");
        if (row.length) html.text(length_text(*row.length));
        html.markup("</span><span class=\"w\">").text(row.word).markup("</span></li>\n");
        html.flush_some();
    }
    html.markup("</ol></div></div>\n");
    if (links) legend(html);
    html.markup("</figure>\n");
}

} // namespace picture
