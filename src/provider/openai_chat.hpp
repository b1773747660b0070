// OpenAI's Chat Completions, which Azure and a dozen other services speak with small differences. The
// differences are data (ChatDialect); there is one codec. Source: OpenAI's published API description,
// `CreateChatCompletion*`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "provider/names.hpp"
#include "provider/provider.hpp"
#include "schema/tree.hpp"

namespace provider {

/// Whose rules for values hold before anything is sent.
enum class ChatRules {
    none,   ///< what an unknown server takes is its own business
    ranges, ///< OpenAI's documented ranges; the model's family is not known
    models, ///< those, and what OpenAI's models refuse
};

/// What `response_format` can demand.
enum class AnswerFormat {
    json_schema, ///< an answer that follows a schema
    json_object, ///< some JSON object; the schema is said in words
};

struct ChatDialect {
    std::string_view provider; ///< a name in providers()
    std::string_view speaker;  ///< who answers, for messages: "Groq"
    ChatRules rules = ChatRules::none;
    /// OpenAI deprecated `max_tokens`, others know nothing else.
    std::string_view max_tokens_field = "max_tokens";
    std::string_view seed_field = "seed";
    std::string_view required_word = "required"; ///< tool_choice that demands some call
    bool explicit_auto = false;                  ///< `tool_choice: auto` is sent; some servers refuse it
    bool one_system_message = true;              ///< strict templates take one; leading ones are joined
    bool object_arguments = true; ///< old calls must parse as an object (templates decode them)
    bool tools = true;
    bool tool_choice = true;
    bool alternating = false; ///< user and assistant must take turns; what meets is joined
    bool stream_usage =
        true;               ///< `stream_options.include_usage` is known; where it is not, usage comes anyway
    bool think_tags = true; ///< <think>...</think> at the start of the text is reasoning
    AnswerFormat answers = AnswerFormat::json_schema;
    IdRule ids = {64, false};
    /// Assistant turns carry the model's own reasoning in this field; "": it is not sent back.
    std::string_view reasoning_field;
    bool reasoning_always = false; ///< also as "" when there was none
    /// Options that answer 400 or are ignored without a word.
    std::span<const std::string_view> refused_options;
    std::span<const std::string_view> efforts; ///< the only words for reasoning_effort; empty: any
};

inline constexpr ChatDialect openai_dialect{.provider = "openai",
                                            .speaker = "openai",
                                            .rules = ChatRules::models,
                                            .max_tokens_field = "max_completion_tokens",
                                            .explicit_auto = true,
                                            .one_system_message = false,
                                            .object_arguments = false,
                                            .think_tags = false,
                                            .ids = {40, false}};
/// For a host nothing is known about: the fields every server takes.
inline constexpr ChatDialect compatible_dialect{.provider = "openai-compatible",
                                                .speaker = "openai-compatible"};

/// What is wrong with the options, "" when nothing is.
std::string chat_option_problem(const ChatDialect& dialect, const Endpoint& endpoint);
/// The request to `url` without a key; Refusal{configuration} when the conversation cannot be said in that
/// dialect. Requires that the options have no problem.
Built chat_post(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& conversation,
                std::string url);

/// For services at spec.base_url with a bearer key.
std::string chat_problem(const ChatDialect& dialect, const Endpoint& endpoint);
Built chat_request(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& conversation);
/// A pasted endpoint that is taken off, or a path that is most likely missing.
std::vector<std::string> chat_url_notes(const Provider& provider, const Endpoint& endpoint);
Outcome chat_reply(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& asked,
                   const http::Response& response);
/// The Reply in an answer that is JSON without an `error`: one that came whole, or was put together.
Outcome chat_answer(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& asked,
                    const schema::Tree& answer, const http::Response& response);
/// `dialect` must outlive the decoder.
std::unique_ptr<StreamDecoder> chat_decoder(const ChatDialect& dialect, const Endpoint& endpoint,
                                            const Conversation& asked);

} // namespace provider
