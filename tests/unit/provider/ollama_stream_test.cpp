#include <doctest/doctest.h>

#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

using Kind = Refusal::Kind;

std::string line(std::string_view message) {
    return base::format("{{\"model\":\"llama3.1\",\"message\":{},\"done\":false}}\n", message);
}
std::string last(std::string_view reason = "stop", std::string_view message = R"({"content":""})") {
    return base::format("{{\"model\":\"llama3.1\",\"message\":{},\"done\":true,\"done_reason\":\"{}\","
                        "\"prompt_eval_count\":26,\"eval_count\":7}}\n",
                        message, reason);
}
std::string said(std::string_view text) {
    return line(base::format(R"({{"role":"assistant","content":"{}"}})", text));
}

Heard heard(std::string_view body) {
    return hear("ollama", body, captured_tools_turn1(), head("application/x-ndjson"));
}

TEST_CASE("ollama: lines of every form") {
    struct {
        std::string body, sketch, text, thinking;
        Finish finish;
    } const table[] = {
        {said(" Sun") + said("ny.\\n") + last(), "text ' Sunny.\n'", " Sunny.\n", "", Finish::stop},
        {said("a") + last("length", R"({"content":"b"})"), "text 'ab'", "ab", "", Finish::length},
        {line(R"({"thinking":"h"})") + line(R"({"thinking":"m","content":""})") + said("a") + last(),
         "thinking 'hm' | text 'a'", "a", "hm", Finish::stop},
        {said("\\n<th") + said("ink>h") + said("m </think") + said(">\\n\\nSunny. ") + said("Warm. \\n") +
             last(),
         "thinking 'hm' | text 'Sunny. Warm.'", "Sunny. Warm.", "hm", Finish::stop},
        {said("<think>hm") + last(), "thinking 'hm'", "", "hm", Finish::stop}, // cut inside: no answer
        {line(
             R"({"tool_calls":[{"id":"a","function":{"index":0,"name":"GET_WEATHER","arguments":{"n":1.50}}}]})") +
             line(
                 R"({"tool_calls":[{"id":"b","function":{"name":"x","arguments":"{}"}},{"function":{}},4]})") +
             last(),
         "tool_call a get_weather {\"n\":1.50} | tool_call b x {}", "", "", Finish::tool_calls},
        {"\r\n" + said("a") + "\n\n" + last() + "{\"error\":\"late\"}\n", "text 'a'", "a", "", Finish::stop},
        {last("load", "{}"), "", "", "", Finish::stop},
        {last().substr(0, last().size() - 1), "", "", "", Finish::stop}, // no LF
    };
    for (const auto& r : table) {
        const Heard got = heard(r.body);
        CHECK(sketch(got.outcome) == r.sketch);
        CHECK(got.text == r.text);
        CHECK(got.thinking == r.thinking);
        CHECK(reply(got.outcome).finish == r.finish);
    }
    const Reply r = reply(heard(said("a") + last()).outcome);
    CHECK(schema::encode(r.usage) == R"({"input":26,"output":7})");
    CHECK(r.model == "llama3.1");
    CHECK(heard(line(R"({"tool_calls":[{"function":{"name":"x"}}]})") + last()).tools == "x,");
}

TEST_CASE("ollama: what the last line says becomes a warning, as in a whole answer") {
    const std::string remote =
        R"({"model":"m","remote_host":"https://ollama.com:443","message":{"content":"a"},)"
        R"("done":true,"done_reason":"stop"})";
    const Outcome whole = row("ollama").parse_response(streaming("ollama"), captured_tools_turn1(),
                                                       answer(200, remote, {{"x-request-id", "req_1"}}));
    CHECK(told(heard(remote + "\n").outcome) == told(whole));
    CHECK(reply(whole).warnings.size() == 1);
    CHECK(reply(whole).usage.estimated);
}

TEST_CASE("ollama: errors inside the stream, in Ollama's words") {
    struct {
        std::string error;
        Kind kind;
        std::string detail, hint;
    } const table[] = {
        {R"({"error":"an error was encountered while running the model"})", Kind::bad_response,
         "an error was encountered while running the model", ""},
        {R"({"error":{"message":"m","type":"api_error"}})", Kind::server, "m", ""},
        {R"({"error":"the prompt is longer than the context length"})", Kind::context_length,
         "the prompt is longer than the context length",
         "raise options.num_ctx of model endpoint 'default/e' (now 8192), shorten the input, or choose a "
         "model with a larger context window"},
    };
    for (const auto& r : table) {
        CAPTURE(r.error);
        for (const std::string& before : {said("a"), std::string()}) {
            for (const std::string& after : {std::string("\n"), std::string(), "\n" + last()}) {
                const Refusal no = refusal(heard(before + r.error + after).outcome);
                CHECK(no.kind == r.kind);
                CHECK(no.detail == r.detail);
                if (!r.hint.empty()) CHECK(no.hint == r.hint);
            }
        }
    }
}

TEST_CASE("ollama: what is not its stream") {
    struct {
        std::string body;
        Kind kind;
        std::string detail;
    } const table[] = {
        {said("a") + "oops\n" + last(), Kind::bad_response,
         "the answer is not JSON in event 2 of its stream: oops"},
        {said("a") + "{\"mess", Kind::network,
         "the answer broke off: its stream ended after 1 event without 'done'"},
        {"{\"mess", Kind::network, "the answer broke off: its stream ended after 0 events without 'done'"},
        {"{\"a\":1}\n{\"b\":2}\n", Kind::bad_response,
         R"(the answer is not the stream that was asked for: {"a":1})"},
        {R"({"done":true})", Kind::bad_response,
         "this does not look like an Ollama server: the answer has no 'message'"},
        {R"({"message":4,"done":true})", Kind::bad_response,
         "this does not look like an Ollama server: the answer has no 'message'"},
        {"[1]\n", Kind::bad_response,
         "this does not look like an Ollama server: the answer has no 'message'"},
    };
    for (const auto& r : table) {
        const Refusal no = refusal(heard(r.body).outcome);
        CHECK(no.kind == r.kind);
        CHECK(no.detail == r.detail);
    }
    std::string many = R"({"function":{"name":"x"}})";
    for (int i = 0; i < 5'000; ++i)
        many += R"(,{"function":{"name":"x"}})";
    const std::string calls = line(base::format(R"({{"tool_calls":[{}]}})", many));
    const Heard got = hear(streaming("ollama"), "ollama", calls + calls + last(), {},
                           head("application/x-ndjson"), captured_tools_turn1());
    CHECK(refusal(got.outcome).detail == "the answer holds too many calls of tools in its stream");
}

} // namespace
} // namespace provider::test
