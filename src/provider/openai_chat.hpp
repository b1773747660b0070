// OpenAI's Chat Completions, which a dozen other services speak with small differences. The differences are
// data (ChatDialect); there is one codec. Source: OpenAI's published API description,
// `CreateChatCompletion*`.
#pragma once

#include <string>
#include <string_view>

#include "provider/provider.hpp"

namespace provider {

struct ChatDialect {
    std::string_view provider;         ///< a name in providers()
    std::string_view max_tokens_field; ///< OpenAI deprecated `max_tokens`, others know nothing else
    bool official = false;             ///< OpenAI itself: its documented ranges and models hold
    bool one_system_message = false;   ///< strict templates take one; leading ones are joined
    bool object_arguments = false;     ///< old calls must parse as an object (templates decode them)
    std::size_t longest_id = 40;       ///< of a call
};

constexpr ChatDialect openai_dialect{"openai", "max_completion_tokens", true, false, false, 40};
/// For a host nothing is known about: the fields every server takes.
constexpr ChatDialect compatible_dialect{"openai-compatible", "max_tokens", false, true, true, 64};

std::string chat_problem(const ChatDialect& dialect, const Endpoint& endpoint);
Built chat_request(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& conversation);
Outcome chat_reply(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& asked,
                   const http::Response& response);

} // namespace provider
