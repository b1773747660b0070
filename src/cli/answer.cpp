#include "cli/answer.hpp"
#include "cli/typed_again.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/usd.hpp"
#include "run/ending.hpp"

namespace cli {

namespace {

void usage(base::JsonWriter& out, const trace::Tokens& tokens) {
    const trace::Tokens told = trace::told(tokens);
    out.key("usage");
    schema::encode(out, schema::type_of<trace::Tokens>(), &told);
}

/// As it is printed: with a line end, whatever the model did.
std::string with_line_end(std::string text) {
    if (!text.ends_with('\n')) text += '\n';
    return text;
}

std::string result_json(const run::Plan& plan, const run::Engine& engine) {
    const run::State& state = engine.state();
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object();
    out.member("apiVersion", "orloj.dev/v1")
        .member("task", plan.task.name)
        .member("namespace", plan.task.namespace_);
    out.member("phase", state.end ? state.end->phase : state.waiting > 0 ? "WaitingApproval" : "Running");
    out.member("stopped_reason", state.end ? state.end->stopped_reason : "interrupted");
    out.member("output", state.end ? trace::answer_of(*state.end) : "");
    out.key("agents").begin_array();
    for (const run::Activation& a : state.activations) {
        const run::NodePlan& node = plan.nodes[a.node];
        const run::EndpointPlan& endpoint = plan.endpoints[a.endpoint];
        const bool answered = a.status == run::Activation::Status::finished;
        out.begin_object();
        out.member("name", node.name).member("endpoint", endpoint.name.name);
        out.member("provider", endpoint.provider->name).member("model", endpoint.endpoint.model);
        out.member("output", answered ? provider::text_of(engine.transcript().message(a.head)) : "");
        out.member("calls", a.step);
        usage(out, a.usage);
        out.end_object();
    }
    out.end_array();
    usage(out, state.used);
    out.member("duration_ms", state.elapsed(state.last_time).ms());
    if (state.end && !state.end->code.empty()) {
        out.key("error").begin_object();
        out.member("code", state.end->code)
            .member("message", state.end->message)
            .member("hint", state.end->hint);
        out.end_object();
    } else {
        out.key("error").null();
    }
    out.end_object();
    return std::move(out).take() + "\n";
}

/// What of the answer was not shown while it was written.
void print(Session& session, const std::string& answer, Onlooker& onlooker) {
    const std::string& shown = onlooker.shown();
    const bool continues = answer.starts_with(shown);
    if (continues && answer.size() == shown.size() && !shown.empty()) {
        onlooker.break_line();
        return;
    }
    if (!continues) onlooker.break_line();
    session.out_foreign(with_line_end(continues ? answer.substr(shown.size()) : answer));
}

/// ", $0.0012"; "" where no cost is known.
std::string cost_text(const trace::Tokens& used) {
    const std::string cost = trace::shown_cost(used);
    return cost.empty() ? "" : ", " + cost;
}

} // namespace

int report(Session& session, const run::Plan& plan, const run::Engine& engine, Onlooker& onlooker) {
    const run::State& state = engine.state();
    onlooker.leave();
    const bool json = session.format() == Format::json;
    const bool text = session.format() == Format::table; // as events, all of it is on stdout already
    if (json) session.out_foreign(result_json(plan, engine));
    const bool succeeded = state.end && state.end->phase == "Succeeded";
    if (succeeded && text) print(session, trace::answer_of(*state.end), onlooker);
    if (!succeeded) onlooker.break_line();
    const std::vector<std::string> agents = onlooker.summary();
    if (!agents.empty() && !onlooker.shown().empty()) session.say_drawn(""); // below the answer
    for (const std::string& row : agents)
        session.say_drawn(row);
    if (!state.end && state.waiting > 0) {
        throw base::Error(base::Fault::approval,
                          base::format("task '{}' waits for a person: {} to be approved", plan.task.name,
                                       base::counted(static_cast<std::size_t>(state.waiting), "call")))
            .hint(base::format("see which: orloj logs task/{}", shell_word(plan.task.name)));
    }
    if (!state.end) {
        throw base::Error(base::Fault::interrupted, base::format("task '{}' is interrupted", plan.task.name))
            .hint(base::format("go on with it: orloj resume task/{}", shell_word(plan.task.name)));
    }
    const trace::TaskEnd& end = *state.end;
    if (succeeded) {
        if (end.stopped_reason != "completed") {
            const std::string_view how =
                end.stopped_reason == "partial" ? "went on without an agent that failed:" : "stopped at";
            session.say(base::format("task {} {} {}", plan.task.name, how, end.stopped_reason));
        }
        session.say(base::format("task {} succeeded: {}, {} tokens in, {} out{}{}", plan.task.name,
                                 base::counted(static_cast<std::size_t>(end.calls), "model call"),
                                 end.usage.input, end.usage.output, cost_text(end.usage),
                                 onlooker.duration(base::milliseconds(end.duration_ms))));
        return 0;
    }
    const bool cancelled = end.stopped_reason == run::stopped_by_cancel;
    base::Error error(
        base::fault_named(end.code),
        base::format("task '{}' {}: {}", plan.task.name, cancelled ? "was canceled" : "failed", end.message));
    if (!end.hint.empty()) throw std::move(error).hint(end.hint);
    throw std::move(error).hint(
        base::format("read what happened: orloj trace task/{}", shell_word(plan.task.name)));
}

void print_stored_answer(Session& session, const store::RunRow& row) {
    const schema::Parsed output = schema::parse_json(row.output);
    session.say(base::format("task {} has succeeded before; this is its answer", row.task.name));
    session.out_foreign(with_line_end(std::string(output.tree.text_of("output"))));
}

} // namespace cli
