// Agent: a prompt bound to a model endpoint by reference, with limits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/type.hpp"

namespace resource {

enum class Profile { dynamic, contract };
enum class DuplicateCalls { short_circuit, deny };
enum class OnViolation { observe, non_retryable_error };
enum class ToolUse { run_llm_again, stop_on_first_tool };
const schema::Type& describe(const Profile*);
const schema::Type& describe(const DuplicateCalls*);
const schema::Type& describe(const OnViolation*);
const schema::Type& describe(const ToolUse*);

struct AgentMemory {
    std::string ref;
    std::string type;
    std::string provider;
    std::vector<std::string> allow;
};
const schema::Type& describe(const AgentMemory*);

struct Execution {
    Profile profile = Profile::dynamic;
    std::vector<std::string> tool_sequence;
    std::vector<std::string> required_output_markers;
    DuplicateCalls duplicate_tool_call_policy = DuplicateCalls::short_circuit;
    OnViolation on_contract_violation = OnViolation::non_retryable_error;
    ToolUse tool_use_behavior = ToolUse::run_llm_again;
    schema::Json output_schema;
};
const schema::Type& describe(const Execution*);

struct AgentLimits {
    std::int64_t max_steps = 10; ///< model calls
    base::Duration timeout{};    ///< active time of the whole agent; 0: none
};
const schema::Type& describe(const AgentLimits*);

struct AgentSpec {
    std::string model_ref;
    std::vector<std::string> fallback_model_refs;
    std::string prompt;
    std::vector<std::string> tools;
    std::vector<std::string> allowed_tools;
    std::vector<std::string> roles;
    AgentMemory memory;
    Execution execution;
    AgentLimits limits;
};
const schema::Type& describe(const AgentSpec*);

} // namespace resource
