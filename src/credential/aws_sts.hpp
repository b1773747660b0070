// AssumeRole and AssumeRoleWithWebIdentity. Source: the AWS Security Token Service API reference, version
// 2011-06-15. Invariant: keys are taken from an answer only when the whole of it was understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "credential/aws.hpp"

namespace credential {

/// What is asked for. What is set is sent as written.
struct RoleRequest {
    std::string who; ///< begins messages: "profile 'dev'"
    std::string role_arn;
    std::string session_name;            ///< "": "orloj-" and the time
    std::string external_id;             ///< "": none
    std::optional<int> duration;         ///< seconds; nullopt: the service's hour
    std::string web_identity_token_file; ///< of a role that is assumed by a web identity
};

struct StsPlace {
    std::string region;
    std::string url;   ///< "": the region's
    bool fips = false; ///< of the region's own hosts, the one that is validated by FIPS 140
};

/// A role's duration_seconds, 900 to 43200; throws Error{secret} for other text.
int role_duration(std::string_view text, const std::string& who);

/// Throws Error{secret}.
AwsKeys assume_role(const AwsWorld& world, const StsPlace& place, const RoleRequest& role,
                    const AwsKeys& caller);

/// With the token that the file holds now. Throws Error{secret}.
AwsKeys assume_role_with_web_identity(const AwsWorld& world, const StsPlace& place, const RoleRequest& role);

} // namespace credential
