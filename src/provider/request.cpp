// The common half of building a request. A base URL is taken in every form people paste: with and without
// trailing slashes, with a gateway's query, or the full address of an endpoint.
#include "provider/request.hpp"

#include <array>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/options.hpp"
#include "provider/services.hpp"

namespace provider {

namespace {

constexpr std::array<std::string_view, 5> pasted_endpoints{"/chat/completions", "/messages", "/api/chat",
                                                           "/embeddings", "/responses"};

void drop_trailing_slashes(std::string& path) {
    while (path.ends_with('/'))
        path.pop_back();
}

std::string_view base_text(const Provider& provider, const Endpoint& endpoint) {
    const std::string_view written = base::trim(endpoint.base_url);
    if (!written.empty()) return written;
    const Service* service = service_of(provider, endpoint);
    return service == nullptr ? provider.default_base_url : service->base_url;
}

Refusal missing_key(const Provider& provider, const Endpoint& endpoint) {
    std::string hint =
        base::format("set spec.auth.secretRef of {} to a Secret that holds the key", subject(endpoint));
    if (is_own_host(provider, base_text(provider, endpoint)))
        hint += base::format(", or set the environment variable {}", provider.key_variable);
    return refused(Refusal::Kind::auth, base::format("{} requires auth.secretRef", subject(endpoint)),
                   std::move(hint));
}

bool holds(const schema::Json& json, char bracket) {
    const std::string_view text = base::trim(json.text);
    return !text.empty() && text.front() == bracket;
}

} // namespace

Refusal refused(Refusal::Kind kind, std::string detail, std::string hint) {
    Refusal out;
    out.kind = kind;
    out.detail = std::move(detail);
    out.hint = std::move(hint);
    return out;
}

std::string_view drop_pasted_endpoint(std::string& path) {
    drop_trailing_slashes(path);
    for (const std::string_view end : pasted_endpoints) {
        if (!path.ends_with(end)) continue;
        path.resize(path.size() - end.size());
        drop_trailing_slashes(path);
        return end;
    }
    return {};
}

std::optional<http::Url> base_of(const Provider& provider, const Endpoint& endpoint) {
    auto url = http::parse_url(base_text(provider, endpoint));
    if (url) drop_pasted_endpoint(url->path);
    return url;
}

bool holds_placeholder(std::string_view text) {
    const std::string lower = base::lower(text);
    return lower.find("//your_") != std::string::npos || lower.find("//your-") != std::string::npos ||
           lower.find("your_resource") != std::string::npos || lower.find('<') != std::string::npos ||
           lower.find('{') != std::string::npos || text.find("//RESOURCE.") != std::string_view::npos ||
           text.find("//RESOURCE_NAME.") != std::string_view::npos;
}

std::string base_url_problem(const Provider& provider, const Endpoint& endpoint) {
    const std::string_view text = base_text(provider, endpoint);
    if (text.empty())
        return base::format(
            "spec.base_url of {} is required for {}: write the address of the service, such as "
            "base_url: https://api.groq.com/openai/v1",
            subject(endpoint), provider.name);
    if (holds_placeholder(text))
        return base::format(
            "spec.base_url '{}' of {} holds a placeholder: replace it with the name of your own",
            base::visible(http::displayed(text)), subject(endpoint));
    if (http::parse_url(text)) return {};
    // The URL is not quoted when it may hold a password.
    if (text.find('@') != std::string_view::npos)
        return base::format("spec.base_url of {} must not hold a user name or password", subject(endpoint));
    return base::format("spec.base_url '{}' of {} is not an http or https URL such as https://HOST/v1",
                        base::visible(http::displayed(text)), subject(endpoint));
}

std::variant<Key, Refusal> key_of(const Provider& provider, const Endpoint& endpoint) {
    Key key{base::trim(endpoint.credential.reveal())};
    if (key.text.size() > 7 && base::same_ignoring_case(key.text.substr(0, 7), "bearer ")) {
        key.bearer = true;
        key.text = base::trim(key.text.substr(7));
    }
    if (key.text.empty() && provider.key == KeyNeed::required) return missing_key(provider, endpoint);
    if (key.text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
        return refused(
            Refusal::Kind::configuration,
            base::format("the key of {} holds a line break or NUL and cannot be sent", subject(endpoint)),
            "store the secret again as one line");
    }
    return key;
}

http::Request json_request(const Endpoint& endpoint, std::string url, std::string body,
                           std::string_view pieces) {
    http::Request request;
    request.url = std::move(url);
    request.stream = endpoint.stream;
    request.headers = {{"content-type", "application/json"},
                       {"accept", endpoint.stream ? std::string(pieces) : "application/json"}};
    request.body = std::move(body);
    for (http::Header& header : OptionReader(endpoint, {}).headers("headers"))
        request.headers.push_back(std::move(header));
    request.reach = endpoint.allow_private ? http::Reach::private_also : http::Reach::public_only;
    request.timeouts = timeouts_of(endpoint);
    request.ca_bundle = OptionReader(endpoint, {}).text("ca_bundle");
    if (request.ca_bundle.empty()) request.ca_bundle = endpoint.place.ca_bundle;
    return request;
}

http::Request as_get(http::Request request) {
    request.method = "GET";
    request.stream = false;
    request.body.clear();
    std::erase_if(request.headers, [](const http::Header& header) { return header.name == "content-type"; });
    for (http::Header& header : request.headers) {
        if (header.name == "accept") header.value = "application/json";
    }
    return request;
}

void add_key(http::Request& request, std::string_view name, std::string_view prefix, std::string_view key) {
    if (key.empty()) return;
    request.secret_headers.push_back({std::string(name), std::string(prefix), base::SecretText(key)});
}

std::string parameters_of(const ToolDefinition& tool) {
    return holds(tool.parameters, '{') ? tool.parameters.text : R"({"type":"object","properties":{}})";
}

std::string object_arguments(const Part& call) {
    if (holds(call.arguments, '{')) return call.arguments.text;
    if (!call.arguments.text.empty()) return "{\"input\":" + call.arguments.text + "}";
    if (call.text.empty()) return "{}";
    return "{\"input\":" + base::json_quoted(call.text) + "}";
}

} // namespace provider
