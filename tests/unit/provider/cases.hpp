// What the provider tests share: endpoints, conversations, captured requests and a comparison of JSON trees
// that says where two differ.
#pragma once

#include <string>
#include <string_view>

#include "http/http.hpp"
#include "provider/provider.hpp"
#include "schema/tree.hpp"

namespace provider::test {

/// With the provider's default URL and a key that looks like nobody's.
Endpoint endpoint_of(std::string_view provider, std::string model = "m");
const Provider& row(std::string_view name);

/// "" when equal (maps in any order), else "path: this, not that".
std::string difference(const schema::Tree& actual, const schema::Tree& expected,
                       const std::string& path = "$");
schema::Tree json(std::string_view text);

struct Capture {
    std::string target;
    schema::Tree headers; ///< list of [name, value]
    schema::Tree body;
    [[nodiscard]] std::string header(std::string_view name) const;
};
/// `name` such as "openai/chat".
Capture capture(const std::string& name);

/// The request, or a failed check.
http::Request request(const Provider& provider, const Endpoint& endpoint, const Conversation& conversation);
Refusal refusal(const Built& built);
std::string header(const http::Request& request, std::string_view name);
std::string secret_header(const http::Request& request, std::string_view name);

http::Response answer(int status, std::string body, std::vector<http::Header> headers = {});
Reply reply(const Outcome& outcome);
Refusal refusal(const Outcome& outcome);

Part call(std::string id, std::string name, std::string arguments);
Part result(std::string id, std::string name, std::string text);
Part words(std::string text);

/// The conversations of the captures: chat, tools-turn1, tools-turn2.
Conversation captured_chat();
Conversation captured_tools_turn1();
Conversation captured_tools_turn2(bool spoken);

} // namespace provider::test
