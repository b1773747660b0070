// The messages of a run. Content-addressed and linked to their parents: a conversation is named by its last
// message, a fork shares the prefix, and a 50-step agent stores 50 messages.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact.hpp"
#include "provider/provider.hpp"
#include "trace/event.hpp"

namespace run {

class Transcript {
  public:
    /// Secrets that are taken out of every message before it is hashed and kept, so that what is sent after a
    /// crash is what was sent before it. Must outlive the transcript.
    void redact_with(const base::Redactor& redactor) { redactor_ = &redactor; }

    /// Adds a message after `parent` ("" for the first) and returns its hash; the same content gives the same
    /// hash.
    std::string add(const std::string& parent, provider::Message message);
    /// Takes over a stored message, parents before children. Throws Error{store} when its content is not
    /// readable.
    void load(const trace::StoredMessage& stored);

    /// Throws Error{store} when the journal names a message that is not there.
    [[nodiscard]] const provider::Message& message(const std::string& hash) const;
    /// The hash of the message before it; "" for the first. Throws Error{store} when either is not there.
    /// Whoever goes from parent to parent comes to an end: one that was loaded after its child is not there.
    [[nodiscard]] const std::string& parent(const std::string& hash) const;
    /// From the first message to `last`.
    [[nodiscard]] std::vector<provider::Message> conversation(const std::string& last) const;

    /// The bytes of the conversation up to `last`, as provider::size_of counts them. Constant time.
    [[nodiscard]] std::size_t size(const std::string& last) const { return node(last).size; }

    /// Messages added since the last call, in order, as they are to be stored.
    std::vector<trace::StoredMessage> take_new();

  private:
    struct Node {
        std::string parent;
        provider::Message message;
        const Node* before = nullptr; ///< of `parent`; null for the first, and when it was not there
        std::size_t size = 0;         ///< of it and everything before it
        std::size_t count = 1;        ///< of messages, likewise
    };
    [[nodiscard]] const Node& node(const std::string& hash) const;
    void join(Node& node) const;

    std::map<std::string, Node, std::less<>> nodes_; // a map, since nodes point to one another
    std::vector<trace::StoredMessage> new_;
    const base::Redactor* redactor_ = nullptr;
};

} // namespace run
