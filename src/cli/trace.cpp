// orloj trace: when what happened, and which request went to which provider.
#include <algorithm>
#include <map>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/canvas.hpp"
#include "cli/format.hpp"
#include "cli/otlp_export.hpp"
#include "cli/session.hpp"
#include "cli/stored_run.hpp"
#include "cli/trace_prompts.hpp"
#include "picture/waterfall.hpp"
#include "store/run_lock.hpp"
#include "store/runs.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

std::string tokens(const trace::Tokens& t) {
    return base::format("{}{}/{}", t.source == "estimated" ? "~" : "", t.input, t.output);
}

class Calls {
  public:
    void take(const trace::Event& event) {
        if (const auto* start = std::get_if<trace::AgentStart>(&event.payload)) {
            generation_[event.agent] = start->generation;
        } else if (const auto* request = std::get_if<trace::ModelRequest>(&event.payload)) {
            open_[request->call] = {event, *request};
        } else if (const auto* call = std::get_if<trace::ModelCall>(&event.payload)) {
            std::string status = call->status > 0 ? std::to_string(call->status) : "ok";
            if (call->via_proxy) status += " via proxy";
            ended(event, *call, std::move(status), tokens(call->usage));
        } else if (const auto* error = std::get_if<trace::ModelError>(&event.payload)) {
            std::string status =
                error->status > 0 ? base::format("{} {}", error->status, error->kind) : error->kind;
            if (error->via_proxy) status += " via proxy";
            ended(event, *error, std::move(status), "-");
        } else if (std::holds_alternative<trace::TaskResumed>(event.payload)) {
            in_doubt("unknown: interrupted");
        } else if (const auto* forked = std::get_if<trace::TaskForked>(&event.payload)) {
            in_doubt("left to task " + forked->from);
        }
    }

    /// `unended` says what calls without an outcome are. Waiting is a column where there was some.
    std::string table(const std::string& unended) {
        in_doubt(unended);
        std::vector<std::string> header{"AGENT",  "STEP",   "ENDPOINT", "PROVIDER", "MODEL",
                                        "STATUS", "TOKENS", "MS",       "WAITED",   "URL"};
        if (!some_waited_) {
            for (std::vector<std::string>& row : rows_)
                row.erase(row.end() - 2);
            header.erase(header.end() - 2);
        }
        return terminal::render_table(header, rows_, terminal::sheet_of_stdout());
    }

  private:
    struct Open {
        trace::Event event;
        trace::ModelRequest request;
    };

    template <typename Call>
    void add(const trace::Event& event, const Call& call, std::string status, std::string used,
             std::string ms) {
        const std::int64_t lap = generation_[event.agent];
        rows_.push_back({lap > 1 ? base::format("{} #{}", event.agent, lap) : event.agent,
                         std::to_string(event.step), call.endpoint, call.provider, call.model,
                         std::move(status), std::move(used), std::move(ms), waited(call.call),
                         call.url.empty() ? "-" : call.url});
    }

    /// Milliseconds that the call had to wait for others.
    std::string waited(const std::string& call) {
        const auto it = open_.find(call);
        const std::int64_t ms = it == open_.end() ? 0 : it->second.request.waited_ms;
        some_waited_ = some_waited_ || ms > 0;
        return ms > 0 ? std::to_string(ms) : "-";
    }

    template <typename Call>
    void ended(const trace::Event& event, const Call& call, std::string status, std::string used) {
        const auto it = open_.find(call.call);
        if (it != open_.end() && !it->second.request.repeats.empty()) status += ", asked again";
        add(event, call, std::move(status), std::move(used), std::to_string(call.duration_ms));
        if (it != open_.end()) open_.erase(it);
    }

    /// They left this machine and may be billed.
    void in_doubt(const std::string& status) {
        for (const auto& [call, open] : open_)
            add(open.event, open.request, status, "-", "-");
        open_.clear();
    }

