// Anthropic's Messages API. Source: the types of the official SDKs, versions 0.137 and 1.12.
#pragma once

#include <memory>
#include <string>

#include "provider/provider.hpp"
#include "schema/tree.hpp"

namespace provider {

std::string anthropic_problem(const Endpoint& endpoint);
Built anthropic_request(const Endpoint& endpoint, const Conversation& conversation);
Outcome anthropic_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response);
/// The Reply in a message that is JSON without an `error`: one that came whole, or was put together.
Outcome anthropic_answer(const Endpoint& endpoint, const Conversation& asked, const schema::Tree& answer,
                         const http::Response& response);
std::unique_ptr<StreamDecoder> anthropic_decoder(const Endpoint& endpoint, const Conversation& asked);

} // namespace provider
