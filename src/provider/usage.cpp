// Counting tokens, and the words of Reply and Refusal as they are stored. Estimates are bytes / 4, rounded
// up: the same rule before the call (reservations) and after it (providers that do not report usage).
#include "provider/options.hpp"
#include "provider/provider.hpp"
#include "provider/reply.hpp"

#include "base/text.hpp"

namespace provider {

namespace {

constexpr std::size_t bytes_per_token = 4;

std::size_t bytes_of(const Part& part) noexcept {
    return part.text.size() + part.id.size() + part.name.size() + part.arguments.text.size() +
           part.blob.text.size();
}

} // namespace

std::int64_t tokens_in(std::size_t bytes) noexcept {
    return static_cast<std::int64_t>((bytes + bytes_per_token - 1) / bytes_per_token);
}

std::size_t size_of(const Message& message) noexcept {
    std::size_t bytes = 0;
    for (const Part& part : message.parts)
        bytes += bytes_of(part);
    return bytes;
}

const schema::Type& describe(const Usage*) {
    using schema::field;
    static const schema::Type type = schema::object_type<Usage>(
        "usage", "Tokens of one or more model calls.",
        {
            field<&Usage::input>("input", "Prompt tokens, cached ones included.", schema::always),
            field<&Usage::output>("output", "Generated tokens, reasoning included.", schema::always),
            field<&Usage::cache_read>("cache_read", "Prompt tokens read from the provider's cache."),
            field<&Usage::cache_write>("cache_write", "Prompt tokens written to the provider's cache."),
            field<&Usage::reasoning>("reasoning", "Generated tokens that were reasoning."),
            field<&Usage::estimated>("estimated", "Whether orloj counted because the provider did not."),
            field<&Usage::cost>("cost_usd", "US dollars, where the provider says so."),
        });
    return type;
}

const schema::Type& describe(const Finish*) {
    static const schema::Type type = schema::choice_type<Finish>(
        "finish", {"stop", "tool_calls", "length", "content_filter", "error", "paused", "other"});
    return type;
}

const schema::Type& describe(const Refusal::Kind*) {
    static const schema::Type type = schema::choice_type<Refusal::Kind>(
        "refusal", {"network", "forbidden", "timeout", "rate_limit", "quota", "overloaded", "server", "auth",
                    "missing_model", "context_length", "content_filter", "bad_request", "bad_response",
                    "configuration"});
    return type;
}

std::int64_t estimated_tokens(const Message& message) {
    return tokens_in(size_of(message));
}

std::int64_t estimated_tokens(const Conversation& conversation) {
    std::size_t bytes = 0;
    for (const Message& message : conversation.messages)
        bytes += size_of(message);
    for (const ToolDefinition& tool : conversation.tools)
        bytes += tool.name.size() + tool.description.size() + tool.parameters.text.size();
    return tokens_in(bytes);
}

std::int64_t estimated_tokens(const schema::Json& output_schema) {
    return tokens_in(output_schema.text.size());
}

std::int64_t output_limit(const Provider& provider, const Endpoint& endpoint) {
    constexpr std::int64_t unset = 4096;
    OptionReader options(endpoint, provider.name);
    return base::to_integer(options.integer("max_tokens", 1)).value_or(unset);
}

} // namespace provider
