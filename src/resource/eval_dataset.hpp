// EvalDataset: inputs whose good answers are known.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resource/agent_system.hpp"
#include "schema/type.hpp"

namespace resource {

/// How an answer becomes a score.
struct Scoring {
    std::string strategy; ///< exact_match, llm_judge, manual or custom; empty: not set
    std::string model_ref;
    std::string rubric;
    std::string tool_ref;
};
const schema::Type& describe(const Scoring*);

struct Sample {
    std::string name;
    std::map<std::string, std::string> input;
    std::optional<Condition> expected; ///< is_default is never set
    std::optional<Scoring> scoring;    ///< instead of the run's
};
const schema::Type& describe(const Sample*);

struct EvalDatasetSpec {
    std::string description;
    std::vector<Sample> samples; ///< their names differ, ignoring case
};
const schema::Type& describe(const EvalDatasetSpec*);

} // namespace resource
