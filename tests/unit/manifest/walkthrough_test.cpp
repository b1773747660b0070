// The manifests of the original's guide "Configure Model Routing", as a reader would paste them, are read
// without a complaint.
#include <string>

#include <doctest/doctest.h>

#include "manifest/manifest.hpp"
#include "resource/resource.hpp"

namespace {

struct Page {
    std::string_view yaml;
    std::string_view id;
    std::string_view spec;
};

const Page pages[] = {
    {R"(apiVersion: orloj.dev/v1
kind: Secret
metadata:
  name: openai-api-key
spec:
  stringData:
    value: sk-your-openai-key-here
)",
     "secret/openai-api-key", R"({"data":{"value":"***"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: openai-default
spec:
  provider: openai
  base_url: https://api.openai.com/v1
  default_model: gpt-4o-mini
  auth:
    secretRef: openai-api-key
)",
     "model-endpoint/openai-default",
     R"({"provider":"openai","base_url":"https://api.openai.com/v1","default_model":"gpt-4o-mini","auth":{"secretRef":"openai-api-key"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: anthropic-default
spec:
  provider: anthropic
  base_url: https://api.anthropic.com/v1
  default_model: claude-3-5-sonnet-latest
  options:
    anthropic_version: "2023-06-01"
    max_tokens: "1024"
  auth:
    secretRef: anthropic-api-key
)",
     "model-endpoint/anthropic-default",
     R"({"provider":"anthropic","base_url":"https://api.anthropic.com/v1","default_model":"claude-3-5-sonnet-latest",)"
     R"("options":{"anthropic_version":"2023-06-01","max_tokens":"1024"},"auth":{"secretRef":"anthropic-api-key"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: Agent
metadata:
  name: research-agent
spec:
  model_ref: openai-default
  prompt: |
    You are a research assistant.
    Produce concise evidence-backed answers.
  limits:
    max_steps: 6
    timeout: 30s
)",
     "agent/research-agent",
     R"({"model_ref":"openai-default","prompt":"You are a research assistant.\nProduce concise evidence-backed answers.\n",)"
     R"("memory":{},"execution":{"profile":"dynamic","duplicate_tool_call_policy":"short_circuit",)"
     R"("on_contract_violation":"non_retryable_error","tool_use_behavior":"run_llm_again"},)"
     R"("limits":{"max_steps":6,"timeout":"30s"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: Agent
metadata:
  name: writer-agent
spec:
  model_ref: anthropic-default
  prompt: |
    You are a writing agent.
    Produce clear, concise final output from provided research.
  limits:
    max_steps: 4
    timeout: 20s
)",
     "agent/writer-agent",
     R"({"model_ref":"anthropic-default","prompt":"You are a writing agent.\nProduce clear, concise final output from )"
     R"(provided research.\n","memory":{},"execution":{"profile":"dynamic","duplicate_tool_call_policy":"short_circuit",)"
     R"("on_contract_violation":"non_retryable_error","tool_use_behavior":"run_llm_again"},)"
     R"("limits":{"max_steps":4,"timeout":"20s"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: azure-openai-default
spec:
  provider: azure-openai
  base_url: https://YOUR_RESOURCE_NAME.openai.azure.com
  default_model: gpt-4o-deployment
  options:
    api_version: "2024-10-21"
  auth:
    secretRef: azure-openai-api-key
)",
     "model-endpoint/azure-openai-default",
     R"({"provider":"azure-openai","base_url":"https://YOUR_RESOURCE_NAME.openai.azure.com",)"
     R"("default_model":"gpt-4o-deployment","options":{"api_version":"2024-10-21"},"auth":{"secretRef":"azure-openai-api-key"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: bedrock-claude
spec:
  provider: bedrock
  default_model: anthropic.claude-sonnet-4-20250514-v1:0
  options:
    region: us-east-1
    max_tokens: "4096"
  auth:
    secretRef: aws-credentials
)",
     "model-endpoint/bedrock-claude",
     R"({"provider":"bedrock","default_model":"anthropic.claude-sonnet-4-20250514-v1:0",)"
     R"("options":{"max_tokens":"4096","region":"us-east-1"},"auth":{"secretRef":"aws-credentials"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: bedrock-production
