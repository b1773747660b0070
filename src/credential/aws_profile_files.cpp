#include "credential/aws_profile_files.hpp"

#include <cerrno>
#include <filesystem>

#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace credential {

namespace {

constexpr std::size_t largest_file = 1U << 20U;
constexpr std::size_t most_names = 10; // of a hint

Profiles read_one(const AwsWorld& world, ProfileFile file) {
    const std::string path = profile_file_path(world, file);
    if (!path.empty() && ::access(path.c_str(), R_OK) != 0 && errno == EACCES) {
        Profiles none;
        none.forbidden = base::format("cannot read '{}': {}", path, base::last_error());
        return none;
    }
    auto text = path.empty() ? std::nullopt : read_if_there(path, largest_file);
    if (!text) return {};
    ParsedProfiles parsed = parse_profiles(*text, file);
    base::wipe(*text);
    if (!parsed.problem.message.empty()) {
        throw base::Error(base::Fault::secret, base::format("cannot understand '{}': line {}: {}", path,
                                                            parsed.problem.line, parsed.problem.message));
    }
    return std::move(parsed.profiles);
}

} // namespace

std::string in_home(const AwsWorld& world, const std::string& path) {
    if (!path.starts_with("~/")) return path;
    const auto home = world.environment("HOME");
    return home ? *home + path.substr(1) : std::string();
}

std::optional<std::string> read_if_there(const std::string& path, std::size_t limit) {
    std::error_code code;
    if (!std::filesystem::exists(path, code) && !code) return std::nullopt;
    try {
        return base::read_file(path, limit);
    } catch (const base::Error& error) {
        throw base::Error(base::Fault::secret, error.message());
    }
}

std::string profile_file_path(const AwsWorld& world, ProfileFile file) {
    const bool config = file == ProfileFile::config;
    const auto set = world.environment(config ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE");
    return in_home(world, set ? *set : config ? "~/.aws/config" : "~/.aws/credentials");
}

Profiles read_profiles(const AwsWorld& world) {
    Profiles profiles = read_one(world, ProfileFile::config);
    Profiles credentials = read_one(world, ProfileFile::credentials);
    if (profiles.forbidden.empty()) profiles.forbidden = credentials.forbidden;
    merge_profiles(profiles, std::move(credentials));
    return profiles;
}

ChosenProfile chosen_profile(const AwsWorld& world, const std::string& option) {
    if (!option.empty()) return {option, ChosenProfile::By::option, {}};
    for (const char* variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"})
        if (const auto name = world.environment(variable))
            return {*name, ChosenProfile::By::environment, variable};
    return {"default", ChosenProfile::By::nobody, {}};
}

std::string profile_hint(const Profiles& profiles, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& [known, section] : profiles.profiles)
        names.push_back(known);
    if (const auto near = base::nearest(name, names)) return base::format("did you mean '{}'?", *near);
    if (names.empty()) return base::format("set it up: aws configure --profile {}", base::visible(name));
    const bool more = names.size() > most_names;
    if (more) names.resize(most_names);
    return base::format("profiles that exist: {}{}", base::join(names, ", "), more ? ", ..." : "");
}

const ProfileSection* find_profile(const Profiles& profiles, const ChosenProfile& chosen) {
    if (const auto found = profiles.profiles.find(chosen.name); found != profiles.profiles.end())
        return &found->second;
    if (chosen.by == ChosenProfile::By::nobody || chosen.name == "default") return nullptr;
    if (!profiles.forbidden.empty()) throw base::Error(base::Fault::secret, profiles.forbidden);
    const std::string who = chosen.by == ChosenProfile::By::option ? "options.profile" : chosen.variable;
    throw base::Error(base::Fault::secret, base::format("the AWS profile '{}' does not exist ({})",
                                                        base::visible(chosen.name), who))
        .hint(profile_hint(profiles, chosen.name));
}

} // namespace credential
