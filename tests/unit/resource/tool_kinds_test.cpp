// Tool, McpServer, ContextAdapter, AgentRole, ToolPermission and ToolApproval.
#include "document.hpp"
#include "resource/tool_runtime.hpp"

namespace {

using tests::check_rows;

TEST_CASE("a tool's defaults follow its type and its risk") {
    check_rows(
        "Tool",
        {
            {R"({})",
             {},
             R"({"type":"http","operation_classes":["read"],"risk_level":"low","runtime":{"timeout":"30s",)"
             R"("isolation_mode":"none","retry":{"max_attempts":1,"max_backoff":"30s","jitter":"none"}},"auth":{}})"},
            {R"({"risk_level": "Critical"})",
             {},
             R"({"type":"http","operation_classes":["write"],"risk_level":"critical","runtime":{"timeout":"30s",)"
             R"("isolation_mode":"sandboxed","retry":{"max_attempts":1,"max_backoff":"30s","jitter":"none"}},"auth":{}})"},
            {R"({"type": "cli", "risk_level": "high", "operation_classes": [], "cli": {"command": "ls", "image": "busybox"}})",
             {},
             R"({"type":"cli","operation_classes":["write"],"risk_level":"high","runtime":{"timeout":"30s",)"
             R"("isolation_mode":"container","retry":{"max_attempts":1,"max_backoff":"30s","jitter":"none"}},"auth":{},)"
             R"("cli":{"command":"ls","image":"busybox","output":"stdout"}})"},
            {R"({"type": "wasm", "wasm": {"module": "m", "max_memory_bytes": -1, "fuel": 0, "entrypoint": ""}, "operation_classes":
                [" READ ", "read", "", "Delete"], "capabilities": ["A", "a", " "], "auth": {"secretRef": "s", "scopes": [" x ", ""]},
                "runtime": {"timeout": "0", "isolation_mode": "KUBERNETES", "retry": {"max_attempts": 0, "max_backoff": "0s"}}})",
             {},
             R"({"type":"wasm","capabilities":["A"],"operation_classes":["read","delete"],"risk_level":"low",)"
             R"("runtime":{"timeout":"0s","isolation_mode":"kubernetes","retry":{"max_attempts":1,"max_backoff":"0s","jitter":"none"}},)"
             R"("auth":{"profile":"bearer","secretRef":"s","scopes":["x"]},)"
             R"("wasm":{"module":"m","entrypoint":"run","max_memory_bytes":67108864,"fuel":1000000}})"},
        });
}

