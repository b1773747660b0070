// Follows the plan of a profile: gets the first keys and assumes its roles. Invariant: the region and the
// endpoints of every question come from the profile that was asked for, as in AWS's SDKs.
#pragma once

#include <string>

#include "credential/aws.hpp"
#include "credential/aws_environment.hpp"
#include "credential/aws_metadata.hpp"
#include "credential/aws_profile_plan.hpp"
#include "credential/aws_sts.hpp"

namespace credential {

constexpr ConfiguredService sts_service{"STS", "sts"};
constexpr ConfiguredService sso_service{"SSO", "sso"};

/// What following a profile needs; all of it must outlive the call.
struct ProfileSearch {
    const AwsWorld& world;
    AwsMetadata& metadata;
    const Profiles& profiles;
    std::string region; ///< of calls to STS
};

/// `plan` is that of profile `name` and its base is not none. Throws Error{secret}.
AwsIdentity follow_profile(const ProfileSearch& search, const std::string& name, const ProfilePlan& plan);

} // namespace credential
