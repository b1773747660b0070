// EvalRun: one pass of a system over a dataset.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "resource/eval_dataset.hpp"
#include "schema/type.hpp"

namespace resource {

/// What an agent gets for this pass only.
struct AgentOverride {
    std::string prompt;
    std::string model_ref;
};
const schema::Type& describe(const AgentOverride*);

struct EvalRunSpec {
    std::string dataset_ref;
    std::string system;
    std::string model_endpoint_override;
    std::map<std::string, AgentOverride> agent_overrides; ///< by agent name
    std::optional<Scoring> scoring;                       ///< unset, or without a strategy: exact_match
    std::int64_t concurrency = 5;
    base::Duration timeout{}; ///< of one sample; 0: none
    std::map<std::string, std::string> labels;
    std::optional<bool> suspended; ///< set by orloj
};
const schema::Type& describe(const EvalRunSpec*);

} // namespace resource
