#include "telemetry/said.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace telemetry {

using provider::Message;
using provider::Part;
using provider::Role;

namespace {

std::size_t leading(std::span<const Message> messages) {
    const auto end = std::find_if(messages.begin(), messages.end(),
                                  [](const Message& message) { return message.role != Role::system; });
    return static_cast<std::size_t>(end - messages.begin());
}

void write(base::JsonWriter& out, const Part& part) {
    out.begin_object();
    switch (part.kind) {
    case Part::Kind::text:
        out.member("type", "text").member("content", part.text);
        break;
    case Part::Kind::thinking:
        out.member("type", "reasoning").member("content", part.text);
        break;
    case Part::Kind::tool_call:
        out.member("type", "tool_call").member("id", part.id).member("name", part.name).key("arguments");
        if (part.arguments.text.empty())
            out.string(part.text);
        else
            out.raw(part.arguments.text);
        break;
    case Part::Kind::tool_result:
        out.member("type", "tool_call_response").member("id", part.id).member("response", part.text);
        break;
    }
    out.end_object();
}

void write(base::JsonWriter& out, const Message& message, std::string_view finish) {
    out.begin_object().member("role", schema::name_of(message.role)).key("parts").begin_array();
    for (const Part& part : message.parts)
        write(out, part);
    out.end_array();
    if (!finish.empty()) out.member("finish_reason", finish);
    out.end_object();
}

} // namespace

std::string input_messages(std::span<const Message> messages) {
    base::JsonWriter out;
    out.begin_array();
    for (const Message& message : messages.subspan(leading(messages)))
        write(out, message, {});
    out.end_array();
    return std::move(out).take();
}

std::string output_message(const Message& message, std::string_view finish) {
    base::JsonWriter out;
    out.begin_array();
    write(out, message, finish);
    out.end_array();
    return std::move(out).take();
}

std::string system_instructions(std::span<const Message> messages) {
    const std::size_t count = leading(messages);
    if (count == 0) return {};
    base::JsonWriter out;
    out.begin_array();
    for (const Message& message : messages.first(count)) {
        for (const Part& part : message.parts)
            write(out, part);
    }
    out.end_array();
    return std::move(out).take();
}

std::string tool_definitions(const std::vector<run::ToolPlan>& tools) {
    if (tools.empty()) return {};
    base::JsonWriter out;
    out.begin_array();
    for (const run::ToolPlan& tool : tools) {
        out.begin_object().member("type", "function").member("name", tool.name);
        if (!tool.description.empty()) out.member("description", tool.description);
        if (!tool.input_schema.text.empty()) out.key("parameters").raw(tool.input_schema.text);
        out.end_object();
    }
    out.end_array();
    return std::move(out).take();
}

} // namespace telemetry
