#include "resource/memory.hpp"

namespace resource {

using namespace schema;

namespace {

void memory_spec_rule(MemorySpec& memory, const Check& check) {
    if (!memory.endpoint.empty() && !memory.endpoint_secret_ref.empty()) {
        check.error_as_is("endpoint_secret_ref",
                          "spec.endpoint and spec.endpoint_secret_ref are mutually exclusive");
    }
}

} // namespace

const Type& describe(const MemoryAuth*) {
    static const Type type = object_type<MemoryAuth>(
        "MemoryAuth", "The credential of a remote memory.",
        {
            field<&MemoryAuth::secret_ref>(
                "secretRef",
                "The Secret whose first entry is the bearer token (http) or the password (pgvector).",
                trimmed, alias("secret_ref")),
        });
    return type;
}

const Type& describe(const MemorySpec*) {
    static const Type type = object_type<MemorySpec, memory_spec_rule>(
        "MemorySpec", "Where agents keep what outlives a run.",
        {
            field<&MemorySpec::type>("type", "What kind of store it is (kv, vector), for the reader only.",
                                     trimmed),
            field<&MemorySpec::provider>(
                "provider", "Who keeps the entries: in-memory (when absent), http or pgvector.", lower_case),
            field<&MemorySpec::embedding_model>(
                "embedding_model", "The ModelEndpoint that turns texts into vectors: name or namespace/name.",
                trimmed, alias("embeddingModel")),
            field<&MemorySpec::endpoint>("endpoint", "URL of an http memory, or DSN of a pgvector one.",
                                         trimmed),
            field<&MemorySpec::endpoint_secret_ref>(
                "endpoint_secret_ref", "The Secret that holds the whole endpoint, instead of endpoint.",
                trimmed),
            field<&MemorySpec::auth>("auth", "The credential of a remote memory."),
        });
    return type;
}

} // namespace resource
