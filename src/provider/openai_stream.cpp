// A Chat Completions stream as the whole answer it stands for. Sources: OpenAI's CreateChatCompletionStream
// types, and what Azure, Groq, OpenRouter, Mistral and others send instead.
#include "provider/openai_chat.hpp"

#include <map>
#include <optional>
#include <utility>

#include "provider/call_pieces.hpp"
#include "provider/stream.hpp"
#include "provider/think_filter.hpp"

namespace provider {

namespace {

using schema::Tree;
using DeltaKind = Delta::Kind;

bool is_map(const Tree* tree) {
    return tree != nullptr && tree->is_map();
}

Taken error_in(const Tree& error) {
    return {Taken::Kind::error, R"({"error":)" + schema::to_json(error) + "}"};
}

/// OpenRouter's reasoning_details: texts and summaries come in pieces, everything else whole.
class ReasoningDetails {
  public:
    void add(const Tree& piece) {
        const std::string_view type = piece.text_of("type");
        const std::string_view key = type == "reasoning.text"      ? "text"
                                     : type == "reasoning.summary" ? "summary"
                                                                   : "";
        const std::string name = std::string(type) + "/" + std::string(piece.text_of("index"));
        const bool goes_on = !key.empty() && last_ == name && !details_.empty();
        last_ = name;
        if (!goes_on) {
            details_.push_back({std::string(key), std::string(piece.text_of(key)), piece});
            return;
        }
        Detail& detail = details_.back();
        detail.text += piece.text_of(key);
        for (const schema::Entry& entry : piece.entries) {
            const bool set = entry.value.kind != Tree::Kind::null && entry.key != key;
            if (set && entry.key != "type" && entry.key != "index") put(detail.tree, entry.key, entry.value);
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return details_.size(); }

    Tree take() {
        std::vector<Tree> out;
        for (Detail& detail : details_) {
            if (!detail.key.empty()) put(detail.tree, detail.key, schema::text_tree(std::move(detail.text)));
            out.push_back(std::move(detail.tree));
        }
        return schema::list_tree(std::move(out));
    }

  private:
    struct Detail {
        std::string key, text;
        Tree tree;
    };
    std::vector<Detail> details_;
    std::string last_;
};

class ChatReader final : public StreamReader {
  public:
    ChatReader(const ChatDialect& dialect, const Endpoint& endpoint, const Conversation& asked)
        : StreamReader(endpoint, asked), dialect_(dialect), names_(asked.tools) {}

    Taken take(std::string_view name, const Tree& event, Deltas& out) override;

    void done(Deltas& out) override {
        done_ = true;
        settle_text(out);
    }

    /// Some servers end without saying why; calls are then not believed.
    bool complete() const override { return !finish_.empty() || (done_ && spoke_ && calls_.size() == 0); }
    std::string_view end_mark() const override { return "finish_reason"; }

    Outcome answer(const http::Response& head) override;

    Outcome whole(const http::Response& response) const override {
        return chat_reply(dialect_, endpoint(), asked(), response);
    }

  private:
    Taken choice(const Tree& choice, Deltas& out);
    bool delta(const Tree& delta, Deltas& out);
    void reasoning(const Tree& delta, Deltas& out);
    void content(const Tree& content, Deltas& out);
    void visible(std::string_view text, Deltas& out);
    void settle_text(Deltas& out);
    Tree message();