    std::vector<std::vector<std::string>> rows_;
    bool some_waited_ = false;
    std::map<std::string, Open> open_;               // by call id
    std::map<std::string, std::int64_t> generation_; // of each agent, at the event
};

/// Whose keys the calls went with, an endpoint a line.
std::string keys_of(const std::vector<trace::Event>& events) {
    std::vector<std::string> lines;
    for (const trace::Event& event : events) {
        const auto* request = std::get_if<trace::ModelRequest>(&event.payload);
        if (request == nullptr || request->credential.empty()) continue;
        std::string line = base::visible(base::format("Key: {}, {}", request->endpoint, request->credential));
        if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
    }
    return lines.empty() ? "" : base::join(lines, "\n") + "\n";
}

/// Whose calls some of them are, a fork a line.
std::string origin_of(const std::vector<trace::Event>& events) {
    std::string out;
    for (const trace::Event& event : events) {
        if (std::holds_alternative<trace::TaskForked>(event.payload))
            out += base::format("Origin: {}\n", base::visible(trace::sentence(event)));
    }
    return out;
}

std::string header_of(Session& session, const store::RunRow& row) {
    const bool interrupted = row.phase == "Running" && !store::run_owner(session.database_path(), row.id);
    std::string out =
        base::format("Task: {}\nSystem: {}\nPhase: {}\nAttempts: {}\n", base::visible(row.task.name),
                     base::visible(row.system), interrupted ? "Interrupted" : row.phase, row.attempts);
    if (!row.last_error.empty()) out += base::format("LastError: {}\n", base::visible(row.last_error));
    out += base::format("ModelCalls: {}\nTokens: {} in, {} out\n", row.model_calls, row.input_tokens,
                        row.output_tokens);
    return out;
}

/// What is worth a line besides the calls: policies, retries, warnings, the end.
std::string remarks(const std::vector<trace::Event>& events) {
    std::string out;
    for (const trace::Event& event : events) {
        const bool listed = std::holds_alternative<trace::ModelCall>(event.payload) ||
                            std::holds_alternative<trace::ModelRequest>(event.payload) ||
                            std::holds_alternative<trace::AgentStart>(event.payload) ||
                            std::holds_alternative<trace::TaskStart>(event.payload);
        if (!listed) out += "  " + trace::log_line(event) + "\n";
    }
    return out;
}

constexpr std::size_t piece = 1U << 16U;        // bytes that are written at once
constexpr std::size_t piped_columns = 100;      // of the waterfall, where no terminal says how wide it is
constexpr std::size_t rows_on_a_terminal = 300; // of the waterfall; more are of no use there

/// The journal, as one list or one object a line.
void print_json(Session& session, const store::RunRow& row, Format format, const Prompts* prompts) {
    std::string out = format == Format::json ? "[" : "";
    bool first = true;
    PromptsJson with(prompts);
    store::Runs(*session.reading()).events(row.id, 0, [&](const trace::Event& event) {
        if (format == Format::json) out += first ? "\n" : ",\n";
        out += with.event(event);
        if (format == Format::jsonl) out += "\n";
        first = false;
        if (out.size() >= piece) session.out_foreign(std::exchange(out, ""));
    });
    session.out_foreign(out + (format == Format::json ? "\n]\n" : ""));
}

std::string cost_of(const trace::Timeline& timeline) {
    const std::string cost = trace::shown_cost(timeline.used);
    return cost.empty() ? "" : base::format("Cost: {}\n", cost);
}

std::string waterfall_of(const trace::Timeline& timeline) {
    picture::Canvas canvas = canvas_of_stdout();
    if (!canvas.cuts) {
        const auto wanted = base::to_integer(base::environment("COLUMNS").value_or(""));
        canvas.columns = wanted && *wanted > 0 ? static_cast<std::size_t>(*wanted) : piped_columns;
    }
    return picture::waterfall_text(timeline, canvas, canvas.cuts ? rows_on_a_terminal : 0);
}

