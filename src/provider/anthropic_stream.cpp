// A Messages stream as the whole message it stands for. Source: the event types of the official SDKs and how
// those put a message together.
#include "provider/anthropic_messages.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "provider/names.hpp"
#include "provider/stream.hpp"

namespace provider {

namespace {

using schema::Tree;
using DeltaKind = Delta::Kind;

/// One content block. What comes in pieces stands beside the JSON until the message is whole.
struct OpenBlock {
    Tree json;
    std::string type;
    std::string pieces; ///< the text, the thinking, or the input of a call as JSON text
    std::optional<std::string> signature;

    Tree take() {
        if (type == "text" || type == "thinking")
            put(json, type, schema::text_tree(std::move(pieces)));
        else if (type == "tool_use" && !pieces.empty())
            put(json, "input", schema::text_tree(std::move(pieces)));
        if (signature) put(json, "signature", schema::text_tree(std::move(*signature)));
        return std::move(json);
    }
};

class MessageReader final : public StreamReader {
  public:
    MessageReader(const Endpoint& endpoint, const Conversation& asked)
        : StreamReader(endpoint, asked), names_(this->asked().tools) {}

    Taken take(std::string_view name, const Tree& event, Deltas& out) override;
    void done(Deltas&) override {} // not Anthropic's; gateways add it behind the end
    bool complete() const override { return stopped_; }
    std::string_view end_mark() const override { return "message_stop"; }

    Outcome answer(const http::Response& head) override {
        std::vector<Tree> content;
        for (OpenBlock& block : blocks_)
            content.push_back(block.take());
        Tree answer;
        put(answer, "model", schema::text_tree(std::move(model_)));
        put(answer, "content", schema::list_tree(std::move(content)));
        put(answer, "stop_reason", schema::text_tree(std::move(stop_reason_)));
        put(answer, "usage", std::move(usage_));
        return anthropic_answer(endpoint(), asked(), answer, head);
    }

    Outcome whole(const http::Response& response) const override {
        return anthropic_reply(endpoint(), asked(), response);
    }

  private:
    Taken open(const Tree& event, Deltas& out);
    Taken append(const Tree& event, Deltas& out);
    void count(const Tree& usage);

    WireNames names_;
    std::string model_, stop_reason_;
    Tree usage_;
    std::vector<OpenBlock> blocks_;
    std::map<std::string, std::size_t, std::less<>> by_index_;
    bool stopped_ = false;
};

/// Some gateways leave out the name of the event, which `type` repeats. New types may come at any time.
Taken MessageReader::take(std::string_view name, const Tree& event, Deltas& out) {
    const std::string_view type = event.text_of("type").empty() ? name : event.text_of("type");
    if (type == "content_block_start") return open(event, out);
    if (type == "content_block_delta") return append(event, out);
    if (type == "message_start") {
        const Tree& message = event.in("message");
        model_ = std::string(message.text_of("model"));
        count(message.in("usage"));
        return {};
    }
    if (type == "message_delta") {
        const std::string_view reason = event.in("delta").text_of("stop_reason");
        if (!reason.empty()) stop_reason_ = std::string(reason);
        count(event.in("usage"));
        return {};
    }
    if (type == "message_stop") {
        stopped_ = true;
        return {Taken::Kind::last, {}};
    }
    return {type == "content_block_stop" || type == "ping" ? Taken::Kind::known : Taken::Kind::unknown, {}};
}

Taken MessageReader::open(const Tree& event, Deltas& out) {
    if (blocks_.size() == most_parts) return {Taken::Kind::malformed, "holds too many blocks in its stream"};
    by_index_.insert_or_assign(std::string(event.text_of("index")), blocks_.size());
    OpenBlock& block = blocks_.emplace_back();
    const Tree& json = event.in("content_block");
    block.type = std::string(json.text_of("type"));
    if (block.type == "text" || block.type == "thinking") {
        block.pieces = std::string(json.text_of(block.type));
        out.add(block.type == "text" ? DeltaKind::text : DeltaKind::thinking, block.pieces);
    } else if (block.type == "tool_use") {
        out.add(DeltaKind::tool_call, names_.original(json.text_of("name")));
    } else if (block.type != "redacted_thinking") {
        return {}; // of tools that run at Anthropic, which orloj never asks for
    }
    block.json = json;
    return {};
}

Taken MessageReader::append(const Tree& event, Deltas& out) {
    const auto found = by_index_.find(event.text_of("index"));
    if (found == by_index_.end())
        return {Taken::Kind::malformed, "has a stream that goes on with a block it did not begin"};
    OpenBlock& block = blocks_[found->second];
    const Tree& delta = event.in("delta");
    const std::string_view type = delta.text_of("type");
    if (type == "text_delta" && block.type == "text") {
        block.pieces += delta.text_of("text");
        out.add(DeltaKind::text, delta.text_of("text"));
    } else if (type == "thinking_delta" && block.type == "thinking") {
        block.pieces += delta.text_of("thinking");
        out.add(DeltaKind::thinking, delta.text_of("thinking"));
    } else if (type == "signature_delta" && block.type == "thinking") {
        block.signature = std::string(delta.text_of("signature"));
    } else if (type == "input_json_delta" && block.type == "tool_use") {
        block.pieces += delta.text_of("partial_json");
    }
    return {}; // citations, and what does not belong to the block
}

/// Counts are cumulative; those of a later event that are not null replace the earlier ones.
void MessageReader::count(const Tree& usage) {
    for (const std::string_view key : {"input_tokens", "cache_creation_input_tokens",
                                       "cache_read_input_tokens", "output_tokens", "output_tokens_details"}) {
        const Tree* value = usage.find(key);
        if (value != nullptr && value->kind != Tree::Kind::null) put(usage_, key, *value);
    }
}

} // namespace

std::unique_ptr<StreamDecoder> anthropic_decoder(const Endpoint& endpoint, const Conversation& asked) {
    return stream_decoder(Framing::events, std::make_unique<MessageReader>(endpoint, asked));
}

} // namespace provider
