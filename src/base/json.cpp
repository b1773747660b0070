#include "base/json.hpp"

#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace base {

std::string json_quoted(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(text.size() + 2);
    out += '"';
    while (!text.empty()) {
        // Runs without anything special are copied at once.
        std::size_t run = 0;
        while (run < text.size()) {
            const auto c = static_cast<unsigned char>(text[run]);
            if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') break;
            ++run;
        }
        out.append(text.substr(0, run));
        text.remove_prefix(run);
        if (text.empty()) break;
        const auto c = static_cast<unsigned char>(text.front());
        if (c >= 0x80) {
            std::size_t size = 1;
            while (size < 4 && size < text.size() &&
                   invalid_utf8(text.substr(0, size)) != std::string_view::npos) {
                ++size;
            }
            const bool valid = invalid_utf8(text.substr(0, size)) == std::string_view::npos;
            out += valid ? text.substr(0, size) : std::string_view("\xEF\xBF\xBD");
            text.remove_prefix(valid ? size : 1);
            continue;
        }
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            out += "\\u00";
            out += digits[c >> 4U];
            out += digits[c & 15U];
        }
        text.remove_prefix(1);
    }
    out += '"';
    return out;
}

void JsonWriter::new_line() {
    if (style_ == Style::compact) return;
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (depth_ == 0) return;
    if (!first_) out_ += ',';
    first_ = false;
    new_line();
}

JsonWriter& JsonWriter::open(char bracket) {
    before_value();
    out_ += bracket;
    ++depth_;
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    --depth_;
    if (!first_) new_line();
    out_ += bracket;
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    before_value();
    out_ += json_quoted(name);
    out_ += style_ == Style::compact ? ":" : ": ";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
    return raw(json_quoted(value));
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
    return raw(std::to_string(value));
}

JsonWriter& JsonWriter::number(double value) {
    if (!std::isfinite(value)) return null();
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return raw({buffer, static_cast<std::size_t>(end - buffer)});
}

JsonWriter& JsonWriter::boolean(bool value) {
    return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::null() {
    return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    before_value();
    out_ += json;
    return *this;
}

} // namespace base