int trace_run(Session& session, const Arguments& arguments) {
    const resource::Name name = run_target(session, arguments.many("TASK"));
    store::Connection* connection = session.reading();
    const auto row = connection == nullptr ? std::nullopt : store::Runs(*connection).find(name);
    if (!row) refuse_without_run(session, name);
    const Format format = session.format();
    const Content content = otlp_content_wanted() ? Content::exported : Content::left_out;
    const auto target =
        arguments.has("--otlp-endpoint") ? otlp_target(arguments.one("--otlp-endpoint")) : std::nullopt;
    if (arguments.has("--prompts") && (target || format == Format::otlp))
        throw base::Error(base::Fault::usage, "--prompts does not concern spans")
            .hint("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true puts what was said into them");
    if (target) send_now(session, StoredRun(session, *row), content, *target);
    if (format == Format::otlp) print_otlp(session, StoredRun(session, *row), content);
    if (target || format == Format::otlp) return 0;
    std::optional<Prompts> prompts;
    if (arguments.has("--prompts")) prompts.emplace(*connection, row->id);
    if (format != Format::table) {
        print_json(session, *row, format, prompts ? &*prompts : nullptr);
        return 0;
    }
    std::vector<trace::Event> events;
    trace::TimelineMaker maker;
    Calls calls;
    store::Runs(*connection).events(row->id, 0, [&](const trace::Event& event) {
        maker.take(event);
        calls.take(event);
        events.push_back(event);
    });
    const bool running = !row->ended() && store::run_owner(session.database_path(), row->id).has_value();
    const trace::Timeline timeline =
        std::move(maker).finish(running ? std::optional(session.clock().now()) : std::nullopt);
    session.out(header_of(session, *row) + cost_of(timeline) + origin_of(events) + keys_of(events));
    if (prompts) {
        session.out(prompts_text(timeline, *prompts));
        return 0;
    }
    if (const std::string drawn = waterfall_of(timeline); !drawn.empty()) session.out("\n" + drawn);
    session.out("\n" + calls.table(running ? "under way" : "unknown: interrupted"));
    if (const std::string text = remarks(events); !text.empty()) session.out("\n" + text);
    return 0;
}

} // namespace

Command trace_command() {
    return {
        "trace",
        "Show when what happened in a run, and what went to whom.",
        "Where the keys came from; the waterfall: a row for each turn of an agent and, under it, for its "
        "calls,\n"
        "tools, hand-overs and decisions, along the time of the run; a table of the model calls with "
        "endpoint,\n"
        "provider, model, status, tokens (in/out, ~ estimated), milliseconds and, where calls waited for\n"
        "others, how long; then policies, retries and hand-offs.\n"
        "\n"
        "  ███ answered   ░░✗ failed   ░░? in doubt   ▒▒▶ under way\n"
        "  ▄▄▄ a tool     ··· waited   ┄┄┄ a pause    ◆ an event\n"
        "\n"
        "Time in which nobody worked on the run is cut out, at ╎. -o json is the whole journal. --prompts "
        "shows\n"
        "what was sent and answered, each message once; with -o json or jsonl a model_request then has "
        "messages,\n"
        "those that are new since the agent's call before, and a model_call its answer, each {role, parts}.\n"
        "\n"
        "-o otlp is the trace as OpenTelemetry has it, and --otlp-endpoint sends that to a collector; what "
        "was\n"
        "said is part of it only where OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT is true.",
        "  orloj trace task/hello\n"
        "  orloj trace task/hello --prompts\n"
        "  orloj trace task/hello -o json\n"
        "  orloj trace task/hello -o otlp > trace.json",
        {{"TASK", "task/NAME; a bare NAME will do. Without it, the run that began last.", Takes::many,
          false}},
        {{"--prompts", 0, "", "Show what was sent to the models, and what they answered.", Takes::nothing},
         otlp_endpoint_option("Send the trace to this OpenTelemetry collector.")},
        trace_run};
}

} // namespace cli
