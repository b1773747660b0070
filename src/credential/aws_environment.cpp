#include "credential/aws_environment.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "credential/aws_keys.hpp"

namespace credential {

namespace {

/// What is only white space was not meant to be set.
std::string trimmed(const AwsWorld& world, const std::string& variable) {
    return std::string(base::trim(world.environment(variable).value_or("")));
}

bool says_true(const AwsWorld& world, const ProfileSection* profile, const char* variable,
               const char* property) {
    std::string word = trimmed(world, variable);
    if (word.empty() && profile != nullptr) word = value_of(*profile, property);
    return base::same_ignoring_case(word, "true");
}

bool ignores_configured(const AwsWorld& world, const ProfileSection* profile) {
    return says_true(world, profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                     "ignore_configured_endpoint_urls");
}

std::string endpoint_of_services(const Profiles& profiles, const ProfileSection& profile,
                                 const ConfiguredService& service) {
    const auto services = profiles.services.find(value_of(profile, "services"));
    if (services == profiles.services.end()) return {};
    const auto of_service = services->second.find(service.property);
    if (of_service == services->second.end()) return {};
    const auto url = of_service->second.nested.find("endpoint_url");
    return url == of_service->second.nested.end() ? std::string() : url->second;
}

} // namespace

std::optional<AwsIdentity> bearer_of_environment(const AwsWorld& world) {
    std::string token = trimmed(world, "AWS_BEARER_TOKEN_BEDROCK");
    if (token.empty()) return std::nullopt;
    if (!is_key_text(token))
        throw base::Error(base::Fault::secret, "the environment variable AWS_BEARER_TOKEN_BEDROCK holds "
                                               "characters that no key has");
    AwsIdentity identity{base::SecretText(token), "environment AWS_BEARER_TOKEN_BEDROCK"};
    base::wipe(token);
    return identity;
}

std::optional<AwsIdentity> keys_of_environment(const AwsWorld& world) {
    std::string id = trimmed(world, "AWS_ACCESS_KEY_ID");
    std::string secret = trimmed(world, "AWS_SECRET_ACCESS_KEY");
    if (id.empty() && secret.empty()) return std::nullopt;
    if (id.empty() || secret.empty()) {
        const char* missing = id.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
        const char* there = id.empty() ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
        base::wipe(id);
        base::wipe(secret);
        throw base::Error(base::Fault::secret,
                          base::format("the environment has {} but not {}", there, missing))
            .hint(base::format("set both, or: unset {}", there));
    }
    std::string token = trimmed(world, "AWS_SESSION_TOKEN");
    if (token.empty()) token = trimmed(world, "AWS_SECURITY_TOKEN"); // its name before 2014
    const std::string where = "the environment (AWS_ACCESS_KEY_ID)";
    AwsIdentity identity{checked_keys({id, secret, token}, where), "environment AWS_ACCESS_KEY_ID"};
    set_expiration(std::get<AwsKeys>(identity.proof), trimmed(world, "AWS_CREDENTIAL_EXPIRATION"), where,
                   world.clock.now());
    for (auto* text : {&id, &secret, &token})
        base::wipe(*text);
    return identity;
}

std::string configured_endpoint(const AwsWorld& world, const Profiles& profiles,
                                const ProfileSection* profile, const ConfiguredService& service) {
    if (ignores_configured(world, profile)) return {};
    for (const std::string& variable :
         {std::string("AWS_ENDPOINT_URL_") + service.variable, std::string("AWS_ENDPOINT_URL")})
        if (auto url = trimmed(world, variable); !url.empty()) return url;
    if (profile == nullptr) return {};
    if (auto url = endpoint_of_services(profiles, *profile, service); !url.empty()) return url;
    return std::string(value_of(*profile, "endpoint_url"));
}

bool wants_fips(const AwsWorld& world, const ProfileSection* profile) {
    return says_true(world, profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
}

} // namespace credential
