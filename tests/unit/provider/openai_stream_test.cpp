#include <doctest/doctest.h>

#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

using Kind = Refusal::Kind;

const std::string stop = chunk("{}", R"("stop")");

TEST_CASE("openai: texts of every form") {
    struct {
        std::vector<std::string> data;
        std::string sketch, text, thinking;
        Finish finish;
    } const table[] = {
        {{chunk(R"({"role":"","content":" a"})"), chunk(R"({"content":"b\n"})"), stop, "[DONE]"},
         "text ' ab\n'",
         " ab\n",
         "",
         Finish::stop},
        {{chunk(R"({"content":"a"})", R"("stop")")}, "text 'a'", "a", "", Finish::stop}, // no [DONE]
        {{chunk(R"({"content":"a"})"), "[DONE]"}, "text 'a'", "a", "", Finish::stop},    // no reason
        {{chunk(R"({"content":"a"})"), chunk("null"), chunk("{}", R"("length")")},
         "text 'a'",
         "a",
         "",
         Finish::length},
        {{chunk(R"({"content":"a"})"), chunk("{}", R"("content_filter")")},
         "text 'a'",
         "a",
         "",
         Finish::content_filter},
        {{chunk("{}", R"("length")")}, "", "", "", Finish::length},
        {{chunk(R"({"refusal":"I "})"), chunk(R"({"refusal":"cannot."})"), stop},
         "text 'I cannot.'",
         "I cannot.",
         "",
         Finish::content_filter},
        {{R"({"choices":[],"prompt_filter_results":[{}]})", // Azure
          R"({"model":"","choices":[{"index":0,"finish_reason":null,"content_filter_offsets":{}}]})",
          chunk(R"({"content":"a"})"), stop, R"({"choices":null})", R"({"id":"x"})", "{}", "4"},
         "text 'a'",
         "a",
         "",
         Finish::stop},
        {{R"({"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]})",
          R"({"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]})",
          R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"},
         "text 'a'",
         "a",
         "",
         Finish::stop}, // one choice is read
        {{chunk(R"({"reasoning_content":"h"})"), chunk(R"({"reasoning_content":"m"})"),
          chunk(R"({"content":"a"})"), stop},
         "thinking 'hm' | text 'a'",
         "a",
         "hm",
         Finish::stop},
        {{chunk(R"({"reasoning":"h","reasoning_content":"h"})"),
          chunk(R"({"reasoning":"m","reasoning_content":"m","content":"a"})"), stop},
         "thinking 'hm' | text 'a'",
         "a",
         "hm",
         Finish::stop},
        {{chunk(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]})"), // Mistral
          chunk(R"({"content":[{"type":"text","text":"a"}]})"), chunk(R"({"content":"b"})"), stop},
         "thinking 'hm' | text 'ab'",
         "ab",
         "hm",
         Finish::stop},
        {{R"({"object":"chat.completion","choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})",
          "[DONE]"},
         "text 'a'",
         "a",
         "",
         Finish::stop}, // a proxy that only looks as if it streamed
        {{chunk(R"({"content":"a"})"), R"({"choices":[{"index":0,"message":{"content":"a"}}]})", stop},
         "text 'a'",
         "a",
         "",
         Finish::stop},
        {{"[DONE]x"},
         "network truncated: the answer broke off: its stream ended after 0 events without "
         "'finish_reason'",
         "",
         "",
         Finish::stop},
    };
    for (const auto& r : table) {
        const Heard got = hear("openai", sse(r.data));
        CHECK(sketch(got.outcome) == r.sketch);
        CHECK(got.text == r.text);
        CHECK(got.thinking == r.thinking);
        if (const auto* reply = std::get_if<Reply>(&got.outcome)) CHECK(reply->finish == r.finish);
    }
}

TEST_CASE("openai: comments, names, missing ends and other line ends") {
    const std::string event = chunk(R"({"content":"a"})");
    for (const char* form :
         {": OPENROUTER PROCESSING\n\n: x\n\ndata: EVENT\n\ndata: STOP\n\ndata: [DONE]\n\n",
          "\n\ndata:EVENT\r\n\r\ndata:STOP\r\n\r\ndata:[DONE]\r\n\r\n",
          "event: ping\ndata: now\n\nid: 1\nevent: x\ndata: EVENT\n\ndata:\n\ndata: STOP",
          "data: EVENT\n\ndata: STOP\n\ndata: [DONE]\n\ndata: not JSON\n\n"}) {
        const std::string body = base::replace_all(base::replace_all(form, "EVENT", event), "STOP", stop);
        const Heard got = hear("openai", body);
        CHECK(sketch(got.outcome) == "text 'a'");
        CHECK(got.text == "a");
    }
}

