// orloj wait: until a task has come as far as was asked for, or cannot any more.
#include <poll.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "cli/listing.hpp"
#include "cli/stopping.hpp"
#include "cli/typed_again.hpp"
#include "store/resources.hpp"
#include "store/run_lock.hpp"

namespace cli {

namespace {

constexpr int look_again_ms = 150;
constexpr base::Duration usual_timeout = base::seconds(300);

/// What a task may be waited for: a word for one or several phases.
struct Goal {
    std::string_view word; ///< as it is written in lower case
    std::array<std::string_view, 2> phases;
};
// "" is a task that is gone.
constexpr Goal goals[] = {
    {"complete", {"Succeeded", "Succeeded"}},
    {"completed", {"Succeeded", "Succeeded"}},
    {"succeeded", {"Succeeded", "Succeeded"}},
    {"failed", {"Failed", "DeadLetter"}},
    {"deadletter", {"Failed", "DeadLetter"}},
    {"error", {"Failed", "DeadLetter"}},
    {"pending", {"Pending", "Pending"}},
    {"running", {"Running", "Running"}},
    {"waitingapproval", {"WaitingApproval", "WaitingApproval"}},
    {"interrupted", {"Interrupted", "Interrupted"}},
    {"delete", {"", ""}},
};

struct Wanted {
    const Goal* goal;
    std::string text; ///< as the person wrote it
    [[nodiscard]] bool met(std::string_view phase) const {
        return std::find(goal->phases.begin(), goal->phases.end(), phase) != goal->phases.end();
    }
};

Wanted wanted_of(const Arguments& arguments) {
    const std::string given = arguments.one("--for").value_or("condition=Complete");
    std::string_view text = base::trim(given);
    for (const std::string_view prefix : {"condition=", "phase="}) {
        if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    }
    std::vector<std::string> words;
    for (const Goal& goal : goals) {
        if (base::same_ignoring_case(goal.word, text)) return {&goal, std::string(text)};
        words.emplace_back(goal.word);
    }
    const auto meant = base::nearest(base::lower(text), words);
    throw base::Error(base::Fault::usage, base::format("a task is never \"{}\"", text))
        .hint(meant ? base::format("did you mean '{}'?", *meant)
                    : "what can be waited for: condition=Complete, condition=Failed, a phase, or delete");
}

/// How far a task is.
struct Standing {
    std::string phase; ///< "" when there is neither a task nor a run
    bool ended = false;
    std::string why; ///< of a failure
    /// What makes it go on, when nobody is at it.
    std::string idle;
};

std::string pending(const std::string& task) {
    return base::format("task {} is pending and nobody runs it; start it: orloj run task/{}, or all pending "
                        "ones: orloj work",
                        task, shell_word(task));
}

/// Of a run.
Standing look(Session& session, store::Runs& runs, std::optional<store::RunRow> row) {
    const bool owned = store::run_owner(session.database_path(), row->id).has_value();
    // Who gave it up since the row was read has written how it ended.
    if (!owned && !row->ended()) row = runs.find(row->task);
    Standing out;
    if (!row) return out;
    out.phase = row->phase;
    out.ended = row->ended();
    out.why = row->last_error;
    if (out.ended || owned) return out;
    const std::string& name = row->task.name;
    if (out.phase == "Running") {
        out.phase = "Interrupted";
        out.idle = base::format("task {} is interrupted; go on with it: orloj resume task/{}", name,
                                shell_word(name));
    } else if (out.phase == "WaitingApproval") {
        out.idle = base::format("task {} waits for a person; see what for: orloj logs task/{}", name,
                                shell_word(name));
    } else {
        out.idle = pending(name);
    }
    return out;
}

Standing look(Session& session, const resource::Name& name) {
    Standing out;
    store::Connection* connection = session.reading();
    if (connection == nullptr) return out;
    store::Runs runs(*connection);
    if (auto row = runs.find(name)) return look(session, runs, std::move(row));
    const auto task = store::Resources(*connection).find(resource::kind_of<resource::TaskSpec>(), name);
    if (!task) return out;
    out.phase = "Pending";
    if (std::get<resource::TaskSpec>(task->spec).mode == resource::TaskMode::template_) {
        throw base::Error(base::Fault::failed,
                          base::format("task '{}' is a template, which does not run itself", name.name))
            .hint("name one of its runs: orloj get tasks");
    }
    out.idle = pending(name.name);
    return out;
}

/// Whether an ended task could still come to the goal: none of them does, but it can be deleted.
bool hopeless(const Standing& now, const Wanted& wanted) {
    return now.ended && !wanted.met("");
}

int wait(Session& session, const Arguments& arguments) {
    const resource::Name name = task_target(session, arguments.many("TASK"));
    const Wanted wanted = wanted_of(arguments);
    const base::Duration timeout = duration_option(arguments, "--timeout").value_or(usual_timeout);
    const base::Duration began = session.clock().active();
    std::string told;
    for (bool first = true;; first = false) {
        const Standing now = look(session, name);
        if (wanted.met(now.phase)) {
            session.out(base::format("tasks/{} condition met: {}{}\n", name.name, wanted.text,
                                     now.phase.empty() ? "" : " (phase=" + now.phase + ")"));
            return 0;
        }
        if (now.phase.empty() && !first) {
            throw base::Error(base::Fault::not_found, base::format("task '{}' was deleted", name.name));
        }
        if (now.phase.empty()) not_found(session, resource::kind_of<resource::TaskSpec>(), name);
        if (hopeless(now, wanted)) {
            throw base::Error(base::Fault::failed,
                              base::format("task '{}' has ended: {}{}", name.name, now.phase,
                                           now.why.empty() ? "" : ": " + now.why))
                .hint(base::format("read what happened: orloj logs task/{}", shell_word(name.name)));
        }
        if (now.idle != told && !wanted.met("")) {
            told = now.idle;
            if (!told.empty()) session.say(told);
        }
        const base::Duration left = timeout - (session.clock().active() - began);
        if (left.us <= 0) {
            throw base::Error(
                base::Fault::failed,
                base::format("timed out after {} waiting for tasks/{} condition={} (last phase={})",
                             base::render(timeout), name.name, wanted.text, now.phase));
        }
        (void)::poll(nullptr, 0, static_cast<int>(std::min<std::int64_t>(look_again_ms, left.ms() + 1)));
    }
}

} // namespace

Command wait_command() {
    return {
        "wait",
        "Wait until a task has ended, or has come to a phase.",
        "Complete is Succeeded; Failed is Failed or DeadLetter; other words are phases; delete waits until\n"
        "the task is gone. Ends at once with exit code 1 when the task has ended otherwise, and after\n"
        "--timeout. Runs nothing: says so when nobody else does.",
        "  orloj wait task/hello\n"
        "  orloj wait task/broken --for condition=Failed --timeout 30s",
        {{"TASK", "task/NAME; a bare NAME will do.", Takes::many, true}},
        {{"--for", 0, "CONDITION", "condition=Complete (the default), Failed, a phase, or delete.",
          Takes::one, Means::choice,
          "condition=Complete condition=Failed Succeeded DeadLetter Running delete"},
         {"--timeout", 0, "TIME", "How long to wait; 5m when absent, 0 looks once.", Takes::one}},
        wait};
}

} // namespace cli
