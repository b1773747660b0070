// The deployment takes the model's place. Its name hides which model answers, so no rule about models holds.
#include "provider/azure_openai.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "provider/azure_url.hpp"
#include "provider/openai_chat.hpp"
#include "provider/option_table.hpp"
#include "provider/options.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

constexpr std::string_view azure_name = "azure-openai";

constexpr ChatDialect azure_dialect{.provider = azure_name,
                                    .speaker = azure_name,
                                    .rules = ChatRules::ranges,
                                    .max_tokens_field = "max_completion_tokens",
                                    .explicit_auto = true,
                                    .one_system_message = false,
                                    .object_arguments = false,
                                    .ids = {40, false}};

ChatDialect dialect_for(const AzureTarget& target) {
    ChatDialect out = azure_dialect;
    if (target.completion_tokens) return out;
    out.max_tokens_field = "max_tokens";
    out.stream_usage = false; // versions before 2024-09 refuse stream_options
    return out;
}

/// Entra's tokens are JWTs: three parts of base64url, the first of which opens a JSON object.
bool is_token(std::string_view key) {
    const auto parts = base::split(key, '.');
    return parts.size() == 3 && key.starts_with("eyJ") &&
           std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
               constexpr std::string_view letters =
                   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=";
               return !part.empty() && part.find_first_not_of(letters) == std::string_view::npos;
           });
}

Endpoint with_model(const Endpoint& endpoint, std::string model) {
    Endpoint out = endpoint;
    out.model = std::move(model);
    return out;
}

/// As the model, once it is known where requests go.
Endpoint with_deployment(const Endpoint& endpoint) {
    const auto target = azure_target(endpoint);
    const auto* found = std::get_if<AzureTarget>(&target);
    return found == nullptr ? endpoint : with_model(endpoint, found->deployment);
}

bool is_v1(const http::Url& url) {
    return url.path.find("/openai/deployments/") == std::string::npos;
}

} // namespace

std::string azure_problem(const Endpoint& endpoint) {
    const auto target = azure_target(endpoint);
    if (const auto* problem = std::get_if<std::string>(&target)) return *problem;
    return chat_option_problem(azure_dialect, endpoint);
}

Built azure_request(const Endpoint& endpoint, const Conversation& conversation) {
    if (std::string problem = azure_problem(endpoint); !problem.empty())
        return refused(Refusal::Kind::configuration, std::move(problem));
    const auto found = key_of(*find_provider(azure_name), endpoint);
    if (const auto* refusal = std::get_if<Refusal>(&found)) return *refusal;
    const Key key = std::get<Key>(found);
    const AzureTarget target = std::get<AzureTarget>(azure_target(endpoint));
    Built built =
        chat_post(dialect_for(target), with_model(endpoint, target.deployment), conversation, target.url);
    auto* request = std::get_if<http::Request>(&built);
    if (request == nullptr) return built;
    if (key.bearer || is_token(key.text))
        add_key(*request, "authorization", "Bearer ", key.text);
    else
        add_key(*request, "api-key", "", key.text);
    return built;
}

std::optional<http::Url> azure_address(const Endpoint& endpoint) {
    const auto target = azure_target(endpoint);
    const auto* found = std::get_if<AzureTarget>(&target);
    return found == nullptr ? std::nullopt : http::parse_url(found->url);
}

std::vector<std::string> azure_notes(const Endpoint& endpoint) {
    const auto url = azure_address(endpoint);
    const auto it = endpoint.options.find("api_version");
    const bool dated = it != endpoint.options.end() && it->second.starts_with("20");
    if (!url || !dated || !is_v1(*url)) return {};
    return {base::format(
        "options.api_version of {} is dated, and an address that ends in /v1 takes no such version",
        subject(endpoint))};
}

std::string azure_hint(const Endpoint& endpoint, const Refusal& refusal) {
    auto url = azure_address(endpoint);
    if (!url) return {};
    if (refusal.kind == Refusal::Kind::auth)
        return base::format(
            "keys belong to one Azure resource and region: check that the key of {} belongs to "
            "'{}', or is an Entra token for it",
            subject(endpoint), url->host);
    if (refusal.kind == Refusal::Kind::missing_model)
        return base::format(
            "set spec.default_model of {} to the name of a deployment in that Azure resource, "
            "not of a model: '{}' is what was asked for; a new deployment takes some minutes",
            subject(endpoint), endpoint.model);
    if (refusal.kind == Refusal::Kind::content_filter)
        return base::format(
            "Azure's content filter refused the prompt: change the input, or the filter of the "
            "deployment behind {}",
            subject(endpoint));
    if (refusal.parameter == "max_tokens")
        return base::format(
            "set options.api_version of {} to {} or later: this model wants the newer name of "
            "that parameter",
            subject(endpoint), find_option("api_version")->default_value);
    if (refusal.status == 400 && is_v1(*url) && !url->query.empty())
        return base::format(
            "remove options.api_version of {}: an address that ends in /v1 takes no dated version",
            subject(endpoint));
    if (refusal.status != 404) return {};
    url->query.clear();
    return base::format("check spec.base_url and options.api_version of {}: '{}' is where requests go",
                        subject(endpoint), http::render(*url));
}

Outcome azure_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response) {
    return chat_reply(azure_dialect, with_deployment(endpoint), asked, response);
}

std::unique_ptr<StreamDecoder> azure_decoder(const Endpoint& endpoint, const Conversation& asked) {
    return chat_decoder(azure_dialect, with_deployment(endpoint), asked);
}

} // namespace provider
