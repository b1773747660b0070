// Which JSON an answer has to be, in each provider's way of saying it, and how such an answer is read.
#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"
#include "provider/answer_schema.hpp"

using namespace provider;
using namespace provider::test;

namespace {

constexpr std::string_view open_schema =
    R"({"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]})";
constexpr std::string_view strict_schema =
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false})";
constexpr std::string_view list_schema = R"({"type":"array","items":{"type":"string"}})";

Conversation asked(std::string_view json_schema, bool with_tool = false) {
    Conversation out;
    out.messages = {text_message(Role::system, "You plan."), text_message(Role::user, "Where to?")};
    out.output_schema.text = std::string(json_schema);
    if (with_tool) out.tools.push_back({"search", "Searches.", {R"({"type":"object","properties":{}})"}});
    return out;
}

schema::Tree body_of(const Endpoint& endpoint, std::string_view provider, const Conversation& conversation) {
    return json(request(row(provider), endpoint, conversation).body);
}

std::string shown(const schema::Tree& body, std::string_view key) {
    const schema::Tree* found = body.find(key);
    return found == nullptr ? "" : schema::to_json(*found);
}

std::string system_of(const schema::Tree& body) {
    if (const schema::Tree* system = body.find("system"); system != nullptr) return system->text;
    return std::string(body.find("messages")->items.front().text_of("content"));
}

Endpoint service(std::string name) {
    Endpoint out = endpoint_of("openai-compatible");
    out.base_url = "http://localhost:1/v1";
    out.options["service"] = std::move(name);
    return out;
}

const std::string demand =
    "You plan.\n\nAnswer with one JSON document that follows this JSON Schema, and with "
    "nothing else: no other words, no code fence.\n\n";

} // namespace

TEST_CASE("without a schema nothing is demanded") {
    for (const std::string_view provider : {"openai", "anthropic", "ollama"}) {
        CAPTURE(provider);
        const schema::Tree body = body_of(endpoint_of(provider), provider, asked(""));
        for (const std::string_view key : {"response_format", "output_config", "format", "tools"})
            CHECK(body.find(key) == nullptr);
        CHECK(system_of(body) == "You plan.");
    }
}

TEST_CASE("OpenAI: response_format, strict when the schema is") {
    const Endpoint endpoint = endpoint_of("openai", "gpt-4o-mini");
    CHECK(shown(body_of(endpoint, "openai", asked(open_schema)), "response_format") ==
          base::format(R"({{"type":"json_schema","json_schema":{{"name":"answer","schema":{}}}}})",
                       open_schema));
    CHECK(shown(body_of(endpoint, "openai", asked(strict_schema)), "response_format") ==
          base::format(
              R"({{"type":"json_schema","json_schema":{{"name":"answer","schema":{},"strict":true}}}})",
              strict_schema));
    CHECK(system_of(body_of(endpoint, "openai", asked(strict_schema))) == "You plan.");
}

TEST_CASE("what is no object, or was refused before, is said in words") {
    Endpoint endpoint = endpoint_of("openai", "gpt-4o-mini");
    schema::Tree body = body_of(endpoint, "openai", asked(list_schema));
    CHECK(body.find("response_format") == nullptr);
    CHECK(body.find("messages")->items[1].text_of("content") ==
          demand.substr(std::string("You plan.\n\n").size()) + std::string(list_schema));
    endpoint.dropped.insert("response_format");
    body = body_of(endpoint, "openai", asked(strict_schema));
    CHECK(body.find("response_format") == nullptr);
    CHECK(body.find("messages")->items.size() == 3);
}

TEST_CASE("services: a schema, or some object and the schema in words") {
    schema::Tree body = body_of(service("groq"), "openai-compatible", asked(open_schema));
    CHECK(body.find("response_format")->text_of("type") == "json_schema");
    CHECK(system_of(body) == "You plan.");
    body = body_of(service("deepseek"), "openai-compatible", asked(open_schema));
    CHECK(shown(body, "response_format") == R"({"type":"json_object"})");
    CHECK(system_of(body) == demand + std::string(open_schema));
    body = body_of(service("deepseek"), "openai-compatible", asked(list_schema));
    CHECK(body.find("response_format") == nullptr);
}

