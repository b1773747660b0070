// How a model is told which JSON its answer has to be. Providers differ in what they take of JSON Schema;
// what one does not take is said to the model in words instead. Invariant: nothing here decides whether an
// answer fits; who asked checks that against the schema as it was written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "provider/conversation.hpp"
#include "schema/tree.hpp"

namespace provider {

/// What providers want the schema to be called.
inline constexpr std::string_view answer_name = "answer";

/// Conversation::output_schema as a tree; nullopt when none is asked for.
std::optional<schema::Tree> answer_schema(const Conversation& conversation);
/// What "#/$defs/Place" leads to, a JSON pointer through the keys of the schema; nullptr when it leads
/// nowhere.
const schema::Tree* local_reference(const schema::Tree& root, std::string_view reference);
/// Whether the answer is an object, the only kind that most providers can be held to.
bool is_object_schema(const schema::Tree& json_schema);

/// Whether OpenAI's strict mode takes the schema as it is: every object closed, every property required, no
/// keyword it does not know. Source: "Supported schemas" in OpenAI's guide to structured outputs.
bool is_strict(const schema::Tree& json_schema);

/// The schema as Anthropic's output_config takes it, as JSON: objects closed, oneOf as anyOf, and what it
/// does not know moved into descriptions, as Anthropic's SDKs do. nullopt when that would change which
/// answers are possible, as an object that may have other keys cannot be closed, and for a schema that leads
/// into itself, which Anthropic refuses.
std::optional<std::string> closed_schema(const schema::Tree& json_schema);

/// The conversation with the demand in words, as the last of its leading system messages.
Conversation demanded_in_words(const Conversation& conversation);

/// The conversation with a tool that takes the answer, for models that have no other way. They have to call
/// it, or one of the other tools.
Conversation with_answer_tool(const Conversation& conversation);
/// The name of that tool: `answer`, unless another tool is called so.
std::string answer_tool_name(const Conversation& conversation);

} // namespace provider
