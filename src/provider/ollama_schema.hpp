// A tool's JSON Schema as Ollama understands it. Its server decodes schemas into a fixed struct and drops the
// rest without a word, so references are replaced by what they refer to and `oneOf` becomes `anyOf`.
#pragma once

#include <string>

#include "provider/conversation.hpp"

namespace provider {

/// The parameters of a tool as JSON: an object with a `type` that is one word and `properties`. A schema that
/// cannot be simplified (a broken or endless reference) keeps what there is of it.
std::string ollama_parameters(const ToolDefinition& tool);

} // namespace provider
