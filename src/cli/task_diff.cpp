#include "cli/task_diff.hpp"

#include <algorithm>
#include <map>

#include "base/json.hpp"
#include "base/line_diff.hpp"
#include "base/text.hpp"
#include "cli/stored_run.hpp"
#include "run/transcript.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

struct StepName {
    std::string agent;
    std::int64_t generation = 1;
    std::int64_t step = 1;
    auto operator<=>(const StepName&) const = default;
};

/// What one agent was asked once, and what it answered, whatever number of calls that took. Durations are
/// left out: they always differ.
struct Step {
    std::string input; ///< hash of the last message, which is one of the whole conversation
    std::string endpoint;
    std::string model;
    std::string answer;
    std::string finish; ///< or why there is no answer
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
    std::int64_t calls = 0;
};

struct Side {
    std::string name;
    std::string system;
    std::string phase;
    std::vector<trace::Event> events;
    std::vector<StepName> order;
    std::map<StepName, Step> steps;
};

/// The words of an answer, and the calls it asks for, a line each.
std::string words_of(const provider::Message& message) {
    std::string out = provider::text_of(message);
    for (const provider::Part& part : message.parts) {
        if (part.kind != provider::Part::Kind::tool_call) continue;
        out += base::format("{}calls {} {}", out.empty() ? "" : "\n", part.name, part.arguments.text);
    }
    return out;
}

class Reader {
  public:
    explicit Reader(Side& side, const run::Transcript& transcript) : side_(side), transcript_(transcript) {}

    void operator()(const trace::Event& event) {
        if (const auto* start = std::get_if<trace::AgentStart>(&event.payload)) {
            generation_[event.agent] = start->generation;
        } else if (const auto* request = std::get_if<trace::ModelRequest>(&event.payload)) {
            Step& step = at(event);
            step.input = request->message;
            step.endpoint = request->endpoint;
            step.model = request->model;
            step.finish = "no answer";
            ++step.calls;
            open_[request->call] = &step;
        } else if (const auto* call = std::get_if<trace::ModelCall>(&event.payload)) {
            Step& step = at(event);
            open_.erase(call->call);
            step.answer = words_of(transcript_.message(call->message));
            step.finish = call->finish;
            step.tokens_in += call->usage.input;
            step.tokens_out += call->usage.output;
        } else if (const auto* error = std::get_if<trace::ModelError>(&event.payload)) {
            at(event).finish = error->kind;
            open_.erase(error->call);
        } else if (std::holds_alternative<trace::TaskForked>(event.payload)) {
            for (const auto& [id, step] : open_) // they are the other run's
                --step->calls;
            open_.clear();
        }
    }

  private:
    Step& at(const trace::Event& event) {
        const StepName name{event.agent, generation_[event.agent], event.step};
        const auto [it, fresh] = side_.steps.try_emplace(name);
        if (fresh) side_.order.push_back(name);
        return it->second;
    }

    Side& side_;
    const run::Transcript& transcript_;
    std::map<std::string, std::int64_t> generation_;
    std::map<std::string, Step*> open_; // by call, those without an outcome
};

Side read_side(Session& session, const std::string& target) {
    const StoredRun stored(session, task_target(session, {target}));
    check_begun(stored, "compare");
    run::Journal journal = stored.journal();
    run::Transcript transcript;
    for (const trace::StoredMessage& message : journal.messages)
        transcript.load(message);
    Side out;
    out.name = "task/" + stored.row().task.name;
    out.system = stored.row().system;
    out.phase = stored.row().phase;
    Reader read(out, transcript);
    for (const trace::Event& event : journal.events)
        read(event);
    out.events = std::move(journal.events);
    return out;
}

/// How many events both begin with: not alike, but the same ones.
std::size_t shared_events(const Side& a, const Side& b) {
    const auto same = [](const trace::Event& x, const trace::Event& y) {
        return x.time == y.time && x.agent == y.agent && x.payload.index() == y.payload.index() &&
               trace::payload_json(x.payload) == trace::payload_json(y.payload);
    };
    const std::size_t most = std::min(a.events.size(), b.events.size());
    std::size_t count = 0;
    while (count < most && same(a.events[count], b.events[count]))
        ++count;
    return count;
}

