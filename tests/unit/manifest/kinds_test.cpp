// The smallest and the fullest manifest of every kind, as a reader of the original's reference would write
// them.
#include <string>

#include <doctest/doctest.h>

#include "../schema/marked.hpp"
#include "manifest/manifest.hpp"
#include "resource/resource.hpp"

namespace {

struct Example {
    std::string_view yaml; // with the places of warnings marked
    std::vector<std::string> said;
    std::string_view spec = {};
};

const Example examples[] = {
    {R"(apiVersion: orloj.dev/v1
kind: Agent
metadata:
  name: greeter
spec:
  model_ref: local
)",
     {}},
    {R"(apiVersion: orloj.dev/v1
kind: Agent
metadata:
  name: release-notes-writer
  namespace: docs
  labels:
    team: platform
spec:
  model_ref: openai-main
  fallback_model_refs:
    - anthropic-main
    - shared/ollama-local
  prompt: |
    Turn the merged changes into release notes.
    Finish with a line that starts with DONE.
  ^tools:
    - changelog-search
    - repo-stats
  allowed_tools:
    - repo-stats
  ^roles:
    - docs-writer
  memory:
    ref: notes-memory
    ^allow:
      - read
      - search
  execution:
    profile: ^contract
    tool_sequence:
      - changelog-search
    ^required_output_markers:
      - DONE
    duplicate_tool_call_policy: deny
    on_contract_violation: observe
    tool_use_behavior: run_llm_again
    output_schema:
      type: object
      required: [title, body]
      properties:
        title: {type: string}
        body: {type: string}
  limits:
    max_steps: 6
    timeout: 45s
)",
     {"warning: spec.tools has no effect: tools are not available in this version",
      "warning: spec.roles has no effect: roles are not available in this version",
      "warning: spec.memory.allow has no effect: memory is not available in this version",
      "warning: spec.execution.profile contract has no effect: contracts are not available in this version",
      "warning: spec.execution.required_output_markers has no effect: contracts are not available in this "
      "version"},
     R"({"model_ref":"openai-main","fallback_model_refs":["anthropic-main","shared/ollama-local"],)"
     R"("prompt":"Turn the merged changes into release notes.\nFinish with a line that starts with DONE.\n",)"
     R"("tools":["changelog-search","repo-stats"],"allowed_tools":["repo-stats"],"roles":["docs-writer"],)"
     R"("memory":{"ref":"notes-memory","allow":["read","search"]},"execution":{"profile":"contract",)"
     R"("tool_sequence":["changelog-search"],"required_output_markers":["DONE"],"duplicate_tool_call_policy":"deny",)"
     R"("on_contract_violation":"observe","tool_use_behavior":"run_llm_again","output_schema":{"type":"object",)"
     R"("required":["title","body"],"properties":{"title":{"type":"string"},"body":{"type":"string"}}}},)"
     R"("limits":{"max_steps":6,"timeout":"45s"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: AgentSystem
metadata:
  name: solo
spec:
  agents:
    - greeter
)",
     {},
     R"({"agents":["greeter"]})"},
    {R"(apiVersion: orloj.dev/v1
kind: AgentSystem
metadata:
  name: claims-desk
  labels:
    orloj.dev/pattern: hierarchical
spec:
  agents:
    - intake
    - fraud
    - payout
    - auditor
    - closer
  ^context_adapter: strip-pii
  graph:
    intake:
      edges:
        - to: fraud
          labels:
            lane: risk
          ^policy:
            max_latency: 30s
          condition:
            output_json_path: $.risk.score
            greater_than: "0.7"
        - to: payout
          condition:
            default: true
    fraud:
      edges:
        - to: closer
    payout:
      delegates:
        - to: auditor
      delegate_join:
        mode: wait_for_all
        on_failure: continue_partial
      ^review:
        checkpoint_id: payout-ok
        display_name: Payout check
        reason: amounts above 1000 need a person
        ttl: 30m
        allow_request_changes: true
        max_review_cycles: 2
      edges:
        - to: closer
    closer:
      join:
        mode: quorum
        quorum_count: 1
        on_failure: skip
  ^completion_review:
    checkpoint_id: final-sign-off
  a2a:
    ^enabled: true
    auth: bearer
)",
     {"warning: spec.context_adapter has no effect: context adapters are not available in this version",
      "warning: spec.graph.intake.edges[0].policy has no effect: edge policies never had one",
      "warning: spec.graph.payout.review has no effect: reviews are not available in this version",
      "warning: spec.completion_review has no effect: reviews are not available in this version",
      "warning: spec.a2a.enabled has no effect: a local binary does not publish systems"}},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: local
spec:
  provider: mock
  default_model: echo
)",
     {},
     R"({"provider":"mock","default_model":"echo","auth":{}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: azure-main
  namespace: default
  labels:
    cost-centre: "4711"
