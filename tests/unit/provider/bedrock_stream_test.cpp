#include <algorithm>

#include <doctest/doctest.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

using Kind = Refusal::Kind;
using Events = std::vector<std::pair<std::string, std::string>>;

const std::pair<std::string, std::string> start{"messageStart", R"({"role":"assistant","p":"abcdefgh"})"};
const std::pair<std::string, std::string> usage{
    "metadata", R"({"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":65,"cacheReadInputTokens":20,)"
                R"("cacheWriteInputTokens":30},"metrics":{"latencyMs":1},"p":"ab"})"};

std::pair<std::string, std::string> add(int index, std::string_view delta) {
    return {"contentBlockDelta",
            base::format(R"({{"contentBlockIndex":{},"delta":{},"p":"abcd"}})", index, delta)};
}
std::pair<std::string, std::string> said(int index, std::string_view text) {
    return add(index, base::format(R"({{"text":"{}"}})", text));
}
std::pair<std::string, std::string> input(int index, std::string_view escaped) {
    return add(index, base::format(R"({{"toolUse":{{"input":"{}"}}}})", escaped));
}
std::pair<std::string, std::string> open(int index, std::string_view id) {
    return {
        "contentBlockStart",
        base::format(
            R"({{"contentBlockIndex":{},"start":{{"toolUse":{{"toolUseId":"{}","name":"get_weather"}}}}}})",
            index, id)};
}
std::pair<std::string, std::string> close(int index) {
    return {"contentBlockStop", base::format(R"({{"contentBlockIndex":{}}})", index)};
}
std::pair<std::string, std::string> end(std::string_view reason) {
    return {"messageStop", base::format(R"({{"stopReason":"{}"}})", reason)};
}

http::Response bedrock_head() {
    return answer(200, "",
                  {{"Content-Type", "application/vnd.amazon.eventstream"}, {"x-amzn-RequestId", "req_1"}});
}

Heard heard(std::string_view body) {
    return hear("bedrock", body, captured_tools_turn1(), bedrock_head());
}
/// At once: for bodies that are many.
Heard at_once(std::string_view body) {
    Endpoint endpoint = streaming("bedrock");
    endpoint.credential = {};
    return hear(endpoint, "bedrock", body, {}, bedrock_head(), captured_tools_turn1());
}
/// What makes a call of a tool out of nothing but a whole stream.
bool calls(const Outcome& outcome) {
    const auto* reply = std::get_if<Reply>(&outcome);
    return reply != nullptr && reply->finish == Finish::tool_calls;
}

/// Reasoning, text and two calls, one inside the other.
Events transcript() {
    return {start,
            add(0, R"({"reasoningContent":{"text":"Let "}})"),
            add(0, R"({"reasoningContent":{"text":"me see."}})"),
            add(0, R"({"reasoningContent":{"signature":"c2ln=="}})"),
            close(0),
            add(1, R"({"reasoningContent":{"redactedContent":"YjY0"}})"),
            close(1),
            said(2, "I "),
            said(2, "look. \\ud83c\\udf24"),
            close(2),
            open(3, "tooluse_1"),
            input(3, ""),
            input(3, "{\\\"city\\\": \\\"Br"),
            open(4, "tooluse_2"),
            input(4, ""),
            input(3, "no\\\"}"),
            close(4),
            close(3),
            end("tool_use"),
            usage};
}

TEST_CASE("bedrock: the recorded stream") {
    const Heard got = heard(recorded("bedrock/converse-stream.response.eventstream"));
    const Reply r = reply(got.outcome);
    CHECK(text_of(r.message) == "Hello");
    CHECK(got.text == "Hello");
    CHECK(r.finish == Finish::stop);
    CHECK(r.raw_finish == "end_turn");
    CHECK(r.request_id == "req_1");
    CHECK(schema::encode(r.usage) == R"({"input":9,"output":2})");
}

