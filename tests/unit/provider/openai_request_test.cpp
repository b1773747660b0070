#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"

namespace provider::test {
namespace {

struct Row {
    std::string name;
    Conversation conversation;
};

std::vector<Row> rows() {
    std::vector<Row> out{{"chat", captured_chat()},
                         {"tools-turn1", captured_tools_turn1()},
                         {"tools-turn2", captured_tools_turn2(false)}};
    out[1].conversation.tool_choice = "auto"; // the SDK was told so
    return out;
}

schema::Tree body(const Endpoint& endpoint, const Conversation& conversation,
                  std::string_view provider = "openai") {
    return json(request(row(provider), endpoint, conversation).body);
}

TEST_CASE("openai: the same conversation is the request the SDK sends") {
    for (const Row& r : rows()) {
        CAPTURE(r.name);
        const Capture expected = capture("openai/" + r.name);
        Endpoint endpoint = endpoint_of("openai", "gpt-4o-mini");
        endpoint.base_url = "http://127.0.0.1:18100/v1";
        endpoint.credential = base::SecretText("sk-dummy");
        const http::Request sent = request(row("openai"), endpoint, r.conversation);
        CHECK(difference(json(sent.body), expected.body) == "");
        CHECK(sent.method == "POST");
        CHECK(sent.url == "http://127.0.0.1:18100" + expected.target);
        CHECK(secret_header(sent, "authorization") == expected.header("authorization"));
        CHECK(header(sent, "content-type") == expected.header("content-type"));
        CHECK(header(sent, "accept") == expected.header("accept"));
        CHECK(sent.reach == http::Reach::public_only);
    }
}

TEST_CASE("openai-compatible: the same conversation is the request the SDK sends") {
    for (Row& r : rows()) {
        CAPTURE(r.name);
        Capture expected = capture("openai-compatible/" + r.name);
        // Unlike the SDK, `tool_choice: auto` is left out: it is the default, and some servers refuse it.
        std::erase_if(expected.body.entries,
                      [](const schema::Entry& entry) { return entry.key == "tool_choice"; });
        Endpoint endpoint = endpoint_of("openai-compatible", "llama-3.3-70b-versatile");
        endpoint.base_url = "http://127.0.0.1:18100/openai/v1";
        endpoint.credential = base::SecretText("gsk-dummy");
        endpoint.allow_private = true;
        const http::Request sent = request(row("openai-compatible"), endpoint, r.conversation);
        CHECK(difference(json(sent.body), expected.body) == "");
        CHECK(sent.url == "http://127.0.0.1:18100" + expected.target);
        CHECK(secret_header(sent, "authorization") == expected.header("authorization"));
        CHECK(sent.reach == http::Reach::private_also);
    }
}

TEST_CASE("openai: every form of a base URL leads to one address") {
    struct {
        std::string base, url;
    } const table[] = {
        {"", "https://api.openai.com/v1/chat/completions"},
        {"https://h", "https://h/chat/completions"},
        {"https://h/", "https://h/chat/completions"},
        {" https://h/v1 \n", "https://h/v1/chat/completions"},
        {"https://h/v1/", "https://h/v1/chat/completions"},
        {"https://h/v1//", "https://h/v1/chat/completions"},
        {"https://h/v1/chat/completions", "https://h/v1/chat/completions"},
        {"https://h/v1/chat/completions/", "https://h/v1/chat/completions"},
        {"https://h/v1?tenant=7", "https://h/v1/chat/completions?tenant=7"},
        {"https://h/v1/chat/completions?tenant=7#x", "https://h/v1/chat/completions?tenant=7"},
        {"http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"},
    };
    for (const auto& r : table) {
        CAPTURE(r.base);
        Endpoint endpoint = endpoint_of("openai");
        endpoint.base_url = r.base;
        CHECK(request(row("openai"), endpoint, captured_chat()).url == r.url);
    }
}

TEST_CASE("openai: options are sent as written") {
    Endpoint endpoint = endpoint_of("openai", "gpt-4o");
    endpoint.options = {{"max_tokens", "100"},
                        {"temperature", "0.70"},
                        {"top_p", "1e-1"},
                        {"seed", "-7"},
                        {"stop", R"(["END", "\n\n"])"},
                        {"reasoning_effort", "low"},
                        {"parallel_tool_calls", "false"},
                        {"organization", "org-1"},
                        {"project", "proj-1"}};
    const http::Request sent = request(row("openai"), endpoint, captured_tools_turn1());
    const schema::Tree tree = json(sent.body);
    CHECK(tree.text_of("max_completion_tokens") == "100");
    CHECK(tree.find("max_tokens") == nullptr);
    CHECK(tree.text_of("temperature") == "0.70");
    CHECK(tree.text_of("top_p") == "1e-1");
    CHECK(tree.text_of("seed") == "-7");
    CHECK(difference(*tree.find("stop"), json(R"(["END","\n\n"])")) == "");
    CHECK(tree.text_of("reasoning_effort") == "low");
    CHECK(tree.text_of("parallel_tool_calls") == "false");
    CHECK(tree.find("tool_choice") == nullptr);
    CHECK(tree.find("stream") == nullptr);
    CHECK(header(sent, "OpenAI-Organization") == "org-1");
    CHECK(header(sent, "OpenAI-Project") == "proj-1");

    CHECK(body(endpoint, captured_chat()).find("parallel_tool_calls") == nullptr); // only with tools
    endpoint.options["stop"] = "END";
    CHECK(difference(*body(endpoint, captured_chat()).find("stop"), json(R"(["END"])")) == "");
    endpoint.base_url = "http://h/v1";
    CHECK(body(endpoint, captured_chat(), "openai-compatible").text_of("max_tokens") == "100");
    endpoint.options.clear();
    CHECK(output_limit(row("openai"), endpoint) == 4096);
    endpoint.options["max_tokens"] = " 77 ";
    CHECK(output_limit(row("openai"), endpoint) == 77);
}

TEST_CASE("openai: what cannot be sent as written is refused before sending") {
    struct {
        std::string model, option, value, problem;
    } const table[] = {
        {"gpt-4o", "max_tokens", "abc", "is not a whole number of at least 1"},
        {"gpt-4o", "max_tokens", "0", "is not a whole number of at least 1"},
        {"gpt-4o", "max_tokens", "1.5", "is not a whole number of at least 1"},
        {"gpt-4o", "max_tokens", "+5", "is not a whole number of at least 1"},
        {"gpt-4o", "max_tokens", "007", "is not a whole number of at least 1"},
        {"gpt-4o", "temperature", "2.1", "is not a number from 0 to 2, which openai asks for"},
        {"gpt-4o", "temperature", "warm", "is not a number from 0 to 2, which openai asks for"},
        {"gpt-4o", "temperature", ".5", "is not a number from 0 to 2, which openai asks for"},
        {"gpt-4o", "top_p", "-0.1", "is not a number from 0 to 1, which openai asks for"},
        {"gpt-4o", "seed", "x", "is not a whole number"},
        {"gpt-4o", "stop", "[1]", "is a list that does not hold only texts"},
        {"gpt-4o", "stop", R"(["a","b","c","d","e"])", "holds 5 texts, and openai takes at most 4"},
        {"gpt-4o", "parallel_tool_calls", "maybe", "is neither true nor false"},
        {"gpt-4o", "project", "a\nb", "holds a line break or NUL, which no header can"},
        {"gpt-4o", "anthropic_version", "2023-06-01", "is an option of anthropic, not of openai"},
        {"o3-mini", "temperature", "0.5",
         "cannot be sent to openai with model 'o3-mini': a reasoning model takes none"},
        {"o4-mini", "stop", "END",
         "cannot be sent to openai with model 'o4-mini': this model takes no stop sequences"},
    };
    for (const auto& r : table) {
        CAPTURE(r.value);
        Endpoint endpoint = endpoint_of("openai", r.model);
        endpoint.options[r.option] = r.value;
        const Refusal no = refusal(row("openai").build_request(endpoint, captured_chat()));
        CHECK(no.kind == Refusal::Kind::configuration);
        CHECK(no.detail == base::format("options.{} '{}' of model endpoint 'default/e' {}", r.option,
                                        base::visible(r.value), r.problem));
        CHECK(row("openai").check(endpoint) == no.detail);
    }
}

TEST_CASE("openai: which models take a temperature") {
    const std::pair<std::string, bool> table[] = {
        {"gpt-4o", true},         {"gpt-4.1-mini", true},    {"gpt-5", false},
        {"gpt-5-mini", false},    {"gpt-5-chat", true},      {"gpt-5-chat-latest", true},
        {"gpt-5.1", true},        {"gpt-5.1-codex", false},  {"gpt-5.2", true},
        {"gpt-5.2-pro", false},   {"gpt-5.3-chat", false},   {"gpt-5.4-mini", true},
        {"gpt-5.5", false},       {"gpt-5.6-mini", false},   {"o1", false},
        {"o3-2025-04-16", false}, {"omni-moderation", true}, {"ft:gpt-4o:x", true},
    };
    for (const auto& [model, takes] : table) {
        CAPTURE(model);
        Endpoint endpoint = endpoint_of("openai", model);
        endpoint.options["temperature"] = "0.5";
        CHECK(row("openai").check(endpoint).empty() == takes);
    }
}

TEST_CASE("openai: messages of every kind") {
    Conversation conversation;
    conversation.messages = {text_message(Role::system, "one"), text_message(Role::system, "two"),
                             text_message(Role::user, "go")};
    Message calls{Role::assistant, {call("a", "memory.write", ""), call("", "x", "[1]")}};
    calls.parts[0].text = "{not json";
    Part thought;
    thought.kind = Part::Kind::thinking;
    thought.text = "hm";
    calls.parts.push_back(thought);
    conversation.messages.push_back(calls);
    conversation.messages.push_back({Role::tool, {result("a", "memory.write", "no"), result("", "x", "")}});
    conversation.messages.push_back({Role::assistant, {}});
    conversation.messages.push_back({Role::user, {words("and "), words("now?")}});
    const std::string wire = wire_name("memory.write");
    CHECK(wire == "memory_write_" + wire.substr(13));

    const schema::Tree expected = json(base::format(
        R"([{{"role":"system","content":"one"}},{{"role":"system","content":"two"}},{{"role":"user","content":"go"}},)"
        R"({{"role":"assistant","content":null,"tool_calls":[)"
        R"({{"id":"a","type":"function","function":{{"name":"{}","arguments":"{{not json"}}}},)"
        R"({{"id":"call_e3b0c442","type":"function","function":{{"name":"x","arguments":"{{\"input\":[1]}}"}}}}]}},)"
        R"({{"role":"tool","tool_call_id":"a","content":"no"}},{{"role":"tool","tool_call_id":"call_e3b0c442","content":""}},)"
        R"({{"role":"assistant","content":""}},{{"role":"user","content":"and now?"}}])",
        wire));
    CHECK(difference(*body(endpoint_of("openai"), conversation).find("messages"), expected) == "");

    Endpoint local = endpoint_of("openai-compatible");
    local.base_url = "http://h/v1";
    const schema::Tree sent = body(local, conversation, "openai-compatible");
    const auto& messages = sent.find("messages")->items;
    CHECK(messages.size() == expected.items.size() - 1);
    CHECK(messages[0].text_of("content") == "one\n\ntwo");
    CHECK(messages[2].find("tool_calls")->items[0].find("function")->text_of("arguments") ==
          R"({"input":"{not json"})");
}

