// The search: place after place, and what was found for as long as it is good.
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "credential/aws.hpp"
#include "credential/aws_container.hpp"
#include "credential/aws_environment.hpp"
#include "credential/aws_keys.hpp"
#include "credential/aws_metadata.hpp"
#include "credential/aws_profile_chain.hpp"
#include "credential/aws_profile_files.hpp"

namespace credential {

namespace {

constexpr base::Duration early = base::seconds(300);       // before keys expire they are asked for again
constexpr base::Duration hurried = base::seconds(5);       // while what there is can still be used
constexpr base::Duration next_attempt = base::seconds(60); // after asking brought nothing better

constexpr ConfiguredService runtime_service{"BEDROCK_RUNTIME", "bedrock_runtime"};
constexpr ConfiguredService control_service{"BEDROCK", "bedrock"};

std::optional<base::Time> expiry_of(const AwsIdentity& identity) {
    const auto* keys = std::get_if<AwsKeys>(&identity.proof);
    return keys == nullptr ? std::nullopt : keys->expires;
}

/// What was found, and when it is looked at again.
struct Held {
    AwsIdentity identity;
    base::Time not_before{}; // no new question earlier, as long as it is valid

    [[nodiscard]] bool good(base::Time now) const {
        const auto expires = expiry_of(identity);
        if (!expires || *expires - now > early) return true;
        return *expires > now && now < not_before;
    }
    [[nodiscard]] bool valid(base::Time now) const {
        const auto expires = expiry_of(identity);
        return !expires || *expires > now;
    }
};

std::optional<RoleRequest> web_identity_of_environment(const AwsWorld& world) {
    const auto file = world.environment("AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!file) return std::nullopt;
    RoleRequest role;
    role.who = "AWS_WEB_IDENTITY_TOKEN_FILE";
    role.role_arn = base::trim(world.environment("AWS_ROLE_ARN").value_or(""));
    if (role.role_arn.empty()) {
        throw base::Error(base::Fault::secret,
                          "the environment has AWS_WEB_IDENTITY_TOKEN_FILE but not AWS_ROLE_ARN")
            .hint("set both, or: unset AWS_WEB_IDENTITY_TOKEN_FILE");
    }
    role.session_name = base::trim(world.environment("AWS_ROLE_SESSION_NAME").value_or(""));
    role.web_identity_token_file = in_home(world, *file);
    return role;
}

std::string web_source(const RoleRequest& role) {
    return "web identity, role " + base::visible(role.role_arn);
}

/// The profile that is meant, with the files it stands in, which outlive it.
struct OpenedProfile {
    ChosenProfile chosen;
    const Profiles& profiles;
    const ProfileSection* section = nullptr; // nullptr: there is none, and nobody asked for one

    OpenedProfile(const AwsWorld& world, const std::string& option, const Profiles& found)
        : chosen(chosen_profile(world, option)), profiles(found), section(find_profile(profiles, chosen)) {}

    [[nodiscard]] ProfilePlan plan() const {
        ProfilePlan plan = section == nullptr ? ProfilePlan() : plan_profile(profiles, chosen.name);
        if (plan.base == ProfilePlan::Base::none && chosen.by == ChosenProfile::By::option) {
            const std::string name = base::visible(chosen.name);
            throw base::Error(base::Fault::secret,
                              base::format("the AWS profile '{}' has no credentials (options.profile)", name))
                .hint(base::format("aws configure --profile {}", name));
        }
        return plan;
    }
};

std::string region_of_environment(const AwsWorld& world) {
    for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"})
        if (const auto region = world.environment(variable))
            if (const auto text = base::trim(*region); !text.empty()) return std::string(text);
    return {};
}

} // namespace

class AwsChain::Search {
  public:
    explicit Search(AwsWorld world) : world_(std::move(world)), usual_(world_.patience), patience_(usual_) {}

    AwsPlace place(const std::string& option, Ask ask) {
        if (!profiles_) profiles_.emplace(read_profiles(world_)); // asked at every call of a run
        const OpenedProfile opened(world_, option, *profiles_);
        AwsPlace place;
        place.region = region_of(opened);
        place.runtime_url = configured_endpoint(world_, opened.profiles, opened.section, runtime_service);
        place.control_url = configured_endpoint(world_, opened.profiles, opened.section, control_service);
        place.fips = wants_fips(world_, opened.section);
        place.ca_bundle = ca_bundle_of(opened);
        if (place.region.empty() && ask == Ask::network) place.region = machine_region();
        return place;
    }

    void stop_on(int fd) { world_.wake_fd = fd; }
    void hurry(std::optional<base::Duration> most) {
        patience_ = most ? usual_.hurried(*most) : usual_;
        world_.patience = patience_;
    }

    const AwsIdentity& identity(const std::string& option, const std::string& region) {
        const base::Time now = world_.clock.now();
        const auto found = held_.find(option);
        if (found != held_.end() && found->second.good(now)) return found->second.identity;
        const bool usable_yet = found != held_.end() && found->second.valid(now);
        world_.patience = usable_yet ? patience_.hurried(hurried) : patience_;
        try {
            Held fresh{look(option, region), now + next_attempt};
            return held_.insert_or_assign(option, std::move(fresh)).first->second.identity;
        } catch (const base::Error& error) {
            const bool usable = found != held_.end() && found->second.valid(world_.clock.now());
            if (!usable || error.fault() != base::Fault::secret) throw;
            found->second.not_before = world_.clock.now() + next_attempt;
            return found->second.identity;
        }
    }

