// The files ~/.aws/config and ~/.aws/credentials as data. Source: "Configuration and credential file
// settings" of the AWS SDKs and Tools guide, and the cases AWS's SDKs are tested with; where the AWS CLI
// takes more than those, because its files are Python's INI files, that is taken, too: properties that are
// all indented, indented comments, names in quotes. Invariant: parsing opens nothing and no problem quotes
// the text.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace credential {

/// The two files differ in how a section is called: [profile dev] or [dev].
enum class ProfileFile { config, credentials };

struct ProfileProperty {
    std::string value; ///< further lines of it are joined by '\n'
    /// The indented lines below a property without a value: endpoint_url = ...
    std::map<std::string, std::string, std::less<>> nested;
    ProfileFile file = ProfileFile::config; ///< where it stands
    int line = 0;
};

/// Keys are in lower case. Of a key that is written twice the last one counts.
using ProfileSection = std::map<std::string, ProfileProperty, std::less<>>;

/// What both files say. Wipes all values when it goes, since keys are among them.
struct Profiles {
    std::map<std::string, ProfileSection, std::less<>> profiles;
    std::map<std::string, ProfileSection, std::less<>> sso_sessions; ///< [sso-session NAME] of config
    std::map<std::string, ProfileSection, std::less<>> services;     ///< [services NAME] of config
    std::string forbidden; ///< why a file was not read that is perhaps there: "cannot read '...': ..."

    Profiles() = default;
    Profiles(Profiles&&) = default;
    Profiles& operator=(Profiles&&) = delete;
    Profiles(const Profiles&) = delete;
    Profiles& operator=(const Profiles&) = delete;
    ~Profiles();
};

struct ProfileProblem {
    std::string message; ///< "a section's name does not end with ']'"
    int line = 0;
};

struct ParsedProfiles {
    Profiles profiles;
    ProfileProblem problem; ///< with an empty message: none
};

/// Sections that are neither a profile nor one of the two others are left out, and properties whose names
/// hold other characters than letters, digits and -_/.%@:+ as well. [profile default] hides [default].
ParsedProfiles parse_profiles(std::string_view text, ProfileFile file);

/// Adds the credentials file to the config file; its properties count where both have one.
void merge_profiles(Profiles& config, Profiles credentials);

/// The value of a property, "" when there is none.
std::string_view value_of(const ProfileSection& section, std::string_view key);

} // namespace credential
