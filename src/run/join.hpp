// Whether a node has what it waits for, and what a failed agent means for the run. Pure.
//
// A failed agent's branch fails with it: every node that can only run with its answer. The first join down
// the branch decides: `deadletter` (also of a node that declares nothing) fails the task, `skip` and
// `continue_partial` let it go on, if anything else arrives there. A branch that ends without such a join
// fails the task, and so does a call that a policy or a limit of the run denied: a limit that a join could
// make up for would be none.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "run/state.hpp"

namespace run {

struct Lost {
    std::size_t node = 0;       ///< whose answer does not come
    std::size_t activation = 0; ///< whose failure that is: its own, or of an agent before it
};
struct Damage {
    std::map<Place, std::vector<Lost>> failed; ///< by the place that does without them
    std::set<Place> lost;                      ///< places that do not run because what leads to them failed
    std::vector<std::size_t> fatal;            ///< activations whose failure nothing makes up for
};
Damage damage_of(const State& state, const Plan& plan);

/// How far a join is.
struct Standing {
    enum class Verdict {
        ready,
        waits,
        starved,   ///< something arrived, but no longer enough can
        abandoned, ///< nothing arrived and nothing will, since all branches that could bring something failed
    };
    Verdict verdict = Verdict::waits;
    std::size_t have = 0;
    std::size_t need = 0;
};

/// What a join has been given so far.
struct Intake {
    std::size_t expected = 0; ///< hand-overs that could arrive
    std::size_t arrived = 0;
    std::size_t missing = 0; ///< not taken, or their source does not run
    std::size_t failed = 0;
};

/// wait_for_all needs every hand-over that is not missing. quorum needs the larger of quorum_count and
/// quorum_percent of those (rounded up; neither given: all of them), at least one and at most as many as
/// could arrive. `skip` takes failed branches out of what is counted, `continue_partial` goes on with what
/// arrived once nothing more can.
Standing standing_of(const resource::Join& rule, const Intake& intake);

/// Of a place, as its journal stands.
Standing standing_at(const State& state, const Plan& plan, const Damage& damage, Place place);

/// Of the reports that an activation waits for. `failed`: delegates that will not report.
Standing standing_of_reports(const State& state, const Plan& plan, const Activation& activation,
                             std::vector<std::size_t>& failed);

/// Whether nothing new may begin because the attempt has failed.
bool failing(const State& state, const Plan& plan);

} // namespace run
