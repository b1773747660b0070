#include <doctest/doctest.h>

#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

Outcome heard(const std::string& body, const Conversation& asked = captured_tools_turn1(),
              const std::string& model = "m") {
    Endpoint endpoint = streaming("bedrock");
    endpoint.model = model;
    return row("bedrock").parse_response(endpoint, asked, answer(200, body, {{"x-amzn-requestid", "req_1"}}));
}

std::string message(std::string_view content, std::string_view reason,
                    std::string_view usage = R"({"inputTokens":9,"outputTokens":2,"totalTokens":11})") {
    return base::format(
        R"({{"output":{{"message":{{"role":"assistant","content":[{}]}}}},"stopReason":"{}","usage":{},)"
        R"("metrics":{{"latencyMs":551}}}})",
        content, reason, usage);
}

TEST_CASE("bedrock: answers of every form") {
    struct {
        std::string content, reason, sketch;
        Finish finish;
    } const table[] = {
        {R"({"text":"Hi"})", "end_turn", "text 'Hi'", Finish::stop},
        {R"({"text":"Hi"})", "stop_sequence", "text 'Hi'", Finish::stop},
        {R"({"text":"Hi"})", "max_tokens", "text 'Hi'", Finish::length},
        {R"({"text":"Hi"})", "model_context_window_exceeded", "text 'Hi'", Finish::length},
        {R"({"text":"Hi"})", "guardrail_intervened", "text 'Hi'", Finish::content_filter},
        {R"({"text":"Hi"})", "content_filtered", "text 'Hi'", Finish::content_filter},
        {R"({"text":"Hi"})", "brand_new", "text 'Hi'", Finish::other},
        {"", "end_turn", "", Finish::stop},
        {R"({"text":""},{"hologram":{}},{"text":"a"},{"citationsContent":{"content":[{"text":"b"},{"text":"c"}],)"
         R"("citations":[]}})",
         "end_turn", "text 'a' | text 'bc'", Finish::stop},
        {R"({"toolUse":{"toolUseId":"t1","name":"Get_Weather","input":{"city":"Brno","n":1.50}}})",
         "tool_use", R"(tool_call t1 get_weather {"city":"Brno","n":1.50})", Finish::tool_calls},
        {R"({"text":"a"},{"toolUse":{"toolUseId":"t1","name":"x","input":{}}})", "end_turn",
         "text 'a' | tool_call t1 x {}", Finish::tool_calls},
        {R"({"toolUse":{"toolUseId":"t1","name":"x","input":{"a":1}}})", "max_tokens",
         R"(tool_call t1 x '{"a":1}')", Finish::length},
        {R"({"toolUse":{"toolUseId":"t1","name":"x","input":{}}},{"toolUse":{"toolUseId":"t1","name":"x"}})",
         "tool_use", "tool_call t1 x {} | tool_call t1_2 x {}", Finish::tool_calls},
        {R"({"toolUse":{"toolUseId":"s","name":"search","type":"server_tool_use","input":{}}},{"text":"a"})",
         "end_turn", "text 'a'", Finish::stop},
        {R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},{"text":"a"})", "end_turn",
         R"(thinking {"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}} 'hm' | text 'a')",
         Finish::stop},
        {R"({"reasoningContent":{"reasoningText":{"text":"hm"}}},{"text":"a"})", "end_turn",
         "thinking 'hm' | text 'a'", Finish::stop},
        {R"({"reasoningContent":{"redactedContent":"YjY0"}},{"text":"a"})", "end_turn",
         R"(thinking {"reasoningContent":{"redactedContent":"YjY0"}} | text 'a')", Finish::stop},
    };
    for (const auto& r : table) {
        CAPTURE(r.content);
        const Outcome got = heard(message(r.content, r.reason));
        CHECK(sketch(got) == r.sketch);
        CHECK(reply(got).finish == r.finish);
        CHECK(reply(got).raw_finish == r.reason);
        CHECK(reply(got).request_id == "req_1");
    }
    const Reply thought = reply(
        heard(message(R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}})", "end_turn"),
              captured_chat(), "us.x"));
    CHECK(thought.message.parts[0].origin == "bedrock/us.x");
}

TEST_CASE("bedrock: usage adds up") {
    struct {
        std::string usage, expected;
    } const table[] = {
        {R"({"inputTokens":9,"outputTokens":2,"totalTokens":11})", R"({"input":9,"output":2})"},
        {R"({"inputTokens":9,"outputTokens":2,"cacheReadInputTokens":100,"cacheWriteInputTokens":50})",
         R"({"input":159,"output":2,"cache_read":100,"cache_write":50})"},
        {"null", R"({"input":62,"output":1,"estimated":true})"},
    };
    for (const auto& r : table)
        CHECK(schema::encode(reply(heard(message(R"({"text":"Hi"})", "end_turn", r.usage))).usage) ==
              r.expected);
}

TEST_CASE("bedrock: the tool that takes the answer") {
    Conversation asked = captured_chat();
    asked.output_schema.text = R"({"type":"object","properties":{"a":{"type":"string"}}})";
    const Outcome got =
        heard(message(R"({"text":"So:"},{"toolUse":{"toolUseId":"t","name":"answer","input":{"a":"b"}}})",
                      "tool_use"),
              asked);
    CHECK(sketch(got) == R"(text '{"a":"b"}')");
    CHECK(reply(got).finish == Finish::stop);
}

TEST_CASE("bedrock: what is no answer") {
    CHECK(sketch(heard(message(R"({"text":"Hi"})", "malformed_model_output"))) ==
          "bad_response malformed_model_output: the model wrote an answer that Bedrock could not read");
    CHECK(sketch(heard(R"({"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"}})")) ==
          "bad_response : the answer has no 'output.message.content'");
    CHECK(sketch(heard("{}")) == "bad_response : the answer has no 'output.message.content'");
    CHECK(sketch(heard("[]")) == "bad_response : the answer has no 'output.message.content'");
    CHECK(sketch(heard(R"({"output":{"message":{"content":{}}}})")) ==
          "bad_response : the answer has no 'output.message.content'");
}

} // namespace
} // namespace provider::test
