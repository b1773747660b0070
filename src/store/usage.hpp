// What agents used, added up over the journals of all runs. For people: limits are kept by the runs
// themselves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "resource/resource.hpp"
#include "store/sqlite.hpp"
#include "trace/event.hpp"

namespace store {

struct AgentUsage {
    resource::Name name;
    std::int64_t runs = 0;
    std::int64_t calls = 0; ///< of models
    std::int64_t failed = 0;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t call_ms = 0;
    std::optional<base::Usd> cost; ///< as far as it is known
    std::int64_t unpriced = 0;     ///< calls of which it is not
};

/// Reads every event once. What a fork took over counts where it happened.
std::vector<AgentUsage> usage_of_agents(Connection& connection, const std::optional<std::string>& namespace_);

struct CallFilter {
    std::optional<std::string> namespace_;
    std::optional<std::string> task;
    std::optional<base::Time> since;
};

/// A model call that has an outcome.
struct RecordedCall {
    resource::Name task;
    std::string system;
    std::string agent;
    base::Time at;
    trace::Payload outcome; ///< ModelCall or ModelError
};

/// Calls run by run, in the order in which they ended, each where it happened. One at a time is in memory.
void visit_calls(Connection& connection, const CallFilter& filter,
                 const std::function<void(const RecordedCall&)>& visit);

} // namespace store
