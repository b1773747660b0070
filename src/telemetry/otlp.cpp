#include "telemetry/otlp.hpp"

#include <algorithm>
#include <map>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "telemetry/request.hpp"
#include "telemetry/said.hpp"
#include "telemetry/span.hpp"

namespace telemetry {

using trace::Came;

namespace {

constexpr std::string_view schema_v1_41 = "https://opentelemetry.io/schemas/1.41.1";
constexpr std::string_view schema_latest = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev";

std::string digest(std::string_view text, std::size_t digits) {
    return base::hex(base::sha256(text)).substr(0, digits);
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view text) {
    return text.find_first_not_of('0') == std::string_view::npos;
}

/// The sums an agent's span tells.
trace::Tokens usage_of(const std::vector<const trace::Call*>& calls) {
    trace::Tokens sum;
    for (const trace::Call* call : calls) {
        for (const trace::Try& t : call->tries) {
            if (t.came == Came::answer) trace::add_call(sum, t.answer.usage);
            if (t.came == Came::error && t.error.usage) trace::add_call(sum, *t.error.usage);
        }
    }
    return sum;
}

void put_cost(Attributes& attributes, const trace::Tokens& used) {
    // The conventions have no word for money.
    if (used.cost) attributes.number("orloj.cost_usd", static_cast<double>(used.cost->picos) / 1e12);
}

class Export {
  public:
    Export(const Subject& subject, const Settings& settings, const std::function<void(std::string)>& take)
        : subject_(subject), settings_(settings), take_(take), timeline_(subject.timeline) {
        const std::string id = base::format("orloj run\n{}\n{}\n{}", subject.task.namespace_,
                                            subject.task.name, subject.created.us);
        trace_ = settings.parent ? settings.parent->trace : digest(id, 32);
        seed_ = digest(id, 32);
        root_ = span_id("run", 0);
        start_ = timeline_.forked_at > 0 ? forked_time() : timeline_.start;
        for (const trace::Note& note : timeline_.notes) {
            if (own(note.seq)) notes_[note.turn.value_or(of_the_run)].push_back(&note);
        }
    }

    void run() {
        add(workflow());
        for (const trace::Turn& turn : timeline_.turns)
            put(turn);
        flush();
    }

  private:
    [[nodiscard]] bool latest() const { return settings_.conventions == Conventions::latest; }
    [[nodiscard]] bool own(std::int64_t seq) const { return seq > timeline_.forked_at; }

    [[nodiscard]] base::Time forked_time() const {
        for (const trace::Note& note : timeline_.notes) {
            if (note.seq == timeline_.forked_at) return note.time;
        }
        return timeline_.start;
    }

    [[nodiscard]] std::string span_id(std::string_view what, std::int64_t seq) const {
        return digest(base::format("{}\n{}\n{}", seed_, what, seq), 16);
    }

    [[nodiscard]] SpanHead head(std::string id, std::string parent, std::string name, SpanKind kind,
                                const trace::Stretch& stretch) const {
        return {trace_,
                std::move(id),
                std::move(parent),
                std::move(name),
                kind,
                std::max(stretch.start, start_),
                std::max(stretch.end, start_)};
    }

    [[nodiscard]] std::string conversation() const {
        return base::format("{}/{}", subject_.task.namespace_, subject_.task.name);
    }

    [[nodiscard]] const run::NodePlan* node_of(const trace::Turn& turn) const {
        if (subject_.plan == nullptr) return nullptr;
        const auto it = subject_.plan->index.find(turn.agent);
        return it == subject_.plan->index.end() ? nullptr : &subject_.plan->nodes[it->second];
    }

    [[nodiscard]] const run::EndpointPlan* endpoint_of(const std::string& name) const {
        if (subject_.plan == nullptr) return nullptr;
        for (const run::EndpointPlan& endpoint : subject_.plan->endpoints) {
            if (endpoint.name.name == name) return &endpoint;
        }
        return nullptr;
    }

    std::string workflow() {
        const auto& finish = timeline_.finish;
        SpanWriter out(head(root_, settings_.parent ? settings_.parent->span : "",
                            base::format("invoke_workflow {}", timeline_.begin.system), SpanKind::internal,
                            timeline_));
        {
            Attributes a = out.attributes();
            a.text("gen_ai.operation.name", "invoke_workflow")
                .text("gen_ai.workflow.name", timeline_.begin.system);
            if (finish) a.text("error.type", finish->code);
            a.text("orloj.task.namespace", subject_.task.namespace_)
                .text("orloj.task.name", subject_.task.name);
            if (finish)
                a.text("orloj.run.phase", finish->phase)
                    .text("orloj.run.stopped_reason", finish->stopped_reason);
            if (timeline_.open) a.boolean("orloj.unfinished", true);
            put_cost(a, timeline_.used);
            if (subject_.transcript != nullptr) put_workflow_content(a);
        }
        put_notes(out, of_the_run);
        const bool failed = finish && !finish->code.empty();
        return std::move(out).end(failed ? Status::error : Status::unset, failed ? finish->message : "");
    }

