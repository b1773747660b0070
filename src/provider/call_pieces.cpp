// Which call a fragment belongs to: its id if that is known, else its index, else the call before.
#include "provider/call_pieces.hpp"

#include <utility>

#include "base/text.hpp"
#include "provider/stream.hpp"

namespace provider {

namespace {

using schema::Tree;

/// Text; some servers send the object itself.
std::string arguments_of(const Tree& function) {
    const Tree* arguments = function.find("arguments");
    if (arguments == nullptr || arguments->kind == Tree::Kind::null) return {};
    return arguments->kind == Tree::Kind::scalar ? arguments->text : schema::to_json(*arguments);
}

} // namespace

void CallPieces::Closing::read(std::string_view json) noexcept {
    for (const char c : json) {
        if (std::exchange(escaped, false)) continue;
        if (in_text) {
            escaped = c == '\\';
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            closed = --depth <= 0;
        }
    }
}

std::string CallPieces::add(const Tree& fragment) {
    const Tree& function = fragment.in("function");
    const Fragment piece{fragment.text_of("id"), fragment.text_of("index"), function.text_of("name"),
                         arguments_of(function)};
    Call& call = calls_[place_of(piece)];
    if (call.id.empty()) call.id = std::string(piece.id);
    if (call.index.empty()) call.index = std::string(piece.index);
    call.arguments += piece.arguments;
    call.closing.read(piece.arguments);
    const Tree* extra = fragment.find("extra_content");
    if (extra != nullptr && extra->is_map()) call.extra_content = *extra;
    if (!call.name.empty() || piece.name.empty()) return {};
    return call.name = std::string(piece.name);
}

/// Only a fragment with a name can: a call that goes on has no need to say it again.
bool CallPieces::begins_another(const Call& call, const Fragment& fragment) const {
    if (fragment.name.empty()) return false;
    const bool elsewhere = !fragment.index.empty() && !call.index.empty() && fragment.index != call.index;
    if (elsewhere && !call.name.empty() && fragment.name != call.name) return true;
    if (!call.closing.closed) return false;
    return elsewhere || !base::trim(fragment.arguments).empty();
}

std::size_t CallPieces::place_of(const Fragment& fragment) {
    const auto by_id = fragment.id.empty() ? by_id_.end() : by_id_.find(fragment.id);
    const auto by_index = fragment.index.empty() ? by_index_.end() : by_index_.find(fragment.index);
    std::optional<std::size_t> place;
    if (by_id != by_id_.end()) {
        place = by_id->second;
    } else if (by_index != by_index_.end()) {
        // An index that is used twice, unless a server makes up a new id for every fragment.
        const Call& call = calls_[by_index->second];
        const bool other = !fragment.id.empty() && !call.id.empty();
        if (!other || (fragment.name.empty() && !call.closing.closed)) place = by_index->second;
    } else if (fragment.id.empty() && fragment.index.empty() && !calls_.empty()) {
        place = calls_.size() - 1;
    }
    if (place && begins_another(calls_[*place], fragment)) place.reset();
    if (!place) {
        place = calls_.size();
        calls_.emplace_back();
    }
    if (!fragment.id.empty()) by_id_.insert_or_assign(std::string(fragment.id), *place);
    if (!fragment.index.empty()) by_index_.insert_or_assign(std::string(fragment.index), *place);
    return *place;
}

std::vector<Tree> CallPieces::take() {
    std::vector<Tree> out;
    for (Call& call : calls_) {
        Tree function;
        put(function, "name", schema::text_tree(std::move(call.name)));
        put(function, "arguments", schema::text_tree(std::move(call.arguments)));
        Tree whole;
        put(whole, "id", schema::text_tree(std::move(call.id)));
        put(whole, "function", std::move(function));
        if (call.extra_content) put(whole, "extra_content", std::move(*call.extra_content));
        out.push_back(std::move(whole));
    }
    calls_.clear();
    return out;
}

} // namespace provider
