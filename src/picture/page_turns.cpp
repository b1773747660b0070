// What was said in a run: a section for each turn of an agent, read from top to bottom as the conversation
// was led. A message that stands in the page already is pointed to.
#include <algorithm>

#include "base/text.hpp"
#include "picture/page_parts.hpp"
#include "picture/time_scale.hpp"

namespace picture {

namespace {

constexpr std::size_t first_words = 110; // of a message, in its heading
constexpr Markup ran = " class=\"call ran\" tabindex=\"-1\"";

std::string_view word_of(provider::Role role) {
    switch (role) {
    case provider::Role::system:
        return "system";
    case provider::Role::user:
        return "user";
    case provider::Role::assistant:
        return "assistant";
    case provider::Role::tool:
        return "tool";
    }
    return "";
}

Markup class_of(trace::Came came) {
    switch (came) {
    case trace::Came::answer:
        return " class=\"call answered\" tabindex=\"-1\"";
    case trace::Came::error:
        return " class=\"call failed\" tabindex=\"-1\"";
    case trace::Came::doubt:
        return " class=\"call doubt\" tabindex=\"-1\"";
    case trace::Came::under_way:
        return " class=\"call under_way\" tabindex=\"-1\"";
    }
    return "";
}

Markup word_of(trace::Came came) {
    switch (came) {
    case trace::Came::answer:
        return "<span class=\"ok\">answered</span>";
    case trace::Came::error:
        return "<span class=\"bad\">failed</span>";
    case trace::Came::doubt:
        return "<span class=\"odd\">in doubt: no answer was heard</span>";
    case trace::Came::under_way:
        return "<span class=\"odd\">under way</span>";
    }
    return "";
}

std::string start_of(const provider::Message& message) {
    for (const provider::Part& part : message.parts) {
        if (part.kind == provider::Part::Kind::tool_call) return "calls " + part.name;
        const std::string_view text = base::trim(base::utf8_prefix(part.text, 4 * first_words));
        if (text.empty()) continue;
        return base::ellipsis(base::replace_all(base::visible(text, base::Lines::keep), "\n", " "),
                              first_words);
    }
    return "(nothing)";
}

void fact(Html& html, Markup name, std::string_view value) {
    if (value.empty()) return;
    html.markup("<dt>").markup(name).markup("</dt><dd dir=\"auto\">").line(value).markup("</dd>");
}

std::string milliseconds(std::int64_t ms) {
    return ms > 0 ? length_text(base::milliseconds(ms)) : "";
}

std::string parameters_text(const trace::ModelRequest& request) {
    std::vector<std::string> out;
    for (const auto& [name, value] : request.parameters)
        out.push_back(base::format("{}={}", name, value));
    return base::join(out, ", ");
}

} // namespace

void Turns::parts(const provider::Message& message) {
    using Kind = provider::Part::Kind;
    for (const provider::Part& part : message.parts) {
        switch (part.kind) {
        case Kind::text:
            html_.block(part.text);
            break;
        case Kind::thinking:
            html_.markup("<p class=\"tag\">thinking</p>");
            if (part.text.empty())
                html_.markup("<p class=\"soft\">The provider keeps it closed.</p>");
            else
                html_.block(part.text);
            break;
        case Kind::tool_call:
            html_.markup("<p class=\"tag\">calls <b>")
                .name(part.name)
                .markup("</b> ")
                .name(part.id)
                .markup("</p>");
            html_.block(part.arguments.text.empty() ? part.text : part.arguments.text);
            break;
        case Kind::tool_result:
            html_.markup("<p class=\"tag\"><b>").name(part.name).markup("</b> ");
            html_.either(part.is_error, "<span class=\"bad\">failed</span> ", "answered ").name(part.id);
            html_.markup("</p>").block(part.text);
            break;
        }
    }
}

void Turns::message(const std::string& hash, bool open) {
    const auto id = static_cast<std::int64_t>(shown_.size() + 1);
    shown_.emplace(hash, id);
    const provider::Message& message = run_.transcript.message(hash);
    html_.markup("<details class=\"msg\"").id('m', id).either(open, " open><summary><b>", "><summary><b>");
    html_.text(word_of(message.role)).markup("</b>").name(start_of(message)).markup("</summary>");
    parts(message);
    html_.markup("</details>\n").flush_some();
}

/// What is new of the conversation up to `last`, and where the rest is.
void Turns::sent(const std::string& last) {
    std::vector<std::string> fresh;
    std::string at = last;
    for (; !at.empty() && !shown_.contains(at); at = run_.transcript.parent(at))
        fresh.push_back(at);
    if (!at.empty()) {
        html_.markup("<p class=\"tag\">").either(fresh.empty(), "the conversation up to ", "goes on after ");
        html_.link('m', shown_.at(at), "").markup("message ").number(shown_.at(at)).markup("</a></p>\n");
    }
    std::reverse(fresh.begin(), fresh.end());
    for (const std::string& hash : fresh)
        message(hash, false);
}

void Turns::facts(const trace::Try& t) {
    const trace::ModelRequest& r = t.request;
    const bool failed = t.came == trace::Came::error;
    const std::string& id = failed ? t.error.request_id : t.answer.request_id;
    const bool proxied = failed ? t.error.via_proxy : t.answer.via_proxy;
    html_.markup("<details><summary>request</summary><dl class=\"facts\">");
    fact(html_, "Endpoint", r.endpoint);
    fact(html_, "Provider", r.provider);
    fact(html_, "Model", r.model);
    fact(html_, "Answered by", t.answer.answered_by);
    fact(html_, "URL", r.url);
    fact(html_, "Parameters", parameters_text(r));
    fact(html_, "Key from", r.credential);
    fact(html_, "Asked at", base::rfc3339(t.start));
    fact(html_, "Waited before",
         r.waited_ms > 0 ? base::format("{} for {}", milliseconds(r.waited_ms), r.waited_for)
                         : std::string());
    fact(html_, "First byte after", milliseconds(t.answer.first_byte_ms));
    fact(html_, "Request id", id);
    fact(html_, "Proxy", proxied ? "yes" : "");
    fact(html_, "Again", r.repeats.empty() ? "" : "made again: it was under way when the run stopped");
    const trace::Tokens& used = t.answer.usage;
    if (used.cache_read > 0) fact(html_, "Read from cache", std::to_string(used.cache_read));
    if (used.cache_write > 0) fact(html_, "Written to cache", std::to_string(used.cache_write));
    if (used.reasoning > 0) fact(html_, "Reasoning tokens", std::to_string(used.reasoning));
    fact(html_, "Cost known from", used.cost_source);
    html_.markup("</dl></details>");
}

void Turns::outcome(const trace::Try& t) {
    if (t.came == trace::Came::error) {
        html_.markup("<p class=\"tag bad\">").name(t.error.kind);
        if (!t.error.provider_code.empty()) html_.markup(", ").name(t.error.provider_code);
        html_.either(t.error.retryable, ", may be tried again</p>", "</p>").block(t.error.detail);
        if (!t.error.hint.empty()) html_.markup("<p class=\"tag\">hint: ").name(t.error.hint).markup("</p>");
        return;
    }
    if (t.came != trace::Came::answer || t.answer.message.empty()) return;
    const auto known = shown_.find(t.answer.message);
    if (known == shown_.end()) {
        message(t.answer.message, true);
        return;
    }
    html_.markup("<p class=\"tag\">the answer is ").link('m', known->second, "").markup("message ");
    html_.number(known->second).markup("</a></p>\n");
}

void Turns::attempt(const trace::Call& call, const trace::Try& t, std::size_t index) {
    html_.markup("<article")
        .id('e', t.seq)
        .markup(class_of(t.came))
        .markup("><h4><span>Step ")
        .number(call.step);
    if (index > 0) html_.markup(", try ").number(static_cast<std::int64_t>(index) + 1);
    html_.markup("</span><span class=\"soft\">")
        .name(t.request.model)
        .markup(" at ")
        .name(t.request.endpoint);
    html_.markup("</span>").markup(word_of(t.came));
    html_.markup("<span class=\"soft\">");
    const std::int64_t status = t.came == trace::Came::error ? t.error.status : t.answer.status;
    if (status > 0) html_.number(status).markup(" · ");
    html_.text(length_text(t.length()));
    if (t.came == trace::Came::answer) {
        html_.markup(" · ").text(tokens_text(t.answer.usage));
        if (const std::string cost = cost_text(t.answer.usage); !cost.empty()) html_.markup(" · ").text(cost);
        if (t.answer.finish != "stop") html_.markup(" · ").name(t.answer.finish);
    }
    html_.markup("</span></h4>");
    sent(t.request.message);
    outcome(t);
    facts(t);
    html_.markup("</article>\n").flush_some();
}

void Turns::tool(const trace::ToolTry& t) {
    html_.markup("<article").id('e', t.seq);
    html_.markup(t.came == trace::Came::answer ? ran : class_of(t.came));
    html_.markup("><h4><span>Tool ").name(t.request.tool).markup("</span>").markup(word_of(t.came));
    html_.markup("<span class=\"soft\">").text(length_text(t.length())).markup("</span></h4>");
    if (!t.request.arguments.text.empty()) html_.block(t.request.arguments.text);
    if (t.came == trace::Came::error) {
        html_.markup("<p class=\"tag bad\">")
            .name(t.error.code)
            .markup(" ")
            .name(t.error.reason)
            .markup("</p>");
        html_.block(t.error.detail);
    }
    const std::string& result = t.came == trace::Came::error ? t.error.message : t.result.message;
    if (!result.empty()) sent(result);
    if (t.result.truncated)
        html_.markup("<p class=\"tag\">the model gets the beginning of ")
            .number(t.result.bytes)
            .markup(" bytes</p>");
    html_.markup("</article>\n").flush_some();
}

void Turns::note(const trace::Note& note) {
    html_.markup("<p class=\"event\"").id('e', note.seq).markup(">").name(trace::sentence(note.event));
    html_.markup("</p>\n").flush_some();
}

void Turns::turn(const trace::Turn& turn, std::size_t index) {
    html_.markup("<section class=\"turn\"")
        .id('e', turn.seq)
        .markup("><div class=\"head\"><h3>")
        .name(turn.agent);
    if (turn.begin.generation > 1) html_.markup(" #").number(turn.begin.generation);
    html_.markup("</h3><span class=\"soft\">")
        .name(turn.begin.model)
        .markup(" at ")
        .name(turn.begin.endpoint);
    html_.markup(" (").name(turn.begin.provider).markup(")</span><span class=\"soft\">");
    html_.text(length_text(scale_.worked(turn.start, turn.end)))
        .markup(" · ")
        .text(base::counted(calls_of(turn), "call"));
    html_.markup(" · ").text(tokens_text(turn.used));
    if (const std::string cost = cost_text(turn.used); !cost.empty()) html_.markup(" · ").text(cost);
    html_.markup("</span>");
    if (!turn.finish) html_.markup("<span class=\"odd\">not done</span>");
    html_.markup("</div>\n");
    struct Item {
        std::int64_t seq;
        const trace::Call* call;
        std::size_t index; // of the call's try
        const trace::ToolTry* tool;
        const trace::Note* note;
    };
    std::vector<Item> items;
    for (const trace::Call& one : turn.calls) {
        for (std::size_t i = 0; i < one.tries.size(); ++i)
            items.push_back({one.tries[i].seq, &one, i, nullptr, nullptr});
    }
    for (const trace::ToolUse& one : turn.tools) {
        for (const trace::ToolTry& t : one.tries)
            items.push_back({t.seq, nullptr, 0, &t, nullptr});
    }
    for (const trace::Note* one : notes_[index])
        items.push_back({one->seq, nullptr, 0, nullptr, one});
    std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.seq < b.seq; });
    for (const Item& item : items) {
        if (item.call != nullptr) attempt(*item.call, item.call->tries[item.index], item.index);
        if (item.tool != nullptr) tool(*item.tool);
        if (item.note != nullptr) note(*item.note);
    }
    if (turn.finish && !turn.finish->error.empty()) {
        html_.markup("<div class=\"card error\"><p class=\"tag bad\">failed</p>").block(turn.finish->error);
        if (!turn.finish->hint.empty())
            html_.markup("<p class=\"tag\">hint: ").name(turn.finish->hint).markup("</p>");
        html_.markup("</div>");
    }
    html_.markup("</section>\n");
}

void Turns::write() {
    notes_.resize(run_.timeline.turns.size());
    const std::vector<std::optional<std::size_t>> homes = homes_of_notes(run_.timeline);
    for (std::size_t i = 0; i < homes.size(); ++i) {
        if (homes[i]) notes_[*homes[i]].push_back(&run_.timeline.notes[i]);
    }
    for (std::size_t i = 0; i < run_.timeline.turns.size(); ++i)
        turn(run_.timeline.turns[i], i);
}

} // namespace picture
