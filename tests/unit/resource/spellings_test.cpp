// The other spellings of fields.
#include "document.hpp"

namespace {

TEST_CASE("other spellings of fields are read") {
    struct Row {
        std::string_view kind;
        std::string_view spec;
        std::string_view same;
    };
    const Row rows[] = {
        {"Tool",
         R"({"riskLevel": "high", "operationClasses": ["read"], "runtime": {"isolationMode": "wasm", "retry": {"maxAttempts": 2, "maxBackoff": "1s"}},
             "auth": {"profile": "bearer", "secret_ref": "s", "header_name": "h", "token_url": "u"}})",
         R"({"risk_level": "high", "operation_classes": ["read"], "runtime": {"isolation_mode": "wasm", "retry": {"max_attempts": 2, "max_backoff": "1s"}},
             "auth": {"profile": "bearer", "secretRef": "s", "headerName": "h", "tokenURL": "u"}})"},
        {"Tool",
         R"({"type": "cli", "cli": {"command": "c", "image": "i", "env_from": [{"name": "n", "secret_ref": "s"}]}})",
         R"({"type": "cli", "cli": {"command": "c", "image": "i", "env_from": [{"name": "n", "secretRef": "s"}]}})"},
        {"ToolPermission",
         R"({"toolRef": "t", "matchMode": "any", "applyMode": "scoped", "requiredPermissions": ["p"], "targetAgents": ["a"],
             "operationRules": [{"operationClass": "read"}]})",
         R"({"tool_ref": "t", "match_mode": "any", "apply_mode": "scoped", "required_permissions": ["p"], "target_agents": ["a"],
             "operation_rules": [{"operation_class": "read"}]})"},
        {"ContextAdapter", R"({"toolRef": "t"})", R"({"tool_ref": "t"})"},
        {"ToolApproval", R"({"taskRef": "t", "tool": "x", "operationClass": "w"})",
         R"({"task_ref": "t", "tool": "x", "operation_class": "w"})"},
        {"TaskApproval", R"({"taskRef": "t", "checkpoint_id": "c"})",
         R"({"task_ref": "t", "checkpoint_id": "c"})"},
        {"TaskSchedule",
         R"({"taskRef": "t", "schedule": "* * * * *", "timeZone": "UTC", "startingDeadlineSeconds": 1, "concurrencyPolicy": "forbid",
             "successfulHistoryLimit": 2, "failedHistoryLimit": 4})",
         R"({"task_ref": "t", "schedule": "* * * * *", "time_zone": "UTC", "starting_deadline_seconds": 1, "concurrency_policy": "forbid",
             "successful_history_limit": 2, "failed_history_limit": 4})"},
        {"TaskSchedule", R"({"task_template": {"system": "s", "maxTurns": 3}, "schedule": "* * * * *"})",
         R"({"task_template": {"system": "s", "max_turns": 3}, "schedule": "* * * * *"})"},
        {"TaskWebhook",
         R"({"taskRef": "t", "auth": {"secretRef": "k", "signatureHeader": "a", "signaturePrefix": "b", "timestampHeader": "c", "maxSkewSeconds": 5},
             "idempotency": {"eventIdHeader": "e", "dedupeWindowSeconds": 6}, "payload": {"inputKey": "i"}})",
         R"({"task_ref": "t", "auth": {"secret_ref": "k", "signature_header": "a", "signature_prefix": "b", "timestamp_header": "c", "max_skew_seconds": 5},
             "idempotency": {"event_id_header": "e", "dedupe_window_seconds": 6}, "payload": {"input_key": "i"}})"},
        {"McpServer",
         R"({"transport": "http", "endpoint": "e", "toolFilter": {"include": ["a"]}, "allow_private": true, "auth": {"secret_ref": "s"},
             "env": [{"name": "A", "secret_ref": "k"}], "default_tool_runtime": {"isolationMode": "none"}})",
         R"({"transport": "http", "endpoint": "e", "tool_filter": {"include": ["a"]}, "allowPrivate": true, "auth": {"secretRef": "s"},
             "env": [{"name": "A", "secretRef": "k"}], "default_tool_runtime": {"isolation_mode": "none"}})"},
        {"Memory", R"({"embeddingModel": "e", "auth": {"secret_ref": "s"}})",
         R"({"embedding_model": "e", "auth": {"secretRef": "s"}})"},
        {"EvalRun",
         R"({"dataset_ref": "d", "system": "s", "scoring": {"strategy": "custom", "toolRef": "t", "modelRef": "m"}})",
         R"({"dataset_ref": "d", "system": "s", "scoring": {"strategy": "custom", "tool_ref": "t", "model_ref": "m"}})"},
        {"Session", R"({"system": "s", "maxTurns": 3})", R"({"system": "s", "max_turns": 3})"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.spec);
        const tests::Decoded one = tests::decode(tests::document(row.kind, row.spec));
        const tests::Decoded other = tests::decode(tests::document(row.kind, row.same));
        CHECK(one.said == "");
        REQUIRE(one.resource.has_value());
        REQUIRE(other.resource.has_value());
        CHECK(resource::spec_json(one.resource->spec) == resource::spec_json(other.resource->spec));
    }
}

} // namespace
