// TaskApproval, TaskSchedule and TaskWebhook.
#include "document.hpp"

namespace {

using tests::check_rows;

TEST_CASE("an output's approval") {
    check_rows(
        "TaskApproval",
        {
            {R"({"task_ref": " t ", "checkpoint_id": "c"})",
             {},
             R"({"task_ref":"t","checkpoint_id":"c","checkpoint_type":"agent_output","ttl":"10m0s",)"
             R"("allow_request_changes":true,"max_review_cycles":3,"review_cycle":1,"output_format":"text"})"},
            {R"({"task_ref": "t", "checkpoint_id": "c", "checkpoint_type": "Task_Output", "allow_request_changes": false,
                "max_review_cycles": 0, "review_cycle": -1, "output": {"amount": 1200}, "resume_context": {"mode": "x"}})",
             {},
             R"({"task_ref":"t","checkpoint_id":"c","checkpoint_type":"task_output","ttl":"10m0s",)"
             R"("allow_request_changes":false,"max_review_cycles":3,"review_cycle":1,"output":{"amount":1200},)"
             R"("output_format":"json","resume_context":{"mode":"x"}})"},
            {R"({"task_ref": "t", "checkpoint_id": "c", "output": "5"})",
             {},
             R"({"task_ref":"t","checkpoint_id":"c","checkpoint_type":"agent_output","ttl":"10m0s",)"
             R"("allow_request_changes":true,"max_review_cycles":3,"review_cycle":1,"output":"5","output_format":"text"})"},
            {R"(^{})", {"error: spec.task_ref is required", "error: spec.checkpoint_id is required"}},
            {R"({"task_ref": "t", "checkpoint_id": "c", "checkpoint_type": ^"x"})",
             {"error: invalid spec.checkpoint_type \"x\": expected agent_output or task_output"}},
            {R"({"task_ref": "t", "checkpoint_id": "c", "ttl": ^"x"})",
             {"error: invalid spec.ttl \"x\": expected a duration such as 30s, 1m30s or 250ms"}},
            {R"({"task_ref": "t", "checkpoint_id": "c", "output_format": ^"yaml"})",
             {"error: invalid spec.output_format \"yaml\": expected text or json"}},
            {R"({"task_ref": "t", "checkpoint_id": "c", "resume_context": ^[1]})",
             {"error: spec.resume_context must be a map"}},
        });
}

TEST_CASE("a schedule's fields, defaults and checks") {
    check_rows(
        "TaskSchedule",
        {
            {R"({"task_ref": "t", "schedule": " 0 2 * * * "})",
             {},
             R"({"task_ref":"t","schedule":"0 2 * * *","time_zone":"UTC","starting_deadline_seconds":300,)"
             R"("concurrency_policy":"forbid","successful_history_limit":10,"failed_history_limit":3})"},
            {R"({"task_template": {"system": "s"}, "schedule": "* * * * *", "time_zone": "", "suspend": true,
                "starting_deadline_seconds": 0, "successful_history_limit": 0, "failed_history_limit": -1})",
             {},
             R"({"task_template":{"system":"s","mode":"run","priority":"normal","retry":{"max_attempts":1},)"
             R"("message_retry":{"max_backoff":"24h0m0s","jitter":"full"}},"schedule":"* * * * *","time_zone":"UTC",)"
             R"("suspend":true,"starting_deadline_seconds":300,"concurrency_policy":"forbid",)"
             R"("successful_history_limit":10,"failed_history_limit":3})"},
            {R"({"task_ref": "t", "task_template": ^{"system": "s"}, "schedule": "* * * * *"})",
             {"error: spec.task_ref and spec.task_template are mutually exclusive"}},
            {R"(^{"schedule": "* * * * *"})",
             {"error: one of spec.task_ref or spec.task_template is required"}},
            {R"({"task_ref": ^"a/", "schedule": "* * * * *"})",
             {"error: invalid spec.task_ref \"a/\": expected name or namespace/name"}},
            {R"({"task_ref": ^"/b", "schedule": "* * * * *"})",
             {"error: invalid spec.task_ref \"/b\": expected name or namespace/name"}},
            {R"({"task_ref": ^"a/b/c", "schedule": "* * * * *"})",
             {"error: invalid spec.task_ref \"a/b/c\": expected name or namespace/name"}},
            {R"({"task_template": ^{"mode": "template"}, "schedule": "* * * * *"})",
             {"error: spec.task_template.system is required | name the AgentSystem to run: system: "
              "my-system"}},
            {R"({"task_template": {"system": "s", "mode": ^"x", "max_turns": ^-1, "retry": {"backoff": ^"y"},
                "message_retry": {"jitter": ^"z"}}, "schedule": "* * * * *"})",
             {"error: invalid spec.task_template.mode \"x\": expected run or template",
              "error: invalid spec.task_template.max_turns -1: expected >= 0",
              "error: invalid spec.task_template.retry.backoff \"y\": expected a duration such as 30s, 1m30s "
              "or 250ms",
              "error: invalid spec.task_template.message_retry.jitter \"z\": expected none, full, or equal"}},
            {R"(^{"task_ref": "t"})",
             {"error: spec.schedule is required | write five cron fields: schedule: \"0 2 * * *\""}},
            {R"({"task_ref": "t", "schedule": ^"@daily"})",
             {"error: invalid spec.schedule \"@daily\": invalid cron schedule \"@daily\": expected 5 "
              "fields"}},
            {R"({"task_ref": "t", "schedule": ^"61 * * * *"})",
             {"error: invalid spec.schedule \"61 * * * *\": invalid cron schedule \"61 * * * *\": minute "
              "\"61\": expected 0-59"}},
            {R"({"task_ref": "t", "schedule": "* * * * *", "time_zone": ^"../x"})",
             {"error: invalid spec.time_zone \"../x\": expected an IANA name such as Europe/Prague or UTC"}},
            {R"({"task_ref": "t", "schedule": "* * * * *", "concurrency_policy": ^"allow"})",
             {"error: invalid spec.concurrency_policy \"allow\": expected forbid"}},
        });
}

