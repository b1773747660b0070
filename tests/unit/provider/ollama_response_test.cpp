#include "provider/ollama_chat.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"

namespace provider::test {
namespace {

Endpoint local(std::string model = "llama3.1") {
    Endpoint out = endpoint_of("ollama", std::move(model));
    out.credential = {};
    return out;
}

/// The rest of an answer as the server writes it.
constexpr std::string_view frame =
    R"({{"model":"llama3.1","created_at":"2026-11-22T10:00:00Z","message":{},)"
    R"("done":true,"done_reason":"{}","total_duration":5,"load_duration":1,)"
    R"("prompt_eval_count":26,"prompt_eval_duration":2,"eval_count":7,"eval_duration":2}})";

Outcome read(std::string_view message, std::string_view reason = "stop") {
    return ollama_reply(local(), captured_tools_turn1(), answer(200, base::format(frame, message, reason)));
}

TEST_CASE("ollama: an answer") {
    const Reply got = reply(read(R"({"role":"assistant","content":" Sunny.\n","thinking":"hm"})"));
    REQUIRE(got.message.parts.size() == 2);
    CHECK(got.message.role == Role::assistant);
    CHECK(got.message.parts[0].kind == Part::Kind::thinking);
    CHECK(got.message.parts[0].text == "hm");
    CHECK(got.message.parts[0].origin == "ollama/llama3.1");
    CHECK(text_of(got.message) == " Sunny.\n");
    CHECK(got.finish == Finish::stop);
    CHECK(got.raw_finish == "stop");
    CHECK(got.model == "llama3.1");
    CHECK(got.usage.input == 26);
    CHECK(got.usage.output == 7);
    CHECK(!got.usage.estimated);
    CHECK(got.warnings.empty());
}

TEST_CASE("ollama: thinking that older servers leave in the answer is kept apart") {
    struct {
        std::string content, thinking, text;
    } const table[] = {
        {"<think>\\nhm\\n</think>\\n\\nSunny.", "hm", "Sunny."},
        {"\\n<think>hm</think>", "hm", ""},
        {"<think></think> Sunny.", "", "Sunny."},
        {"<think>hm", "hm", ""}, // cut inside: no answer
        {"Say <think>hm</think>", "", "Say <think>hm</think>"},
    };
    for (const auto& r : table) {
        CAPTURE(r.content);
        const Reply got = reply(read(base::format(R"({{"role":"assistant","content":"{}"}})", r.content)));
        std::string thinking;
        for (const Part& part : got.message.parts) {
            if (part.kind == Part::Kind::thinking) thinking += part.text;
        }
        CHECK(thinking == r.thinking);
        CHECK(text_of(got.message) == r.text);
    }
    const Reply both = reply(read(R"({"role":"assistant","content":"<think>a</think>b","thinking":"hm"})"));
    CHECK(text_of(both.message) == "<think>a</think>b");
}

TEST_CASE("ollama: calls, with and without ids, with arguments as object and as text") {
    const std::string message =
        R"({"role":"assistant","content":"","tool_calls":[)"
        R"({"id":"call_ab12cd34","function":{"index":0,"name":"get_weather","arguments":{"city":"Brno","n":1.50}}},)"
        R"({"function":{"name":"GET_WEATHER","arguments":"{\"city\":\"Praha\"}"}},)"
        R"({"function":{"name":"get_weather"}},{"function":{"name":"other","arguments":"oops"}},{"function":{}}]})";
    const Reply got = reply(read(message));
    REQUIRE(got.message.parts.size() == 4);
    CHECK(got.finish == Finish::tool_calls);
    CHECK(got.raw_finish == "stop");
    const auto& parts = got.message.parts;
    CHECK(parts[0].id == "call_ab12cd34");
    CHECK(parts[0].arguments.text == R"({"city":"Brno","n":1.50})");
    CHECK(parts[1].name == "get_weather");
    CHECK(parts[1].arguments.text == R"({"city":"Praha"})");
    CHECK(parts[2].arguments.text == "{}");
    CHECK(parts[3].name == "other");
    CHECK(parts[3].arguments.text == "");
    CHECK(parts[3].text == "oops");
    for (std::size_t i = 1; i < 4; ++i) {
        CHECK(parts[i].id.size() == 17);
        CHECK(parts[i].id.starts_with("call_"));
        CHECK(parts[i].id != parts[i - 1].id);
    }
    CHECK(reply(read(message)).message.parts[2].id == parts[2].id); // never by chance
    CHECK(reply(read(message, "length")).finish == Finish::length); // the last is cut
}

