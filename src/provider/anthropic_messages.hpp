// Anthropic's Messages API. Source: the types of the official SDKs, versions 0.137 and 1.12.
#pragma once

#include <string>

#include "provider/provider.hpp"

namespace provider {

std::string anthropic_problem(const Endpoint& endpoint);
Built anthropic_request(const Endpoint& endpoint, const Conversation& conversation);
Outcome anthropic_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response);

} // namespace provider
