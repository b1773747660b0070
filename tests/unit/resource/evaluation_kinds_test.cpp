// EvalDataset, EvalRun, Session, Worker, Memory and SealedSecret.
#include "document.hpp"

namespace {

using tests::check_rows;

TEST_CASE("a dataset's samples and what is expected of them") {
    check_rows(
        "EvalDataset",
        {
            {R"({"samples": [{"name": " one ", "input": {"topic": "x", "n": 5}}]})",
             {},
             R"({"samples":[{"name":"one","input":{"n":"5","topic":"x"}}]})"},
            {R"({"samples": [{"name": "a", "input": {"t": "x"}, "expected": {"output_contains": "c", "output_json_path": "$.a",
                "greater_than": "0.7", "equals": ""}, "scoring": {"strategy": "LLM_Judge", "modelRef": "j", "rubric": "r"}}]})",
             {},
             R"({"samples":[{"name":"a","input":{"t":"x"},"expected":{"output_contains":"c","output_json_path":"$.a",)"
             R"("equals":"","greater_than":"0.7"},"scoring":{"strategy":"llm_judge","model_ref":"j","rubric":"r"}}]})"},
            {R"(^{})", {"error: spec.samples must contain at least one sample"}},
            {R"({"samples": ^[]})", {"error: spec.samples must contain at least one sample"}},
            {R"({"samples": [{"name": "a", "input": {"t": "x"}}, ^{"input": {"t": "x"}}]})",
             {"error: spec.samples[1].name is required"}},
            {R"({"samples": [^{"name": "a"}]})", {"error: spec.samples[0].input must not be empty"}},
            {R"({"samples": [{"name": "One", "input": {"t": "x"}}, {"name": ^"one", "input": {"t": "x"}}]})",
             {"error: duplicate sample name \"one\" in spec.samples"}},
            {R"({"samples": [{"name": "a", "input": {"t": "x"}, "expected": {"output_matches": ^"[a"}}]})",
             {"error: spec.samples[0].expected.output_matches: invalid regex: missing ]: [a"}},
            {R"({"samples": [{"name": "a", "input": {"t": "x"}, "expected": {^"default": true}}]})",
             {"error: unknown field 'default' in spec.samples[0].expected | known here: output_contains, "
              "output_not_contains, output_matches, output_json_path, equals, not_equals, contains, "
              "greater_than, less_than"}},
            {R"({"samples": [{"name": "a", "input": {"t": "x"}, "scoring": ^{}}]})",
             {"error: spec.samples[0].scoring: strategy is required"}},
            {R"({"samples": [{"name": "a", "input": {"t": "x"}, "scoring": {"strategy": ^"vibes"}}]})",
             {"error: spec.samples[0].scoring: invalid strategy \"vibes\": expected one of exact_match, "
              "llm_judge, manual, custom"}},
            {R"({"samples": [{"name": "a", "input": {"t": "x"}, "scoring": ^{"strategy": "llm_judge"}}]})",
             {"error: spec.samples[0].scoring: model_ref is required for llm_judge strategy"}},
            {R"({"samples": [{"name": "a", "input": {"t": "x"}, "scoring": ^{"strategy": "custom"}}]})",
             {"error: spec.samples[0].scoring: tool_ref is required for custom strategy"}},
        });
}

TEST_CASE("an evaluation's fields, defaults and checks") {
    check_rows(
        "EvalRun",
        {
            {R"({"dataset_ref": "d", "system": "s", "concurrency": 0})",
             {},
             R"({"dataset_ref":"d","system":"s","concurrency":5})"},
            {R"({"dataset_ref": "d", "system": "s", "scoring": {"rubric": "r"}, "agent_overrides": {"a": {"prompt": "p", "model_ref": "m"}},
                "labels": {"v": 1}, "suspended": false, "timeout": "90s"})",
             {},
             R"({"dataset_ref":"d","system":"s","agent_overrides":{"a":{"prompt":"p","model_ref":"m"}},)"
             R"("scoring":{"rubric":"r"},"concurrency":5,"timeout":"1m30s","labels":{"v":"1"},"suspended":false})"},
            {R"(^{})",
             {"error: spec.dataset_ref is required | name the EvalDataset: dataset_ref: my-dataset",
              "error: spec.system is required | name the AgentSystem to evaluate: system: my-system"}},
            {R"({"dataset_ref": "d", "system": "s", "scoring": {"strategy": ^"x"}})",
             {"error: spec.scoring: invalid strategy \"x\": expected one of exact_match, llm_judge, manual, "
              "custom"}},
            {R"({"dataset_ref": "d", "system": "s", "scoring": ^{"strategy": "custom"}})",
             {"error: spec.scoring: tool_ref is required for custom strategy"}},
            {R"({"dataset_ref": "d", "system": "s", "timeout": ^"x"})",
             {"error: invalid spec.timeout \"x\": expected a duration such as 30s, 1m30s or 250ms"}},
        });
}

