// What was said, as the conventions for generative AI want it: gen_ai.input.messages and its kin. Source:
// Semantic Conventions 1.41.1, docs/gen-ai/gen-ai-input-messages.json, gen-ai-output-messages.json,
// gen-ai-system-instructions.json, gen-ai-tool-definitions.json.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "provider/conversation.hpp"
#include "run/plan.hpp"

namespace telemetry {

/// The messages but the leading system ones.
std::string input_messages(std::span<const provider::Message> messages);
/// One answer. `finish` is left out when it is empty.
std::string output_message(const provider::Message& message, std::string_view finish);
/// The leading system messages; "" when there are none.
std::string system_instructions(std::span<const provider::Message> messages);
/// "" when there are none.
std::string tool_definitions(const std::vector<run::ToolPlan>& tools);

} // namespace telemetry
