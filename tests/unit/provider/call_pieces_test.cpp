// Calls of tools in all the forms their fragments come in.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

const std::string stop = chunk("{}", R"("stop")");
const std::string calls_end = chunk("{}", R"("tool_calls")");

std::string calls(std::string_view list) {
    return chunk(base::format(R"({{"tool_calls":[{}]}})", list));
}

TEST_CASE("openai: fragments of calls") {
    const std::string two = "tool_call a x {\"n\":1} | tool_call b y {\"m\":2}";
    struct {
        std::string what;
        std::vector<std::string> fragments;
        std::string sketch, tools;
    } const table[] = {
        {"as OpenAI sends them",
         {R"({"index":0,"id":"a","type":"function","function":{"name":"x","arguments":""}})",
          R"({"index":0,"function":{"arguments":"{\"n\""}})", R"({"index":0,"function":{"arguments":":1}"}})",
          R"({"index":1,"id":"b","type":"function","function":{"name":"y","arguments":""}})",
          R"({"index":1,"function":{"arguments":"{\"m\":2}"}})"},
         two,
         "x,y,"},
        {"interleaved",
         {R"({"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\""}})",
          R"({"index":1,"id":"b","function":{"name":"y","arguments":"{\"m\""}})",
          R"({"index":0,"function":{"arguments":":1}"}})", R"({"index":1,"function":{"arguments":":2}"}})"},
         two,
         "x,y,"},
        {"both in one chunk",
         {R"({"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\":1}"}},)"
          R"({"index":1,"id":"b","function":{"name":"y","arguments":"{\"m\":2}"}})"},
         two,
         "x,y,"},
        {"without indexes",
         {R"({"id":"a","function":{"name":"x","arguments":"{\"n\""}})", R"({"function":{"arguments":":1}"}})",
          R"({"id":"b","function":{"name":"y","arguments":"{\"m\":2}"}})"},
         two,
         "x,y,"},
        {"one index for both",
         {R"({"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\""}})",
          R"({"index":0,"function":{"arguments":":1}"}})",
          R"({"index":0,"id":"b","function":{"name":"y","arguments":"{\"m\""}})",
          R"({"index":0,"function":{"arguments":":2}"}})"},
         two,
         "x,y,"},
        {"indexes that begin elsewhere and have gaps",
         {R"({"index":3,"id":"a","function":{"name":"x","arguments":"{\"n\":1}"}})",
          R"({"index":7,"id":"b","function":{"name":"y","arguments":"{\"m\""}})",
          R"({"index":7,"function":{"arguments":":2}"}})"},
         two,
         "x,y,"},
        {"id and name in every fragment",
         {R"({"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\""}})",
          R"({"index":0,"id":"a","function":{"name":"x","arguments":":1}"}})",
          R"({"index":0,"id":"a","function":{"name":"x","arguments":""}})",
          R"({"index":1,"id":"b","function":{"name":"y","arguments":"{\"m\""}})",
          R"({"index":1,"id":"b","function":{"name":"y","arguments":":2}"}})"},
         two,
         "x,y,"},
        {"id in every fragment, no index",
         {R"({"id":"a","function":{"name":"x","arguments":"{\"n\""}})",
          R"({"id":"b","function":{"name":"y","arguments":"{\"m\""}})",
          R"({"id":"a","function":{"arguments":":1}"}})", R"({"id":"b","function":{"arguments":":2}"}})"},
         two,
         "x,y,"},
        {"name after the arguments",
         {R"({"index":0,"id":"a","function":{"arguments":"{\"n\""}})",
          R"({"index":0,"function":{"name":"x","arguments":":1}"}})",
          R"({"index":1,"id":"b","function":{"arguments":"{\"m\":2}"}})",
          R"({"index":1,"function":{"name":"y"}})"},
         two,
         "x,y,"},
        {"id after the name",
         {R"({"index":0,"id":"","function":{"name":"x"}})",
          R"({"index":0,"id":"a","function":{"arguments":"{\"n\":1}"}})",
          R"({"index":1,"id":null,"function":{"name":"y"}})",
          R"({"index":1,"id":"b","function":{"name":null,"arguments":"{\"m\":2}"}})"},
         two,
         "x,y,"},
        {"a new id for every fragment",
         {R"({"index":0,"id":"a","function":{"name":"x"}})",
          R"({"index":0,"id":"a2","function":{"arguments":"{\"n\""}})",
          R"({"index":0,"id":"a3","function":{"arguments":":1}"}})",
          R"({"index":1,"id":"b","function":{"name":"y","arguments":"{\"m\":2}"}})"},
         two,
         "x,y,"},
        {"arguments as an object",
         {R"({"index":0,"id":"a","function":{"name":"x","arguments":{"n":1}}})",
          R"({"index":1,"id":"b","function":{"name":"y","arguments":{"m":2}}})"},
         two,
         "x,y,"},
        {"no arguments",
         {R"({"index":0,"id":"a","function":{"name":"x"}})",
          R"({"index":1,"id":"b","function":{"name":"y","arguments":""}})"},
         "tool_call a x {} | tool_call b y {}",
         "x,y,"},
        {"the same id twice",
         {R"({"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\":1}"}})",
          R"({"index":1,"id":"a","function":{"name":"x","arguments":"{\"n\":2}"}})"},
         "tool_call a x {\"n\":1} | tool_call a_2 x {\"n\":2}",
         "x,x,"},
        {"the same id twice, no index",
         {R"({"id":"a","function":{"name":"x","arguments":"{\"n\":1}"}},)"
          R"({"id":"a","function":{"name":"y","arguments":"{}"}})"},
         "tool_call a x {\"n\":1} | tool_call a_2 y {}",
         "x,y,"},
        {"the same id twice, no arguments",
         {R"({"index":0,"id":"a","function":{"name":"x"}})",
          R"({"index":1,"id":"a","function":{"name":"y"}})"},
         "tool_call a x {} | tool_call a_2 y {}",
         "x,y,"},
        {"braces in texts",
         {R"({"id":"a","function":{"name":"x","arguments":"{\"n\":\"}\\\"}\""}})",
          R"({"id":"a","function":{"name":"x","arguments":",\"m\":[{}]"}})",
          R"({"id":"a","function":{"name":"x","arguments":"}"}})"},
         R"(tool_call a x {"n":"}\"}","m":[{}]})",
         "x,"},
        {"arguments that are no JSON",
         {R"({"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\""}})"},
         "tool_call a x '{\"n\"'",
         "x,"},
        {"a thought_signature", // Gemini
         {R"({"id":"a","extra_content":{"google":{"thought_signature":"s=="}},"function":{"name":"x","arguments":"{}"}})"},
         R"(tool_call a x {} {"google":{"thought_signature":"s=="}})",
         "x,"},
        {"no name at all", {R"({"index":0,"id":"a","function":{"arguments":"{}"}})"}, "", ""},
        {"not even an object", {"4", "null", "[]"}, "", ""},
    };
    for (const auto& r : table) {
        CAPTURE(r.what);
        std::vector<std::string> data;
        for (const std::string& fragment : r.fragments)
            data.push_back(calls(fragment));
        const std::string cut = sse(data);
        data.push_back(calls_end);
        const Heard got = hear("openai-compatible", sse(data));
        CHECK(sketch(got.outcome) == r.sketch);
        CHECK(got.tools == r.tools);
        // Without the end, with [DONE] alone and with another reason.
        CHECK(refusal(hear("openai-compatible", cut).outcome).code == "truncated");
        CHECK(refusal(hear("openai-compatible", cut + "data: [DONE]\n\n").outcome).code == "truncated");
        const Heard other = hear("openai-compatible", cut + sse({stop}));
        if (!r.sketch.empty()) CHECK(reply(other.outcome).finish == Finish::tool_calls);
    }
}

