// Running a task in this process: from a plan to an exit code.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "cli/tape.hpp"
#include "run/plan.hpp"

namespace cli {

/// What `run` and `apply` may change before a task starts.
struct Overrides {
    std::map<std::string, std::string> input;
    std::string model_ref;                         ///< for every agent; empty: as declared
    std::map<std::string, std::string> model_refs; ///< by agent
};

// `tape` is where --record and --replay come in; null without them.

/// Resources that are looked at before the store: those of `run -f`.
using Given = std::vector<const resource::Resource*>;
run::Catalog catalog(Session& session, Given given, Overrides overrides);

/// Plans a task and checks its endpoints: what can be found out before anything is stored or sent.
run::Plan plan_checked(Session& session, const resource::Resource& task, const run::Catalog& catalog,
                       const Tape* tape = nullptr);

/// Creates the run of a task (Pending), plans it and executes it. Returns the exit code.
int start(Session& session, const resource::Resource& task, const run::Catalog& catalog,
          Tape* tape = nullptr);

enum class Keep {
    run_only, ///< the run's pins are all there is of the task
    task_too, ///< the task becomes a resource
};
/// The same for a task that gets a name of its own, "NAME-<time>-<4 hex>", however many processes make one at
/// the same moment. `announce` is called with the named task before anything is sent.
int start_stamped(Session& session, resource::Resource task, const run::Catalog& catalog, Keep keep,
                  const std::function<void(const resource::Resource&)>& announce, Tape* tape = nullptr);
/// Starts, continues or reports the run of a stored task, as its phase says. `refresh` pins endpoints again.
int carry_on(Session& session, const resource::Name& task, bool refresh, Tape* tape = nullptr);

} // namespace cli
