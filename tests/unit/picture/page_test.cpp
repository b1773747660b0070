// The page of a run: whatever stands in any field of any event or message, it stays text.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "picture/page.hpp"
#include "run_cases.hpp"

namespace {

using schema::Shape;

/// Ends an element, an attribute, a script, a style and a comment; and what eyes would not see.
const std::string hostile =
    "</script></style></title></pre>--><script>window.pwned=1</script>"
    "<img src=x onerror=pwned()>\" onload=\"pwned()' &lt; \x1b]0;x\x07 \xe2\x80\xae!" +
    std::string(1, '\0') + "\xff\xe2\x80\xa8";

/// Puts that into every text that a described thing holds.
void fill(const schema::Type& type, void* at, const std::string& text, int depth = 0) {
    switch (type.shape) {
    case Shape::text:
        *static_cast<std::string*>(at) = text;
        return;
    case Shape::json:
        static_cast<schema::Json*>(at)->text = "\"" + text + "\"";
        return;
    case Shape::object:
        for (const schema::Field& field : type.fields)
            fill(field.type(), field.at(at), text, depth + 1);
        return;
    case Shape::list:
    case Shape::optional:
        if (depth < 6) fill(type.element(), type.append(at), text, depth + 1);
        return;
    case Shape::map:
        fill(type.element(), type.insert(at, text), text, depth + 1);
        return;
    case Shape::secret:
    case Shape::boolean:
    case Shape::integer:
    case Shape::number:
    case Shape::duration:
    case Shape::money:
    case Shape::choice:
        return;
    }
}

trace::Payload filled(const trace::EventKind& kind) {
    trace::Payload out = kind.empty();
    std::visit([&](auto& payload) { fill(kind.type(), &payload, hostile); }, out);
    return out;
}

/// A run with every kind of event; what has to fit together does, everything else is hostile.
picture::PagedRun hostile_run() {
    picture::PagedRun out;
    out.task = out.namespace_ = out.system = out.phase = out.error = hostile;
    std::string last;
    for (const provider::Role role :
         {provider::Role::system, provider::Role::user, provider::Role::assistant, provider::Role::tool}) {
        provider::Message message{role, {}};
        for (const auto kind : {provider::Part::Kind::text, provider::Part::Kind::thinking,
                                provider::Part::Kind::tool_call, provider::Part::Kind::tool_result}) {
            provider::Part part{kind, hostile, hostile, hostile, {}, true, hostile, {}};
            message.parts.push_back(part);
            part.arguments.text = "\"" + hostile + "\"";
            message.parts.push_back(part);
        }
        last = out.transcript.add(last, message);
    }
    cases::Journal journal;
    journal.events.clear();
    for (const bool open : {false, true}) {
        for (const trace::EventKind& kind : trace::event_kinds()) {
            trace::Payload payload = filled(kind);
            if (auto* request = std::get_if<trace::ModelRequest>(&payload)) request->message = last;
            if (auto* answer = std::get_if<trace::ModelCall>(&payload)) {
                answer->message = last;
                if (open) continue;
            }
            if (auto* result = std::get_if<trace::ToolCall>(&payload)) result->message = last;
            if (auto* error = std::get_if<trace::ToolError>(&payload)) error->message = last;
            if (auto* end = std::get_if<trace::TaskEnd>(&payload)) end->phase = open ? "Succeeded" : hostile;
            journal.at(std::ssize(journal.events), hostile, std::move(payload), 1);
        }
    }
    out.timeline = journal.timeline();
    out.graph.emplace();
    out.graph->task = hostile;
    out.graph->nodes.resize(2);
    out.graph->spots.resize(2);
    for (run::NodePlan& node : out.graph->nodes) {
        node.name = node.declared = hostile;
        run::EdgePlan edge;
        edge.to = 1;
        edge.again = &node == &out.graph->nodes.back();
        edge.conditions.resize(1);
        edge.conditions.front().output_contains = hostile;
        node.next.push_back(edge);
    }
    out.graph->spots.front().error = hostile;
    return out;
}

std::string page_of(const picture::PagedRun& run) {
    std::string out;
    picture::write_run_page(run, [&](std::string_view piece) { out += piece; });
    return out;
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t out = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++out;
    return out;
}

/// The page without the parts that it is allowed to run.
void check_harmless(const std::string& page) {
    CHECK(count(page, "<script") == 1);
    CHECK(count(page, "</script") == 1);
    CHECK(count(page, "<style") == 1);
    CHECK(count(page, "</style") == 1);
    CHECK(count(page, "</title>") >= 1);
    CHECK(count(page, "<img") == 0);
    CHECK(count(page, "-->") == 0);
    CHECK(count(page, "\" onload=") == 0);
    CHECK(count(page, "' &lt;") == 0); // its ampersand is escaped
    for (const std::string_view raw :
         {"\x1b", "\x07", "\xe2\x80\xae", "\xff", "http-equiv=\"refresh\"", "<link", "<base"})
        CHECK(count(page, raw) == 0);
    CHECK(page.find('\0') == std::string::npos);
    CHECK(base::invalid_utf8(page) == std::string::npos);
    CHECK(count(page, "&lt;script&gt;window.pwned=1&lt;/script&gt;") > 40);
    // Attributes hold no quote, so their number of quotes is even on each line outside the script and style.
    const std::string body = page.substr(page.find("<body>"), page.find("<script>") - page.find("<body>"));
    CHECK(count(body, "\"") % 2 == 0);
    CHECK(count(body, "<") == count(body, ">"));
}

} // namespace