TEST_CASE("what is wrong with a tool is said at its place") {
    check_rows(
        "Tool",
        {
            {R"({"type": ^"queue"})",
             {"error: invalid spec.type \"queue\": expected http, external, grpc, webhook-callback, mcp, "
              "wasm, cli, or a2a"}},
            {R"(^{"type": "mcp"})",
             {"error: spec.mcp_server_ref is required when spec.type is mcp",
              "error: spec.mcp_tool_name is required when spec.type is mcp"}},
            {R"({"type": "mcp", "mcp_server_ref": "s", "mcp_tool_name": ^" "})",
             {"error: spec.mcp_tool_name is required when spec.type is mcp"}},
            {R"({"operation_classes": ^["read", "fly"]})",
             {"error: invalid spec.operation_classes value \"fly\": expected read, write, delete, or admin"}},
            {R"({"risk_level": ^"huge"})",
             {"error: invalid spec.risk_level \"huge\": expected low, medium, high, or critical"}},
            {R"({"runtime": {"timeout": ^"soon"}})",
             {"error: invalid spec.runtime.timeout \"soon\": expected a duration such as 30s, 1m30s or "
              "250ms"}},
            {R"({"runtime": {"isolation_mode": ^"jail"}})",
             {"error: invalid spec.runtime.isolation_mode \"jail\": expected none, sandboxed, container, "
              "wasm, or kubernetes"}},
            {R"({"runtime": {"retry": {"backoff": ^"1", "max_backoff": ^"x", "jitter": ^"y"}}})",
             {"error: invalid spec.runtime.retry.backoff \"1\": expected a duration such as 30s, 1m30s or "
              "250ms",
              "error: invalid spec.runtime.retry.max_backoff \"x\": expected a duration such as 30s, 1m30s "
              "or 250ms",
              "error: invalid spec.runtime.retry.jitter \"y\": expected none, full, or equal"}},
            {R"({"auth": {"profile": ^"digest"}})",
             {"error: invalid spec.auth.profile \"digest\": expected bearer, api_key_header, basic, or "
              "oauth2_client_credentials"}},
            {R"({"auth": ^{"profile": "basic"}})",
             {"error: spec.auth.secretRef is required when auth.profile is set | name the Secret with the "
              "credential: secretRef: my-secret"}},
            {R"({"auth": ^{"profile": "api_key_header", "secretRef": "s"}})",
             {"error: spec.auth.headerName is required when auth.profile is api_key_header"}},
            {R"({"auth": {"profile": "oauth2_client_credentials", "secret_ref": "s", "token_url": ^""}})",
             {"error: spec.auth.tokenURL is required when auth.profile is oauth2_client_credentials"}},
            {R"(^{"type": "cli", "runtime": {"isolation_mode": "none"}})",
             {"error: spec.cli.command is required when spec.type is cli"}},
            {R"({"type": "cli", "cli": ^{"command": "ls"}})",
             {"error: spec.cli.image is required when spec.type is cli and isolation_mode is not none | name "
              "the container image, or set spec.runtime.isolation_mode: none"}},
            {R"({"type": "cli", "runtime": {"isolation_mode": "none"}, "cli": ^{"command": "ls", "image_pull_secret": "p"}})",
             {"error: spec.cli.image is required when spec.cli.image_pull_secret is set"}},
            {R"({"type": "cli", "cli": {"command": "ls", "image": "i", "output": ^"all"}})",
             {"error: invalid spec.cli.output \"all\": expected stdout, stderr, or both"}},
            {R"({"type": "cli", "cli": {"command": "ls", "image": "i", "env_from": [{"name": "A", "secretRef": "a"}, ^{}]}})",
             {"error: spec.cli.env_from[1].name is required",
              "error: spec.cli.env_from[1].secretRef is required"}},
            {R"({"type": "cli", "cli": {"command": "ls", "image": "i"}, "auth": ^{"secretRef": "s"}})",
             {"error: spec.auth is not supported for cli tools; use spec.cli.env_from for CLI tool "
              "credentials"}},
            {R"({"type": "cli", "cli": {"command": "ls", "image": "i"}, "auth": {}})", {}},
            {R"({"type": "cli", "cli": {"command": "ls", "image": "i", "resources": {"memory": ^"lots", "cpus": ^"0", "pids_limit": 1}}})",
             {"error: invalid spec.cli.resources.memory \"lots\": expected a positive size such as 128m or "
              "512Mi",
              "error: invalid spec.cli.resources.cpus \"0\": expected a positive number such as 0.5"}},
            {R"({"type": "cli", "cli": {"command": "ls", "image": "i", "resources": {"pids_limit": ^0}}})",
             {"error: invalid spec.cli.resources.pids_limit 0: expected >= 1"}},
            {R"(^{"type": "wasm"})", {"warning: spec.wasm.module is required when spec.type is wasm"}},
            {R"({"type": "a2a", "a2a": ^{}})",
             {"error: spec.a2a.agent_url is required when spec.type is a2a"}},
            {R"({"input_schema": ^"object"})",
             {"error: spec.input_schema must be a map: the JSON Schema of the tool's input"}},
            {R"({^"runtme": {}})", {"error: unknown field 'runtme' in spec | did you mean 'runtime'?"}},
        });
}

TEST_CASE("memory sizes count in 1024s") {
    struct Row {
        std::string_view text;
        std::int64_t bytes; // 0: not a size
    };
    const Row rows[] = {
        {"128m", 134217728},
        {"1g", 1073741824},
        {"512Mi", 536870912},
        {"1Gi", 1073741824},
        {"2K", 2048},
        {"2ki", 2048},
        {"1T", 1099511627776},
        {"1.5k", 1536},
        {"4096", 4096},
        {"", 0},
        {"m", 0},
        {"0", 0},
        {"0m", 0},
        {"-1m", 0},
        {"+1m", 0},
        {"1mb", 0},
        {"1 m", 0},
        {"1x", 0},
        {"1Mib", 0},
        {"1..5m", 0},
        {"1e3", 0},
        {"9999999999t", 0},
        {"1i", 0},
        {"0.1", 0},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(resource::parse_memory(row.text).value_or(0) == row.bytes);
    }
}

