#include <doctest/doctest.h>

#include <set>

#include "base/text.hpp"
#include "cases.hpp"
#include "provider/services.hpp"

namespace provider::test {
namespace {

const Provider& compatible() {
    return row("openai-compatible");
}

/// A loopback server that is told to be that service.
Endpoint service(std::string name, std::string model = "m") {
    Endpoint out = endpoint_of("openai-compatible", std::move(model));
    out.base_url = "http://127.0.0.1:18100/v1";
    out.allow_private = true;
    out.options["service"] = std::move(name);
    return out;
}

schema::Tree body(const Endpoint& endpoint, const Conversation& conversation) {
    return json(request(compatible(), endpoint, conversation).body);
}

TEST_CASE("services: every row is whole") {
    std::set<std::string> names;
    std::set<std::string_view> hosts;
    for (const Service& s : services()) {
        CAPTURE(s.name);
        CHECK(names.insert(std::string(s.name)).second);
        CHECK(find_service(base::upper(s.name)) == &s);
        for (const std::string_view alias : s.aliases) {
            CHECK(names.insert(std::string(alias)).second);
            CHECK(find_service(alias) == &s);
        }
        const auto url = http::parse_url(s.base_url);
        REQUIRE(url);
        CHECK((url->scheme == "https") == s.start.empty()); // either hosted or started by oneself
        CHECK(s.hosts.empty() == !s.start.empty());
        if (!s.hosts.empty()) CHECK(s.hosts.front() == url->host);
        for (const std::string_view host : s.hosts)
            CHECK(hosts.insert(host).second);
        CHECK(s.dialect.provider == "openai-compatible");
        CHECK(!s.dialect.speaker.empty());
    }
    CHECK(services().size() == 16);
    CHECK(find_service("openai") == nullptr);
}

TEST_CASE("services: known by host or by name") {
    struct {
        std::string base_url, named, found;
    } const table[] = {
        {"https://api.groq.com/openai/v1", "", "groq"},
        {"https://API.MISTRAL.AI/v1", "", "mistral"},
        {"https://api.together.ai/v1", "", "together"},
        {"https://evil.api.groq.com.example/v1", "", ""},
        {"http://127.0.0.1:1234/v1", "", ""},
        {"http://127.0.0.1:1234/v1", "LM-Studio", "lmstudio"},
        {"https://api.groq.com/openai/v1", "vllm", "vllm"}, // what the person says wins
        {"", "grok", "xai"},
        {"", "", ""},
    };
    for (const auto& r : table) {
        CAPTURE(r.base_url);
        Endpoint endpoint = service(r.named);
        endpoint.base_url = r.base_url;
        const Service* found = service_of(compatible(), endpoint);
        CHECK((found == nullptr ? "" : found->name) == r.found);
        CHECK(service_of(row("openai"), endpoint) == nullptr);
    }
    CHECK(compatible().check(service("gorq")) == "options.service 'gorq' of model endpoint 'default/e' is no "
                                                 "service orloj knows: did you mean 'groq'?");
    CHECK(
        compatible().check(service("something-else")) ==
        "options.service 'something-else' of model endpoint 'default/e' is no service orloj knows: known are "
        "groq, together, fireworks, mistral, deepseek, xai, gemini, perplexity, openrouter, cerebras, "
        "sambanova, vllm, tgi, lmstudio, litellm, ollama");
}

TEST_CASE("services: one that is named needs no URL") {
    for (const Service& s : services()) {
        CAPTURE(s.name);
        Endpoint endpoint = service(std::string(s.name));
        endpoint.base_url.clear();
        CHECK(request(compatible(), endpoint, captured_chat()).url ==
              std::string(s.base_url) + "/chat/completions");
    }
}

TEST_CASE("services: fields of the request") {
    struct {
        std::string service, option, value, field, sent;
    } const table[] = {
        {"groq", "max_tokens", "9", "max_completion_tokens", "9"},
        {"xai", "max_tokens", "9", "max_completion_tokens", "9"},
        {"cerebras", "max_tokens", "9", "max_completion_tokens", "9"},
        {"together", "max_tokens", "9", "max_tokens", "9"},
        {"fireworks", "max_tokens", "9", "max_tokens", "9"},
        {"mistral", "max_tokens", "9", "max_tokens", "9"},
        {"deepseek", "max_tokens", "9", "max_tokens", "9"},
        {"gemini", "max_tokens", "9", "max_tokens", "9"},
        {"perplexity", "max_tokens", "9", "max_tokens", "9"},
        {"openrouter", "max_tokens", "9", "max_tokens", "9"},
        {"sambanova", "max_tokens", "9", "max_tokens", "9"},
        {"vllm", "max_tokens", "9", "max_tokens", "9"},
        {"tgi", "max_tokens", "9", "max_tokens", "9"},
        {"lmstudio", "max_tokens", "9", "max_tokens", "9"},
        {"litellm", "max_tokens", "9", "max_tokens", "9"},
        {"ollama", "max_tokens", "9", "max_tokens", "9"},
        {"mistral", "seed", "7", "random_seed", "7"},
        {"groq", "seed", "7", "seed", "7"},
        {"groq", "temperature", "0", "temperature", "0"}, // Groq itself makes 1e-8 of it
        {"fireworks", "reasoning_effort", "high", "reasoning_effort", "high"},
    };
    for (const auto& r : table) {
        CAPTURE(r.service);
        Endpoint endpoint = service(r.service);
        endpoint.options[r.option] = r.value;
        const schema::Tree sent = body(endpoint, captured_chat());
        CHECK(sent.text_of(r.field) == r.sent);
        if (r.field != r.option) CHECK(sent.find(r.option) == nullptr);
    }
}

TEST_CASE("services: what a service does not take is refused before sending") {
    const std::string none = "with model 'm': it has no such parameter";
    struct {
        std::string service, option, value, problem;
    } const table[] = {
        {"deepseek", "seed", "7", "cannot be sent to DeepSeek " + none},
        {"gemini", "seed", "7", "cannot be sent to Gemini " + none},
        {"perplexity", "seed", "7", "cannot be sent to Perplexity " + none},
        {"perplexity", "stop", "END", "cannot be sent to Perplexity " + none},
        {"perplexity", "parallel_tool_calls", "true", "cannot be sent to Perplexity " + none},
        {"cerebras", "parallel_tool_calls", "false", "cannot be sent to Cerebras " + none},
        {"fireworks", "reasoning_effort", "minimal",
         "is not low, medium, or high, which Fireworks AI asks for"},
    };
    for (const auto& r : table) {
        CAPTURE(r.service);
        Endpoint endpoint = service(r.service);
        endpoint.options[r.option] = r.value;
        const Refusal no = refusal(compatible().build_request(endpoint, captured_chat()));
        CHECK(no.kind == Refusal::Kind::configuration);
        CHECK(no.detail ==
              base::format("options.{} '{}' of model endpoint 'default/e' {}", r.option, r.value, r.problem));
        CHECK(compatible().check(endpoint) == no.detail);
    }
    Conversation offered = captured_tools_turn1();
    CHECK(refusal(compatible().build_request(service("perplexity"), offered)).detail ==
          "1 tool cannot be offered by model endpoint 'default/e': Perplexity has no tools");
    offered.tool_choice = "required";
    CHECK(
        refusal(compatible().build_request(service("ollama"), offered)).detail ==
        "tool_choice 'required' cannot be sent to model endpoint 'default/e': Ollama's /v1 leaves the choice "
        "to the model");
    offered.tool_choice = "auto";
    CHECK(body(service("ollama"), offered).find("tool_choice") == nullptr);
}

TEST_CASE("services: Mistral's ids and words") {
    Conversation conversation = captured_tools_turn1();
    conversation.tool_choice = "required";
    conversation.messages.push_back({Role::assistant,
                                     {call("call_1", "get_weather", "{}"), call("aB3dE6gH9", "x", "{}"),
                                      call("call_1", "y", "{}"), call("aB3dE6gH9", "z", "{}")}});
    conversation.messages.push_back({Role::tool,
                                     {result("call_1", "get_weather", "1"), result("aB3dE6gH9", "x", "2"),
                                      result("call_1", "y", "3"), result("aB3dE6gH9", "z", "4")}});
    const schema::Tree sent = body(service("mistral"), conversation);
    CHECK(sent.text_of("tool_choice") == "any");
    const auto& messages = sent.find("messages")->items;
    std::set<std::string> ids;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::string id(messages[2].find("tool_calls")->items[i].text_of("id"));
        CAPTURE(id);
        CHECK(id.size() == 9);
        CHECK(std::string_view(id).find_first_of("_-") == std::string_view::npos);
        CHECK(ids.insert(id).second);
        CHECK(messages[3 + i].text_of("tool_call_id") == id);
    }
    CHECK(ids.contains("aB3dE6gH9"));
    // base62 of SHA-256("call_1"), the first nine digits.
    CHECK(messages[2].find("tool_calls")->items[0].text_of("id") == "RWu906W5H");
    CHECK(schema::to_json(body(service("mistral"), conversation)) == schema::to_json(sent));
}

Part thought(std::string origin, std::string text) {
    Part out;
    out.kind = Part::Kind::thinking;
    out.origin = std::move(origin);
    out.text = std::move(text);
    return out;
}

TEST_CASE("services: reasoning goes back where it is wanted") {
    const std::string own = "openai-compatible/m";
    struct {
        std::string service, origin, field, sent;
    } const table[] = {
        {"deepseek", own, "reasoning_content", R"("hm")"},
        {"deepseek", "openai-compatible/other", "reasoning_content", R"("")"},
        {"groq", own, "reasoning", R"("hm")"},
        {"groq", "anthropic/m", "reasoning", ""},
        {"cerebras", own, "reasoning", R"("hm")"},
        {"vllm", own, "reasoning_content", ""},
        {"mistral", own, "reasoning", ""},
    };
    for (const auto& r : table) {
        CAPTURE(r.service);
        Conversation conversation = captured_tools_turn2(false);
        conversation.messages[2].parts.insert(conversation.messages[2].parts.begin(),
                                              thought(r.origin, "hm"));
        const schema::Tree sent = body(service(r.service), conversation);
        const schema::Tree* field = sent.find("messages")->items[2].find(r.field);
        CHECK((field == nullptr ? "" : schema::to_json(*field)) == r.sent);
    }
    CHECK(schema::to_json(*body(service("deepseek"), captured_tools_turn2(false))
                               .find("messages")
                               ->items[2]
                               .find("reasoning_content")) == R"("")");
}

std::string answered(std::string_view message, std::string_view finish = "stop") {
    return base::format(R"({{"model":"m","choices":[{{"index":0,"message":{},"finish_reason":"{}"}}]}})",
                        message, finish);
}

Reply heard(const Endpoint& endpoint, std::string answer_body) {
    return reply(
        compatible().parse_response(endpoint, captured_tools_turn1(), answer(200, std::move(answer_body))));
}

TEST_CASE("services: what a model wants back goes back unchanged, and only to it") {
    struct {
        std::string service, message, path, sent;
    } const table[] = {
        {"gemini",
         R"({"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather",)"
         R"("arguments":"{}"},"extra_content":{"google":{"thought_signature":"Abc=="}}}]})",
         "extra_content", R"({"google":{"thought_signature":"Abc=="}})"},
        {"openrouter",
         R"({"role":"assistant","content":"x","reasoning":"hm","reasoning_details":[{"type":"reasoning.text",)"
         R"("text":"hm","signature":"s"}]})",
         "reasoning_details", R"([{"type":"reasoning.text","text":"hm","signature":"s"}])"},
    };
    for (const auto& r : table) {
        CAPTURE(r.service);
        Conversation conversation = captured_tools_turn1();
        const Message said = heard(service(r.service), answered(r.message)).message;
        conversation.messages.push_back(schema::decode_own<Message>(json(schema::encode(said)))); // journal
        const auto find = [&](const Endpoint& endpoint) {
            const schema::Tree sent = body(endpoint, conversation);
            const schema::Tree& turn = sent.find("messages")->items[2];
            const schema::Tree* calls = turn.find("tool_calls");
            const schema::Tree* found = (calls == nullptr ? turn : calls->items[0]).find(r.path);
            return found == nullptr ? std::string() : schema::to_json(*found);
        };
        CHECK(find(service(r.service)) == r.sent);
        CHECK(find(service(r.service, "other")) == "");
    }
}

TEST_CASE("services: Perplexity's turns") {
    Conversation conversation;
    conversation.messages = {text_message(Role::system, "one"),     text_message(Role::system, "two"),
                             text_message(Role::assistant, "hi"),   text_message(Role::user, "a"),
                             text_message(Role::user, "b"),         {Role::assistant, {call("1", "x", "{}")}},
                             {Role::tool, {result("1", "x", "r")}}, text_message(Role::assistant, "c"),
                             text_message(Role::assistant, "d"),    text_message(Role::user, "e")};
    CHECK(schema::to_json(*body(service("perplexity"), conversation).find("messages")) ==
          R"([{"role":"system","content":"one\n\ntwo"},{"role":"user","content":"."},)"
          R"({"role":"assistant","content":"hi"},{"role":"user","content":"a\n\nb\n\nr"},)"
          R"({"role":"assistant","content":"c\n\nd"},{"role":"user","content":"e"}])");
    conversation.messages.resize(1);
    CHECK(schema::to_json(*body(service("perplexity"), conversation).find("messages")) ==
          R"([{"role":"system","content":"one"},{"role":"user","content":"."}])");
}

std::string outline(const Reply& reply) {
    std::string out;
    for (const Part& part : reply.message.parts)
        out += base::format("{}[{}]", schema::name_of(part.kind), part.text);
    return out;
}

TEST_CASE("services: reasoning is read wherever it stands") {
    const std::pair<std::string, std::string> table[] = {
        {R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"h"},{"type":"text","text":"m"}]},)"
         R"({"type":"text","text":"x"},{"type":"text","text":"y"}]})",
         "thinking[hm]text[xy]"},
        {R"({"content":"<think>\nhm\n</think>\n\nx <think>"})", "thinking[hm]text[x <think>]"},
        {R"({"content":" <think></think>x"})", "text[x]"},
        {R"({"content":"<think>cut"})", "thinking[cut]"},
        {R"({"content":"a <think>b</think>"})", "text[a <think>b</think>]"},
        {R"({"content":"x","reasoning":{"text":"no"}})", "text[x]"},
        {R"({"content":"x","reasoning_content":"","reasoning":"hm"})", "thinking[hm]text[x]"},
    };
    for (const auto& [message, expected] : table) {
        CAPTURE(message);
        CHECK(outline(heard(service("vllm"), answered(message))) == expected);
    }
    // OpenAI's own models may speak of the tag.
    CHECK(outline(reply(row("openai").parse_response(
              endpoint_of("openai"), captured_chat(),
              answer(200, answered(R"({"content":"<think>a</think>b"})"))))) == "text[<think>a</think>b]");
}

