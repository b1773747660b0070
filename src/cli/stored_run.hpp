// A run as the database has it, and the making of one from another: what replay, fork, retry and diff of runs
// have in common.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/redact.hpp"
#include "cli/session.hpp"
#include "run/fork.hpp"
#include "run/plan.hpp"
#include "store/runs.hpp"

namespace cli {

/// Throws Error{not_found}: there is no such task, or it has not run.
[[noreturn]] void refuse_without_run(Session& session, const resource::Name& name);

/// The task that is looked at: as task_target, and without words the one whose run began last in the
/// namespace. Throws Error{not_found}: nothing has run.
resource::Name run_target(Session& session, const std::vector<std::string>& words);

/// What a run was pinned to. One that ended before it could begin may have been pinned to nothing.
class StoredRun {
  public:
    /// Throws Error{not_found} when the task has no run.
    StoredRun(Session& session, const resource::Name& task);
    StoredRun(Session& session, store::RunRow row);
    StoredRun(const StoredRun&) = delete;
    StoredRun& operator=(const StoredRun&) = delete;
    ~StoredRun() = default;

    [[nodiscard]] const store::RunRow& row() const noexcept { return row_; }
    /// The task as it was started; the label says which one it is a copy of.
    /// Throws Error{store} when it has no pins.
    [[nodiscard]] const resource::Resource& task() const;
    /// The pinned contents and nothing else. Refers to this object.
    [[nodiscard]] run::Catalog catalog() const { return run::pinned(revisions_); }
    [[nodiscard]] run::Plan plan() const { return run::make_plan(task(), catalog()); }
    /// The hash of the only content with this role; "" when there is none.
    [[nodiscard]] std::string hash_of(std::string_view role, std::string_view name) const;
    [[nodiscard]] run::Journal journal() const;

  private:
    void read_pins();
    Session& session_;
    store::RunRow row_;
    std::vector<run::Revision> revisions_;
    std::optional<resource::Resource> task_;
};

/// Throws Error{failed} when the run has not begun, so that there is nothing to `verb`.
void check_begun(const StoredRun& stored, std::string_view verb);

/// Throws Error{store} when this version cannot go on with the run's journal.
void check_version(const store::RunRow& row);

/// The task under which the copy `copy` of `of` is stored: its labels say so. A copy of a copy names the
/// first one, since that is what policies name.
void label_as_copy(resource::Resource& copy, const resource::Resource& of);

/// How a new task gets its name: as it is, or with "-<time>-<4 hex>" behind it.
enum class Naming { exact, stamped };
/// Stores a new task and its run, Pending, with the events that `begin` makes it start with; `begin` may be
/// null. Everything that can be found out before is checked first. Throws Error{failed} when an exact name is
/// taken.
resource::Resource create_run(Session& session, resource::Resource task, const run::Catalog& catalog,
                              Naming naming, const std::function<run::Journal(const run::Plan&)>& begin);

/// Prints what create_run() made, which waits to be run: `said`, and a hint to `verb` it; or the task as
/// JSON.
void print_made(Session& session, const resource::Resource& made, const std::string& said,
                std::string_view verb);

/// The secrets of a plan's endpoints that can be found without the network; those that cannot are no error.
base::Redactor known_secrets(Session& session, const run::Plan& plan);

} // namespace cli