    void put_workflow_content(Attributes& a) const {
        std::string input;
        for (const auto& [key, value] : timeline_.begin.input)
            input += base::format("{}{}: {}", input.empty() ? "" : "\n", key, value);
        const std::vector asked{provider::text_message(provider::Role::user, input)};
        a.text("gen_ai.input.messages", input_messages(asked));
        if (!timeline_.finish || timeline_.finish->phase != "Succeeded") return;
        a.text("gen_ai.output.messages",
               output_message(
                   provider::text_message(provider::Role::assistant, trace::answer_of(*timeline_.finish)),
                   latest() ? "" : "stop"));
    }

    void put(const trace::Turn& turn) {
        std::vector<const trace::Call*> calls;
        for (const trace::Call& call : turn.calls) {
            if (own(call.last().seq)) calls.push_back(&call);
        }
        std::vector<const trace::ToolUse*> tools;
        for (const trace::ToolUse& use : turn.tools) {
            if (own(use.last().seq)) tools.push_back(&use);
        }
        const bool over_before = !turn.open && turn.end < start_;
        if (!own(turn.seq) && calls.empty() && tools.empty() && (over_before || !turn.open)) return;
        const std::string id = span_id("turn", turn.seq);
        add(agent(turn, id, calls));
        for (const trace::Call* call : calls)
            add(chat(turn, *call, id));
        for (const trace::ToolUse* use : tools)
            add(tool(turn, *use, id));
    }

    std::string agent(const trace::Turn& turn, const std::string& id,
                      const std::vector<const trace::Call*>& calls) {
        SpanWriter out(
            head(id, root_, base::format("invoke_agent {}", turn.agent), SpanKind::internal, turn));
        {
            Attributes a = out.attributes();
            a.text("gen_ai.operation.name", "invoke_agent");
            if (!latest())
                a.text("gen_ai.provider.name",
                       provider_name(turn.begin.provider,
                                     calls.empty() ? "" : calls.back()->last().request.url));
            a.text("gen_ai.agent.name", turn.agent);
            if (!latest()) put_identity(a, turn);
            a.text("gen_ai.request.model", turn.begin.model).text("gen_ai.conversation.id", conversation());
            put_output_type(a, turn);
            const trace::Tokens used = usage_of(calls);
            if (used.input > 0 || used.output > 0)
                a.integer("gen_ai.usage.input_tokens", used.input)
                    .integer("gen_ai.usage.output_tokens", used.output);
            if (!latest())
                a.counted("gen_ai.usage.cache_read.input_tokens", used.cache_read)
                    .counted("gen_ai.usage.cache_creation.input_tokens", used.cache_write);
            if (!calls.empty() && calls.back()->last().came == Came::answer)
                a.texts("gen_ai.response.finish_reasons", {calls.back()->last().answer.finish});
            if (turn.finish) a.text("error.type", turn.finish->code);
            a.integer("orloj.generation", turn.begin.generation).integer("orloj.attempt", turn.attempt);
            a.text("orloj.endpoint", turn.begin.endpoint);
            if (turn.open) a.boolean("orloj.unfinished", true);
            put_cost(a, used);
            if (subject_.transcript != nullptr) put_turn_content(a, turn, calls);
        }
        put_notes(out, static_cast<std::size_t>(&turn - timeline_.turns.data()));
        const bool failed = turn.finish && !turn.finish->code.empty();
        return std::move(out).end(failed ? Status::error : Status::unset, failed ? turn.finish->error : "");
    }

    void put_identity(Attributes& a, const trace::Turn& turn) const {
        const run::NodePlan* node = node_of(turn);
        const std::string& declared = node == nullptr ? turn.agent : node->declared;
        for (const trace::Pin& pin : timeline_.begin.pins) {
            if (pin.role != "agent" || pin.name != declared) continue;
            a.text("gen_ai.agent.id", base::format("{}/{}", pin.namespace_, pin.name))
                .text("gen_ai.agent.version", pin.hash);
            return;
        }
    }

    void put_output_type(Attributes& a, const trace::Turn& turn) const {
        const run::NodePlan* node = node_of(turn);
        if (node != nullptr) a.text("gen_ai.output.type", node->output_schema ? "json" : "text");
    }

