// A run as stretches of time, made of its journal: what the waterfall, the page of a run and the
// OpenTelemetry export are drawn from. A turn of an agent holds its model calls and its tools; a call holds
// every try of it. Any prefix of a journal has a timeline, in which things are open. Invariant: a part lies
// within its whole, and nothing ends before it starts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "trace/event.hpp"

namespace trace {

struct Stretch {
    base::Time start;
    base::Time end; ///< of what is open: the last moment that is known of
    bool open = false;
    [[nodiscard]] base::Duration length() const noexcept { return end - start; }
};

/// What became of a request.
enum class Came {
    answer,
    error,
    doubt,     ///< nothing was heard when the run stopped; it may have been carried out and billed
    under_way, ///< nothing yet
};

/// One request to a provider.
struct Try : Stretch {
    std::int64_t seq = 0; ///< of its model_request
    ModelRequest request;
    Came came = Came::under_way;
    ModelCall answer; ///< when that came
    ModelError error; ///< when that came
};

/// One model call as the agent made it, at one endpoint: its tries and the pauses between them. A fallback
/// is another call of the same step.
struct Call : Stretch {
    std::int64_t step = 0;
    std::vector<Try> tries; ///< at least one
    [[nodiscard]] const Try& last() const noexcept { return tries.back(); }
};

/// One request to a tool.
struct ToolTry : Stretch {
    std::int64_t seq = 0; ///< of its tool_request; of its outcome when the tool did not run
    ToolRequest request;  ///< without arguments when the tool did not run
    Came came = Came::under_way;
    ToolCall result; ///< when that came
    ToolError error; ///< when that came
};
/// One call of a tool that a model asked for.
struct ToolUse : Stretch {
    std::int64_t step = 0;
    std::string call; ///< unique in the answer that asked for it
    std::vector<ToolTry> tries;
    [[nodiscard]] const ToolTry& last() const noexcept { return tries.back(); }
};

/// One turn of an agent.
struct Turn : Stretch {
    std::int64_t seq = 0; ///< of its agent_start
    std::int64_t attempt = 1;
    std::string agent; ///< its place in the system: AgentStart::node
    AgentStart begin;
    std::optional<AgentEnd> finish;
    std::vector<Call> calls;    ///< in the order made
    std::vector<ToolUse> tools; ///< likewise
    Tokens used;                ///< of its calls so far
};

/// What takes no time: a hand-over, a decision of a policy, a retry, a fallback, a warning, ...
struct Note {
    std::int64_t seq = 0;
    base::Time time;
    std::optional<std::size_t> turn; ///< index of the turn it happened in; nullopt: in none, as a hand-over
    Event event;
};

/// Nobody worked on the run.
struct Pause : Stretch {
    std::string why;
};

struct Timeline : Stretch {
    TaskStart begin;
    std::optional<TaskEnd> finish;
    std::vector<Turn> turns; ///< in the order they started
    std::vector<Note> notes; ///< in order
    std::vector<Pause> pauses;
    std::int64_t forked_at = 0;    ///< events up to here are another run's, their times too; 0: none
    std::string last_finish_agent; ///< who answered last; "" when nobody did
    Tokens used;                   ///< of all calls, those of the other run included
    std::int64_t calls = 0;        ///< requests with an outcome
};

/// Takes the events of one run in order.
class TimelineMaker {
  public:
    void take(const Event& event);
    /// Nothing more comes. `until` is the last moment that is known of while somebody works on the run;
    /// nullopt when nobody does: what is open then is in doubt, and ends with the last event.
    Timeline finish(std::optional<base::Time> until) &&;

  private:
    Turn* turn_of(const Event& event);
    void note(const Event& event);
    void close(Turn& turn, base::Time at);
    void leave_in_doubt(base::Time at);
    void request(const Event& event, const ModelRequest& request);
    void tool_request(const Event& event, const ToolRequest& request);
    template <typename Outcome>
    void call_outcome(const Event& event, const Outcome& outcome);
    template <typename Outcome>
    void tool_outcome(const Event& event, const Outcome& outcome);

    Timeline out_;
    base::Time last_;
    bool any_ = false;
    std::map<std::string, std::size_t> turns_; ///< latest by agent
};

} // namespace trace