TEST_CASE("a webhook's defaults follow its profile") {
    check_rows(
        "TaskWebhook",
        {
            {R"({"task_ref": "t", "auth": {"secret_ref": "k"}})",
             {},
             R"({"task_ref":"t","auth":{"profile":"generic","secret_ref":"k","signature_header":"X-Signature",)"
             R"("signature_prefix":"sha256=","timestamp_header":"X-Timestamp","max_skew_seconds":300},)"
             R"("idempotency":{"event_id_header":"X-Event-Id","dedupe_window_seconds":86400},)"
             R"("payload":{"mode":"raw","input_key":"webhook_payload"}})"},
            {R"({"task_ref": "t", "auth": {"profile": "GitHub", "secret_ref": "k", "max_skew_seconds": 0}, "idempotency": {"dedupe_window_seconds": 0}})",
             {},
             R"({"task_ref":"t","auth":{"profile":"github","secret_ref":"k","signature_header":"X-Hub-Signature-256",)"
             R"("signature_prefix":"sha256=","max_skew_seconds":300},)"
             R"("idempotency":{"event_id_header":"X-GitHub-Delivery","dedupe_window_seconds":259200},)"
             R"("payload":{"mode":"raw","input_key":"webhook_payload"}})"},
            {R"({"task_ref": "t", "auth": {"profile": "shared_token", "secret_ref": "k", "signature_header": "H"},
                "idempotency": {"event_id_from_body": "event.id", "event_id_header": ""}, "payload": {"input_key": ""}})",
             {},
             R"({"task_ref":"t","auth":{"profile":"shared_token","secret_ref":"k","signature_header":"H","max_skew_seconds":300},)"
             R"("idempotency":{"event_id_from_body":"event.id","dedupe_window_seconds":86400},)"
             R"("payload":{"mode":"raw","input_key":"webhook_payload"}})"},
            {R"({"task_ref": "t", "auth": {"profile": "hmac", "secret_ref": "k", "signature_header": "H"}})",
             {},
             R"({"task_ref":"t","auth":{"profile":"hmac","secret_ref":"k","signature_header":"H","max_skew_seconds":300,)"
             R"("algorithm":"sha256","payload_format":"body","signature_encoding":"hex","header_format":"plain"},)"
             R"("idempotency":{"event_id_header":"X-Event-Id","dedupe_window_seconds":86400},)"
             R"("payload":{"mode":"raw","input_key":"webhook_payload"}})"},
            {R"({"task_ref": "t", "auth": {"profile": "hmac", "secret_ref": "k", "signature_header": "H", "timestamp_header": "T",
                "payload_format": "prefix_timestamp_body", "payload_prefix": "v0"}, "suspend": true})",
             {},
             R"({"task_ref":"t","suspend":true,"auth":{"profile":"hmac","secret_ref":"k","signature_header":"H",)"
             R"("timestamp_header":"T","max_skew_seconds":300,"algorithm":"sha256","payload_format":"prefix_timestamp_body",)"
             R"("payload_prefix":"v0","payload_separator":".","signature_encoding":"hex","header_format":"plain"},)"
             R"("idempotency":{"event_id_header":"X-Event-Id","dedupe_window_seconds":86400},)"
             R"("payload":{"mode":"raw","input_key":"webhook_payload"}})"},
        });
}