TEST_CASE("an MCP server's fields, defaults and checks") {
    check_rows(
        "McpServer",
        {
            {R"({"transport": "STDIO", "command": " npx "})",
             {},
             R"({"transport":"stdio","command":"npx","auth":{},"tool_filter":{},"reconnect":{"max_attempts":3,"backoff":"2s"}})"},
            {R"({"transport": "stdio", "image": "i", "image_pull_secret": "p", "env": [{"name": " A ", "secretRef": "s", "mountPath": "/k"}],
                "reconnect": {"max_attempts": 0, "backoff": "0s"}, "idle_timeout": "0", "resources": {"memory": "64Mi"},
                "default_tool_runtime": {"timeout": "20s"}})",
             {},
             R"({"transport":"stdio","image":"i","image_pull_secret":"p","env":[{"name":"A","secretRef":"s","mountPath":"/k"}],)"
             R"("auth":{},"tool_filter":{},"reconnect":{"max_attempts":3,"backoff":"0s"},"resources":{"memory":"64Mi"},)"
             R"("default_tool_runtime":{"timeout":"20s","retry":{"max_attempts":1,"max_backoff":"30s","jitter":"none"}}})"},
            {R"(^{})", {"error: spec.transport is required (stdio or http)"}},
            {R"({"transport": ^"sse"})", {"error: invalid spec.transport \"sse\": expected stdio or http"}},
            {R"(^{"transport": "stdio"})",
             {"error: spec.command or spec.image is required for stdio transport"}},
            {R"({"transport": "http", "endpoint": "e", "image": ^"i"})",
             {"error: spec.image is only supported for stdio transport"}},
            {R"(^{"transport": "http"})", {"error: spec.endpoint is required for http transport"}},
            {R"(^{"transport": "stdio", "command": "c", "image_pull_secret": "p"})",
             {"error: spec.image is required when spec.image_pull_secret is set"}},
            {R"({"transport": "stdio", "command": "c", "env": [{"name": "A"}, {"name": "B", "mountPath": ^"/k"}]})",
             {"error: env[1].mountPath requires spec.image to be set"}},
            {R"({"transport": "stdio", "image": "i", "env": [{"name": "A", "mountPath": ^"k"}]})",
             {"error: env[0].mountPath must be an absolute path, got \"k\""}},
            {R"({"transport": "stdio", "command": "c", "idle_timeout": ^"never"})",
             {"error: invalid spec.idle_timeout \"never\": expected a duration such as 30s, 1m30s or 250ms"}},
            {R"({"transport": "stdio", "command": "c", "default_tool_runtime": {"timeout": ^"x"}})",
             {"error: invalid spec.default_tool_runtime.timeout \"x\": expected a duration such as 30s, "
              "1m30s or 250ms"}},
            {R"({"transport": "http", "endpoint": "e", "auth": ^{"profile": "bearer"}})",
             {"error: spec.auth.secretRef is required when auth.profile is set | name the Secret with the "
              "credential: secretRef: my-secret"}},
        });
}

TEST_CASE("adapters and roles") {
    check_rows("ContextAdapter",
               {
                   {R"({"tool_ref": " t "})", {}, R"({"tool_ref":"t","on_error":"reject"})"},
                   {R"(^{"on_error": "passthrough"})",
                    {"error: spec.tool_ref is required | name the Tool that rewrites the input: tool_ref: "
                     "my-tool"}},
                   {R"({"tool_ref": "t", "on_error": ^"skip"})",
                    {"error: invalid spec.on_error \"skip\": expected reject or passthrough"}},
               });
    check_rows(
        "AgentRole",
        {
            {R"({})", {}, "{}"},
            {R"({"description": "d", "permissions": [" tool:x:invoke ", "TOOL:X:INVOKE", "", {"tool:y:invoke": null}]})",
             {},
             R"({"description":"d","permissions":["tool:x:invoke","tool:y:invoke:"]})"},
        });
}

