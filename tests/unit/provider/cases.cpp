#include "cases.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "base/os.hpp"
#include "base/text.hpp"

namespace provider::test {

using schema::Tree;

const Provider& row(std::string_view name) {
    const Provider* found = find_provider(name);
    REQUIRE(found != nullptr);
    return *found;
}

Endpoint endpoint_of(std::string_view provider, std::string model) {
    Endpoint out;
    out.name = "default/e";
    out.base_url = std::string(row(provider).default_base_url);
    out.model = std::move(model);
    out.credential = base::SecretText("key-0123456789");
    return out;
}

std::string difference(const Tree& actual, const Tree& expected, const std::string& path) {
    const auto differ = [&] {
        return base::format("{}: {}, not {}", path, schema::to_json(actual), schema::to_json(expected));
    };
    if (actual.kind != expected.kind) return differ();
    if (actual.kind == Tree::Kind::scalar)
        return actual.text == expected.text && actual.quoted == expected.quoted ? std::string() : differ();
    if (actual.items.size() != expected.items.size() || actual.entries.size() != expected.entries.size())
        return differ();
    for (std::size_t i = 0; i < actual.items.size(); ++i) {
        std::string found = difference(actual.items[i], expected.items[i], base::format("{}[{}]", path, i));
        if (!found.empty()) return found;
    }
    for (const schema::Entry& entry : expected.entries) {
        const Tree* value = actual.find(entry.key);
        if (value == nullptr) return base::format("{}.{}: missing", path, entry.key);
        std::string found = difference(*value, entry.value, path + "." + entry.key);
        if (!found.empty()) return found;
    }
    return {};
}

Tree json(std::string_view text) {
    schema::Parsed parsed = schema::parse_json(text);
    INFO(text);
    REQUIRE(parsed.error == "");
    return std::move(parsed.tree);
}

std::string Capture::header(std::string_view name) const {
    for (const Tree& pair : headers.items) {
        if (base::same_ignoring_case(pair.items[0].text, name)) return pair.items[1].text;
    }
    return {};
}

Capture capture(const std::string& name) {
    const Tree tree =
        json(base::read_file(std::string(ORLOJ_TEST_DATA) + "/oracle/" + name + ".json", 1U << 20U));
    return {std::string(tree.text_of("target")), *tree.find("rawHeaders"), *tree.find("bodyJson")};
}

http::Request request(const Provider& provider, const Endpoint& endpoint, const Conversation& conversation) {
    Built built = provider.build_request(endpoint, conversation);
    if (const auto* no = std::get_if<Refusal>(&built)) FAIL(no->detail);
    return std::move(std::get<http::Request>(built));
}

Refusal refusal(const Built& built) {
    REQUIRE(std::holds_alternative<Refusal>(built));
    return std::get<Refusal>(built);
}

std::string header(const http::Request& request, std::string_view name) {
    for (const http::Header& header : request.headers) {
        if (header.name == name) return header.value;
    }
    return {};
}

std::string secret_header(const http::Request& request, std::string_view name) {
    for (const http::SecretHeader& header : request.secret_headers) {
        if (header.name == name) return header.prefix + std::string(header.secret.reveal());
    }
    return {};
}

http::Response answer(int status, std::string body, std::vector<http::Header> headers) {
    http::Response out;
    out.status = status;
    out.body = std::move(body);
    out.headers = std::move(headers);
    return out;
}

Reply reply(const Outcome& outcome) {
    if (const auto* no = std::get_if<Refusal>(&outcome)) FAIL(no->detail);
    return std::get<Reply>(outcome);
}

Refusal refusal(const Outcome& outcome) {
    REQUIRE(std::holds_alternative<Refusal>(outcome));
    return std::get<Refusal>(outcome);
}

Part call(std::string id, std::string name, std::string arguments) {
    Part out;
    out.kind = Part::Kind::tool_call;
    out.id = std::move(id);
    out.name = std::move(name);
    out.arguments.text = std::move(arguments);
    return out;
}

Part result(std::string id, std::string name, std::string text) {
    Part out;
    out.kind = Part::Kind::tool_result;
    out.id = std::move(id);
    out.name = std::move(name);
    out.text = std::move(text);
    return out;
}

Part words(std::string text) {
    Part out;
    out.text = std::move(text);
    return out;
}

Conversation captured_chat() {
    Conversation out;
    out.messages.push_back(text_message(Role::system, "You are a research assistant."));
    out.messages.push_back(
        text_message(Role::user, "What is the weather in Brno? Odpověz česky. \xF0\x9F\x8C\xA4"));
    return out;
}

Conversation captured_tools_turn1() {
    Conversation out = captured_chat();
    out.tools.push_back(
        {"get_weather",
         "Get weather",
         {R"({"type":"object","properties":{"city":{"type":"string","description":"City name"},)"
          R"("units":{"type":"string","enum":["c","f"]}},"required":["city"]})"}});
    return out;
}

Conversation captured_tools_turn2(bool spoken) {
    Conversation out = captured_tools_turn1();
    const std::string id = spoken ? "toolu_1" : "call_1";
    Message assistant{Role::assistant, {}};
    if (spoken) assistant.parts.push_back(words("Let me check."));
    assistant.parts.push_back(call(id, "get_weather", R"({"city":"Brno"})"));
    out.messages.push_back(std::move(assistant));
    out.messages.push_back({Role::tool, {result(id, "get_weather", R"({"temp":21})")}});
    return out;
}

} // namespace provider::test
