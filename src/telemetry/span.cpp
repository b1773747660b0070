#include "telemetry/span.hpp"

#include "base/text.hpp"

namespace telemetry {

base::JsonWriter& Attributes::begin(std::string_view key) {
    return out_.begin_object().member("key", key).key("value").begin_object();
}

Attributes& Attributes::text(std::string_view key, std::string_view value) {
    if (value.empty()) return *this;
    begin(key).member("stringValue", value).end_object().end_object();
    return *this;
}

Attributes& Attributes::integer(std::string_view key, std::int64_t value) {
    begin(key).member("intValue", std::to_string(value)).end_object().end_object();
    return *this;
}

Attributes& Attributes::number(std::string_view key, double value) {
    begin(key).member("doubleValue", value).end_object().end_object();
    return *this;
}

Attributes& Attributes::boolean(std::string_view key, bool value) {
    begin(key).member("boolValue", value).end_object().end_object();
    return *this;
}

Attributes& Attributes::texts(std::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return *this;
    begin(key).key("arrayValue").begin_object().key("values").begin_array();
    for (const std::string& value : values)
        out_.begin_object().member("stringValue", value).end_object();
    out_.end_array().end_object().end_object().end_object();
    return *this;
}

SpanWriter::SpanWriter(const SpanHead& head) {
    out_.begin_object().member("traceId", head.trace).member("spanId", head.span);
    if (!head.parent.empty()) out_.member("parentSpanId", head.parent);
    out_.member("name", head.name).member("kind", static_cast<int>(head.kind));
    out_.member("startTimeUnixNano", nanoseconds(head.start));
    out_.member("endTimeUnixNano", nanoseconds(head.end));
}

Attributes SpanWriter::attributes() {
    part_ = Part::attributes;
    out_.key("attributes");
    return Attributes(out_);
}

Attributes SpanWriter::event(std::string_view name, base::Time time) {
    if (part_ != Part::events) out_.key("events").begin_array();
    if (event_open_) out_.end_object();
    part_ = Part::events;
    event_open_ = true;
    out_.begin_object().member("timeUnixNano", nanoseconds(time)).member("name", name);
    out_.key("attributes");
    return Attributes(out_);
}

std::string SpanWriter::end(Status status, std::string_view message) && {
    if (event_open_) out_.end_object();
    if (part_ == Part::events) out_.end_array();
    if (status != Status::unset) {
        out_.key("status").begin_object().member("code", static_cast<int>(status));
        if (!message.empty()) out_.member("message", message);
        out_.end_object();
    }
    out_.end_object();
    return std::move(out_).take();
}

std::string nanoseconds(base::Time time) {
    return base::format("{}000", time.us);
}

} // namespace telemetry