TEST_CASE("a server that complains about response_format in any way may be asked without it") {
    for (
        const std::string_view text : {
            R"({"error":{"message":"no","type":"invalid_request_error","param":"response_format","code":null}})",
            R"({"error":{"message":"no","param":"response_format.json_schema.schema"}})",
            R"({"detail":[{"type":"literal_error","loc":["body","response_format","type"],"msg":"Input"}]})",
        }) {
        CAPTURE(text);
        const Endpoint endpoint = service("vllm");
        const Refusal no =
            refusal(row("openai-compatible")
                        .parse_response(endpoint, asked(open_schema), answer(400, std::string(text))));
        CHECK(no.parameter == "response_format");
        CHECK(rejects_parameter(no.code, no.parameter));
    }
    CHECK(!rejects_parameter("invalid_request_error", "messages"));
}

TEST_CASE("a server that cannot hold a model to the schema says so in its own words only") {
    struct Case {
        std::string_view provider;
        int status;
        std::string_view error, field;
    };
    for (
        const Case& c : {
            Case{"ollama", 200, R"({"error":"invalid JSON schema in format"})", "format"},
            Case{"ollama", 500, R"({"error":"invalid JSON schema in format"})", "format"},
            Case{"ollama", 500, R"({"error":"failed to load model vocabulary required for format"})",
                 "format"},
            Case{
                "openai-compatible", 400,
                R"({"error":{"code":400,"message":"Failed to initialize samplers: failed to parse grammar","type":"invalid_request_error"}})",
                "response_format"},
            Case{
                "openai-compatible", 400,
                R"({"error":{"code":400,"message":"JSON schema conversion failed: Unsupported ref: #","type":"invalid_request_error"}})",
                "response_format"},
            Case{
                "openai-compatible", 400,
                R"({"error":{"message":"Unrecognized request argument supplied: response_format","type":"invalid_request_error","param":null,"code":null}})",
                "response_format"},
            Case{
                "openai-compatible", 500,
                R"({"error":{"message":"litellm.APIConnectionError: Ollama_chatException - {\"error\":\"invalid JSON schema in format\"}","type":null,"param":null,"code":"500"}})",
                "response_format"},
            Case{
                "anthropic", 400,
                R"({"type":"error","error":{"type":"invalid_request_error","message":"output_config.format.schema: Schema is too complex."}})",
                "output_config"},
        }) {
        CAPTURE(c.error);
        Endpoint endpoint = c.provider == "openai-compatible" ? service("vllm") : endpoint_of(c.provider);
        const auto read = [&] {
            return refusal(
                row(c.provider)
                    .parse_response(endpoint, asked(open_schema), answer(c.status, std::string(c.error))));
        };
        Refusal no = read();
        CHECK(no.parameter == c.field);
        CHECK(no.kind == Refusal::Kind::bad_request);
        CHECK(!retryable(no));
        CHECK(rejects_parameter(no.code, no.parameter));
        endpoint.dropped.insert(std::string(c.field)); // then it is about something else
        CHECK(read().parameter.empty());
    }
    for (const auto& [status, text] : std::vector<std::pair<int, std::string>>{
             {400, "tools.0.custom.input_schema: JSON schema is invalid"},
             {400, "Invalid schema for function 'f': response_format"},
             {401, "this key may not use response_format"},
             {503, "failed to parse grammar"},
             {400, "temperature is too high"},
         }) {
        CAPTURE(text);
        const Refusal no = refusal(
            row("anthropic")
                .parse_response(endpoint_of("anthropic"), asked(open_schema),
                                answer(status, base::format(R"({{"error":{{"message":"{}"}}}})", text))));
        CHECK(no.parameter.empty());
    }
}

