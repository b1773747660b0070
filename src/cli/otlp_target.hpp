// Where a run's trace is sent, as OpenTelemetry's variables or --otlp-endpoint say. Source: OpenTelemetry
// specification 1.5x, "OpenTelemetry Protocol Exporter" and "Environment Variable Specification". Invariant:
// nothing is sent anywhere that the person did not name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "http/http.hpp"
#include "telemetry/otlp.hpp"

namespace cli {

struct OtlpTarget {
    std::string url;                            ///< of the collector's /v1/traces
    std::vector<http::SecretHeader> headers;    ///< keys stand there
    std::string ca_bundle;                      ///< "": the system's certificates
    base::Duration timeout = base::seconds(10); ///< for all of it
};

/// `endpoint` is what --otlp-endpoint says: the collector's address, to which /v1/traces is appended; "" is
/// off. Without it OTEL_EXPORTER_OTLP_TRACES_ENDPOINT (taken as it is) and OTEL_EXPORTER_OTLP_ENDPOINT are
/// asked, unless OTEL_SDK_DISABLED or OTEL_TRACES_EXPORTER=none. nullopt: nothing is sent. Throws
/// Error{usage} for what cannot be used.
std::optional<OtlpTarget> otlp_target(const std::optional<std::string>& endpoint);
/// Whether otlp_target() would have anything to say: no more than a look at the environment.
bool otlp_wanted(const std::optional<std::string>& endpoint);

/// OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_SEMCONV_STABILITY_OPT_IN and TRACEPARENT.
telemetry::Settings otlp_settings();
/// Whether OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT asks for what was said.
bool otlp_content_wanted();

/// The row of --otlp-endpoint; `doc` has to outlive it.
Option otlp_endpoint_option(std::string_view doc);

} // namespace cli
