// How a run's result is printed: the answer alone on stdout, the reason of a failure on stderr, or all of it
// as JSON.
#pragma once

#include "cli/onlooker.hpp"
#include "cli/session.hpp"
#include "run/engine.hpp"
#include "store/runs.hpp"

namespace cli {

/// Prints the result of a run that ended or was interrupted, and returns the exit code. What stands on stdout
/// already is not printed again.
int report(Session& session, const run::Plan& plan, const run::Engine& engine, Onlooker& onlooker);

/// The answer of a run that succeeded earlier.
void print_stored_answer(Session& session, const store::RunRow& row);

} // namespace cli