TEST_CASE("services: words for the end, and where usage stands") {
    const std::pair<std::string, Finish> words[] = {{"eos", Finish::stop},
                                                    {"eos_token", Finish::stop},
                                                    {"stop_sequence", Finish::stop},
                                                    {"model_length", Finish::length},
                                                    {"max_tokens", Finish::length},
                                                    {"error", Finish::error},
                                                    {"insufficient_system_resource", Finish::error}};
    for (const auto& [word, finish] : words)
        CHECK(heard(service("vllm"), answered(R"({"content":"x"})", word)).finish == finish);

    const std::string choices = R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],)";
    const std::pair<std::string, std::string> table[] = {
        {R"("x_groq":{"usage":{"prompt_tokens":10,"completion_tokens":5}}})", R"({"input":10,"output":5})"},
        {R"("usage":null,"x_groq":{"usage":{"prompt_tokens":10,"completion_tokens":5}}})",
         R"({"input":10,"output":5})"},
        {R"("usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_cache_hit_tokens":4,)"
         R"("prompt_cache_miss_tokens":6}})",
         R"({"input":10,"output":5,"cache_read":4})"},
    };
    for (const auto& [usage, expected] : table)
        CHECK(schema::encode(heard(service("groq"), choices + usage).usage) == expected);
}

