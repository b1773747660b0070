// What the agents of a run sent to their models and were answered, for people and programs. Invariant: each
// message is told once an agent, at the first call it was sent with.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "run/transcript.hpp"
#include "store/runs.hpp"
#include "trace/timeline.hpp"

namespace cli {

/// The messages of a run.
class Prompts {
  public:
    Prompts(store::Connection& connection, std::int64_t run);
    [[nodiscard]] const run::Transcript& transcript() const noexcept { return transcript_; }
    /// {"role": ..., "parts": [...]}. Throws Error{store} when it is not there.
    [[nodiscard]] std::string json(const std::string& hash) const;

  private:
    run::Transcript transcript_;
};

/// Which messages an agent has sent so far.
class Sent {
  public:
    explicit Sent(const run::Transcript& transcript) : transcript_(transcript) {}
    /// Hashes of those up to `last` that are new, the first one first.
    std::vector<std::string> take(const std::string& agent, const std::string& last);
    /// It is known from an answer.
    void know(const std::string& agent, const std::string& hash) { known_[agent].insert(hash); }

  private:
    const run::Transcript& transcript_;
    std::map<std::string, std::set<std::string>> known_; // by agent
};

/// Events as JSON, in order; with the messages where `prompts` are given.
class PromptsJson {
  public:
    explicit PromptsJson(const Prompts* prompts);
    std::string event(const trace::Event& event);

  private:
    const Prompts* prompts_;
    std::optional<Sent> sent_;
};

/// A call after the other, by turns of agents; safe for a terminal.
std::string prompts_text(const trace::Timeline& timeline, const Prompts& prompts);

} // namespace cli
