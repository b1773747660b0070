// What holds for the streams of every provider: recorded bytes, requests, documents, cuts and damage.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

using Kind = Refusal::Kind;

struct Recorded {
    std::string provider, folder, file, end;
};

std::vector<Recorded> recordings() {
    return {{"openai", "openai", "stream.response.sse", "\n\n"},
            {"azure-openai", "azure-openai", "stream.response.sse", "\n\n"},
            {"openai-compatible", "openai-compatible", "stream.response.sse", "\n\n"},
            {"anthropic", "anthropic", "stream.response.sse", "\n\n"},
            {"anthropic", "anthropic-2023-06-01", "stream.response.sse", "\n\n"},
            {"ollama", "ollama", "stream.response.ndjson", "\n"}};
}

std::string model_of(const Recorded& r) {
    return std::string(capture(r.folder + "/stream").body.text_of("model"));
}

/// A whole answer that says what the recorded streams say.
std::string whole_answer(const Recorded& r) {
    if (r.provider == "anthropic")
        return R"({"model":"claude-3-5-sonnet-latest","content":[{"type":"text","text":"Hello"}],)"
               R"("stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":2}})";
    if (r.provider == "ollama")
        return R"({"model":"llama3.1","message":{"role":"assistant","content":"Hello"},"done":true,)"
               R"("done_reason":"stop","prompt_eval_count":9,"eval_count":1})";
    return R"({"model":"gpt-4o-mini","choices":[{"index":0,"message":{"content":"Hello"},"finish_reason":)"
           R"("stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}})";
}

TEST_CASE("recorded streams say what the whole answer says, however they are cut") {
    for (const Recorded& r : recordings()) {
        CAPTURE(r.folder);
        const Heard got = hear(r.provider, recorded(r.folder + "/" + r.file), captured_chat());
        CHECK(got.text == "Hello");
        CHECK(got.thinking == "");
        CHECK(got.tools == "");
        const auto whole = row(r.provider)
                               .parse_response(streaming(r.provider), captured_chat(),
                                               answer(200, whole_answer(r), {{"x-request-id", "req_1"}}));
        CHECK(told(got.outcome) == told(whole));
        CHECK(reply(got.outcome).finish == Finish::stop);
    }
}

TEST_CASE("requests for a stream are those of the SDKs") {
    for (const Recorded& r : recordings()) {
        CAPTURE(r.folder);
        const Capture expected = capture(r.folder + "/stream");
        Endpoint endpoint = streaming(r.provider);
        endpoint.model = model_of(r);
        if (r.provider == "anthropic") {
            endpoint.options = {{"max_tokens", "1024"}};
        } else {
            endpoint.options = {{"max_tokens", "64"}, {"temperature", "0.2"}};
            if (r.provider == "openai-compatible") endpoint.options["service"] = "groq";
            if (r.provider == "ollama") endpoint.options["keep_alive"] = "5m";
        }
        const http::Request sent = request(row(r.provider), endpoint, captured_chat());
        schema::Tree body = json(sent.body);
        const bool local = r.provider == "ollama";
        if (local) { // what orloj says beyond the SDK
            std::erase_if(body.entries, [](const schema::Entry& entry) {
                return entry.key == "truncate" || entry.key == "shift";
            });
            for (schema::Entry& entry : body.entries) {
                std::erase_if(entry.value.entries,
                              [](const schema::Entry& inner) { return inner.key == "num_ctx"; });
            }
        }
        CHECK(difference(body, expected.body) == "");
        CHECK(header(sent, "accept") == (local ? "application/x-ndjson" : "text/event-stream"));
        CHECK(sent.stream);

        endpoint.stream = false;
        const http::Request whole = request(row(r.provider), endpoint, captured_chat());
        CHECK(header(whole, "accept") == "application/json");
        CHECK(!whole.stream);
        const schema::Tree plain = json(whole.body);
        CHECK(plain.text_of("stream") == (local ? "false" : ""));
        CHECK(plain.find("stream_options") == nullptr);
    }
}

