#include "run/transcript.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"

namespace run {

std::string Transcript::add(const std::string& parent, provider::Message message) {
    if (redactor_ != nullptr && !redactor_->empty()) {
        for (provider::Part& part : message.parts) {
            for (std::string* text :
                 {&part.text, &part.id, &part.name, &part.arguments.text, &part.blob.text})
                *text = (*redactor_)(*text);
        }
    }
    trace::StoredMessage stored;
    stored.parent = parent;
    stored.role = std::string(schema::name_of(message.role));
    stored.parts = schema::encode(message.parts);
    stored.hash = base::hex(base::sha256(parent + "\n" + stored.role + "\n" + stored.parts)).substr(0, 32);
    const auto [it, fresh] = nodes_.try_emplace(stored.hash);
    if (fresh) {
        it->second.parent = parent;
        it->second.message = std::move(message);
        join(it->second);
    }
    std::string hash = it->first;
    if (fresh) new_.push_back(std::move(stored));
    return hash;
}

void Transcript::load(const trace::StoredMessage& stored) {
    const schema::Parsed parsed = schema::parse_json(stored.parts, schema::Marks::none);
    if (!parsed)
        throw base::Error(base::Fault::store, base::format("stored message '{}' is not JSON", stored.hash));
    Node node;
    node.parent = stored.parent;
    schema::Tree role;
    role.kind = schema::Tree::Kind::scalar;
    role.quoted = true;
    role.text = stored.role;
    schema::decode_own(role, schema::type_of<provider::Role>(), &node.message.role);
    schema::decode_own(parsed.tree, schema::type_of<std::vector<provider::Part>>(), &node.message.parts);
    join(node);
    nodes_.try_emplace(stored.hash, std::move(node));
}

const Transcript::Node& Transcript::node(const std::string& hash) const {
    const auto it = nodes_.find(hash);
    if (it == nodes_.end())
        throw base::Error(base::Fault::store, base::format("message '{}' is missing", hash));
    return it->second;
}

/// A store gives messages in the order in which they were made, so what comes before is there.
void Transcript::join(Node& node) const {
    const auto it = nodes_.find(node.parent);
    node.before = it == nodes_.end() ? nullptr : &it->second;
    node.size = provider::size_of(node.message) + (node.before == nullptr ? 0 : node.before->size);
    node.count = 1 + (node.before == nullptr ? 0 : node.before->count);
}

const provider::Message& Transcript::message(const std::string& hash) const {
    return node(hash).message;
}

const std::string& Transcript::parent(const std::string& hash) const {
    const Node& child = node(hash);
    if (child.before == nullptr && !child.parent.empty())
        throw base::Error(base::Fault::store, base::format("message '{}' has lost the one before it", hash));
    return child.parent;
}

std::vector<provider::Message> Transcript::conversation(const std::string& last) const {
    std::vector<provider::Message> out;
    if (last.empty()) return out;
    std::vector<const Node*> chain;
    chain.reserve(node(last).count);
    for (const Node* n = &node(last); n != nullptr; n = n->before) {
        chain.push_back(n);
        if (n->before == nullptr && !n->parent.empty()) (void)node(n->parent); // says that it is missing
    }
    out.reserve(chain.size());
    for (auto it = chain.rbegin(); it != chain.rend(); ++it)
        out.push_back((*it)->message);
    return out;
}

std::vector<trace::StoredMessage> Transcript::take_new() {
    return std::exchange(new_, {});
}

} // namespace run
