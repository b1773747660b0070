// The smallest and the fullest manifest of the kinds that the other files do not show whole, and what `get`
// prints being what `apply` reads.
#include <set>
#include <string>

#include "document.hpp"

namespace {

struct Example {
    std::string_view kind;
    std::string_view spec;
    std::string_view json; ///< the canonical form
};

const Example examples[] = {
    {"Tool", R"({"endpoint":"https://weather.example.com/invoke"})",
     R"({"type":"http","endpoint":"https://weather.example.com/invoke","operation_classes":["read"],)"
     R"("risk_level":"low","runtime":{"timeout":"30s","isolation_mode":"none","retry":{"max_attempts":1,)"
     R"("max_backoff":"30s","jitter":"none"}},"auth":{}})"},
    {"Tool",
     R"({"type":"http","endpoint":"https://crm.example.com/v2/update",)"
     R"("description":"Change one customer record.","input_schema":{"type":"object",)"
     R"("required":["customer_id"],"properties":{"customer_id":{"type":"string"},)"
     R"("fields":{"type":"object"}}},"capabilities":["crm.update"],"operation_classes":["read","write"],)"
     R"("risk_level":"high","runtime":{"timeout":"12s","isolation_mode":"sandboxed",)"
     R"("retry":{"max_attempts":3,"backoff":"500ms","max_backoff":"5s","jitter":"equal"}},)"
     R"("auth":{"profile":"oauth2_client_credentials","secretRef":"crm-oauth",)"
     R"("tokenURL":"https://login.example.com/token","scopes":["crm.write"]}})",
     R"({"type":"http","endpoint":"https://crm.example.com/v2/update",)"
     R"("description":"Change one customer record.","input_schema":{"type":"object",)"
     R"("required":["customer_id"],"properties":{"customer_id":{"type":"string"},)"
     R"("fields":{"type":"object"}}},"capabilities":["crm.update"],"operation_classes":["read","write"],)"
     R"("risk_level":"high","runtime":{"timeout":"12s","isolation_mode":"sandboxed",)"
     R"("retry":{"max_attempts":3,"backoff":"500ms","max_backoff":"5s","jitter":"equal"}},)"
     R"("auth":{"profile":"oauth2_client_credentials","secretRef":"crm-oauth",)"
     R"("tokenURL":"https://login.example.com/token","scopes":["crm.write"]}})"},
    {"Tool",
     R"({"type":"cli","description":"Sizes below a directory.","input_schema":{"type":"object",)"
     R"("properties":{"path":{"type":"string"}}},"cli":{"command":"du","args":["-sh","{{.path}}"],)"
     R"("output":"both","working_dir":"/data","env":{"LC_ALL":"C"},"env_from":[{"name":"REPORT_TOKEN",)"
     R"("secretRef":"report-token","key":"value"}],"resources":{"memory":"64Mi","cpus":"0.25",)"
     R"("pids_limit":16}},"runtime":{"isolation_mode":"none","timeout":"5s"}})",
     R"({"type":"cli","description":"Sizes below a directory.","input_schema":{"type":"object",)"
     R"("properties":{"path":{"type":"string"}}},"operation_classes":["read"],"risk_level":"low",)"
     R"("runtime":{"timeout":"5s","isolation_mode":"none","retry":{"max_attempts":1,"max_backoff":"30s",)"
     R"("jitter":"none"}},"auth":{},"cli":{"command":"du","args":["-sh","{{.path}}"],"output":"both",)"
     R"("working_dir":"/data","env":{"LC_ALL":"C"},"env_from":[{"name":"REPORT_TOKEN",)"
     R"("secretRef":"report-token","key":"value"}],"resources":{"memory":"64Mi","cpus":"0.25",)"
     R"("pids_limit":16}}})"},
    {"SealedSecret",
     R"({"encryptedData":{"value":{"keyId":"00112233445566778899aabbccddeeff","wrappedKey":"AAAA",)"
     R"("ciphertext":"AAAA"}}})",
     R"({"encryptedData":{"value":{"keyId":"00112233445566778899aabbccddeeff","wrappedKey":"AAAA",)"
     R"("ciphertext":"AAAA"}},"template":{}})"},
    {"SealedSecret",
     R"({"encryptedData":{"client_id":{"keyId":"00112233445566778899aabbccddeeff","wrappedKey":"AAAA",)"
     R"("ciphertext":"AAAA"},"client_secret":{"keyId":"00112233445566778899aabbccddeeff",)"
     R"("wrappedKey":"AAAA","ciphertext":"AAAA"}},"template":{"labels":{"rotate":"quarterly"},)"
     R"("annotations":{"owner":"sales-platform"}}})",
     R"({"encryptedData":{"client_id":{"keyId":"00112233445566778899aabbccddeeff","wrappedKey":"AAAA",)"
     R"("ciphertext":"AAAA"},"client_secret":{"keyId":"00112233445566778899aabbccddeeff",)"
     R"("wrappedKey":"AAAA","ciphertext":"AAAA"}},"template":{"labels":{"rotate":"quarterly"},)"
     R"("annotations":{"owner":"sales-platform"}}})"},
    {"Memory", R"({"provider":"in-memory"})", R"({"provider":"in-memory","auth":{}})"},
    {"Memory",
     R"({"type":"vector","provider":"http","embedding_model":"shared/embeddings",)"
     R"("endpoint":"https://memory.example.com","auth":{"secretRef":"memory-token"}})",
     R"({"type":"vector","provider":"http","embedding_model":"shared/embeddings",)"
     R"("endpoint":"https://memory.example.com","auth":{"secretRef":"memory-token"}})"},
    {"ContextAdapter", R"({"tool_ref":"pii-filter"})", R"({"tool_ref":"pii-filter","on_error":"reject"})"},
    {"ContextAdapter", R"({"tool_ref":"pii-filter","on_error":"passthrough"})",
     R"({"tool_ref":"pii-filter","on_error":"passthrough"})"},
    {"AgentRole", R"({"permissions":["tool:changelog-search:invoke"]})",
     R"({"permissions":["tool:changelog-search:invoke"]})"},
    {"AgentRole",
     R"({"description":"May read claims and prepare payouts.","permissions":["tool:claims-db:invoke",)"
     R"("capability:payout.prepare"]})",
     R"({"description":"May read claims and prepare payouts.","permissions":["tool:claims-db:invoke",)"
     R"("capability:payout.prepare"]})"},
    {"ToolPermission", R"({"required_permissions":["tool:changelog-search:invoke"]})",
     R"({"tool_ref":"n","action":"invoke","match_mode":"all","apply_mode":"global",)"
     R"("required_permissions":["tool:changelog-search:invoke"]})"},
    {"ToolPermission",
     R"({"tool_ref":"crm-update","action":"invoke","match_mode":"any","apply_mode":"scoped",)"
     R"("target_agents":["payout"],"required_permissions":["tool:crm-update:invoke",)"
     R"("capability:crm.update"],"operation_rules":[{"operation_class":"read","verdict":"allow"},)"
     R"({"operation_class":"write","verdict":"approval_required"},{"operation_class":"delete",)"
     R"("verdict":"deny"}]})",
     R"({"tool_ref":"crm-update","action":"invoke","match_mode":"any","apply_mode":"scoped",)"
     R"("target_agents":["payout"],"required_permissions":["tool:crm-update:invoke",)"
     R"("capability:crm.update"],"operation_rules":[{"operation_class":"read","verdict":"allow"},)"
     R"({"operation_class":"write","verdict":"approval_required"},{"operation_class":"delete",)"
     R"("verdict":"deny"}]})"},
    {"ToolApproval", R"({"task_ref":"nightly-claims","tool":"crm-update"})",
     R"({"task_ref":"nightly-claims","tool":"crm-update","ttl":"10m0s"})"},
    {"ToolApproval",
     R"({"task_ref":"nightly-claims","tool":"crm-update","operation_class":"write","agent":"payout",)"
     R"("input":"{\"customer_id\":\"c-9\"}","reason":"write access needs a person","ttl":"45m"})",
     R"({"task_ref":"nightly-claims","tool":"crm-update","operation_class":"write","agent":"payout",)"
     R"("input":"{\"customer_id\":\"c-9\"}","reason":"write access needs a person","ttl":"45m0s"})"},
    {"TaskApproval", R"({"task_ref":"nightly-claims","checkpoint_id":"payout-ok"})",
     R"({"task_ref":"nightly-claims","checkpoint_id":"payout-ok","checkpoint_type":"agent_output",)"
     R"("ttl":"10m0s","allow_request_changes":true,"max_review_cycles":3,"review_cycle":1,)"
     R"("output_format":"text"})"},
    {"TaskApproval",
     R"({"task_ref":"nightly-claims","checkpoint_id":"payout-ok","checkpoint_type":"agent_output",)"
     R"("agent":"payout","reason":"second look after changes","ttl":"1h","allow_request_changes":true,)"
     R"("max_review_cycles":2,"review_cycle":2,"supersedes":"review-1","output":{"amount":1200},)"
     R"("output_format":"json"})",
     R"({"task_ref":"nightly-claims","checkpoint_id":"payout-ok","checkpoint_type":"agent_output",)"
     R"("agent":"payout","reason":"second look after changes","ttl":"1h0m0s",)"
     R"("allow_request_changes":true,"max_review_cycles":2,"review_cycle":2,"supersedes":"review-1",)"
     R"("output":{"amount":1200},"output_format":"json"})"},
    {"TaskSchedule", R"({"task_ref":"nightly-claims","schedule":"0 2 * * *"})",
     R"({"task_ref":"nightly-claims","schedule":"0 2 * * *","time_zone":"UTC",)"
     R"("starting_deadline_seconds":300,"concurrency_policy":"forbid","successful_history_limit":10,)"
     R"("failed_history_limit":3})"},
    {"TaskSchedule",
     R"({"task_ref":"claims/nightly-claims","schedule":"*/15 8-17 * * 1-5","time_zone":"Europe/Prague",)"
     R"("suspend":false,"starting_deadline_seconds":120,"concurrency_policy":"forbid",)"
     R"("successful_history_limit":5,"failed_history_limit":2})",
     R"({"task_ref":"claims/nightly-claims","schedule":"*/15 8-17 * * 1-5","time_zone":"Europe/Prague",)"
     R"("starting_deadline_seconds":120,"concurrency_policy":"forbid","successful_history_limit":5,)"
     R"("failed_history_limit":2})"},
    {"TaskSchedule",
     R"({"schedule":"30 6 1 * *","time_zone":"UTC","task_template":{"system":"claims-desk",)"
     R"("input":{"topic":"monthly totals"},"retry":{"max_attempts":2,"backoff":"10s"}}})",
     R"({"task_template":{"system":"claims-desk","mode":"run","input":{"topic":"monthly totals"},)"
     R"("priority":"normal","retry":{"max_attempts":2,"backoff":"10s"},)"
     R"("message_retry":{"max_backoff":"24h0m0s","jitter":"full"}},"schedule":"30 6 1 * *",)"
     R"("time_zone":"UTC","starting_deadline_seconds":300,"concurrency_policy":"forbid",)"
     R"("successful_history_limit":10,"failed_history_limit":3})"},
    {"TaskWebhook", R"({"task_ref":"nightly-claims","auth":{"secret_ref":"hook-key"}})",
     R"({"task_ref":"nightly-claims","auth":{"profile":"generic","secret_ref":"hook-key",)"
     R"("signature_header":"X-Signature","signature_prefix":"sha256=","timestamp_header":"X-Timestamp",)"
     R"("max_skew_seconds":300},"idempotency":{"event_id_header":"X-Event-Id",)"
     R"("dedupe_window_seconds":86400},"payload":{"mode":"raw","input_key":"webhook_payload"}})"},
    {"TaskWebhook",
     R"({"task_ref":"ci/review-push","suspend":false,"auth":{"profile":"github",)"
     R"("secret_ref":"github-hook","signature_header":"X-Hub-Signature-256",)"
     R"("signature_prefix":"sha256=","max_skew_seconds":120},)"
     R"("idempotency":{"event_id_header":"X-GitHub-Delivery","dedupe_window_seconds":3600},)"
     R"("payload":{"mode":"raw","input_key":"push_event"}})",
     R"({"task_ref":"ci/review-push","auth":{"profile":"github","secret_ref":"github-hook",)"
     R"("signature_header":"X-Hub-Signature-256","signature_prefix":"sha256=","max_skew_seconds":120},)"
     R"("idempotency":{"event_id_header":"X-GitHub-Delivery","dedupe_window_seconds":3600},)"
     R"("payload":{"mode":"raw","input_key":"push_event"}})"},
    {"TaskWebhook",
     R"({"task_template":{"system":"claims-desk","input":{"source":"payments"}},)"
     R"("auth":{"profile":"hmac","secret_ref":"payments-hook","algorithm":"sha256",)"
     R"("signature_header":"Pay-Signature","header_format":"kv_pairs","signature_key":"v1",)"
     R"("timestamp_key":"t","payload_format":"timestamp_dot_body","signature_encoding":"hex"},)"
     R"("idempotency":{"event_id_from_body":"id"}})",
     R"({"task_template":{"system":"claims-desk","mode":"run","input":{"source":"payments"},)"
     R"("priority":"normal","retry":{"max_attempts":1},"message_retry":{"max_backoff":"24h0m0s",)"
     R"("jitter":"full"}},"auth":{"profile":"hmac","secret_ref":"payments-hook",)"
     R"("signature_header":"Pay-Signature","max_skew_seconds":300,"algorithm":"sha256",)"
     R"("payload_format":"timestamp_dot_body","signature_encoding":"hex","header_format":"kv_pairs",)"
     R"("signature_key":"v1","timestamp_key":"t"},"idempotency":{"event_id_from_body":"id",)"
     R"("dedupe_window_seconds":86400},"payload":{"mode":"raw","input_key":"webhook_payload"}})"},
    {"Worker", R"({"max_concurrent_tasks":1})", R"({"capabilities":{},"max_concurrent_tasks":1})"},
    {"Worker",
     R"({"region":"eu-central","capabilities":{"gpu":true,"supported_models":["llama3.1"]},)"
     R"("max_concurrent_tasks":4})",
     R"({"region":"eu-central","capabilities":{"gpu":true,"supported_models":["llama3.1"]},)"
     R"("max_concurrent_tasks":4})"},
    {"McpServer", R"({"transport":"stdio","command":"mcp-server-filesystem"})",
     R"({"transport":"stdio","command":"mcp-server-filesystem","auth":{},"tool_filter":{},)"
     R"("reconnect":{"max_attempts":3,"backoff":"2s"}})"},
    {"McpServer",
     R"({"transport":"http","endpoint":"https://mcp.example.com/rpc","auth":{"profile":"bearer",)"
     R"("secretRef":"tickets-token"},"tool_filter":{"include":["list_tickets","get_ticket"]},)"
     R"("reconnect":{"max_attempts":5,"backoff":"1s"},"idle_timeout":"10m",)"
     R"("default_tool_runtime":{"timeout":"20s"},"allowPrivate":false})",
     R"({"transport":"http","endpoint":"https://mcp.example.com/rpc","auth":{"profile":"bearer",)"
     R"("secretRef":"tickets-token"},"tool_filter":{"include":["list_tickets","get_ticket"]},)"
     R"("reconnect":{"max_attempts":5,"backoff":"1s"},"idle_timeout":"10m0s",)"
     R"("default_tool_runtime":{"timeout":"20s","retry":{"max_attempts":1,"max_backoff":"30s",)"
     R"("jitter":"none"}}})"},
    {"McpServer",
     R"({"transport":"stdio","command":"npx","args":["-y","sql-mcp"],"env":[{"name":"DB_PATH",)"
     R"("value":"/data/app.db"},{"name":"DB_KEY","secretRef":"db-key"}],)"
     R"("tool_filter":{"include":["query"]},"reconnect":{"max_attempts":2,"backoff":"500ms"}})",
     R"({"transport":"stdio","command":"npx","args":["-y","sql-mcp"],"env":[{"name":"DB_PATH",)"
     R"("value":"/data/app.db"},{"name":"DB_KEY","secretRef":"db-key"}],"auth":{},)"
     R"("tool_filter":{"include":["query"]},"reconnect":{"max_attempts":2,"backoff":"500ms"}})"},
    {"EvalDataset", R"({"samples":[{"name":"one","input":{"topic":"hello"}}]})",
     R"({"samples":[{"name":"one","input":{"topic":"hello"}}]})"},
    {"EvalDataset",
     R"({"description":"routing decisions of the intake agent","samples":[{"name":"broken-part",)"
     R"("input":{"topic":"the part arrived broken"},"expected":{"output_contains":"refund",)"
     R"("output_not_contains":"invoice"}},{"name":"risky","input":{"topic":"third claim this week"},)"
     R"("expected":{"output_json_path":"$.risk.score","greater_than":"0.7"}},{"name":"tone",)"
     R"("input":{"topic":"angry customer"},"scoring":{"strategy":"llm_judge","model_ref":"judge",)"
     R"("rubric":"polite and concrete, 0 to 1"}}]})",
     R"({"description":"routing decisions of the intake agent","samples":[{"name":"broken-part",)"
     R"("input":{"topic":"the part arrived broken"},"expected":{"output_contains":"refund",)"
     R"("output_not_contains":"invoice"}},{"name":"risky","input":{"topic":"third claim this week"},)"
     R"("expected":{"output_json_path":"$.risk.score","greater_than":"0.7"}},{"name":"tone",)"
     R"("input":{"topic":"angry customer"},"scoring":{"strategy":"llm_judge","model_ref":"judge",)"
     R"("rubric":"polite and concrete, 0 to 1"}}]})"},
    {"EvalRun", R"({"dataset_ref":"smoke","system":"solo"})",
     R"({"dataset_ref":"smoke","system":"solo","concurrency":5})"},
    {"EvalRun",
     R"({"dataset_ref":"routing-golden","system":"claims-desk",)"
     R"("model_endpoint_override":"anthropic-main",)"
     R"("agent_overrides":{"intake":{"prompt":"Decide the lane. Answer in JSON only.",)"
     R"("model_ref":"openai-main"}},"scoring":{"strategy":"custom","tool_ref":"score-routing"},)"
     R"("concurrency":2,"timeout":"90s","labels":{"variant":"b"}})",
     R"({"dataset_ref":"routing-golden","system":"claims-desk",)"
     R"("model_endpoint_override":"anthropic-main",)"
     R"("agent_overrides":{"intake":{"prompt":"Decide the lane. Answer in JSON only.",)"
     R"("model_ref":"openai-main"}},"scoring":{"strategy":"custom","tool_ref":"score-routing"},)"
     R"("concurrency":2,"timeout":"1m30s","labels":{"variant":"b"}})"},
    {"Session", R"({"system":"solo"})",
     R"({"system":"solo","idle_ttl":"24h0m0s","checkpoint_retention":{"max_count":100,)"
     R"("max_age":"168h0m0s"}})"},
    {"Session",
     R"({"system":"claims-desk","idle_ttl":"2h","max_turns":40,"input":{"channel":"terminal"},)"
     R"("checkpoint_retention":{"max_count":20,"max_age":"72h"}})",
     R"({"system":"claims-desk","idle_ttl":"2h0m0s","max_turns":40,"input":{"channel":"terminal"},)"
     R"("checkpoint_retention":{"max_count":20,"max_age":"72h0m0s"}})"},
};

TEST_CASE("every field of a manifest is kept, and applying what was printed changes nothing") {
    std::set<std::string_view> kinds{"Agent",  "AgentSystem", "ModelEndpoint",
                                     "Secret", "AgentPolicy", "Task"};
    for (const Example& example : examples) {
        CAPTURE(example.kind);
        kinds.insert(example.kind);
        tests::check_rows(example.kind, {{example.spec, {}, example.json}});
    }
    CHECK(kinds.size() == resource::kinds().size());
}

TEST_CASE("a kind that is not used yet says so in one clause") {
    const std::set<std::string_view> used{"Agent",  "AgentSystem", "ModelEndpoint",
                                          "Secret", "AgentPolicy", "Task"};
    for (const resource::Kind& kind : resource::kinds()) {
        CAPTURE(kind.name);
        CHECK(kind.without_effect.empty() == used.contains(kind.name));
        CHECK_FALSE(kind.without_effect.ends_with('.'));
    }
}

} // namespace