TEST_CASE("ollama: why it stopped") {
    const std::pair<std::string, Finish> table[] = {
        {"stop", Finish::stop},
        {"length", Finish::length},
        {"", Finish::stop},
        {"odd", Finish::other},
    };
    for (const auto& [word, finish] : table) {
        CAPTURE(word);
        const Reply got = reply(read(R"({"role":"assistant","content":"x"})", word));
        CHECK(got.finish == finish);
        CHECK(got.raw_finish == word);
    }
    const Reply bare =
        reply(ollama_reply(local(), captured_chat(),
                           answer(200, R"({"message":{"role":"assistant","content":"x"},"done":true})")));
    CHECK(bare.finish == Finish::stop);
    CHECK(bare.usage.estimated);
    CHECK(bare.usage.input == estimated_tokens(captured_chat()));
    CHECK(bare.usage.output == 1);
    for (const std::string word : {"load", "unload"}) {
        const Reply loaded =
            reply(ollama_reply(local(), captured_chat(),
                               answer(200, base::format(R"({{"model":"m","message":{{"role":"assistant",)"
                                                        R"("content":""}},"done":true,"done_reason":"{}"}})",
                                                        word))));
        CHECK(loaded.finish == Finish::stop);
        CHECK(loaded.message.parts.empty());
        CHECK(loaded.usage.total() == 0);
        CHECK(loaded.warnings ==
              std::vector<std::string>{"Ollama only " + word + "ed the model and wrote nothing"});
    }
}

TEST_CASE("ollama: what came from its cache is part of what was read") {
    const Reply got = reply(ollama_reply(
        local(), captured_chat(),
        answer(200, R"({"message":{"role":"assistant","content":"x"},"done":true,"prompt_eval_count":40,)"
                    R"("prompt_eval_cached_count":32,"eval_count":5})")));
    CHECK(got.usage.input == 40);
    CHECK(got.usage.cache_read == 32);
    CHECK(got.usage.output == 5);
    CHECK(!got.usage.estimated);
}

TEST_CASE("ollama: counts that say that something was cut") {
    const std::string remedy = "raise options.num_ctx of model endpoint 'default/e' (now 2048) if the model "
                               "allows it";
    struct {
        std::size_t asked; ///< bytes
        std::string counts;
        std::string warning;
    } const table[] = {
        {100, R"("prompt_eval_count":30,"eval_count":7)", ""},
        {7000, R"("prompt_eval_count":2039,"eval_count":3)", ""},
        {7000, R"("prompt_eval_count":2040,"eval_count":3)",
         "the prompt was probably cut: 2040 tokens were read, which is the whole context window; "},
        {7000, R"("prompt_eval_count":1000,"eval_count":1047)", ""},
        {7000, R"("prompt_eval_count":1000,"eval_count":1048)",
         "the context window is full, so the answer was probably cut: 1000 tokens were read and 1048 "
         "written; "},
        {7000, R"("prompt_eval_count":875,"eval_count":3)", ""},
        {7000, R"("prompt_eval_count":874,"eval_count":3)",
         "the prompt was probably cut: 874 tokens were read of about 1750; "},
        {3000, R"("prompt_eval_count":10,"eval_count":3)", ""}, // too little to compare
        {7000, R"("eval_count":3)", ""},                        // nothing was counted: all was cached
    };
    for (const auto& r : table) {
        CAPTURE(r.counts);
        Endpoint endpoint = local();
        endpoint.options["num_ctx"] = "2048";
        Conversation asked;
        asked.messages = {text_message(Role::user, std::string(r.asked, 'a'))};
        const http::Response response =
            answer(200, base::format(R"({{"message":{{"role":"assistant","content":"x"}},"done":true,{}}})",
                                     r.counts));
        const Reply got = reply(ollama_reply(endpoint, asked, response));
        CHECK(base::join(got.warnings, "|") == (r.warning.empty() ? "" : r.warning + remedy));
        if (r.warning.find("of about") == std::string::npos) continue;
        asked.messages.push_back(text_message(Role::assistant, "x")); // a later call may be cached
        CHECK(reply(ollama_reply(endpoint, asked, response)).warnings.empty());
    }
}

