// From bytes to events to an outcome. The first thing that goes wrong decides; bytes after it are not read.
#include "provider/stream.hpp"

#include <optional>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "http/event_message.hpp"
#include "http/event_stream.hpp"
#include "provider/body_start.hpp"
#include "provider/refusal.hpp"
#include "provider/reply.hpp"

namespace provider {

namespace {

using schema::Tree;

class Decoder final : public StreamDecoder {
  public:
    Decoder(Framing framing, std::unique_ptr<StreamReader> reader)
        : framing_(framing), reader_(std::move(reader)), start_(framing) {}

    std::vector<Delta> feed(std::string_view bytes) override {
        Deltas out;
        if (over_) return {};
        if (start_.shape() == Shape::stream) {
            split(bytes, out);
        } else if (start_.add(bytes) == Shape::stream) {
            split(start_.take(), out);
        }
        return out.take();
    }

    Outcome finish(const http::Response& head) override;

  private:
    void split(std::string_view bytes, Deltas& out);
    bool cut_into_events(std::string_view bytes, Deltas& out);
    void message(const http::EventMessage& message, Deltas& out);
    void exception(std::string_view code, std::string_view payload);
    void event(std::string_view name, std::string_view data, Deltas& out);
    void take(std::string_view name, Deltas& out);
    void fail_with(std::string_view data);
    void malformed(std::string text);
    void finish_pending(std::string_view data, std::string_view name);
    Outcome document(const http::Response& head, std::string body) const;
    Outcome unfinished(const http::Response& head);
    Outcome truncated(const http::Response& head) const;
    Outcome broken_off(const http::Response& head, std::string_view code, std::string detail) const;