TEST_CASE("stream_options is left out where it is refused") {
    struct {
        std::string provider, key, value;
    } const table[] = {{"openai-compatible", "service", "mistral"},
                       {"azure-openai", "api_version", "2024-06-01"}};
    for (const auto& r : table) {
        CAPTURE(r.provider);
        Endpoint endpoint = streaming(r.provider);
        endpoint.options = {{r.key, r.value}};
        const schema::Tree body = json(request(row(r.provider), endpoint, captured_chat()).body);
        CHECK(body.text_of("stream") == "true");
        CHECK(body.find("stream_options") == nullptr);
    }
    Endpoint endpoint = streaming("openai");
    endpoint.dropped = {"stream_options"};
    CHECK(json(request(row("openai"), endpoint, captured_chat()).body).find("stream_options") == nullptr);
}

TEST_CASE("who streams") {
    for (const Provider& provider : providers()) {
        CAPTURE(provider.name);
        CHECK((provider.decoder != nullptr) == (provider.name != "mock"));
    }
    Endpoint endpoint = streaming("ollama");
    Refusal missing;
    missing.kind = Kind::missing_model;
    const auto question = row("ollama").inquire(endpoint, missing);
    REQUIRE(question);
    CHECK(!question->stream);
    CHECK(header(*question, "accept") == "application/json");
}

TEST_CASE("a stream cut between events has broken off") {
    for (const Recorded& r : recordings()) {
        const std::string body = recorded(r.folder + "/" + r.file);
        const std::vector<std::size_t> ends = event_ends(body, r.end);
        for (std::size_t i = 0; i < ends.size(); ++i) {
            CAPTURE(r.folder);
            CAPTURE(i);
            const std::string cut = body.substr(0, ends[i]);
            const Heard got = hear(streaming(r.provider), r.provider, cut, {}, head(), captured_chat());
            const bool enough = r.end == "\n\n" && r.provider != "anthropic" ? i >= 3 : i + 1 == ends.size();
            CHECK(std::holds_alternative<Reply>(got.outcome) == enough);
            if (enough) continue;
            const Refusal no = refusal(got.outcome);
            CHECK(no.kind == Kind::network);
            CHECK(no.code == "truncated");
            CHECK(no.status == 200);
            CHECK(no.request_id == "req_1");
            CHECK(no.detail.starts_with("the answer broke off: its stream ended after "));
            CHECK(retryable(no));
        }
        CHECK(refusal(hear(r.provider, "").outcome).code == "truncated");
    }
    CHECK(sketch(hear("openai", sse({chunk(R"({"content":"a"})"), chunk("{}")})).outcome) ==
          "network truncated: the answer broke off: its stream ended after 2 events without 'finish_reason'");
    CHECK(sketch(hear("ollama", "{\"message\":{\"content\":\"a\"},\"done\":false}\n").outcome) ==
          "network truncated: the answer broke off: its stream ended after 1 event without 'done'");
}

TEST_CASE("a stream cut inside any event has broken off or is whole, and never calls tools") {
    const std::string call =
        chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}"}}]})");
    const std::string chat = sse({call, chunk("{}", R"("tool_calls")"), "[DONE]"});
    const std::string messages = named(
        {R"({"type":"message_start","message":{"model":"m"}})",
         R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"x","input":{}}})",
         R"({"type":"content_block_stop","index":0})",
         R"({"type":"message_delta","delta":{"stop_reason":"tool_use"}})", R"({"type":"message_stop"})"});
    const std::string lines =
        R"({"message":{"tool_calls":[{"function":{"name":"x","arguments":{}}}]},"done":false})"
        "\n"
        R"({"message":{"content":""},"done":true,"done_reason":"stop"})";
    struct {
        std::string provider, body, mark;
    } const table[] = {{"openai", chat, R"("finish_reason":"tool_calls"}]})"},
                       {"anthropic", messages, R"({"type":"message_stop"})"},
                       {"ollama", lines, R"("done":true,"done_reason":"stop"})"}};
    for (const auto& r : table) {
        const std::size_t enough = r.body.find(r.mark) + r.mark.size();
        for (std::size_t n = 1; n <= r.body.size(); ++n) {
            CAPTURE(r.provider);
            CAPTURE(n);
            const Heard got = hear(
                streaming(r.provider), r.provider, r.body.substr(0, n), {},
                head(r.provider == "ollama" ? "application/x-ndjson" : "text/event-stream"), captured_chat());
            REQUIRE(std::holds_alternative<Reply>(got.outcome) == (n >= enough));
        }
    }
}

