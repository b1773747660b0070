#include "credential/aws_profile_chain.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "credential/aws_container.hpp"
#include "credential/aws_keys.hpp"
#include "credential/aws_process.hpp"
#include "credential/aws_profile_files.hpp"
#include "credential/aws_sso.hpp"

namespace credential {

namespace {

using Base = ProfilePlan::Base;

std::string words_for(const std::string& profile) {
    return base::format("profile '{}'", base::visible(profile));
}

/// One profile being followed.
class Following {
  public:
    Following(const ProfileSearch& search, const std::string& name, const ProfilePlan& plan)
        : search_(search), name_(name), plan_(plan) {}

    AwsKeys keys() {
        AwsKeys keys = first();
        for (const std::string& profile : plan_.roles)
            keys = assume_role(search_.world, sts(), role_of(profile), keys);
        return keys;
    }

  private:
    std::string text(const std::string& profile, std::string_view key) const {
        return std::string(property_of(search_.profiles, profile, key));
    }

    const ProfileSection* section() const {
        const auto found = search_.profiles.profiles.find(name_);
        return found == search_.profiles.profiles.end() ? nullptr : &found->second;
    }

    std::string endpoint(const ConfiguredService& service) const {
        return configured_endpoint(search_.world, search_.profiles, section(), service);
    }

    StsPlace sts() const {
        return {search_.region, endpoint(sts_service), wants_fips(search_.world, section())};
    }

    RoleRequest role_of(const std::string& profile) const {
        RoleRequest role;
        role.who = words_for(profile);
        role.role_arn = text(profile, "role_arn");
        role.session_name = text(profile, "role_session_name");
        role.external_id = text(profile, "external_id");
        if (const auto duration = text(profile, "duration_seconds"); !duration.empty())
            role.duration = role_duration(duration, role.who);
        return role;
    }

    AwsKeys own_keys() const {
        const auto section = search_.profiles.profiles.find(plan_.profile);
        const ProfileSection& properties = section->second;
        const ProfileFile file = properties.find("aws_access_key_id")->second.file;
        // A session token of the other file belongs to other keys.
        const auto token_of = [&](const char* key) {
            const auto found = properties.find(key);
            const bool same = found != properties.end() && found->second.file == file;
            return same ? std::string_view(found->second.value) : std::string_view();
        };
        std::string_view token = token_of("aws_session_token");
        if (token.empty()) token = token_of("aws_security_token"); // its name before 2014
        return checked_keys(
            {value_of(properties, "aws_access_key_id"), value_of(properties, "aws_secret_access_key"), token},
            words_for(plan_.profile));
    }

    /// What `credential_source` names has to be there.
    AwsKeys named(std::optional<AwsIdentity> found, const std::string& why_not) const {
        if (found) return std::get<AwsKeys>(std::move(found->proof));
        throw base::Error(base::Fault::secret, base::format("{}: its credential_source has no keys: {}",
                                                            words_for(plan_.profile), why_not));
    }

    AwsKeys of_sso() const {
        SsoRole role;
        role.profile = plan_.profile;
        role.session = text(plan_.profile, "sso_session");
        role.start_url = text(plan_.profile, "sso_start_url");
        role.region = text(plan_.profile, "sso_region");
        role.account_id = text(plan_.profile, "sso_account_id");
        role.role_name = text(plan_.profile, "sso_role_name");
        role.url = endpoint(sso_service);
        if (role.session.empty()) return sso_keys(search_.world, role);
        const auto session = search_.profiles.sso_sessions.find(role.session);
        if (session == search_.profiles.sso_sessions.end()) {
            throw base::Error(base::Fault::secret,
                              base::format("{}: there is no [sso-session {}]", words_for(plan_.profile),
                                           base::visible(role.session)))
                .hint("aws configure sso");
        }
        role.region = value_of(session->second, "sso_region");
        return sso_keys(search_.world, role);
    }

    AwsKeys first() {
        switch (plan_.base) {
        case Base::keys:
            return own_keys();
        case Base::environment:
            return named(keys_of_environment(search_.world), "AWS_ACCESS_KEY_ID is not set");
        case Base::instance: {
            auto found = search_.metadata.identity();
            return named(std::move(found), search_.metadata.why_absent());
        }
        case Base::container:
            return named(container_identity(search_.world),
                         "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set");
        case Base::web_identity: {
            RoleRequest role = role_of(plan_.profile);
            role.web_identity_token_file =
                in_home(search_.world, text(plan_.profile, "web_identity_token_file"));
            return assume_role_with_web_identity(search_.world, sts(), role);
        }
        case Base::sso:
            return of_sso();
        case Base::process:
            return process_keys(search_.world,
                                property_of(search_.profiles, plan_.profile, "credential_process"),
                                words_for(plan_.profile));
        case Base::none:
            break;
        }
        throw base::Error(base::Fault::bug, "a profile without credentials was followed");
    }

    const ProfileSearch& search_;
    const std::string& name_;
    const ProfilePlan& plan_;
};

} // namespace

AwsIdentity follow_profile(const ProfileSearch& search, const std::string& name, const ProfilePlan& plan) {
    return {Following(search, name, plan).keys(), source_of(search.profiles, name, plan)};
}

} // namespace credential