TEST_CASE("openai: tools and tool_choice") {
    Conversation conversation = captured_chat();
    conversation.tools = {{"a.b", "", {}}, {"plain", "d", {R"({"type":"object"})"}}};
    conversation.tool_choice = "a.b";
    const schema::Tree tree = body(endpoint_of("openai"), conversation);
    CHECK(
        difference(
            *tree.find("tools"),
            json(base::format(
                R"([{{"type":"function","function":{{"name":"{}","parameters":{{"type":"object","properties":{{}}}}}}}},)"
                R"({{"type":"function","function":{{"name":"plain","description":"d","parameters":{{"type":"object"}}}}}}])",
                wire_name("a.b")))) == "");
    CHECK(difference(*tree.find("tool_choice"),
                     json(base::format(R"({{"type":"function","function":{{"name":"{}"}}}})",
                                       wire_name("a.b")))) == "");
    for (const std::string choice : {"none", "required"}) {
        conversation.tool_choice = choice;
        CHECK(body(endpoint_of("openai"), conversation).text_of("tool_choice") == choice);
    }
    conversation.tools.clear();
    CHECK(body(endpoint_of("openai"), conversation).find("tool_choice") == nullptr);
    CHECK(body(endpoint_of("openai"), conversation).find("tools") == nullptr);
}

