// orloj top: which tasks, agents and processes take the most.
#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "store/run_lock.hpp"
#include "store/usage.hpp"
#include "terminal/table.hpp"
#include "trace/event.hpp"

namespace cli {

namespace {

constexpr std::size_t usual_limit = 20;

std::string seconds_text(std::int64_t ms) {
    return base::format("{}.{}s", ms / 1000, ms % 1000 / 100);
}

/// A row of any of the tables.
struct Line {
    std::int64_t weight = 0; ///< the heaviest comes first
    terminal::Cells cells;
    std::string json;
};

struct Page {
    std::string summary; ///< one line above the table
    terminal::Cells header;
    std::vector<Line> lines;
    std::string totals; ///< JSON object
};

base::JsonWriter& write_tokens(base::JsonWriter& out, const trace::Tokens& used) {
    out.key("usage").begin_object().member("input", used.input).member("output", used.output);
    if (used.cost) out.key("cost_usd").raw(base::decimal(*used.cost));
    if (used.cost && used.unpriced > 0) out.member("unpriced", used.unpriced);
    return out.end_object();
}

trace::Tokens used_of(const store::RunRow& run) {
    return {
        .input = run.input_tokens, .output = run.output_tokens, .cost = run.cost, .unpriced = run.unpriced};
}

std::string cost_cell(const trace::Tokens& used) {
    std::string out = trace::shown_cost(used);
    return out.empty() ? "-" : out;
}

/// A column that is empty in every line says nothing.
void drop_costs(Page& page, std::size_t column) {
    const auto known = [&](const Line& line) { return line.cells[column] != "-"; };
    if (std::any_of(page.lines.begin(), page.lines.end(), known)) return;
    const auto at = static_cast<std::ptrdiff_t>(column);
    page.header.erase(page.header.begin() + at);
    for (Line& line : page.lines)
        line.cells.erase(line.cells.begin() + at);
}

Page tasks(Session& session, const store::Filter& filter) {
    Page out;
    out.header = {"NAME", "STATUS", "CALLS", "TOKENS", "COST", "DURATION", "SYSTEM"};
    std::map<std::string, std::int64_t> phases;
    std::int64_t all = 0;
    std::int64_t tokens = 0;
    const base::Time now = session.clock().now();
    Listing listing(session);
    listing.visit(resource::kind_of<resource::TaskSpec>(), filter, [&](const Row& row) {
        const std::string status = listing.status(row);
        ++phases[status];
        ++all;
        if (!row.run || !row.run->started) return;
        const store::RunRow& run = *row.run;
        const std::int64_t used = run.input_tokens + run.output_tokens;
        const std::int64_t ms =
            (run.finished.value_or(row.interrupted ? *run.started : now) - *run.started).ms();
        tokens += used;
        const std::string& name = row.resource.metadata.name;
        base::JsonWriter json;
        json.begin_object().member("name", name).member("namespace", row.resource.metadata.namespace_);
        json.member("status", status).member("system", run.system).member("calls", run.model_calls);
        write_tokens(json, used_of(run)).member("duration_ms", ms).end_object();
        out.lines.push_back(
            {used,
             {filter.namespace_ ? name : row.resource.metadata.namespace_ + "/" + name, status,
              std::to_string(run.model_calls), base::format("{}/{}", run.input_tokens, run.output_tokens),
              cost_cell(used_of(run)), row.interrupted ? "-" : seconds_text(ms), run.system},
             std::move(json).take()});
    });
    base::JsonWriter totals;
    totals.begin_object().member("tasks", all);
    out.summary = base::format("tasks={}", all);
    for (const auto& [phase, count] : phases) {
        out.summary += base::format(" {}={}", base::lower(phase), count);
        totals.member(base::lower(phase), count);
    }
    out.summary += base::format(" tokens={}", tokens);
    out.totals = std::move(totals.member("tokens", tokens).end_object()).take();
    drop_costs(out, 4);
    return out;
}

Page agents(Session& session, const store::Filter& filter) {
    Page out;
    out.header = {"AGENT", "CALLS", "FAILED", "TOKENS", "COST", "MS_AVG", "RUNS"};
    std::int64_t tokens = 0;
    if (store::Connection* connection = session.reading()) {
        for (const store::AgentUsage& a : store::usage_of_agents(*connection, filter.namespace_)) {
            const std::int64_t used = a.input_tokens + a.output_tokens;
            const std::int64_t average = a.calls == 0 ? 0 : a.call_ms / a.calls;
            tokens += used;
            base::JsonWriter json;
            json.begin_object().member("agent", a.name.name).member("namespace", a.name.namespace_);
            json.member("calls", a.calls).member("failed", a.failed).member("runs", a.runs);
            const trace::Tokens tokens_used{
                .input = a.input_tokens, .output = a.output_tokens, .cost = a.cost, .unpriced = a.unpriced};
            write_tokens(json, tokens_used).member("latency_ms_avg", average).end_object();
            out.lines.push_back(
                {used,
                 {filter.namespace_ ? a.name.name : a.name.text(), std::to_string(a.calls),
                  std::to_string(a.failed), base::format("{}/{}", a.input_tokens, a.output_tokens),
                  cost_cell(tokens_used), std::to_string(average), std::to_string(a.runs)},
                 std::move(json).take()});
        }
    }
    base::JsonWriter totals;
    totals.begin_object().member("agents", static_cast<std::int64_t>(out.lines.size()));
    out.totals = std::move(totals.member("tokens", tokens).end_object()).take();
    out.summary = base::format("agents={} tokens={}", out.lines.size(), tokens);
    drop_costs(out, 4);
    return out;
}

/// The processes of this machine that run something now.
Page workers(Session& session, const store::Filter& filter) {
    Page out;
    out.header = {"PID", "TASK", "CALLS", "TOKENS", "SINCE"};
    const base::Time now = session.clock().now();
    store::Connection* connection = session.reading();
    for (const store::OpenTask& task : connection == nullptr
                                           ? std::vector<store::OpenTask>{}
                                           : store::Runs(*connection).open(filter.namespace_)) {
        const auto owner = task.run == 0 ? std::nullopt : store::run_owner(session.database_path(), task.run);
        const auto run = owner ? store::Runs(*connection).find(task.name) : std::nullopt;
        if (!run) continue;
        const base::Duration since = now - run->started.value_or(run->created);
        base::JsonWriter json;
        json.begin_object().member("pid", std::int64_t{*owner}).member("task", task.name.name);
        json.member("namespace", task.name.namespace_).member("calls", run->model_calls);
        write_tokens(json, used_of(*run)).member("since_ms", since.ms()).end_object();
        out.lines.push_back({since.us,
                             {std::to_string(*owner), filter.namespace_ ? task.name.name : task.name.text(),
                              std::to_string(run->model_calls),
                              base::format("{}/{}", run->input_tokens, run->output_tokens), age(since)},
                             std::move(json).take()});
    }
    base::JsonWriter totals;
    const auto count = static_cast<std::int64_t>(out.lines.size());
    out.totals = std::move(totals.begin_object().member("workers", count).end_object()).take();
    out.summary = base::format("workers={}", count);
    return out;
}

struct Subject {
    std::string_view name;
    Page (*page)(Session&, const store::Filter&);
};
constexpr Subject subjects[] = {{"tasks", tasks}, {"agents", agents}, {"workers", workers}};

const Subject& subject_named(const std::string& word) {
    std::vector<std::string> known;
    for (const Subject& subject : subjects) {
        if (word == subject.name || word + "s" == subject.name) return subject;
        known.emplace_back(subject.name);
    }
    const auto meant = base::nearest(word, known);
    throw base::Error(base::Fault::usage, base::format("unsupported resource \"{}\"", word))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : "top knows tasks, agents and workers");
}

std::size_t limit_of(const Arguments& arguments) {
    const auto text = arguments.one("--limit");
    if (!text) return usual_limit;
    const auto limit = base::to_integer(*text);
    if (!limit || *limit < 0)
        throw base::Error(base::Fault::usage,
                          base::format("--limit \"{}\": expected a number from 0", *text));
    return *limit == 0 ? std::string::npos : static_cast<std::size_t>(*limit);
}

std::string json_of(const Page& page, std::string_view subject) {
    std::string out = base::format("{{\n  \"apiVersion\": \"orloj.dev/v1\",\n  \"totals\": {},\n  \"{}\": [",
                                   page.totals, subject);
    for (const Line& line : page.lines)
        out += (&line == page.lines.data() ? "\n    " : ",\n    ") + line.json;
    return out + (page.lines.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

int top(Session& session, const Arguments& arguments) {
    const Subject& subject = subject_named(arguments.one("WHAT").value_or(""));
    const Format format = session.format();
    const std::size_t limit = limit_of(arguments);
    Page page = subject.page(session, label_filter(session, arguments));
    std::stable_sort(page.lines.begin(), page.lines.end(),
                     [](const Line& a, const Line& b) { return a.weight > b.weight; });
    const std::size_t left_out = page.lines.size() > limit ? page.lines.size() - limit : 0;
    page.lines.resize(page.lines.size() - left_out);
    if (format == Format::json) {
        session.out_foreign(json_of(page, subject.name));
        return 0;
    }
    std::vector<terminal::Cells> rows;
    for (Line& line : page.lines)
        rows.push_back(std::move(line.cells));
    session.out(page.summary + "\n\n" +
                terminal::render_table(page.header, rows, terminal::sheet_of_stdout()));
    if (left_out > 0) session.say(base::format("{} more; --limit 0 shows all", left_out));
    return 0;
}

} // namespace

Command top_command() {
    return {"top",
            "Show which tasks, agents or processes take the most.",
            "tasks and agents by their tokens (in/out), over all runs that are stored; workers are the "
            "processes\n"
            "of this machine that run a task now, the longest first.",
            "  orloj top tasks\n"
            "  orloj top agents --limit 5\n"
            "  orloj top workers -A -o json",
            {{"WHAT", "tasks, agents or workers.", Takes::one, true, Means::choice, "tasks agents workers"}},
            {{"--limit", 0, "N", "The first N; 20 when absent, 0 for all.", Takes::one},
             {"--all-namespaces", 'A', "", "Every namespace.", Takes::nothing}},
            top};
}

} // namespace cli