spec:
  provider: azure-openai
  base_url: https://contoso.openai.azure.com
  default_model: gpt-4o-prod
  options:
    api_version: "2024-10-21"
    deployment: gpt-4o-prod
  auth:
    secretRef: shared/azure-keys:primary
  allowPrivate: false
)",
     {},
     R"({"provider":"azure-openai","base_url":"https://contoso.openai.azure.com","default_model":"gpt-4o-prod",)"
     R"("options":{"api_version":"2024-10-21","deployment":"gpt-4o-prod"},"auth":{"secretRef":"shared/azure-keys:primary"},)"
     R"("allowPrivate":false})"},
    {R"(apiVersion: orloj.dev/v1
kind: Secret
metadata:
  name: openai-api-key
spec:
  stringData:
    value: sk-test-1
)",
     {},
     R"({"data":{"value":"***"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: Secret
metadata:
  name: crm-oauth
  namespace: sales
  labels:
    rotate: quarterly
spec:
  data:
    client_id: b3Jsb2otY2xpZW50
  stringData:
    client_secret: "p@ss:word"
)",
     {},
     R"({"data":{"client_id":"***","client_secret":"***"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: AgentPolicy
metadata:
  name: cap-spend
spec:
  apply_mode: global
  max_tokens_per_run: 20000
)",
     {},
     R"({"max_tokens_per_run":20000,"apply_mode":"global"})"},
    {R"(apiVersion: orloj.dev/v1
kind: AgentPolicy
metadata:
  name: claims-guardrails
  namespace: claims
spec:
  apply_mode: scoped
  target_systems:
    - claims-desk
  target_tasks:
    - nightly-claims
  target_agents:
    - payout
  max_tokens_per_run: 50000
  allowed_models:
    - gpt-4o
    - claude-3-5-sonnet-latest
  blocked_tools:
    - shell
  ^max_child_depth: 2
  ^max_child_tasks: 5
)",
     {"warning: spec.max_child_depth has no effect: tasks cannot create tasks in this version",
      "warning: spec.max_child_tasks has no effect: tasks cannot create tasks in this version"},
     R"({"max_tokens_per_run":50000,"allowed_models":["gpt-4o","claude-3-5-sonnet-latest"],"blocked_tools":["shell"],)"
     R"("apply_mode":"scoped","target_systems":["claims-desk"],"target_tasks":["nightly-claims"],"target_agents":["payout"],)"
     R"("max_child_depth":2,"max_child_tasks":5})"},
    {R"(apiVersion: orloj.dev/v1
kind: Task
metadata:
  name: hello
spec:
  system: solo
)",
     {}},
    {R"(apiVersion: orloj.dev/v1
kind: Task
metadata:
  name: nightly-claims
  namespace: claims
  labels:
    batch: nightly
spec:
  system: claims-desk
  mode: template
  input:
    topic: claims opened yesterday
    limit: "50"
  priority: high
  max_turns: 6
  retry:
    max_attempts: 3
    backoff: 5s
  message_retry:
    max_attempts: 4
    backoff: 250ms
    max_backoff: 10s
    jitter: equal
    non_retryable:
      - invalid api key
  ^requirements:
    region: eu-central
    gpu: false
    model: gpt-4o
)",
     {"warning: spec.requirements has no effect: there is one worker, this machine"},
     R"({"system":"claims-desk","mode":"template","input":{"limit":"50","topic":"claims opened yesterday"},"priority":"high",)"
     R"("max_turns":6,"retry":{"max_attempts":3,"backoff":"5s"},"message_retry":{"max_attempts":4,"backoff":"250ms",)"
     R"("max_backoff":"10s","jitter":"equal","non_retryable":["invalid api key"]},)"
     R"("requirements":{"region":"eu-central","model":"gpt-4o"}})"},
};

TEST_CASE(
    "the smallest and the fullest manifest of every kind are read, and what has no effect yet is said") {
    for (const Example& example : examples) {
        const tests::Marked source = tests::marked(example.yaml);
        CAPTURE(source.text);
        base::Diagnostics diagnostics;
        const auto documents = manifest::parse("a.yaml", source.text, diagnostics);
        REQUIRE(documents.size() == 1);
        const auto resource =
            resource::decode(documents[0], {"a.yaml", schema::Unknown::error, true}, "", diagnostics);
        CHECK(tests::complaints(diagnostics) == tests::expected(source, example.said));
        REQUIRE(resource.has_value());
        const std::string json = resource::spec_json(resource->spec);
        if (!example.spec.empty()) CHECK(json == example.spec);
        CHECK(resource::spec_json(resource::read_spec(resource->kind(), json)) == json);
        // As YAML and back, and as JSON.
        base::Diagnostics again;
        const auto rendered = manifest::parse("b.yaml", manifest::render_yaml(*documents[0]), again);
        REQUIRE(rendered.size() == 1);
        CHECK(schema::to_json(*rendered[0]) == schema::to_json(*documents[0]));
        const auto from_json = manifest::parse("c.json", schema::to_json(*documents[0]), again);
        REQUIRE(from_json.size() == 1);
        const auto same = resource::decode(from_json[0], {"c.json", schema::Unknown::error, true}, "", again);
        REQUIRE(same.has_value());
        CHECK(resource::spec_json(same->spec) == json);
        CHECK_FALSE(again.has_errors());
    }
}

} // namespace