TEST_CASE("bedrock: frames that another encoder made") {
    const std::string delta =
        base::from_hex("0000009f00000057c37babff0b3a6576656e742d74797065070011636f6e74656e744"
                       "26c6f636b44656c74610d3a636f6e74656e742d747970650700106170706c69636174"
                       "696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6"
                       "e74656e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a"
                       "224869227d2c2270223a2261626364227df2ace5ff")
            .value();
    CHECK(delta ==
          converse({{"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abcd"})"}}));
    CHECK(text_of(reply(heard(delta + converse({end("end_turn"), usage})).outcome).message) == "Hi");
    const std::string slow =
        base::from_hex("00000090000000618e91a9b70f3a657863657074696f6e2d747970650700137468726f74"
                       "746c696e67457863657074696f6e0d3a636f6e74656e742d747970650700106170706c69"
                       "636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009657863657074696f"
                       "6e7b226d657373616765223a22546f6f206d616e79207265717565737473227de67f8005")
            .value();
    const Refusal no = refusal(heard(delta + slow).outcome);
    CHECK(no.kind == Kind::rate_limit);
    CHECK(no.code == "throttlingException");
    CHECK(no.detail == "Too many requests");
    CHECK(no.request_id == "req_1");
    CHECK(retryable(no));
}

TEST_CASE("bedrock: a whole transcript is the answer it stands for") {
    const Heard got = heard(converse(transcript()));
    const std::string whole =
        R"({"output":{"message":{"role":"assistant","content":[)"
        R"({"reasoningContent":{"reasoningText":{"text":"Let me see.","signature":"c2ln=="}}},)"
        R"({"reasoningContent":{"redactedContent":"YjY0"}},{"text":"I look. \ud83c\udf24"},)"
        R"({"toolUse":{"toolUseId":"tooluse_1","name":"get_weather","input":{"city":"Brno"}}},)"
        R"({"toolUse":{"toolUseId":"tooluse_2","name":"get_weather","input":{}}}]}},"stopReason":"tool_use",)"
        R"("usage":{"inputTokens":10,"outputTokens":5,"cacheReadInputTokens":20,"cacheWriteInputTokens":30}})";
    CHECK(told(got.outcome) ==
          told(row("bedrock").parse_response(streaming("bedrock"), captured_tools_turn1(),
                                             answer(200, whole, {{"x-amzn-requestid", "req_1"}}))));
    CHECK(got.thinking == "Let me see.");
    CHECK(got.text == "I look. \xF0\x9F\x8C\xA4");
    CHECK(got.tools == "get_weather,get_weather,");
    const Reply r = reply(got.outcome);
    CHECK(r.finish == Finish::tool_calls);
    CHECK(r.message.parts[0].blob.text ==
          R"({"reasoningContent":{"reasoningText":{"text":"Let me see.","signature":"c2ln=="}}})");
    CHECK(r.message.parts[3].arguments.text == R"({"city":"Brno"})");
    CHECK(r.message.parts[4].arguments.text == "{}");
    CHECK(schema::encode(r.usage) == R"({"input":60,"output":5,"cache_read":20,"cache_write":30})");
}

TEST_CASE("bedrock: blocks of every form") {
    struct {
        Events events;
        std::string sketch, text;
        Finish finish;
    } const table[] = {
        {{start, end("end_turn"), usage}, "", "", Finish::stop},
        {{{"contentBlockDelta", R"({"delta":{"text":"a"}})"},
          {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"b"}})"},
          end("end_turn"),
          usage},
         "text 'ab'",
         "ab",
         Finish::stop}, // no index is 0, and nothing began
        {{{"contentBlockStart", R"({"start":{"toolUse":{"toolUseId":"t","name":"x"}}})"},
          {"contentBlockDelta", R"({"delta":{"toolUse":{"input":"{\"a\":1.50}"}}})"},
          {"contentBlockStop", "{}"},
          end("tool_use")},
         R"(tool_call t x {"a":1.50})",
         "",
         Finish::tool_calls},
        {{start, open(0, "t"), close(0), end("tool_use"), usage},
         "tool_call t get_weather {}",
         "",
         Finish::tool_calls},
        {{start, open(0, "t"), input(0, "{\\\"a\\\":"), close(0), end("max_tokens"), usage},
         R"(tool_call t get_weather '{"a":')",
         "",
         Finish::length},
        {{start, open(0, "t"), input(0, "{\\\"a\\\":1}"), close(0), end("max_tokens"), usage},
         R"(tool_call t get_weather '{"a":1}')",
         "",
         Finish::length}, // looks whole
        {{start, open(0, "t"), input(0, "[1]"), close(0), end("tool_use"), usage},
         "tool_call t get_weather '[1]'",
         "",
         Finish::tool_calls},
        {{start, said(0, "a"), close(0), said(0, "b"), close(0), end("stop_sequence"), usage},
         "text 'a' | text 'b'",
         "ab",
         Finish::stop},
        {{start, add(0, R"({"reasoningContent":{"text":"hm"}})"), said(0, "a"), end("end_turn"), usage},
         "thinking 'hm' | text 'a'",
         "a",
         Finish::stop}, // not signed: nothing goes back
        {{start,
          said(0, "a"),
          add(0, R"({"citation":{"title":"t"}})"),
          add(0, R"({"mood":"x"})"),
          {"weatherReport", R"({"contentBlockIndex":0,"delta":{"text":"no"}})"},
          said(0, "b"),
          end("end_turn"),
          usage},
         "text 'ab'",
         "ab",
         Finish::stop},
        {{start,
          {"contentBlockStart", R"({"contentBlockIndex":0,"start":{"image":{"format":"png"}}})"},
          add(0, R"({"image":{"source":{}}})"),
          close(0),
          said(1, "a"),
          end("guardrail_intervened"),
          usage},
         "text 'a'",
         "a",
         Finish::content_filter},
        {{start, said(0, "a"), end("content_filtered"), usage}, "text 'a'", "a", Finish::content_filter},
        {{start, said(0, "a"), end("model_context_window_exceeded"), usage}, "text 'a'", "a", Finish::length},
        {{start, said(0, "a"), end("brand_new"), usage}, "text 'a'", "a", Finish::other},
        {{start, said(0, "a"), {"messageStop", "{}"}, usage}, "text 'a'", "a", Finish::other},
    };
    for (const auto& r : table) {
        const Heard got = heard(converse(r.events));
        CHECK(sketch(got.outcome) == r.sketch);
        CHECK(got.text == r.text);
        CHECK(reply(got.outcome).finish == r.finish);
    }
    // The end has come; only the count is missing.
    const Reply uncounted = reply(heard(converse({start, said(0, "abcdefgh"), end("end_turn")})).outcome);
    CHECK(uncounted.usage.estimated);
    CHECK(uncounted.usage.output == 2);
    const std::string greeting =
        binary({{":message-type", "event"}, {":event-type", "initial-response"}}, "{}");
    CHECK(told(heard(greeting + converse(transcript())).outcome) ==
          told(heard(converse(transcript())).outcome));
}