    void put_turn_content(Attributes& a, const trace::Turn& turn,
                          const std::vector<const trace::Call*>& calls) const {
        const run::NodePlan* node = node_of(turn);
        if (!calls.empty()) {
            const auto said = subject_.transcript->conversation(calls.front()->tries.front().request.message);
            a.text("gen_ai.system_instructions", system_instructions(said))
                .text("gen_ai.input.messages", input_messages(said));
        }
        if (turn.finish && !turn.finish->message.empty())
            a.text(
                "gen_ai.output.messages",
                output_message(subject_.transcript->message(turn.finish->message), latest() ? "" : "stop"));
        if (node != nullptr) a.text("gen_ai.tool.definitions", tool_definitions(node->tools));
    }

    std::string chat(const trace::Turn& turn, const trace::Call& call, const std::string& parent) {
        const trace::Try& last = call.last();
        const trace::ModelRequest& request = last.request;
        SpanWriter out(head(span_id("call", call.tries.front().seq), parent,
                            base::format("chat {}", request.model), SpanKind::client, call));
        {
            Attributes a = out.attributes();
            a.text("gen_ai.operation.name", "chat")
                .text("gen_ai.provider.name", provider_name(request.provider, request.url));
            a.text("gen_ai.request.model", request.model).text("gen_ai.conversation.id", conversation());
            put_request(a, request, settings_.conventions);
            put_output_type(a, turn);
            if (const run::EndpointPlan* endpoint = endpoint_of(request.endpoint))
                a.boolean("gen_ai.request.stream", endpoint->stream);
            if (last.came == Came::answer) put_answer(a, last.answer);
            if (last.came == Came::error) a.text("error.type", last.error.kind);
            if (last.came == Came::doubt) a.text("error.type", "interrupted");
            a.text("orloj.endpoint", request.endpoint)
                .integer("orloj.step", call.step)
                .integer("orloj.tries", std::ssize(call.tries));
            if (call.open) a.boolean("orloj.unfinished", true);
            if (subject_.transcript != nullptr) put_call_content(a, turn, last);
        }
        for (const trace::Try& t : call.tries)
            put_failure(out, t);
        const bool failed = last.came == Came::error || last.came == Came::doubt;
        return std::move(out).end(failed ? Status::error : Status::unset,
                                  last.came == Came::error ? last.error.detail
                                  : failed                 ? "nothing was heard when the run stopped"
                                                           : "");
    }

    void put_answer(Attributes& a, const trace::ModelCall& answer) const {
        a.text("gen_ai.response.model", answer.answered_by)
            .texts("gen_ai.response.finish_reasons", {answer.finish});
        const run::EndpointPlan* endpoint = endpoint_of(answer.endpoint);
        if (endpoint != nullptr && endpoint->stream && answer.first_byte_ms > 0)
            a.number("gen_ai.response.time_to_first_chunk", static_cast<double>(answer.first_byte_ms) / 1000);
        put_usage(a, answer.usage, settings_.conventions);
        put_cost(a, answer.usage);
        a.text("orloj.request_id", answer.request_id);
    }

    void put_call_content(Attributes& a, const trace::Turn& turn, const trace::Try& last) const {
        const auto said = subject_.transcript->conversation(last.request.message);
        a.text("gen_ai.system_instructions", system_instructions(said))
            .text("gen_ai.input.messages", input_messages(said));
        if (last.came == Came::answer)
            a.text("gen_ai.output.messages", output_message(subject_.transcript->message(last.answer.message),
                                                            latest() ? "" : last.answer.finish));
        if (const run::NodePlan* node = node_of(turn))
            a.text("gen_ai.tool.definitions", tool_definitions(node->tools));
    }

    void put_failure(SpanWriter& out, const trace::Try& t) const {
        if (t.came != Came::error || !own(t.seq)) return;
        Attributes a = out.event("gen_ai.client.operation.exception", t.end);
        a.text("exception.type", t.error.kind).text("exception.message", t.error.detail);
        a.counted("http.response.status_code", t.error.status).text("orloj.request_id", t.error.request_id);
    }

    std::string tool(const trace::Turn& turn, const trace::ToolUse& use, const std::string& parent) {
        const trace::ToolTry& last = use.last();
        const std::string& name = last.request.tool;
        SpanWriter out(head(span_id("tool", use.tries.front().seq), parent,
                            base::format("execute_tool {}", name), SpanKind::internal, use));
        {
            Attributes a = out.attributes();
            a.text("gen_ai.operation.name", "execute_tool").text("gen_ai.tool.name", name);
            a.text("gen_ai.tool.call.id", use.call).text("gen_ai.tool.type", "function");
            const run::NodePlan* node = node_of(turn);
            if (const run::ToolPlan* plan = node == nullptr ? nullptr : node->tool(name))
                a.text("gen_ai.tool.description", plan->description);
            if (last.came == Came::error) a.text("error.type", last.error.code);
            if (last.came == Came::doubt) a.text("error.type", "interrupted");
            a.integer("orloj.step", use.step).integer("orloj.tries", std::ssize(use.tries));
            if (use.open) a.boolean("orloj.unfinished", true);
            if (subject_.transcript != nullptr) put_tool_content(a, last);
        }
        const bool failed = last.came == Came::error || last.came == Came::doubt;
        return std::move(out).end(failed ? Status::error : Status::unset,
                                  last.came == Came::error ? last.error.reason : "");
    }

