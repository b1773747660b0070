// The parts that the pages are put together from; for the page_*.cpp files alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "picture/page.hpp"
#include "picture/waterfall.hpp"

namespace picture {

/// The begin of a page up to its <main>, and its end.
void begin_page(Html& html, const std::string& title);
void end_page(Html& html);
/// Links to the parts, and what only a script can do.
void page_navigation(Html& html, Markup links);
void page_footer(Html& html);

/// A phase, as a badge.
void phase_badge(Html& html, const std::string& phase);
/// "86 in, 24 out".
std::string tokens_text(const trace::Tokens& used);
/// "$0.0043", "at least $0.0043", or "".
std::string cost_text(const trace::Tokens& used);
/// Requests of a turn.
std::size_t calls_of(const trace::Turn& turn);
/// "2026-11-23 08:59:43 UTC".
std::string moment_text(base::Time time);

void graph_figure(Html& html, const PagedRun& run);
void waterfall_figure(Html& html, const trace::Timeline& timeline, const TimeScale& scale, bool links);

/// Every turn with its messages and calls.
class Turns {
  public:
    Turns(Html& html, const PagedRun& run) : html_(html), run_(run), scale_(run.timeline) {}
    void write();

  private:
    void turn(const trace::Turn& turn, std::size_t index);
    void attempt(const trace::Call& call, const trace::Try& t, std::size_t index);
    void sent(const std::string& last);
    void message(const std::string& hash, bool open);
    void parts(const provider::Message& message);
    void facts(const trace::Try& t);
    void outcome(const trace::Try& t);
    void tool(const trace::ToolTry& t);
    void note(const trace::Note& note);

    Html& html_;
    const PagedRun& run_;
    TimeScale scale_;
    std::map<std::string, std::int64_t> shown_;          // messages by hash: their ids
    std::vector<std::vector<const trace::Note*>> notes_; // of each turn
};

} // namespace picture
