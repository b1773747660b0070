// A Messages answer as a Reply. Thinking blocks are kept whole: the API wants them back, signature included,
// before the results of the tools they led to.
#include "provider/anthropic_messages.hpp"

#include <algorithm>
#include <array>

#include "provider/refusal.hpp"
#include "provider/reply.hpp"

namespace provider {

namespace {

using schema::Tree;

/// False for blocks of tools that run at Anthropic, which orloj never asks for.
bool read_block(const Tree& block, const std::string& origin, Part& part) {
    const std::string_view type = block.text_of("type");
    if (type == "text") {
        part.text = std::string(block.text_of("text"));
        return !part.text.empty();
    }
    if (type == "tool_use") {
        part.kind = Part::Kind::tool_call;
        part.id = std::string(block.text_of("id"));
        part.name = std::string(block.text_of("name"));
        const Tree* input = block.find("input");
        if (input == nullptr || input->kind == Tree::Kind::null)
            set_arguments(part, "");
        else // text: what a stream brought
            set_arguments(part, input->is_text() ? input->text : schema::to_json(*input));
        return !part.name.empty();
    }
    if (type != "thinking" && type != "redacted_thinking") return false;
    part.kind = Part::Kind::thinking;
    part.text = std::string(block.text_of("thinking"));
    part.origin = origin;
    part.blob.text = schema::to_json(block);
    return true;
}

constexpr auto finish_words = std::to_array<FinishWord>({
    {"end_turn", Finish::stop},
    {"stop_sequence", Finish::stop},
    {"tool_use", Finish::tool_calls},
    {"max_tokens", Finish::length},
    {"model_context_window_exceeded", Finish::length},
    {"refusal", Finish::content_filter},
    {"pause_turn", Finish::paused},
});

/// The three input counters are disjoint here, unlike OpenAI's.
void read_usage(const Tree& answer, Reply& reply, const Conversation& asked) {
    const Tree& usage = answer.in("usage");
    auto input = count_of(usage, "input_tokens");
    reply.usage.cache_read = count_of(usage, "cache_read_input_tokens").value_or(0);
    reply.usage.cache_write = count_of(usage, "cache_creation_input_tokens").value_or(0);
    reply.usage.reasoning = count_in(usage, "output_tokens_details", "thinking_tokens");
    if (input) *input += reply.usage.cache_read + reply.usage.cache_write;
    settle_usage(reply, asked, input, count_of(usage, "output_tokens"));
}

} // namespace

Outcome anthropic_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response) {
    const Provider& provider = *find_provider("anthropic");
    auto parsed = json_answer(provider, endpoint, response);
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return std::move(*refusal);
    return anthropic_answer(endpoint, asked, std::get<Tree>(parsed), response);
}

Outcome anthropic_answer(const Endpoint& endpoint, const Conversation& asked, const Tree& answer,
                         const http::Response& response) {
    const Tree* content = answer.find("content");
    if (content == nullptr || !content->is_list())
        return not_documented(endpoint, response, "has no 'content'");

    Reply reply;
    reply.message.role = Role::assistant;
    reply.model = std::string(answer.text_of("model"));
    reply.request_id = request_id_of(response);
    reply.raw_finish = std::string(answer.text_of("stop_reason"));
    reply.finish = finish_among(finish_words, reply.raw_finish);
    const std::string origin = origin_of(*find_provider("anthropic"), endpoint);
    for (const Tree& block : content->items) {
        Part part;
        if (read_block(block, origin, part)) reply.message.parts.push_back(std::move(part));
    }
    take_answer(asked, reply);
    settle_cut(reply);
    settle_calls(reply, asked);
    read_usage(answer, reply, asked);
    return reply;
}

} // namespace provider