TEST_CASE("services: error shapes") {
    using Kind = Refusal::Kind;
    const std::string page =
        "'http://127.0.0.1:18100/v1' answers with a web page instead of an API's answer: check spec.base_url "
        "of model endpoint 'default/e', and whether a login page or a proxy is in front of it";
    const std::string billing =
        "check the credit and billing of the account behind the key of model endpoint 'default/e'";
    struct {
        std::string service;
        int status;
        std::string body;
        Kind kind;
        bool retry;
        std::string detail, hint;
    } const table[] = {
        {"gemini", 429, R"([{"error":{"code":429,"message":"exhausted","status":"RESOURCE_EXHAUSTED"}}])",
         Kind::rate_limit, true, "exhausted", ""},
        {"together", 402, R"({"error":{"message":"pay","type":"x"}})", Kind::quota, false, "pay", billing},
        {"together", 403, R"({"error":{"message":"Input is too long for this model"}})", Kind::context_length,
         false, "Input is too long for this model",
         "shorten the input, or choose a model with a larger context window"},
        {"fireworks", 400, R"({"error":"bad thing"})", Kind::bad_request, false, "bad thing", ""},
        {"mistral", 422,
         R"({"detail":[{"type":"extra_forbidden","loc":["body","random_seed"],"msg":"Extra inputs"}]})",
         Kind::bad_request, false, "body.random_seed: Extra inputs",
         "change or remove options.seed of model endpoint 'default/e'"},
        {"mistral", 400, R"({"object":"error","message":"m","type":"invalid_request_error","code":"3051"})",
         Kind::bad_request, false, "m", ""},
        {"deepseek", 402, R"({"error":{"message":"Insufficient Balance"}})", Kind::quota, false,
         "Insufficient Balance", billing},
        {"xai", 200, R"({"code":"The service is currently unavailable","error":"later"})", Kind::overloaded,
         true, "later", ""},
        {"cerebras", 429, R"({"message":"slow","type":"too_many_requests_error","param":"q","code":"x"})",
         Kind::rate_limit, true, "slow", ""},
        {"openrouter", 200, R"({"error":{"code":429,"message":"slow"}})", Kind::rate_limit, true, "slow", ""},
        {"openrouter", 200,
         R"({"choices":[{"error":{"code":502,"message":"gone"},"finish_reason":"error","message":{"content":""}}]})",
         Kind::server, true, "gone", ""},
        {"openrouter", 402, R"({"error":{"code":402,"message":"credits"}})", Kind::quota, false, "credits",
         billing},
        {"tgi", 429, R"({"error":"Model is overloaded","error_type":"overloaded"})", Kind::rate_limit, true,
         "Model is overloaded", ""},
        {"tgi", 424, R"({"error":"Request failed during generation","error_type":"generation"})",
         Kind::server, true, "Request failed during generation", ""},
        {"groq", 400,
         R"({"error":{"message":"Failed to call a function.","type":"invalid_request_error",)"
         R"("code":"tool_use_failed","failed_generation":"<function=x>"}})",
         Kind::bad_request, true, "Failed to call a function.",
         "the model wrote a call of a tool that is none; another try may do better"},
        {"lmstudio", 200, R"j({"error":"Unexpected endpoint or method. (POST /chat/completions)"})j",
         Kind::bad_request, false, "Unexpected endpoint or method. (POST /chat/completions)",
         "check the path of spec.base_url of model endpoint 'default/e': 'http://127.0.0.1:18100/v1' is "
         "where "
         "requests go, and most servers want it to end in /v1"},
        {"vllm", 400,
         R"({"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice","code":400})",
         Kind::bad_request, false, R"("auto" tool choice requires --enable-auto-tool-choice)",
         "start vLLM with --enable-auto-tool-choice and --tool-call-parser"},
        {"litellm", 200, "<html><title>Sign in</title></html>", Kind::bad_response, false,
         "the answer is not JSON: Sign in (an HTML page)", page},
        {"litellm", 401, "<!doctype html><title>401</title>", Kind::auth, false, "401 (an HTML page)", page},
        {"litellm", 403, "<html></html>", Kind::auth, false, "an HTML page", page},
        {"litellm", 200, "OK", Kind::bad_response, false, "the answer is not JSON: OK",
         "check spec.base_url of model endpoint 'default/e': something else than the model's API may answer "
         "there"},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        Endpoint endpoint = service(r.service);
        endpoint.options["seed"] = "7";
        const Refusal no =
            refusal(compatible().parse_response(endpoint, captured_chat(), answer(r.status, r.body)));
        CHECK(no.kind == r.kind);
        CHECK(no.detail == r.detail);
        CHECK(no.hint == r.hint);
        CHECK(retryable(no) == r.retry);
    }
    const Refusal login = refusal(compatible().parse_response(
        service("litellm"), captured_chat(),
        answer(302, "", {{"location", "https://sso.example/oauth2/start?rd=secret"}})));
    CHECK(login.kind == Kind::bad_response);
    CHECK(login.detail == "redirected to 'sso.example', and redirects are not followed");
    CHECK(
        login.hint ==
        "a login page is in front of spec.base_url of model endpoint 'default/e': use the API's own address");
}