TEST_CASE("a schema that was refused is told another way") {
    Endpoint local = endpoint_of("ollama", "llama3.1");
    local.dropped.insert("format");
    schema::Tree body = body_of(local, "ollama", asked(open_schema));
    CHECK(body.find("format") == nullptr);
    CHECK(system_of(body) == demand + std::string(open_schema));
    Endpoint remote = endpoint_of("anthropic", "claude-sonnet-4-5");
    remote.dropped.insert("output_config");
    body = body_of(remote, "anthropic", asked(open_schema));
    CHECK(body.find("output_config") == nullptr);
    CHECK(shown(body, "tool_choice") == R"({"type":"tool","name":"answer"})");
}

TEST_CASE("strict mode takes a schema as it is or not at all") {
    CHECK(is_strict(json(strict_schema)));
    const std::string frame =
        R"({"type":"object","properties":{"a":PART},"required":["a"],"additionalProperties":false})";
    for (const auto& [part, strict] : std::vector<std::pair<std::string_view, bool>>{
             {R"({"type":"string","enum":["x","y"],"description":"d"})", true},
             {R"({"type":["string","null"]})", true},
             {R"({"type":"array","items":{"type":"number","minimum":0}})", true},
             {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", true},
             {R"({"type":"string","format":"date"})", true},
             {R"({"type":"string","format":"uri"})", false},
             {R"({"type":"array"})", false},
             {R"({"type":"string","minLength":1})", false},
             {R"({"oneOf":[{"type":"string"}]})", false},
             {R"({"type":"object","properties":{"b":{"type":"string"}},"required":["b"]})", false},
             {R"({"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":false})",
              false},
             {R"({"type":"object","additionalProperties":false})", false},
             {R"({"$ref":"#/$defs/x"})", true},
             {R"({"$ref":"#/$defs/x","description":"d"})", false},
             {"true", false},
         }) {
        CAPTURE(part);
        CHECK(is_strict(json(base::replace_all(frame, "PART", part))) == strict);
    }
    CHECK(!is_strict(json(R"({"type":"string"})")));
}

TEST_CASE("Anthropic: output_config, closed and in the words it knows") {
    const auto closed = [](std::string_view text) { return closed_schema(json(text)).value_or("-"); };
    CHECK(closed(open_schema) ==
          R"({"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},)"
          R"("required":["city"],"additionalProperties":false})");
    CHECK(
        closed(
            R"({"type":"object","properties":{"n":{"type":"integer","minimum":1,"description":"How many."}}})") ==
        R"({"type":"object","properties":{"n":{"type":"integer","description":"How many.\n\n{minimum: 1}"}},)"
        R"("additionalProperties":false})");
    CHECK(
        closed(R"({"type":"object","properties":{"n":{"oneOf":[{"type":"string"},{"type":"null"}]}}})") ==
        R"({"type":"object","properties":{"n":{"anyOf":[{"type":"string"},{"type":"null"}]}},"additionalProperties":false})");
    CHECK(closed(R"({"type":"object","properties":{"n":{"type":["string","null"],"minLength":2}}})") ==
          R"({"type":"object","properties":{"n":{"anyOf":[{"type":"string","description":"{minLength: 2}"},)"
          R"({"type":"null","description":"{minLength: 2}"}]}},"additionalProperties":false})");
    CHECK(
        closed(
            R"({"type":"object","properties":{"l":{"type":"array","items":{"$ref":"#/$defs/p","title":"t"},)"
            R"("minItems":1,"maxItems":3}},"$defs":{"p":{"type":"string","format":"uri"}}})") ==
        R"({"type":"object","properties":{"l":{"type":"array","items":{"$ref":"#/$defs/p"},"minItems":1,)"
        R"("description":"{maxItems: 3}"}},"$defs":{"p":{"type":"string","format":"uri"}},"additionalProperties":false})");
    // One definition used twice is no loop; an enum of more than words and numbers is said.
    CHECK(closed(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/n"},"b":{"$ref":"#/$defs/n"}},)"
                 R"("$defs":{"n":{"type":"string"}}})") != "-");
    CHECK(
        closed(R"({"type":"object","properties":{"a":{"enum":[1,[2]]}}})") ==
        R"({"type":"object","properties":{"a":{"description":"{enum: [1,[2]]}"}},"additionalProperties":false})");
    // What cannot be closed without changing which answers there are.
    for (
        const std::string_view open : {
            R"({"type":"object","additionalProperties":{"type":"string"}})",
            R"({"type":"object","properties":{"a":{"type":"object"}}})",
            R"({"type":"object","properties":{"a":true}})",
            R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":true})",
            R"({"type":"object","properties":{"a":{}},"anyOf":[{"required":["a"]}]})",
            R"({"type":"object","properties":{},"required":["a"]})",
            R"({"type":"object","properties":{"a":{"type":"string"}},"required":["b"]})",
            R"({"type":"object","properties":{"a":{"type":"string"}},"patternProperties":{"^x-":{"type":"string"}}})",
            R"({"type":"object","properties":{"a":{"anyOf":[{"type":"string"}],"oneOf":[{"type":"string"}]}}})",
            R"({"type":"object","properties":{"a":{"$ref":"#"}}})",
            R"({"type":"object","properties":{"a":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"array","items":{"$ref":"#/$defs/m"}},"m":{"anyOf":[{"$ref":"#/$defs/n"}]}}})",
            R"({"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#/properties/a"}}}})",
            R"({"type":"object","properties":{"a":{"allOf":[{"type":"object","properties":{"x":{}}},{"type":"object","properties":{"y":{}}}]}}})",
        }) {
        CAPTURE(open);
        CHECK(closed(open) == "-");
    }

    schema::Tree body =
        body_of(endpoint_of("anthropic", "claude-sonnet-4-5"), "anthropic", asked(strict_schema));
    CHECK(shown(body, "output_config") ==
          base::format(R"({{"format":{{"type":"json_schema","schema":{}}}}})", strict_schema));
    CHECK(body.find("tools") == nullptr);
    CHECK(system_of(body) == "You plan.");
}

TEST_CASE("Anthropic: older models and open schemas by a tool that has to be called") {
    const std::string map = R"({"type":"object","additionalProperties":{"type":"string"}})";
    for (const auto& [model, json_schema] : std::vector<std::pair<std::string, std::string>>{
             {"claude-3-5-haiku-20241022", std::string(strict_schema)},
             {"claude-sonnet-4-20250514", std::string(strict_schema)},
             {"claude-opus-4-0", std::string(strict_schema)},
             {"claude-sonnet-4-5", map}}) {
        CAPTURE(model);
        const schema::Tree body = body_of(endpoint_of("anthropic", model), "anthropic", asked(json_schema));
        CHECK(body.find("output_config") == nullptr);
        CHECK(shown(body, "tools") ==
              base::format(R"([{{"name":"answer","description":"Gives the answer, once it is complete.",)"
                           R"("input_schema":{}}}])",
                           json_schema));
        CHECK(shown(body, "tool_choice") == R"({"type":"tool","name":"answer"})");
    }
    Conversation busy = asked(map, true);
    busy.tools.push_back({"Answer", "", {}});
    const schema::Tree body = body_of(endpoint_of("anthropic", "claude-3-opus"), "anthropic", busy);
    CHECK(shown(body, "tool_choice") == R"({"type":"any"})");
    CHECK(body.find("tools")->items.back().text_of("name") == answer_tool_name(busy));
    CHECK(answer_tool_name(busy).starts_with("answer_"));
    // These answer 400 to a forced call.
    const schema::Tree words = body_of(endpoint_of("anthropic", "claude-fable-5"), "anthropic", asked(map));
    CHECK(words.find("tools") == nullptr);
    CHECK(system_of(words) == demand + map);
}

TEST_CASE("Anthropic: the call of that tool is the answer") {
    const Endpoint endpoint = endpoint_of("anthropic", "claude-3-5-haiku-20241022");
    const auto read = [&](const std::string& content, const std::string& stop, const Conversation& what) {
        return reply(
            row("anthropic")
                .parse_response(
                    endpoint, what,
                    answer(
                        200,
                        base::format(
                            R"({{"content":{},"stop_reason":"{}","usage":{{"input_tokens":1,"output_tokens":1}}}})",
                            content, stop))));
    };
    const std::string call = R"({"type":"tool_use","id":"t1","name":"answer","input":{"city":"Bonn"}})";
    Reply got =
        read("[{\"type\":\"text\",\"text\":\"Sure.\"}," + call + "]", "tool_use", asked(strict_schema));
    CHECK(text_of(got.message) == R"({"city":"Bonn"})");
    CHECK(got.message.parts.size() == 1);
    CHECK(got.finish == Finish::stop);
    // Without a schema it is a call like any other.
    got = read("[" + call + "]", "tool_use", asked(""));
    CHECK(got.finish == Finish::tool_calls);
    // Cut inside: what came is the answer's text, and the reason stays.
    got = read("[" + call + "]", "max_tokens", asked(strict_schema));
    CHECK(got.finish == Finish::length);
    // Beside another call it came too early.
    got = read("[" + call + R"(,{"type":"tool_use","id":"t2","name":"search","input":{}}])", "tool_use",
               asked(strict_schema, true));
    REQUIRE(got.message.parts.size() == 1);
    CHECK(got.message.parts[0].name == "search");
    CHECK(got.finish == Finish::tool_calls);
    // Given twice, the last one is what the model came to.
    got = read("[" + call + R"(,{"type":"tool_use","id":"t2","name":"answer","input":{"city":"Köln"}}])",
               "tool_use", asked(strict_schema));
    CHECK(text_of(got.message) == R"({"city":"Köln"})");
    CHECK(got.message.parts.size() == 1);
    CHECK(got.finish == Finish::stop);
}

TEST_CASE("Ollama: format, as it is written, unless tools are offered") {
    const Endpoint endpoint = endpoint_of("ollama", "llama3.1");
    CHECK(shown(body_of(endpoint, "ollama", asked(open_schema)), "format") == open_schema);
    CHECK(shown(body_of(endpoint, "ollama", asked(list_schema)), "format") == list_schema);
    // Elsewhere it is not kept to.
    Endpoint cloud = endpoint_of("ollama", "gpt-oss:120b-cloud");
    cloud.options["allow_remote"] = "true";
    Endpoint forwarded = endpoint_of("ollama", "big");
    forwarded.options["allow_remote"] = "true";
    forwarded.facts.remote_host = "https://ollama.com:443";
    for (const Endpoint& remote : {cloud, forwarded}) {
        const schema::Tree told = body_of(remote, "ollama", asked(open_schema));
        CHECK(shown(told, "format") == open_schema);
        CHECK(system_of(told) == demand + std::string(open_schema));
    }
    CHECK(system_of(body_of(endpoint, "ollama", asked(open_schema))) == "You plan.");
    const schema::Tree body = body_of(endpoint, "ollama", asked(open_schema, true));
    CHECK(body.find("format") == nullptr);
    CHECK(system_of(body) == demand + std::string(open_schema));
}

TEST_CASE("a schema is said as the SDKs say it") {
    for (const auto& [provider, key] : std::vector<std::pair<std::string, std::string>>{
             {"openai", "response_format"},
             {"azure-openai", "response_format"},
             {"openai-compatible", "response_format"},
             {"ollama", "format"},
         }) {
        CAPTURE(provider);
        const schema::Tree captured = capture(provider + "/json-schema").body;
        const schema::Tree& theirs = *captured.find(key);
        const schema::Tree* inner = theirs.find("json_schema");
        Conversation conversation = captured_chat();
        conversation.output_schema.text = schema::to_json(inner == nullptr ? theirs : *inner->find("schema"));
        Endpoint endpoint = endpoint_of(provider, std::string(captured.text_of("model")));
        if (endpoint.base_url.empty()) endpoint.base_url = "https://api.groq.com/openai/v1";
        const schema::Tree body = body_of(endpoint, provider, conversation);
        const std::string expected =
            base::replace_all(schema::to_json(theirs), R"("name":"out")", R"("name":"answer")");
        CHECK(difference(*body.find(key), json(expected)) == "");
    }
}
