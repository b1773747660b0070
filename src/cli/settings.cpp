#include "cli/settings.hpp"

#include <cerrno>

#include <unistd.h>

#include "base/json.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "manifest/manifest.hpp"
#include "resource/metadata.hpp"

namespace cli {

using namespace schema;

namespace {

constexpr std::size_t largest_config = 1U << 20U; // bytes

void check_db(const std::string& db, const Check& check) {
    if (!db.empty() && !db.starts_with('/') && !db.starts_with("~/"))
        check.error("db", "must begin with / or ~/: what it is relative to would depend on the folder");
}

void check_namespace(const std::string& name, const Check& check) {
    const std::string problem = name.empty() ? "" : resource::name_problem(name);
    if (!problem.empty()) check.error("namespace", problem);
}

void profile_rule(Profile& profile, const Check& check) {
    check_db(profile.db, check);
    check_namespace(profile.namespace_, check);
}

void config_rule(Config& config, const Check& check) {
    check_db(config.db, check);
    check_namespace(config.namespace_, check);
    if (!config.profile.empty() && !config.profiles.contains(config.profile))
        check.error("profile", base::format("names '{}', which is not among the profiles", config.profile));
}

constexpr std::string_view db_doc = "The database, beginning with / or ~/.";
constexpr std::string_view namespace_doc = "The namespace where -n names none.";

std::string with_home(const std::string& path) {
    if (!path.starts_with("~/")) return path;
    if (const auto home = base::environment("HOME")) return *home + path.substr(1);
    throw base::Error(base::Fault::usage, base::format("cannot tell where '{}' is: HOME is not set", path))
        .hint("name a file with --db or ORLOJ_DB");
}

const Profile* active(const Config& config, std::string& name) {
    name = profile_setting(config).value;
    const auto it = config.profiles.find(name);
    return it == config.profiles.end() ? nullptr : &it->second;
}

} // namespace

const Type& describe(const Profile*) {
    static const Type type =
        object_type<Profile, profile_rule>("Profile", "A place to work in.",
                                           {
                                               field<&Profile::db>("db", db_doc),
                                               field<&Profile::namespace_>("namespace", namespace_doc),
                                           });
    return type;
}

const Type& describe(const Config*) {
    static const Type type = object_type<Config, config_rule>(
        "Config", "What a person has set once.",
        {
            field<&Config::profile>("profile", "The profile in use."),
            field<&Config::db>("db", db_doc),
            field<&Config::namespace_>("namespace", namespace_doc),
            field<&Config::profiles>("profiles", "Places to work in, by name."),
        });
    return type;
}

std::string config_folder() {
    // The base directory specification has relative values ignored.
    if (auto config = base::environment("XDG_CONFIG_HOME"); config && config->starts_with('/'))
        return *config + "/orloj";
    if (auto home = base::environment("HOME")) return *home + "/.config/orloj";
    return {};
}

std::string config_path() {
    if (auto path = base::environment("ORLOJ_CONFIG")) return *path;
    const std::string folder = config_folder();
    return folder.empty() ? folder : folder + "/config.yaml";
}

Config read_config(const std::string& path) {
    // EACCES is about a folder on the way: somebody else's home, as under sudo, says nothing about this
    // person.
    const bool missing = path.empty() || (::access(path.c_str(), F_OK) != 0 &&
                                          (errno == ENOENT || errno == ENOTDIR || errno == EACCES));
    if (missing) {
        if (path.empty() || !base::environment("ORLOJ_CONFIG")) return {};
        throw base::Error(base::Fault::usage,
                          base::format("the configuration file '{}' does not exist", path))
            .hint("ORLOJ_CONFIG names it");
    }
    std::string text;
    try {
        text = base::read_file(path, largest_config);
    } catch (const base::Error& error) {
        throw base::Error(base::Fault::usage,
                          base::format("cannot use the configuration: {}", error.message()));
    }
    base::Diagnostics wrong;
    Config out;
    std::size_t documents = 0;
    for (const auto& document : manifest::parse_yaml(path, text, wrong)) {
        if (document->kind == Tree::Kind::null) continue;
        if (++documents > 1) wrong.error({path, document->mark}, "a second document stands here");
        if (documents == 1) out = decode<Config>(*document, "", {path, Unknown::error, true}, wrong);
    }
    wrong.sort();
    for (const base::Diagnostic& d : wrong.all()) {
        if (d.severity != base::Severity::error) continue;
        base::Error error = base::Error(base::Fault::usage, d.message).at(d.where);
        if (d.hint.empty()) throw base::Error(std::move(error));
        throw base::Error(std::move(error).hint(d.hint));
    }
    return out;
}

Setting profile_setting(const Config& config) {
    const auto named = base::environment("ORLOJ_PROFILE");
    if (!named) return {config.profile, config.profile.empty() ? "default" : "file"};
    if (config.profiles.contains(*named)) return {*named, "environment ORLOJ_PROFILE"};
    std::vector<std::string> names;
    for (const auto& [name, profile] : config.profiles)
        names.push_back(name);
    const auto meant = base::nearest(*named, names);
    throw base::Error(base::Fault::usage,
                      base::format("unknown profile \"{}\", named by ORLOJ_PROFILE", *named))
        .hint(meant           ? base::format("did you mean '{}'?", *meant)
              : names.empty() ? "make one: orloj config set-profile NAME --db PATH -n NAMESPACE"
                              : "there are: " + base::join(names, ", "));
}

std::optional<Setting> db_setting(const Config& config) {
    std::string name;
    const Profile* profile = active(config, name);
    if (profile != nullptr && !profile->db.empty()) return Setting{with_home(profile->db), "profile " + name};
    if (!config.db.empty()) return Setting{with_home(config.db), "file"};
    return std::nullopt;
}

std::optional<Setting> namespace_setting(const Config& config) {
    std::string name;
    const Profile* profile = active(config, name);
    if (profile != nullptr && !profile->namespace_.empty())
        return Setting{profile->namespace_, "profile " + name};
    if (!config.namespace_.empty()) return Setting{config.namespace_, "file"};
    return std::nullopt;
}

std::string render(const Config& config) {
    return manifest::render_yaml(parse_json(encode(config)).tree);
}

} // namespace cli