struct Compared {
    StepName name;
    const Step* a = nullptr; ///< null: the run has no such step
    const Step* b = nullptr;
    std::vector<std::string_view> differing; ///< fields; empty when both have it and it is the same
};

Compared compare(const StepName& name, const Side& a, const Side& b) {
    const auto in_a = a.steps.find(name);
    const auto in_b = b.steps.find(name);
    Compared out{name,
                 in_a == a.steps.end() ? nullptr : &in_a->second,
                 in_b == b.steps.end() ? nullptr : &in_b->second,
                 {}};
    if (out.a == nullptr || out.b == nullptr) {
        out.differing.emplace_back("step");
        return out;
    }
    const auto look = [&](std::string_view field, bool same) {
        if (!same) out.differing.push_back(field);
    };
    look("input", out.a->input == out.b->input);
    look("endpoint", out.a->endpoint == out.b->endpoint);
    look("model", out.a->model == out.b->model);
    look("answer", out.a->answer == out.b->answer);
    look("finish", out.a->finish == out.b->finish);
    look("tokens", out.a->tokens_in == out.b->tokens_in && out.a->tokens_out == out.b->tokens_out);
    look("calls", out.a->calls == out.b->calls);
    return out;
}

std::vector<Compared> compare_all(const Side& a, const Side& b) {
    std::vector<Compared> out;
    for (const StepName& name : a.order)
        out.push_back(compare(name, a, b));
    for (const StepName& name : b.order) {
        if (!a.steps.contains(name)) out.push_back(compare(name, a, b));
    }
    return out;
}

std::string agent_of(const StepName& name) {
    return name.generation > 1 ? base::format("{} #{}", name.agent, name.generation) : name.agent;
}

std::string cell(const std::string& a, const std::string& b) {
    return a == b ? a : base::format("{} -> {}", a, b);
}

std::vector<std::string> row_of(const Compared& step) {
    const auto has = [&](std::string_view field) {
        return std::find(step.differing.begin(), step.differing.end(), field) != step.differing.end();
    };
    std::vector<std::string> out{agent_of(step.name), std::to_string(step.name.step)};
    if (step.a == nullptr || step.b == nullptr) {
        const Step& only = step.a == nullptr ? *step.b : *step.a;
        const std::string word = step.a == nullptr ? "only in the second" : "only in the first";
        out.insert(out.end(),
                   {word, base::format("{} at {}", only.model, only.endpoint), "-",
                    base::visible(only.finish), base::format("{}/{}", only.tokens_in, only.tokens_out),
                    std::to_string(only.calls)});
        return out;
    }
    const Step& a = *step.a;
    const Step& b = *step.b;
    out.insert(out.end(), {has("input") ? "differs" : "same",
                           cell(base::format("{} at {}", a.model, a.endpoint),
                                base::format("{} at {}", b.model, b.endpoint)),
                           has("answer") ? "differs" : "same", base::visible(cell(a.finish, b.finish)),
                           cell(base::format("{}/{}", a.tokens_in, a.tokens_out),
                                base::format("{}/{}", b.tokens_in, b.tokens_out)),
                           cell(std::to_string(a.calls), std::to_string(b.calls))});
    return out;
}

/// How the two are related, when they share events.
std::string relation(const Side& a, const Side& b, std::size_t shared) {
    if (shared == 0 || a.name == b.name) return "";
    const auto forked_from = [](const Side& fork, const Side& other) {
        return std::any_of(fork.events.begin(), fork.events.end(), [&](const trace::Event& event) {
            const auto* mark = std::get_if<trace::TaskForked>(&event.payload);
            return mark != nullptr && "task/" + mark->from == other.name;
        });
    };
    const std::string same = base::format("same up to event {}\n", shared);
    if (forked_from(b, a)) return base::format("{} is a fork of {}: {}", b.name, a.name, same);
    if (forked_from(a, b)) return base::format("{} is a fork of {}: {}", a.name, b.name, same);
    return base::format("{} and {} have a common origin: {}", a.name, b.name, same);
}

