// What a person sees of a run while it goes on: an agent a row, the text that one of them writes, and totals.
// Pure: events and text in, rows out; the time and the terminal are given. Invariant: an event costs the same
// however many agents there are, and rows cost what is shown of them.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/tty.hpp"
#include "run/plan.hpp"
#include "trace/event.hpp"

namespace cli {

/// How an agent stands.
enum class Stage : unsigned char {
    waiting,    ///< for its input
    queued,     ///< it wants a model call that was not made yet
    thinking,   ///< a call is under way, and no text has come
    writing,    ///< text comes
    calling,    ///< tools are at work for it
    pausing,    ///< until a call is made again
    delegating, ///< until its delegates report
    approval,   ///< until a person decides
    done,
    failed,
    skipped, ///< it will not run
    stopped, ///< the run was interrupted meanwhile
};
constexpr std::size_t stages = 12;

/// What rows are made for.
struct Frame {
    base::TerminalSize size;
    bool colour = false;
    bool ascii = false; ///< no characters beyond ASCII of our own
    base::Time now;
};

class LiveView {
  public:
    /// What events do not say. Each answers at once.
    struct Outlook {
        /// What the next call of this node waits for: max_concurrency, recovery, or a limit; "": nothing.
        std::function<std::string(std::size_t node)> waits_for;
        /// Whether nobody will hand over to this node, in the first generation.
        std::function<bool(std::size_t node)> skipped;
    };
    /// `plan` has to outlive the view.
    LiveView(const run::Plan& plan, Outlook outlook);

    void take(const trace::Event& event);
    void text(const std::string& agent, std::string_view piece, base::Time now);
    /// The text of this agent is shown elsewhere.
    void leave_out(std::string agent) { left_out_ = std::move(agent); }
    /// What is under way may end until then; nullopt: it is given up now.
    void stop(std::optional<base::Time> until);

    /// None as wide as the terminal; none at all where one cannot be narrower.
    [[nodiscard]] std::vector<std::string> rows(const Frame& frame);
    /// What stays of the agents when the run is over: a row each, where there are 2 to 12.
    [[nodiscard]] std::vector<std::string> summary(Frame frame);

    [[nodiscard]] std::size_t count(Stage stage) const {
        return by_stage_[static_cast<std::size_t>(stage)].size();
    }
    /// Model calls and calls of tools.
    [[nodiscard]] std::size_t under_way() const {
        return count(Stage::thinking) + count(Stage::writing) + count(Stage::calling);
    }

  private:
    struct Agent {
        Stage stage = Stage::waiting;
        std::string endpoint;
        std::string model;
        std::string tool; ///< that was called last
        std::int64_t open_tools = 0;
        trace::Tokens used;
        std::size_t written = 0; ///< bytes of the answer that comes
        base::Time until;        ///< of Stage::pausing
        base::Duration spent{};  ///< from starts to ends
        std::optional<base::Time> since;
    };
    struct Row {
        std::size_t node = 0;
        std::array<std::string, 6> cells; ///< name, state, model, tokens, time, cost
    };
    using Widths = std::array<std::size_t, 6>;
    enum class Moment { going_on, over };

    // live_view.cpp: events
    class Taker;
    void move(std::size_t node, Stage to);
    void skip(std::size_t node);
    void go_on(base::Duration away);
    void spend(const std::optional<trace::Tokens>& tokens);

    // live_rows.cpp
    [[nodiscard]] std::vector<std::size_t> chosen(std::size_t room) const;
    [[nodiscard]] Row row_of(std::size_t node, const Frame& frame, Moment moment) const;
    [[nodiscard]] std::string state_of(std::size_t node, const Frame& frame) const;
    [[nodiscard]] std::string queue_of(std::size_t node, const Frame& frame) const;
    [[nodiscard]] std::vector<std::string> table(const std::vector<std::size_t>& nodes, const Frame& frame,
                                                 Moment moment);
    [[nodiscard]] std::string more(const std::vector<std::size_t>& shown, const Frame& frame) const;
    [[nodiscard]] std::vector<std::string> text_rows(const Frame& frame, std::size_t most) const;
    [[nodiscard]] std::string totals(const Frame& frame) const;
    [[nodiscard]] std::string stopping(const Frame& frame) const;
    [[nodiscard]] std::string render(const Row& row, const Widths& widths, const Frame& frame) const;

    const run::Plan& plan_;
    Outlook outlook_;
    std::vector<Agent> agents_; ///< of plan_.nodes
    std::array<std::set<std::size_t>, stages> by_stage_;
    std::map<std::string, base::Time, std::less<>> paused_; ///< endpoints that asked for it
    trace::Tokens used_;
    std::size_t calls_ = 0; ///< of models, with an outcome
    base::Time started_;
    base::Time last_;
    std::optional<base::Time> next_attempt_; ///< of the task, when it begins
    std::int64_t attempt_ = 1;
    bool stops_ = false;
    std::optional<base::Time> stops_until_;
    std::string left_out_;
    std::optional<std::size_t> speaker_; ///< whose text is shown
    base::Time spoke_;
    std::string tail_; ///< the end of that text
    Widths widths_{};  ///< that columns have had: they do not jump
};

/// "12s", "1m05s", "2h05m".
std::string span_text(base::Duration span);
/// The same, with tenths below ten seconds: "4.2s".
std::string exact_span(base::Duration span);

} // namespace cli
