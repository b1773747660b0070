// Which of the two ways, and whose answer is shown as it comes.
#include "cli/onlooker.hpp"

#include <unistd.h>

#include "base/os.hpp"
#include "base/tty.hpp"

namespace cli {

namespace {

bool wants_view(const Session& session) {
    const bool form = session.format() == Format::table || session.format() == Format::jsonl;
    return form && !session.globals().quiet && !session.globals().verbose;
}

bool can_draw() {
    const std::string terminal = base::environment("TERM").value_or("dumb");
    if (terminal == "dumb" || !base::terminal_size(STDERR_FILENO)) return false;
    return !base::is_terminal(STDOUT_FILENO) || base::same_terminal(STDOUT_FILENO, STDERR_FILENO);
}

} // namespace

std::string answering_agent(const Session& session, const run::Plan& plan) {
    if (!base::is_terminal(STDOUT_FILENO) || session.format() != Format::table) return {};
    const auto end = plan.only_end(); // several are printed one after the other, with headings
    if (!end) return {};
    const run::NodePlan& node = plan.nodes[*end];
    // An answer that is checked, or given after reports, may be followed by a better one.
    return !node.output_schema && node.delegates.empty() ? node.name : std::string();
}

std::unique_ptr<Onlooker> onlooker_of(Session& session, const run::Plan& plan, const EngineOf& engine) {
    // Events and a view would be mixed on the same terminal.
    const bool mixed = session.format() == Format::jsonl && base::is_terminal(STDOUT_FILENO);
    if (wants_view(session) && !mixed && can_draw()) return live_onlooker(session, plan, engine);
    return plain_onlooker(session, plan);
}

} // namespace cli
