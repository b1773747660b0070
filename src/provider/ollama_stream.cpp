// Ollama's lines as the one answer they stand for: message pieces on every line, everything else on the last.
// Calls of tools come whole. Source: streamResponse in Ollama's server/routes.go.
#include "provider/ollama_chat.hpp"

#include <array>
#include <utility>
#include <vector>

#include "provider/names.hpp"
#include "provider/stream.hpp"
#include "provider/think_filter.hpp"

namespace provider {

namespace {

using schema::Tree;
using DeltaKind = Delta::Kind;

class LineReader final : public StreamReader {
  public:
    LineReader(const Endpoint& endpoint, const Conversation& asked)
        : StreamReader(endpoint, asked), names_(this->asked().tools) {}

    Taken take(std::string_view name, const Tree& event, Deltas& out) override;
    void done(Deltas&) override {}
    bool complete() const override { return complete_; }
    std::string_view end_mark() const override { return "done"; }

    Outcome answer(const http::Response& head) override {
        Tree message;
        put(message, "content", schema::text_tree(std::move(content_)));
        put(message, "thinking", schema::text_tree(std::move(thinking_)));
        put(message, "tool_calls", schema::list_tree(std::move(calls_)));
        if (has_message_) put(rest_, "message", std::move(message));
        return ollama_answer(endpoint(), asked(), rest_, head);
    }

    Outcome whole(const http::Response& response) const override {
        return ollama_reply(endpoint(), asked(), response);
    }

  private:
    bool message(const Tree& message, Deltas& out);
    void show(const ThinkFilter::Pieces& pieces, Deltas& out);

    WireNames names_;
    ThinkFilter filter_{ThinkFilter::After::trim};
    Tree rest_; // of the answer: model, counts, ...
    std::string content_, thinking_;
    std::vector<Tree> calls_;
    bool has_message_ = false;
    bool complete_ = false;
};

Taken LineReader::take(std::string_view, const Tree& event, Deltas& out) {
    if (const Tree* found = event.find("message"); found != nullptr && found->is_map()) {
        if (!message(*found, out))
            return {Taken::Kind::malformed, "holds too many calls of tools in its stream"};
    }
    const std::string_view done = event.text_of("done");
    if (done.empty()) return {Taken::Kind::unknown, {}};
    for (const std::string_view key : {"model", "remote_model", "remote_host", "done", "done_reason",
                                       "prompt_eval_count", "prompt_eval_cached_count", "eval_count"}) {
        if (const Tree* value = event.find(key)) put(rest_, key, *value);
    }
    if (done != "true") return {};
    complete_ = true;
    show(filter_.finish(), out);
    return {Taken::Kind::last, {}};
}

/// False when there is more than any model says.
bool LineReader::message(const Tree& message, Deltas& out) {
    has_message_ = true;
    const std::string_view thinking = message.text_of("thinking");
    thinking_ += thinking;
    out.add(DeltaKind::thinking, thinking);
    const std::string_view content = message.text_of("content");
    content_ += content;
    if (thinking_.empty())
        show(filter_.feed(content), out);
    else
        out.add(DeltaKind::text, content);
    const Tree* calls = message.find("tool_calls");
    if (calls == nullptr) return true;
    for (const Tree& call : calls->items) {
        const Tree* function = call.find("function");
        if (function == nullptr || function->text_of("name").empty()) continue;
        if (calls_.size() == most_parts) return false;
        calls_.push_back(call);
        out.add(DeltaKind::tool_call, names_.original(function->text_of("name")));
    }
    return true;
}

void LineReader::show(const ThinkFilter::Pieces& pieces, Deltas& out) {
    out.add(DeltaKind::thinking, pieces.thinking);
    out.add(DeltaKind::text, pieces.text);
}

} // namespace

std::unique_ptr<StreamDecoder> ollama_decoder(const Endpoint& endpoint, const Conversation& asked) {
    return stream_decoder(Framing::lines, std::make_unique<LineReader>(endpoint, asked));
}

} // namespace provider
