// A disk under SQLite that fails when it is told to, and that knows what a power cut would leave of each
// file. Real files are read and written below it; only syncing is left out, since what is durable is kept
// here.
//
// One at a time: while it lives, every connection that is opened goes through it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace test {

enum class Trouble {
    io_error,   ///< SQLITE_IOERR of the kind that fits the operation
    full,       ///< SQLITE_FULL for what writes; other operations work
    half_write, ///< half of what is written arrives, then an I/O error
};

/// What can fail, one by one.
enum class Operation { open, read, write, sync, truncate, shared_memory };

class FaultyDisk {
  public:
    FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;
    ~FaultyDisk();

    enum class Lasting { once, from_then_on };
    /// The `n`-th operation from now, counted from 1, meets this trouble.
    void fail(Trouble trouble, std::int64_t n, Lasting lasting);
    void heal();
    /// Calls `work` when a connection that holds no lock on its file is about to take one, for the `n`-th
    /// time.
    void before_lock(std::int64_t n, std::function<void()> work);
    /// Whether anything failed since fail().
    [[nodiscard]] bool failed() const;
    [[nodiscard]] std::int64_t count(Operation operation) const;

    /// The files as they are after a power cut now: what was written before each one's last sync.
    [[nodiscard]] std::map<std::string, std::string> after_power_cut() const;
    /// The same, but of what was not synced each 512 bytes may have arrived or not: `dice` says which, by
    /// chance.
    [[nodiscard]] std::map<std::string, std::string> torn_by_power_cut(std::uint64_t dice) const;
};

} // namespace test