TEST_CASE("ollama: an answer from elsewhere is said") {
    const http::Response response =
        answer(200, R"({"model":"m","remote_model":"gpt-oss:120b","remote_host":"https://ollama.com:443",)"
                    R"("message":{"role":"assistant","content":"x"},"done":true,"done_reason":"stop"})");
    Endpoint endpoint = local();
    CHECK(
        reply(ollama_reply(endpoint, captured_chat(), response)).warnings ==
        std::vector<std::string>{
            "the answer came from 'https://ollama.com:443' and not from where Ollama runs: choose a local "
            "model, or set options.allow_remote of model endpoint 'default/e' to \"true\" if that is meant"});
    endpoint.options["allow_remote"] = "true";
    CHECK(reply(ollama_reply(endpoint, captured_chat(), response)).warnings.empty());
    endpoint.options.clear();
    endpoint.base_url = "https://ollama.com";
    CHECK(reply(ollama_reply(endpoint, captured_chat(), response)).warnings.empty());
}

TEST_CASE("ollama: refusals") {
    using Kind = Refusal::Kind;
    constexpr std::string_view elsewhere =
        "check spec.base_url of model endpoint 'default/e': requests go to "
        "'http://127.0.0.1:11434/api/chat'; "
        "for a server that speaks OpenAI's API set spec.provider to openai-compatible";
    constexpr std::string_view window = "raise options.num_ctx of model endpoint 'default/e' (now 8192), "
                                        "shorten the input, or choose a model "
                                        "with a larger context window";
    struct {
        int status;
        std::string body;
        Kind kind;
        std::string detail;
        std::string_view hint;
    } const table[] = {
        {404, R"({"error":"model 'llama3.1' not found"})", Kind::missing_model, "model 'llama3.1' not found",
         "run 'ollama pull llama3.1'"},
        {404, R"({"error":"model \"llama3.1\" not found, try pulling it first"})", Kind::missing_model,
         "model \"llama3.1\" not found, try pulling it first", "run 'ollama pull llama3.1'"},
        {400, R"({"error":"registry.ollama.ai/library/llama3.1:latest does not support tools"})",
         Kind::bad_request, "registry.ollama.ai/library/llama3.1:latest does not support tools",
         "'ollama show llama3.1' lists what the model can do: choose one with 'tools', or take the tools "
         "away "
         "from the agent"},
        {400, R"({"error":"\"llama3.1\" does not support thinking"})", Kind::bad_request,
         "\"llama3.1\" does not support thinking",
         "remove options.think of model endpoint 'default/e', or choose a model that thinks"},
        {400, R"({"error":"think value \"high\" is not supported for this model"})", Kind::bad_request,
         "think value \"high\" is not supported for this model",
         "set options.think of model endpoint 'default/e' to true or false"},
        {400, R"({"error":"\"llama3.1\" does not support chat"})", Kind::bad_request,
         "\"llama3.1\" does not support chat",
         "choose a model that writes text; this one only computes embeddings"},
        {400, R"({"error":"json: cannot unmarshal string"})", Kind::bad_request,
         "json: cannot unmarshal string", ""},
        {400,
         R"({"error":"the prompt is longer than the context length currently available to the model; shorten the prompt"})",
         Kind::context_length,
         "the prompt is longer than the context length currently available to the model; shorten the prompt",
         window},
        {400, R"({"error":"the input length exceeds the context length"})", Kind::context_length,
         "the input length exceeds the context length", window},
        {500, R"({"error":"input exceeds maximum context length and cannot be truncated further"})",
         Kind::context_length, "input exceeds maximum context length and cannot be truncated further",
         window},
        {503, R"({"error":"server busy, please try again.  maximum pending requests exceeded"})",
         Kind::overloaded, "server busy, please try again. maximum pending requests exceeded", ""},
        {500, R"({"error":"model runner has unexpectedly stopped"})", Kind::server,
         "model runner has unexpectedly stopped", ""},
        {500, R"-({"error":"model requires more system memory (9.1 GiB) than is available (3.2 GiB)"})-",
         Kind::server, "model requires more system memory (9.1 GiB) than is available (3.2 GiB)",
         "choose a smaller model, or lower options.num_ctx of model endpoint 'default/e' (now 8192)"},
        {401, R"({"error":"unauthorized","signin_url":"https://ollama.com/connect?k=1"})", Kind::auth,
         "unauthorized", "run 'ollama signin' where Ollama runs, or choose a local model"},
        {403, R"({"error":"ollama cloud is disabled: remote model is unavailable"})", Kind::auth,
         "ollama cloud is disabled: remote model is unavailable",
         "this Ollama is set to stay local (OLLAMA_NO_CLOUD): choose a local model"},
        // not an Ollama
        {404, "404 page not found", Kind::bad_response,
         "this does not look like an Ollama server: 404 page not found", elsewhere},
        {404, R"({"detail":"Not Found"})", Kind::bad_response,
         "this does not look like an Ollama server: Not Found", elsewhere},
        {404, R"({"error":{"code":404,"message":"File Not Found","type":"not_found_error"}})",
         Kind::bad_response, "this does not look like an Ollama server: File Not Found", elsewhere},
        {405, "", Kind::bad_response,
         "this does not look like an Ollama server: status 405 without a message", elsewhere},
        {200, R"-({"error":"Unexpected endpoint or method. (POST /api/chat)"})-", Kind::bad_response,
         "this does not look like an Ollama server: Unexpected endpoint or method. (POST /api/chat)",
         elsewhere},
        {200, R"({"id":"x","object":"chat.completion","choices":[]})", Kind::bad_response,
         "this does not look like an Ollama server: the answer is OpenAI's ('choices')", elsewhere},
        {200, R"({"response":"x"})", Kind::bad_response,
         "this does not look like an Ollama server: the answer has no 'message'", elsewhere},
        {200, R"({"message":{"role":"assistant","content":"x"},"done":false})", Kind::bad_response,
         "the answer is not finished ('done' is false)",
         "check spec.base_url of model endpoint 'default/e': something else than the model's API may answer "
         "there"},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        const Refusal no = refusal(ollama_reply(local(), captured_chat(), answer(r.status, r.body)));
        CHECK(no.kind == r.kind);
        CHECK(no.status == r.status);
        CHECK(no.detail == r.detail);
        CHECK(no.hint == r.hint);
    }
    // a web page in front of it: the hint is the one all providers have
    for (const auto& [status, kind] : {std::pair{200, Kind::bad_response}, std::pair{502, Kind::server}})
        CHECK(refusal(
                  ollama_reply(local(), captured_chat(), answer(status, "<html><title>Login</title></html>")))
                  .kind == kind);
    CHECK(!retryable(
        refusal(ollama_reply(local(), captured_chat(),
                             answer(500, R"({"error":"model requires more system memory (1) than"})")))));
    CHECK(retryable(refusal(ollama_reply(local(), captured_chat(), answer(503, R"({"error":"busy"})")))));
}

} // namespace
} // namespace provider::test
