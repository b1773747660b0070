// A Converse answer as a Reply. Signed reasoning is kept whole: the model wants it back, unchanged, before
// the results of the tools it led to.
#include "provider/bedrock_converse.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "provider/refusal.hpp"
#include "provider/reply.hpp"

namespace provider {

namespace {

using schema::Tree;

const Provider& this_provider() {
    return *find_provider("bedrock");
}

void read_call(const Tree& use, Part& part) {
    part.kind = Part::Kind::tool_call;
    part.id = std::string(use.text_of("toolUseId"));
    part.name = std::string(use.text_of("name"));
    const Tree& input = use.in("input");
    if (input.kind == Tree::Kind::null)
        set_arguments(part, "");
    else // text: what a stream brought
        set_arguments(part, input.is_text() ? input.text : schema::to_json(input));
}

/// What no model signed need not go back: some even refuse it.
void read_reasoning(const Tree& block, const std::string& origin, Part& part) {
    const Tree& reasoning = block.in("reasoningContent");
    const Tree& text = reasoning.in("reasoningText");
    part.kind = Part::Kind::thinking;
    part.text = std::string(text.text_of("text"));
    part.origin = origin;
    if (text.text_of("signature").empty() && reasoning.text_of("redactedContent").empty()) return;
    Tree whole;
    put(whole, "reasoningContent", reasoning);
    part.blob.text = schema::to_json(whole);
}

/// False for blocks that say nothing: of tools that run at AWS, which orloj never asks for, and of new kinds.
bool read_block(const Tree& block, const std::string& origin, Part& part) {
    if (const Tree* use = block.find("toolUse")) {
        read_call(*use, part);
        return !part.name.empty() && use->text_of("type") != "server_tool_use";
    }
    if (block.find("reasoningContent") != nullptr) {
        read_reasoning(block, origin, part);
        return !part.text.empty() || !part.blob.text.empty();
    }
    part.text = std::string(block.text_of("text"));
    for (const Tree& piece : block.in("citationsContent").in("content").items)
        part.text += piece.text_of("text");
    return !part.text.empty();
}

constexpr auto finish_words = std::to_array<FinishWord>({
    {"end_turn", Finish::stop},
    {"stop_sequence", Finish::stop},
    {"tool_use", Finish::tool_calls},
    {"max_tokens", Finish::length},
    {"model_context_window_exceeded", Finish::length},
    {"guardrail_intervened", Finish::content_filter},
    {"content_filtered", Finish::content_filter},
});

/// The three input counters are disjoint, as Anthropic's are.
void read_usage(const Tree& answer, Reply& reply, const Conversation& asked) {
    const Tree& usage = answer.in("usage");
    auto input = count_of(usage, "inputTokens");
    reply.usage.cache_read = count_of(usage, "cacheReadInputTokens").value_or(0);
    reply.usage.cache_write = count_of(usage, "cacheWriteInputTokens").value_or(0);
    if (input) *input += reply.usage.cache_read + reply.usage.cache_write;
    settle_usage(reply, asked, input, count_of(usage, "outputTokens"));
}

/// The model wrote something that Bedrock could not read; asked again it may write what can be.
Refusal malformed(const Endpoint& endpoint, const http::Response& response, std::string_view reason) {
    Refusal out;
    out.kind = Refusal::Kind::bad_response;
    out.status = response.status;
    out.code = std::string(reason);
    out.detail = reason == "malformed_tool_use"
                     ? "the model wrote a call of a tool that Bedrock could not read"
                     : "the model wrote an answer that Bedrock could not read";
    out.request_id = tidy(endpoint, request_id_of(response));
    out.should_retry = true;
    return out;
}

} // namespace

Outcome bedrock_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response) {
    auto parsed = json_answer(this_provider(), endpoint, response);
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return std::move(*refusal);
    return bedrock_answer(endpoint, asked, std::get<Tree>(parsed), response);
}

Outcome bedrock_answer(const Endpoint& endpoint, const Conversation& asked, const Tree& answer,
                       const http::Response& response) {
    const Tree& content = answer.in("output").in("message").in("content");
    const std::string_view reason = answer.text_of("stopReason");
    if (reason == "malformed_model_output" || reason == "malformed_tool_use")
        return malformed(endpoint, response, reason);
    if (!content.is_list()) return not_documented(endpoint, response, "has no 'output.message.content'");

    Reply reply;
    reply.message.role = Role::assistant;
    reply.request_id = request_id_of(response);
    reply.raw_finish = std::string(reason);
    reply.finish = finish_among(finish_words, reason);
    const std::string origin = origin_of(this_provider(), endpoint);
    for (const Tree& block : content.items) {
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
