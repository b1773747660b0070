// How a profile comes to keys, before anything is asked: which profile says the first keys, and which roles
// are assumed with them. Source: "Assume role credential provider" of the AWS SDKs and Tools guide, and the
// cases AWS's SDKs are tested with. Invariant: deciding opens nothing, and ends for every file.
#pragma once

#include <string>
#include <vector>

#include "credential/aws_profile.hpp"

namespace credential {

struct ProfilePlan {
    /// Where the first keys come from.
    enum class Base {
        none,         ///< the profile says nothing about credentials
        keys,         ///< aws_access_key_id and aws_secret_access_key
        environment,  ///< credential_source = Environment
        instance,     ///< credential_source = Ec2InstanceMetadata
        container,    ///< credential_source = EcsContainer
        web_identity, ///< role_arn with web_identity_token_file
        sso,
        process,
    };
    Base base = Base::none;
    std::string profile;            ///< the one that says so
    std::vector<std::string> roles; ///< profiles whose role_arn is assumed then, in this order
};

/// Requires: the profile exists. Throws Error{secret} when what it says cannot be followed.
ProfilePlan plan_profile(const Profiles& profiles, const std::string& name);

/// "profile dev, role arn:aws:iam::1:role/r": what the trace says.
std::string source_of(const Profiles& profiles, const std::string& name, const ProfilePlan& plan);

/// The property of a profile that exists, "" when it does not have it.
std::string_view property_of(const Profiles& profiles, const std::string& name, std::string_view key);

} // namespace credential
