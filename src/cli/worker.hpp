// Runs pending tasks, each in a process of its own, several at once. Invariant: it starts nothing that
// somebody else has; who has a task is decided by the run lock that the child takes, so two workers never run
// the same one.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/subprocess.hpp"
#include "cli/session.hpp"
#include "store/runs.hpp"

namespace cli {

/// Exit code of the hidden command `__work` when somebody else has the task, or it has ended.
constexpr int lost_to_others = 75;

/// The exit code that stands for both: interrupted, then 4, 5, 3, 1, 2, 70, 0. Any other code counts as 1.
int worse(int a, int b);

struct WorkOrder {
    bool once = false;                     ///< ends when nothing is pending
    std::size_t concurrency = 1;           ///< tasks at once
    std::optional<std::string> namespace_; ///< nullopt: all
    std::optional<base::Duration> grace;   ///< as Stopping has it
};

/// Tasks that may be taken up, in the order in which that is done: priority, then age. Those of others and
/// templates are left out.
std::vector<store::OpenTask> pending_tasks(Session& session, const std::optional<std::string>& namespace_);

class Worker {
  public:
    Worker(Session& session, WorkOrder order) : session_(session), order_(std::move(order)) {}
    /// Works until nothing is left (once) or a signal comes. Returns the exit code.
    int run();

  private:
    struct Job {
        store::OpenTask task;
        base::Subprocess process;
        std::string output;
        std::string line; ///< of its errors, not yet whole
    };

    void look_for_tasks();
    void start_tasks();
    void start(store::OpenTask task);
    void heed_signals();
    void listen();
    void hear(Job& job);
    void collect();
    void finish(Job& job, int code);
    void print(const Job& job);
    void tell(const std::string& task, std::string_view line) const;
    [[nodiscard]] bool skipped(const store::OpenTask& task) const;

    Session& session_;
    WorkOrder order_;
    std::vector<store::OpenTask> queue_; ///< the next one last
    std::vector<Job> jobs_;
    std::set<std::int64_t> left_runs_;    ///< tried here and not ended: not tried again
    std::set<resource::Name> left_tasks_; ///< the same for tasks whose run could not even be made
    std::optional<std::int64_t> seen_version_;
    std::optional<base::Duration> looked_; ///< of Clock::active
    int signals_ = 0;                      ///< passed on
    bool lost_reader_ = false;
    bool said_idle_ = false;
    int code_ = 0;
};

} // namespace cli
