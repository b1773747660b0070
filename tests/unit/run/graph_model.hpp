// What a graph means, written a second time: a small model that knows nothing of journals, folds or engines.
// It walks one generation after the other in topological order and says what runs, which edges are taken and
// how the run ends. Invariant: it includes nothing of the run room.
//
// Two things depend on timing, and it is told of them: the turn of a node that started before everything had
// arrived (a quorum), and which agents failed when a task is tried again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace model {

/// An answer, as far as conditions look at it.
struct Answer {
    bool json = false;
    int number = 0;
    std::string tag;
};

struct Condition {
    enum class Kind {
        has_tag,     ///< output_contains
        lacks_tag,   ///< output_not_contains
        matches_tag, ///< output_matches
        tag_is,      ///< $.tag equals; nothing unless the answer is JSON, like all that follow
        tag_is_not,
        above,
        below,
        otherwise, ///< default
    };
    Kind kind = Kind::has_tag;
    std::string tag;
    int number = 0;
};

struct Route {
    int to = 0;
    bool conditional = false;
    Condition condition;
};

struct Join {
    bool declared = false;
    bool quorum = false;
    int count = 0;
    int percent = 0;
    enum class Failure { deadletter, skip, continue_partial } on_failure = Failure::deadletter;
};

/// A system as it is written. Agents are numbers.
struct System {
    struct Agent {
        std::vector<Route> routes;
        std::vector<Route> delegates;
        Join join, reports;
        int max_steps = 10;
    };
    std::vector<Agent> agents;
    std::vector<std::string> names;
    int max_turns = 0;
    bool line = false; ///< no graph: one after the other
};

/// What the world answers.
struct World {
    /// Of a node's step in a generation.
    std::function<Answer(const std::string& node, int generation, int step)> answer;
    /// Whether the call of that step fails for good.
    std::function<bool(const std::string& node, int generation, int step)> fails;
    /// The turn a node started with: asked only when it depends on who came first. 0: it did not start.
    std::function<int(const std::string& node, int generation)> turn;
};

struct Outcome {
    struct Ran {
        int turn = 0;
        bool answered = false;
        int steps = 0;
    };
    std::map<std::pair<std::string, int>, Ran> ran; ///< by node and generation
    /// What became of each edge of each answer: "b#2 -> c": "", or the reason why not.
    std::map<std::string, std::string> edges, delegations;
    bool succeeds = true;
    std::string why;     ///< it does not: all reasons
    std::string stopped; ///< when it succeeds
    std::vector<std::string> sinks;
    std::string oddity; ///< a start that cannot be
};

class Model {
  public:
    Model(const System& system, const World& world);
    Outcome run();
    /// Of all nodes, delegates included.
    [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }
    [[nodiscard]] bool cyclic() const { return cyclic_; }

  private:
    struct Edge {
        std::size_t to = 0;
        bool always = false, otherwise = false, again = false;
        std::vector<Condition> conditions;
    };
    struct Node {
        std::string name;
        int agent = 0;
        bool copied = false;
        std::vector<Edge> next, delegates;
        int before = 0, again = 0;
    };
    struct Place {
        std::vector<int> turns; ///< of those who handed over
        int missing = 0, failed = 0;
    };
    std::size_t add(int agent, const std::string& name, bool copied);
    [[nodiscard]] static std::vector<Edge> merged(const std::vector<Route>& routes);
    void add_delegates(std::size_t node);
    void mark(std::size_t node);
    [[nodiscard]] static bool holds(const Condition& condition, const Answer& answer);
    [[nodiscard]] static std::vector<bool> chosen(const std::vector<Edge>& edges, const Answer& answer);
    [[nodiscard]] static int needed(const Join& join, int expected, int missing, int failed);
    void visit(std::size_t node, int generation);
    void lose(std::size_t node, int generation);
    void hand_over(std::size_t node, int generation, int turn, const Answer& answer);
    bool execute(std::size_t node, int generation, int turn, Answer& answer);
    bool ask_delegates(std::size_t node, int generation, int turn, const Answer& answer, bool& reported);
    int first_turn(std::size_t node, int generation, const Join& join, const Place& place);
    void find_sinks();
    void fail(const std::string& why) {
        fatal_ = true;
        out_.why += why + "; ";
    }
    Place& place(const Edge& edge, int generation) {
        return places_[{generation + (edge.again ? 1 : 0), edge.to}];
    }

    const System& system_;
    const World& world_;
    std::vector<Node> nodes_; ///< those of the graph first
    std::size_t roots_ = 0;
    std::vector<std::size_t> order_; ///< topological
    std::vector<int> colour_;
    std::map<int, std::set<int>> delegators_;
    std::set<int> own_place_;
    bool cyclic_ = false;

    std::map<std::pair<int, std::size_t>, Place> places_;
    Outcome out_;
    bool fatal_ = false, truncated_ = false, partial_ = false, short_of_steps_ = false;
};

} // namespace model
