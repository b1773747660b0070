// A Chat Completions answer as a Reply. Tolerant where servers differ (content as parts, reasoning under two
// names, calls without ids), strict where a wrong reading would pass for an answer.
#include "provider/openai_chat.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "provider/refusal.hpp"
#include "provider/reply.hpp"

namespace provider {

namespace {

using schema::Tree;

/// A string, or the text parts of a list, one after another.
std::string content_of(const Tree& message) {
    const Tree* content = message.find("content");
    if (content == nullptr) return {};
    if (content->kind == Tree::Kind::scalar) return content->text;
    std::string out;
    for (const Tree& part : content->items) {
        if (part.text_of("type") == "text") out += part.text_of("text");
    }
    return out;
}

/// Reasoning that is shown apart. It is not sent back: OpenAI keeps its own, others reject or ignore it.
void read_reasoning(const Tree& message, Reply& reply, const std::string& origin) {
    for (const std::string_view key : {"reasoning_content", "reasoning"}) {
        const Tree* text = message.find(key);
        if (text == nullptr || !text->is_text() || text->text.empty()) continue;
        Part part;
        part.kind = Part::Kind::thinking;
        part.text = text->text;
        part.origin = origin;
        reply.message.parts.push_back(std::move(part));
        return;
    }
}

void read_calls(const Tree& message, Reply& reply) {
    const Tree* calls = message.find("tool_calls");
    if (calls == nullptr) return;
    for (const Tree& call : calls->items) {
        const Tree* function = call.find("function");
        if (function == nullptr || function->text_of("name").empty()) continue;
        Part part;
        part.kind = Part::Kind::tool_call;
        part.id = std::string(call.text_of("id"));
        part.name = std::string(function->text_of("name"));
        const Tree* arguments = function->find("arguments");
        if (arguments == nullptr || arguments->kind == Tree::Kind::scalar)
            set_arguments(part, function->text_of("arguments"));
        else
            set_arguments(part, arguments->kind == Tree::Kind::null ? "" : schema::to_json(*arguments));
        reply.message.parts.push_back(std::move(part));
    }
}

Finish finish_of(std::string_view word) {
    struct Row {
        std::string_view word;
        Finish finish;
    };
    constexpr std::array<Row, 8> rows{{
        {"", Finish::stop},
        {"stop", Finish::stop},
        {"tool_calls", Finish::tool_calls},
        {"function_call", Finish::tool_calls},
        {"length", Finish::length},
        {"model_length", Finish::length}, // Mistral
        {"content_filter", Finish::content_filter},
        {"error", Finish::error}, // OpenRouter, Mistral
    }};
    const auto* row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.word == word; });
    return row == rows.end() ? Finish::other : row->finish;
}

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

void read_usage(const Tree& answer, Reply& reply, const Conversation& asked) {
    static const Tree none;
    const Tree* found = answer.find("usage");
    const Tree& usage = found == nullptr ? none : *found;
    reply.usage.cache_read = count_in(usage, "prompt_tokens_details", "cached_tokens");
    reply.usage.cache_write = count_in(usage, "prompt_tokens_details", "cache_write_tokens");
    reply.usage.reasoning = count_in(usage, "completion_tokens_details", "reasoning_tokens");
    settle_usage(reply, asked, count_of(usage, "prompt_tokens"), count_of(usage, "completion_tokens"));
}

} // namespace

Outcome chat_reply(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& asked,
                   const http::Response& response) {
    const Provider& provider = *find_provider(dialect.provider);
    auto parsed = json_answer(provider, endpoint, response);
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return std::move(*refusal);
    const Tree& answer = std::get<Tree>(parsed);
    const Tree* choices = answer.find("choices");
    if (choices == nullptr || choices->items.empty())
        return not_documented(endpoint, response, "has no 'choices'");
    const Tree& choice = choices->items.front();
    const Tree* message = choice.find("message");
    if (message == nullptr || !message->is_map())
        return not_documented(endpoint, response, "has no 'choices[0].message'");

    Reply reply;
    reply.message.role = Role::assistant;
    reply.model = std::string(answer.text_of("model"));
    reply.request_id = request_id_of(response);
    reply.raw_finish = std::string(choice.text_of("finish_reason"));
    reply.finish = finish_of(reply.raw_finish);
    read_reasoning(*message, reply, origin_of(provider, endpoint));
    const std::string_view refusal = message->text_of("refusal");
    Part text;
    text.text = content_of(*message);
    if (text.text.empty()) text.text = std::string(refusal);
    if (!text.text.empty()) reply.message.parts.push_back(std::move(text));
    read_calls(*message, reply);
    settle_finish(reply);
    if (!refusal.empty()) reply.finish = Finish::content_filter;
    settle_calls(reply, asked);
    read_usage(answer, reply, asked);
    return reply;
}

} // namespace provider
