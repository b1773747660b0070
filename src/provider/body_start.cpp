// An event stream begins with a field or a comment; lines of JSON with one object on the first line; binary
// messages with their length, whose first byte is none that a text begins with.
#include "provider/body_start.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace provider {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// `text` is not empty.
Shape shape_of_event(std::string_view text) {
    constexpr std::array<std::string_view, 4> fields{"data", "event", "id", "retry"};
    if (text.front() == ':') return Shape::stream;
    for (const std::string_view field : fields) {
        if (field.starts_with(text)) return Shape::open;
        if (!text.starts_with(field)) continue;
        const char next = text[field.size()];
        if (next == ':' || next == '\r' || next == '\n') return Shape::stream;
    }
    return Shape::document;
}

/// No message is long enough to begin with a printable byte, white space or a byte order mark.
Shape shape_of_message(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < '\t' ? Shape::stream : Shape::document;
}

} // namespace

Shape BodyStart::add(std::string_view bytes) {
    if (overflowed_) return shape_;
    if (bytes.size() > longest_document - text_.size()) {
        overflowed_ = true;
        text_ = {};
        return shape_ = Shape::document;
    }
    text_ += bytes;
    if (shape_ == Shape::open) shape_ = look();
    return shape_;
}

std::string BodyStart::take() {
    return std::exchange(text_, {});
}

Shape BodyStart::look() {
    if (framing_ == Framing::messages) return text_.empty() ? Shape::open : shape_of_message(text_.front());
    if (start_ == 0 && framing_ == Framing::events) {
        if (text_.size() < byte_order_mark.size() && byte_order_mark.starts_with(text_)) return Shape::open;
        if (text_.starts_with(byte_order_mark)) start_ = byte_order_mark.size();
    }
    start_ = std::min(text_.size(), text_.find_first_not_of(" \t\r\n", start_));
    if (start_ == text_.size()) return Shape::open;
    if (framing_ == Framing::events) return shape_of_event(std::string_view(text_).substr(start_));
    return text_[start_] == '{' ? look_for_line() : Shape::document;
}

Shape BodyStart::look_for_line() {
    const std::size_t end = text_.find('\n', std::max(start_, searched_));
    searched_ = text_.size();
    if (end == std::string::npos) return Shape::open;
    const schema::Parsed line = schema::parse_json(std::string_view(text_).substr(start_, end - start_));
    return line ? Shape::stream : Shape::document;
}

} // namespace provider
