// Server-sent events end a line with LF, CR or CRLF, so a CR at the end of a piece may be half of an end.
#include "http/event_stream.hpp"

#include <algorithm>
#include <utility>

namespace http {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t longest_stray = 4096;

/// The first CR or LF, else the size. Several times as fast as find_first_of.
std::size_t line_end(std::string_view bytes) {
    const auto* const found =
        std::find_if(bytes.begin(), bytes.end(), [](char c) { return c == '\n' || c == '\r'; });
    return static_cast<std::size_t>(found - bytes.begin());
}

} // namespace

bool SseSplitter::fits(std::size_t more) {
    const std::size_t held = event_.name.size() + event_.data.size() + line_.size();
    if (held <= most_ && more <= most_ - held) return true;
    overflowed_ = true;
    line_ = {};
    event_ = {};
    has_data_ = false;
    return false;
}

std::vector<ServerEvent> SseSplitter::feed(std::string_view bytes) {
    std::vector<ServerEvent> out;
    while (!bytes.empty() && !overflowed_) {
        if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const std::size_t end = line_end(bytes);
        const std::string_view piece = bytes.substr(0, end);
        if (!fits(piece.size())) break;
        if (end == bytes.size()) {
            line_ += piece;
            break;
        }
        after_cr_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        if (line_.empty()) {
            line(piece, out);
            continue;
        }
        line_ += piece;
        const std::string whole = std::exchange(line_, {});
        line(whole, out);
    }
    return out;
}

std::optional<ServerEvent> SseSplitter::finish() {
    std::vector<ServerEvent> out;
    const std::string last = std::exchange(line_, {});
    if (!last.empty()) line(last, out);
    dispatch(out);
    if (out.empty()) return std::nullopt;
    return std::move(out.front());
}

void SseSplitter::line(std::string_view text, std::vector<ServerEvent>& out) {
    if (std::exchange(first_, false) && text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    if (text.empty()) return dispatch(out);
    const std::size_t colon = text.find(':');
    if (colon == 0) return; // a comment: the server is alive
    std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    const std::string_view name = text.substr(0, colon);
    if (name == "data" || name == "event") return field(name, value);
    if (!stray_.empty() || name == "id" || name == "retry") return;
    stray_ = std::string(text.substr(0, longest_stray));
    before_stray_ = ended_;
}

void SseSplitter::field(std::string_view name, std::string_view value) {
    if (name == "event") {
        event_.name = std::string(value);
        return;
    }
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
}

void SseSplitter::dispatch(std::vector<ServerEvent>& out) {
    if (std::exchange(has_data_, false)) {
        out.push_back(std::move(event_));
        ++ended_;
    }
    event_ = {};
}

std::vector<std::string> LineSplitter::feed(std::string_view bytes) {
    std::vector<std::string> out;
    while (!bytes.empty() && !overflowed_) {
        const std::size_t end = bytes.find('\n');
        const std::string_view piece = bytes.substr(0, end);
        if (line_.size() > most_ || piece.size() > most_ - line_.size()) {
            overflowed_ = true;
            line_ = {};
            break;
        }
        line_ += piece;
        if (end == std::string_view::npos) break;
        out.push_back(std::exchange(line_, {}));
        bytes.remove_prefix(end + 1);
    }
    return out;
}

std::optional<std::string> LineSplitter::finish() {
    if (line_.empty()) return std::nullopt;
    return std::exchange(line_, {});
}

} // namespace http
