// A run as OpenTelemetry sees it: spans in OTLP's JSON, named by the conventions for generative AI. Pure: the
// bodies of requests come out, somebody else sends them. Invariants: the same run gives the same ids, however
// often it is exported; a span lies within its parent; nothing of what was said leaves unless it was asked
// for.
//
// The run is the span invoke_workflow, a turn of an agent invoke_agent, a model call with all its tries chat,
// a call of a tool execute_tool. What takes no time is an event of the span it belongs to.
//
// Sources: OTLP 1.9 (opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding": ids in hex, 64-bit
// integers as text, enumerators as numbers); Semantic Conventions 1.41.1, docs/gen-ai; what changed since in
// open-telemetry/semantic-conventions-genai, docs/gen-ai/non-normative/migration.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "run/plan.hpp"
#include "run/transcript.hpp"
#include "trace/timeline.hpp"

namespace telemetry {

enum class Conventions {
    v1_41,  ///< the last ones published with the others
    latest, ///< those of the repository of their own (gen_ai_latest_experimental)
};

/// A span of somebody else that the run is part of: W3C Trace Context's traceparent.
struct Parent {
    std::string trace; ///< 32 hex digits
    std::string span;  ///< 16 hex digits
};
/// nullopt when it is not one that may be used.
std::optional<Parent> parse_traceparent(std::string_view text);

struct Settings {
    std::vector<std::pair<std::string, std::string>>
        resource;        ///< attributes of who reports, service.name first
    std::string version; ///< of this program
    Conventions conventions = Conventions::v1_41;
    std::optional<Parent> parent;
    std::size_t most_bytes = 2U << 20U; ///< of a body, where it can be kept; a span is never divided
};

/// What is exported. All of it has to outlive the export.
struct Subject {
    resource::Name task;
    base::Time created; ///< of the run: with its name, what the ids are made of
    const trace::Timeline& timeline;
    const run::Plan* plan = nullptr;             ///< null when it can no longer be made
    const run::Transcript* transcript = nullptr; ///< what was said is exported; null: it is not
};

/// Calls `take` with one body (ExportTraceServiceRequest, compact JSON) after the other, at least once. What
/// a fork took over belongs to the other run and is left out.
void otlp(const Subject& subject, const Settings& settings, const std::function<void(std::string)>& take);

/// gen_ai.provider.name: a value of the conventions where there is one, else our own name of the provider or
/// the service. `url` tells services apart that speak the same protocol.
std::string provider_name(std::string_view provider, std::string_view url);

} // namespace telemetry
