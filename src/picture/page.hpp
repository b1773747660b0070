// A run as one page for a browser, and two runs side by side. The page needs nothing but itself: no network,
// no script to be read; its policy forbids both. Invariant: it is complete, whatever is folded, and each
// message stands in it once.
#pragma once

#include <optional>
#include <string>

#include "picture/graph_model.hpp"
#include "picture/html.hpp"
#include "run/transcript.hpp"
#include "trace/timeline.hpp"

namespace picture {

/// What is shown of a run.
struct PagedRun {
    std::string task;
    std::string namespace_;
    std::string system;
    std::string phase; ///< Interrupted, when nobody works on a run that has not ended
    std::int64_t attempts = 0;
    std::string error; ///< why it failed; ""
    base::Time created;
    trace::Timeline timeline;
    run::Transcript transcript;
    std::optional<Picture> graph; ///< nullopt when the system cannot be drawn any more
};

void write_run_page(const PagedRun& run, const PageSink& sink);
void write_comparison_page(const PagedRun& a, const PagedRun& b, const PageSink& sink);

} // namespace picture
