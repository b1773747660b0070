// Reads the two files of profiles from where they lie, and finds a profile in them. Invariant: a file that is
// not there says nothing; one that cannot be read or understood is an error that names it.
#pragma once

#include <string>

#include "credential/aws.hpp"
#include "credential/aws_profile.hpp"

namespace credential {

/// AWS_CONFIG_FILE or ~/.aws/config, and AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials, merged. One that
/// the person may not read counts as one that is not there, and Profiles::forbidden says so: a container
/// often has the home directory of somebody else. Throws Error{secret}.
Profiles read_profiles(const AwsWorld& world);

/// The file's path, "" when there is no home directory.
std::string profile_file_path(const AwsWorld& world, ProfileFile file);

/// `path` with a leading "~/" replaced by the home directory; "" when that is needed and not known.
std::string in_home(const AwsWorld& world, const std::string& path);

/// A file of at most `limit` bytes; nullopt when there is none. Throws Error{secret} when it cannot be read.
std::optional<std::string> read_if_there(const std::string& path, std::size_t limit);

/// Which profile is meant, and who says so.
struct ChosenProfile {
    enum class By { option, environment, nobody };
    std::string name;
    By by = By::nobody;
    std::string variable; ///< AWS_PROFILE or AWS_DEFAULT_PROFILE, when it was one
};
ChosenProfile chosen_profile(const AwsWorld& world, const std::string& option);

/// The profile; nullptr when nobody asked for it by name and it does not exist. Throws Error{secret} when
/// somebody did.
const ProfileSection* find_profile(const Profiles& profiles, const ChosenProfile& chosen);

/// What to type when there is no such profile: the nearest name, or those there are.
std::string profile_hint(const Profiles& profiles, const std::string& name);

} // namespace credential