    void put_tool_content(Attributes& a, const trace::ToolTry& last) const {
        a.text("gen_ai.tool.call.arguments", last.request.arguments.text);
        const std::string& message = last.came == Came::answer ? last.result.message : last.error.message;
        if (message.empty()) return;
        for (const provider::Part& part : subject_.transcript->message(message).parts) {
            if (part.kind == provider::Part::Kind::tool_result) a.text("gen_ai.tool.call.result", part.text);
        }
    }

    /// What happened at one moment. Texts that somebody wrote are not among the attributes.
    void put_notes(SpanWriter& out, std::size_t turn) const {
        const auto it = notes_.find(turn);
        if (it == notes_.end()) return;
        for (const trace::Note* note : it->second)
            put_note(out, *note);
    }

    static void put_note(SpanWriter& out, const trace::Note& note) {
        Attributes a =
            out.event(base::format("orloj.{}", trace::kind_of(note.event.payload).name), note.time);
        a.integer("orloj.seq", note.seq);
        if (const auto* policy = std::get_if<trace::PolicyDecision>(&note.event.payload)) {
            a.text("orloj.policy", policy->policy)
                .text("orloj.rule", policy->rule)
                .text("orloj.verdict", policy->verdict);
        } else if (const auto* hand = std::get_if<trace::HandOff>(&note.event.payload)) {
            a.text("orloj.from", hand->from).text("orloj.to", hand->to);
        } else if (const auto* skipped = std::get_if<trace::EdgeSkipped>(&note.event.payload)) {
            a.text("orloj.from", skipped->from)
                .text("orloj.to", skipped->to)
                .text("orloj.reason", skipped->reason);
        } else if (const auto* retry = std::get_if<trace::RetryScheduled>(&note.event.payload)) {
            a.text("orloj.endpoint", retry->endpoint).integer("orloj.delay_ms", retry->delay_ms);
        } else if (const auto* fallback = std::get_if<trace::Fallback>(&note.event.payload)) {
            a.text("orloj.from", fallback->from).text("orloj.to", fallback->to);
        }
    }

    void add(std::string span) {
        if (!spans_.empty() && size_ + span.size() > settings_.most_bytes) flush();
        size_ += span.size();
        spans_.push_back(std::move(span));
    }

    void flush() {
        base::JsonWriter out;
        const std::string_view schema = latest() ? schema_latest : schema_v1_41;
        out.begin_object().key("resourceSpans").begin_array().begin_object();
        out.key("resource").begin_object().key("attributes");
        {
            Attributes a(out);
            for (const auto& [key, value] : settings_.resource)
                a.text(key, value);
        }
        out.end_object().key("scopeSpans").begin_array().begin_object();
        out.key("scope")
            .begin_object()
            .member("name", "orloj")
            .member("version", settings_.version)
            .end_object();
        out.key("spans").begin_array();
        for (const std::string& span : spans_)
            out.raw(span);
        out.end_array()
            .member("schemaUrl", schema)
            .end_object()
            .end_array()
            .end_object()
            .end_array()
            .end_object();
        spans_.clear();
        size_ = 0;
        take_(std::move(out).take());
    }

    const Subject& subject_;
    const Settings& settings_;
    const std::function<void(std::string)>& take_;
    const trace::Timeline& timeline_;
    static constexpr std::size_t of_the_run = std::string::npos;
    std::map<std::size_t, std::vector<const trace::Note*>> notes_; // by the turn they belong to
    std::string seed_;                                             // what the ids of the spans are made of
    std::string trace_;
    std::string root_;
    base::Time start_; // of what is this run's own
    std::vector<std::string> spans_;
    std::size_t size_ = 0; // bytes of them
};

} // namespace

std::optional<Parent> parse_traceparent(std::string_view text) {
    text = base::trim(text);
    // version "-" trace-id "-" parent-id "-" flags; later versions may have more behind.
    if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    const std::string_view version = text.substr(0, 2);
    Parent out{std::string(text.substr(3, 32)), std::string(text.substr(36, 16))};
    if (!is_hex(version) || version == "ff" || (version == "00" && text.size() != 55)) return std::nullopt;
    if (!is_hex(out.trace) || !is_hex(out.span) || is_zero(out.trace) || is_zero(out.span))
        return std::nullopt;
    return out;
}

void otlp(const Subject& subject, const Settings& settings, const std::function<void(std::string)>& take) {
    Export(subject, settings, take).run();
}

} // namespace telemetry