    std::string expected_source(const std::string& option) {
        if (option.empty()) {
            if (const auto found = bearer_of_environment(world_)) return found->source;
            if (const auto found = keys_of_environment(world_)) return found->source;
        }
        const Profiles profiles = read_profiles(world_); // as they are now
        const OpenedProfile opened(world_, option, profiles);
        if (const auto plan = opened.plan(); plan.base != ProfilePlan::Base::none)
            return source_of(opened.profiles, opened.chosen.name, plan);
        if (const auto role = web_identity_of_environment(world_)) return web_source(*role);
        return container_url(world_).empty() ? "" : "container";
    }

    bool sends_key(const std::string& option) const {
        return option.empty() && bearer_of_environment(world_).has_value();
    }

    void forget(const std::string& option) { held_.erase(option); }

  private:
    std::string ca_bundle_of(const OpenedProfile& opened) const {
        if (auto file = world_.environment("AWS_CA_BUNDLE")) return std::move(*file);
        return opened.section == nullptr ? std::string()
                                         : std::string(value_of(*opened.section, "ca_bundle"));
    }

    std::string region_of(const OpenedProfile& opened) const {
        if (auto region = region_of_environment(world_); !region.empty()) return region;
        return opened.section == nullptr ? std::string() : std::string(value_of(*opened.section, "region"));
    }

    const std::string& machine_region() {
        if (!machine_region_) machine_region_ = metadata_.region();
        return *machine_region_;
    }

    /// Rules 2 to 7.
    AwsIdentity look(const std::string& option, const std::string& region) {
        if (option.empty()) {
            if (auto found = bearer_of_environment(world_)) return std::move(*found);
            if (auto found = keys_of_environment(world_)) return std::move(*found);
        }
        const Profiles profiles = read_profiles(world_); // as they are now
        const OpenedProfile opened(world_, option, profiles);
        world_.ca_bundle = ca_bundle_of(opened);
        const std::string sts_region = region.empty() ? region_of(opened) : region;
        if (const auto plan = opened.plan(); plan.base != ProfilePlan::Base::none)
            return follow_profile({world_, metadata_, opened.profiles, sts_region}, opened.chosen.name, plan);
        if (const auto role = web_identity_of_environment(world_)) {
            const StsPlace sts{sts_region,
                               configured_endpoint(world_, opened.profiles, opened.section, sts_service),
                               wants_fips(world_, opened.section)};
            return {assume_role_with_web_identity(world_, sts, *role), web_source(*role)};
        }
        if (auto found = container_identity(world_)) return std::move(*found);
        if (auto found = metadata_.identity()) return std::move(*found);
        throw nothing_set_up(opened);
    }

    base::Error nothing_set_up(const OpenedProfile& opened) const {
        const std::string name = base::visible(opened.chosen.name);
        const std::string config = profile_file_path(world_, ProfileFile::config);
        const std::string credentials = profile_file_path(world_, ProfileFile::credentials);
        const std::string profile =
            !opened.profiles.forbidden.empty() ? opened.profiles.forbidden
            : opened.section != nullptr        ? base::format("profile '{}' has no credentials", name)
            : config.empty() || credentials.empty()
                ? base::format("no profile '{}', since there is no home directory", name)
                : base::format("no profile '{}' in '{}' or '{}'", name, config, credentials);
        return base::Error(base::Fault::secret,
                           base::format("no AWS credentials are set up: AWS_BEARER_TOKEN_BEDROCK, "
                                        "AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE and "
                                        "AWS_CONTAINER_CREDENTIALS_* are not set; {}; no machine role: {}",
                                        profile, metadata_.why_absent()))
            .hint("set up a profile: aws configure, or aws configure sso and aws sso login")
            .hint("or store keys: orloj create secret aws --stdin < keys.json, and set auth.secretRef: aws");
    }

    AwsWorld world_;
    AwsPatience usual_;
    AwsPatience patience_; // for whom it is now
    AwsMetadata metadata_{world_};
    std::optional<std::string> machine_region_;
    std::map<std::string, Held, std::less<>> held_; // by options.profile
    std::optional<Profiles> profiles_;              // for place()
};

AwsChain::AwsChain(AwsWorld world) : search_(std::make_unique<Search>(std::move(world))) {}
AwsChain::~AwsChain() = default;

AwsPlace AwsChain::place(const std::string& profile, Ask ask) {
    return search_->place(profile, ask);
}

const AwsIdentity& AwsChain::identity(const std::string& profile, const std::string& region) {
    return search_->identity(profile, region);
}

std::string AwsChain::expected_source(const std::string& profile) {
    return search_->expected_source(profile);
}

bool AwsChain::sends_key(const std::string& profile) const {
    return search_->sends_key(profile);
}

void AwsChain::stop_on(int fd) {
    search_->stop_on(fd);
}

void AwsChain::hurry(std::optional<base::Duration> most) {
    search_->hurry(most);
}

void AwsChain::forget(const std::string& profile) {
    search_->forget(profile);
}

} // namespace credential
