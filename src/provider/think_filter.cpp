// A small machine over what is held back: never more than white space and the beginning of a tag.
#include "provider/think_filter.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace provider {

namespace {

constexpr std::string_view opening = "<think>";
constexpr std::string_view closing = "</think>";
constexpr std::string_view white_space = " \t\r\n\f\v";

std::size_t trailing_space(std::string_view text) {
    const std::size_t last = text.find_last_not_of(white_space);
    return last == std::string_view::npos ? 0 : last + 1;
}

/// Where a tag that is cut by the end of the text may begin.
std::size_t start_of_tag(std::string_view text, std::string_view tag) {
    for (std::size_t n = std::min(tag.size() - 1, text.size()); n > 0; --n) {
        if (text.ends_with(tag.substr(0, n))) return text.size() - n;
    }
    return text.size();
}

} // namespace

ThinkFilter::Pieces ThinkFilter::feed(std::string_view bytes) {
    Pieces out;
    if (state_ == State::answer) { // all there is for most models
        out.text = std::string(bytes);
        return out;
    }
    held_ += bytes;
    bool more = true;
    while (more) {
        switch (state_) {
        case State::before:
            more = open(out);
            break;
        case State::inside:
            more = close(out);
            break;
        case State::behind:
        case State::answer:
        case State::trimmed:
            answer(std::exchange(held_, {}), out);
            more = false;
            break;
        }
    }
    return out;
}

ThinkFilter::Pieces ThinkFilter::finish() {
    Pieces out;
    if (state_ == State::before) {
        state_ = State::answer;
        out.text = std::exchange(held_, {});
    } else if (state_ == State::inside) {
        think(std::exchange(held_, {}), out);
    }
    return out;
}

ThinkFilter::Pieces ThinkFilter::whole(std::string_view text) {
    Pieces out = feed(text);
    Pieces rest = finish();
    out.thinking += rest.thinking;
    out.text += rest.text;
    return out;
}

/// Whether the next state is known.
bool ThinkFilter::open(Pieces& out) {
    blank_ = std::min(held_.size(), held_.find_first_not_of(white_space, blank_));
    const std::string_view text = std::string_view(held_).substr(blank_);
    if (text.starts_with(opening)) {
        held_.erase(0, blank_ + opening.size());
        state_ = State::inside;
        return true;
    }
    if (opening.starts_with(text)) return false;
    out.text += std::exchange(held_, {});
    state_ = State::answer;
    return false;
}

bool ThinkFilter::close(Pieces& out) {
    const std::size_t end = held_.find(closing);
    const std::size_t safe = end == std::string::npos ? start_of_tag(held_, closing) : end;
    think(std::string_view(held_).substr(0, safe), out);
    held_.erase(0, end == std::string::npos ? safe : end + closing.size());
    if (end == std::string::npos) return false;
    space_.clear();
    state_ = State::behind;
    return true;
}

void ThinkFilter::think(std::string_view text, Pieces& out) {
    const std::size_t end = trailing_space(text);
    if (end == 0) {
        if (thought_) space_ += text;
        return;
    }
    if (!std::exchange(thought_, true)) text.remove_prefix(text.find_first_not_of(white_space));
    const std::size_t said = trailing_space(text);
    out.thinking += std::exchange(space_, {});
    out.thinking += text.substr(0, said);
    space_ = std::string(text.substr(said));
}

void ThinkFilter::answer(std::string_view text, Pieces& out) {
    if (state_ == State::behind) {
        text.remove_prefix(
            std::min(text.size(), text.find_first_not_of(after_ == After::trim ? white_space : "\r\n")));
        if (text.empty()) return;
        state_ = after_ == After::trim ? State::trimmed : State::answer;
    }
    if (state_ == State::trimmed) {
        const std::size_t said = trailing_space(text);
        if (said > 0) out.text += std::exchange(space_, {});
        out.text += text.substr(0, said);
        space_ += text.substr(said);
        return;
    }
    out.text += text;
}

} // namespace provider
