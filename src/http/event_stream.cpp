// Server-sent events end a line with LF, CR or CRLF, so a CR at the end of a piece may be half of an end.
#include "http/event_stream.hpp"

#include <cstring>
#include <utility>

namespace http {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t longest_stray = 4096;

/// Where lines end. Asked from left to right; each byte is looked at twice by memchr, which is several times
/// as fast as looking for both ends at once.
class LineEnds {
  public:
    /// Of the first line in `bytes`, which is a rest of what was asked for before; its size when none ends.
    std::size_t first_in(std::string_view bytes) {
        if (line_feed_ < bytes.data()) {
            const void* const found = std::memchr(bytes.data(), '\n', bytes.size());
            line_feed_ = found == nullptr ? bytes.data() + bytes.size() : static_cast<const char*>(found);
        }
        const auto line = static_cast<std::size_t>(line_feed_ - bytes.data());
        const void* const cr = std::memchr(bytes.data(), '\r', line);
        return cr == nullptr ? line : static_cast<std::size_t>(static_cast<const char*>(cr) - bytes.data());
    }

  private:
    const char* line_feed_ = nullptr; // the next one, or the end
};

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

void SseSplitter::feed(std::string_view bytes, const Take& take) {
    LineEnds ends;
    while (!bytes.empty() && !overflowed_) {
        if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const std::size_t end = ends.first_in(bytes);
        const std::string_view piece = bytes.substr(0, end);
        if (!fits(piece.size())) break;
        if (end == bytes.size()) {
            line_ += piece;
            break;
        }
        after_cr_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        if (line_.empty()) {
            line(piece, take);
            continue;
        }
        line_ += piece;
        const std::string whole = std::exchange(line_, {});
        line(whole, take);
    }
}

std::optional<ServerEvent> SseSplitter::finish() {
    std::optional<ServerEvent> out;
    const auto keep_first = [&](const ServerEvent& event) {
        if (!out) out = event;
    };
    const std::string last = std::exchange(line_, {});
    if (!last.empty()) line(last, keep_first);
    dispatch(keep_first);
    return out;
}

void SseSplitter::line(std::string_view text, const Take& take) {
    if (std::exchange(first_, false) && text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    if (text.empty()) return dispatch(take);
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

void SseSplitter::dispatch(const Take& take) {
    if (std::exchange(has_data_, false)) {
        take(event_);
        ++ended_;
    }
    constexpr std::size_t usual = std::size_t{64} << 10U; // bytes; the memory of larger ones is not kept
    if (event_.name.capacity() + event_.data.capacity() > usual) {
        event_ = {};
        return;
    }
    event_.name.clear();
    event_.data.clear();
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
