// The next step after a refusal, said only when it is known. Invariant: a hint names the endpoint and its
// fields and at most the kind of a key, never any part of it.
#include "provider/options.hpp"
#include "provider/refusal.hpp"
#include "provider/request.hpp"
#include "provider/services.hpp"

#include <array>

#include "base/text.hpp"
#include "http/address.hpp"

namespace provider {

namespace {

using Kind = Refusal::Kind;

/// How vendors mark their keys; longer prefixes first.
struct KeyMark {
    std::string_view prefix;
    std::string_view vendor;
    std::string_view article = "a";
};
constexpr std::array<KeyMark, 9> key_marks{{
    {"sk-ant-", "Anthropic", "an"},
    {"sk-or-", "OpenRouter", "an"},
    {"sk-", "OpenAI", "an"},
    {"gsk_", "Groq"},
    {"AIza", "Google"},
    {"xai-", "xAI", "an"},
    {"pplx-", "Perplexity"},
    {"csk-", "Cerebras"},
    {"hf_", "Hugging Face"},
}};

std::string_view display_name(const Provider& provider) {
    if (provider.name == "openai") return "OpenAI";
    if (provider.name == "anthropic") return "Anthropic";
    return {};
}

/// "an Anthropic key (sk-ant-...) was sent to OpenAI ...", or "".
std::string wrong_key(const Provider& provider, const Endpoint& endpoint) {
    const std::string_view vendor = display_name(provider);
    if (vendor.empty()) return {};
    std::string_view key = base::trim(endpoint.credential.reveal());
    if (const std::size_t space = key.rfind(' '); space != std::string_view::npos)
        key.remove_prefix(space + 1);
    for (const KeyMark& mark : key_marks) {
        if (!key.starts_with(mark.prefix)) continue;
        if (mark.vendor == vendor) return {};
        if (!is_own_host(provider, endpoint.base_url)) { // a gateway may take any vendor's key
            return base::format("the key looks like {} {} key ({}...), but the endpoint speaks {}: check "
                                "spec.auth.secretRef and spec.provider of {}",
                                mark.article, mark.vendor, mark.prefix, provider.name, subject(endpoint));
        }
        return base::format(
            "{} {} key ({}...) was sent to {}: put the right key into spec.auth.secretRef of {}",
            mark.article, mark.vendor, mark.prefix, vendor, subject(endpoint));
    }
    return {};
}

/// Where requests go, as it may be shown: without a query, which may hold a token.
std::string shown_base(const Provider& provider, const Endpoint& endpoint) {
    const auto url = destination(provider, endpoint);
    return url ? http::render(*url) : std::string();
}

/// Something in front of the API answered: a login page, a proxy's, or a site of its own.
std::string web_page_hint(const Provider& provider, const Endpoint& endpoint) {
    return base::format("'{}' answers with a web page instead of an API's answer: check spec.base_url of {}, "
                        "and whether a login page or a proxy is in front of it",
                        shown_base(provider, endpoint), subject(endpoint));
}

std::string auth_hint(const Provider& provider, const Endpoint& endpoint, const ErrorBody& error) {
    if (error.html) return web_page_hint(provider, endpoint);
    if (std::string wrong = wrong_key(provider, endpoint); !wrong.empty()) return wrong;
    if (base::trim(endpoint.credential.reveal()).empty())
        return base::format("no key was sent: set spec.auth.secretRef of {}", subject(endpoint));
    const std::string variable = is_own_host(provider, endpoint.base_url)
                                     ? base::format(" or {}", provider.key_variable)
                                     : std::string();
    return base::format("check that the key of {} (spec.auth.secretRef{}) is valid and may use model '{}'",
                        subject(endpoint), variable, endpoint.model);
}

std::string path_hint(const Provider& provider, const Endpoint& endpoint) {
    return base::format("check the path of spec.base_url of {}: '{}' is where requests go{}",
                        subject(endpoint), shown_base(provider, endpoint),
                        provider.name == "openai-compatible" ? ", and most servers want it to end in /v1"
                                                             : "");
}

/// LM Studio answers 200 to any path.
std::string missing_v1_hint(const Provider& provider, const Endpoint& endpoint) {
    auto url = base_of(provider, endpoint);
    if (!url || url->path.ends_with("/v1")) return path_hint(provider, endpoint);
    url->query.clear();
    url->path += "/v1";
    return base::format("set spec.base_url of {} to '{}'", subject(endpoint), http::render(*url));
}

/// The option behind a request parameter, when the person set it.
std::string parameter_hint(const Endpoint& endpoint, std::string_view parameter) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> renamed{
        {{"max_completion_tokens", "max_tokens"}, {"stop_sequences", "stop"}, {"random_seed", "seed"}}};
    std::string option(parameter);
    for (const auto& [sent, written] : renamed) {
        if (sent == parameter) option = written;
    }
    if (option.empty() || !endpoint.options.contains(option)) return {};
    return base::format("change or remove options.{} of {}", option, subject(endpoint));
}

std::string bad_request_hint(const Provider& provider, const Endpoint& endpoint, const Refusal& refusal,
                             const ErrorBody& error) {
    if (refusal.code == "tool_use_failed")
        return "the model wrote a call of a tool that is none; another try may do better";
    if (base::contains_ignoring_case(error.message, "unexpected endpoint or method"))
        return missing_v1_hint(provider, endpoint);
    if (base::contains_ignoring_case(error.message, "--enable-auto-tool-choice"))
        return "start vLLM with --enable-auto-tool-choice and --tool-call-parser";
    if (refusal.status == 404 || refusal.status == 405) return path_hint(provider, endpoint);
    if (error.html) return web_page_hint(provider, endpoint);
    if (refusal.status == 413) return "the request is too large: shorten the input or the tools' answers";
    return parameter_hint(endpoint, refusal.parameter);
}

/// Whether the host is an address, in any spelling, that is refused whatever spec.allowPrivate says.
bool always_refused(std::string_view host) {
    const auto address = http::numeric_host(host);
    return address && http::forbidden(*address, http::Reach::private_also);
}

std::string private_hint(const Provider& provider, const Endpoint& endpoint) {
    const auto url = http::parse_url(shown_base(provider, endpoint));
    if (endpoint.allow_private || (url && always_refused(url->host))) return {};
    return base::format("if this address is meant, write allowPrivate: true under spec of {}",
                        subject(endpoint));
}

bool is_loopback(const http::Url& url) {
    return url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
}

/// The command that starts what usually answers there: the service that is named, or on this machine the one
/// whose port it is.
std::string start_command(const Provider& provider, const Endpoint& endpoint, const http::Url& url) {
    if (provider.name != "openai-compatible") return {};
    const Service* found = service_of(provider, endpoint);
    for (const Service& row : services()) {
        const auto usual = http::parse_url(row.base_url);
        if (found == nullptr && is_loopback(url) && usual && is_loopback(*usual) && usual->port == url.port)
            found = &row;
    }
    if (found == nullptr || found->start.empty()) return {};
    return base::format(" ({}: '{}')", found->dialect.speaker, found->start);
}

std::string refused_hint(const Provider& provider, const Endpoint& endpoint, const http::Url& url) {
    const std::string where = url.authority();
    if (provider.name != "ollama")
        return base::format(
            "nothing answers at '{}': start the server there{} or correct spec.base_url of {}", where,
            start_command(provider, endpoint, url), subject(endpoint));
    return base::format("nothing answers at '{}': start Ollama with 'ollama serve' or open its app{}", where,
                        is_loopback(url) ? "; from inside a container the machine is 'host.docker.internal'"
                                         : "");
}

std::string unreachable_hint(const Provider& provider, const Endpoint& endpoint, http::Failure::Kind kind) {
    const auto url = http::parse_url(shown_base(provider, endpoint));
    if (!provider.aws_service.empty() && base::trim(endpoint.base_url).empty())
        return base::format(
            "check the network, the proxy settings and the region or endpoint URL of {}, which "
            "lead to '{}'",
            subject(endpoint), url ? url->authority() : std::string());
    if (kind == http::Failure::Kind::unresolved)
        return base::format("check spec.base_url of {}: '{}' has no address, or this machine is offline",
                            subject(endpoint), url ? url->authority() : std::string());
    if (kind == http::Failure::Kind::refused && url) return refused_hint(provider, endpoint, *url);
    return base::format("check the network, the proxy settings and spec.base_url of {}", subject(endpoint));
}

std::string proxy_hint(const Provider& provider, const Endpoint& endpoint) {
    const auto url = destination(provider, endpoint);
    return base::format(
        "the proxy does not answer: start it, correct http_proxy or https_proxy, or add '{}' to no_proxy",
        url ? url->host : std::string());
}

struct Meaning {
    Kind kind;
    std::string_view code;  ///< Refusal::code, for scripts
    bool lasting = false;   ///< the same request will fail the same way
    bool unreached = false; ///< there was no connection to what was asked first: the proxy, when there is one
};

Meaning meaning_of(http::Failure::Kind kind) {
    switch (kind) {
    case http::Failure::Kind::unresolved:
        return {.kind = Kind::network, .code = "unresolved", .unreached = true};
    case http::Failure::Kind::refused:
        return {.kind = Kind::network, .code = "refused", .unreached = true};
    case http::Failure::Kind::unreachable:
        return {.kind = Kind::network, .code = "unreachable", .unreached = true};
    case http::Failure::Kind::forbidden:
        return {Kind::forbidden, "forbidden"};
    case http::Failure::Kind::tls:
        return {Kind::network, "tls", true};
    case http::Failure::Kind::connect_timeout:
        return {.kind = Kind::timeout, .code = "connect_timeout", .unreached = true};
    case http::Failure::Kind::timeout:
        return {Kind::timeout, "timeout"};
    case http::Failure::Kind::broken:
        return {Kind::network, "broken"};
    case http::Failure::Kind::too_large:
        return {Kind::bad_response, "too_large"};
    case http::Failure::Kind::protocol:
        return {Kind::bad_response, "protocol"};
    case http::Failure::Kind::cancelled:
        return {Kind::network, "cancelled", true};
    case http::Failure::Kind::unavailable:
        return {Kind::configuration, "unavailable"};
    case http::Failure::Kind::unrecorded:
        return {Kind::configuration, "unrecorded"};
    }
    return {Kind::network, "broken"};
}

std::string tls_hint(const Endpoint& endpoint, http::Failure::Tls about) {
    switch (about) {
    case http::Failure::Tls::handshake:
        return base::format("check the scheme and port in spec.base_url of {}: what answers there may not "
                            "speak TLS, or only an old version",
                            subject(endpoint));
    case http::Failure::Tls::untrusted:
        return base::format("if this server or proxy is meant, save its CA certificate and set "
                            "options.ca_bundle of {} to that file (or SSL_CERT_FILE, for all endpoints)",
                            subject(endpoint));
    case http::Failure::Tls::expired:
        return "the server needs a new certificate; check this machine's clock, too";
    case http::Failure::Tls::wrong_host:
        return base::format("use a host name the certificate is made out to in spec.base_url of {}; a proxy "
                            "may be in between",
                            subject(endpoint));
    case http::Failure::Tls::proxy:
        return "if this proxy is meant, add its CA certificate to the file that SSL_CERT_FILE names";
    case http::Failure::Tls::ca_bundle:
        if (!endpoint.options.contains("ca_bundle") && !endpoint.place.ca_bundle.empty())
            return "correct AWS_CA_BUNDLE, or ca_bundle of the AWS profile: it has to name a PEM file of CA "
                   "certificates";
        return base::format("set options.ca_bundle of {} to a PEM file of CA certificates",
                            subject(endpoint));
    }
    return {};
}

std::string failure_hint(const Provider& provider, const Endpoint& endpoint, const http::Failure& failure) {
    switch (failure.kind) {
    case http::Failure::Kind::unresolved:
    case http::Failure::Kind::refused:
    case http::Failure::Kind::unreachable:
    case http::Failure::Kind::connect_timeout:
        return unreachable_hint(provider, endpoint, failure.kind);
    case http::Failure::Kind::forbidden:
        return private_hint(provider, endpoint);
    case http::Failure::Kind::tls:
        return tls_hint(endpoint, failure.tls);
    case http::Failure::Kind::protocol:
        return base::format("check the scheme and port in spec.base_url of {}", subject(endpoint));
    case http::Failure::Kind::unavailable:
        return "install libcurl 7.85 or newer";
    case http::Failure::Kind::unrecorded:
        return "the run asks something else than when it was recorded: record it again with --record FILE";
    case http::Failure::Kind::timeout:
    case http::Failure::Kind::broken:
    case http::Failure::Kind::too_large:
    case http::Failure::Kind::cancelled:
        return {};
    }
    return {};
}

} // namespace

