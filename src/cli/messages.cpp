// orloj messages: what the agents of a run said to each other.
#include <algorithm>

#include "base/text.hpp"
#include "cli/exchange.hpp"
#include "cli/format.hpp"
#include "cli/stored_run.hpp"
#include "run/transcript.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

struct Spoken {
    Exchanged message;
    std::string text;
};

std::string input_text(const std::map<std::string, std::string>& input) {
    std::vector<std::string> parts;
    for (const auto& [key, value] : input)
        parts.push_back(base::format("{}={}", key, value));
    return base::join(parts, "\n");
}

std::vector<Spoken> spoken_of(Session& session, const StoredRun& run) {
    Exchange exchange;
    store::Runs runs(*session.reading());
    runs.events(run.row().id, 0, [&](const trace::Event& event) { exchange.take(event); });
    run::Transcript transcript;
    runs.messages(run.row().id, [&](const trace::StoredMessage& message) { transcript.load(message); });
    std::vector<Spoken> out;
    for (const Exchanged& message : exchange.messages()) {
        std::string text = message.type == "input"   ? input_text(exchange.input())
                           : message.content.empty() ? std::string()
                                                     : provider::text_of(transcript.message(message.content));
        out.push_back({message, std::move(text)});
    }
    return out;
}

std::string party(const std::string& name) {
    return name.empty() ? "(task)" : name;
}

Delivery delivery_named(const std::string& word) {
    std::vector<std::string> words;
    for (const Delivery delivery : deliveries) {
        words.emplace_back(word_of(delivery));
        if (base::same_ignoring_case(words.back(), word)) return delivery;
    }
    const auto meant = base::nearest(base::lower(word), words);
    throw base::Error(base::Fault::usage, base::format("a message is never \"{}\"", word))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : "phases: " + base::join(words, ", "));
}

/// Keeps what the options ask for.
void select(const Arguments& arguments, std::vector<Spoken>& spoken) {
    if (const auto agent = arguments.one("--agent")) {
        std::vector<std::string> names;
        for (const Spoken& one : spoken) {
            names.push_back(one.message.from);
            names.push_back(one.message.to);
        }
        if (std::find(names.begin(), names.end(), *agent) == names.end()) {
            base::Error error(base::Fault::not_found,
                              base::format("agent '{}' got and sent no message in this run", *agent));
            const auto meant = base::nearest(*agent, names);
            throw meant ? std::move(error).hint(base::format("did you mean '{}'?", *meant))
                        : std::move(error);
        }
        std::erase_if(spoken, [&](const Spoken& one) {
            return one.message.from != *agent && one.message.to != *agent;
        });
    }
    if (const auto phase = arguments.one("--phase")) {
        const Delivery wanted = delivery_named(*phase);
        std::erase_if(spoken, [&](const Spoken& one) { return one.message.delivery != wanted; });
    }
    if (const auto text = arguments.one("--limit")) {
        const auto limit = base::to_integer(*text);
        if (!limit || *limit < 0)
            throw base::Error(base::Fault::usage,
                              base::format("--limit \"{}\": expected a number from 0", *text));
        const auto most = static_cast<std::size_t>(*limit);
        if (most > 0 && spoken.size() > most) spoken.erase(spoken.begin(), spoken.end() - *limit);
    }
}

void write(base::JsonWriter& out, const Spoken& one) {
    const Exchanged& m = one.message;
    out.begin_object().member("time", base::rfc3339(m.time)).member("from", m.from).member("to", m.to);
    out.member("type", m.type).member("phase", word_of(m.delivery)).member("attempts", m.attempts);
    out.member("generation", m.generation);
    if (m.latency_ms >= 0) out.member("latency_ms", m.latency_ms);
    out.member("content", one.text).end_object();
}

std::string json_of(const StoredRun& run, const std::vector<Spoken>& shown, std::size_t total) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1");
    out.member("name", run.row().task.name).member("namespace", run.row().task.namespace_);
    out.member("total", static_cast<std::int64_t>(shown.size()));
    out.member("filtered_from", static_cast<std::int64_t>(total));
    out.key("lifecycle_counts").begin_object();
    for (const Delivery delivery : deliveries) {
        const auto count = std::count_if(shown.begin(), shown.end(),
                                         [&](const Spoken& one) { return one.message.delivery == delivery; });
        out.member(word_of(delivery), static_cast<std::int64_t>(count));
    }
    out.end_object().key("messages").begin_array();
    for (const Spoken& one : shown)
        write(out, one);
    return std::move(out.end_array().end_object()).take() + "\n";
}

int messages(Session& session, const Arguments& arguments) {
    const resource::Name name = run_target(session, arguments.many("TASK"));
    const Format format = session.format();
    const StoredRun run(session, name);
    std::vector<Spoken> spoken = spoken_of(session, run);
    const std::size_t total = spoken.size();
    select(arguments, spoken);
    if (format == Format::json) {
        session.out_foreign(json_of(run, spoken, total));
        return 0;
    }
    if (format == Format::jsonl) {
        for (const Spoken& one : spoken) {
            base::JsonWriter out;
            write(out, one);
            session.out_foreign(base::format("{{\"apiVersion\":\"orloj.dev/v1\",{}\n", out.text().substr(1)));
        }
        return 0;
    }
    const terminal::Sheet sheet = terminal::sheet_of_stdout();
    std::vector<terminal::Cells> rows;
    for (const Spoken& one : spoken) {
        const Exchanged& m = one.message;
        const std::string time = base::rfc3339(m.time);
        // The day leaves no room for what was said.
        rows.push_back({sheet.columns == std::string::npos ? time : time.substr(11, 8), party(m.from),
                        party(m.to), m.type, std::string(word_of(m.delivery)), std::to_string(m.attempts),
                        one.text});
    }
    session.out(
        terminal::render_table({"TIME", "FROM", "TO", "TYPE", "PHASE", "ATTEMPTS", "CONTENT"}, rows, sheet));
    return 0;
}

} // namespace

Command messages_command() {
    return {
        "messages",
        "List what the agents of a run said to each other.",
        "The task's input, each hand-over, requests for reports and reports, and the answer. PHASE is how "
        "far\n"
        "the agent that got it has come: queued, running, retrypending, succeeded or deadletter.",
        "  orloj messages task/hello\n"
        "  orloj messages task/hello -o json | jq -r '.messages[].content'",
        {{"TASK", "task/NAME; a bare NAME will do. Without it, the run that began last.", Takes::many,
          false}},
        {{"--agent", 0, "NAME", "Only from this agent, or to it.", Takes::one},
         {"--phase", 0, "PHASE", "Only messages that are so far.", Takes::one},
         {"--limit", 0, "N", "Only the last N; 0 for all.", Takes::one}},
        messages};
}

} // namespace cli
