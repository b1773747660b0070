#include "base/json.hpp"

#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace base {

namespace {

void escape(std::string& out, std::uint32_t unit) {
    static constexpr char digits[] = "0123456789abcdef";
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U})
        out += digits[unit >> shift & 15U];
}

/// Control and bidirectional characters, and tags. Contents are stored and hashed in this form, so the list
/// stays as it is; what `visible` knows beyond it is made harmless where it is printed.
bool is_escaped(std::uint32_t c) noexcept {
    return (c >= 0x80 && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || (c >= 0xE0000 && c <= 0xE007F);
}

/// One valid character of two bytes or more: as it is, or escaped.
void append_character(std::string& out, std::string_view character) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    std::uint32_t code = byte(0) & (0xFFU >> (character.size() + 1));
    for (std::size_t i = 1; i < character.size(); ++i)
        code = code << 6U | (byte(i) & 0x3FU);
    if (!is_escaped(code)) {
        out += character;
        return;
    }
    if (code < 0x10000) return escape(out, code);
    escape(out, 0xD800U + ((code - 0x10000U) >> 10U));
    escape(out, 0xDC00U + (code & 0x3FFU));
}

} // namespace

std::string json_quoted(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    out += '"';
    while (!text.empty()) {
        // Runs without anything special are copied at once.
        std::size_t run = 0;
        while (run < text.size()) {
            const auto c = static_cast<unsigned char>(text[run]);
            if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\') break;
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
            if (valid)
                append_character(out, text.substr(0, size));
            else
                out += "\xEF\xBF\xBD";
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
            escape(out, c);
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
