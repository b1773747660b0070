// Where an Azure deployment answers. People paste the resource, the address of a deployment, or the whole
// endpoint from the portal; all of them lead to one address. Invariant: what is in the pasted URL and what
// is in the options never disagree in a target.
#pragma once

#include <string>
#include <variant>

#include "provider/provider.hpp"

namespace provider {

struct AzureTarget {
    std::string url;
    std::string deployment; ///< as it is called, not percent-encoded
    /// Versions since 2024-09 and the v1 API take max_completion_tokens.
    bool completion_tokens = true;
};

/// A path that ends in /v1 and hosts under .models.ai.azure.com speak the v1 API; everything else the classic
/// one with deployments in the path. What is wrong otherwise, as a whole sentence. Source: Azure's reference
/// of both APIs and the URLs the OpenAI SDK sends.
std::variant<AzureTarget, std::string> azure_target(const Endpoint& endpoint);

} // namespace provider
