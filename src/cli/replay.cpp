// orloj replay: whether this version does with a run's journal what the journal says. No network and no keys.
#include "run/replay.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/stored_run.hpp"

namespace cli {

namespace {

constexpr std::size_t most_shown = 20;
constexpr std::size_t longest_value = 160; // bytes of a value that is shown

std::string shown(const base::Redactor& redact, const std::string& value) {
    return value.empty() ? "nothing" : base::ellipsis(base::visible(redact(value)), longest_value);
}

std::string line_of(const run::Difference& d, const base::Redactor& redact) {
    const std::string journal = shown(redact, d.journal);
    const std::string made = shown(redact, d.made);
    if (d.event.empty()) return base::format("{} has the hash of other words: {}\n", journal, made);
    const std::string agent = d.agent.empty() ? "" : base::format(" [{}]", d.agent);
    if (d.field.empty()) {
        return base::format("event {}{}: the journal has {}, this version makes {}; what follows was not "
                            "compared\n",
                            d.seq, agent, journal, made);
    }
    return base::format("event {}{} {}.{}: {} in the journal, {} by this version\n", d.seq, agent, d.event,
                        d.field, journal, made);
}

std::string json_of(const store::RunRow& row, const run::Replay& replay, const base::Redactor& redact) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("task", row.task.name);
    out.member("namespace", row.task.namespace_).member("phase", row.phase);
    out.member("events", replay.events).member("not_compared", replay.taken).member("steps", replay.steps);
    out.key("differences").begin_array();
    for (const run::Difference& d : replay.differences) {
        out.begin_object().member("seq", d.seq);
        if (!d.agent.empty()) out.member("agent", d.agent);
        out.member("event", d.event).member("field", d.field);
        out.member("journal", redact(d.journal)).member("made", redact(d.made)).end_object();
    }
    out.end_array().end_object();
    return std::move(out).take() + "\n";
}

std::string summary(const store::RunRow& row, const run::Replay& replay) {
    const auto counted = [](std::int64_t count, std::string_view noun) {
        return base::counted(static_cast<std::size_t>(count), noun);
    };
    std::string out = base::format("replayed task/{}: {}, {}, {}, no network\n", row.task.name,
                                   counted(replay.events, "event"), counted(replay.steps, "step"),
                                   base::counted(replay.differences.size(), "difference"));
    if (replay.taken > 0) {
        out += base::format("events 1 to {} were not compared: they {}\n", replay.taken,
                            replay.taken_from.empty() ? "were made with endpoints that were replaced later"
                                                      : "are those of task/" + replay.taken_from);
    }
    return out;
}

int replay_run(Session& session, const Arguments& arguments) {
    const bool json = session.format() == Format::json;
    const StoredRun stored(session, task_target(session, arguments.many("TASK")));
    check_begun(stored, "replay");
    const run::Plan plan = stored.plan();
    const run::Journal journal = stored.journal();
    const run::Replay replay = run::replay(plan, journal.events, journal.messages);
    // Keys are opened only where something is shown that could hold one.
    const base::Redactor redact =
        replay.differences.empty() ? base::Redactor{} : known_secrets(session, plan);
    if (json) {
        session.out_foreign(json_of(stored.row(), replay, redact));
    } else {
        std::string text;
        for (std::size_t i = 0; i < std::min(most_shown, replay.differences.size()); ++i)
            text += line_of(replay.differences[i], redact);
        if (replay.differences.size() > most_shown)
            text += base::format("... and {} more\n", replay.differences.size() - most_shown);
        session.out(text + summary(stored.row(), replay));
    }
    return replay.differences.empty() ? 0 : 1;
}

} // namespace

Command replay_command() {
    return {
        "replay",
        "Check that a run's journal is what this version makes of it, offline.",
        "Answers, refusals, policy decisions and interruptions are taken from the journal; everything\n"
        "that follows from them is done again and compared, field by field: inputs, hand-offs, retries and\n"
        "their pauses, requests and where they went, the end. Nothing is sent and no key is needed.\n"
        "Exit code 0: no difference; 1: there are some, because the journal was changed or because this\n"
        "version has other rules than the one that wrote it. Runs that have not ended are replayed up to\n"
        "where they are. (`orloj run --replay FILE` is something else: a new run with recorded answers.)",
        "  orloj replay task/hello\n"
        "  orloj replay task/hello -o json",
        {{"TASK", "task/NAME; a bare NAME will do.", Takes::many, true}},
        {},
        replay_run};
}

} // namespace cli