TEST_CASE("notes: what of a base URL is not used as written") {
    struct {
        std::string provider, service, base_url, note;
    } const table[] = {
        {"openai", "", "", ""},
        {"openai", "", "https://api.openai.com/v1/", ""},
        {"openai", "", "https://h/v1/chat/completions?key=secret",
         "spec.base_url of model endpoint 'default/e' ends in /chat/completions; the base URL is "
         "'https://h/v1'"},
        {"openai", "", "https://h/v1/responses/",
         "spec.base_url of model endpoint 'default/e' ends in /responses; the base URL is 'https://h/v1'"},
        {"openai", "", "https://api.openai.com/",
         "spec.base_url of model endpoint 'default/e' has no path, and this API is usually at "
         "'https://api.openai.com/v1'"},
        {"openai", "", "https://gateway.example", ""},
        {"openai-compatible", "", "https://api.groq.com",
         "spec.base_url of model endpoint 'default/e' has no path, and this API is usually at "
         "'https://api.groq.com/openai/v1'"},
        {"openai-compatible", "lmstudio", "http://10.0.0.1:1234",
         "spec.base_url of model endpoint 'default/e' has no path, and this API is usually at "
         "'http://10.0.0.1:1234/v1'"},
        {"openai-compatible", "", "http://10.0.0.1:1234", ""},
        {"openai-compatible", "", "https://api.deepseek.com", ""},
        {"openai-compatible", "", "https://api.perplexity.ai/", ""},
        {"openai-compatible", "", "not a url", ""},
        {"azure-openai", "", "https://r.openai.azure.com/openai/deployments/a/chat/completions", ""},
        {"anthropic", "", "https://api.anthropic.com", ""},
    };
    for (const auto& r : table) {
        CAPTURE(r.base_url);
        Endpoint endpoint = endpoint_of(r.provider);
        endpoint.base_url = r.base_url;
        if (!r.service.empty()) endpoint.options["service"] = r.service;
        CHECK(base::join(base_url_notes(row(r.provider), endpoint), "|") == r.note);
    }
    Endpoint ollama = endpoint_of("ollama");
    ollama.base_url = "http://127.0.0.1:11434/v1";
    CHECK(base_url_notes(row("ollama"), ollama).size() == 1);
}

