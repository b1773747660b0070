// Writes JSON into a string. Knows nothing of types (schema does) and does not check that keys are unique; it
// puts commas and escapes where they belong, and that is all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace base {

/// `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD, so the result is always valid JSON;
/// control and bidirectional characters and tags are escaped.
std::string json_quoted(std::string_view text);

class JsonWriter {
  public:
    enum class Style { compact, indented };
    explicit JsonWriter(Style style = Style::compact) : style_(style) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view value);
    JsonWriter& integer(std::int64_t value);
    JsonWriter& number(double value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// One JSON value that is already text; it is copied as it is.
    JsonWriter& raw(std::string_view json);

    /// key and value at once.
    JsonWriter& member(std::string_view name, std::string_view value) { return key(name).string(value); }
    JsonWriter& member(std::string_view name, const char* value) { return key(name).string(value); }
    JsonWriter& member(std::string_view name, const std::string& value) { return key(name).string(value); }
    JsonWriter& member(std::string_view name, bool value) { return key(name).boolean(value); }
    JsonWriter& member(std::string_view name, std::int64_t value) { return key(name).integer(value); }
    JsonWriter& member(std::string_view name, int value) { return key(name).integer(value); }
    JsonWriter& member(std::string_view name, double value) { return key(name).number(value); }

    [[nodiscard]] const std::string& text() const noexcept { return out_; }
    [[nodiscard]] std::string take() && { return std::move(out_); }

  private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void before_value();
    void new_line();

    Style style_;
    std::string out_;
    std::size_t depth_ = 0;
    bool first_ = true; // no member of the innermost container yet
    bool after_key_ = false;
};

} // namespace base
