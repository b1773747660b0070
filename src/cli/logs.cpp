// orloj logs: what happened in a run, one line an event; also while it runs.
#include <poll.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/session.hpp"
#include "cli/stored_run.hpp"
#include "store/run_lock.hpp"
#include "store/runs.hpp"

namespace cli {

namespace {

constexpr int look_again_ms = 150; // between two looks at the journal with -f

store::RunRow find_run(Session& session, const resource::Name& name) {
    store::Connection* connection = session.reading();
    auto row = connection == nullptr ? std::nullopt : store::Runs(*connection).find(name);
    if (!row) refuse_without_run(session, name);
    return *row;
}

int logs(Session& session, const Arguments& arguments) {
    const resource::Name name = task_target(session, arguments.many("TASK"));
    const bool json = session.format({Format::table, Format::json}) == Format::json;
    const bool follow = arguments.has("--follow");
    const bool numbered = arguments.has("--seq");
    store::RunRow row = find_run(session, name);
    store::Runs runs(*session.reading());
    std::int64_t seen = 0;
    for (;;) {
        std::string text;
        runs.events(row.id, seen, [&](const trace::Event& event) {
            seen = event.seq;
            if (numbered && !json) text += base::format("{:>4} ", event.seq);
            text += json ? trace::event_json(event) + "\n" : trace::log_line(event) + "\n";
        });
        session.out(text);
        if (!follow || row.ended()) return 0;
        row = find_run(session, name);
        if (!row.ended() && row.started && !store::run_owner(session.database_path(), row.id)) {
            session.say(base::format("task {} is interrupted; go on with it: orloj resume task/{}", name.name,
                                     name.name));
            return 0;
        }
        if (!row.ended()) (void)::poll(nullptr, 0, look_again_ms);
    }
}

} // namespace

Command logs_command() {
    return {"logs",
            "Show a run line by line, also while it goes on.",
            "One line an event: time, agent, what happened. Works while the task runs and after a crash.",
            "  orloj logs task/hello\n"
            "  orloj logs task/hello -f",
            {{"TASK", "task/NAME; a bare NAME will do.", Takes::many, true}},
            {{"--follow", 'f', "", "Go on until the run ends.", Takes::nothing},
             {"--seq", 0, "", "Number the events, as `orloj fork --at` takes them.", Takes::nothing}},
            logs};
}

} // namespace cli