TEST_CASE("bedrock: behind its last event nothing of a stream is read") {
    const std::string stream = converse(transcript());
    const std::string whole = told(heard(stream).outcome);
    const std::string more = converse({said(0, "more")});
    const std::string exception =
        binary({{":exception-type", "throttlingException"}, {":message-type", "exception"}}, "{}");
    for (const std::string& behind : {more, exception, std::string("\0\1garbage", 9), stream})
        CHECK(told(heard(stream + behind).outcome) == whole);
    Events late = transcript();
    late.insert(late.end() - 1, said(9, "behind the end of the message"));
    CHECK(told(heard(converse(late)).outcome) == whole);
}

TEST_CASE("bedrock: an exception decides, at every place before the last event") {
    struct {
        std::string type, payload;
        Kind kind;
        bool again;
        std::string detail;
    } const table[] = {
        {"throttlingException", R"({"message":"Too many tokens, please wait before trying again."})",
         Kind::rate_limit, true, "Too many tokens, please wait before trying again."},
        {"internalServerException", R"({"message":"Sorry"})", Kind::server, true, "Sorry"},
        {"modelStreamErrorException", R"({"message":"Sorry","originalStatusCode":500})", Kind::server, true,
         "Sorry"},
        {"serviceUnavailableException", R"({"Message":"Sorry"})", Kind::overloaded, true, "Sorry"},
        {"validationException", R"({"message":"Sorry"})", Kind::bad_request, false, "Sorry"},
        {"validationException", R"({"message":"Input is too long for requested model."})",
         Kind::context_length, false, "Input is too long for requested model."},
        {"modelTimeoutException", "", Kind::timeout, true, "modelTimeoutException without a message"},
        {"somethingNewException", "<oops>", Kind::bad_response, false, "<oops>"},
    };
    const Events events = transcript();
    for (const auto& r : table) {
        CAPTURE(r.type);
        const std::string exception = binary({{":exception-type", r.type},
                                              {":content-type", "application/json"},
                                              {":message-type", "exception"}},
                                             r.payload);
        for (std::size_t n = 0; n < events.size(); ++n) {
            const std::string before =
                converse({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n)});
            const Heard got = at_once(before + exception + converse({end("tool_use"), usage}));
            const Refusal no = refusal(got.outcome);
            CHECK(no.kind == r.kind);
            CHECK(no.code == r.type);
            CHECK(no.detail == r.detail);
            CHECK(no.request_id == "req_1");
            CHECK(retryable(no) == r.again);
        }
        heard(converse({start, said(0, "a")}) + exception);
    }
    const std::string error = binary({{":message-type", "error"},
                                      {":error-code", "InternalFailure"},
                                      {":error-message", "An internal server error occurred"}},
                                     "");
    CHECK(told(heard(converse({start}) + error).outcome) ==
          "server status=200 code=InternalFailure detail=An internal server error occurred hint= id=req_1 "
          "retry=true");
}

