// What the journal stores of a conversation, described once. Invariant: what is encoded here is read back
// equal, so names in these tables are never changed.
#include "provider/conversation.hpp"

namespace provider {

const schema::Type& describe(const Role*) {
    static const schema::Type type =
        schema::choice_type<Role>("role", {"system", "user", "assistant", "tool"});
    return type;
}

const schema::Type& describe(const Part::Kind*) {
    static const schema::Type type =
        schema::choice_type<Part::Kind>("part kind", {"text", "thinking", "tool_call", "tool_result"});
    return type;
}

const schema::Type& describe(const Part*) {
    using schema::field;
    static const schema::Type type = schema::object_type<Part>(
        "part", "One piece of a message.",
        {
            field<&Part::kind>("kind", "What this piece is."),
            field<&Part::text>("text", "The words, or what a tool returned."),
            field<&Part::id>("id", "The call, as the provider named it."),
            field<&Part::name>("name", "The tool."),
            field<&Part::arguments>("arguments", "What the tool is called with, a map."),
            field<&Part::is_error>("is_error", "Whether the tool failed."),
            field<&Part::origin>("origin", "The provider and model that thought this."),
            field<&Part::blob>("blob", "What that provider wants back, unchanged."),
        });
    return type;
}

const schema::Type& describe(const Message*) {
    using schema::field;
    static const schema::Type type =
        schema::object_type<Message>("message", "What one side said.",
                                     {
                                         field<&Message::role>("role", "Who said it."),
                                         field<&Message::parts>("parts", "What was said, in order."),
                                     });
    return type;
}

std::string text_of(const Message& message) {
    std::string out;
    for (const Part& part : message.parts) {
        if (part.kind == Part::Kind::text) out += part.text;
    }
    return out;
}

std::pair<std::string, std::size_t> leading_system(const Conversation& conversation) {
    std::string joined;
    std::size_t n = 0;
    const auto& messages = conversation.messages;
    for (; n < messages.size() && messages[n].role == Role::system; ++n) {
        const std::string text = text_of(messages[n]);
        if (!joined.empty() && !text.empty()) joined += "\n\n";
        joined += text;
    }
    return {std::move(joined), n};
}

} // namespace provider