TEST_CASE("a session's fields, defaults and checks") {
    check_rows(
        "Session",
        {
            {R"({"system": "s"})",
             {},
             R"({"system":"s","idle_ttl":"24h0m0s","checkpoint_retention":{"max_count":100,"max_age":"168h0m0s"}})"},
            {R"({"system": "s", "idle_ttl": " 90m ", "maxTurns": 40, "input": {"c": "t"}, "checkpoint_retention": {"max_count": 0, "max_age": ""}})",
             {},
             R"({"system":"s","idle_ttl":"1h30m0s","max_turns":40,"input":{"c":"t"},)"
             R"("checkpoint_retention":{"max_count":100,"max_age":"168h0m0s"}})"},
            {R"(^{})",
             {"error: spec.system is required | name the AgentSystem to talk to: system: my-system"}},
            {R"({"system": "s", "idle_ttl": ^"0s"})",
             {"error: invalid spec.idle_ttl \"0s\": expected a positive duration"}},
            {R"({"system": "s", "idle_ttl": ^"soon"})",
             {"error: invalid spec.idle_ttl \"soon\": expected a positive duration"}},
            {R"({"system": "s", "max_turns": ^-1})", {"error: spec.max_turns cannot be negative"}},
            {R"({"system": "s", "checkpoint_retention": {"max_count": ^-1, "max_age": ^"-1h"}})",
             {"error: spec.checkpoint_retention.max_count cannot be negative",
              "error: invalid spec.checkpoint_retention.max_age \"-1h\": expected a positive duration"}},
        });
}

TEST_CASE("workers and memories") {
    check_rows(
        "Worker",
        {
            {R"({"max_concurrent_tasks": 0})", {}, R"({"capabilities":{},"max_concurrent_tasks":1})"},
            {R"({"region": "eu", "capabilities": {"gpu": true, "supported_models": ["m"]}, "max_concurrent_tasks": 4})",
             {},
             R"({"region":"eu","capabilities":{"gpu":true,"supported_models":["m"]},"max_concurrent_tasks":4})"},
            {R"({^"maxConcurrentTasks": 4})",
             {"error: unknown field 'maxConcurrentTasks' in spec | did you mean "
              "'max_concurrent_tasks'?"}},
        });
    check_rows(
        "Memory",
        {
            {R"({})", {}, R"({"auth":{}})"},
            {R"({"type": "vector", "provider": " HTTP ", "embeddingModel": "e", "endpoint": "u", "auth": {"secret_ref": "s"}})",
             {},
             R"({"type":"vector","provider":"http","embedding_model":"e","endpoint":"u","auth":{"secretRef":"s"}})"},
            {R"({"provider": "unheard-of", "endpoint_secret_ref": "s"})", {}},
            {R"({"endpoint": "u", "endpoint_secret_ref": ^"s"})",
             {"error: spec.endpoint and spec.endpoint_secret_ref are mutually exclusive"}},
        });
}

TEST_CASE("a sealed secret is recognised, not opened") {
    check_rows(
        "SealedSecret",
        {
            {R"({"encryptedData": {"v": {"keyId": "00", "wrappedKey": " AAAA ", "ciphertext": "AAAA"}}, "template": {"labels": {"a": "b"}}})",
             {},
             R"({"encryptedData":{"v":{"keyId":"00","wrappedKey":"AAAA","ciphertext":"AAAA"}},"template":{"labels":{"a":"b"}}})"},
            {R"(^{})", {"error: spec.encryptedData must contain at least one entry"}},
            {R"({"encryptedData": {"v": ^{}}})",
             {"error: spec.encryptedData.v.keyId is required",
              "error: spec.encryptedData.v.wrappedKey is required",
              "error: spec.encryptedData.v.ciphertext is required"}},
            {R"({"encryptedData": {"v": {"keyId": "00", "wrappedKey": ^"%", "ciphertext": ^"?"}}})",
             {"error: spec.encryptedData.v.wrappedKey must be valid base64",
              "error: spec.encryptedData.v.ciphertext must be valid base64"}},
        });
}

} // namespace
