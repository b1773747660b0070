#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"

namespace provider::test {
namespace {

Outcome answer_of(std::string_view provider, std::string body, const Conversation& asked = captured_chat(),
                  std::vector<http::Header> headers = {}) {
    Endpoint endpoint = endpoint_of(provider, "m");
    if (endpoint.base_url.empty()) endpoint.base_url = "http://h/v1";
    return row(provider).parse_response(endpoint, asked, answer(200, std::move(body), std::move(headers)));
}

Reply heard(std::string_view provider, std::string body, const Conversation& asked = captured_chat()) {
    return reply(answer_of(provider, std::move(body), asked));
}

/// A Chat Completions answer with one choice.
std::string chat(std::string_view message, std::string_view finish = R"("stop")",
                 std::string_view usage = R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":15})") {
    return base::format(
        R"({{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-2024-08-06","choices":)"
        R"([{{"index":0,"message":{},"finish_reason":{}}}],"usage":{}}})",
        message, finish, usage);
}

/// Kinds, names, ids, arguments and texts of all parts.
std::string shape_of(const Reply& reply) {
    std::string out;
    for (const Part& part : reply.message.parts) {
        if (!out.empty()) out += " | ";
        out += base::format("{}", schema::name_of(part.kind));
        if (!part.id.empty()) out += " " + part.id;
        if (!part.name.empty()) out += " " + part.name;
        if (!part.arguments.text.empty()) out += " " + part.arguments.text;
        if (!part.text.empty()) out += " '" + part.text + "'";
    }
    return out;
}

TEST_CASE("openai: a plain answer") {
    const Outcome outcome =
        answer_of("openai", chat(R"({"role":"assistant","content":" four \n","refusal":null})"),
                  captured_chat(), {{"X-Request-Id", "req_1"}});
    const Reply r = reply(outcome);
    CHECK(shape_of(r) == "text ' four \n'"); // white space is the model's
    CHECK(r.message.role == Role::assistant);
    CHECK(r.finish == Finish::stop);
    CHECK(r.raw_finish == "stop");
    CHECK(r.model == "gpt-4o-2024-08-06");
    CHECK(r.request_id == "req_1");
    CHECK(schema::encode(r.usage) == R"({"input":10,"output":5})");
}

TEST_CASE("openai: what a message may hold") {
    struct {
        std::string message, finish, sketch;
        Finish unified;
    } const table[] = {
        {R"({"content":null})", R"("length")", "", Finish::length}, // reasoning used it all up
        {R"({"content":""})", "null", "", Finish::stop},
        {R"({"content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]})",
         R"("stop")", "text 'ab'", Finish::stop},
        {R"({"content":null,"refusal":"I cannot."})", R"("stop")", "text 'I cannot.'",
         Finish::content_filter},
        {R"({"content":"x"})", R"("content_filter")", "text 'x'", Finish::content_filter},
        {R"({"content":"x"})", R"("model_length")", "text 'x'", Finish::length},
        {R"({"content":"x"})", R"("error")", "text 'x'", Finish::error},
        {R"({"content":"x"})", R"("tired")", "text 'x'", Finish::other},
        {R"({"content":"x","reasoning_content":"hm"})", R"("stop")", "thinking 'hm' | text 'x'",
         Finish::stop},
        {R"({"content":"x","reasoning":"hm"})", R"("stop")", "thinking 'hm' | text 'x'", Finish::stop},
    };
    for (const auto& r : table) {
        CAPTURE(r.message);
        const Reply got = heard("openai", chat(r.message, r.finish));
        CHECK(shape_of(got) == r.sketch);
        CHECK(got.finish == r.unified);
    }
    CHECK(heard("openai", chat(R"({"content":"x"})", R"("tired")")).raw_finish == "tired");
}

std::string calls(std::string_view list) {
    return base::format(R"({{"role":"assistant","content":null,"tool_calls":[{}]}})", list);
}

