#include <doctest/doctest.h>

#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

using Kind = Refusal::Kind;

const std::string start =
    R"({"type":"message_start","message":{"id":"msg_1","model":"claude-x","content":[],"stop_reason":null,)"
    R"("usage":{"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":30,"output_tokens":1}}})";
const std::string stop = R"({"type":"message_stop"})";
const std::string ping = R"({"type":"ping"})";

std::string open(int index, std::string_view block) {
    return base::format(R"({{"type":"content_block_start","index":{},"content_block":{}}})", index, block);
}
std::string add(int index, std::string_view delta) {
    return base::format(R"({{"type":"content_block_delta","index":{},"delta":{}}})", index, delta);
}
std::string close(int index) {
    return base::format(R"({{"type":"content_block_stop","index":{}}})", index);
}
std::string end(std::string_view reason) {
    return base::format(
        R"({{"type":"message_delta","delta":{{"stop_reason":"{}","stop_sequence":null}},"usage":{{"input_tokens":null,"output_tokens":5}}}})",
        reason);
}
std::string said(int index, std::string_view text) {
    return add(index, base::format(R"({{"type":"text_delta","text":"{}"}})", text));
}

/// Thinking, text and two calls.
std::vector<std::string> transcript() {
    return {start,
            open(0, R"({"type":"thinking","thinking":"","signature":""})"),
            ping,
            add(0, R"({"type":"thinking_delta","thinking":"Let "})"),
            add(0, R"({"type":"thinking_delta","thinking":"me see."})"),
            add(0, R"({"type":"signature_delta","signature":"c2ln=="})"),
            close(0),
            open(1, R"({"type":"redacted_thinking","data":"b64"})"),
            close(1),
            open(2, R"({"type":"text","text":""})"),
            said(2, "I "),
            said(2, "look. \\ud83c\\udf24"),
            close(2),
            open(3, R"({"type":"tool_use","id":"toolu_1","name":"get_weather","input":{}})"),
            add(3, R"({"type":"input_json_delta","partial_json":""})"),
            add(3, R"({"type":"input_json_delta","partial_json":"{\"city\": \"Br"})"),
            add(3, R"({"type":"input_json_delta","partial_json":"no\"}"})"),
            close(3),
            open(4, R"({"type":"tool_use","id":"toolu_2","name":"get_weather","input":{}})"),
            add(4, R"({"type":"input_json_delta","partial_json":""})"),
            close(4),
            end("tool_use"),
            stop};
}

TEST_CASE("anthropic: thinking, text and calls, as the whole answer says them") {
    const Heard got = hear("anthropic", named(transcript()));
    const std::string whole =
        R"({"model":"claude-x","content":[{"type":"thinking","thinking":"Let me see.","signature":"c2ln=="},)"
        R"({"type":"redacted_thinking","data":"b64"},{"type":"text","text":"I look. \ud83c\udf24"},)"
        R"({"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"city":"Brno"}},)"
        R"({"type":"tool_use","id":"toolu_2","name":"get_weather","input":{}}],"stop_reason":"tool_use",)"
        R"("usage":{"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":30,"output_tokens":5}})";
    CHECK(told(got.outcome) == told(row("anthropic")
                                        .parse_response(streaming("anthropic"), captured_tools_turn1(),
                                                        answer(200, whole, {{"x-request-id", "req_1"}}))));
    CHECK(got.thinking == "Let me see.");
    CHECK(got.text == "I look. \xF0\x9F\x8C\xA4");
    CHECK(got.tools == "get_weather,get_weather,");
    const Reply r = reply(got.outcome);
    CHECK(r.message.parts[0].blob.text ==
          R"({"type":"thinking","thinking":"Let me see.","signature":"c2ln=="})");
    CHECK(schema::encode(r.usage) == R"({"input":60,"output":5,"cache_read":30,"cache_write":20})");
}

TEST_CASE("anthropic: names of events may be missing, and new events are read over") {
    std::vector<std::string> data = transcript();
    const std::string expected = told(hear("anthropic", named(data)));
    CHECK(told(hear("anthropic", sse(data))) == expected);
    data.insert(data.begin() + 3, R"({"type":"weather_report","index":0})");
    data.insert(data.begin() + 5, add(0, R"({"type":"mood_delta","mood":"x"})"));
    data.insert(data.begin() + 12, add(2, R"({"type":"citations_delta","citation":{}})"));
    data.emplace_back("[DONE]");
    CHECK(told(hear("anthropic", sse(data))) == expected);
}

TEST_CASE("anthropic: an error in the middle decides, at every place") {
    struct {
        std::string type;
        Kind kind;
        bool again;
    } const table[] = {{"overloaded_error", Kind::overloaded, true},
                       {"rate_limit_error", Kind::rate_limit, true},
                       {"api_error", Kind::server, true},
                       {"timeout_error", Kind::timeout, true},
                       {"invalid_request_error", Kind::bad_request, false},
                       {"authentication_error", Kind::auth, false},
                       {"billing_error", Kind::quota, false}};
    const std::vector<std::string> data = transcript();
    for (const auto& r : table) {
        CAPTURE(r.type);
        const std::string error =
            base::format(R"({{"type":"error","error":{{"type":"{}","message":"Sorry"}}}})", r.type);
        for (std::size_t n = 0; n < data.size(); ++n) {
            std::string body = named({data.begin(), data.begin() + static_cast<std::ptrdiff_t>(n)});
            body += named({error}) + named({stop});
            const Heard got =
                hear(streaming("anthropic"), "anthropic", body, {}, head(), captured_tools_turn1());
            const Refusal no = refusal(got.outcome);
            CHECK(no.kind == r.kind);
            CHECK(no.code == r.type);
            CHECK(no.detail == "Sorry");
            CHECK(no.request_id == "req_1");
            CHECK(retryable(no) == r.again);
        }
    }
    const std::string error =
        R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
    CHECK(refusal(
              hear("anthropic", named({start, open(0, R"({"type":"text","text":""})"), said(0, "a"), error}))
                  .outcome)
              .kind == Kind::overloaded);
}

