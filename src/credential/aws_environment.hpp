// What the environment says about AWS: keys, a Bedrock API key, a web identity, and endpoint URLs, which the
// profile may say, too.
#pragma once

#include <optional>
#include <string>

#include "credential/aws.hpp"
#include "credential/aws_profile.hpp"

namespace credential {

/// AWS_BEARER_TOKEN_BEDROCK. Throws Error{secret} when it is no key.
std::optional<AwsIdentity> bearer_of_environment(const AwsWorld& world);

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and their session token. Throws Error{secret} when one of the two
/// is missing or they have expired.
std::optional<AwsIdentity> keys_of_environment(const AwsWorld& world);

/// A service whose endpoint may be configured: "BEDROCK_RUNTIME" and "bedrock_runtime".
struct ConfiguredService {
    const char* variable;
    const char* property;
};

/// AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's [services ...], its endpoint_url; "" when
/// nobody says it, or configured URLs are to be ignored. `profile` may be nullptr.
std::string configured_endpoint(const AwsWorld& world, const Profiles& profiles,
                                const ProfileSection* profile, const ConfiguredService& service);

/// AWS_USE_FIPS_ENDPOINT, or the profile's use_fips_endpoint. `profile` may be nullptr.
bool wants_fips(const AwsWorld& world, const ProfileSection* profile);

} // namespace credential
