// OpenAI's models at Azure: Chat Completions under other addresses, with another header for the key. Source:
// Azure's REST reference and the requests of the OpenAI SDK.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "provider/provider.hpp"

namespace provider {

std::string azure_problem(const Endpoint& endpoint);
Built azure_request(const Endpoint& endpoint, const Conversation& conversation);
/// The whole endpoint; nullopt when there is a problem.
/// An API version that the address does not take.
std::vector<std::string> azure_notes(const Endpoint& endpoint);
std::optional<http::Url> azure_address(const Endpoint& endpoint);
std::string azure_hint(const Endpoint& endpoint, const Refusal& refusal);
Outcome azure_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response);
std::unique_ptr<StreamDecoder> azure_decoder(const Endpoint& endpoint, const Conversation& asked);

} // namespace provider