std::string function_call(std::string_view id, std::string_view name, std::string_view arguments) {
    return base::format(R"({{"id":{},"type":"function","function":{{"name":"{}","arguments":{}}}}})", id,
                        name, arguments);
}

TEST_CASE("openai: calls of tools") {
    Conversation asked = captured_tools_turn1();
    asked.tools.push_back({"memory.write", "", {}});
    const std::string wire = wire_name("memory.write");
    struct {
        std::string calls, finish, sketch;
        Finish unified;
    } const table[] = {
        {function_call(R"("call_1")", "get_weather",
                       R"("{\"city\": \"Brno\", \"n\": 12345678901234567890.10}")"),
         R"("tool_calls")", R"(tool_call call_1 get_weather {"city":"Brno","n":12345678901234567890.10})",
         Finish::tool_calls},
        {function_call(R"("a")", wire, R"("")"), R"("stop")", "tool_call a memory.write {}",
         Finish::tool_calls},
        {function_call(R"("a")", base::upper(wire), "null"), "null", "tool_call a memory.write {}",
         Finish::tool_calls},
        {function_call(R"("a")", "invented", R"({"x":1})"), R"("stop")", R"(tool_call a invented {"x":1})",
         Finish::tool_calls},
        {function_call(R"("a")", "get_weather", R"("[1]")"), R"("tool_calls")",
         "tool_call a get_weather '[1]'", Finish::tool_calls},
        {function_call(R"("a")", "get_weather", R"("{\"city\":")"), R"("length")",
         "tool_call a get_weather '{\"city\":'", Finish::length},
        {function_call(R"("a")", "get_weather", R"("{}")"), R"("length")", "tool_call a get_weather {}",
         Finish::tool_calls},
        {function_call(R"("a")", "x", R"("{}")") + "," + function_call(R"("a")", "y", R"("{}")") + "," +
             function_call(R"("a_2")", "z", R"("{}")"),
         R"("tool_calls")", "tool_call a x {} | tool_call a_3 y {} | tool_call a_2 z {}", Finish::tool_calls},
    };
    for (const auto& r : table) {
        CAPTURE(r.calls);
        const Reply got = heard("openai", chat(calls(r.calls), r.finish), asked);
        CHECK(shape_of(got) == r.sketch);
        CHECK(got.finish == r.unified);
    }
}

TEST_CASE("openai: ids that are missing are derived, the same every time") {
    const std::string body =
        chat(calls(function_call(R"("")", "x", R"("{}")") + "," + function_call("null", "x", R"("{}")")));
    const Reply first = heard("openai", body);
    const Reply second = heard("openai", body);
    REQUIRE(first.message.parts.size() == 2);
    CHECK(first.message.parts[0].id.starts_with("call_"));
    CHECK(first.message.parts[0].id.size() == 17);
    CHECK(first.message.parts[0].id != first.message.parts[1].id);
    CHECK(shape_of(first) == shape_of(second));
}

TEST_CASE("an answer that was cut inside a character is still an answer") {
    const Reply cut = heard(
        "openai", chat(R"j({"content":"a\ud800 \ud83d\ude00 \\ud800 \udc00"})j", R"("length")", "null"));
    CHECK(text_of(cut.message) == "a\xEF\xBF\xBD \xF0\x9F\x98\x80 \\ud800 \xEF\xBF\xBD");
}

TEST_CASE("openai: usage") {
    const Conversation asked = captured_chat();
    const auto estimate = estimated_tokens(asked);
    struct {
        std::string usage, expected;
    } const table[] = {
        {R"({"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":8},)"
         R"("completion_tokens_details":{"reasoning_tokens":12}})",
         R"({"input":100,"output":20,"cache_read":64,"cache_write":8,"reasoning":12})"},
        {R"({"prompt_tokens":1,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":9}})",
         R"({"input":1,"output":2,"reasoning":2})"},
        {"null", base::format(R"({{"input":{},"output":2,"estimated":true}})", estimate)},
        {R"({"completion_tokens":7})",
         base::format(R"({{"input":{},"output":7,"estimated":true}})", estimate)},
        {R"({"prompt_tokens":-1,"completion_tokens":"7"})",
         base::format(R"({{"input":{},"output":2,"estimated":true}})", estimate)},
        {R"({"prompt_tokens":0,"completion_tokens":0})", // no count at all
         base::format(R"({{"input":{},"output":2,"estimated":true}})", estimate)},
    };
    for (const auto& r : table) {
        CAPTURE(r.usage);
        CHECK(schema::encode(heard("openai", chat(R"({"content":"12345"})", R"("stop")", r.usage)).usage) ==
              r.expected);
    }
    CHECK(Usage{3, 4}.total() == 7);
}

