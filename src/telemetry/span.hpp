// Writes spans as OTLP's JSON has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"

namespace telemetry {

enum class SpanKind { internal = 1, client = 3 };
enum class Status { unset = 0, error = 2 };

/// Attributes of one thing, in order. Empty texts are left out.
class Attributes {
  public:
    explicit Attributes(base::JsonWriter& out) : out_(out) { out_.begin_array(); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { out_.end_array(); }

    Attributes& text(std::string_view key, std::string_view value);
    Attributes& integer(std::string_view key, std::int64_t value);
    Attributes& number(std::string_view key, double value);
    Attributes& boolean(std::string_view key, bool value);
    Attributes& texts(std::string_view key, const std::vector<std::string>& values);
    /// An integer where it is not 0.
    Attributes& counted(std::string_view key, std::int64_t value) {
        return value == 0 ? *this : integer(key, value);
    }

  private:
    base::JsonWriter& begin(std::string_view key);
    base::JsonWriter& out_;
};

struct SpanHead {
    std::string trace;
    std::string span;
    std::string parent; ///< "": none
    std::string name;
    SpanKind kind = SpanKind::internal;
    base::Time start;
    base::Time end;
};

/// One span: head, then attributes, then events, then how it ended.
class SpanWriter {
  public:
    explicit SpanWriter(const SpanHead& head);
    /// Once, and first.
    [[nodiscard]] Attributes attributes();
    /// An event with attributes; after attributes().
    [[nodiscard]] Attributes event(std::string_view name, base::Time time);
    std::string end(Status status, std::string_view message) &&;

  private:
    enum class Part { head, attributes, events };
    base::JsonWriter out_;
    Part part_ = Part::head;
    bool event_open_ = false;
};

/// A point in time as OTLP has it: nanoseconds since 1970, as text.
std::string nanoseconds(base::Time time);

} // namespace telemetry
