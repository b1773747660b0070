#include "cli/manner.hpp"

#include "base/text.hpp"
#include "cli/otlp_target.hpp"
#include "cli/stopping.hpp"

namespace cli {

std::int64_t count_option(const Arguments& arguments, std::string_view name) {
    const auto text = arguments.one(name);
    if (!text) return 0;
    const auto value = base::to_integer(*text);
    if (value && *value > 0) return *value;
    throw base::Error(base::Fault::usage,
                      base::format("invalid {} \"{}\": expected a whole number above 0", name, *text));
}

std::optional<base::Usd> money_option(const Arguments& arguments, std::string_view name) {
    const auto text = arguments.one(name);
    if (!text) return std::nullopt;
    const auto amount = base::parse_usd(*text);
    if (amount) return amount;
    base::Error error(
        base::Fault::usage,
        base::format("invalid {} \"{}\": expected an amount of US dollars such as 0.50", name, *text));
    if (text->starts_with('$')) throw std::move(error).hint("write the number alone");
    throw base::Error(std::move(error));
}

Manner manner_of(const Arguments& arguments, Tape* tape) {
    Manner out(tape);
    out.grace = duration_option(arguments, "--grace");
    out.otlp_endpoint = arguments.one("--otlp-endpoint");
    if (out.otlp_endpoint) (void)otlp_target(out.otlp_endpoint); // said before the run, not after it
    out.limits.model_calls = count_option(arguments, "--max-calls");
    out.limits.tokens = count_option(arguments, "--max-tokens");
    out.limits.cost = money_option(arguments, "--max-cost");
    if (const auto time = duration_option(arguments, "--max-time")) {
        if (time->us == 0)
            throw base::Error(base::Fault::usage, "invalid --max-time \"0\": a run takes some time");
        out.limits.time = *time;
    }
    return out;
}

std::vector<Option> with_manner(std::vector<Option> first) {
    first.push_back(
        {"--max-calls", 0, "N", "Model calls in all, as spec.limits.model_calls of a task.", Takes::one});
    first.push_back({"--max-tokens", 0, "N", "Tokens in all, as spec.limits.tokens.", Takes::one});
    first.push_back({"--max-cost", 0, "USD", "US dollars in all, as spec.limits.cost; 0: only what is free.",
                     Takes::one});
    first.push_back({"--max-time", 0, "TIME", "Time in all, as spec.limits.time.", Takes::one});
    first.push_back(grace_option());
    first.push_back(
        otlp_endpoint_option("Send the trace to this OpenTelemetry collector when the run has ended."));
    return first;
}

bool any(const resource::RunLimits& limits) {
    return limits.model_calls > 0 || limits.tokens > 0 || limits.cost || limits.time.us > 0;
}

resource::Resource limited(resource::Resource task, const resource::RunLimits& wanted) {
    if (!any(wanted)) return task;
    auto& spec = std::get<resource::TaskSpec>(task.spec);
    resource::RunLimits limits = spec.limits.value_or(resource::RunLimits{});
    if (wanted.model_calls > 0) limits.model_calls = wanted.model_calls;
    if (wanted.tokens > 0) limits.tokens = wanted.tokens;
    if (wanted.cost) limits.cost = wanted.cost;
    if (wanted.time.us > 0) limits.time = wanted.time;
    spec.limits = limits;
    return task;
}

} // namespace cli
