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

http::Request sent(const Endpoint& endpoint, const Conversation& conversation) {
    Built built = ollama_request(endpoint, conversation);
    if (const auto* no = std::get_if<Refusal>(&built)) FAIL(no->detail);
    return std::move(std::get<http::Request>(built));
}

schema::Tree body(const Endpoint& endpoint, const Conversation& conversation) {
    return json(sent(endpoint, conversation).body);
}

void drop(schema::Tree& map, std::string_view key) {
    CAPTURE(key);
    CHECK(std::erase_if(map.entries, [&](const schema::Entry& entry) { return entry.key == key; }) == 1);
}

schema::Tree& at(schema::Tree& map, std::string_view key) {
    for (schema::Entry& entry : map.entries) {
        if (entry.key == key) return entry.value;
    }
    FAIL(key);
    return map;
}

TEST_CASE("ollama: the same conversation is the request the SDK sends, and four things more") {
    struct {
        std::string name;
        Conversation conversation;
    } const table[] = {{"chat", captured_chat()},
                       {"tools-turn1", captured_tools_turn1()},
                       {"tools-turn2", captured_tools_turn2(false)}};
    for (const auto& r : table) {
        CAPTURE(r.name);
        const Capture expected = capture("ollama/" + r.name);
        Endpoint endpoint = local();
        endpoint.base_url = "http://127.0.0.1:18100";
        const http::Request request = sent(endpoint, r.conversation);
        schema::Tree tree = json(request.body);
        // Overflow is to be an error instead of silence, so the window is said and cutting forbidden.
        CHECK(difference(at(tree, "options"), json(R"({"num_ctx":8192})")) == "");
        CHECK(tree.text_of("truncate") == "false");
        CHECK(tree.text_of("shift") == "false");
        for (const std::string_view key : {"options", "truncate", "shift"})
            drop(tree, key);
        if (r.name == "tools-turn2") { // newer servers tell calls apart by id; the SDK's types do not have it
            auto& messages = at(tree, "messages").items;
            schema::Tree& call = at(messages[2], "tool_calls").items[0];
            CHECK(call.text_of("id") == "call_1");
            CHECK(at(call, "function").text_of("index") == "0");
            CHECK(messages[3].text_of("tool_call_id") == "call_1");
            drop(call, "id");
            drop(at(call, "function"), "index");
            drop(messages[3], "tool_call_id");
        }
        CHECK(difference(tree, expected.body) == "");
        CHECK(request.method == "POST");
        CHECK(request.url == "http://127.0.0.1:18100" + expected.target);
        CHECK(header(request, "content-type") == expected.header("content-type"));
        CHECK(header(request, "accept") == expected.header("accept"));
        CHECK(request.secret_headers.empty());
        CHECK(request.reach == http::Reach::public_only);
    }
}

TEST_CASE("ollama: a key is sent when there is one, and private addresses are reached when allowed") {
    Endpoint endpoint = local();
    endpoint.credential = base::SecretText(" Bearer key-0123456789\n");
    endpoint.allow_private = true;
    const http::Request request = sent(endpoint, captured_chat());
    CHECK(secret_header(request, "authorization") == "Bearer key-0123456789");
    CHECK(request.reach == http::Reach::private_also);
    endpoint.credential = base::SecretText("a\r\nb");
    CHECK(refusal(ollama_request(endpoint, captured_chat())).kind == Refusal::Kind::configuration);
}

TEST_CASE("ollama: options are sent as written") {
    Endpoint endpoint = local();
    endpoint.options = {
        {"num_ctx", "16384"}, {"max_tokens", "1024"}, {"temperature", "0.20"}, {"top_p", "9e-1"},
        {"top_k", "40"},      {"seed", "-7"},         {"stop", "END"},         {"repeat_penalty", "1.10"},
        {"think", "low"},     {"keep_alive", "-1"},   {"allow_remote", "true"}};
    const schema::Tree tree = body(endpoint, captured_chat());
    CHECK(schema::to_json(*tree.find("options")) ==
          R"({"num_ctx":16384,"num_predict":1024,"temperature":0.20,"top_p":9e-1,"top_k":40,"seed":-7,)"
          R"("repeat_penalty":1.10,"stop":["END"]})");
    CHECK(tree.find("think")->is_text());
    CHECK(tree.text_of("think") == "low");
    CHECK(schema::to_json(*tree.find("keep_alive")) == "-1");
    CHECK(tree.find("allow_remote") == nullptr);
}

