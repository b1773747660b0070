// Who looks on while a run goes: a person at a terminal, or a file of what was said. Both are told the same
// things; what becomes of it is one of two ways. Invariant: nobody who looks on holds up the run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "run/engine.hpp"

namespace cli {

class Onlooker : public run::Watcher {
  public:
    /// An event of an earlier start.
    virtual void recall(const trace::Event& event) { (void)event; }
    /// An event, now that it is on disk.
    virtual void tell(const trace::Event& event) = 0;
    /// Between two turns of the engine: shows what there is to show.
    virtual void look() = 0;
    /// How long it can do without that.
    virtual base::Duration patience() { return base::seconds(60); }

    /// The run is to stop: `line` says how, and what is under way may take so long.
    virtual void stop(const std::string& line, base::Duration grace) = 0;
    virtual void stop_at_once() = 0;
    /// Nothing more is drawn; what comes next is the end of the answer, or is said.
    virtual void leave() = 0;
    /// Ends the line of the answer that has no end yet. False when there was none.
    virtual bool break_line() = 0;
    /// The part of the answer that stands on stdout.
    [[nodiscard]] virtual const std::string& shown() const = 0;

    /// For a person who looked on, when all is over: the agents, and how long it took; "" elsewhere.
    virtual std::vector<std::string> summary() { return {}; }
    virtual std::string duration(base::Duration took) { return (void)took, std::string(); }
};

/// The agent whose answer is shown on stdout while it is written: where that is a terminal, for a run whose
/// answer is that of one agent. "": none, as with several such agents, and where an answer may be followed by
/// another one: in a cycle, and when it has to follow a schema.
std::string answering_agent(const Session& session, const run::Plan& plan);

/// What the run knows beyond its events; to be asked only while it lives.
using EngineOf = std::function<const run::Engine*()>;

/// A live view where stderr is a terminal that can show one, and stdout is the same one or none, unless the
/// person wants lines (-v), nothing (-q) or JSON; else lines. `plan` has to outlive it.
std::unique_ptr<Onlooker> onlooker_of(Session& session, const run::Plan& plan, const EngineOf& engine);

/// The two ways, for onlooker_of().
std::unique_ptr<Onlooker> plain_onlooker(Session& session, const run::Plan& plan);
std::unique_ptr<Onlooker> live_onlooker(Session& session, const run::Plan& plan, const EngineOf& engine);

} // namespace cli
