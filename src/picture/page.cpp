#include "picture/page.hpp"

#include "base/text.hpp"
#include "picture/page_parts.hpp"

namespace picture {

namespace {

void total(Html& html, Markup name, std::string_view value) {
    if (value.empty()) return;
    html.markup("<div><dt>").markup(name).markup("</dt><dd>").name(value).markup("</dd></div>");
}

void header(Html& html, const PagedRun& run) {
    html.markup("<header><h1>").name(run.task).markup("</h1>");
    phase_badge(html, run.phase);
    html.markup("<p class=\"lead\">System ").name(run.system).markup(", namespace ").name(run.namespace_);
    const trace::Timeline& timeline = run.timeline;
    const bool began = timeline.end.us > 0;
    html.either(began, "; started ", "; made ").text(moment_text(began ? timeline.start : run.created));
    html.markup("</p>\n<dl class=\"totals\">");
    if (began) total(html, "Took", length_text(TimeScale(timeline).length()));
    total(html, "Agents at work", base::counted(timeline.turns.size(), "turn"));
    total(html, "Model calls", std::to_string(timeline.calls));
    total(html, "Tokens in",
          (timeline.used.source == "estimated" ? "~" : "") + std::to_string(timeline.used.input));
    total(html, "Tokens out", std::to_string(timeline.used.output));
    if (timeline.used.cache_read > 0) total(html, "From cache", std::to_string(timeline.used.cache_read));
    if (timeline.used.reasoning > 0) total(html, "Reasoning", std::to_string(timeline.used.reasoning));
    total(html, "Cost", cost_text(timeline.used));
    if (run.attempts > 1) total(html, "Attempts", std::to_string(run.attempts));
    html.markup("</dl></header>\n");
}

void result(Html& html, const PagedRun& run) {
    const trace::Timeline& timeline = run.timeline;
    html.markup(
        "<h2 id=\"result\">Result</h2>\n<div class=\"pair result\"><div class=\"card\"><h3>Input</h3>");
    if (timeline.begin.input.empty()) html.markup("<p class=\"soft\">None.</p>");
    for (const auto& [key, value] : timeline.begin.input)
        html.markup("<p class=\"tag\">").name(key).markup("</p>").block(value);
    html.markup("</div>");
    if (!run.error.empty() && run.phase != "Succeeded") {
        html.markup("<div class=\"card error\"><h3>Why it failed</h3>").block(run.error);
        if (timeline.finish && !timeline.finish->hint.empty())
            html.markup("<p class=\"tag\">hint: ").name(timeline.finish->hint).markup("</p>");
        html.markup("</div>");
    } else if (timeline.finish && timeline.finish->phase == "Succeeded") {
        html.markup("<div class=\"card answer\"><h3>Answer</h3>")
            .block(trace::answer_of(*timeline.finish))
            .markup("</div>");
    } else {
        html.markup("<div class=\"card\"><h3>Answer</h3><p class=\"soft\">None yet.</p></div>");
    }
    html.markup("</div>\n");
}

void events(Html& html, const PagedRun& run) {
    html.markup("<h2 id=\"events\">Events</h2>\n");
    if (run.timeline.notes.empty()) {
        html.markup("<p class=\"soft\">No hand-overs, decisions, retries or warnings.</p>\n");
        return;
    }
    html.markup("<div class=\"scroll\"><table class=\"events\"><thead><tr><th scope=\"col\">Time<th "
                "scope=\"col\">Agent"
                "<th scope=\"col\">What</tr></thead><tbody>\n");
    const std::vector<std::optional<std::size_t>> homes = homes_of_notes(run.timeline);
    for (std::size_t i = 0; i < homes.size(); ++i) {
        const trace::Note& note = run.timeline.notes[i];
        html.markup("<tr");
        if (!homes[i]) html.id('e', note.seq);
        html.markup("><td class=\"time\">")
            .text(base::rfc3339(note.time).substr(11, 12))
            .markup("<td class=\"who\">");
        html.name(note.event.agent).markup("<td>").name(trace::sentence(note.event)).markup("</tr>\n");
        html.flush_some();
    }
    html.markup("</tbody></table></div>\n");
}

} // namespace

void write_run_page(const PagedRun& run, const PageSink& sink) {
    Html html(sink);
    begin_page(html, run.task + " · orloj");
    header(html, run);
    page_navigation(html, "<a href=\"#result\">Result</a><a href=\"#graph\">Graph</a><a href=\"#waterfall\">"
                          "Waterfall</a><a href=\"#turns\">Turns</a><a href=\"#events\">Events</a>");
    html.markup("<main id=\"main\">\n");
    result(html, run);
    html.markup("<h2 id=\"graph\">Graph</h2>\n");
    graph_figure(html, run);
    html.markup("<h2 id=\"waterfall\">Waterfall</h2>\n");
    waterfall_figure(html, run.timeline, TimeScale(run.timeline), true);
    html.markup("<h2 id=\"turns\">Turns</h2>\n");
    if (run.timeline.turns.empty()) html.markup("<p class=\"soft\">No agent has started.</p>\n");
    Turns(html, run).write();
    events(html, run);
    page_footer(html);
    end_page(html);
}

} // namespace picture
