#include "resource/model_endpoint.hpp"

#include "base/text.hpp"

namespace resource {

using namespace schema;

namespace {

/// A user name or password before the host.
bool holds_password(std::string_view url) {
    const std::size_t scheme = url.find("://");
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::size_t at = url.find('@', begin);
    return at != std::string_view::npos && at < url.find_first_of("?#", begin) &&
           (at < url.find('/', begin) || url.find(':', begin) < url.find('/', begin));
}

/// How vendors mark their keys; a name with such a start and such a length is none.
bool looks_like_key(std::string_view reference) {
    constexpr std::size_t shortest = 20;
    for (const std::string_view mark : {"sk-", "gsk_", "AIza", "xai-", "pplx-", "csk-", "hf_", "eyJ"}) {
        if (reference.starts_with(mark) && reference.size() >= shortest) return true;
    }
    return false;
}

void endpoint_rule(ModelEndpointSpec& endpoint, const Check& check) {
    if (endpoint.provider.empty()) endpoint.provider = "openai";
    if (holds_password(endpoint.base_url)) {
        check.secret_error(
            "base_url", "must not hold a user name or password",
            "store the key with `orloj create secret NAME --stdin` and set auth.secretRef: NAME");
    }
    if (looks_like_key(endpoint.auth.secret_ref)) {
        check.secret_error(
            "auth.secretRef", "holds what looks like a key, and has to name a Secret",
            "store the key with `orloj create secret NAME --stdin` and write its name: secretRef: NAME");
    }
    std::map<std::string, std::string> options;
    for (const auto& [key, value] : endpoint.options) {
        if (names_secret(key)) {
            check.secret_error(
                "options." + key, "is no place for a secret",
                "store it with `orloj create secret NAME --stdin` and set auth.secretRef: NAME");
        }
        const std::string name = base::lower(base::trim(key));
        if (name.empty()) continue;
        if (options.contains(name))
            check.error("options." + key, base::format("is given twice, as '{}' too", name));
        options[name] = std::string(base::trim(value));
    }
    endpoint.options = std::move(options);
}

} // namespace

const Type& describe(const EndpointAuth*) {
    static const Type type = object_type<EndpointAuth>(
        "EndpointAuth", "Where the key is.",
        {
            field<&EndpointAuth::secret_ref>("secretRef", "The Secret with the key: [namespace/]name[:key].",
                                             trimmed, alias("secret_ref")),
        });
    return type;
}

const Type& describe(const ModelEndpointSpec*) {
    static const Type type = object_type<ModelEndpointSpec, endpoint_rule>(
        "ModelEndpointSpec", "A model provider, an address, a model and a key.",
        {
            field<&ModelEndpointSpec::provider>("provider",
                                                "openai, anthropic, azure-openai, bedrock, ollama, "
                                                "openai-compatible or mock.",
                                                lower_case),
            field<&ModelEndpointSpec::base_url>(
                "base_url", "The API's base URL; the provider's own when absent.", trimmed, alias("baseURL")),
            field<&ModelEndpointSpec::default_model>(
                "default_model", "The model (for Azure: the deployment).", trimmed, alias("defaultModel"),
                required_with("name the model to ask (for Azure the deployment): default_model: NAME")),
            field<&ModelEndpointSpec::options>("options", "Settings of the provider, as text."),
            field<&ModelEndpointSpec::auth>("auth", "Where the provider's key is."),
            field<&ModelEndpointSpec::allow_private>(
                "allowPrivate",
                "Whether loopback and private addresses may be reached; true for ollama when absent.",
                alias("allow_private")),
        });
    return type;
}

} // namespace resource
