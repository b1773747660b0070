// A Chat Completions answer as a Reply. Tolerant where servers differ (content as parts, reasoning under two
// names, calls without ids), strict where a wrong reading would pass for an answer.
#include "provider/openai_chat.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "provider/refusal.hpp"
#include "provider/reply.hpp"
#include "provider/think_filter.hpp"

namespace provider {

namespace {

using schema::Tree;

/// The text of a list of parts, one after another.
std::string joined_text(const Tree& parts) {
    if (parts.kind == Tree::Kind::scalar) return parts.text;
    std::string out;
    for (const Tree& part : parts.items) {
        if (part.text_of("type") == "text") out += part.text_of("text");
    }
    return out;
}

struct Said {
    std::string text;
    std::string reasoning;
};

/// Builds of Qwen and DeepSeek put their reasoning before the answer. What was cut inside it has no answer.
void split_think_tags(Said& said) {
    ThinkFilter filter(ThinkFilter::After::line_ends);
    ThinkFilter::Pieces pieces = filter.whole(said.text);
    said.reasoning += pieces.thinking;
    said.text = std::move(pieces.text);
}

/// A string, or parts: text, and with Mistral thinking.
Said read_content(const ChatDialect& dialect, const Tree& message) {
    Said out;
    for (const std::string_view key : {"reasoning_content", "reasoning"}) {
        const Tree* text = message.find(key);
        if (out.reasoning.empty() && text != nullptr && text->is_text()) out.reasoning = text->text;
    }
    const Tree* content = message.find("content");
    if (content == nullptr) return out;
    out.text = joined_text(*content);
    for (const Tree& part : content->items) {
        const Tree* thinking = part.find("thinking");
        if (thinking != nullptr) out.reasoning += joined_text(*thinking);
    }
    if (dialect.think_tags) split_think_tags(out);
    return out;
}

/// Reasoning is shown apart. OpenRouter's reasoning_details are wanted back as they are.
void add_reasoning(const Tree& message, std::string text, const std::string& origin, Reply& reply) {
    const Tree* details = message.find("reasoning_details");
    const bool opaque = details != nullptr && details->is_list() && !details->items.empty();
    if (text.empty() && !opaque) return;
    Part part;
    part.kind = Part::Kind::thinking;
    part.text = std::move(text);
    part.origin = origin;
    if (opaque) part.blob.text = schema::to_json(*details);
    reply.message.parts.push_back(std::move(part));
}

constexpr auto finish_words = std::to_array<FinishWord>({
    {"", Finish::stop},
    {"stop", Finish::stop},
    {"eos", Finish::stop}, // Together AI
    {"eos_token", Finish::stop},
    {"stop_sequence", Finish::stop}, // text-generation-inference
    {"tool_calls", Finish::tool_calls},
    {"function_call", Finish::tool_calls},
    {"length", Finish::length},
    {"model_length", Finish::length}, // Mistral
    {"content_filter", Finish::content_filter},
    {"max_tokens", Finish::length},
    {"error", Finish::error},                        // OpenRouter, Mistral
    {"insufficient_system_resource", Finish::error}, // DeepSeek
});

/// Calls decide, whatever the word is: several servers say "stop" beside them. A call whose arguments were
/// cut by the limit is not one to make.
void settle_finish(Reply& reply) {
    const auto& parts = reply.message.parts;
    const auto last = std::find_if(parts.rbegin(), parts.rend(),
                                   [](const Part& part) { return part.kind == Part::Kind::tool_call; });
    if (last == parts.rend()) return;
    const bool cut = reply.finish == Finish::length && last->arguments.text.empty();
    if (!cut) reply.finish = Finish::tool_calls;
}

/// Beside the answer, or with Groq inside `x_groq`.
const Tree& usage_in(const Tree& answer) {
    const Tree& found = answer.in("usage");
    return found.is_map() ? found : answer.in("x_groq").in("usage");
}

/// What LiteLLM says in a header of whole answers; 0 where it knows no price. Of a stream nothing is known
/// when the headers are sent.
std::optional<base::Usd> header_cost(const Endpoint& endpoint, const http::Response& response) {
    if (endpoint.stream) return std::nullopt;
    const auto cost = base::parse_usd(base::trim(response.header("x-litellm-response-cost")));
    return cost && cost->picos > 0 ? cost : std::nullopt;
}

void read_usage(const Tree& answer, Reply& reply, const Conversation& asked) {
    const Tree& usage = usage_in(answer);
    reply.usage.cost = cost_in(usage);
    reply.usage.cache_read = count_in(usage, "prompt_tokens_details", "cached_tokens");
    if (reply.usage.cache_read == 0) // DeepSeek
        reply.usage.cache_read = count_of(usage, "prompt_cache_hit_tokens").value_or(0);
    reply.usage.cache_write = count_in(usage, "prompt_tokens_details", "cache_write_tokens");
    reply.usage.reasoning = count_in(usage, "completion_tokens_details", "reasoning_tokens");
    settle_usage(reply, asked, count_of(usage, "prompt_tokens"), count_of(usage, "completion_tokens"));
}

/// OpenRouter puts what went wrong after the answer began into the choice.
std::optional<Refusal> refusal_in(const Provider& provider, const Endpoint& endpoint, const Tree& choice,
                                  const http::Response& response) {
    const Tree* error = choice.find("error");
    if (error == nullptr || !error->is_map()) return std::nullopt;
    http::Response inner = response;
    inner.body = R"({"error":)" + schema::to_json(*error) + "}";
    return refusal_from(provider, endpoint, inner);
}

} // namespace

Outcome chat_reply(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& asked,
                   const http::Response& response) {
    const Provider& provider = *find_provider(dialect.provider);
    auto parsed = json_answer(provider, endpoint, response);
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return std::move(*refusal);
    return chat_answer(dialect, endpoint, asked, std::get<Tree>(parsed), response);
}

Outcome chat_answer(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& asked,
                    const Tree& answer, const http::Response& response) {
    const Provider& provider = *find_provider(dialect.provider);
    const Tree* choices = answer.find("choices");
    if (choices == nullptr || choices->items.empty())
        return not_documented(endpoint, response, "has no 'choices'");
    const Tree& choice = choices->items.front();
    if (auto refusal = refusal_in(provider, endpoint, choice, response)) return std::move(*refusal);
    const Tree* message = choice.find("message");
    if (message == nullptr || !message->is_map())
        return not_documented(endpoint, response, "has no 'choices[0].message'");

    Reply reply;
    reply.message.role = Role::assistant;
    reply.model = std::string(answer.text_of("model"));
    reply.request_id = request_id_of(response);
    reply.raw_finish = std::string(choice.text_of("finish_reason"));
    reply.finish = finish_among(finish_words, reply.raw_finish);
    const std::string origin = origin_of(provider, endpoint);
    Said said = read_content(dialect, *message);
    add_reasoning(*message, std::move(said.reasoning), origin, reply);
    const std::string_view refusal = message->text_of("refusal");
    Part text;
    text.text = said.text.empty() ? std::string(refusal) : std::move(said.text);
    if (!text.text.empty()) reply.message.parts.push_back(std::move(text));
    read_calls(*message, origin, reply);
    settle_finish(reply);
    if (!refusal.empty()) reply.finish = Finish::content_filter;
    settle_calls(reply, asked);
    read_usage(answer, reply, asked);
    if (!reply.usage.cost) reply.usage.cost = header_cost(endpoint, response);
    return reply;
}

} // namespace provider