TEST_CASE("openai: <think> is kept out of the text, wherever it is cut") {
    struct {
        std::vector<std::string> pieces;
        std::string sketch, text, thinking;
    } const table[] = {
        {{"<think>hm</think>a"}, "thinking 'hm' | text 'a'", "a", "hm"},
        {{"\\n <thi", "nk>\\nh", "m \\n</th", "ink>\\n\\n", "\\na "},
         "thinking 'hm' | text 'a '",
         "a ",
         "hm"},
        {{"<think>a b", " ", " c</thinka</think>"}, "thinking 'a b  c</thinka'", "", "a b  c</thinka"},
        {{"<think></think>", "a"}, "text 'a'", "a", ""},
        {{"<think>hm"}, "thinking 'hm'", "", "hm"},
        {{"<think>hm</thi"}, "thinking 'hm</thi'", "", "hm</thi"},
        {{"<thi"}, "text '<thi'", "<thi", ""},
        {{" ", "<", "b>x</think>"}, "text ' <b>x</think>'", " <b>x</think>", ""},
        {{" \\n"}, "text ' \n'", " \n", ""},
    };
    for (const auto& r : table) {
        std::vector<std::string> data;
        std::string whole;
        for (const std::string& piece : r.pieces) {
            data.push_back(chunk(base::format(R"({{"content":"{}"}})", piece)));
            whole += piece;
        }
        data.push_back(stop);
        const Heard got = hear("openai-compatible", sse(data));
        CHECK(sketch(got.outcome) == r.sketch);
        CHECK(got.text == r.text);
        CHECK(got.thinking == r.thinking);
        const std::string same = sse({chunk(base::format(R"({{"content":"{}"}})", whole)), stop});
        CHECK(told(hear("openai-compatible", same)) == told(got));
    }
    const std::string tags = sse({chunk(R"({"content":"<think>hm</think>a"})"), stop});
    CHECK(sketch(hear("openai", tags).outcome) == "text '<think>hm</think>a'"); // OpenAI's models do not
}

TEST_CASE("openai: reasoning_details are put together again") { // OpenRouter
    const Heard got = hear(
        "openai-compatible",
        sse({chunk(
                 R"({"reasoning":"h","reasoning_details":[{"type":"reasoning.text","text":"h","signature":null,"index":0}]})"),
             chunk(
                 R"({"reasoning":"m","reasoning_details":[{"type":"reasoning.text","text":"m","signature":"s","index":0}]})"),
             chunk(R"({"reasoning_details":[{"type":"reasoning.encrypted","data":"b64","index":1}]})"),
             chunk(R"({"reasoning_details":[{"type":"reasoning.encrypted","data":"b65","index":1}]})"),
             chunk(R"({"content":"a"})"), stop}));
    CHECK(got.thinking == "hm");
    CHECK(sketch(got.outcome) ==
          R"(thinking [{"type":"reasoning.text","text":"hm","signature":"s","index":0},)"
          R"({"type":"reasoning.encrypted","data":"b64","index":1},)"
          R"({"type":"reasoning.encrypted","data":"b65","index":1}] 'hm' | text 'a')");
}

TEST_CASE("openai: usage on any chunk") {
    const std::string said = chunk(R"({"content":"12345"})");
    const std::string usage = R"("usage":{"prompt_tokens":10,"completion_tokens":5})";
    const std::string less = R"("usage":{"prompt_tokens":10,"completion_tokens":1})";
    const auto with = [](const std::string& data, const std::string& member) {
        return data.substr(0, data.size() - 1) + "," + member + "}";
    };
    const std::string expected = R"({"input":10,"output":5})";
    const std::string estimated = base::format(R"({{"input":{},"output":2,"estimated":true}})",
                                               estimated_tokens(captured_tools_turn1()));
    struct {
        std::vector<std::string> data;
        std::string usage;
    } const table[] = {
        {{said, stop, R"({"choices":[],)" + usage + "}", "[DONE]"}, expected},
        {{said, stop, "{" + usage + "}", "[DONE]"}, expected},
        {{with(said, R"("usage":null)"), with(stop, usage)}, expected},
        {{with(said, less), with(stop, usage), "[DONE]"}, expected}, // in every chunk: the last counts
        {{with(said, less), with(stop, R"("x_groq":{)" + usage + "}")}, expected},
        {{with(said, usage), with(stop, R"("usage":null)")}, expected},
        {{said, stop, "[DONE]"}, estimated},
        {{said, with(stop, R"("usage":{"prompt_tokens":0,"completion_tokens":0})")}, estimated},
    };
    for (const auto& r : table)
        CHECK(schema::encode(reply(hear("openai-compatible", sse(r.data)).outcome).usage) == r.usage);
}