TEST_CASE("what is wrong with a webhook is said at its place") {
    const std::string no_secret = "error: spec.auth.secret_ref is required | name the Secret with the "
                                  "signing key: secret_ref: my-hook-key";
    check_rows(
        "TaskWebhook",
        {
            {R"(^{"task_ref": "t"})", {no_secret}},
            {R"({"task_ref": "t", "auth": ^{"profile": "hmac"}})", {no_secret}},
            {R"({"task_ref": "t", "auth": ^{"profile": "hmac", "secret_ref": "k"}})",
             {"error: spec.auth.signature_header is required for hmac profile"}},
            {R"({"task_ref": "t", "auth": ^{"profile": "shared_token", "secretRef": "k"}})",
             {"error: spec.auth.signature_header is required for shared_token profile"}},
            {R"({"task_ref": "t", "auth": {"secret_ref": "k", "profile": ^"stripe"}})",
             {"error: invalid spec.auth.profile \"stripe\": expected generic, github, hmac, or "
              "shared_token"}},
            {R"({"task_ref": "t", "auth": ^{"profile": "hmac", "secret_ref": "k", "signature_header": "H", "payload_format": "timestamp_dot_body"}})",
             {"error: spec.auth.timestamp_header is required when payload_format includes a timestamp and "
              "header_format is plain"}},
            {R"({"task_ref": "t", "auth": ^{"profile": "hmac", "secret_ref": "k", "signature_header": "H", "header_format": "kv_pairs"}})",
             {"error: spec.auth.signature_key is required when header_format is kv_pairs"}},
            {R"({"task_ref": "t", "auth": {"profile": "hmac", "secret_ref": "k", "signature_header": "H", "header_format": "kv_pairs",
                "signature_key": "v1", "payload_format": "timestamp_dot_body", "timestamp_key": ^""}})",
             {"error: spec.auth.timestamp_key is required when header_format is kv_pairs and payload_format "
              "includes a timestamp"}},
            {R"({"task_ref": "t", "auth": {"secret_ref": "k", "max_skew_seconds": ^-1}})",
             {"error: invalid spec.auth.max_skew_seconds -1: expected >= 0"}},
            {R"({"task_ref": "t", "auth": {"secret_ref": "k", "algorithm": ^"md5", "payload_format": ^"a", "signature_encoding": ^"b", "header_format": ^"c"}})",
             {"error: invalid spec.auth.algorithm \"md5\": expected sha256, sha1, or sha512",
              "error: invalid spec.auth.payload_format \"a\": expected body, timestamp_dot_body, or "
              "prefix_timestamp_body",
              "error: invalid spec.auth.signature_encoding \"b\": expected hex or base64",
              "error: invalid spec.auth.header_format \"c\": expected plain or kv_pairs"}},
            {R"({"task_ref": "t", "auth": {"secret_ref": "k"}, "idempotency": {"event_id_header": ^" "}})",
             {"error: spec.idempotency.event_id_header is required (or set event_id_from_body to extract "
              "from the request body)"}},
            {R"({"task_ref": "t", "auth": {"secret_ref": "k"}, "idempotency": {"dedupe_window_seconds": ^-1}})",
             {"error: invalid spec.idempotency.dedupe_window_seconds -1: expected >= 0"}},
            {R"({"task_ref": "t", "auth": {"secret_ref": "k"}, "payload": {"mode": ^"json"}})",
             {"error: invalid spec.payload.mode \"json\": expected raw"}},
            {R"(^{"auth": {"secret_ref": "k"}})",
             {"error: one of spec.task_ref or spec.task_template is required"}},
            {R"({"task_ref": "t", "task_template": ^{"system": "s"}, "auth": {"secret_ref": "k"}})",
             {"error: spec.task_ref and spec.task_template are mutually exclusive"}},
            {R"({"task_template": ^{}, "auth": {"secret_ref": "k"}})",
             {"error: spec.task_template.system is required | name the AgentSystem to run: system: "
              "my-system"}},
        });
}

} // namespace

TEST_CASE("priorities are words or whole numbers; the higher one goes first") {
    struct Row {
        std::string_view word;
        std::optional<std::int64_t> number;
    };
    for (const Row& row : {Row{"critical", 20}, Row{"urgent", 20}, Row{"URGENT", 20}, Row{"high", 10},
                           Row{"normal", 0}, Row{"low", -10}, Row{"7", 7}, Row{"-3", -3}, Row{"0", 0},
                           Row{"soonish", std::nullopt}, Row{"1.5", std::nullopt}, Row{"", std::nullopt}}) {
        CAPTURE(row.word);
        CHECK(resource::priority_of(row.word) == row.number);
    }
}