TEST_CASE("a permission's fields, defaults and checks") {
    check_rows(
        "ToolPermission",
        {
            {R"({})", {}, R"({"tool_ref":"n","action":"invoke","match_mode":"all","apply_mode":"global"})"},
            {R"({"action": " INVOKE ", "match_mode": "Any", "apply_mode": "SCOPED", "target_agents": ["a", "A"],
                "operation_rules": [{}, {"operation_class": "WRITE", "verdict": "Deny"}]})",
             {},
             R"({"tool_ref":"n","action":"invoke","match_mode":"any","apply_mode":"scoped","target_agents":["a"],)"
             R"("operation_rules":[{"operation_class":"*","verdict":"allow"},{"operation_class":"write","verdict":"deny"}]})"},
            {R"({"match_mode": ^"most"})",
             {"error: unsupported spec.match_mode \"most\": expected all or any"}},
            {R"({"apply_mode": ^"local"})",
             {"error: unsupported spec.apply_mode \"local\": expected global or scoped"}},
            {R"(^{"apply_mode": "scoped"})",
             {"error: spec.target_agents is required when spec.apply_mode=scoped"}},
            {R"({"operation_rules": [{}, {"operation_class": ^"fly"}]})",
             {"error: invalid operation_rules[1].operation_class \"fly\": expected read, write, delete, "
              "admin, or *"}},
            {R"({"operation_rules": [{"verdict": ^"ask"}]})",
             {"error: invalid operation_rules[0].verdict \"ask\": expected allow, deny, or "
              "approval_required"}},
        });
    const tests::Marked nameless =
        tests::marked(R"({"kind": "ToolPermission", "metadata": ^{}, "spec": ^{}})");
    CHECK(
        tests::decode(nameless.text).said ==
        tests::expected(nameless, {"error: metadata.name is required", "error: spec.tool_ref is required"}));
}

TEST_CASE("a tool call's approval") {
    check_rows("ToolApproval",
               {
                   {R"({"task_ref": "t", "tool": "x"})", {}, R"({"task_ref":"t","tool":"x","ttl":"10m0s"})"},
                   {R"({"task_ref": "t", "tool": "x", "operation_class": " WRITE ", "ttl": "0s"})",
                    {},
                    R"({"task_ref":"t","tool":"x","operation_class":"write","ttl":"0s"})"},
                   {R"(^{"tool": "x"})", {"error: spec.task_ref is required"}},
                   {R"({"task_ref": "t", "tool": ^""})", {"error: spec.tool is required"}},
                   {R"({"task_ref": "t", "tool": "x", "ttl": ^"long"})",
                    {"error: invalid spec.ttl \"long\": expected a duration such as 30s, 1m30s or 250ms"}},
               });
}

TEST_CASE("a status that a person wrote is checked") {
    struct Row {
        std::string_view kind;
        std::string_view spec;
        std::string_view status;
        std::vector<std::string> said;
    };
    constexpr std::string_view tool = R"({"task_ref": "t", "tool": "x"})";
    constexpr std::string_view task = R"({"task_ref": "t", "checkpoint_id": "c"})";
    const Row rows[] = {
        {"ToolApproval", tool, R"({"phase": "Approved", "decision": "anything"})", {}},
        {"ToolApproval", tool, R"({"phase": ""})", {}},
        {"ToolApproval",
         tool,
         R"({"phase": ^"approved"})",
         {"error: invalid status.phase \"approved\" for ToolApproval: expected Pending, Approved, Denied, or "
          "Expired"}},
        {"TaskApproval", task, R"({"phase": " ChangesRequested ", "decision": "Request_Changes"})", {}},
        {"TaskApproval",
         task,
         R"({"phase": ^"Done", "decision": ^"maybe"})",
         {"error: invalid status.phase \"Done\" for TaskApproval: expected Pending, Approved, Denied, "
          "ChangesRequested, or Expired",
          "error: invalid status.decision \"maybe\" for TaskApproval: expected approved, denied, or "
          "request_changes"}},
        {"Session", R"({"system": "s"})", R"({"phase": "WaitingInput"})", {}},
        {"Session",
         R"({"system": "s"})",
         R"({"phase": ^"Idle"})",
         {"error: invalid status.phase \"Idle\" for Session"}},
        {"Task", R"({"system": "s"})", R"({"phase": "Whatever"})", {}},
        {"ToolApproval", tool, R"("text")", {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.status);
        const tests::Marked source = tests::marked(
            R"({"kind": ")" + std::string(row.kind) + R"(", "metadata": {"name": "n"}, "spec": )" +
            std::string(row.spec) + R"(, "status": )" + std::string(row.status) + "}");
        CHECK(tests::decode(source.text).said == tests::expected(source, row.said));
    }
    for (const resource::Kind& kind : resource::kinds()) {
        if (kind.name == "Session") CHECK(kind.phase == "WaitingInput");
        if (kind.check == nullptr || !kind.name.ends_with("Approval")) continue;
        CHECK(kind.phase == "Pending");
    }
}

} // namespace