TEST_CASE("bedrock: what the model could not write is tried again") {
    CHECK(told(heard(converse({start, said(0, "a"), end("malformed_model_output"), usage})).outcome) ==
          "bad_response status=200 code=malformed_model_output detail=the model wrote an answer that Bedrock "
          "could not read hint= id=req_1 retry=true");
    CHECK(told(heard(converse({start, open(0, "t"), end("malformed_tool_use"), usage})).outcome) ==
          "bad_response status=200 code=malformed_tool_use detail=the model wrote a call of a tool that "
          "Bedrock "
          "could not read hint= id=req_1 retry=true");
}

TEST_CASE("bedrock: nothing is made of a stream that was cut or damaged") {
    const Events events = transcript();
    const std::string body = converse(events);
    std::vector<std::size_t> ends;
    for (std::size_t n = 1; n <= events.size(); ++n)
        ends.push_back(converse({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n)}).size());
    const std::size_t stopped = ends[ends.size() - 2]; // behind messageStop
    for (std::size_t i = 0; i < body.size(); ++i) {
        CAPTURE(i);
        const Heard got = at_once(std::string_view(body).substr(0, i));
        const auto whole = static_cast<std::size_t>(
            std::count_if(ends.begin(), ends.end(), [&](std::size_t end) { return end <= i; }));
        if (i == stopped) {
            CHECK(reply(got.outcome).usage.estimated);
            continue;
        }
        const Refusal no = refusal(got.outcome);
        CHECK(no.kind == Kind::network);
        CHECK(no.code == "truncated");
        CHECK(no.request_id == "req_1");
        CHECK(retryable(no));
        const bool between = i == 0 || std::find(ends.begin(), ends.end(), i) != ends.end();
        CHECK(no.detail ==
              (between ? base::format("the answer broke off: its stream ended after {} without 'messageStop'",
                                      base::counted(whole, "event"))
                       : base::format("the answer broke off: its stream ended inside event {}", whole + 1)));
    }
    for (std::size_t i = 1; i < body.size(); ++i) { // a first byte that is none shows no stream at all
        CAPTURE(i);
        std::string damaged = body;
        damaged[i] = static_cast<char>(~static_cast<unsigned char>(damaged[i]));
        const Heard got = at_once(damaged);
        REQUIRE_FALSE(calls(got.outcome));
        const Refusal no = refusal(got.outcome);
        CHECK(no.kind == Kind::network);
        CHECK(no.code == "broken");
        CHECK(retryable(no));
        const std::size_t whole = static_cast<std::size_t>(
            std::count_if(ends.begin(), ends.end(), [&](std::size_t end) { return end <= i; }));
        const std::size_t from = whole == 0 ? 0 : ends[whole - 1];
        CHECK(no.detail == base::format("the answer arrived damaged: behind {} its stream holds a message {}",
                                        base::counted(whole, "event"),
                                        i - from < 12 ? "whose lengths have a wrong check sum"
                                                      : "whose check sum is wrong"));
    }
    for (const std::size_t end : ends) { // and so wherever the pieces are cut
        std::string damaged = body;
        damaged[end - 1] = static_cast<char>(~static_cast<unsigned char>(damaged[end - 1]));
        CHECK_FALSE(calls(at_once(damaged).outcome));
    }
    std::string damaged = converse({start, said(0, "a"), end("end_turn"), usage});
    damaged.back() = static_cast<char>(~static_cast<unsigned char>(damaged.back()));
    heard(damaged);
}

