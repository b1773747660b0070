#include "resource/model_endpoint.hpp"

#include "base/text.hpp"

namespace resource {

using namespace schema;

namespace {

void endpoint_rule(ModelEndpointSpec& endpoint, const Check&) {
    if (endpoint.provider.empty()) endpoint.provider = "openai";
    std::map<std::string, std::string> options;
    for (const auto& [key, value] : endpoint.options) {
        const std::string name = base::lower(base::trim(key));
        if (!name.empty()) options[name] = std::string(base::trim(value));
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
