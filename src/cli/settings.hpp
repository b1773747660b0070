// What a person has set once instead of typing it each time: $XDG_CONFIG_HOME/orloj/config.yaml. Invariant: a
// value of the command line wins over the environment, that over the project's .orloj folder, that over the
// profile in use, that over the rest of the file.
//
// Why only these keys: a database and a namespace are where a person works, which lasts. What a command
// prints
// (-o, colours) is the business of the command line that prints it: a script must not read something else
// because of a file in somebody's home. Editors, proxies and keys of providers have their usual variables;
// the key file is one per person.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "schema/type.hpp"

namespace cli {

struct Profile {
    std::string db;
    std::string namespace_;
    bool operator==(const Profile&) const = default;
};
const schema::Type& describe(const Profile*);

struct Config {
    std::string profile; ///< the one in use; "": none
    std::string db;
    std::string namespace_;
    std::map<std::string, Profile> profiles;
    bool operator==(const Config&) const = default;
};
const schema::Type& describe(const Config*);

/// A value and who said it.
struct Setting {
    std::string value;
    std::string source; ///< "--db", "environment ORLOJ_DB", "profile work", "default"
};

/// $XDG_CONFIG_HOME/orloj, else $HOME/.config/orloj; "" when there is neither.
std::string config_folder();
/// ORLOJ_CONFIG, else $XDG_CONFIG_HOME/orloj/config.yaml, else $HOME/.config/orloj/config.yaml; "" when there
/// is none of them.
std::string config_path();

/// What the file says; everything empty when there is no file, which costs one system call. Throws
/// Error{usage} with the place of what is wrong.
Config read_config(const std::string& path);

/// The profile in use: ORLOJ_PROFILE, else what the file says. Throws Error{usage} for one that does not
/// exist.
Setting profile_setting(const Config& config);

/// What profile and file say; nullopt when nothing.
std::optional<Setting> db_setting(const Config& config);
std::optional<Setting> namespace_setting(const Config& config);

/// The file's text. Keys that are not set are left out.
std::string render(const Config& config);

} // namespace cli
