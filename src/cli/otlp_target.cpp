#include "cli/otlp_target.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "config.hpp"

namespace cli {

namespace {

constexpr std::string_view traces_path = "/v1/traces";

using Pairs = std::vector<std::pair<std::string, std::string>>;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low < 0) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

/// "a=b,c=d", as W3C Baggage writes it. What is no pair is left out.
Pairs pairs_of(std::string_view text) {
    Pairs out;
    for (const std::string_view part : base::split(text, ',')) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos) continue;
        std::string key(base::trim(part.substr(0, equals)));
        if (!key.empty())
            out.emplace_back(std::move(key), percent_decoded(base::trim(part.substr(equals + 1))));
    }
    return out;
}

/// The variable for traces, else the one for everything.
std::optional<std::string> variable(std::string_view rest) {
    if (auto own = base::environment(base::format("OTEL_EXPORTER_OTLP_TRACES_{}", rest))) return own;
    return base::environment(base::format("OTEL_EXPORTER_OTLP_{}", rest));
}

bool is_true(const char* name) {
    return base::lower(base::environment(name).value_or("")) == "true";
}

struct Named {
    std::string text;
    std::string where;  ///< for messages
    bool whole = false; ///< nothing is appended
};

std::optional<Named> named(const std::optional<std::string>& endpoint) {
    if (endpoint)
        return endpoint->empty() ? std::nullopt : std::optional(Named{*endpoint, "--otlp-endpoint"});
    if (is_true("OTEL_SDK_DISABLED") || base::environment("OTEL_TRACES_EXPORTER") == "none")
        return std::nullopt;
    if (auto own = base::environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
        return Named{std::move(*own), "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", true};
    if (auto all = base::environment("OTEL_EXPORTER_OTLP_ENDPOINT"))
        return Named{std::move(*all), "OTEL_EXPORTER_OTLP_ENDPOINT"};
    return std::nullopt;
}

std::string url_of(const Named& from) {
    const auto url = http::parse_url(from.text);
    if (!url) {
        throw base::Error(base::Fault::usage, base::format("{} \"{}\" is no http URL", from.where, from.text))
            .hint("name the collector's HTTP address: http://localhost:4318");
    }
    if (from.whole || url->path.ends_with(traces_path)) return http::render(*url);
    return http::join(*url, traces_path);
}

void check_protocol(const Named& from) {
    const std::string protocol = base::lower(variable("PROTOCOL").value_or(""));
    if (protocol != "grpc" || from.where == "--otlp-endpoint") return;
    throw base::Error(base::Fault::usage, "OTEL_EXPORTER_OTLP_PROTOCOL asks for grpc; orloj sends http/json")
        .hint("name the collector's HTTP port: "
              "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://localhost:4318/v1/traces, "
              "and OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json");
}

base::Duration timeout() {
    const auto text = variable("TIMEOUT");
    const auto ms = text ? base::to_integer(*text) : std::nullopt;
    return ms && *ms > 0 ? base::milliseconds(std::min<std::int64_t>(*ms, 600'000)) : base::seconds(10);
}

} // namespace

bool otlp_wanted(const std::optional<std::string>& endpoint) {
    return named(endpoint).has_value();
}

std::optional<OtlpTarget> otlp_target(const std::optional<std::string>& endpoint) {
    const auto from = named(endpoint);
    if (!from) return std::nullopt;
    check_protocol(*from);
    OtlpTarget out;
    out.url = url_of(*from);
    for (auto& [name, value] : pairs_of(variable("HEADERS").value_or(""))) {
        if (!http::header_value(value)) continue;
        out.headers.push_back({std::move(name), "", base::SecretText(value)});
    }
    out.ca_bundle = variable("CERTIFICATE").value_or("");
    out.timeout = timeout();
    return out;
}

telemetry::Settings otlp_settings() {
    telemetry::Settings out;
    out.version = ORLOJ_VERSION;
    out.resource = pairs_of(base::environment("OTEL_RESOURCE_ATTRIBUTES").value_or(""));
    std::string name = base::environment("OTEL_SERVICE_NAME").value_or("");
    const auto put = std::stable_partition(out.resource.begin(), out.resource.end(),
                                           [](const auto& pair) { return pair.first == "service.name"; });
    if (name.empty()) name = put == out.resource.begin() ? "orloj" : out.resource.front().second;
    out.resource.erase(out.resource.begin(), put);
    out.resource.insert(out.resource.begin(), {"service.name", std::move(name)});
    const auto version = [](const auto& pair) { return pair.first == "service.version"; };
    if (std::none_of(out.resource.begin(), out.resource.end(), version))
        out.resource.emplace_back("service.version", ORLOJ_VERSION);
    const std::string opted = base::environment("OTEL_SEMCONV_STABILITY_OPT_IN").value_or("");
    for (const std::string_view word : base::split(opted, ',')) {
        if (base::trim(word) == "gen_ai_latest_experimental")
            out.conventions = telemetry::Conventions::latest;
    }
    if (const auto parent = base::environment("TRACEPARENT"))
        out.parent = telemetry::parse_traceparent(*parent);
    return out;
}

bool otlp_content_wanted() {
    const std::string wanted =
        base::lower(base::environment("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT").value_or(""));
    return wanted == "true" || wanted == "span_only" || wanted == "span_and_event";
}

Option otlp_endpoint_option(std::string_view doc) {
    return {"--otlp-endpoint", 0, "URL", doc, Takes::one};
}

} // namespace cli
