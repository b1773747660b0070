// ModelEndpoint: which provider, where, which model, with which key.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "schema/type.hpp"

namespace resource {

struct EndpointAuth {
    std::string secret_ref; ///< [namespace/]name[:key]
};
const schema::Type& describe(const EndpointAuth*);

struct ModelEndpointSpec {
    std::string provider = "openai"; ///< lower case; any word, checked when the endpoint is used
    std::string base_url;
    std::string default_model;
    std::map<std::string, std::string> options; ///< keys in lower case, values trimmed
    EndpointAuth auth;
    std::optional<bool> allow_private; ///< unset: the provider's default
};
const schema::Type& describe(const ModelEndpointSpec*);

} // namespace resource
