// What the agents of a run said to each other, made of its journal: the task's input, each hand-over, request
// for a report, report, and the answer. `messages` lists them, `metrics` adds them up.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "trace/event.hpp"

namespace cli {

/// How far a message has come: with the agent that got it. Words of the original.
enum class Delivery { queued, running, retrypending, succeeded, deadletter };
std::string_view word_of(Delivery delivery);
constexpr Delivery deliveries[] = {Delivery::queued, Delivery::running, Delivery::retrypending,
                                   Delivery::succeeded, Delivery::deadletter};

struct Exchanged {
    base::Time time;
    std::string from; ///< "": the task
    std::string to;   ///< "": the task
    std::string type; ///< input, hand_over, delegate, report, answer
    Delivery delivery = Delivery::queued;
    std::int64_t attempts = 0; ///< model calls that were tried again count, too
    std::int64_t generation = 1;
    std::string content;          ///< hash of the message; "" for the input
    std::int64_t latency_ms = -1; ///< active time of the agent that got it, when it is done; -1: unknown
};

class Exchange {
  public:
    void take(const trace::Event& event);
    [[nodiscard]] const std::vector<Exchanged>& messages() const noexcept { return messages_; }
    /// What the task was given.
    [[nodiscard]] const std::map<std::string, std::string>& input() const noexcept { return input_; }
    /// The task's answer as it was given, when there is one.
    [[nodiscard]] const std::string& answer() const noexcept { return answer_; }

  private:
    void started(const trace::Event& event, const trace::AgentStart& start);
    void ended(const trace::AgentEnd& end);
    void handed(const trace::Event& event, const trace::HandOff& hand);
    void retries(const std::string& agent, Delivery now);

    std::vector<Exchanged> messages_;
    std::map<std::string, std::string> input_;
    std::string answer_;
    base::Time began_;
    std::map<std::string, std::string> said_;              ///< hash of the last answer of each agent
    std::map<std::string, std::vector<std::size_t>> held_; ///< by agent, messages it works on
};

} // namespace cli
