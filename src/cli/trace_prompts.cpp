#include "cli/trace_prompts.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/canvas.hpp"
#include "picture/time_scale.hpp"
#include "terminal/colour.hpp"

namespace cli {

namespace {

/// Lines of `text` behind `indent` spaces; those that are too long go on below, where the sheet has an end.
std::string block(std::string_view text, std::size_t indent, const picture::Canvas& canvas) {
    const std::size_t room = canvas.columns > indent + 20 ? canvas.columns - indent : 20;
    std::string out;
    const std::string harmless = base::visible(text, base::Lines::keep);
    for (std::string_view line : base::split(base::trim(harmless), '\n')) {
        do {
            std::string_view head = line;
            if (canvas.cuts && base::display_width(line) > room) {
                // Bytes are at least columns, so this is never too long.
                head = base::utf8_prefix(line, room);
                const std::size_t space = head.rfind(' ');
                if (space != std::string_view::npos && space > room / 2) head = head.substr(0, space + 1);
            }
            line.remove_prefix(head.size());
            const std::size_t end = head.find_last_not_of(' ');
            head = head.substr(0, end == std::string_view::npos ? 0 : end + 1);
            if (!head.empty()) out += std::string(indent, ' ').append(head);
            out += '\n';
        } while (!line.empty());
    }
    return out;
}

std::string part_text(const provider::Part& part) {
    using Kind = provider::Part::Kind;
    switch (part.kind) {
    case Kind::text:
        return part.text;
    case Kind::thinking:
        return part.text.empty() ? "(thinks; the provider keeps it closed)" : "(thinks) " + part.text;
    case Kind::tool_call:
        return base::format("calls {} {}", part.name,
                            part.arguments.text.empty() ? part.text : part.arguments.text);
    case Kind::tool_result:
        return base::format("{} {}: {}", part.name, part.is_error ? "failed" : "answered", part.text);
    }
    return "";
}

std::string_view word_of(provider::Role role) {
    switch (role) {
    case provider::Role::system:
        return "system";
    case provider::Role::user:
        return "user";
    case provider::Role::assistant:
        return "assistant";
    case provider::Role::tool:
        return "tool";
    }
    return "";
}

class Writer {
  public:
    explicit Writer(const Prompts& prompts)
        : transcript_(prompts.transcript()), sent_(prompts.transcript()), canvas_(canvas_of_stdout()) {}

    void turn(const trace::Turn& turn) {
        const std::string lap =
            turn.begin.generation > 1 ? base::format(" #{}", turn.begin.generation) : std::string();
        for (const trace::Call& call : turn.calls) {
            for (const trace::Try& t : call.tries) {
                asks(turn.agent, base::format("[{}{}] step {}", turn.agent, lap, call.step), t);
                came(turn.agent, t);
            }
        }
    }
    [[nodiscard]] std::string take() && { return std::move(out_); }

  private:
    void heading(const std::string& text) {
        std::string lines = block(text, 0, canvas_);
        lines.pop_back(); // the end of the last line
        out_ += "\n" + (canvas_.colour ? terminal::paint(lines, terminal::Ink::cyan) : lines) + "\n";
    }
    void label(std::string_view text) {
        const std::string line = base::format("  {}", text);
        out_ += (canvas_.colour ? terminal::paint(line, terminal::Ink::faint) : line) + "\n";
    }
    void message(const std::string& hash) {
        for (const provider::Part& part : transcript_.message(hash).parts)
            out_ += block(part_text(part), 4, canvas_);
    }

    void asks(const std::string& agent, const std::string& who, const trace::Try& t) {
        const trace::ModelRequest& r = t.request;
        heading(base::visible(base::format("{}: asks {} at {} ({}){}", who, r.model, r.endpoint, r.provider,
                                           r.url.empty() ? "" : ", " + r.url)));
        std::vector<std::string> parameters;
        for (const auto& [name, value] : r.parameters)
            parameters.push_back(base::format("{}={}", name, value));
        if (!parameters.empty()) label(base::visible(base::join(parameters, ", ")));
        const std::vector<std::string> fresh = sent_.take(agent, r.message);
        if (fresh.empty()) label("the same messages again");
        for (const std::string& hash : fresh) {
            label(word_of(transcript_.message(hash).role));
            message(hash);
        }
    }

    void came(const std::string& agent, const trace::Try& t) {
        switch (t.came) {
        case trace::Came::answer:
            label(base::format("answer ({}, tokens {}/{}, {})", base::visible(t.answer.finish),
                               t.answer.usage.input, t.answer.usage.output,
                               picture::length_text(t.length())));
            if (!t.answer.message.empty()) message(t.answer.message);
            sent_.know(agent, t.answer.message);
            return;
        case trace::Came::error:
            label(base::visible(base::format("failed: {}{}", t.error.kind,
                                             t.error.status > 0 ? base::format(" {}", t.error.status) : "")));
            out_ += block(t.error.detail, 4, canvas_);
            return;
        case trace::Came::doubt:
            label("no answer was heard: in doubt");
            return;
        case trace::Came::under_way:
            label("under way");
            return;
        }
    }

    const run::Transcript& transcript_;
    Sent sent_;
    picture::Canvas canvas_;
    std::string out_;
};

} // namespace

Prompts::Prompts(store::Connection& connection, std::int64_t run) {
    store::Runs(connection).messages(run, [&](const trace::StoredMessage& m) { transcript_.load(m); });
}

std::string Prompts::json(const std::string& hash) const {
    return schema::encode(transcript_.message(hash));
}

std::vector<std::string> Sent::take(const std::string& agent, const std::string& last) {
    std::set<std::string>& known = known_[agent];
    std::vector<std::string> out;
    for (std::string at = last; !at.empty() && known.insert(at).second; at = transcript_.parent(at))
        out.push_back(at);
    std::reverse(out.begin(), out.end());
    return out;
}

PromptsJson::PromptsJson(const Prompts* prompts) : prompts_(prompts) {
    if (prompts != nullptr) sent_.emplace(prompts->transcript());
}

std::string PromptsJson::event(const trace::Event& event) {
    std::string out = trace::event_json(event);
    if (prompts_ == nullptr) return out;
    if (const auto* request = std::get_if<trace::ModelRequest>(&event.payload)) {
        std::vector<std::string> fresh;
        for (const std::string& hash : sent_->take(event.agent, request->message))
            fresh.push_back(prompts_->json(hash));
        out.pop_back(); // the object goes on
        out += base::format(",\"messages\":[{}]}}", base::join(fresh, ","));
    } else if (const auto* call = std::get_if<trace::ModelCall>(&event.payload);
               call && !call->message.empty()) {
        sent_->know(event.agent, call->message);
        out.pop_back();
        out += base::format(",\"answer\":{}}}", prompts_->json(call->message));
    }
    return out;
}

std::string prompts_text(const trace::Timeline& timeline, const Prompts& prompts) {
    Writer writer(prompts);
    for (const trace::Turn& turn : timeline.turns)
        writer.turn(turn);
    return std::move(writer).take();
}

} // namespace cli