TEST_CASE("no field of any event or message becomes markup") {
    check_harmless(page_of(hostile_run()));
}

TEST_CASE("two hostile runs side by side are as harmless") {
    std::string page;
    const picture::PagedRun run = hostile_run();
    picture::PagedRun other = hostile_run();
    other.task += "!";
    picture::write_comparison_page(run, other, [&](std::string_view piece) { page += piece; });
    check_harmless(page);
}

TEST_CASE("the page allows its own style and script and nothing else, and names nothing to be fetched") {
    const std::string page = page_of(picture::PagedRun{});
    CHECK(page.find("content=\"default-src &#39;none&#39;; style-src &#39;sha256-") != std::string::npos);
    CHECK(count(page, "unsafe") == 0);
    CHECK(count(page, " src=") == 0);
    CHECK(count(page, "url(") == 0);
    CHECK(count(page, " style=") == 0); // the policy would refuse it
    CHECK(count(page, "http:") == 0);
    CHECK(count(page, "https:") == 0);
}

TEST_CASE("a run that has not begun has a page") {
    picture::PagedRun run;
    run.task = "early";
    run.phase = "Failed";
    run.error = "the system is missing";
    const std::string page = page_of(run);
    CHECK(page.find("the system is missing") != std::string::npos);
    CHECK(page.find("No agent has started.") != std::string::npos);
    CHECK(page.ends_with("</body>\n</html>\n"));
}

TEST_CASE("a message stands in the page once, however many calls were made with it") {
    picture::PagedRun run;
    cases::Journal journal;
    std::string last = run.transcript.add("", provider::text_message(provider::Role::user, "message 0."));
    journal.start(0, "a");
    for (std::int64_t step = 1; step <= 50; ++step) {
        trace::ModelRequest request;
        request.call = std::to_string(step);
        request.message = last;
        journal.at(step * 10, "a", request, step);
        trace::ModelCall answer;
        answer.call = request.call;
        answer.message = last = run.transcript.add(
            last, provider::text_message(provider::Role::assistant, base::format("message {}.", step)));
        journal.at(step * 10 + 5, "a", answer, step);
    }
    run.timeline = journal.timeline();
    const std::string page = page_of(run);
    for (const std::string_view text : {"message 0.", "message 1.", "message 25.", "message 50."})
        CHECK(count(page, base::format("\n{}</pre>", text)) == 1);
}

TEST_CASE("a pause before a try is told before it") {
    picture::PagedRun run;
    cases::Journal journal;
    trace::RetryScheduled retry;
    retry.endpoint = "main";
    retry.delay_ms = 500;
    journal.start(0, "writer").ask(0, "writer", "c1").refuse(100, "writer", "c1");
    journal.at(100, "writer", retry, 1).ask(600, "writer", "c2").answer(700, "writer", "c2");
    run.timeline = journal.end(700, "writer").done(700).timeline();
    const std::string page = page_of(run);
    const std::string turns = page.substr(page.find("id=\"turns\""));
    const std::size_t told = turns.find("asks main again");
    CHECK(turns.find("<span class=\"bad\">failed") < told);
    CHECK(told < turns.find(", try 2"));
}

TEST_CASE("a time in which nobody worked on the run is in no length of a turn") {
    picture::PagedRun run;
    run.timeline = cases::interrupted_and_resumed();
    const std::string page = page_of(run);
    const std::string turns = page.substr(page.find("id=\"turns\""));
    CHECK(page.find("<dt>Took</dt><dd><bdi>1.900s") != std::string::npos);
    CHECK(turns.find("1.900s · 2 calls") != std::string::npos);
    CHECK(turns.find("2h46m") == std::string::npos);
}

TEST_CASE("a huge text is whole, and cut into pieces between characters") {
    picture::PagedRun run;
    cases::Journal journal;
    std::string text;
    while (text.size() < 300'000)
        text += "ä€😀";
    trace::TaskEnd end;
    end.phase = "Succeeded";
    end.sinks = {"a"};
    end.outputs["a"] = text + "<end>";
    run.timeline = journal.at(5, "", end).timeline();
    const std::string page = page_of(run);
    CHECK(base::invalid_utf8(page) == std::string::npos);
    CHECK(page.find("all 300 KB") != std::string::npos);
    CHECK(count(page, "<div>ä€😀") + count(page, "<div>€") + count(page, "<div>😀") + count(page, "<div>ä") >
          15);
    const std::size_t from = page.find("<div class=\"pieces\"");
    std::string whole = page.substr(from, page.find("</details>", from) - from);
    whole = whole.substr(whole.find('>') + 1);
    for (const std::string_view tag : {"<div>", "</div>"})
        whole = base::replace_all(whole, tag, "");
    CHECK((whole == text + "&lt;end&gt;")); // doctest would print all of it
}
