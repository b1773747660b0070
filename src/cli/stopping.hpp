// What stops a run from outside, as the engine asks for it: signals, a reader of stdout that goes away, and
// `cancel` in another process. Who looks on gets a look whenever the engine asks.
#pragma once

#include <optional>
#include <string>

#include "cli/interruption.hpp"
#include "cli/onlooker.hpp"
#include "cli/session.hpp"
#include "run/engine.hpp"
#include "store/runs.hpp"

namespace cli {

/// Whether nobody can read any more what is written to the descriptor: the other end of a pipe is closed, or
/// a terminal is gone. Never waits.
bool reader_went_away(int fd) noexcept;

/// Once: what is under way may end, within a grace period. Twice, or after that: stop at once.
class Stopping final : public run::Interrupt {
  public:
    /// `grace` replaces the usual periods.
    Stopping(Session& session, Onlooker& onlooker, store::Connection& connection, std::int64_t run,
             std::optional<base::Duration> grace);
    ~Stopping() override;
    Stopping(const Stopping&) = delete;
    Stopping& operator=(const Stopping&) = delete;

    int level() override;
    int fd() override { return Interruption::fd(); }
    std::string why() override;
    std::optional<std::string> cancelled() override;
    base::Duration patience() override;
    [[nodiscard]] bool lost_reader() const noexcept { return lost_reader_; }

  private:
    [[nodiscard]] base::Duration grace() const;

    Interruption interruption_;
    Session& session_;
    Onlooker& onlooker_;
    store::Connection& connection_;
    std::int64_t run_;
    std::optional<base::Duration> wanted_grace_;
    std::optional<base::Duration> since_; ///< of Clock::active; when it was to stop
    bool lost_reader_ = false;
    bool seen_twice_ = false;
    std::optional<base::Duration> looked_; ///< of Clock::active; for a request to cancel
    std::optional<std::int64_t> seen_version_;
};

/// The length of time that the option names; nullopt when it is not given. Throws Error{usage}, also for less
/// than nothing.
std::optional<base::Duration> duration_option(const Arguments& arguments, std::string_view name);

/// --grace, for commands that run tasks.
Option grace_option();

} // namespace cli
