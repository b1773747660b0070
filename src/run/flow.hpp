// Which node waits for what, generation by generation. Part of run::State: changed by events only.
//
// A node runs at most once in a generation. Hand-overs lead to the generation of who makes them, except those
// that close a cycle: they lead to the next one. Each hand-over a node could get in a generation is settled
// sooner or later: it arrives, or it is missing because its edge was not taken or its source does not run.
// A place of which all are missing does not run either, and so on down the graph; a failed source settles
// nothing here, since what that means is for the join to decide.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "run/plan.hpp"

namespace run {

/// One node in one generation.
struct Place {
    std::int64_t generation = 1;
    std::size_t node = 0;
    auto operator<=>(const Place&) const = default;
};

struct Inbox {
    enum class Fate : unsigned char {
        waiting,
        opened,  ///< its join was written to be satisfied; it starts with what had arrived then
        started, ///< what arrives now comes too late
        skipped, ///< nothing arrives: it does not run
    };
    Fate fate = Fate::waiting;
    std::size_t expected = 0;         ///< hand-overs that could arrive
    std::vector<std::size_t> arrived; ///< activations, as they handed over
    std::size_t missing = 0;          ///< hand-overs that will not be made
    std::size_t announced = 0;        ///< arrivals that join_wait has told of
};

class Flow {
  public:
    /// Nodes that nobody hands over to wait for nothing.
    void begin(const Plan& plan);
    void arrive(const Plan& plan, Place at, std::size_t activation);
    void miss(const Plan& plan, Place at);
    void announce(Place at);
    void open(Place at);
    void start(Place at);

    [[nodiscard]] const Inbox* find(Place at) const;
    /// Places that may have what they need, in order: something arrived, or nothing is expected.
    [[nodiscard]] const std::set<Place>& candidates() const { return candidates_; }
    [[nodiscard]] bool skipped(Place at) const;

  private:
    Inbox& inbox(const Plan& plan, Place at);
    void wake(const Plan& plan, std::int64_t generation);
    void skip(const Plan& plan, Place at);
    void settle(const Plan& plan, Place at);

    std::map<Place, Inbox> inboxes_;
    std::set<Place> candidates_;
    std::int64_t awake_ = 0;   ///< generations up to this have had an arrival; those after it may never come
    std::vector<Place> later_; ///< missing hand-overs to generation awake_ + 1
};

} // namespace run