TEST_CASE("anthropic: cut between any two events the answer has broken off") {
    const std::string body = named(transcript());
    const std::vector<std::size_t> ends = event_ends(body, "\n\n");
    for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
        CAPTURE(i);
        const Heard got = hear(streaming("anthropic"), "anthropic", body.substr(0, ends[i]), {}, head(),
                               captured_tools_turn1());
        const Refusal no = refusal(got.outcome);
        CHECK(no.code == "truncated");
        CHECK(no.detail.ends_with(" without 'message_stop'"));
    }
}

TEST_CASE("anthropic: blocks of every form") {
    struct {
        std::vector<std::string> data;
        std::string sketch, text;
        Finish finish;
    } const table[] = {
        {{start, open(0, R"({"type":"text","text":"a"})"), said(0, "b"), end("end_turn"), stop},
         "text 'ab'",
         "ab",
         Finish::stop},
        {{start, end("end_turn"), stop}, "", "", Finish::stop},
        {{start, open(0, R"({"type":"tool_use","id":"t","name":"x","input":{"a":1.50}})"), close(0),
          end("tool_use"), stop},
         R"(tool_call t x {"a":1.50})",
         "",
         Finish::tool_calls}, // whole from the start
        {{start, open(0, R"({"type":"tool_use","id":"t","name":"x","input":{}})"),
          add(0, R"({"type":"input_json_delta","partial_json":"{\"a\":"})"), end("max_tokens"), stop},
         R"(tool_call t x '{"a":')",
         "",
         Finish::length},
        {{start, open(0, R"({"type":"tool_use","id":"t","name":"x","input":{}})"),
          add(0, R"({"type":"input_json_delta","partial_json":"[1]"})"), end("tool_use"), stop},
         R"(tool_call t x '[1]')",
         "",
         Finish::tool_calls},
        {{start, open(0, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})"),
          add(0, R"({"type":"input_json_delta","partial_json":"{}"})"), close(0),
          open(1, R"({"type":"text","text":""})"), said(1, "a"), end("pause_turn"), stop},
         "text 'a'",
         "a",
         Finish::paused},
        {{start, open(0, R"({"type":"text","text":""})"), said(0, "a"), close(0),
          open(0, R"({"type":"text","text":""})"), said(0, "b"), end("refusal"), stop},
         "text 'a' | text 'b'",
         "ab",
         Finish::content_filter}, // gateways that use an index twice
        {{start, open(0, R"({"type":"text","text":""})"),
          add(0, R"({"type":"thinking_delta","thinking":"x"})"), said(0, "a"), end("end_turn"), stop},
         "text 'a'",
         "a",
         Finish::stop},
        {{start, open(0, R"({"type":"thinking","thinking":"hm"})"),
          add(0, R"({"type":"signature_delta","signature":"s"})"), end("end_turn"), stop},
         R"(thinking {"type":"thinking","thinking":"hm","signature":"s"} 'hm')",
         "",
         Finish::stop},
        {{open(0, R"({"type":"text","text":"a"})"), stop}, "text 'a'", "a", Finish::other},
    };
    for (const auto& r : table) {
        const Heard got = hear("anthropic", named(r.data));
        CHECK(sketch(got.outcome) == r.sketch);
        CHECK(got.text == r.text);
        CHECK(reply(got.outcome).finish == r.finish);
    }
    CHECK(reply(hear("anthropic", named({open(0, R"({"type":"text","text":"a"})"), stop})).outcome)
              .usage.estimated);
}

TEST_CASE("anthropic: what is not its stream") {
    struct {
        std::vector<std::string> data;
        std::string detail;
    } const table[] = {
        {{start, said(0, "a"), stop}, "the answer has a stream that goes on with a block it did not begin"},
        {{R"({"choices":[]})", R"({"choices":[]})"},
         R"(the answer is not the stream that was asked for: {"choices":[]})"},
        {{start, "oops"}, "the answer is not JSON in event 2 of its stream: oops"},
    };
    for (const auto& r : table) {
        const Refusal no = refusal(hear("anthropic", sse(r.data)).outcome);
        CHECK(no.kind == Kind::bad_response);
        CHECK(no.detail == r.detail);
    }
    std::vector<std::string> many{start};
    for (int i = 0; i <= 10'000; ++i)
        many.push_back(open(i, R"({"type":"text","text":""})"));
    const Heard got =
        hear(streaming("anthropic"), "anthropic", sse(many), {}, head(), captured_tools_turn1());
    CHECK(refusal(got.outcome).detail == "the answer holds too many blocks in its stream");
}

} // namespace
} // namespace provider::test
