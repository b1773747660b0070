// How a task is run, beside what is in its manifest: limits of this run, patience after a signal, recordings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/tape.hpp"
#include "resource/resource.hpp"

namespace cli {

struct Manner {
    Manner() = default;
    Manner(Tape* with) : tape(with) {} // NOLINT(google-explicit-constructor): most callers have nothing else
    Tape* tape = nullptr;              ///< where --record and --replay come in; null without them
    std::optional<base::Duration> grace;      ///< after a signal; as Stopping has it when absent
    std::optional<std::string> otlp_endpoint; ///< --otlp-endpoint; what the environment says when absent
    resource::RunLimits limits;               ///< those that are set replace the task's own
    std::string by = "by the user";           ///< who takes up an interrupted run, for its journal
};

/// --max-calls, --max-tokens, --max-cost, --max-time and --grace. Throws Error{usage}.
Manner manner_of(const Arguments& arguments, Tape* tape);
/// `first`, then their rows, for a command that runs one task.
std::vector<Option> with_manner(std::vector<Option> first);

/// The value of an option that has to be a whole number above 0; 0 when it is not given. Throws Error{usage}.
std::int64_t count_option(const Arguments& arguments, std::string_view name);

/// The same for US dollars, and 0 is one of them; nullopt when it is not given.
std::optional<base::Usd> money_option(const Arguments& arguments, std::string_view name);

[[nodiscard]] bool any(const resource::RunLimits& limits);
/// The task with the limits that are wanted of this run.
resource::Resource limited(resource::Resource task, const resource::RunLimits& wanted);

} // namespace cli
