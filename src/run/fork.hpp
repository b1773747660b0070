// A run that begins with events of another one: those up to some event and then another ending, or those of
// some agents so that only the others are asked again. Pure: what comes out is to be stored as it is.
//
// Why the prefix counts towards the limits of the new run: it is that run with another ending, so a budget
// holds for the whole of it; otherwise a fork near the end of a run that a budget stopped would not be
// stopped. `task_forked` says what of it the other run had paid for.
//
// Why a request without an outcome stays in the prefix: events keep their numbers, so that two runs can be
// compared. Its answer is the other run's, so the call is made again, as another try of the same step.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/redact.hpp"
#include "run/plan.hpp"
#include "trace/event.hpp"

namespace run {

/// The journal of a run: its events from the first, and the messages they reach.
struct Journal {
    std::vector<trace::Event> events;
    std::vector<trace::StoredMessage> messages;
};

struct ForkOrder {
    std::string from;    ///< the task that the journal is of
    std::int64_t at = 0; ///< the last event to take over; one that ends the run is not
    base::Time now;
    std::vector<trace::AgentChange> changes;
};

/// The events up to `order.at` and a task_forked, with the messages that they reach and those that a changed
/// prompt makes new. `plan` is that of the fork, changes applied; `redact` takes secrets out of new messages.
/// Throws Error{usage} when an agent that is changed has nothing more to do after that event.
Journal fork(const Plan& plan, const Journal& journal, const ForkOrder& order, const base::Redactor& redact);

/// The agents that may still be asked after event `at`. `plan` is that of the journal.
std::set<std::string> asked_after(const Plan& plan, const Journal& journal, std::int64_t at);

struct AgainOrder {
    std::string from;  ///< the task that the journal is of
    std::string agent; ///< is asked again, and with it everything that got its answers
    base::Time now;
};

/// What other agents answered, renumbered, between a new task_start and a task_forked. `plan` is that of the
/// new run: the same system, maybe with other prompts and endpoints.
Journal again_from(const Plan& plan, const Journal& journal, const AgainOrder& order);

} // namespace run
