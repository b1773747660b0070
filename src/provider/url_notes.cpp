// What a person should know about a base URL that is not used as it is written, or that most likely lacks
// its path. Invariant: a note shows no query, which may hold a token.
#include "provider/openai_chat.hpp"
#include "provider/options.hpp"
#include "provider/request.hpp"
#include "provider/services.hpp"

#include "base/text.hpp"

namespace provider {

namespace {

std::string shown(http::Url url) {
    url.query.clear();
    return http::render(url);
}

/// Where the service is known to answer, "" for a host nobody knows.
std::string_view known_base(const Provider& provider, const Endpoint& endpoint) {
    if (is_own_host(provider, endpoint.base_url)) return provider.default_base_url;
    const Service* service = service_of(provider, endpoint);
    return service == nullptr ? std::string_view() : service->base_url;
}

} // namespace

std::vector<std::string> base_url_notes(const Provider& provider, const Endpoint& endpoint) {
    std::vector<std::string> out;
    if (provider.notes != nullptr) out = provider.notes(endpoint);
    if (endpoint.base_url.find('#') != std::string::npos)
        out.push_back(
            base::format("spec.base_url of {} has a '#': what follows it is never sent", subject(endpoint)));
    return out;
}

std::vector<std::string> chat_url_notes(const Provider& provider, const Endpoint& endpoint) {
    auto url = http::parse_url(endpoint.base_url);
    if (!url) return {};
    const std::string_view end = drop_pasted_endpoint(url->path);
    if (!end.empty())
        return {base::format("spec.base_url of {} ends in {}; the base URL is '{}'", subject(endpoint), end,
                             shown(*url))};
    const auto known = http::parse_url(known_base(provider, endpoint));
    if (!known || !url->path.empty() || known->path.empty()) return {};
    http::Url meant = *url;
    meant.path = known->path;
    return {base::format("spec.base_url of {} has no path, and this API is usually at '{}'",
                         subject(endpoint), shown(meant))};
}

} // namespace provider
