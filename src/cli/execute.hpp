// Running a task in this process: from a plan to an exit code.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/manner.hpp"
#include "cli/overrides.hpp"
#include "cli/session.hpp"
#include "run/plan.hpp"
#include "store/run_lock.hpp"
#include "store/runs.hpp"

namespace cli {

/// Resources that are looked at before the store: those of `run -f`.
using Given = std::vector<const resource::Resource*>;
run::Catalog catalog(Session& session, Given given, Overrides overrides);

/// Plans a task and checks its endpoints: what can be found out before anything is stored or sent.
run::Plan plan_checked(Session& session, const resource::Resource& task, const run::Catalog& catalog,
                       const Tape* tape = nullptr);

/// Creates the run of a task (Pending), plans it and executes it. Returns the exit code.
int start(Session& session, const resource::Resource& task, const run::Catalog& catalog,
          const Manner& manner = {});

enum class Keep {
    run_only, ///< the run's pins are all there is of the task
    task_too, ///< the task becomes a resource
};
/// The same for a task that gets a name of its own, "NAME-<time>-<4 hex>", however many processes make one at
/// the same moment. `announce` is called with the named task before anything is sent.
int start_stamped(Session& session, resource::Resource task, const run::Catalog& catalog, Keep keep,
                  const std::function<void(const resource::Resource&)>& announce, const Manner& manner = {});
/// Starts, continues or reports the run of a stored task, as its phase says. `refresh` pins endpoints again.
int carry_on(Session& session, const resource::Name& task, bool refresh, const Manner& manner = {});

/// A run that is this process's alone as long as it has this.
struct Seized {
    store::RunRow row;
    store::RunLock lock;
};
/// The run of a task, made (without pins) when it has none, and its lock, in one step: nobody gets between.
/// nullopt when another process has it. Throws Error{not_found} when there is neither a run nor a task.
std::optional<Seized> seize(Session& session, const resource::Name& task);

/// Starts or continues the run of a task unless somebody else has it or it has ended; nullopt then. A run
/// that was never begun and cannot be, since its manifests are wrong or a key is missing, ends as Failed with
/// that error, and the error is thrown.
std::optional<int> take_up(Session& session, const resource::Name& task, const Manner& manner);

/// Ends a run that nobody works on as cancelled, keeping the answers there are. Requires: it has not ended.
void end_cancelled(Session& session, const Seized& run, const std::string& reason);

/// The part of a store's run locks that says who is about to make the first run of a task; `resource` is the
/// row of the task. Far above all runs.
std::int64_t start_lock(std::int64_t resource);

} // namespace cli
