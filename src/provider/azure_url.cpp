// Taking pasted addresses apart. The path decides, not the host: gateways have hosts of their own.
#include "provider/azure_url.hpp"

#include <algorithm>
#include <optional>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "provider/option_table.hpp"
#include "provider/options.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

constexpr std::string_view models_host = ".models.ai.azure.com"; // one model behind one host
constexpr std::string_view deployments = "/openai/deployments";

/// A value from the options, from the URL, or from both.
struct Sources {
    std::string option, url;
    [[nodiscard]] const std::string& value() const noexcept { return option.empty() ? url : option; }
    [[nodiscard]] bool disagree() const noexcept { return !option.empty() && !url.empty() && option != url; }
};

/// nullopt for an escape that is none, and for control characters.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto byte = base::from_hex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1 || static_cast<unsigned char>(byte->front()) < ' ')
            return std::nullopt;
        out += *byte;
        i += 2;
    }
    return out;
}

std::string no_base_url(const Endpoint& endpoint) {
    return base::format("spec.base_url of {} is required for azure-openai: write the address of your Azure "
                        "resource, base_url: https://RESOURCE.openai.azure.com",
                        subject(endpoint));
}

/// What stands in a browser while looking at a resource, and the addresses of its other APIs.
bool is_page(const http::Url& url) {
    for (const std::string_view host : {"ai.azure.com", "oai.azure.com", "portal.azure.com"}) {
        if (url.host == host) return true;
    }
    if (!url.host.ends_with(".azure.com")) return false; // a gateway's paths are its own
    return url.path.starts_with("/models") || url.path.starts_with("/api/projects") ||
           url.path.starts_with("/openai/models");
}

/// Takes `api-version` out of a query.
std::string take_version(std::string& query) {
    std::string version;
    std::vector<std::string> rest;
    for (const std::string_view pair : base::split(query, '&')) {
        constexpr std::string_view name = "api-version=";
        if (base::lower(pair.substr(0, name.size())) == name)
            version = percent_decoded(pair.substr(name.size())).value_or("?");
        else if (!pair.empty())
            rest.emplace_back(pair);
    }
    query = base::join(rest, "&");
    return version;
}

/// Takes "/openai/deployments/NAME" or "/openai" off the end of a path and returns NAME; nullopt when
/// something else follows the name.
std::optional<std::string> take_deployment(std::string& path) {
    const std::size_t at = path.rfind(deployments);
    const std::size_t end = at == std::string::npos ? at : at + deployments.size();
    if (end != std::string::npos && (end == path.size() || path[end] == '/')) {
        const std::string segment = path.substr(std::min(end + 1, path.size()));
        if (segment.find('/') != std::string::npos) return std::nullopt;
        path.resize(at);
        return percent_decoded(segment);
    }
    if (path.ends_with("/openai")) path.resize(path.size() - std::string_view("/openai").size());
    return std::string();
}

std::string disagreement(const Endpoint& endpoint, std::string_view option, const Sources& both) {
    return base::format("options.{} '{}' of {} and '{}' in its spec.base_url disagree: remove one of them",
                        option, base::visible(both.option), subject(endpoint), base::visible(both.url));
}

std::string version_problem(const Endpoint& endpoint, const Sources& version) {
    if (version.disagree()) return disagreement(endpoint, "api_version", version);
    const std::string& value = version.value();
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '.';
    });
    if (plain) return {};
    return base::format("the API version '{}' of {} is not one such as {}", base::visible(value),
                        subject(endpoint), find_option("api_version")->default_value);
}

/// "2024-10-21", "2025-01-01-preview"; words such as "preview" are newer than any date.
bool takes_completion_tokens(std::string_view version) {
    constexpr std::string_view first = "2024-09";
    return version.empty() || version[0] < '0' || version[0] > '9' ||
           version.substr(0, first.size()) >= first;
}

std::variant<AzureTarget, std::string> v1_target(const Endpoint& endpoint, http::Url url,
                                                 const std::string& version) {
    AzureTarget out;
    out.deployment = OptionReader(endpoint, "azure-openai").text("deployment");
    if (out.deployment.empty()) out.deployment = base::trim(endpoint.model);
    if (!url.path.ends_with("/v1")) url.path += "/v1";
    out.url =
        http::join(url, version.empty() ? "/chat/completions" : "/chat/completions?api-version=" + version);
    return out;
}

std::variant<AzureTarget, std::string> classic_target(const Endpoint& endpoint, http::Url url,
                                                      std::string version) {
    auto pasted = take_deployment(url.path);
    if (!pasted)
        return base::format("spec.base_url '{}' of {} goes on after the deployment's name: write only "
                            "https://RESOURCE.openai.azure.com, and the name as options.deployment",
                            base::visible(http::displayed(endpoint.base_url)), subject(endpoint));
    const Sources name{std::string(OptionReader(endpoint, "azure-openai").text("deployment")), *pasted};
    if (name.disagree()) return disagreement(endpoint, "deployment", name);
    AzureTarget out;
    out.deployment = name.value().empty() ? std::string(base::trim(endpoint.model)) : name.value();
    if (out.deployment == "." || out.deployment == "..")
        return base::format("options.deployment '{}' of {} is no deployment's name", out.deployment,
                            subject(endpoint));
    if (version.empty()) version = find_option("api_version")->default_value;
    out.completion_tokens = takes_completion_tokens(version);
    out.url = http::join(url, base::format("{}/{}/chat/completions?api-version={}", deployments,
                                           http::percent_encoded(out.deployment), version));
    return out;
}

} // namespace

std::variant<AzureTarget, std::string> azure_target(const Endpoint& endpoint) {
    const std::string_view text = base::trim(endpoint.base_url);
    if (text.empty()) return no_base_url(endpoint);
    if (holds_placeholder(text))
        return base::format("spec.base_url '{}' of {} holds a placeholder: replace it with the name of your "
                            "Azure resource",
                            base::visible(http::displayed(text)), subject(endpoint));
    auto url = http::parse_url(text);
    if (!url) return base_url_problem(*find_provider("azure-openai"), endpoint);
    if (is_page(*url))
        return base::format(
            "spec.base_url '{}' of {} is a page for people, or an API of another kind: write "
            "https://RESOURCE.openai.azure.com, or https://RESOURCE.services.ai.azure.com/openai/v1",
            base::visible(http::displayed(text)), subject(endpoint));
    if (base::lower(url->path).ends_with("/openai/v1")) // typed in capitals
        url->path.replace(url->path.size() - 10, 10, "/openai/v1");
    const Sources version{std::string(OptionReader(endpoint, "azure-openai").text("api_version")),
                          take_version(url->query)};
    if (std::string problem = version_problem(endpoint, version); !problem.empty()) return problem;
    drop_pasted_endpoint(url->path);
    const bool v1 = url->path.ends_with("/v1") || url->host.ends_with(models_host);
    auto target = v1 ? v1_target(endpoint, *std::move(url), version.value())
                     : classic_target(endpoint, *std::move(url), version.value());
    const auto* found = std::get_if<AzureTarget>(&target);
    if (found != nullptr && found->deployment.empty())
        return base::format("{} has no deployment: set spec.default_model to the name of the deployment in "
                            "your Azure resource",
                            subject(endpoint));
    return target;
}

} // namespace provider
