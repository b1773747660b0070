// orloj logs: what happened in a run, or what an agent did in its last runs, one line an event; also while
// it runs.
#include <deque>

#include "base/text.hpp"
#include "cli/follow.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/since.hpp"
#include "cli/stored_run.hpp"
#include "cli/typed_again.hpp"
#include "store/run_lock.hpp"
#include "store/runs.hpp"

namespace cli {

namespace {

constexpr base::Duration look_again = base::milliseconds(150); // between two looks at the owner with -f
constexpr std::size_t piece = 1U << 16U;                       // bytes that are written at once
constexpr std::size_t last_runs = 10;                          // of an agent

struct Wanted {
    bool json = false;
    bool numbered = false;
    std::string agent; ///< "": all, and what concerns the task
    base::Time since;
    std::optional<std::int64_t> tail; ///< lines
};

/// Lines as they are asked for, the last ones only or all of them.
class Lines {
  public:
    Lines(const Session& session, const Wanted& wanted) : session_(session), wanted_(wanted) {}

    /// `task` is named where lines of several runs stand together.
    void add(const trace::Event& event, const std::string& task) {
        if (event.time < wanted_.since || !concerns(event.agent)) return;
        std::string line;
        if (wanted_.json) {
            line = trace::event_json(event) + "\n";
            if (!task.empty())
                line = base::format("{{\"task\":{},{}", base::json_quoted(task), line.substr(1));
        } else {
            if (wanted_.numbered) line = base::format("{:>4} ", event.seq);
            if (!task.empty()) line += base::format("task/{} ", base::visible(task));
            line += trace::log_line(event) + "\n";
        }
        if (!wanted_.tail || followed_) {
            text_ += line;
            if (text_.size() >= piece) flush();
            return;
        }
        last_.push_back(std::move(line));
        if (std::ssize(last_) > *wanted_.tail) last_.pop_front();
    }

    /// What came so far; from here on every line counts.
    void flush() {
        for (const std::string& line : last_)
            text_ += line;
        last_.clear();
        if (!text_.empty()) session_.out_foreign(text_);
        text_.clear();
    }
    void follow() { followed_ = true; }

  private:
    /// An agent has a place of its own name, or several: "payout/auditor".
    [[nodiscard]] bool concerns(const std::string& place) const {
        return wanted_.agent.empty() || place == wanted_.agent || place.ends_with("/" + wanted_.agent);
    }

