#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"

namespace provider::test {
namespace {

schema::Tree body(const Conversation& conversation, const std::string& model = "claude-sonnet-4-5") {
    return json(request(row("anthropic"), endpoint_of("anthropic", model), conversation).body);
}

std::string messages(const Conversation& conversation) {
    return schema::to_json(*body(conversation).find("messages"));
}

TEST_CASE("anthropic: the same conversation is the request the SDKs send") {
    struct {
        std::string name;
        Conversation conversation;
    } const table[] = {{"chat", captured_chat()},
                       {"tools-turn1", captured_tools_turn1()},
                       {"tools-turn2", captured_tools_turn2(true)}};
    for (const std::string version : {"2023-06-01", "2026-10-21"}) {
        for (const auto& r : table) {
            CAPTURE(version);
            CAPTURE(r.name);
            const Capture expected =
                capture((version == "2023-06-01" ? "anthropic-2023-06-01/" : "anthropic/") + r.name);
            Endpoint endpoint = endpoint_of("anthropic", "claude-3-5-sonnet-latest");
            endpoint.base_url = "http://127.0.0.1:18100";
            endpoint.options = {{"max_tokens", "1024"}, {"anthropic_version", version}};
            endpoint.credential = base::SecretText("sk-ant-dummy");
            const http::Request sent = request(row("anthropic"), endpoint, r.conversation);
            CHECK(difference(json(sent.body), expected.body) == "");
            CHECK(sent.url == "http://127.0.0.1:18100" + expected.target);
            CHECK(header(sent, "anthropic-version") == expected.header("anthropic-version"));
            CHECK(secret_header(sent, "x-api-key") == expected.header("x-api-key"));
            CHECK(secret_header(sent, "authorization") == expected.header("authorization"));
            CHECK(sent.secret_headers.size() == 1);
        }
    }
}

TEST_CASE("anthropic: every form of a base URL leads to one address") {
    struct {
        std::string base, url;
    } const table[] = {
        {"", "https://api.anthropic.com/v1/messages"},
        {"https://h", "https://h/v1/messages"},
        {"https://h/", "https://h/v1/messages"},
        {"https://h/v1", "https://h/v1/messages"},
        {"https://h/v1/", "https://h/v1/messages"},
        {"https://h/v1/messages", "https://h/v1/messages"},
        {"https://h/gateway?k=v", "https://h/gateway/v1/messages?k=v"},
        {"https://h/gateway/v1?k=v", "https://h/gateway/v1/messages?k=v"},
    };
    for (const auto& r : table) {
        CAPTURE(r.base);
        Endpoint endpoint = endpoint_of("anthropic");
        endpoint.base_url = r.base;
        CHECK(request(row("anthropic"), endpoint, captured_chat()).url == r.url);
    }
}

TEST_CASE("anthropic: which header the key travels in") {
    struct {
        std::string key, version, name, value;
    } const table[] = {
        {"sk-ant-api03-x", "", "x-api-key", "sk-ant-api03-x"},
        {"sk-ant-oat01-x", "", "authorization", "Bearer sk-ant-oat01-x"},
        {"Bearer tok", "", "authorization", "Bearer tok"},
        {"bearer  tok ", "", "authorization", "Bearer tok"},
        {"sk-ant-api03-x", "2026-10-20", "x-api-key", "sk-ant-api03-x"},
        {"sk-ant-api03-x", "2026-10-21", "authorization", "Bearer sk-ant-api03-x"},
        {"sk-ant-api03-x", "2027-01-01", "authorization", "Bearer sk-ant-api03-x"},
        {"sk-ant-api03-x", "vertex-2023-10-16", "x-api-key", "sk-ant-api03-x"},
    };
    for (const auto& r : table) {
        CAPTURE(r.key);
        CAPTURE(r.version);
        Endpoint endpoint = endpoint_of("anthropic");
        endpoint.credential = base::SecretText(r.key);
        if (!r.version.empty()) endpoint.options["anthropic_version"] = r.version;
        const http::Request sent = request(row("anthropic"), endpoint, captured_chat());
        REQUIRE(sent.secret_headers.size() == 1);
        CHECK(secret_header(sent, r.name) == r.value);
        CHECK(header(sent, "anthropic-version") == (r.version.empty() ? "2023-06-01" : r.version));
    }
}

TEST_CASE("anthropic: turns alternate, results come first, blank text is dropped") {
    Conversation conversation;
    conversation.messages = {
        text_message(Role::system, "one"),
        text_message(Role::system, "two"),
        text_message(Role::user, "go"),
        {Role::assistant, {words(""), call("c.1", "x.y", ""), call("c-2", "plain", R"({"a":1.0})")}},
        {Role::tool, {result("c.1", "x.y", "no")}},
        text_message(Role::user, "and"),
        {Role::tool, {result("c-2", "plain", "yes")}},
        text_message(Role::user, " \n"),
        text_message(Role::assistant, "done"),
        text_message(Role::assistant, "really \n"),
    };
    conversation.messages[3].parts[1].text = "{cut";
    conversation.messages[4].parts[0].is_error = true;
    CHECK(body(conversation).text_of("system") == "one\n\ntwo");
    const schema::Tree sent = *body(conversation).find("messages");
    const std::string id(sent.items[1].find("content")->items[0].text_of("id"));
    CHECK(id.starts_with("c_1_"));
    const std::string expected = base::format(
        R"([{{"role":"user","content":"go"}},{{"role":"assistant","content":[)"
        R"({{"type":"tool_use","id":"{0}","name":"{1}","input":{{"input":"{{cut"}}}},)"
        R"({{"type":"tool_use","id":"c-2","name":"plain","input":{{"a":1.0}}}}]}},)"
        R"({{"role":"user","content":[{{"type":"tool_result","tool_use_id":"{0}","content":"no","is_error":true}},)"
        R"({{"type":"tool_result","tool_use_id":"c-2","content":"yes","is_error":false}},{{"type":"text","text":"and"}}]}},)"
        R"({{"role":"assistant","content":[{{"type":"text","text":"done"}},{{"type":"text","text":"really"}}]}}])",
        id, wire_name("x.y"));
    CHECK(difference(sent, json(expected)) == "");
}

TEST_CASE("anthropic: the first turn is the user's") {
    Conversation conversation;
    conversation.messages = {text_message(Role::system, "s")};
    CHECK(messages(conversation) == R"([{"role":"user","content":"."}])");
    conversation.messages.push_back(text_message(Role::assistant, "hello"));
    CHECK(messages(conversation) ==
          R"([{"role":"user","content":"."},{"role":"assistant","content":"hello"}])");
}

TEST_CASE("anthropic: thinking goes back only to the model it came from") {
    Part thought;
    thought.kind = Part::Kind::thinking;
    thought.text = "hm";
    thought.blob.text = R"({"type":"thinking","thinking":"hm","signature":"s=="})";
    Conversation conversation;
    conversation.messages = {text_message(Role::user, "go"),
                             {Role::assistant, {thought, call("t", "x", "{}")}},
                             {Role::tool, {result("t", "x", "1")}}};
    conversation.messages[1].parts[0].origin = "anthropic/claude-sonnet-4-5";
    CHECK(schema::to_json(body(conversation).find("messages")->items[1].find("content")->items[0]) ==
          thought.blob.text);
    conversation.messages[1].parts[0].origin = "anthropic/claude-opus-4-1";
    CHECK(body(conversation).find("messages")->items[1].find("content")->items[0].text_of("type") ==
          "tool_use");
}

TEST_CASE("anthropic: tool_choice") {
    struct {
        std::string choice, parallel, expected;
    } const table[] = {
        {"", "", ""},
        {"auto", "", ""},
        {"none", "", R"({"type":"none"})"},
        {"required", "", R"({"type":"any"})"},
        {"get_weather", "", R"({"type":"tool","name":"get_weather"})"},
        {"", "false", R"({"type":"auto","disable_parallel_tool_use":true})"},
        {"required", "true", R"({"type":"any","disable_parallel_tool_use":false})"},
        {"none", "false", R"({"type":"none"})"},
    };
    for (const auto& r : table) {
        CAPTURE(r.choice);
        Endpoint endpoint = endpoint_of("anthropic");
        if (!r.parallel.empty()) endpoint.options["parallel_tool_calls"] = r.parallel;
        Conversation conversation = captured_tools_turn1();
        conversation.tool_choice = r.choice;
        const schema::Tree tree = json(request(row("anthropic"), endpoint, conversation).body);
        const schema::Tree* found = tree.find("tool_choice");
        CHECK((found == nullptr ? "" : schema::to_json(*found)) == r.expected);
    }
}

TEST_CASE("anthropic: options are sent as written or refused") {
    Endpoint endpoint = endpoint_of("anthropic", "claude-sonnet-4-5");
    CHECK(json(request(row("anthropic"), endpoint, captured_chat()).body).text_of("max_tokens") == "4096");
    endpoint.options = {
        {"max_tokens", "20000"}, {"temperature", "1.0"}, {"stop", "END"}, {"anthropic_beta", "a,b"}};
    const http::Request sent = request(row("anthropic"), endpoint, captured_chat());
    const schema::Tree tree = json(sent.body);
    CHECK(tree.text_of("max_tokens") == "20000");
    CHECK(tree.text_of("temperature") == "1.0");
    CHECK(difference(*tree.find("stop_sequences"), json(R"(["END"])")) == "");
    CHECK(header(sent, "anthropic-beta") == "a,b");

    struct {
        std::string model, option, value, problem;
    } const table[] = {
        {"claude-sonnet-4-5", "max_tokens", "abc", "is not a whole number of at least 1"},
        {"claude-sonnet-4-5", "temperature", "1.5", "is not a number from 0 to 1, which anthropic asks for"},
        {"claude-sonnet-4-5", "seed", "7",
         "is an option of openai, azure-openai, ollama, or openai-compatible, not of anthropic"},
        {"claude-opus-4-7", "top_k", "5",
         "cannot be sent to anthropic with model 'claude-opus-4-7': this model takes none"},
        {"claude-opus-4-7", "temperature", "0.5",
         "cannot be sent to anthropic with model 'claude-opus-4-7': this model takes none"},
        {"claude-sonnet-5", "top_p", "0.5",
         "cannot be sent to anthropic with model 'claude-sonnet-5': this model takes none"},
    };
    for (const auto& r : table) {
        CAPTURE(r.value);
        Endpoint bad = endpoint_of("anthropic", r.model);
        bad.options[r.option] = r.value;
        const Refusal no = refusal(row("anthropic").build_request(bad, captured_chat()));
        CHECK(no.kind == Refusal::Kind::configuration);
        CHECK(no.detail ==
              base::format("options.{} '{}' of model endpoint 'default/e' {}", r.option, r.value, r.problem));
    }
}

} // namespace
TEST_CASE("anthropic: what stays the same is marked to be cached, once it is long enough") {
    const std::string mark = R"({"type":"ephemeral"})";
    const auto marks = [&](const schema::Tree& body) {
        std::vector<std::string> out;
        const auto look = [&](const std::string& place, const schema::Tree& block) {
            const schema::Tree* found = block.find("cache_control");
            if (found == nullptr) return;
            CHECK(schema::to_json(*found) == mark);
            out.push_back(place);
        };
        if (const schema::Tree* tools = body.find("tools")) {
            for (const schema::Tree& tool : tools->items)
                look("tool " + std::string(tool.text_of("name")), tool);
        }
        if (const schema::Tree* system = body.find("system")) {
            for (const schema::Tree& block : system->items)
                look("system", block);
        }
        for (std::size_t i = 0; i < body.find("messages")->items.size(); ++i) {
            for (const schema::Tree& block : body.find("messages")->items[i].find("content")->items)
                look(base::format("message {} {}", i, block.text_of("type")), block);
        }
        return base::join(out, ", ");
    };
    const auto marked = [&](const Conversation& conversation, const std::string& option = "") {
        Endpoint endpoint = endpoint_of("anthropic", "claude-sonnet-4-5");
        if (!option.empty()) endpoint.options["prompt_cache"] = option;
        return marks(json(request(row("anthropic"), endpoint, conversation).body));
    };
    const std::string text(4096, 'x');
    Conversation once;
    once.messages = {text_message(Role::system, text), text_message(Role::user, text)};
    CHECK(marked(once) == "system");
    CHECK(marked(once, "false").empty());
    Conversation brief = once;
    brief.messages[0] = text_message(Role::system, "You plan.");
    CHECK(marked(brief).empty());
    brief.tools.push_back({"search", text, {}}); // the conversation will go on
    CHECK(marked(brief) == "system, message 0 text");
    brief.messages.erase(brief.messages.begin());
    CHECK(marked(brief) == "tool search, message 0 text");
    Conversation held = once; // by a tool that takes the answer, or asked once more: nothing follows
    held.output_schema.text = R"({"type":"object","additionalProperties":{"type":"string"}})";
    CHECK(marked(held) == "system");
    held.messages.push_back({Role::assistant, {words("No.")}});
    held.messages.push_back(text_message(Role::user, "Again."));
    CHECK(marked(held) == "system");
    held.output_schema.text = R"({"type":"object","properties":{"a":{"type":"string"}}})";
    CHECK(marked(held) == "system");
    Conversation later = once;
    later.messages.push_back({Role::assistant, {call("t1", "search", "{}")}});
    later.messages.push_back({Role::tool, {result("t1", "search", "found")}});
    CHECK(marked(later) == "system, message 2 tool_result");
    later.messages.push_back({Role::assistant, {words("Hm.")}}); // to be continued by the model itself
    CHECK(marked(later) == "system");
}

} // namespace provider::test
