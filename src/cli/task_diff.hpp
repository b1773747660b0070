// Two runs compared, step by step.
#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace cli {

/// `targets` are two tasks, "task/A" "task/B". Prints what differs; 0 when nothing does, else 1.
int compare_runs(Session& session, const std::vector<std::string>& targets);

} // namespace cli
