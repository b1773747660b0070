// The table of events: complete, readable back, and fit to be shown.
#include <doctest/doctest.h>

#include <set>

#include "trace/event.hpp"

namespace {

trace::Event event(trace::Payload payload, std::string agent = "") {
    trace::Event out;
    out.seq = 7;
    out.time = {1'700'000'000'000'000};
    out.agent = std::move(agent);
    out.payload = std::move(payload);
    return out;
}

} // namespace

TEST_CASE("every event has a name of its own, a description and a way back") {
    std::set<std::string_view> names;
    for (const trace::EventKind& kind : trace::event_kinds()) {
        CAPTURE(kind.name);
        CHECK(names.insert(kind.name).second);
        CHECK(!kind.doc.empty());
        CHECK(trace::find_event_kind(kind.name) == &kind);
        const trace::Payload payload = kind.empty();
        CHECK(&trace::kind_of(payload) == &kind);
        CHECK(kind.type().name == kind.name);
        const trace::Payload again = trace::read_payload(kind, trace::payload_json(payload));
        CHECK(trace::payload_json(again) == trace::payload_json(payload));
        CHECK(!trace::sentence(event(payload)).empty());
    }
    CHECK(names.size() == 29);
    CHECK(trace::find_event_kind("nothing") == nullptr);
}

TEST_CASE("a payload from a newer version is read as far as it is known") {
    const trace::EventKind& kind = *trace::find_event_kind("warning");
    const auto payload = std::get<trace::Warning>(trace::read_payload(kind, R"({"text":"t","later":[1]})"));
    CHECK(payload.text == "t");
}

TEST_CASE("an event as JSON and as a line") {
    trace::ModelCall call;
    call.call = "a1.w.1.s1.1";
    call.endpoint = "openai-default";
    call.provider = "openai";
    call.model = "gpt-4o-mini";
    call.url = "https://api.openai.com/v1/chat/completions";
    call.status = 200;
    call.finish = "stop";
    call.usage.input = 3;
    call.duration_ms = 1250;
    trace::Event e = event(call, "writer");
    e.step = 1;
    CHECK(
        trace::event_json(e) ==
        R"({"seq":7,"time":"2023-11-14T22:13:20.000000Z","type":"model_call","attempt":1,"agent":"writer","step":1,)"
        R"("call":"a1.w.1.s1.1","endpoint":"openai-default","provider":"openai","model":"gpt-4o-mini",)"
        R"("url":"https://api.openai.com/v1/chat/completions","status":200,"finish":"stop",)"
        R"("usage":{"input":3,"output":0,"source":"provider"},"first_byte_ms":0,"duration_ms":1250})");
    CHECK(trace::log_line(e) ==
          "2023-11-14T22:13:20.000000Z [writer] gpt-4o-mini at openai-default (openai) answered "
          "200: stop, tokens 3 in, 0 out, 1.250s");
    CHECK(trace::event_json(event(trace::TaskCancelled{})) ==
          R"({"seq":7,"time":"2023-11-14T22:13:20.000000Z","type":"task_cancelled","attempt":1})");
}

TEST_CASE("what a provider says cannot drive a terminal") {
    trace::ModelError error;
    error.detail = "\x1b[31mred\x1b[0m\u202e";
    CHECK(trace::log_line(event(error)).find('\x1b') == std::string::npos);
    CHECK(trace::log_line(event(error)).find("\\x1b[31mred\\x1b[0m\\u202e") != std::string::npos);
}

TEST_CASE("the answer of a run") {
    trace::TaskEnd end;
    end.outputs = {{"a", "one\n"}, {"b", "two"}, {"c", "three"}};
    end.sinks = {"b"};
    CHECK(trace::answer_of(end) == "two");
    end.sinks = {"c", "a"};
    CHECK(trace::answer_of(end) == "## c\n\nthree\n\n## a\n\none");
    end.sinks.clear();
    CHECK(trace::answer_of(end).empty());
}
