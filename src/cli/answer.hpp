// How a run's result is printed: the answer alone on stdout, the reason of a failure on stderr, or all of it
// as JSON.
#pragma once

#include "cli/session.hpp"
#include "run/engine.hpp"
#include "store/runs.hpp"

namespace cli {

/// The answer while it is written, on a terminal: of the one agent whose answer is the run's. Nothing is
/// shown elsewhere, with several such agents, and where an answer may be followed by another one: in a cycle,
/// and when it has to follow a schema.
class LiveAnswer final : public run::Watcher {
  public:
    LiveAnswer(Session& session, const run::Plan& plan);
    void text(const std::string& agent, std::string_view piece) override;
    /// Ends the line that is being written, so that something else can be said. False when there was none.
    bool break_line();
    [[nodiscard]] const std::string& shown() const noexcept { return shown_; }

  private:
    Session& session_;
    std::string agent_; ///< "": nobody
    std::string shown_;
    bool open_ = false; ///< the last line has no end yet
};

/// Prints the result of a run that ended or was interrupted, and returns the exit code. What `live` has shown
/// is not printed again.
int report(Session& session, const run::Plan& plan, const run::Engine& engine, LiveAnswer& live);

/// The answer of a run that succeeded earlier.
void print_stored_answer(Session& session, const store::RunRow& row);

} // namespace cli
