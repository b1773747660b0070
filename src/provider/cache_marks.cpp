#include "provider/cache_marks.hpp"

#include <string>

#include "provider/provider.hpp"

namespace provider {

namespace {

/// Prompts shorter than that are not cached by any model, and a mark does nothing.
constexpr std::int64_t shortest_cached = 1024; // tokens

/// Whether nothing but the answer can follow: a mark at the end would be paid for and never read.
bool answers_now(const Conversation& conversation) {
    const auto& tools = conversation.tools;
    return !conversation.output_schema.text.empty() &&
           (tools.empty() || conversation.tool_choice == tools.back().name);
}

} // namespace

CacheMarks cache_marks(const Conversation& conversation, const SentShape& sent) {
    const Conversation stable{
        {text_message(Role::system, std::string(sent.system))}, conversation.tools, {}, {}};
    const bool goes_on = !answers_now(conversation) && (!conversation.tools.empty() || sent.has_answers);
    return {estimated_tokens(stable) >= shortest_cached,
            goes_on && sent.users_turn && estimated_tokens(conversation) >= shortest_cached};
}

} // namespace provider