    Framing framing_;
    std::unique_ptr<StreamReader> reader_;
    BodyStart start_;
    http::SseSplitter events_;
    http::LineSplitter lines_;
    http::MessageSplitter messages_;
    std::size_t count_ = 0;
    std::size_t read_ = 0;             // server-sent events, to the one with which it was over
    std::string first_;                // event, as long as no event was the provider's
    bool known_ = false;               // one was
    bool over_ = false;                // nothing is read any more
    std::optional<std::string> error_; // body of an error inside the stream
    std::string malformed_;
    schema::Parsed parsed_; // the last event; the next is written over it
};

/// Whether the server says that this is something else than a stream.
bool says_document(const http::Response& head) {
    const std::string_view type = head.header("content-type");
    return !type.empty() && !base::contains_ignoring_case(type, "event-stream") &&
           !base::contains_ignoring_case(type, "eventstream") &&
           !base::contains_ignoring_case(type, "ndjson") && !base::contains_ignoring_case(type, "jsonl");
}

std::string_view excerpt(std::string_view text) {
    constexpr std::size_t most = 1000; // cut again where it is shown
    return base::utf8_prefix(text, most);
}

void Decoder::split(std::string_view bytes, Deltas& out) {
    if (!cut_into_events(bytes, out) && !over_)
        malformed(base::format("holds an event of more than {} MiB", http::longest_event >> 20U));
}

/// False when an event was too long.
bool Decoder::cut_into_events(std::string_view bytes, Deltas& out) {
    switch (framing_) {
    case Framing::events:
        events_.feed(bytes, [&](const http::ServerEvent& one) {
            if (!over_) ++read_;
            event(one.name, one.data, out);
        });
        return !events_.overflowed();
    case Framing::lines:
        for (const std::string& line : lines_.feed(bytes))
            event({}, line, out);
        return !lines_.overflowed();
    case Framing::messages:
        for (const http::EventMessage& one : messages_.feed(bytes))
            message(one, out);
        return true; // what is wrong with them, finish() says
    }
    return true;
}

/// Of other kinds than these nothing is documented.
void Decoder::message(const http::EventMessage& message, Deltas& out) {
    const std::string_view type = message.text_of(":message-type");
    const std::string_view name = message.text_of(":event-type");
    if (over_ || name == "initial-response") return;
    ++count_;
    if (type == "exception") return exception(message.text_of(":exception-type"), message.payload);
    if (type == "error") {
        base::JsonWriter payload;
        payload.begin_object().member("message", message.text_of(":error-message")).end_object();
        return exception(message.text_of(":error-code"), payload.text());
    }
    const std::string_view text = base::trim(message.payload);
    if (count_ == 1) first_ = std::string(excerpt(text));
    if (type != "event") return;
    parse_answer_over(text.empty() ? "{}" : text, parsed_);
    if (!parsed_)
        return malformed(base::format("is not JSON in event {} of its stream: {}", count_, excerpt(text)));
    take(name, out);
}

/// An error of the service, as the body of an answer has it.
void Decoder::exception(std::string_view code, std::string_view payload) {
    over_ = true;
    schema::Parsed parsed = parse_answer(payload);
    Tree error;
    if (parsed && parsed.tree.is_map())
        error = std::move(parsed.tree);
    else
        put(error, "message", schema::text_tree(std::string(excerpt(payload))));
    if (error.text_of("message").empty() && error.text_of("Message").empty())
        put(error, "message", schema::text_tree(base::format("{} without a message", code)));
    put(error, "code", schema::text_tree(std::string(code)));
    Tree body;
    put(body, "error", std::move(error));
    error_ = schema::to_json(body);
}

void Decoder::event(std::string_view name, std::string_view data, Deltas& out) {
    const std::string_view text = base::trim(data);
    if (over_ || text.empty() || name == "ping") return;
    if (framing_ == Framing::events && text.starts_with("[DONE]")) {
        reader_->done(out);
        over_ = true;
        return;
    }
    ++count_;
    parse_answer_over(text, parsed_);
    if (name == "error" || (parsed_ && holds_error(parsed_.tree))) return fail_with(text);
    if (!parsed_)
        return malformed(base::format("is not JSON in event {} of its stream: {}", count_, excerpt(text)));
    if (count_ == 1) first_ = std::string(text);
    take(name, out);
}

void Decoder::take(std::string_view name, Deltas& out) {
    Taken taken = reader_->take(name, parsed_.tree, out);
    switch (taken.kind) {
    case Taken::Kind::unknown:
        return;
    case Taken::Kind::last:
        over_ = true;
        break;
    case Taken::Kind::error:
        error_ = std::move(taken.text);
        over_ = true;
        break;
    case Taken::Kind::malformed:
        return malformed(std::move(taken.text));
    case Taken::Kind::known:
        break;
    }
    known_ = true;
    first_ = {};
}

/// An event that is called an error need not look like one.
void Decoder::fail_with(std::string_view data) {
    over_ = true;
    if (!parsed_)
        error_ = R"({"error":)" + base::json_quoted(excerpt(data)) + "}";
    else if (holds_error(parsed_.tree))
        error_ = std::string(data);
    else
        error_ = R"({"error":)" + std::string(data) + "}";
}

void Decoder::malformed(std::string text) {
    malformed_ = std::move(text);
    over_ = true;
}

/// What has no end of its own counts when it is whole.
void Decoder::finish_pending(std::string_view data, std::string_view name) {
    Deltas unseen;
    const std::string_view text = base::trim(data);
    if (name == "error" || text.starts_with("[DONE]") || parse_answer(text)) event(name, data, unseen);
}

Outcome Decoder::document(const http::Response& head, std::string body) const {
    http::Response response = head;
    response.body = std::move(body);
    return reader_->whole(response);
}

Outcome Decoder::finish(const http::Response& head) {
    if (head.status < 200 || head.status > 299) return reader_->whole(head);
    if (start_.overflowed())
        return not_documented(reader_->endpoint(), head,
                              base::format("is larger than {} MiB", BodyStart::longest_document >> 20U));
    if (start_.shape() != Shape::stream) {
        // A stream may have ended before it could be told from a document.
        const bool blank = base::trim(start_.text()).empty();
        const bool line = framing_ == Framing::lines && start_.shape() == Shape::open;
        if (says_document(head) || (!blank && !line)) return document(head, start_.take());
        Deltas unseen;
        split(start_.take(), unseen);
    }
    if (framing_ == Framing::events) {
        if (const auto last = events_.finish(); last && !over_) finish_pending(last->data, last->name);
    } else if (const auto last = lines_.finish(); last && !over_) {
        finish_pending(*last, {});
    }
    // Behind the event with which a stream was over nothing is read.
    if (!over_ && !messages_.problem().empty())
        return broken_off(head, "broken",
                          base::format("the answer arrived damaged: behind {} its stream holds {}",
                                       base::counted(count_, "event"), messages_.problem()));
    // An error written past the protocol counts unless the stream was over before it.
    const bool in_time = !over_ || events_.before_stray() < read_;
    if (const schema::Parsed stray = parse_answer(events_.stray());
        in_time && stray && holds_error(stray.tree))
        error_ = events_.stray();
    if (error_) return document(head, std::move(*error_));
    if (!malformed_.empty()) return not_documented(reader_->endpoint(), head, malformed_);
    if (!over_ && messages_.pending() != 0)
        return broken_off(head, "truncated",
                          base::format("the answer broke off: its stream ended inside event {}", count_ + 1));
    return reader_->complete() ? reader_->answer(head) : unfinished(head);
}

/// Nothing here becomes an answer but a document on one line.
Outcome Decoder::unfinished(const http::Response& head) {
    if (known_ || count_ == 0) return truncated(head);
    if (count_ == 1 && says_document(head)) return document(head, std::move(first_));
    return not_documented(reader_->endpoint(), head,
                          base::format("is not the stream that was asked for: {}", excerpt(first_)));
}

Outcome Decoder::truncated(const http::Response& head) const {
    return broken_off(head, "truncated",
                      base::format("the answer broke off: its stream ended after {} without '{}'",
                                   base::counted(count_, "event"), reader_->end_mark()));
}

Outcome Decoder::broken_off(const http::Response& head, std::string_view code, std::string detail) const {
    Refusal out;
    out.kind = Refusal::Kind::network;
    out.status = head.status;
    out.code = std::string(code);
    out.detail = std::move(detail);
    out.request_id = tidy(reader_->endpoint(), request_id_of(head));
    return out;
}

} // namespace

void Deltas::add(Delta::Kind kind, std::string_view text) {
    if (text.empty()) return;
    if (!deltas_.empty() && deltas_.back().kind == kind && kind != Delta::Kind::tool_call)
        deltas_.back().text += text;
    else
        deltas_.push_back({kind, std::string(text)});
}

std::unique_ptr<StreamDecoder> stream_decoder(Framing framing, std::unique_ptr<StreamReader> reader) {
    return std::make_unique<Decoder>(framing, std::move(reader));
}

} // namespace provider
