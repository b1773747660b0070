// The credentials that ECS and EKS give to a container. Source: "Container credential provider" of the AWS
// SDKs and Tools guide. Invariant: over plain http they come only from loopback and from AWS's two fixed
// addresses, and the token goes nowhere else.
#pragma once

#include <optional>
#include <string>

#include "credential/aws.hpp"

namespace credential {

/// Where the container's agent is, as the environment says; "" when it says nothing. Throws Error{secret}
/// when it says something that cannot be used.
std::string container_url(const AwsWorld& world);

/// Asks the agent; nullopt when none is set up. Throws Error{secret}.
std::optional<AwsIdentity> container_identity(const AwsWorld& world);

} // namespace credential