TEST_CASE("a document instead of a stream is read as one") {
    const std::string page = "<html><head><title>Log in</title></head></html>";
    struct {
        std::string provider, body, type, expected;
    } const table[] = {
        {"openai", R"({"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]})", "application/json",
         "text 'Hi'"},
        {"openai", "\n\n {\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}\n", "", "text 'Hi'"},
        {"openai", page, "text/html", "bad_response : the answer is not JSON: Log in (an HTML page)"},
        {"openai", R"([{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}])", "",
         "rate_limit RESOURCE_EXHAUSTED: slow"},
        {"openai", "database error", "text/plain", "bad_response : the answer is not JSON: database error"},
        {"openai", "  \n", "application/json", "bad_response : the answer is empty"},
        {"anthropic", R"({"content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn"})", "",
         "text 'Hi'"},
        {"anthropic", R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", "",
         "overloaded overloaded_error: Overloaded"},
        {"ollama", R"({"message":{"content":"Hi"},"done":true})", "application/json", "text 'Hi'"},
        {"ollama", R"({"message":{"content":"Hi"}})", "application/json", "text 'Hi'"},
        {"ollama", "{\"message\":{\"content\":\"Hi\"}}\n", "application/json", "text 'Hi'"},
        {"ollama", "{\n \"message\": {\n  \"content\": \"Hi\"\n }\n}\n", "application/json", "text 'Hi'"},
        {"ollama", page, "text/html", "bad_response : the answer is not JSON: Log in (an HTML page)"},
        {"ollama", R"({"choices":[]})", "application/json",
         "bad_response : this does not look like an Ollama server: the answer is OpenAI's ('choices')"},
        {"ollama", "data: {}\n\n", "text/event-stream", "bad_response : the answer is not JSON: data: {}"},
    };
    for (const auto& r : table) {
        CAPTURE(r.provider);
        const Heard got = hear(r.provider, r.body, captured_chat(), head(r.type));
        CHECK(sketch(got.outcome) == r.expected);
    }
}

TEST_CASE("a status outside 2xx is an error body") {
    const http::Response busy = answer(529, R"({"error":{"message":"Overloaded"}})");
    for (const Recorded& r : recordings()) {
        const auto decoder = row(r.provider).decoder(streaming(r.provider), captured_chat());
        CHECK(refusal(decoder->finish(busy)).kind == Kind::overloaded);
    }
}

TEST_CASE("a document larger than 64 MiB and an event larger than 32 MiB are refused") {
    const std::string piece(std::size_t{8} << 20U, 'x');
    struct {
        std::string provider, start, detail;
    } const table[] = {
        {"openai", "<html>", "the answer is larger than 64 MiB"},
        {"openai", "data: ", "the answer holds an event of more than 32 MiB"},
        {"anthropic", "event: ", "the answer holds an event of more than 32 MiB"},
        {"ollama", "{\"done\":false}\n{", "the answer holds an event of more than 32 MiB"},
        {"ollama", "{", "the answer is larger than 64 MiB"},
    };
    for (const auto& r : table) {
        CAPTURE(r.start);
        const auto decoder = row(r.provider).decoder(streaming(r.provider), captured_chat());
        decoder->feed(r.start);
        for (int i = 0; i < 9; ++i)
            CHECK(decoder->feed(piece).empty());
        const Refusal no = refusal(decoder->finish(head("")));
        CHECK(no.kind == Kind::bad_response);
        CHECK(no.detail == r.detail);
    }
}

TEST_CASE("a key that the server sends back is not shown") {
    const std::string key = "key-0123456789";
    for (const std::string& body : {"data: " + key + "\n\n", "data: {\"error\":\"" + key + "\"}\n\n",
                                    "event: error\ndata: " + key + "\n\n", "data: {\"" + key + "\":1}\n\n"}) {
        CAPTURE(body);
        CHECK(told(hear("openai", body).outcome).find(key) == std::string::npos);
    }
}

} // namespace
} // namespace provider::test
