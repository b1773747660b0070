// Keys of a role that a person signed in to with `aws sso login`. Source: "IAM Identity Center credential
// provider" of the AWS SDKs and Tools guide and the portal's GetRoleCredentials. Invariant: the person's
// token is read and sent to the portal, never renewed or written.
#pragma once

#include <string>

#include "credential/aws.hpp"

namespace credential {

struct SsoRole {
    std::string profile; ///< for messages and the hint
    std::string session; ///< of [sso-session NAME]; "": the profile has a start URL of its own
    std::string start_url;
    std::string region;
    std::string account_id;
    std::string role_name;
    std::string url; ///< of the portal; "": the region's
};

/// Throws Error{secret}; the hint of one that a new sign-in mends is `aws sso login --profile NAME`.
AwsKeys sso_keys(const AwsWorld& world, const SsoRole& role);

} // namespace credential