spec:
  provider: bedrock
  default_model: anthropic.claude-sonnet-4-20250514-v1:0
  options:
    region: us-east-1
)",
     "model-endpoint/bedrock-production",
     R"({"provider":"bedrock","default_model":"anthropic.claude-sonnet-4-20250514-v1:0","options":{"region":"us-east-1"},"auth":{}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: ollama-default
spec:
  provider: ollama
  base_url: http://127.0.0.1:11434
  default_model: llama3.1
)",
     "model-endpoint/ollama-default",
     R"({"provider":"ollama","base_url":"http://127.0.0.1:11434","default_model":"llama3.1","auth":{}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: groq-default
spec:
  provider: openai-compatible
  base_url: https://api.groq.com/openai/v1
  default_model: llama-3.3-70b-versatile
  auth:
    secretRef: groq-api-key
)",
     "model-endpoint/groq-default",
     R"({"provider":"openai-compatible","base_url":"https://api.groq.com/openai/v1","default_model":"llama-3.3-70b-versatile",)"
     R"("auth":{"secretRef":"groq-api-key"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: mistral-default
spec:
  provider: openai-compatible
  base_url: https://api.mistral.ai/v1
  default_model: mistral-large-latest
  auth:
    secretRef: mistral-api-key
)",
     "model-endpoint/mistral-default",
     R"({"provider":"openai-compatible","base_url":"https://api.mistral.ai/v1","default_model":"mistral-large-latest",)"
     R"("auth":{"secretRef":"mistral-api-key"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: gemini-default
spec:
  provider: openai-compatible
  base_url: https://generativelanguage.googleapis.com/v1beta/openai
  default_model: gemini-2.5-pro
  auth:
    secretRef: gemini-api-key
)",
     "model-endpoint/gemini-default",
     R"({"provider":"openai-compatible","base_url":"https://generativelanguage.googleapis.com/v1beta/openai",)"
     R"("default_model":"gemini-2.5-pro","auth":{"secretRef":"gemini-api-key"}})"},
    {R"(apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata:
  name: ollama-openai
spec:
  provider: openai-compatible
  base_url: http://127.0.0.1:11434/v1
  default_model: llama3.1
  allowPrivate: true
)",
     "model-endpoint/ollama-openai",
     R"({"provider":"openai-compatible","base_url":"http://127.0.0.1:11434/v1","default_model":"llama3.1","auth":{},"allowPrivate":true})"},
    {R"(apiVersion: orloj.dev/v1
kind: AgentPolicy
metadata:
  name: cost-policy
spec:
  allowed_models:
    - gpt-4o
    - claude-3-5-sonnet-latest
  max_tokens_per_run: 50000
)",
     "agent-policy/cost-policy",
     R"({"max_tokens_per_run":50000,"allowed_models":["gpt-4o","claude-3-5-sonnet-latest"],"apply_mode":"scoped"})"},
};

TEST_CASE("every manifest of the guide is read, alone and all in one file") {
    std::string all;
    for (const Page& page : pages) {
        CAPTURE(page.id);
        base::Diagnostics diagnostics;
        const auto documents = manifest::parse("guide.yaml", page.yaml, diagnostics);
        REQUIRE(documents.size() == 1);
        const auto resource =
            resource::decode(documents[0], {"guide.yaml", schema::Unknown::error, true}, "", diagnostics);
        CHECK(diagnostics.all().empty());
        REQUIRE(resource.has_value());
        CHECK(resource->id() == page.id);
        CHECK(resource->metadata.namespace_ == "default");
        CHECK(resource::spec_json(resource->spec) == page.spec);
        all += "---\n" + std::string(page.yaml);
    }
    base::Diagnostics diagnostics;
    CHECK(manifest::parse("guide.yaml", all, diagnostics).size() == std::size(pages));
    CHECK(diagnostics.all().empty());
}

TEST_CASE("a prompt keeps its headings and paragraphs") {
    base::Diagnostics diagnostics;
    const auto documents = manifest::parse("a.yaml", R"(kind: Agent
metadata: {name: a}
spec:
  model_ref: m
  prompt: |
    # Role

    You are careful. # really

      - indented
)",
                                           diagnostics);
    REQUIRE(documents.size() == 1);
    const auto resource =
        resource::decode(documents[0], {"a.yaml", schema::Unknown::error, true}, "", diagnostics);
    REQUIRE(resource.has_value());
    CHECK(std::get<resource::AgentSpec>(resource->spec).prompt ==
          "# Role\n\nYou are careful. # really\n\n  - indented\n");
}

} // namespace