TEST_CASE("keys: trimmed, required, and only in secret headers") {
    Endpoint endpoint = endpoint_of("openai");
    endpoint.credential = base::SecretText(" sk-abcdef\n");
    CHECK(secret_header(request(row("openai"), endpoint, captured_chat()), "authorization") ==
          "Bearer sk-abcdef");
    endpoint.credential = base::SecretText("Bearer sk-abcdef");
    CHECK(secret_header(request(row("openai"), endpoint, captured_chat()), "authorization") ==
          "Bearer sk-abcdef");

    endpoint.credential = base::SecretText("sk-abc\r\nx: y");
    Refusal no = refusal(row("openai").build_request(endpoint, captured_chat()));
    CHECK(no.kind == Refusal::Kind::configuration);
    CHECK(no.detail == "the key of model endpoint 'default/e' holds a line break or NUL and cannot be sent");
    CHECK(no.hint == "store the secret again as one line");

    endpoint.credential = {};
    no = refusal(row("openai").build_request(endpoint, captured_chat()));
    CHECK(no.kind == Refusal::Kind::auth);
    CHECK(no.status == 0);
    CHECK(no.detail == "model endpoint 'default/e' requires auth.secretRef");
    CHECK(no.hint ==
          "set spec.auth.secretRef of model endpoint 'default/e' to a Secret that holds the key, or "
          "set the environment variable OPENAI_API_KEY");
    endpoint.base_url = "http://127.0.0.1:9/v1"; // the variable is not used for another host
    no = refusal(row("openai").build_request(endpoint, captured_chat()));
    CHECK(no.hint == "set spec.auth.secretRef of model endpoint 'default/e' to a Secret that holds the key");
    CHECK(request(row("openai-compatible"), endpoint, captured_chat()).secret_headers.empty());
}

} // namespace
} // namespace provider::test