TEST_CASE("ollama: think and keep_alive keep their JSON type") {
    struct {
        std::string option, value, json;
    } const table[] = {
        {"think", "true", "true"},          {"think", "false", "false"},
        {"think", "medium", R"("medium")"}, {"think", "max", R"("max")"},
        {"keep_alive", "0", "0"},           {"keep_alive", "1.5", "1.5"},
        {"keep_alive", "10m", R"("10m")"},  {"keep_alive", "1h30m", R"("1h30m")"},
        {"keep_alive", "-1m", R"("-1m")"},  {"keep_alive", " 300 ", "300"},
    };
    for (const auto& r : table) {
        CAPTURE(r.value);
        Endpoint endpoint = local();
        endpoint.options[r.option] = r.value;
        CHECK(schema::to_json(*body(endpoint, captured_chat()).find(r.option)) == r.json);
    }
    const schema::Tree tree = body(local(), captured_chat());
    CHECK(tree.find("think") == nullptr);
    CHECK(tree.find("keep_alive") == nullptr);
}

TEST_CASE("ollama: what cannot be sent as written is refused before sending") {
    struct {
        std::string option, value, problem;
    } const table[] = {
        {"num_ctx", "0", "is not a whole number of at least 1"},
        {"num_ctx", "8k", "is not a whole number of at least 1"},
        {"max_tokens", "-1", "is not a whole number of at least 1"},
        {"max_tokens", "8192",
         "leaves no room for a prompt in a context window of 8192 tokens: lower it or raise options.num_ctx"},
        {"num_predict", "5",
         "cannot be sent to ollama with model 'llama3.1': write max_tokens, which means the same for every "
         "provider"},
        {"temperature", "warm", "is not a number"},
        {"repeat_penalty", "1,1", "is not a number"},
        {"top_p", "2", "is not a number from 0 to 1, which ollama asks for"},
        {"seed", "x", "is not a whole number"},
        {"stop", "[1]", "is a list that does not hold only texts"},
        {"think", "very", "is not true, false, low, medium, high, or max, which ollama asks for"},
        {"keep_alive", "soon", "is neither a number of seconds nor a duration such as 10m"},
        {"keep_alive", "true", "is neither a number of seconds nor a duration such as 10m"},
        {"keep_alive", "\"5m\"", "is neither a number of seconds nor a duration such as 10m"},
        {"allow_remote", "maybe", "is neither true nor false"},
    };
    for (const auto& r : table) {
        CAPTURE(r.option);
        CAPTURE(r.value);
        Endpoint endpoint = local();
        endpoint.options[r.option] = r.value;
        const Refusal no = refusal(ollama_request(endpoint, captured_chat()));
        CHECK(no.kind == Refusal::Kind::configuration);
        CHECK(no.detail ==
              base::format("options.{} '{}' of model endpoint 'default/e' {}", r.option, r.value, r.problem));
        CHECK(ollama_problem(endpoint) == no.detail);
    }
}

TEST_CASE("ollama: models that run elsewhere are asked only when that is allowed") {
    struct {
        std::string model, base_url;
        bool refused;
    } const table[] = {
        {"gpt-oss:120b-cloud", "", true},
        {"glm-4.6:cloud", "", true},
        {"GLM-4.6:Cloud", "", true},
        {"deepseek-cloud", "", true},
        {"gpt-oss:120b", "", false},
        {"cloud", "", false},
        {"cloudy:8b", "", false},
        {"gpt-oss:120b-cloud", "https://ollama.com", false},
        {"gpt-oss:120b-cloud", "ollama.com", false},
    };
    for (const auto& r : table) {
        CAPTURE(r.model);
        Endpoint endpoint = local(r.model);
        endpoint.base_url = r.base_url;
        CHECK(ollama_problem(endpoint) ==
              (r.refused ? base::format("model '{}' of model endpoint 'default/e' runs at ollama.com and not "
                                        "where Ollama is: set options.allow_remote to \"true\" to send it "
                                        "there, or choose a local model",
                                        r.model)
                         : std::string()));
        endpoint.options["allow_remote"] = "true";
        CHECK(ollama_problem(endpoint) == "");
        endpoint.options["allow_remote"] = "false";
        CHECK(ollama_problem(endpoint).empty() == !r.refused);
    }
    CHECK(refusal(ollama_request(local("x:cloud"), captured_chat())).kind == Refusal::Kind::configuration);
}