    const Session& session_;
    const Wanted& wanted_;
    std::string text_;
    std::deque<std::string> last_;
    bool followed_ = false;
};

store::RunRow find_run(Session& session, const resource::Name& name) {
    store::Connection* connection = session.reading();
    auto row = connection == nullptr ? std::nullopt : store::Runs(*connection).find(name);
    if (!row) refuse_without_run(session, name);
    return *row;
}

/// Whether nobody goes on with it. Who gave it up since the row was read has written how it ended.
bool abandoned(Session& session, store::RunRow& row) {
    if (row.ended() || !row.started || store::run_owner(session.database_path(), row.id)) return false;
    row = find_run(session, row.task);
    return !row.ended();
}

void check_agent(Session& session, const store::RunRow& row, const std::string& agent) {
    if (agent.empty()) return;
    std::vector<std::string> names;
    for (const store::PinnedSpec& pinned : store::Runs(*session.reading()).pins(row.id)) {
        if (pinned.pin.role == "agent") names.push_back(pinned.pin.name);
    }
    if (names.empty() || std::find(names.begin(), names.end(), agent) != names.end()) return;
    const auto meant = base::nearest(agent, names);
    throw base::Error(base::Fault::not_found,
                      base::format("agent '{}' has no part in task '{}'", agent, row.task.name))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : "its agents: " + base::join(names, ", "));
}

int logs_of_task(Session& session, const resource::Name& name, const Wanted& wanted, bool follow) {
    store::RunRow row = find_run(session, name);
    check_agent(session, row, wanted.agent);
    store::Runs runs(*session.reading());
    Lines lines(session, wanted);
    std::int64_t seen = 0;
    if (wanted.tail && wanted.agent.empty()) // a long journal is read from there
        seen = std::max<std::int64_t>(0, runs.last_seq(row.id) - *wanted.tail);
    std::optional<Follow> changes;
    if (follow) changes.emplace(session);
    for (;;) {
        runs.events(row.id, seen, [&](const trace::Event& event) {
            seen = event.seq;
            lines.add(event, "");
        });
        lines.flush();
        lines.follow();
        if (!follow || row.ended()) return 0;
        row = find_run(session, name);
        if (abandoned(session, row)) {
            session.say(base::format("task {} is interrupted; go on with it: orloj resume task/{}", name.name,
                                     shell_word(name.name)));
            return 0;
        }
        if (row.ended()) continue; // its last events
        if (changes->wait(look_again) == Follow::Woken::stopped) return Follow::leave();
    }
}

/// What an agent did, run by run.
int logs_of_agent(Session& session, const resource::Name& name, Wanted wanted) {
    store::Connection* connection = session.reading();
    std::vector<store::RunRow> rows;
    if (connection != nullptr) rows = store::Runs(*connection).of_agent(name, last_runs);
    if (rows.empty()) {
        const resource::Kind& kind = resource::kind_of<resource::AgentSpec>();
        const bool there = connection != nullptr && store::Resources(*connection).find(kind, name);
        if (!there) not_found(session, kind, name);
        throw base::Error(base::Fault::not_found, base::format("agent '{}' has not run", name.name))
            .hint("see which tasks there are: orloj get tasks");
    }
    wanted.agent = name.name;
    Lines lines(session, wanted);
    for (const store::RunRow& row : rows) {
        store::Runs(*connection).events(row.id, 0, [&](const trace::Event& event) {
            lines.add(event, row.task.name);
        });
    }
    lines.flush();
    return 0;
}

int logs(Session& session, const Arguments& arguments) {
    Wanted wanted;
    wanted.json = session.format() != Format::table;
    wanted.numbered = arguments.has("--seq");
    wanted.agent = arguments.one("--agent").value_or("");
    if (const auto since = arguments.one("--since")) wanted.since = since_option(session, *since);
    if (const auto tail = arguments.one("--tail")) {
        wanted.tail = base::to_integer(*tail);
        if (!wanted.tail || *wanted.tail < 0)
            throw base::Error(base::Fault::usage,
                              base::format("--tail \"{}\": expected a number from 0", *tail));
    }
    const std::vector<std::string> words = arguments.many("TASK");
    const bool bare = words.size() == 1 && words.front().find('/') == std::string::npos;
    if (!bare && !words.empty()) {
        const Target target = parse_target(words);
        if (target.kind == &resource::kind_of<resource::AgentSpec>() && !target.name.empty()) {
            if (arguments.has("--follow"))
                throw base::Error(base::Fault::usage, "-f follows one task, and an agent is named")
                    .hint("follow all runs: orloj events --watch");
            if (!wanted.agent.empty())
                throw base::Error(base::Fault::usage, "--agent selects from a task, and an agent is named");
            return logs_of_agent(session, {session.namespace_(), target.name}, wanted);
        }
    }
    return logs_of_task(session, run_target(session, words), wanted, arguments.has("--follow"));
}

} // namespace

Command logs_command() {
    return {"logs",
            "Show a run line by line, also while it goes on.",
            "One line an event: time, agent, what happened. Works while the task runs and after a crash.\n"
            "agent/NAME shows what an agent did in its last 10 runs.",
            "  orloj logs task/hello\n"
            "  orloj logs task/hello -f --tail 20\n"
            "  orloj logs agent/writer --since 1h",
            {{"TASK", "task/NAME, or agent/NAME. Without it, the run that began last.", Takes::many, false}},
            {{"--follow", 'f', "", "Go on until the run ends.", Takes::nothing},
             {"--agent", 0, "NAME", "Only what this agent did.", Takes::one},
             {"--since", 0, "TIME", "Nothing older: 10m, 2h, or 2026-01-31T12:00:00Z.", Takes::one},
             {"--tail", 0, "N", "Only the last N lines.", Takes::one},
             {"--seq", 0, "", "Number the events, as `orloj fork --at` takes them.", Takes::nothing}},
            logs};
}

} // namespace cli
