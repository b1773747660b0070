// A ConverseStream answer as the whole answer it stands for. Blocks of text and reasoning begin without
// saying so; the count of tokens comes behind the end of the message.
#include "provider/bedrock_converse.hpp"

#include <map>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "provider/names.hpp"
#include "provider/stream.hpp"

namespace provider {

namespace {

using schema::Tree;
using DeltaKind = Delta::Kind;

/// One content block; what comes in pieces stands beside the JSON until the message is whole.
struct Block {
    enum class Kind { open, text, reasoning, tool, other };
    Kind kind = Kind::open; ///< open: what it is shows with its first piece
    Tree use;               ///< of a call: its id and name
    std::string pieces;     ///< the text, the reasoning, or the input of a call as JSON text
    std::string signature;
    std::string redacted; ///< bytes

    Tree take() {
        Tree out;
        out.kind = Tree::Kind::map;
        switch (kind) {
        case Kind::text:
            put(out, "text", schema::text_tree(std::move(pieces)));
            break;
        case Kind::reasoning:
            put(out, "reasoningContent", reasoning());
            break;
        case Kind::tool:
            put(use, "input", schema::text_tree(std::move(pieces)));
            put(out, "toolUse", std::move(use));
            break;
        case Kind::open:
        case Kind::other:
            break;
        }
        return out;
    }

  private:
    Tree reasoning() {
        Tree out;
        if (!redacted.empty()) {
            put(out, "redactedContent", schema::text_tree(base::base64(redacted)));
            return out;
        }
        Tree text;
        put(text, "text", schema::text_tree(std::move(pieces)));
        if (!signature.empty()) put(text, "signature", schema::text_tree(std::move(signature)));
        put(out, "reasoningText", std::move(text));
        return out;
    }
};

class ConverseReader final : public StreamReader {
  public:
    ConverseReader(const Endpoint& endpoint, const Conversation& asked)
        : StreamReader(endpoint, asked), names_(this->asked().tools) {}

    Taken take(std::string_view name, const Tree& event, Deltas& out) override;
    void done(Deltas&) override {} // of other framings
    bool complete() const override { return stopped_; }
    std::string_view end_mark() const override { return "messageStop"; }

    Outcome answer(const http::Response& head) override {
        std::vector<Tree> content;
        for (Block& block : blocks_)
            content.push_back(block.take());
        Tree message;
        put(message, "content", schema::list_tree(std::move(content)));
        Tree output;
        put(output, "message", std::move(message));
        Tree answer;
        put(answer, "output", std::move(output));
        put(answer, "stopReason", schema::text_tree(std::move(stop_reason_)));
        put(answer, "usage", std::move(usage_));
        return bedrock_answer(endpoint(), asked(), answer, head);
    }

    Outcome whole(const http::Response& response) const override {
        return bedrock_reply(endpoint(), asked(), response);
    }

  private:
    Taken open(const Tree& event, Deltas& out);
    Taken append(const Tree& event, Deltas& out);
    Taken reason(Block& block, const Tree& reasoning, Deltas& out);
    Block* block_for(std::string_view index, Block::Kind kind);
    Block* add(std::string_view index);

    WireNames names_;
    std::string stop_reason_;
    Tree usage_;
    std::vector<Block> blocks_;
    std::map<std::string, std::size_t, std::less<>> by_index_; // of blocks that have not ended
    bool stopped_ = false;
};

/// A 0 may be left out.
std::string_view index_of(const Tree& event) {
    const std::string_view index = event.text_of("contentBlockIndex");
    return index.empty() ? "0" : index;
}

Taken too_many() {
    return {Taken::Kind::malformed, "holds too many blocks in its stream"};
}

/// New kinds of events may come at any time, and every event may hold members that only fill it up.
Taken ConverseReader::take(std::string_view name, const Tree& event, Deltas& out) {
    if (name == "metadata") {
        usage_ = event.in("usage");
        return {stopped_ ? Taken::Kind::last : Taken::Kind::known, {}};
    }
    if (stopped_) return {Taken::Kind::unknown, {}}; // the message is over
    if (name == "contentBlockDelta") return append(event, out);
    if (name == "contentBlockStart") return open(event, out);
    if (name == "contentBlockStop") {
        by_index_.erase(std::string(index_of(event)));
    } else if (name == "messageStop") {
        stopped_ = true;
        stop_reason_ = std::string(event.text_of("stopReason"));
    } else if (name != "messageStart") {
        return {Taken::Kind::unknown, {}};
    }
    return {};
}

/// nullptr when there are too many.
Block* ConverseReader::add(std::string_view index) {
    if (blocks_.size() == most_parts) return nullptr;
    by_index_.insert_or_assign(std::string(index), blocks_.size());
    return &blocks_.emplace_back();
}

/// The open block of that index and kind, or a new one.
Block* ConverseReader::block_for(std::string_view index, Block::Kind kind) {
    const auto found = by_index_.find(index);
    if (found != by_index_.end()) {
        Block& block = blocks_[found->second];
        if (block.kind == Block::Kind::open) block.kind = kind;
        if (block.kind == kind) return &block;
    }
    Block* block = add(index);
    if (block != nullptr) block->kind = kind;
    return block;
}

Taken ConverseReader::open(const Tree& event, Deltas& out) {
    Block* block = add(index_of(event));
    if (block == nullptr) return too_many();
    const Tree& start = event.in("start");
    if (const Tree* use = start.find("toolUse")) {
        block->kind = Block::Kind::tool;
        block->use = *use;
        out.add(DeltaKind::tool_call, names_.original(use->text_of("name")));
    } else if (!start.entries.empty()) {
        block->kind = Block::Kind::other; // images, results of tools that run at AWS
    }
    return {};
}

Taken ConverseReader::append(const Tree& event, Deltas& out) {
    const Tree& delta = event.in("delta");
    const std::string_view index = index_of(event);
    if (const Tree* use = delta.find("toolUse")) {
        const auto found = by_index_.find(index);
        if (found == by_index_.end() || blocks_[found->second].kind != Block::Kind::tool)
            return {Taken::Kind::malformed, "has a stream that goes on with a call it did not begin"};
        blocks_[found->second].pieces += use->text_of("input");
        return {};
    }
    if (const Tree* reasoning = delta.find("reasoningContent")) {
        Block* block = block_for(index, Block::Kind::reasoning);
        return block == nullptr ? too_many() : reason(*block, *reasoning, out);
    }
    const std::string_view text = delta.text_of("text");
    if (text.empty()) return {}; // citations, and what is new
    Block* block = block_for(index, Block::Kind::text);
    if (block == nullptr) return too_many();
    block->pieces += text;
    out.add(DeltaKind::text, text);
    return {};
}

Taken ConverseReader::reason(Block& block, const Tree& reasoning, Deltas& out) {
    block.pieces += reasoning.text_of("text");
    out.add(DeltaKind::thinking, reasoning.text_of("text"));
    block.signature += reasoning.text_of("signature");
    const auto bytes = base::from_base64(reasoning.text_of("redactedContent"));
    if (!bytes) return {Taken::Kind::malformed, "holds reasoning that is not base64"};
    block.redacted += *bytes;
    return {};
}

} // namespace

std::unique_ptr<StreamDecoder> bedrock_decoder(const Endpoint& endpoint, const Conversation& asked) {
    return stream_decoder(Framing::messages, std::make_unique<ConverseReader>(endpoint, asked));
}

} // namespace provider
