// The table of providers: the only place that lists them. A row whose codec is not there yet still knows its
// name, URL and key, so that manifests apply; it refuses when it is called.
#include "provider/provider.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "provider/anthropic_messages.hpp"
#include "provider/mock.hpp"
#include "provider/openai_chat.hpp"
#include "provider/options.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

constexpr std::array<std::string_view, 1> compatible_aliases{"openai_compatible"};
constexpr std::array<std::string_view, 2> azure_aliases{"azure_openai", "azure"};
constexpr std::array<std::string_view, 2> bedrock_aliases{"aws-bedrock", "aws_bedrock"};

constexpr std::array<std::string_view, 11> chat_options{
    "max_tokens",       "temperature",         "top_p",        "seed",    "stop",
    "reasoning_effort", "parallel_tool_calls", "organization", "project", "anthropic_version",
    "anthropic_beta"};
constexpr std::array<std::string_view, 3> mock_options{"answer", "script", "usage"};

std::string openai_problem(const Endpoint& endpoint) {
    return chat_problem(openai_dialect, endpoint);
}
Built openai_request(const Endpoint& endpoint, const Conversation& conversation) {
    return chat_request(openai_dialect, endpoint, conversation);
}
Outcome openai_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response) {
    return chat_reply(openai_dialect, endpoint, asked, response);
}

std::string compatible_problem(const Endpoint& endpoint) {
    return chat_problem(compatible_dialect, endpoint);
}
Built compatible_request(const Endpoint& endpoint, const Conversation& conversation) {
    return chat_request(compatible_dialect, endpoint, conversation);
}
Outcome compatible_reply(const Endpoint& endpoint, const Conversation& asked,
                         const http::Response& response) {
    return chat_reply(compatible_dialect, endpoint, asked, response);
}

std::string azure_problem(const Endpoint& endpoint) {
    return base_url_problem(*find_provider("azure-openai"), endpoint);
}
std::string ollama_problem(const Endpoint& endpoint) {
    return base_url_problem(*find_provider("ollama"), endpoint);
}
/// The URL follows from the region.
std::string bedrock_problem(const Endpoint& endpoint) {
    if (base::trim(endpoint.base_url).empty()) return {};
    return base_url_problem(*find_provider("bedrock"), endpoint);
}

Refusal not_available(const Endpoint& endpoint, std::string_view provider) {
    return refused(Refusal::Kind::configuration,
                   base::format("calling the provider '{}' of {} is not available in this version of orloj",
                                provider, subject(endpoint)));
}

template <const std::string_view& Name>
Built unavailable_request(const Endpoint& endpoint, const Conversation&) {
    return not_available(endpoint, Name);
}
template <const std::string_view& Name>
Outcome unavailable_reply(const Endpoint& endpoint, const Conversation&, const http::Response&) {
    return not_available(endpoint, Name);
}

constexpr std::string_view azure_name = "azure-openai";
constexpr std::string_view bedrock_name = "bedrock";
constexpr std::string_view ollama_name = "ollama";

constexpr std::array<Provider, 7> table{{
    {.name = "openai",
     .doc = "OpenAI's Chat Completions API.",
     .default_base_url = "https://api.openai.com/v1",
     .key = KeyNeed::required,
     .key_variable = "OPENAI_API_KEY",
     .own_host = ".api.openai.com",
     .options = chat_options,
     .check = openai_problem,
     .build_request = openai_request,
     .parse_response = openai_reply},
    {.name = "anthropic",
     .doc = "Anthropic's Messages API.",
     .default_base_url = "https://api.anthropic.com/v1",
     .key = KeyNeed::required,
     .key_variable = "ANTHROPIC_API_KEY",
     .own_host = "api.anthropic.com",
     .options = chat_options,
     .check = anthropic_problem,
     .build_request = anthropic_request,
     .parse_response = anthropic_reply},
    {.name = azure_name,
     .aliases = azure_aliases,
     .doc = "OpenAI's models at Azure. spec.base_url is the resource, spec.default_model the deployment.",
     .key = KeyNeed::required,
     .key_variable = "AZURE_OPENAI_API_KEY",
     .own_host = ".openai.azure.com",
     .check = azure_problem,
     .build_request = unavailable_request<azure_name>,
     .parse_response = unavailable_reply<azure_name>},
    {.name = bedrock_name,
     .aliases = bedrock_aliases,
     .doc = "Amazon Bedrock's Converse API. options.region says where.",
     .key = KeyNeed::optional,
     .check = bedrock_problem,
     .build_request = unavailable_request<bedrock_name>,
     .parse_response = unavailable_reply<bedrock_name>},
    {.name = ollama_name,
     .doc = "Models on this machine, served by Ollama.",
     .default_base_url = "http://127.0.0.1:11434",
     .key = KeyNeed::optional,
     .key_variable = "OLLAMA_API_KEY",
     .own_host = ".ollama.com",
     .allow_private = true,
     .check = ollama_problem,
     .build_request = unavailable_request<ollama_name>,
     .parse_response = unavailable_reply<ollama_name>},
    {.name = "openai-compatible",
     .aliases = compatible_aliases,
     .doc = "Any service that speaks OpenAI's Chat Completions API. spec.base_url says which; a key is sent "
            "when there is one.",
     .key = KeyNeed::optional,
     .options = chat_options,
     .check = compatible_problem,
     .build_request = compatible_request,
     .parse_response = compatible_reply},
    {.name = "mock",
     .doc = "No network and no cost: answers 'model=MODEL step=N', or what options.answer (one text) or "
            "options.script (a JSON list with one answer a step, or one answer a line) says; options.usage "
            "'INPUT,OUTPUT' fixes the tokens a step costs. {{model}}, {{step}} and {{input}} are replaced in "
            "texts.",
     .key = KeyNeed::never,
     .options = mock_options,
     .check = mock_problem,
     .answer = mock_answer},
}};

} // namespace

std::span<const Provider> providers() {
    return table;
}

const Provider* find_provider(std::string_view name) {
    const std::string_view wanted = base::trim(name).empty() ? std::string_view("openai") : base::trim(name);
    for (const Provider& row : table) {
        const bool alias = std::any_of(row.aliases.begin(), row.aliases.end(), [&](std::string_view other) {
            return base::same_ignoring_case(other, wanted);
        });
        if (alias || base::same_ignoring_case(row.name, wanted)) return &row;
    }
    return nullptr;
}

bool is_own_host(const Provider& provider, std::string_view base_url) {
    const std::string_view own = provider.own_host;
    const auto url = http::parse_url(base::trim(base_url));
    if (own.empty() || !url || url->scheme != "https") return false;
    if (!own.starts_with('.')) return url->host == own;
    return url->host == own.substr(1) || url->host.ends_with(own);
}

} // namespace provider
