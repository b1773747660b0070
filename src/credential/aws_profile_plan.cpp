#include "credential/aws_profile_plan.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "credential/aws_profile_files.hpp"

namespace credential {

namespace {

using Base = ProfilePlan::Base;

base::Error failed(const std::string& profile, const std::string& what) {
    return {base::Fault::secret, base::format("profile '{}': {}", base::visible(profile), what)};
}

/// Whether both keys stand there, in one file. Throws when only one does.
bool has_keys(const ProfileSection& section, const std::string& profile) {
    const auto set = [&](const char* key) {
        const auto found = section.find(key);
        return found != section.end() && !found->second.value.empty() ? &found->second : nullptr;
    };
    const ProfileProperty* id = set("aws_access_key_id");
    const ProfileProperty* secret = set("aws_secret_access_key");
    if (id == nullptr && secret == nullptr) return false;
    if (id != nullptr && secret != nullptr && id->file == secret->file) return true;
    const ProfileProperty& there = id != nullptr ? *id : *secret;
    throw failed(profile, base::format("line {} of the {} file has {} but there is no {} with it", there.line,
                                       there.file == ProfileFile::config ? "config" : "credentials",
                                       id != nullptr ? "aws_access_key_id" : "aws_secret_access_key",
                                       id != nullptr ? "aws_secret_access_key" : "aws_access_key_id"));
}

bool has_sso(const ProfileSection& section, const std::string& profile) {
    const auto has = [&](const char* key) { return !value_of(section, key).empty(); };
    if (!has("sso_account_id") && !has("sso_role_name")) return false;
    for (const char* key : {"sso_account_id", "sso_role_name"})
        if (!has(key)) throw failed(profile, base::format("{} is missing", key)).hint("aws configure sso");
    if (!has("sso_session") && !has("sso_start_url"))
        throw failed(profile, "sso_session is missing").hint("aws configure sso");
    return true;
}

/// What a profile says of its own, without a role.
Base own_base(const ProfileSection& section, const std::string& profile) {
    if (!value_of(section, "web_identity_token_file").empty())
        throw failed(profile, "web_identity_token_file needs a role_arn");
    if (has_sso(section, profile)) return Base::sso;
    if (!value_of(section, "credential_process").empty()) return Base::process;
    if (has_keys(section, profile)) return Base::keys;
    if (!value_of(section, "login_session").empty()) {
        throw failed(profile, "a sign-in with 'aws login' (login_session) is not read")
            .hint(base::format("let the AWS CLI hand out its keys: add a profile with credential_process = "
                               "aws configure export-credentials --profile {} --format process",
                               base::visible(profile)));
    }
    if (!value_of(section, "source_profile").empty())
        throw failed(profile, "source_profile needs a role_arn");
    return Base::none;
}

Base credential_source(std::string_view word, const std::string& profile) {
    if (word == "Environment") return Base::environment;
    if (word == "Ec2InstanceMetadata") return Base::instance;
    if (word == "EcsContainer") return Base::container;
    throw failed(profile, base::format("credential_source '{}' is neither Environment, Ec2InstanceMetadata "
                                       "nor EcsContainer",
                                       base::visible(word)));
}

void refuse_mfa(const ProfileSection& section, const std::string& profile) {
    if (value_of(section, "mfa_serial").empty()) return;
    throw failed(profile, "its role wants a code from a device (mfa_serial), and nobody can be asked here")
        .hint(base::format("let the AWS CLI ask: eval \"$(aws configure export-credentials --profile {} "
                           "--format env)\"",
                           base::visible(profile)));
}

std::string path_text(const std::vector<std::string>& path, const std::string& last) {
    return base::visible(base::join(path, " -> ") + " -> " + last);
}

/// Walks from profile to source profile.
class Planner {
  public:
    explicit Planner(const Profiles& profiles) : profiles_(profiles) {}

    ProfilePlan plan(std::string name) {
        while (auto next = step(name))
            name = std::move(*next);
        std::reverse(plan_.roles.begin(), plan_.roles.end());
        return std::move(plan_);
    }

  private:
    void settle(Base base, const std::string& profile) {
        plan_.base = base;
        plan_.profile = profile;
    }

    const ProfileSection& section_of(const std::string& name) const {
        const auto found = profiles_.profiles.find(name);
        if (found != profiles_.profiles.end()) return found->second;
        throw failed(path_.back(),
                     base::format("its source_profile '{}' does not exist", base::visible(name)))
            .hint(profile_hint(profiles_, name));
    }

    /// The profile to look at next, nullopt when this one said where the first keys come from.
    std::optional<std::string> step(const std::string& name) {
        if (std::find(path_.begin(), path_.end(), name) != path_.end())
            throw failed(path_.front(),
                         base::format("its source profiles lead in a circle: {}", path_text(path_, name)));
        const ProfileSection& section = section_of(name);
        const bool first = path_.empty();
        path_.push_back(name);
        if (!first && has_keys(section, name)) {
            settle(Base::keys, name);
            return std::nullopt;
        }
        if (!value_of(section, "role_arn").empty()) return role_step(section, name);
        settle(own_base(section, name), name);
        if (plan_.base == Base::none && !first)
            throw failed(path_.front(),
                         base::format("its source profile '{}' has no credentials", base::visible(name)));
        return std::nullopt;
    }

    std::optional<std::string> role_step(const ProfileSection& section, const std::string& name) {
        if (!value_of(section, "web_identity_token_file").empty()) {
            settle(Base::web_identity, name);
            return std::nullopt;
        }
        refuse_mfa(section, name);
        const auto source = value_of(section, "source_profile");
        const auto place = value_of(section, "credential_source");
        if (source.empty() == place.empty()) {
            throw failed(name, source.empty() ? "role_arn needs a source_profile, a credential_source or a "
                                                "web_identity_token_file"
                                              : "it has both source_profile and credential_source");
        }
        plan_.roles.push_back(name);
        if (!place.empty()) {
            settle(credential_source(place, name), name);
            return std::nullopt;
        }
        if (source != name) return std::string(source);
        // A profile that is its own source gives its own keys.
        if (!has_keys(section, name))
            throw failed(name, "it is its own source_profile but has no aws_access_key_id");
        settle(Base::keys, name);
        return std::nullopt;
    }

    const Profiles& profiles_;
    std::vector<std::string> path_;
    ProfilePlan plan_;
};

} // namespace

ProfilePlan plan_profile(const Profiles& profiles, const std::string& name) {
    return Planner(profiles).plan(name);
}

std::string_view property_of(const Profiles& profiles, const std::string& name, std::string_view key) {
    const auto found = profiles.profiles.find(name);
    return found == profiles.profiles.end() ? std::string_view() : value_of(found->second, key);
}

std::string source_of(const Profiles& profiles, const std::string& name, const ProfilePlan& plan) {
    std::string begin = "profile " + base::visible(name);
    const auto role = [&](const std::string& profile) {
        return begin + ", role " + base::visible(property_of(profiles, profile, "role_arn"));
    };
    if (!plan.roles.empty()) return role(plan.roles.back());
    switch (plan.base) {
    case Base::web_identity:
        return role(plan.profile);
    case Base::sso:
        return begin + ", sso role " + base::visible(property_of(profiles, name, "sso_role_name"));
    case Base::process:
        return begin + ", credential_process";
    case Base::none:
    case Base::keys:
    case Base::environment:
    case Base::instance:
    case Base::container:
        return begin;
    }
    return begin;
}

} // namespace credential
