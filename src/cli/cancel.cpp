// orloj cancel: ends a task for good, wherever it is: waiting, running in another process, or interrupted.
#include <poll.h>

#include "base/text.hpp"
#include "cli/execute.hpp"
#include "cli/listing.hpp"
#include "cli/typed_again.hpp"
#include "run/ending.hpp"
#include "store/resources.hpp"

namespace cli {

namespace {

constexpr std::string_view usual_reason = "cancelled by the user";
constexpr std::size_t longest_reason = 500;            // characters; it stands in a column of `get tasks`
constexpr base::Duration patience = base::seconds(10); // of us, with a process that was told to end
constexpr int look_again_ms = 50;

std::string reason_of(const Arguments& arguments) {
    std::string reason(base::trim(arguments.one("--reason").value_or(std::string(usual_reason))));
    if (reason.empty()) throw base::Error(base::Fault::usage, "--reason is empty");
    if (const std::size_t bad = base::invalid_utf8(reason); bad != std::string::npos) {
        throw base::Error(base::Fault::usage,
                          base::format("--reason is not valid UTF-8 at byte {}", bad + 1));
    }
    if (base::ellipsis(reason, longest_reason) != reason) {
        throw base::Error(base::Fault::usage,
                          base::format("--reason is longer than {} characters", longest_reason));
    }
    return reason;
}

/// A template is a pattern and never runs itself.
void refuse_template(Session& session, const resource::Name& name) {
    store::Connection* connection = session.reading();
    if (connection == nullptr || store::Runs(*connection).find(name)) return;
    const auto task = store::Resources(*connection).find(resource::kind_of<resource::TaskSpec>(), name);
    if (!task || std::get<resource::TaskSpec>(task->spec).mode != resource::TaskMode::template_) return;
    throw base::Error(base::Fault::failed,
                      base::format("task '{}' is a template, which does not run itself", name.name))
        .hint("name one of its runs: orloj get tasks");
}

int say_ended(Session& session, const store::RunRow& row, bool asked) {
    if (asked && row.stopped_reason == run::stopped_by_cancel) {
        session.out(base::format("canceled task/{}\n", row.task.name));
    } else if (asked) {
        session.out(base::format("task/{} finished first ({})\n", row.task.name, row.phase));
    } else {
        session.out(base::format("task/{} is already terminal ({})\n", row.task.name, row.phase));
    }
    return 0;
}

/// Its owner has been told, and does not come to an end.
[[noreturn]] void give_up(Session& session, const store::RunRow& row) {
    const auto pid = store::run_owner(session.database_path(), row.id);
    throw base::Error(base::Fault::failed,
                      base::format("task '{}' has not ended yet: {} was told to cancel it {} ago",
                                   row.task.name,
                                   pid && *pid > 0 ? base::format("process {}", *pid) : "another process",
                                   base::render(patience)))
        .hint(base::format("it ends when that process looks; watch it: orloj logs task/{} -f",
                           shell_word(row.task.name)));
}

int cancel(Session& session, const Arguments& arguments) {
    const resource::Name name = task_target(session, arguments.many("TASK"));
    const std::string reason = reason_of(arguments);
    if (session.reading() == nullptr) not_found(session, resource::kind_of<resource::TaskSpec>(), name);
    refuse_template(session, name);
    const base::Duration began = session.clock().active();
    bool asked = false;
    for (;;) {
        if (const auto run = seize(session, name)) {
            if (run->row.ended()) return say_ended(session, run->row, asked);
            end_cancelled(session, *run, reason);
            session.out(base::format("canceled task/{}\n", name.name));
            return 0;
        }
        store::Runs runs(session.writing());
        const auto row = runs.find(name);
        if (!row) continue; // deleted meanwhile: seize() says so
        if (row->ended()) return say_ended(session, *row, asked);
        if (!asked) runs.request_cancel(row->id, reason, session.clock().now());
        asked = true;
        if (session.clock().active() - began >= patience) give_up(session, *row);
        (void)::poll(nullptr, 0, look_again_ms);
    }
}

} // namespace

Command cancel_command() {
    return {
        "cancel",
        "End a task for good, also one that runs in another terminal.",
        "The process that runs it gives up its calls and tools at once, keeps the answers of agents that\n"
        "finished, and ends the task as Failed (cancelled) with exit code 1. A task that nobody runs is\n"
        "ended here. Returns when the end is on record; a task that has ended stays as it is.",
        "  orloj cancel task/hello\n"
        "  orloj cancel task hello --reason \"wrong topic\"",
        {{"TASK", "task/NAME; a bare NAME will do.", Takes::many, true}},
        {{"--reason", 0, "TEXT", "Why, for the record and for whoever runs it.", Takes::one}},
        cancel};
}

} // namespace cli
