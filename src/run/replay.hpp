// A run done once more from its journal, without a network: what only the world can bring (answers, refusals,
// policies, interruptions) is taken from the journal, everything else is made anew by this version and
// compared with what the journal says, field by field. Pure.
//
// Why: a journal that replays without a difference was made by these rules and by nothing else, so a change
// of the rules is seen in the runs that people have, and so is a journal that somebody changed.
//
// What is not compared: where keys came from, how long calls waited for others, the tokens set aside, and
// texts in which a secret was replaced when they were stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "run/plan.hpp"
#include "trace/event.hpp"

namespace run {

struct Difference {
    std::int64_t seq = 0;
    std::string agent; ///< "" for what concerns the task
    std::string event; ///< the name of its kind; "" when it is about the journal itself
    std::string field; ///< "": another event than the journal's follows, or none
    std::string journal;
    std::string made; ///< by this version
};

struct Replay {
    std::int64_t events = 0;
    /// The first events, that were not compared: another run's, or made with other endpoints than those that
    /// are pinned now.
    std::int64_t taken = 0;
    std::string taken_from;              ///< the other run; "": they were made with other endpoints
    std::int64_t steps = 0;              ///< answers of models
    bool ended = false;                  ///< the journal goes to the end of the run
    std::vector<Difference> differences; ///< after one without a field nothing was compared any more
};

/// `events` in order from the first, `messages` all that they reach, parents before children or not.
Replay replay(const Plan& plan, const std::vector<trace::Event>& events,
              const std::vector<trace::StoredMessage>& messages);

} // namespace run
