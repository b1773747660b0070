// Two runs side by side: what they add up to, both waterfalls on one scale, and what each agent was asked and
// answered, line by line.
#include <algorithm>

#include "base/line_diff.hpp"
#include "base/text.hpp"
#include "picture/page_parts.hpp"

namespace picture {

namespace {

constexpr std::size_t most_compared = 64U << 10U; // bytes; longer texts stand side by side as they are

const trace::Timeline& timeline_of(const PagedRun* run) {
    return run->timeline;
}

void row(Html& html, Markup name, const std::string& a, const std::string& b, const std::string& difference) {
    if (a.empty() && b.empty()) return;
    html.either(a == b, "<tr><th scope=\"row\">", "<tr class=\"changed\"><th scope=\"row\">").markup(name);
    html.markup("</th><td>").name(a).markup("<td>").name(b).markup("<td class=\"soft\">").text(difference);
    html.markup("</tr>\n");
}

std::string difference_of(std::int64_t a, std::int64_t b) {
    if (a == b) return "";
    const std::string out = base::format("{}{}", b > a ? "+" : "", b - a);
    return a > 0 ? base::format("{} ({}{}%)", out, b > a ? "+" : "", (b - a) * 100 / a) : out;
}

std::string time_difference(base::Duration a, base::Duration b) {
    if (a.ms() == b.ms()) return "";
    return (b > a ? "+" : "-") + length_text(b > a ? b - a : a - b);
}

void number_row(Html& html, Markup name, std::int64_t a, std::int64_t b) {
    row(html, name, std::to_string(a), std::to_string(b), difference_of(a, b));
}

void begin_table(Html& html, const PagedRun& a, const PagedRun& b) {
    html.markup("<div class=\"scroll\"><table class=\"two\"><thead><tr><th scope=\"col\"><span "
                "class=\"skip\">what"
                "</span><th scope=\"col\">")
        .name(a.task)
        .markup("<th scope=\"col\">")
        .name(b.task);
    html.markup("<th scope=\"col\">Difference</tr></thead><tbody>\n");
}
void end_table(Html& html) {
    html.markup("</tbody></table></div>\n");
}

void totals(Html& html, const PagedRun& a, const PagedRun& b) {
    const trace::Timeline& x = timeline_of(&a);
    const trace::Timeline& y = timeline_of(&b);
    begin_table(html, a, b);
    row(html, "Phase", a.phase, b.phase, "");
    row(html, "System", a.system, b.system, "");
    row(html, "Started", moment_text(x.start), moment_text(y.start), "");
    const base::Duration took[] = {TimeScale(x).length(), TimeScale(y).length()};
    row(html, "Took", length_text(took[0]), length_text(took[1]), time_difference(took[0], took[1]));
    number_row(html, "Turns", std::ssize(x.turns), std::ssize(y.turns));
    number_row(html, "Model calls", x.calls, y.calls);
    number_row(html, "Tokens in", x.used.input, y.used.input);
    number_row(html, "Tokens out", x.used.output, y.used.output);
    row(html, "Cost", cost_text(x.used), cost_text(y.used), "");
    end_table(html);
}

/// Lines beside each other; those that only one text has are marked.
void both_texts(Html& html, const std::string& a, const std::string& b) {
    const std::vector<base::LineEdit> edits = base::line_edits(a, b);
    html.markup("<div class=\"diff\">");
    for (std::size_t i = 0; i < edits.size();) {
        if (edits[i].mark == ' ') {
            html.markup("<div class=\"same\">").text(edits[i].line).markup("</div><div class=\"same\">");
            html.text(edits[i++].line).markup("</div>");
            continue;
        }
        std::vector<std::string_view> gone;
        std::vector<std::string_view> come;
        for (; i < edits.size() && edits[i].mark != ' '; ++i)
            (edits[i].mark == '-' ? gone : come).push_back(edits[i].line);
        for (std::size_t k = 0; k < std::max(gone.size(), come.size()); ++k) {
            if (k < gone.size())
                html.markup("<div class=\"del\"><del>").text(gone[k]).markup("</del></div>");
            else
                html.markup("<div></div>");
            if (k < come.size())
                html.markup("<div class=\"add\"><ins>").text(come[k]).markup("</ins></div>");
            else
                html.markup("<div></div>");
        }
    }
    html.markup("</div>\n").flush_some();
}

void texts(Html& html, Markup title, const std::string& a, const std::string& b) {
    if (a.empty() && b.empty()) return;
    if (a == b) {
        html.markup("<details><summary><b>").markup(title).markup("</b>the same</summary>").block(a);
        html.markup("</details>\n");
        return;
    }
    html.markup("<details open><summary><b>").markup(title).markup("</b>different</summary>");
    if (a.size() < most_compared && b.size() < most_compared) {
        both_texts(html, a, b);
    } else {
        html.markup("<div class=\"pair\"><div class=\"card\">").block(a).markup("</div><div class=\"card\">");
        html.block(b).markup("</div></div>");
    }
    html.markup("</details>\n");
}

std::string words_of(const provider::Message& message) {
    std::string out;
    for (const provider::Part& part : message.parts) {
        if (!out.empty()) out += "\n";
        const bool call = part.kind == provider::Part::Kind::tool_call;
        out += call ? base::format("calls {} {}", part.name, part.arguments.text) : part.text;
    }
    return out;
}

/// What the first call of a turn was made with; "" when there was none.
std::string prompt_of(const PagedRun& run, const trace::Turn* turn) {
    std::string out;
    if (turn == nullptr || turn->calls.empty()) return out;
    for (const provider::Message& message :
         run.transcript.conversation(turn->calls.front().tries.front().request.message))
        out += words_of(message) + "\n";
    return out;
}

/// What a turn answered at last in a step; "" when it did not.
std::string answer_of(const PagedRun& run, const trace::Turn* turn, std::int64_t step) {
    if (turn == nullptr) return "";
    for (auto call = turn->calls.rbegin(); call != turn->calls.rend(); ++call) {
        const trace::Try& t = call->last();
        if (call->step == step && t.came == trace::Came::answer && !t.answer.message.empty())
            return words_of(run.transcript.message(t.answer.message));
    }
    return "";
}

std::int64_t steps_of(const trace::Turn* turn) {
    return turn == nullptr || turn->calls.empty() ? 0 : turn->calls.back().step;
}

struct Two {
    const trace::Turn* a = nullptr;
    const trace::Turn* b = nullptr;
    [[nodiscard]] const trace::Turn& any() const { return a != nullptr ? *a : *b; }
};

/// The last turn of each round of an agent, as the first run has them and then what only the second has.
std::vector<Two> pairs_of(const PagedRun& a, const PagedRun& b) {
    using Name = std::pair<std::string, std::int64_t>;
    std::vector<Two> out;
    std::map<Name, std::size_t> index;
    const auto at = [&](const trace::Turn& turn) -> Two& {
        const auto [it, fresh] = index.try_emplace(Name{turn.agent, turn.begin.generation}, out.size());
        if (fresh) out.emplace_back();
        return out[it->second];
    };
    for (const trace::Turn& turn : a.timeline.turns)
        at(turn).a = &turn;
    for (const trace::Turn& turn : b.timeline.turns)
        at(turn).b = &turn;
    return out;
}

std::string place_of(const trace::Turn* turn) {
    if (turn == nullptr) return "(did not start)";
    return base::format("{} at {}", turn->begin.model, turn->begin.endpoint);
}

void agent(Html& html, const PagedRun& a, const PagedRun& b, const Two& two) {
    html.markup("<section class=\"turn\"><div class=\"head\"><h3>").name(two.any().agent);
    if (two.any().begin.generation > 1) html.markup(" #").number(two.any().begin.generation);
    html.markup("</h3></div>\n");
    begin_table(html, a, b);
    row(html, "Model", place_of(two.a), place_of(two.b), "");
    static const trace::Turn none;
    const trace::Turn& x = two.a != nullptr ? *two.a : none;
    const trace::Turn& y = two.b != nullptr ? *two.b : none;
    const base::Duration took[] = {TimeScale(a.timeline).worked(x.start, x.end),
                                   TimeScale(b.timeline).worked(y.start, y.end)};
    row(html, "Took", length_text(took[0]), length_text(took[1]), time_difference(took[0], took[1]));
    number_row(html, "Calls", static_cast<std::int64_t>(calls_of(x)), static_cast<std::int64_t>(calls_of(y)));
    number_row(html, "Tokens in", x.used.input, y.used.input);
    number_row(html, "Tokens out", x.used.output, y.used.output);
    row(html, "Cost", cost_text(x.used), cost_text(y.used), "");
    end_table(html);
    texts(html, "Prompt ", prompt_of(a, two.a), prompt_of(b, two.b));
    for (std::int64_t step = 1; step <= std::max(steps_of(two.a), steps_of(two.b)); ++step) {
        const bool only = step == 1 && std::max(steps_of(two.a), steps_of(two.b)) == 1;
        if (!only) html.markup("<p class=\"tag\">Step ").number(step).markup("</p>");
        texts(html, "Answer ", answer_of(a, two.a, step), answer_of(b, two.b, step));
    }
    html.markup("</section>\n").flush_some();
}

void waterfalls(Html& html, const PagedRun& a, const PagedRun& b) {
    TimeScale of_a(a.timeline);
    TimeScale of_b(b.timeline);
    of_a.reach(of_b.length());
    of_b.reach(of_a.length());
    html.markup("<h2 id=\"waterfall\">Waterfalls</h2>\n<div class=\"beside\">");
    for (const auto& [run, scale] : {std::pair(&a, &of_a), std::pair(&b, &of_b)}) {
        html.markup("<div><h3>").name(run->task).markup("</h3>");
        waterfall_figure(html, run->timeline, *scale, false);
        html.markup("</div>");
    }
    html.markup("</div>\n");
}

} // namespace

void write_comparison_page(const PagedRun& a, const PagedRun& b, const PageSink& sink) {
    Html html(sink);
    begin_page(html, base::format("{} and {} · orloj", a.task, b.task));
    html.markup("<header><h1>").name(a.task).markup(" and ").name(b.task).markup("</h1></header>\n");
    page_navigation(html, "<a href=\"#totals\">Totals</a><a href=\"#waterfall\">Waterfalls</a>"
                          "<a href=\"#agents\">Agents</a>");
    html.markup("<main id=\"main\">\n<h2 id=\"totals\">Totals</h2>\n");
    totals(html, a, b);
    waterfalls(html, a, b);
    html.markup("<h2 id=\"agents\">Agents</h2>\n");
    for (const Two& two : pairs_of(a, b))
        agent(html, a, b, two);
    page_footer(html);
    end_page(html);
}

} // namespace picture