TEST_CASE("estimates are bytes / 4, rounded up") {
    Conversation conversation;
    CHECK(estimated_tokens(conversation) == 0);
    conversation.messages = {text_message(Role::user, "12345")};
    CHECK(estimated_tokens(conversation) == 2);
    conversation.tools = {{"tool", "four", {"{ } "}}};
    CHECK(estimated_tokens(conversation) == 5);
}

std::string messages_answer(std::string_view content, std::string_view stop = "end_turn",
                            std::string_view usage = R"({"input_tokens":10,"output_tokens":5})") {
    return base::format(
        R"({{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{}],)"
        R"("stop_reason":"{}","stop_sequence":null,"usage":{}}})",
        content, stop, usage);
}

TEST_CASE("anthropic: content and stop reasons") {
    Conversation asked = captured_tools_turn1();
    asked.tools.push_back({"memory.write", "", {}});
    const std::string use =
        base::format(R"({{"type":"tool_use","id":"toolu_1","name":"{}","input":{{"a":1.50}}}})",
                     wire_name("memory.write"));
    struct {
        std::string content, stop, sketch;
        Finish unified;
    } const table[] = {
        {R"({"type":"text","text":"four"})", "end_turn", "text 'four'", Finish::stop},
        {"", "end_turn", "", Finish::stop},
        {R"({"type":"text","text":"a"},{"type":"server_tool_use","id":"s"},{"type":"text","text":"b"})",
         "stop_sequence", "text 'a' | text 'b'", Finish::stop},
        {R"({"type":"text","text":"Let me."},)" + use, "tool_use",
         R"(text 'Let me.' | tool_call toolu_1 memory.write {"a":1.50})", Finish::tool_calls},
        {use, "end_turn", R"(tool_call toolu_1 memory.write {"a":1.50})", Finish::tool_calls},
        {use, "max_tokens", R"(tool_call toolu_1 memory.write '{"a":1.50}')", Finish::length},
        {use + R"(,{"type":"text","text":"and"})", "max_tokens",
         R"(tool_call toolu_1 memory.write {"a":1.50} | text 'and')", Finish::tool_calls},
        {R"({"type":"tool_use","id":"t","name":"x","input":null})", "tool_use", "tool_call t x {}",
         Finish::tool_calls},
        {R"({"type":"text","text":"a"})", "max_tokens", "text 'a'", Finish::length},
        {R"({"type":"text","text":"a"})", "model_context_window_exceeded", "text 'a'", Finish::length},
        {R"({"type":"text","text":"a"})", "refusal", "text 'a'", Finish::content_filter},
        {R"({"type":"text","text":"a"})", "pause_turn", "text 'a'", Finish::paused},
        {R"({"type":"text","text":"a"})", "tired", "text 'a'", Finish::other},
    };
    for (const auto& r : table) {
        CAPTURE(r.content);
        const Reply got = heard("anthropic", messages_answer(r.content, r.stop), asked);
        CHECK(shape_of(got) == r.sketch);
        CHECK(got.finish == r.unified);
        CHECK(got.raw_finish == r.stop);
        CHECK(got.model == "claude-x");
    }
}

