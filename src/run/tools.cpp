#include "run/tools.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "resource/json_value.hpp"
#include "run/prompt.hpp"

namespace run {

namespace {

constexpr std::size_t most_result_bytes = std::size_t{64} << 10U; // of a result that the model gets
constexpr std::size_t most_message_bytes = 4096;                  // of a failure
constexpr std::int64_t most_doublings = 10;

std::uint32_t fnv1a_32(std::string_view bytes) noexcept {
    std::uint32_t hash = 2166136261U;
    for (const char c : bytes)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash;
}

} // namespace

bool ToolPlan::repeatable() const {
    if (idempotent) return true;
    return !operation_classes.empty() && std::all_of(operation_classes.begin(), operation_classes.end(),
                                                     [](const std::string& word) { return word == "read"; });
}

ToolPlan tool_plan(std::string name, const resource::ToolSpec& spec) {
    ToolPlan out;
    out.name = std::move(name);
    out.description = spec.description;
    out.input_schema = spec.input_schema;
    out.operation_classes = spec.operation_classes;
    out.runtime = spec.runtime;
    return out;
}

double tool_jitter(std::string_view tool, std::int64_t tries) {
    return static_cast<double>(fnv1a_32(base::format("{}:{}", tool, tries)) % 10000U) / 10000.0;
}

std::optional<base::Duration> tool_retry_delay(const ToolPlan& tool, const ToolFailure& failure,
                                               std::int64_t tries) {
    const resource::ToolRetry& rule = tool.runtime.retry;
    if (!failure.retryable || tries >= std::max<std::int64_t>(rule.max_attempts, 1)) return std::nullopt;
    const std::int64_t exponent = std::clamp<std::int64_t>(tries - 1, 0, most_doublings);
    const std::int64_t cap = rule.max_backoff.us;
    const std::int64_t full = rule.backoff.us > (cap >> exponent) ? cap : rule.backoff.us << exponent;
    if (full <= 0) return base::Duration{0};
    const auto delay = static_cast<double>(full);
    const double f = tool_jitter(tool.name, tries);
    std::int64_t us = full;
    switch (rule.jitter) {
    case resource::Jitter::none:
        break;
    case resource::Jitter::full:
        us = static_cast<std::int64_t>(delay * f);
        break;
    case resource::Jitter::equal:
        us = static_cast<std::int64_t>(delay / 2 + delay / 2 * f);
        break;
    }
    return std::max(base::Duration{us}, base::milliseconds(1));
}

ToolText tool_result_text(std::string_view result) {
    ToolText out;
    out.truncated = result.size() > most_result_bytes;
    std::string text(out.truncated ? base::utf8_prefix(result, most_result_bytes) : result);
    if (out.truncated) text += "\n[output truncated]";
    out.text = delimited("tool_result", text);
    return out;
}

std::string tool_failure_text(const ToolFailure& failure) {
    base::JsonWriter out;
    out.begin_object().member("code", failure.code).member("reason", failure.reason);
    out.member("retryable", failure.retryable);
    out.member("message", base::utf8_prefix(failure.message, most_message_bytes)).end_object();
    return std::move(out).take();
}

std::string tool_call_hash(std::string_view tool, const schema::Json& arguments) {
    const schema::Parsed parsed = schema::parse_json(arguments.text, schema::Marks::none);
    return base::hex(base::sha256(base::format("{}\n{}", tool, resource::canonical(parsed.tree))))
        .substr(0, 32);
}

} // namespace run