TEST_CASE("hints: nothing answers there") {
    struct {
        std::string provider, service, base_url, hint;
    } const table[] = {
        {"openai-compatible", "", "http://127.0.0.1:1234/v1",
         "nothing answers at '127.0.0.1:1234': start the server there (LM Studio: 'lms server start') or "
         "correct spec.base_url of model endpoint 'default/e'"},
        {"openai-compatible", "", "http://localhost:8000/v1",
         "nothing answers at 'localhost:8000': start the server there (vLLM: 'vllm serve MODEL') or correct "
         "spec.base_url of model endpoint 'default/e'"},
        {"openai-compatible", "vllm", "http://10.0.0.1:9/v1",
         "nothing answers at '10.0.0.1:9': start the server there (vLLM: 'vllm serve MODEL') or correct "
         "spec.base_url of model endpoint 'default/e'"},
        {"openai-compatible", "", "http://10.0.0.1:8000/v1",
         "nothing answers at '10.0.0.1:8000': start the server there or correct spec.base_url of model "
         "endpoint 'default/e'"},
        {"openai-compatible", "lmstudio", "",
         "nothing answers at 'localhost:1234': start the server there (LM Studio: 'lms server start') or "
         "correct spec.base_url of model endpoint 'default/e'"},
        {"openai", "", "http://localhost:8000/v1",
         "nothing answers at 'localhost:8000': start the server there or correct spec.base_url of model "
         "endpoint 'default/e'"},
        {"ollama", "", "http://10.0.0.1:11434",
         "nothing answers at '10.0.0.1:11434': start Ollama with 'ollama serve' or open its app"},
        {"ollama", "", "localhost",
         "nothing answers at 'localhost:11434': start Ollama with 'ollama serve' or open its app; from "
         "inside a container the machine is 'host.docker.internal'"},
    };
    for (const auto& r : table) {
        CAPTURE(r.base_url);
        Endpoint endpoint = endpoint_of(r.provider);
        endpoint.base_url = r.base_url;
        if (!r.service.empty()) endpoint.options["service"] = r.service;
        CHECK(refusal_of(row(r.provider), endpoint, {http::Failure::Kind::refused, "", {}, false}).hint ==
              r.hint);
    }
}

} // namespace
} // namespace provider::test