std::string with_line_end(const std::string& text) {
    return text.empty() || text.ends_with('\n') ? text : text + "\n";
}

std::string as_text(const Side& a, const Side& b, const std::vector<Compared>& steps, std::size_t shared) {
    std::string out = relation(a, b, shared);
    if (a.system != b.system) out += base::format("System: {} -> {}\n", a.system, b.system);
    if (a.phase != b.phase) out += base::format("Phase: {} -> {}\n", a.phase, b.phase);
    std::vector<std::vector<std::string>> rows;
    std::string answers;
    for (const Compared& step : steps) {
        if (step.differing.empty()) continue;
        rows.push_back(row_of(step));
        if (step.a == nullptr || step.b == nullptr || step.a->answer == step.b->answer) continue;
        const std::string what = base::format("{} step {}", agent_of(step.name), step.name.step);
        answers += "\n" + base::unified_diff(a.name + " " + what, b.name + " " + what,
                                             with_line_end(step.a->answer), with_line_end(step.b->answer));
    }
    if (!rows.empty())
        out +=
            terminal::render_table({"AGENT", "STEP", "INPUT", "MODEL", "ANSWER", "FINISH", "TOKENS", "CALLS"},
                                   rows, terminal::sheet_of_stdout());
    return out + answers;
}

void put_step(base::JsonWriter& out, std::string_view key, const Step* step) {
    out.key(key);
    if (step == nullptr) {
        out.null();
        return;
    }
    out.begin_object().member("input", step->input).member("endpoint", step->endpoint);
    out.member("model", step->model).member("answer", step->answer).member("finish", step->finish);
    out.member("tokens_in", step->tokens_in).member("tokens_out", step->tokens_out);
    out.member("calls", step->calls).end_object();
}

std::string as_json(const Side& a, const Side& b, const std::vector<Compared>& steps, std::size_t shared,
                    bool same) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("same", same);
    out.member("same_up_to_event", static_cast<std::int64_t>(shared));
    const Side* sides[] = {&a, &b};
    out.key("runs").begin_array();
    for (const Side* side : sides) {
        out.begin_object().member("task", side->name.substr(5)).member("system", side->system);
        out.member("phase", side->phase).end_object();
    }
    out.end_array().key("steps").begin_array();
    for (const Compared& step : steps) {
        out.begin_object().member("agent", step.name.agent).member("generation", step.name.generation);
        out.member("step", step.name.step).key("differing").begin_array();
        for (const std::string_view field : step.differing)
            out.string(field);
        out.end_array();
        put_step(out, "first", step.a);
        put_step(out, "second", step.b);
        out.end_object();
    }
    out.end_array().end_object();
    return std::move(out).take() + "\n";
}

/// "task/A task/B", or two bare names, or "task A B".
std::vector<std::string> two_of(const std::vector<std::string>& targets) {
    std::vector<std::string> out = targets;
    if (out.size() == 3 && out.front().find('/') == std::string::npos &&
        resource::find_kind(out.front()) == &resource::kind_of<resource::TaskSpec>())
        out.erase(out.begin());
    if (out.size() == 2) return out;
    throw base::Error(base::Fault::usage, "two runs can be compared")
        .hint("orloj diff task/A task/B; manifests are compared with -f");
}

} // namespace

int compare_runs(Session& session, const std::vector<std::string>& targets) {
    const bool json = session.format() == Format::json;
    const std::vector<std::string> two = two_of(targets);
    const Side a = read_side(session, two[0]);
    const Side b = read_side(session, two[1]);
    const std::vector<Compared> steps = compare_all(a, b);
    const std::size_t shared = shared_events(a, b);
    const auto differing = static_cast<std::size_t>(std::count_if(
        steps.begin(), steps.end(), [](const Compared& step) { return !step.differing.empty(); }));
    const bool same = differing == 0 && a.phase == b.phase && a.system == b.system;
    if (json) {
        session.out_foreign(as_json(a, b, steps, shared, same));
        return same ? 0 : 1;
    }
    session.out_foreign(as_text(a, b, steps, shared));
    session.say(base::format("{} compared, {} different", base::counted(steps.size(), "step"), differing));
    return same ? 0 : 1;
}

} // namespace cli
