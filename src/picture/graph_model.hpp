// Who hands over to whom, as it is drawn: a system as it is written, or a run of one with what became of each
// agent. Invariant: it is linked by the planner itself, so that a picture shows what would run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "picture/canvas.hpp"
#include "resource/resource.hpp"
#include "run/plan.hpp"
#include "trace/event.hpp"

namespace picture {

/// How an agent of a run stands.
enum class Standing { unknown, waiting, running, interrupted, succeeded, failed, skipped };
std::string_view word_of(Standing standing);

/// One agent at one place, with what it did in a run; all generations together.
struct Spot {
    Standing standing = Standing::unknown;
    std::int64_t turns = 0; ///< how often it started
    std::int64_t calls = 0;
    trace::Tokens used;
    std::int64_t duration_ms = 0;
    std::string error;
    std::map<std::size_t, std::int64_t> handed; ///< how often, to whom
};

struct Picture {
    std::string system;
    std::string namespace_;
    std::string task;                 ///< "": the system alone
    std::string phase;                ///< of the run
    std::vector<run::NodePlan> nodes; ///< of their endpoints only the agents' model_ref
    std::vector<Spot> spots;          ///< of `nodes`
    [[nodiscard]] bool of_a_run() const { return !task.empty(); }
};

/// Links the system's agents; `catalog` knows those that exist. Throws Error{reference} when it cannot be
/// drawn.
Picture picture_of(const resource::Resource& system, const run::Catalog& catalog);

/// Puts the events of a run into its picture, in order.
class Painter {
  public:
    explicit Painter(Picture& picture);
    void take(const trace::Event& event);
    /// Nothing more comes. `alive`: somebody still works on it.
    void finish(bool alive);

  private:
    void call(const std::string& node, const std::optional<trace::Tokens>& used);
    Spot* spot(const std::string& node);
    Picture& picture_;
    std::map<std::string, std::size_t, std::less<>> index_;
    bool ended_ = false;
};

/// "when output contains \"x\"", "otherwise", or "" for a hand-over that is always made.
std::string condition_text(const run::EdgePlan& edge);
/// "waits for 2 of 3", or "" for who waits for nobody in particular.
std::string join_text(const run::JoinPlan& join, std::size_t inputs);

/// The forms for programs.
std::string graph_json(const Picture& picture);
std::string graph_dot(const Picture& picture);
std::string graph_mermaid(const Picture& picture);

/// For people: an agent a line, with lines between them from top to bottom.
std::string graph_text(const Picture& picture, const Canvas& canvas);

} // namespace picture
