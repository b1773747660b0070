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

struct Variable {
    std::string name;
    std::string value;
};

/// The variable for traces, else the one for everything.
std::optional<Variable> variable(std::string_view rest) {
    for (const std::string_view prefix : {"OTEL_EXPORTER_OTLP_TRACES_", "OTEL_EXPORTER_OTLP_"}) {
        std::string name = base::format("{}{}", prefix, rest);
        if (auto value = base::environment(name)) return Variable{std::move(name), std::move(*value)};
    }
    return std::nullopt;
}

std::string value_of(std::string_view rest) {
    const auto found = variable(rest);
    return found ? found->value : std::string();
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
        throw base::Error(base::Fault::usage,
                          base::format("{} \"{}\" is no http URL", from.where, http::displayed(from.text)))
            .hint(from.text.find('@') == std::string::npos
                      ? "name the collector's HTTP address: http://localhost:4318"
                      : "a password goes into OTEL_EXPORTER_OTLP_HEADERS, as authorization=Basic%20BASE64");
    }
    if (from.whole || url->path.ends_with(traces_path)) return http::render(*url);
    return http::join(*url, traces_path);
}

void check_protocol(const Named& from) {
    const std::string protocol = base::lower(value_of("PROTOCOL"));
    if (protocol != "grpc" || from.where == "--otlp-endpoint") return;
    throw base::Error(base::Fault::usage, "OTEL_EXPORTER_OTLP_PROTOCOL asks for grpc; orloj sends http/json")
        .hint("name the collector's HTTP port: "
              "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://localhost:4318/v1/traces, "
              "and OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json");
}

base::Duration timeout() {
    constexpr std::int64_t longest = 600'000;
    const auto given = variable("TIMEOUT");
    if (!given) return base::seconds(10);
    const auto ms = base::to_integer(base::trim(given->value));
    if (ms && *ms > 0 && *ms <= longest) return base::milliseconds(*ms);
    throw base::Error(base::Fault::usage, base::format("invalid {} \"{}\": expected milliseconds, 1 to {}",
                                                       given->name, given->value, longest));
}

/// What is wrong is named by its place or its name: all else may be a key.
std::vector<http::SecretHeader> headers() {
    std::vector<http::SecretHeader> out;
    const auto given = variable("HEADERS");
    if (!given) return out;
    const auto wrong = [&given](const std::string& text) {
        return base::Error(base::Fault::usage, base::format("{}: {}", given->name, text))
            .hint("it is written as name=value,name=value");
    };
    std::size_t place = 0;
    for (const std::string_view part : base::split(given->value, ',')) {
        ++place;
        if (base::trim(part).empty()) continue;
        const Pairs pair = pairs_of(part);
        if (pair.empty()) throw wrong(base::format("header {} is not name=value", place));
        const auto& [name, value] = pair.front();
        if (!http::header_value(value))
            throw wrong(base::format("the value of header '{}' cannot be sent", name));
        if (base::same_ignoring_case(name, "content-type"))
            throw wrong("content-type is application/json and cannot be another");
        out.push_back({name, "", base::SecretText(value)});
    }
    return out;
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
    out.headers = headers();
    out.ca_bundle = value_of("CERTIFICATE");
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