TEST_CASE("ollama: messages of every kind") {
    Conversation conversation;
    conversation.messages = {text_message(Role::system, "one"), text_message(Role::system, "two"),
                             text_message(Role::user, "go")};
    Message calls{Role::assistant, {call("a", "memory.write", ""), call("", "x", "[1]")}};
    calls.parts[0].text = "{not json";
    for (const std::string_view origin : {"ollama/llama3.1", "ollama/other", "anthropic/llama3.1"}) {
        Part thought;
        thought.kind = Part::Kind::thinking;
        thought.text = origin;
        thought.origin = origin;
        calls.parts.insert(calls.parts.begin(), thought);
    }
    conversation.messages.push_back(calls);
    conversation.messages.push_back({Role::tool, {result("a", "memory.write", "no"), result("", "x", "")}});
    conversation.messages.push_back({Role::assistant, {}});
    conversation.messages.push_back({Role::user, {words("and "), words("now?")}});
    const std::string wire = wire_name("memory.write");

    const schema::Tree expected = json(base::format(
        R"([{{"role":"system","content":"one\n\ntwo"}},{{"role":"user","content":"go"}},)"
        R"({{"role":"assistant","content":"","thinking":"ollama/llama3.1","tool_calls":[)"
        R"({{"id":"a","function":{{"index":0,"name":"{0}","arguments":{{"input":"{{not json"}}}}}},)"
        R"({{"id":"call_e3b0c442","function":{{"index":1,"name":"x","arguments":{{"input":[1]}}}}}}]}},)"
        R"({{"role":"tool","tool_name":"{0}","tool_call_id":"a","content":"no"}},)"
        R"({{"role":"tool","tool_name":"x","tool_call_id":"call_e3b0c442","content":""}},)"
        R"({{"role":"assistant","content":""}},{{"role":"user","content":"and now?"}}])",
        wire));
    CHECK(difference(*body(local(), conversation).find("messages"), expected) == "");
}

TEST_CASE("ollama: schemas of tools keep what its server reads of them") {
    const std::pair<std::string, std::string> table[] = {
        {"", R"({"type":"object","properties":{}})"},
        {R"({"type":"object"})", R"({"type":"object","properties":{}})"},
        {R"({"properties":{"n":{"type":"integer","minimum":1.50}}})",
         R"({"properties":{"n":{"type":"integer","minimum":1.50}},"type":"object"})"},
        {R"({"type":["object","null"],"properties":{}})", R"({"type":"object","properties":{}})"},
        // references, once and through another, with words beside them
        {R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A","description":"mine"},"b":{"$ref":"#/definitions/B"}},)"
         R"("$defs":{"A":{"type":"string","description":"theirs"}},"definitions":{"B":{"type":"array","items":{"$ref":"#/$defs/A"}}}})",
         R"({"type":"object","properties":{"a":{"type":"string","description":"mine"},)"
         R"("b":{"type":"array","items":{"type":"string","description":"theirs"}}}})"},
        {R"({"$ref":"#/$defs/Args","$defs":{"Args":{"type":"object","properties":{"x":{"type":"string"}}}}})",
         R"({"type":"object","properties":{"x":{"type":"string"}}})"},
        {R"({"type":"object","properties":{"a":{"$ref":"#/$defs/x~1y"}},"$defs":{"x/y":{"type":"boolean"}}})",
         R"({"type":"object","properties":{"a":{"type":"boolean"}}})"},
        // a schema that contains itself ends where it begins again
        {R"({"type":"object","properties":{"n":{"$ref":"#/$defs/N"}},"$defs":{"N":{"type":"object","properties":{"next":{"$ref":"#/$defs/N"}}}}})",
         R"({"type":"object","properties":{"n":{"type":"object","properties":{"next":{"type":"object"}}}}})"},
        {R"({"type":"object","description":"d","properties":{"self":{"$ref":"#"}}})",
         R"({"type":"object","description":"d","properties":{"self":{"type":"object","description":"d"}}})"},
        // oneOf, also beneath others; a property may be called so
        {R"({"type":"object","properties":{"oneOf":{"oneOf":[{"type":"string"},{"type":"null"}]},"$ref":{"type":"string"}}})",
         R"({"type":"object","properties":{"oneOf":{"anyOf":[{"type":"string"},{"type":"null"}]},"$ref":{"type":"string"}}})"},
        {R"({"type":"object","properties":{"a":{"anyOf":[true],"oneOf":[{"type":"string"}]}}})",
         R"({"type":"object","properties":{"a":{"anyOf":[{}],"oneOf":[{"type":"string"}]}}})"},
        {R"({"type":"object","properties":{"any":true,"e":{"enum":[{"$ref":"#/x"},1]}}})",
         R"({"type":"object","properties":{"any":{},"e":{"enum":[{"$ref":"#/x"},1]}}})"},
        // what cannot be resolved stays as it is
        {R"({"type":"object","properties":{"a":{"$ref":"http://h/x"}},"$defs":{}})",
         R"({"type":"object","properties":{"a":{"$ref":"http://h/x"}},"$defs":{}})"},
    };
    for (const auto& [written, expected] : table) {
        CAPTURE(written);
        Conversation conversation = captured_chat();
        conversation.tools = {{"t", "", {written}}};
        const schema::Tree tree = body(local(), conversation);
        const schema::Tree* function = tree.find("tools")->items[0].find("function");
        CHECK(function->find("description") == nullptr);
        CHECK(schema::to_json(*function->find("parameters")) == expected);
    }
}

TEST_CASE("ollama: references that multiply do not fill the memory") {
    std::string defs;
    for (int i = 0; i < 30; ++i)
        defs += base::format(
            R"("d{0}":{{"properties":{{"a":{{"$ref":"#/$defs/d{1}"}},"b":{{"$ref":"#/$defs/d{1}"}}}}}},)", i,
            i + 1);
    const std::string written = R"({"type":"object","properties":{"x":{"$ref":"#/$defs/d0"}},"$defs":{)" +
                                defs + R"("d30":{"type":"string"}}})";
    Conversation conversation = captured_chat();
    conversation.tools = {{"t", "", {written}}};
    const schema::Tree tree = body(local(), conversation);
    CHECK(schema::to_json(*tree.find("tools")->items[0].find("function")->find("parameters")) == written);
}

TEST_CASE("ollama: a choice of tools cannot be sent") {
    Conversation conversation = captured_tools_turn1();
    for (const std::string choice : {"", "auto"}) {
        conversation.tool_choice = choice;
        CHECK(body(local(), conversation).find("tool_choice") == nullptr);
    }
    for (const std::string choice : {"none", "required", "get_weather"}) {
        conversation.tool_choice = choice;
        const Refusal no = refusal(ollama_request(local(), conversation));
        CHECK(no.kind == Refusal::Kind::configuration);
        CHECK(no.detail ==
              base::format("tool_choice '{}' cannot be sent to model endpoint 'default/e': Ollama "
                           "leaves the choice to the model",
                           choice));
        CHECK(no.hint == "leave tool_choice out, or use a provider that has it");
    }
    conversation.tools.clear(); // nothing to choose from
    CHECK(std::holds_alternative<http::Request>(ollama_request(local(), conversation)));
}

TEST_CASE("ollama: a prompt that cannot fit is refused before sending") {
    struct {
        std::size_t bytes;
        std::string num_ctx, max_tokens;
        bool fits;
    } const table[] = {
        {32768, "", "", true},        {32769, "", "", false},        {32769, "9000", "", true},
        {32000, "8192", "192", true}, {32000, "8192", "193", false},
    };
    for (const auto& r : table) {
        CAPTURE(r.bytes);
        CAPTURE(r.max_tokens);
        Endpoint endpoint = local();
        if (!r.num_ctx.empty()) endpoint.options["num_ctx"] = r.num_ctx;
        if (!r.max_tokens.empty()) endpoint.options["max_tokens"] = r.max_tokens;
        Conversation conversation;
        conversation.messages = {text_message(Role::user, std::string(r.bytes, 'a'))};
        Part foreign; // not sent, so it does not count
        foreign.kind = Part::Kind::thinking;
        foreign.text.assign(8000, 't');
        foreign.blob.text = "\"" + std::string(8000, 'b') + "\"";
        conversation.messages.push_back({Role::assistant, {foreign}});
        CHECK(std::holds_alternative<http::Request>(ollama_request(endpoint, conversation)) == r.fits);
    }
    Endpoint endpoint = local();
    endpoint.options["max_tokens"] = "192";
    Conversation conversation;
    conversation.messages = {text_message(Role::user, std::string(40000, 'a'))};
    const Refusal no = refusal(ollama_request(endpoint, conversation));
    CHECK(no.kind == Refusal::Kind::context_length);
    CHECK(no.status == 0);
    CHECK(no.detail == "the prompt has about 10000 tokens, and the context window of model endpoint "
                       "'default/e' has room for 8000");
    CHECK(no.hint == "raise options.num_ctx of model endpoint 'default/e' (now 8192) if the model and the "
                     "memory allow it, or shorten the input");
}

} // namespace
} // namespace provider::test
