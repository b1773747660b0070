// Who owns a run. Invariant: at most one process owns a run, and a process that died, however it died, owns
// none.
//
// The owner holds a POSIX record lock on one byte, numbered as the run, of a file beside the database. The
// kernel releases it when the process ends; a child process does not inherit it.
//
// Why not flock or open-file-description locks: only POSIX locks tell who holds one (F_GETLK). Their price is
// that closing any descriptor of the file drops all locks of the process, so the file is opened once per
// process and stays open until the process ends, and nothing else may open it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

namespace store {

class RunLock {
  public:
    /// Takes the run `run_id` (> 0) of the database file `database`; nullopt when somebody has it, also this
    /// process. Never waits. Throws Error{store} when the lock file cannot be made or locked.
    static std::optional<RunLock> try_acquire(const std::string& database, std::int64_t run_id);

    RunLock(RunLock&& other) noexcept : file_(std::exchange(other.file_, -1)), run_id_(other.run_id_) {}
    RunLock& operator=(RunLock&&) = delete;
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    /// Gives the run up.
    ~RunLock();

    [[nodiscard]] std::int64_t run_id() const noexcept { return run_id_; }

  private:
    RunLock(int file, std::int64_t run_id) noexcept : file_(file), run_id_(run_id) {}
    int file_; // not owned; -1 in a moved-from object
    std::int64_t run_id_;
};

/// The process that owns the run, this one included; 0 when the system does not show it (another container);
/// nullopt when nobody does. Creates nothing. Throws Error{store} when it cannot be known.
std::optional<pid_t> run_owner(const std::string& database, std::int64_t run_id);

/// The same of any run whatever; this process is not looked for.
std::optional<pid_t> any_run_owner(const std::string& database);

} // namespace store