TEST_CASE("openai: calls without ids get the ids a whole answer gives them") {
    const std::string list = R"({"function":{"name":"x","arguments":"{}"}},)"
                             R"({"function":{"name":"y","arguments":"{}"}})";
    const Outcome whole = row("openai").parse_response(
        streaming("openai"), captured_tools_turn1(),
        answer(200,
               base::format(R"({{"model":"m-1","choices":[{{"message":{{"tool_calls":[{}]}},)"
                            R"("finish_reason":"stop"}}]}})",
                            list),
               {{"x-request-id", "req_1"}}));
    CHECK(told(hear("openai", sse({calls(list), stop})).outcome) == told(whole));
    CHECK(reply(whole).message.parts.size() == 2);
}

TEST_CASE("openai: names come back as the tools are called") {
    Conversation asked = captured_tools_turn1();
    asked.tools.push_back({"memory.write", "", {}});
    const Heard got = hear(
        "openai",
        sse({calls(base::format(R"({{"index":0,"id":"a","function":{{"name":"{}","arguments":"{{}}"}}}})",
                                wire_name("memory.write"))),
             calls_end}),
        asked);
    CHECK(got.tools == "memory.write,");
    CHECK(sketch(got.outcome) == "tool_call a memory.write {}");
}

TEST_CASE("openai: more calls than any model makes are refused") {
    std::string list = R"({"id":"a"})";
    for (int i = 0; i < 10'000; ++i)
        list += base::format(R"(,{{"id":"{}"}})", i);
    const Heard got =
        hear(streaming("openai"), "openai", sse({calls(list), calls_end}), {}, head(), captured_chat());
    CHECK(refusal(got.outcome).detail == "the answer holds too many calls of tools in its stream");
}

} // namespace
} // namespace provider::test
