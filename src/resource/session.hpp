// Session: a conversation with a system that outlives its turns.
#pragma once

#include <map>
#include <string>

#include "schema/type.hpp"

namespace resource {

/// Durations of this kind are texts that parse_duration reads as more than zero, in the form base::render
/// prints: their refusal is worded unlike that of other durations.
struct CheckpointRetention {
    std::int64_t max_count = 100;
    std::string max_age = "168h0m0s";
};
const schema::Type& describe(const CheckpointRetention*);

struct SessionSpec {
    std::string system;
    std::string idle_ttl = "24h0m0s";
    std::int64_t max_turns = 0; ///< 0: unlimited
    std::map<std::string, std::string> input;
    CheckpointRetention checkpoint_retention;
};
const schema::Type& describe(const SessionSpec*);

} // namespace resource
