// A random system and a random world for it, both from one number: as the model reads them and as orloj does.
#pragma once

#include <memory>
#include <string>

#include "graph_model.hpp"
#include "world.hpp"

namespace test {

/// SplitMix64: the same numbers on every machine.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
    bool one_in(int n) { return below(n) == 0; }

  private:
    std::uint64_t state_;
};

struct RandomGraph {
    explicit RandomGraph(std::uint64_t seed);

    std::uint64_t seed;
    model::System system;
    int attempts = 1;
    bool failures = false;
    bool quorums = false; ///< some node may start before everything has arrived

    [[nodiscard]] run::Plan plan() const;
    [[nodiscard]] model::Answer answer(const std::string& node, int generation, int step) const;
    /// How many tries of a step's call are refused; negative: every try, for a reason that trying again does
    /// not help.
    [[nodiscard]] int refusals(const std::string& node, int generation, int step) const;
    /// As YAML, more or less: to see what a failing seed is.
    [[nodiscard]] std::string text() const;
};

/// The place of a call: from "a1.NODE.GENERATION.sSTEP.TRY".
struct CallPlace {
    std::string node;
    int generation = 0;
    int step = 0;
    auto operator<=>(const CallPlace&) const = default;
};
CallPlace place_of(const std::string& call);

/// Answers in random order and in random batches. Knows which call an exchange is from the journal, in which
/// the intent stands before anything is sent.
class ShuffledTransport final : public http::Transport {
  public:
    ShuffledTransport(const RandomGraph& graph, const MemorySink& sink, StillClock& clock,
                      std::uint64_t order)
        : graph_(graph), sink_(sink), clock_(clock), dice_(order) {}
    void start(http::CallId id, http::Request request) override;
    void cancel(http::CallId id) override;
    using Transport::wait;
    std::vector<http::Event> wait(base::Duration limit, std::span<const http::Wake>) override;
    /// Refused tries of a journal that is taken up.
    void remember(const trace::Event& event);

  private:
    struct Started {
        http::CallId id;
        CallPlace place;
    };
    http::Response answer(const CallPlace& place);

    const RandomGraph& graph_;
    const MemorySink& sink_;
    StillClock& clock_;
    Dice dice_;
    std::size_t seen_ = 0; ///< of the journal
    std::vector<Started> under_way_;
    std::map<CallPlace, int> refused_;
};

} // namespace test
