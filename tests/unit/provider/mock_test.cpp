#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"

namespace provider::test {
namespace {

Endpoint mock(std::map<std::string, std::string> options = {}) {
    Endpoint out = endpoint_of("mock", "echo");
    out.credential = {};
    out.options = std::move(options);
    return out;
}

Outcome play(const Endpoint& endpoint, const Conversation& conversation) {
    return row("mock").answer(endpoint, conversation);
}

/// A conversation in which the model has spoken `steps` times.
Conversation after(std::size_t steps, const std::string& input = "go") {
    Conversation out;
    out.messages = {text_message(Role::system, "be brief"), text_message(Role::user, input)};
    for (std::size_t i = 0; i < steps; ++i)
        out.messages.push_back(text_message(Role::assistant, "said"));
    return out;
}

std::string said(const Endpoint& endpoint, const Conversation& conversation) {
    return text_of(reply(play(endpoint, conversation)).message);
}

TEST_CASE("mock: counts its steps") {
    CHECK(said(mock(), after(0)) == "model=echo step=1");
    CHECK(said(mock(), after(3)) == "model=echo step=4");
    const Reply r = reply(play(mock(), after(0)));
    CHECK(r.finish == Finish::stop);
    CHECK(r.raw_finish == "stop");
    CHECK(r.model == "echo");
    CHECK(schema::encode(r.usage) == R"({"input":3,"output":5,"estimated":true})");
}

TEST_CASE("mock: says what options.answer and options.script say") {
    CHECK(said(mock({{"answer", "{{model}}/{{step}}: {{input}} {{other}}"}}), after(1, "x {{step}}")) ==
          "echo/2: x {{step}} {{other}}");
    const Endpoint lines = mock({{"script", "first\n\nsecond {{step}}\r\n"}, {"answer", "ignored"}});
    CHECK(said(lines, after(0)) == "first");
    CHECK(said(lines, after(1)) == "second 2");
    CHECK(said(lines, after(5)) == "second 6");
    const Endpoint list = mock({{"script", R"(["a", {"text": "b", "finish": "length"}, 7])"}});
    CHECK(said(list, after(0)) == "a");
    CHECK(reply(play(list, after(1))).finish == Finish::length);
    CHECK(said(list, after(2)) == "7");
    CHECK(said(mock({{"script", "[note] a line"}}), after(0)) == "[note] a line");
}

TEST_CASE("mock: calls tools by script") {
    const Endpoint endpoint =
        mock({{"script", R"([{"text":"hm","tool":"search","arguments":{"q":1.50}},)"
                         R"({"calls":[{"tool":"a"},{"tool":"b","arguments":"{cut"}]}, "done"])"}});
    Reply r = reply(play(endpoint, after(0)));
    CHECK(r.finish == Finish::tool_calls);
    REQUIRE(r.message.parts.size() == 2);
    CHECK(r.message.parts[1].id == "call_1_1");
    CHECK(r.message.parts[1].name == "search");
    CHECK(r.message.parts[1].arguments.text == R"({"q":1.50})");
    r = reply(play(endpoint, after(1)));
    REQUIRE(r.message.parts.size() == 2);
    CHECK(r.message.parts[0].id == "call_2_1");
    CHECK(r.message.parts[0].arguments.text == "{}");
    CHECK(r.message.parts[1].id == "call_2_2");
    CHECK(r.message.parts[1].arguments.text == ""); // not an object: stays text
    CHECK(r.message.parts[1].text == R"("{cut")");
    CHECK(reply(play(endpoint, after(2))).finish == Finish::stop);
}

TEST_CASE("mock: refuses and costs by script") {
    const Endpoint endpoint = mock(
        {{"usage", "7, 3"},
         {"script",
          R"([{"error":{"kind":"rate_limit","status":429,"code":"c","detail":"step {{step}}","retry_after":"2s"}},)"
          R"({"text":"a","usage":{"input":1000,"output":1}}, "b"])"}});
    const Refusal no = refusal(play(endpoint, after(0)));
    CHECK(no.kind == Refusal::Kind::rate_limit);
    CHECK(no.status == 429);
    CHECK(no.code == "c");
    CHECK(no.detail == "step 1");
    CHECK(no.retry_after == base::seconds(2));
    CHECK(retryable(no));
    CHECK(schema::encode(reply(play(endpoint, after(1))).usage) == R"({"input":1000,"output":1})");
    CHECK(schema::encode(reply(play(endpoint, after(2))).usage) == R"({"input":7,"output":3})");
}

TEST_CASE("mock: a script that cannot be played is refused") {
    struct {
        std::string option, value, problem;
    } const table[] = {
        {"script", R"([{"txt":"a"}])",
         "options.script of model endpoint 'default/e': unknown field 'txt' in options.script[0]"},
        {"script", R"(["a", {"finish":"soon"}])",
         "options.script of model endpoint 'default/e': invalid options.script[1].finish \"soon\": expected "
         "stop, tool_calls, "
         "length, "
         "content_filter, error, paused, or other"},
        {"script", "[]", "options.script of model endpoint 'default/e': an empty list"},
        {"usage", "7",
         "options.usage '7' of model endpoint 'default/e' is not INPUT,OUTPUT, two whole numbers"},
        {"usage", "7,-1",
         "options.usage '7,-1' of model endpoint 'default/e' is not INPUT,OUTPUT, two whole numbers"},
    };
    for (const auto& r : table) {
        const Endpoint endpoint = mock({{r.option, r.value}});
        CHECK(row("mock").check(endpoint) == r.problem);
        const Refusal no = refusal(play(endpoint, after(0)));
        CHECK(no.kind == Refusal::Kind::configuration);
        CHECK(no.detail == r.problem);
    }
    CHECK(row("mock")
              .check(mock({{"script", R"(["a")"}}))
              .starts_with("options.script of model endpoint 'default/e': not valid JSON: "));
    CHECK(row("mock").check(mock({{"unknown", "x"}})) == "");
}

/// The name of the tool it calls, or "".
std::string chosen(const Conversation& conversation) {
    for (const Part& part : reply(play(mock(), conversation)).message.parts) {
        if (part.kind == Part::Kind::tool_call) return part.name;
    }
    return {};
}

TEST_CASE("mock: picks a tool as the original does, and each one once") {
    Conversation conversation = after(0, "please SEARCH the db");
    conversation.tools = {{"calculator", "", {}}, {"my_db", "", {}}, {"web_search", "", {}}};
    CHECK(chosen(conversation) == "web_search"); // search stands before db
    conversation.messages.push_back({Role::assistant, {call("1", "web_search", "{}")}});
    CHECK(chosen(conversation) == "my_db");
    conversation.messages.push_back({Role::assistant, {call("2", "my_db", "{}")}});
    CHECK(chosen(conversation) == "");

    Conversation plain = after(0, "add");
    plain.tools = conversation.tools;
    CHECK(chosen(plain) == "calculator"); // in step 1 the first
    plain.tool_choice = "none";
    CHECK(chosen(plain) == "");
    plain = after(1, "add");
    plain.tools = conversation.tools;
    CHECK(chosen(plain) == "");
}

TEST_CASE("mock: arguments fit the schema of the tool") {
    const std::pair<std::string, std::string> table[] = {
        {"", "{}"},
        {R"({"type":"object","properties":{"input":{"type":"string"}}})", R"({"input":"go"})"},
        {R"({"type":"object","properties":{"q":{"type":"string"},"n":{"type":"integer"},"b":{"type":"boolean"},)"
         R"("l":{"type":"array"},"o":{"type":"object"},"e":{"enum":["x","y"]},"not":{"type":"string"}},)"
         R"("required":["q","n","b","l","o","e"]})",
         R"({"q":"go","n":1,"b":true,"l":[],"o":{},"e":"x"})"},
    };
    for (const auto& [parameters, arguments] : table) {
        Conversation conversation = after(0);
        conversation.tools = {{"tool", "", {parameters}}};
        CHECK(reply(play(mock(), conversation)).message.parts.back().arguments.text == arguments);
    }
}

} // namespace
} // namespace provider::test