TEST_CASE("openai: errors inside the stream") {
    const std::string said = chunk(R"({"content":"a"})");
    struct {
        std::string event; ///< what comes after an ordinary one
        Kind kind;
        std::string code, detail;
    } const table[] = {
        {R"(data: {"error":{"message":"slow down","type":"server_error","code":"rate_limit_exceeded"}})",
         Kind::rate_limit, "rate_limit_exceeded", "slow down"},
        {"event: error\n"
         R"(data: {"error":{"message":"m","type":"server_error"}})",
         Kind::server, "server_error", "m"},
        {"event: error\ndata: gone", Kind::bad_response, "", "gone"},
        {"event: error\n"
         R"(data: {"message":"gone","code":503})",
         Kind::overloaded, "503", "gone"},
        {R"(data: {"id":"g","error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})",
         Kind::server, "502", "Provider disconnected"}, // OpenRouter
        {R"(data: {"error":{"code":429,"message":"m"}})", Kind::rate_limit, "429", "m"},
        {R"(data: {"choices":[{"index":0,"delta":{},"error":{"code":402,"message":"credits"}}]})",
         Kind::quota, "402", "credits"},
        {R"(data: {"id":"g","x_groq":{"id":"r","error":"over capacity"}})", Kind::bad_response, "",
         "over capacity"},
        {R"(data: {"x_groq":{"error":{"message":"m","type":"invalid_request_error","code":"tool_use_failed"}}})",
         Kind::bad_request, "tool_use_failed", "m"},
        {R"(data: {"error":{"message":"m","type":"too_many_requests_error"},"status_code":429})",
         Kind::rate_limit, "too_many_requests_error", "m"}, // Cerebras
        {R"(data: {"error":"m","error_type":"overloaded"})", Kind::bad_response, "overloaded", "m"},
        {R"(data: {"code":"The service is currently unavailable","error":"later"})", Kind::overloaded,
         "The service is currently unavailable", "later"}, // xAI
        {R"(data: {"object":"error","message":"m","type":"BadRequestError","code":400})", Kind::bad_request,
         "BadRequestError", "m"}, // vLLM
        {R"(data: {"error":{"message":"This model's maximum context length is 4096 tokens","code":null}})",
         Kind::context_length, "", "This model's maximum context length is 4096 tokens"},
        {R"({"error":{"message":"m","type":"server_error"}})", Kind::server, "server_error", "m"}, // no field
    };
    for (const auto& r : table) {
        CAPTURE(r.event);
        for (const std::string_view rest : {"\n\n", "\n\ndata: [DONE]\n\n", ""}) {
            const Heard got = hear("openai-compatible", sse({said}) + r.event + std::string(rest));
            const Refusal no = refusal(got.outcome);
            CHECK(no.kind == r.kind);
            CHECK(no.code == r.code);
            CHECK(no.detail == r.detail);
            CHECK(no.request_id == "req_1");
            CHECK(got.text == "a");
        }
    }
    CHECK(refusal(hear("openai-compatible",
                       sse({R"({"x_groq":{"error":{"message":"m","code":"tool_use_failed"}}})"}))
                      .outcome)
              .should_retry == true);
    // An error that is none.
    CHECK(sketch(hear("openai", sse({R"({"error":null,"choices":[]})", said, stop})).outcome) == "text 'a'");
}

TEST_CASE("openai: an error past the protocol counts as long as nothing else has decided") {
    const std::string stray = R"({"error":{"message":"m","type":"server_error"}})"
                              "\n\n";
    const std::string junk = "data: hello\n\n";
    const std::string end = "data: [DONE]\n\n";
    const std::string said = sse({chunk(R"({"content":"a"})"), stop});
    const auto told_of = [](const std::string& body) { // however it is cut
        const Heard got = hear("openai-compatible", body);
        const auto* no = std::get_if<Refusal>(&got.outcome);
        return no == nullptr ? sketch(got.outcome) : no->detail;
    };
    CHECK(told_of(said + stray + junk) == "m");
    CHECK(told_of(said + stray + end) == "m");
    CHECK(told_of(junk + stray) == "the answer is not JSON in event 1 of its stream: hello");
    CHECK(told_of(said + end + stray) == "text 'a'");
}

TEST_CASE("openai: what is not a stream of chunks") {
    struct {
        std::string body, detail;
    } const table[] = {
        {"data: hello\n\n", "the answer is not JSON in event 1 of its stream: hello"},
        {sse({chunk("{}"), "{\"choices\":[}"}),
         "the answer is not JSON in event 2 of its stream: {\"choices\":[}"},
        {"data: {\"choices\":\ndata: [}\n\n",
         "the answer is not JSON in event 1 of its stream: {\"choices\":\\n[}"},
        {"data: \xFF\xFE\n\n", "the answer is not JSON in event 1 of its stream: \\xff\\xfe"},
        {sse({R"({"type":"message_start"})", R"({"type":"message_stop"})"}),
         R"(the answer is not the stream that was asked for: {"type":"message_start"})"},
        {sse({"{}", "[DONE]"}), "the answer is not the stream that was asked for: {}"},
    };
    for (const auto& r : table) {
        const Refusal no = refusal(hear("openai", r.body).outcome);
        CHECK(no.kind == Kind::bad_response);
        CHECK(no.detail == r.detail);
        CHECK(no.hint == "check spec.base_url of model endpoint 'default/e': something else than the model's "
                         "API may answer there");
    }
}

} // namespace
} // namespace provider::test