TEST_CASE("bedrock: what is not its stream") {
    struct {
        std::string body, told;
    } const table[] = {
        {converse({start, input(0, "{}"), end("tool_use")}),
         "bad_response : the answer has a stream that goes on with a call it did not begin"},
        {converse({start, said(0, "a"), input(0, "{}"), end("tool_use")}),
         "bad_response : the answer has a stream that goes on with a call it did not begin"},
        {converse({start, add(0, R"({"reasoningContent":{"redactedContent":"?"}})"), end("end_turn")}),
         "bad_response : the answer holds reasoning that is not base64"},
        {converse({start, {"contentBlockDelta", "oops"}}),
         "bad_response : the answer is not JSON in event 2 of its stream: oops"},
        {converse({{"chunk", R"({"bytes":"e30="})"}, {"chunk", R"({"bytes":"e30="})"}}),
         R"(bad_response : the answer is not the stream that was asked for: {"bytes":"e30="})"},
        {binary({}, "{'foo':'bar'}"),
         "bad_response : the answer is not the stream that was asked for: {'foo':'bar'}"},
    };
    for (const auto& r : table)
        CHECK(sketch(heard(r.body).outcome) == r.told);
    Events many{start};
    for (int i = 0; i <= 10'000; ++i)
        many.push_back(said(i, "a"));
    CHECK(sketch(at_once(converse(many)).outcome) ==
          "bad_response : the answer holds too many blocks in its stream");
}

TEST_CASE("bedrock: a document instead of a stream") {
    const std::string whole =
        R"({"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn",)"
        R"("usage":{"inputTokens":3,"outputTokens":1,"totalTokens":4}})";
    const http::Response as_json = answer(200, "", {{"content-type", "application/json"}});
    for (const std::string& body : {whole, "\n" + whole}) {
        const Heard got = hear("bedrock", body, captured_chat(), as_json);
        CHECK(text_of(reply(got.outcome).message) == "Hi");
    }
    CHECK(sketch(hear("bedrock", R"({"error":{"message":"no","code":"x"}})", captured_chat(), as_json)
                     .outcome) == "bad_response x: no");
    CHECK(sketch(hear("bedrock", "<html><title>Login</title></html>", captured_chat(),
                      answer(200, "", {{"content-type", "text/html"}}))
                     .outcome) == "bad_response : the answer is not JSON: Login (an HTML page)");
    CHECK(sketch(heard("").outcome) ==
          "network truncated: the answer broke off: its stream ended after 0 events without 'messageStop'");
    CHECK(sketch(hear("bedrock", "", captured_chat(), as_json).outcome) ==
          "bad_response : the answer is empty");
    const http::Response no =
        answer(429, R"({"message":"Too many requests"})",
               {{"x-amzn-errortype", "ThrottlingException:http://internal.amazon.com/"}});
    CHECK(sketch(row("bedrock").decoder(streaming("bedrock"), captured_chat())->finish(no)) ==
          "rate_limit ThrottlingException: Too many requests");
}

} // namespace
} // namespace provider::test
