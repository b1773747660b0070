// One row a service. What a row does not say is as for an unknown host.
#include "provider/services.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "provider/options.hpp"

namespace provider {

namespace {

constexpr std::string_view compatible = "openai-compatible";

constexpr auto together_aliases = std::to_array<std::string_view>({"together-ai", "togetherai"});
constexpr auto fireworks_aliases = std::to_array<std::string_view>({"fireworks-ai"});
constexpr auto mistral_aliases = std::to_array<std::string_view>({"mistral-ai", "mistralai"});
constexpr auto xai_aliases = std::to_array<std::string_view>({"grok", "x.ai"});
constexpr auto gemini_aliases = std::to_array<std::string_view>({"google", "google-gemini"});
constexpr auto tgi_aliases =
    std::to_array<std::string_view>({"text-generation-inference", "huggingface-tgi"});
constexpr auto lmstudio_aliases = std::to_array<std::string_view>({"lm-studio", "lm_studio"});
constexpr auto litellm_aliases = std::to_array<std::string_view>({"litellm-proxy"});

constexpr auto groq_hosts = std::to_array<std::string_view>({"api.groq.com"});
constexpr auto together_hosts = std::to_array<std::string_view>({"api.together.xyz", "api.together.ai"});
constexpr auto fireworks_hosts = std::to_array<std::string_view>({"api.fireworks.ai"});
constexpr auto mistral_hosts = std::to_array<std::string_view>({"api.mistral.ai", "codestral.mistral.ai"});
constexpr auto deepseek_hosts = std::to_array<std::string_view>({"api.deepseek.com"});
constexpr auto xai_hosts = std::to_array<std::string_view>({"api.x.ai"});
constexpr auto gemini_hosts = std::to_array<std::string_view>({"generativelanguage.googleapis.com"});
constexpr auto perplexity_hosts = std::to_array<std::string_view>({"api.perplexity.ai"});
constexpr auto openrouter_hosts = std::to_array<std::string_view>({"openrouter.ai"});
constexpr auto cerebras_hosts = std::to_array<std::string_view>({"api.cerebras.ai"});
constexpr auto sambanova_hosts = std::to_array<std::string_view>({"api.sambanova.ai"});

constexpr auto fireworks_efforts = std::to_array<std::string_view>({"low", "medium", "high"});
constexpr auto no_seed = std::to_array<std::string_view>({"seed"});
constexpr auto no_parallel_calls = std::to_array<std::string_view>({"parallel_tool_calls"});
constexpr auto perplexity_refuses = std::to_array<std::string_view>({"seed", "stop", "parallel_tool_calls"});

constexpr std::array table{
    Service{.name = "groq",
            .hosts = groq_hosts,
            .base_url = "https://api.groq.com/openai/v1",
            .dialect = {.provider = compatible,
                        .speaker = "Groq",
                        .max_tokens_field = "max_completion_tokens",
                        .reasoning_field = "reasoning"}},
    Service{.name = "together",
            .aliases = together_aliases,
            .hosts = together_hosts,
            .base_url = "https://api.together.xyz/v1",
            .dialect = {.provider = compatible, .speaker = "Together AI"}},
    Service{.name = "fireworks",
            .aliases = fireworks_aliases,
            .hosts = fireworks_hosts,
            .base_url = "https://api.fireworks.ai/inference/v1",
            .dialect = {.provider = compatible, .speaker = "Fireworks AI", .efforts = fireworks_efforts},
            .models = {.trust = ListTrust::partial}},
    Service{.name = "mistral",
            .aliases = mistral_aliases,
            .hosts = mistral_hosts,
            .base_url = "https://api.mistral.ai/v1",
            .dialect = {.provider = compatible,
                        .speaker = "Mistral AI",
                        .seed_field = "random_seed",
                        .required_word = "any",
                        .stream_usage = false,
                        .ids = {9, true, 9}}},
    // Every assistant turn must carry reasoning_content once tools are offered, and may otherwise.
    Service{.name = "deepseek",
            .hosts = deepseek_hosts,
            .base_url = "https://api.deepseek.com",
            .dialect = {.provider = compatible,
                        .speaker = "DeepSeek",
                        .answers = AnswerFormat::json_object,
                        .reasoning_field = "reasoning_content",
                        .reasoning_always = true,
                        .refused_options = no_seed}},
    Service{
        .name = "xai",
        .aliases = xai_aliases,
        .hosts = xai_hosts,
        .base_url = "https://api.x.ai/v1",
        .dialect = {.provider = compatible, .speaker = "xAI", .max_tokens_field = "max_completion_tokens"}},
    // 400: 'Unknown name "seed": Cannot find field.'
    Service{.name = "gemini",
            .aliases = gemini_aliases,
            .hosts = gemini_hosts,
            .base_url = "https://generativelanguage.googleapis.com/v1beta/openai",
            .dialect = {.provider = compatible, .speaker = "Gemini", .refused_options = no_seed},
            .models = {.prefix = "models/"}},
    Service{.name = "perplexity",
            .hosts = perplexity_hosts,
            .base_url = "https://api.perplexity.ai",
            .dialect = {.provider = compatible,
                        .speaker = "Perplexity",
                        .tools = false,
                        .alternating = true,
                        .refused_options = perplexity_refuses},
            .models = {.trust = ListTrust::none}},
    Service{.name = "openrouter",
            .hosts = openrouter_hosts,
            .base_url = "https://openrouter.ai/api/v1",
            .dialect = {.provider = compatible, .speaker = "OpenRouter"},
            .models = {.key_path = "/key"}},
    Service{.name = "cerebras",
            .hosts = cerebras_hosts,
            .base_url = "https://api.cerebras.ai/v1",
            .dialect = {.provider = compatible,
                        .speaker = "Cerebras",
                        .max_tokens_field = "max_completion_tokens",
                        .reasoning_field = "reasoning",
                        .refused_options = no_parallel_calls}},
    Service{.name = "sambanova",
            .hosts = sambanova_hosts,
            .base_url = "https://api.sambanova.ai/v1",
            .dialect = {.provider = compatible, .speaker = "SambaNova"}},
    Service{.name = "vllm",
            .base_url = "http://localhost:8000/v1",
            .start = "vllm serve MODEL",
            .dialect = {.provider = compatible, .speaker = "vLLM"}},
    Service{.name = "tgi",
            .aliases = tgi_aliases,
            .base_url = "http://localhost:8080/v1",
            .start = "text-generation-launcher --model-id MODEL",
            .dialect = {.provider = compatible, .speaker = "text-generation-inference"},
            .models = {.trust = ListTrust::partial}},
    Service{.name = "lmstudio",
            .aliases = lmstudio_aliases,
            .base_url = "http://localhost:1234/v1",
            .start = "lms server start",
            .dialect = {.provider = compatible, .speaker = "LM Studio"}},
    Service{.name = "litellm",
            .aliases = litellm_aliases,
            .base_url = "http://localhost:4000/v1",
            .start = "litellm --config FILE",
            .dialect = {.provider = compatible, .speaker = "LiteLLM"},
            .models = {.trust = ListTrust::partial}},
    Service{.name = "ollama",
            .base_url = "http://127.0.0.1:11434/v1",
            .start = "ollama serve",
            .dialect = {.provider = compatible, .speaker = "Ollama's /v1", .tool_choice = false}},
};

std::string_view option_of(const Endpoint& endpoint) {
    return OptionReader(endpoint, compatible).text("service");
}

} // namespace

std::span<const Service> services() {
    return table;
}

const Service* find_service(std::string_view name) {
    const auto same = [&](std::string_view other) { return base::same_ignoring_case(other, name); };
    for (const Service& row : table) {
        if (same(row.name) || std::any_of(row.aliases.begin(), row.aliases.end(), same)) return &row;
    }
    return nullptr;
}

const Service* service_of(const Provider& provider, const Endpoint& endpoint) {
    if (provider.name != compatible) return nullptr;
    if (const std::string_view named = option_of(endpoint); !named.empty()) return find_service(named);
    const auto url = http::parse_url(endpoint.base_url);
    if (!url) return nullptr;
    const auto* row = std::find_if(table.begin(), table.end(), [&](const Service& r) {
        return std::find(r.hosts.begin(), r.hosts.end(), url->host) != r.hosts.end();
    });
    return row == table.end() ? nullptr : row;
}

std::string service_problem(const Endpoint& endpoint) {
    const std::string_view named = option_of(endpoint);
    if (named.empty() || find_service(named) != nullptr) return {};
    std::vector<std::string> known;
    std::vector<std::string> spellings;
    for (const Service& row : table) {
        known.emplace_back(row.name);
        spellings.emplace_back(row.name);
        spellings.insert(spellings.end(), row.aliases.begin(), row.aliases.end());
    }
    const auto meant = base::nearest(named, spellings);
    OptionReader reader(endpoint, compatible);
    reader.complain("service", meant ? base::format("is no service orloj knows: did you mean '{}'?", *meant)
                                     : "is no service orloj knows: known are " + base::join(known, ", "));
    return reader.problem();
}

const ChatDialect& dialect_of(const Endpoint& endpoint) {
    const Service* service = service_of(*find_provider(compatible), endpoint);
    return service == nullptr ? compatible_dialect : service->dialect;
}

} // namespace provider