TEST_CASE("anthropic: thinking comes back as it was and can be sent again") {
    const std::string thinking = R"({"type":"thinking","thinking":"hm","signature":"s=="})";
    const std::string redacted = R"({"type":"redacted_thinking","data":"b64"})";
    const Reply got = heard("anthropic", messages_answer(thinking + "," + redacted));
    REQUIRE(got.message.parts.size() == 2);
    CHECK(got.message.parts[0].text == "hm");
    CHECK(got.message.parts[0].blob.text == thinking);
    CHECK(got.message.parts[0].origin == "anthropic/m");
    CHECK(got.message.parts[1].blob.text == redacted);
    CHECK(text_of(got.message) == "");
}

TEST_CASE("anthropic: usage adds up three input counters") {
    struct {
        std::string usage, expected;
    } const table[] = {
        {R"({"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":30,"output_tokens":5,)"
         R"("output_tokens_details":{"thinking_tokens":4}})",
         R"({"input":60,"output":5,"cache_read":30,"cache_write":20,"reasoning":4})"},
        {R"({"input_tokens":10,"cache_creation_input_tokens":null,"output_tokens":5})",
         R"({"input":10,"output":5})"},
    };
    for (const auto& r : table)
        CHECK(schema::encode(heard("anthropic", messages_answer("", "end_turn", r.usage)).usage) ==
              r.expected);
    CHECK(heard("anthropic", messages_answer("", "end_turn", "null")).usage.estimated);
}

TEST_CASE("answers that are not what is documented") {
    const std::string hint = "check spec.base_url of model endpoint 'default/e': something else than the "
                             "model's API may answer there";
    const std::string page =
        "'https://api.openai.com/v1' answers with a web page instead of an API's answer: check spec.base_url "
        "of model endpoint 'default/e', and whether a login page or a proxy is in front of it";
    struct {
        std::string provider, body, detail;
    } const table[] = {
        {"openai", "", "the answer is empty"},
        {"openai",
         "<!DOCTYPE html><html><head><TITLE>Log\n in</TITLE></head><body>secret words</body></html>",
         "the answer is not JSON: Log in (an HTML page)"},
        {"openai", "hello", "the answer is not JSON: hello"},
        {"openai", R"({"choices":[{"mess)", R"(the answer is not JSON: {"choices":[{"mess)"},
        {"openai", "{}", "the answer has no 'choices'"},
        {"openai", R"({"choices":null})", "the answer has no 'choices'"},
        {"openai", R"({"choices":[{"index":0}]})", "the answer has no 'choices[0].message'"},
        {"openai", "[]", "the answer has no 'choices'"},
        {"openai", "4", "the answer has no 'choices'"},
        {"anthropic", R"({"type":"message"})", "the answer has no 'content'"},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        const Refusal no = refusal(answer_of(r.provider, r.body));
        CHECK(no.kind == Refusal::Kind::bad_response);
        CHECK(no.status == 200);
        CHECK(no.detail == r.detail);
        CHECK(no.hint == (r.body.starts_with('<') ? page : hint));
        CHECK(!retryable(no));
    }
}

TEST_CASE("messages survive the journal") {
    Message message{Role::assistant, {words("a"), call("1", "x", R"({"n":1.0})"), result("1", "x", "r")}};
    message.parts[2].is_error = true;
    const std::string stored = schema::encode(message);
    CHECK(schema::encode(schema::decode_own<Message>(json(stored))) == stored);
    CHECK(stored == R"({"role":"assistant","parts":[{"kind":"text","text":"a"},)"
                    R"({"kind":"tool_call","id":"1","name":"x","arguments":{"n":1.0}},)"
                    R"({"kind":"tool_result","text":"r","id":"1","name":"x","is_error":true}]})");
}

} // namespace
} // namespace provider::test