std::string hint_for(const Provider& provider, const Endpoint& endpoint, const Refusal& refusal,
                     const ErrorBody& error) {
    if (provider.own_hint != nullptr && !error.html) {
        if (std::string own = provider.own_hint(endpoint, refusal); !own.empty()) return own;
    }
    switch (refusal.kind) {
    case Kind::auth:
        return auth_hint(provider, endpoint, error);
    case Kind::missing_model:
        return base::format("check spec.default_model of {}: '{}' is what was asked for", subject(endpoint),
                            endpoint.model);
    case Kind::quota:
        return base::format("check the credit and billing of the account behind the key of {}",
                            subject(endpoint));
    case Kind::context_length:
        return "shorten the input, or choose a model with a larger context window";
    case Kind::bad_request:
    case Kind::bad_response:
        return bad_request_hint(provider, endpoint, refusal, error);
    case Kind::network:
    case Kind::forbidden:
    case Kind::timeout:
    case Kind::rate_limit:
    case Kind::overloaded:
    case Kind::server:
    case Kind::content_filter:
    case Kind::configuration:
        return {};
    }
    return {};
}

Refusal refusal_of(const Provider& provider, const Endpoint& endpoint, const http::Failure& failure) {
    const Meaning meaning = meaning_of(failure.kind);
    Refusal out;
    out.kind = meaning.kind;
    out.code = std::string(meaning.code);
    out.detail = failure.detail.empty() ? base::format("no answer ({})", meaning.code)
                                        : tidy(endpoint, failure.detail);
    out.via_proxy = failure.via_proxy;
    out.hint = failure.via_proxy && meaning.unreached ? proxy_hint(provider, endpoint)
                                                      : failure_hint(provider, endpoint, failure);
    if (meaning.lasting) out.should_retry = false;
    return out;
}

} // namespace provider
