// What agents used, added up over the journals of all runs. For people: limits are kept by the runs
// themselves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resource/resource.hpp"
#include "store/sqlite.hpp"

namespace store {

struct AgentUsage {
    resource::Name name;
    std::int64_t runs = 0;
    std::int64_t calls = 0; ///< of models
    std::int64_t failed = 0;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t call_ms = 0;
};

/// Reads every event once. What a fork took over counts where it happened.
std::vector<AgentUsage> usage_of_agents(Connection& connection, const std::optional<std::string>& namespace_);

} // namespace store
