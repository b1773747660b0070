// The table of providers: the only place that lists them.
#include "provider/provider.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "provider/anthropic_messages.hpp"
#include "provider/azure_openai.hpp"
#include "provider/bedrock_converse.hpp"
#include "provider/bedrock_place.hpp"
#include "provider/extra_headers.hpp"
#include "provider/listing.hpp"
#include "provider/mock.hpp"
#include "provider/ollama_chat.hpp"
#include "provider/openai_chat.hpp"
#include "provider/options.hpp"
#include "provider/request.hpp"
#include "provider/services.hpp"

namespace provider {

namespace {

constexpr std::array<std::string_view, 1> compatible_aliases{"openai_compatible"};
constexpr std::array<std::string_view, 2> azure_aliases{"azure_openai", "azure"};
constexpr std::array<std::string_view, 2> bedrock_aliases{"aws-bedrock", "aws_bedrock"};

// A leading dot: the host itself and what is below it.
constexpr std::array<std::string_view, 1> openai_hosts{".api.openai.com"};
constexpr std::array<std::string_view, 1> anthropic_hosts{"api.anthropic.com"};
constexpr std::array<std::string_view, 5> azure_hosts{".openai.azure.com", ".cognitiveservices.azure.com",
                                                      ".services.ai.azure.com", ".openai.azure.us",
                                                      ".openai.azure.cn"};
constexpr std::array<std::string_view, 1> ollama_hosts{".ollama.com"};

std::string openai_problem(const Endpoint& endpoint) {
    return chat_problem(openai_dialect, endpoint);
}
Built openai_request(const Endpoint& endpoint, const Conversation& conversation) {
    return chat_request(openai_dialect, endpoint, conversation);
}
Outcome openai_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response) {
    return chat_reply(openai_dialect, endpoint, asked, response);
}
std::unique_ptr<StreamDecoder> openai_decoder(const Endpoint& endpoint, const Conversation& asked) {
    return chat_decoder(openai_dialect, endpoint, asked);
}

std::string compatible_problem(const Endpoint& endpoint) {
    if (std::string problem = service_problem(endpoint); !problem.empty()) return problem;
    return chat_problem(dialect_of(endpoint), endpoint);
}
Built compatible_request(const Endpoint& endpoint, const Conversation& conversation) {
    return chat_request(dialect_of(endpoint), endpoint, conversation);
}
Outcome compatible_reply(const Endpoint& endpoint, const Conversation& asked,
                         const http::Response& response) {
    return chat_reply(dialect_of(endpoint), endpoint, asked, response);
}
std::unique_ptr<StreamDecoder> compatible_decoder(const Endpoint& endpoint, const Conversation& asked) {
    return chat_decoder(dialect_of(endpoint), endpoint, asked);
}

std::vector<std::string> openai_notes(const Endpoint& endpoint) {
    return chat_url_notes(*find_provider("openai"), endpoint);
}
std::vector<std::string> anthropic_notes(const Endpoint& endpoint) {
    const auto url = http::parse_url(endpoint.base_url);
    if (url && url->path.find_first_not_of('/') == std::string::npos) return {}; // the codec adds /v1
    return chat_url_notes(*find_provider("anthropic"), endpoint);
}
std::vector<std::string> compatible_notes(const Endpoint& endpoint) {
    return chat_url_notes(*find_provider("openai-compatible"), endpoint);
}

using Problem = std::string (*)(const Endpoint&);
using Build = Built (*)(const Endpoint&, const Conversation&);

/// The codec's own check between the two that go by the table of options.
template <const std::string_view& Name, Problem Own>
std::string checked(const Endpoint& endpoint) {
    const Provider& provider = *find_provider(Name);
    std::string problem = foreign_option_problem(provider, endpoint);
    if (problem.empty()) problem = Own(endpoint);
    if (problem.empty()) problem = option_value_problem(provider, endpoint);
    return problem;
}

template <const std::string_view& Name, Problem Own, Build Request>
Built sendable(const Endpoint& endpoint, const Conversation& conversation) {
    if (std::string problem = checked<Name, Own>(endpoint); !problem.empty())
        return refused(Refusal::Kind::configuration, std::move(problem));
    return Request(endpoint, conversation);
}

constexpr std::string_view openai_name = "openai";
constexpr std::string_view anthropic_name = "anthropic";
constexpr std::string_view azure_name = "azure-openai";
constexpr std::string_view bedrock_name = "bedrock";
constexpr std::string_view ollama_name = "ollama";
constexpr std::string_view compatible_name = "openai-compatible";

constexpr std::array<Provider, 7> table{{
    {.name = openai_name,
     .doc = "OpenAI's Chat Completions API.",
     .default_base_url = "https://api.openai.com/v1",
     .key = KeyNeed::required,
     .key_variable = "OPENAI_API_KEY",
     .own_hosts = openai_hosts,
     .check = checked<openai_name, openai_problem>,
     .notes = openai_notes,
     .build_request = sendable<openai_name, openai_problem, openai_request>,
     .parse_response = openai_reply,
     .decoder = openai_decoder,
     .survey = openai_survey,
     .read_models = openai_models,
     .judge = openai_verdict},
    {.name = anthropic_name,
     .doc = "Anthropic's Messages API.",
     .default_base_url = "https://api.anthropic.com/v1",
     .key = KeyNeed::required,
     .key_variable = "ANTHROPIC_API_KEY",
     .own_hosts = anthropic_hosts,
     .check = checked<anthropic_name, anthropic_problem>,
     .notes = anthropic_notes,
     .build_request = sendable<anthropic_name, anthropic_problem, anthropic_request>,
     .parse_response = anthropic_reply,
     .decoder = anthropic_decoder,
     .survey = anthropic_survey,
     .read_models = anthropic_models,
     .judge = anthropic_verdict},
    {.name = azure_name,
     .aliases = azure_aliases,
     .doc = "OpenAI's models at Azure. spec.base_url is the resource, spec.default_model the deployment.",
     .key = KeyNeed::required,
     .key_variable = "AZURE_OPENAI_API_KEY",
     .own_hosts = azure_hosts,
     .check = checked<azure_name, azure_problem>,
     .address = azure_address,
     .notes = azure_notes,
     .own_hint = azure_hint,
     .build_request = sendable<azure_name, azure_problem, azure_request>,
     .parse_response = azure_reply,
     .decoder = azure_decoder,
     .survey = azure_survey,
     .read_models = azure_models,
     .judge = azure_verdict},
    {.name = bedrock_name,
     .aliases = bedrock_aliases,
     .doc = "Amazon Bedrock's Converse API. options.region or AWS_REGION says where; keys come from a "
            "Secret, or "
            "from AWS's environment, profiles and roles.",
     .key = KeyNeed::optional,
     .aws_service = "bedrock",
     .check = checked<bedrock_name, bedrock_problem>,
     .address = bedrock_address,
     .notes = bedrock_notes,
     .own_hint = bedrock_hint,
     .build_request = sendable<bedrock_name, bedrock_problem, bedrock_request>,
     .parse_response = bedrock_reply,
     .decoder = bedrock_decoder,
     .survey = bedrock_survey,
     .read_models = bedrock_models,
     .judge = bedrock_verdict},
    {.name = ollama_name,
     .doc = "Models on this machine, served by Ollama.",
     .default_base_url = "http://127.0.0.1:11434",
     .key = KeyNeed::optional,
     .key_variable = "OLLAMA_API_KEY",
     .own_hosts = ollama_hosts,
     .allow_private = true,
     .max_concurrency = 1,
     .check = checked<ollama_name, ollama_problem>,
     .address = ollama_root,
     .notes = ollama_url_notes,
     .build_request = sendable<ollama_name, ollama_problem, ollama_request>,
     .parse_response = ollama_reply,
     .decoder = ollama_decoder,
     .ask_facts = ollama_ask_facts,
     .read_facts = ollama_read_facts,
     .inquire = ollama_inquire,
     .advise = ollama_advise,
     .survey = ollama_survey,
     .read_models = ollama_models,
     .judge = ollama_verdict},
    {.name = compatible_name,
     .aliases = compatible_aliases,
     .doc = "Any service that speaks OpenAI's Chat Completions API. spec.base_url says which; a key is sent "
            "when there is one.",
     .key = KeyNeed::optional,
     .check = checked<compatible_name, compatible_problem>,
     .notes = compatible_notes,
     .build_request = sendable<compatible_name, compatible_problem, compatible_request>,
     .parse_response = compatible_reply,
     .decoder = compatible_decoder,
     .survey = compatible_survey,
     .read_models = compatible_models,
     .judge = compatible_verdict},
    {.name = "mock",
     .doc = "No network and no cost: answers 'model=MODEL step=N', or what options.answer (one text) or "
            "options.script (a JSON list with one answer a step, or one answer a line) says; options.usage "
            "'INPUT,OUTPUT' fixes the tokens a step costs. {{model}}, {{step}} and {{input}} are replaced in "
            "texts.",
     .key = KeyNeed::never,
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

std::optional<http::Url> destination(const Provider& provider, const Endpoint& endpoint) {
    if (provider.build_request == nullptr) return std::nullopt;
    auto url = provider.address == nullptr ? base_of(provider, endpoint) : provider.address(endpoint);
    if (url) url->query.clear();
    return url;
}

std::vector<std::string> plain_secrets(const Endpoint& endpoint) {
    std::vector<std::string> out;
    const auto headers = read_headers(OptionReader(endpoint, {}).text("headers"));
    if (const auto* list = std::get_if<std::vector<http::Header>>(&headers)) {
        for (const http::Header& header : *list)
            out.push_back(header.value);
    }
    const std::size_t query = endpoint.base_url.find('?');
    if (query == std::string::npos) return out;
    for (const std::string_view pair :
         base::split(std::string_view(endpoint.base_url).substr(query + 1), '&')) {
        if (!pair.starts_with("api-version=")) out.emplace_back(pair.substr(pair.find('=') + 1));
    }
    return out;
}

bool is_own_host(const Provider& provider, std::string_view base_url) {
    auto url = http::parse_url(base::trim(base_url));
    if (!url) url = http::parse_url(base::format("https://{}", base::trim(base_url))); // "ollama.com"
    if (!url || url->scheme != "https") return false;
    if (!provider.aws_service.empty()) return is_bedrock_host(url->host);
    return std::any_of(provider.own_hosts.begin(), provider.own_hosts.end(), [&](std::string_view own) {
        if (!own.starts_with('.')) return url->host == own;
        return url->host == own.substr(1) || url->host.ends_with(own);
    });
}

} // namespace provider
