// orloj work: runs what is pending, as many at once as asked for.
#include "base/text.hpp"
#include "cli/execute.hpp"
#include "cli/stopping.hpp"
#include "cli/worker.hpp"

namespace cli {

namespace {

constexpr std::int64_t most_at_once = 256; // each is a process

int work(Session& session, const Arguments& arguments) {
    WorkOrder order;
    order.once = arguments.has("--once");
    if (!arguments.has("--all-namespaces")) order.namespace_ = session.namespace_();
    if (const auto text = arguments.one("--concurrency")) {
        const auto number = base::to_integer(*text);
        if (!number || *number < 1 || *number > most_at_once) {
            throw base::Error(
                base::Fault::usage,
                base::format("invalid --concurrency \"{}\": expected a whole number from 1 to {}", *text,
                             most_at_once));
        }
        order.concurrency = static_cast<std::size_t>(*number);
    }
    order.grace = duration_option(arguments, "--grace");
    if (order.once && session.reading() == nullptr) return 0; // nothing was ever stored
    (void)session.prices();                                   // all of its children would complain
    session.pass_on_passphrase();
    (void)session.writing(); // one process makes the file, not all of its children
    return Worker(session, std::move(order)).run();
}

} // namespace

Command work_command() {
    return {
        "work",
        "Run pending tasks, several at once if wanted.",
        "Takes tasks that were stored and never run (apply --no-run), and runs whose process is gone; by\n"
        "spec.priority, then by age. Each runs in a process of its own, with its name before what it says.\n"
        "Answers go to stdout as `## task/NAME` blocks, with -o json one object a line. Several workers may\n"
        "share a database. A pending task that cannot be started (an agent or a key is missing) ends as\n"
        "Failed with that error; an interrupted one is left as it is. Ctrl-C lets the calls under way end,\n"
        "twice stops at once. The exit code with --once is that of the worst task.",
        "  orloj work --once --concurrency 4\n"
        "  orloj work -A --once",
        {},
        {{"--once", 0, "", "End when nothing is pending instead of waiting for more.", Takes::nothing},
         {"--concurrency", 0, "N", "Tasks at once; 1 when absent.", Takes::one},
         {"--all-namespaces", 'A', "", "Tasks of every namespace.", Takes::nothing},
         grace_option()},
        work};
}

} // namespace cli
