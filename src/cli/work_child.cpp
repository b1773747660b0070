// orloj __work: one task of a worker, in a process of its own. Not shown in help.
#include "cli/execute.hpp"
#include "cli/stopping.hpp"
#include "cli/worker.hpp"

namespace cli {

namespace {

int work_one(Session& session, const Arguments& arguments) {
    Manner manner;
    manner.by = "by a worker";
    manner.grace = duration_option(arguments, "--grace");
    const resource::Name name{session.namespace_(), arguments.one("TASK").value_or("")};
    return take_up(session, name, manner).value_or(lost_to_others);
}

} // namespace

Command work_one_command() {
    return {"__work",
            "Run one pending task for a worker.",
            "",
            "  orloj __work hello",
            {{"TASK", "The task's name.", Takes::one, true}},
            {grace_option()},
            work_one};
}

} // namespace cli