    const ChatDialect& dialect_;
    WireNames names_;
    ThinkFilter filter_{ThinkFilter::After::line_ends};
    std::string model_, finish_;
    std::optional<std::string> index_; // of the one choice that is read
    Tree usage_;
    std::string text_, refusal_, reasoning_content_, reasoning_, thinking_;
    ReasoningDetails details_;
    CallPieces calls_;
    bool spoke_ = false;
    bool settled_ = false;
    bool done_ = false;
};

/// Usage may stand on any chunk, several times over: the last one counts. Azure sends chunks without choices.
Taken ChatReader::take(std::string_view, const Tree& event, Deltas& out) {
    const Tree* groq = event.find("x_groq");
    if (const Tree* error = groq == nullptr ? nullptr : groq->find("error");
        error != nullptr && error->kind != Tree::Kind::null)
        return error_in(*error);
    const Tree* usage = event.find("usage");
    if (!is_map(usage)) usage = groq == nullptr ? nullptr : groq->find("usage");
    if (is_map(usage)) usage_ = *usage;
    if (model_.empty()) model_ = std::string(event.text_of("model"));
    const Tree* choices = event.find("choices");
    if (choices == nullptr) return {is_map(usage) ? Taken::Kind::known : Taken::Kind::unknown, {}};
    for (const Tree& one : choices->items) {
        if (!index_) index_ = std::string(one.text_of("index"));
        if (one.text_of("index") == *index_) return choice(one, out);
    }
    return {};
}

Taken ChatReader::choice(const Tree& choice, Deltas& out) {
    if (const Tree* error = choice.find("error"); is_map(error)) return error_in(*error); // OpenRouter
    const Tree* said = choice.find("delta");
    // A whole answer in one event comes from proxies that only look as if they streamed.
    if (!is_map(said) && !spoke_) said = choice.find("message");
    if (is_map(said)) {
        spoke_ = true;
        if (!delta(*said, out))
            return {Taken::Kind::malformed, "holds too many calls of tools in its stream"};
    }
    const std::string_view finish = choice.text_of("finish_reason");
    if (finish.empty()) return {};
    finish_ = std::string(finish);
    settle_text(out);
    return {};
}

/// False when there is more than any model says.
bool ChatReader::delta(const Tree& delta, Deltas& out) {
    reasoning(delta, out);
    if (const Tree* found = delta.find("content")) content(*found, out);
    refusal_ += delta.text_of("refusal");
    if (const Tree* calls = delta.find("tool_calls")) {
        for (const Tree& call : calls->items) {
            if (const std::string name = calls_.add(call); !name.empty())
                out.add(DeltaKind::tool_call, names_.original(name));
            if (calls_.size() > most_parts) return false;
        }
    }
    return details_.size() <= most_parts;
}

/// Under two names; who sends both says the same twice.
void ChatReader::reasoning(const Tree& delta, Deltas& out) {
    const auto text_of = [&](std::string_view key) {
        const Tree* text = delta.find(key);
        return text != nullptr && text->is_text() ? std::string_view(text->text) : std::string_view();
    };
    reasoning_content_ += text_of("reasoning_content");
    reasoning_ += text_of("reasoning");
    out.add(DeltaKind::thinking, text_of(reasoning_content_.empty() ? "reasoning" : "reasoning_content"));
    if (const Tree* details = delta.find("reasoning_details")) {
        for (const Tree& piece : details->items)
            if (details_.size() <= most_parts) details_.add(piece);
    }
}

/// A string, or parts: text, and with Mistral thinking.
void ChatReader::content(const Tree& content, Deltas& out) {
    visible(content.text, out);
    for (const Tree& part : content.items) {
        if (part.text_of("type") == "text") visible(part.text_of("text"), out);
        const Tree* thinking = part.find("thinking");
        if (thinking == nullptr) continue;
        std::string said = thinking->text;
        for (const Tree& piece : thinking->items) {
            if (piece.text_of("type") == "text") said += piece.text_of("text");
        }
        out.add(DeltaKind::thinking, said);
        thinking_ += said;
    }
}

void ChatReader::visible(std::string_view text, Deltas& out) {
    text_ += text;
    if (!dialect_.think_tags) return out.add(DeltaKind::text, text);
    const ThinkFilter::Pieces pieces = filter_.feed(text);
    out.add(DeltaKind::thinking, pieces.thinking);
    out.add(DeltaKind::text, pieces.text);
}

/// A refusal is the answer only where there is no other text.
void ChatReader::settle_text(Deltas& out) {
    const ThinkFilter::Pieces pieces = filter_.finish();
    out.add(DeltaKind::thinking, pieces.thinking);
    out.add(DeltaKind::text, pieces.text);
    if (text_.empty() && !std::exchange(settled_, true)) out.add(DeltaKind::text, refusal_);
}

Tree ChatReader::message() {
    Tree out;
    put(out, "reasoning_content", schema::text_tree(std::move(reasoning_content_)));
    put(out, "reasoning", schema::text_tree(std::move(reasoning_)));
    if (thinking_.empty()) {
        put(out, "content", schema::text_tree(std::move(text_)));
    } else {
        Tree thinking;
        put(thinking, "type", schema::text_tree("thinking"));
        put(thinking, "thinking", schema::text_tree(std::move(thinking_)));
        Tree text;
        put(text, "type", schema::text_tree("text"));
        put(text, "text", schema::text_tree(std::move(text_)));
        put(out, "content", schema::list_tree({std::move(thinking), std::move(text)}));
    }
    put(out, "refusal", schema::text_tree(std::move(refusal_)));
    if (details_.size() > 0) put(out, "reasoning_details", details_.take());
    if (calls_.size() > 0) put(out, "tool_calls", schema::list_tree(calls_.take()));
    return out;
}

Outcome ChatReader::answer(const http::Response& head) {
    Tree choice;
    put(choice, "message", message());
    put(choice, "finish_reason", schema::text_tree(std::move(finish_)));
    Tree answer;
    put(answer, "model", schema::text_tree(std::move(model_)));
    put(answer, "choices", schema::list_tree({std::move(choice)}));
    put(answer, "usage", std::move(usage_));
    return chat_answer(dialect_, endpoint(), asked(), answer, head);
}

} // namespace

std::unique_ptr<StreamDecoder> chat_decoder(const ChatDialect& dialect, const Endpoint& endpoint,
                                            const Conversation& asked) {
    return stream_decoder(Framing::events, std::make_unique<ChatReader>(dialect, endpoint, asked));
}

} // namespace provider
