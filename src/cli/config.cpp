// orloj config: what is set, where each value comes from, and changing the file.
#include <filesystem>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/prices.hpp"
#include "cli/session.hpp"
#include "cli/settings.hpp"
#include "cli/typed_again.hpp"
#include "terminal/table.hpp"
#include "vault/key_file.hpp"

namespace cli {

namespace {

struct SettingLine {
    std::string name;
    Setting setting;
};

std::string known_path() {
    std::string path = config_path();
    if (!path.empty()) return path;
    throw base::Error(base::Fault::usage,
                      "cannot tell where the configuration is: neither HOME nor XDG_CONFIG_HOME is set")
        .hint("name a file with ORLOJ_CONFIG");
}

Setting first_variable(std::initializer_list<const char*> names, const std::string& fallback) {
    for (const char* name : names) {
        if (const auto value = base::environment(name)) return {*value, base::format("environment {}", name)};
    }
    return {fallback, "default"};
}

Setting key_setting() {
    if (base::environment("ORLOJ_SECRET_ENCRYPTION_KEY"))
        return {"(set)", "environment ORLOJ_SECRET_ENCRYPTION_KEY"};
    try {
        return {vault::key_file_path(),
                base::environment("ORLOJ_KEY_FILE") ? "environment ORLOJ_KEY_FILE" : "default"};
    } catch (const base::Error& error) {
        return {"", error.message()};
    }
}

/// The ways to give a passphrase that are in use; never the passphrase.
Setting passphrase_setting() {
    if (base::environment("ORLOJ_KEY_PASSPHRASE")) return {"(set)", "environment ORLOJ_KEY_PASSPHRASE"};
    return first_variable({"ORLOJ_KEY_PASSPHRASE_FILE"}, "(asked for)");
}

std::vector<SettingLine> lines_of(Session& session) {
    const bool named = base::environment("ORLOJ_CONFIG").has_value();
    std::vector<SettingLine> out{{"config", {known_path(), named ? "environment ORLOJ_CONFIG" : "default"}},
                                 {"profile", profile_setting(session.config())},
                                 {"db", session.database_setting()},
                                 {"namespace", session.namespace_setting()},
                                 {"key", key_setting()},
                                 {"passphrase", passphrase_setting()},
                                 {"editor", first_variable({"VISUAL", "EDITOR"}, "vi")}};
    if (const std::string prices = prices_in_use(); !prices.empty())
        out.push_back(
            {"prices", {prices, base::environment("ORLOJ_PRICES") ? "environment ORLOJ_PRICES" : "default"}});
    return out;
}

int view(Session& session, const Arguments&) {
    const Format format = session.format();
    const std::vector<SettingLine> lines = lines_of(session);
    if (format == Format::table) {
        std::vector<std::vector<std::string>> rows;
        for (const auto& [name, setting] : lines)
            rows.push_back({name, setting.value.empty() ? "-" : setting.value, setting.source});
        session.out(
            terminal::render_table({"SETTING", "VALUE", "SOURCE"}, rows, terminal::sheet_of_stdout()));
        for (const auto& [name, profile] : session.config().profiles)
            session.out(base::format("profile {}: db {}, namespace {}\n", base::visible(name),
                                     profile.db.empty() ? "-" : base::visible(profile.db),
                                     profile.namespace_.empty() ? "-" : base::visible(profile.namespace_)));
        return 0;
    }
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").key("settings").begin_array();
    for (const auto& [name, setting] : lines)
        out.begin_object()
            .member("name", name)
            .member("value", setting.value)
            .member("source", setting.source)
            .end_object();
    out.end_array().key("profiles");
    schema::encode(out, schema::type_of<std::map<std::string, Profile>>(), &session.config().profiles);
    session.out(std::move(out.end_object()).take() + "\n");
    return 0;
}

int path(Session& session, const Arguments&) {
    session.out(known_path() + "\n");
    return 0;
}

constexpr std::string_view keys = "db, namespace, profile, profiles.NAME.db, profiles.NAME.namespace";

[[noreturn]] void unknown_key(const std::string& key, const std::vector<std::string>& known,
                              const std::string& list) {
    const auto meant = base::nearest(key, known);
    throw base::Error(base::Fault::usage, base::format("unknown setting \"{}\"", key))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : "there are: " + list);
}

int get(Session& session, const Arguments& arguments) {
    const std::string key = arguments.one("KEY").value_or("");
    std::vector<std::string> names;
    for (const auto& [name, setting] : lines_of(session)) {
        if (name == key) {
            session.out(base::visible(setting.value) + "\n");
            return 0;
        }
        names.push_back(name);
    }
    unknown_key(key, names, base::join(names, ", "));
}

/// What a key of the file names in `config`. Throws Error{usage}.
std::string& place_of(Config& config, const std::string& key) {
    if (key == "db") return config.db;
    if (key == "namespace") return config.namespace_;
    if (key == "profile") return config.profile;
    const std::vector<std::string_view> parts = base::split(key, '.');
    if (parts.size() == 3 && parts[0] == "profiles" && !parts[1].empty()) {
        Profile& profile = config.profiles[std::string(parts[1])];
        if (parts[2] == "db") return profile.db;
        if (parts[2] == "namespace") return profile.namespace_;
    }
    unknown_key(key, {"db", "namespace", "profile"}, std::string(keys));
}

/// Writes the file anew. Comments would be lost, so a person who has written some changes it by hand.
void store_config(const std::string& path, const Config& config) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) {
        const std::string text = base::read_file(path, 1U << 20U);
        for (const std::string_view line : base::split(text, '\n')) {
            if (!base::trim(line).starts_with('#') && line.find(" #") == std::string_view::npos) continue;
            throw base::Error(base::Fault::usage,
                              base::format("'{}' was not changed: its comments would be lost", path))
                .hint("change it in an editor, or remove the comments");
        }
    }
    const std::string parent = std::filesystem::path(path).parent_path().string();
    if (!parent.empty()) base::make_private_directory(parent);
    base::write_private_file(path, render(config));
}

/// Throws Error{usage} for values that reading would refuse.
void check(const Config& config, const std::string& path) {
    base::Diagnostics wrong;
    (void)schema::decode<Config>(schema::parse_json(schema::encode(config)).tree, "",
                                 {path, schema::Unknown::error, true}, wrong);
    for (const base::Diagnostic& d : wrong.all()) {
        if (d.severity == base::Severity::error)
            throw base::Error(base::Fault::usage, d.message + "; nothing was changed");
    }
}

/// What is to be changed: a file that does not exist yet is made.
Config to_change(const std::string& file) {
    std::error_code error;
    return std::filesystem::exists(file, error) || error ? read_config(file) : Config{};
}

int change(Session& session, const std::string& key, const std::string& value) {
    const std::string file = known_path();
    Config config = to_change(file);
    const Config before = config;
    place_of(config, key) = value;
    std::erase_if(config.profiles, [](const auto& entry) { return entry.second == Profile{}; });
    check(config, file);
    if (config == before) {
        session.out(base::format("{} unchanged\n", key));
        return 0;
    }
    store_config(file, config);
    session.out(value.empty() ? base::format("{} unset\n", key) : base::format("{} set\n", key));
    return 0;
}

int set(Session& session, const Arguments& arguments) {
    const std::string value = arguments.one("VALUE").value_or("");
    if (base::trim(value).empty())
        throw base::Error(base::Fault::usage, "the value is empty").hint("orloj config unset KEY");
    return change(session, arguments.one("KEY").value_or(""), value);
}

int unset(Session& session, const Arguments& arguments) {
    return change(session, arguments.one("KEY").value_or(""), "");
}

int use(Session& session, const Arguments& arguments) {
    const std::string file = known_path();
    Config config = to_change(file);
    const std::string name = arguments.one("NAME").value_or("");
    if (!config.profiles.contains(name)) {
        std::vector<std::string> names;
        for (const auto& [known, profile] : config.profiles)
            names.push_back(known);
        const auto meant = base::nearest(name, names);
        throw base::Error(base::Fault::usage, base::format("unknown profile \"{}\"", name))
            .hint(meant ? base::format("did you mean '{}'?", *meant)
                        : base::format("make it: orloj config set-profile {} --db PATH -n NAMESPACE",
                                       shell_word(name)));
    }
    if (config.profile != name) {
        config.profile = name;
        store_config(file, config);
    }
    session.out(base::format("active profile: {}\n", name));
    return 0;
}

int set_profile(Session& session, const Arguments& arguments) {
    const std::string file = known_path();
    Config config = to_change(file);
    const std::string name = arguments.one("NAME").value_or("");
    if (const std::string problem = resource::name_problem(name); !problem.empty() || name.empty())
        throw base::Error(base::Fault::usage,
                          base::format("profile name \"{}\" {}", name, name.empty() ? "is empty" : problem));
    const Globals& given = session.globals();
    if (!given.db && !given.namespace_) {
        throw base::Error(base::Fault::usage, "a profile is a database, a namespace, or both")
            .hint(base::format("orloj config set-profile {} --db PATH -n NAMESPACE", shell_word(name)));
    }
    Profile& profile = config.profiles[name];
    std::error_code error;
    if (given.db)
        profile.db =
            given.db->starts_with("~/") ? *given.db : std::filesystem::absolute(*given.db, error).string();
    if (given.namespace_) profile.namespace_ = *given.namespace_;
    const bool first = config.profile.empty() && config.profiles.size() == 1;
    if (first) config.profile = name;
    check(config, file);
    store_config(file, config);
    session.out(base::format("profile {} updated\n", name));
    if (first) session.out(base::format("active profile: {}\n", name));
    return 0;
}

} // namespace

Command config_view_command() {
    return {"config view",
            "Show every setting, its value and where it comes from.",
            "A value of the command line wins over the environment, that over the project's .orloj folder,\n"
            "that over the profile in use, that over the rest of the configuration file. Keys and\n"
            "passphrases are never shown.",
            "  orloj config view\n"
            "  orloj config view -o json",
            {},
            {},
            view};
}

Command config_path_command() {
    return {"config path",
            "Print where the configuration file is.",
            "It need not exist. Its keys are db, namespace, profile, and profiles with db and namespace.",
            "  orloj config path",
            {},
            {},
            path};
}

Command config_get_command() {
    return {"config get",
            "Print the value of one setting as it is in effect.",
            "",
            "  orloj config get db",
            {{"KEY", "A name of `orloj config view`.", Takes::one, true}},
            {},
            get};
}

Command config_set_command() {
    return {"config set",
            "Write a value into the configuration file.",
            "Keys are db, namespace, profile, profiles.NAME.db and profiles.NAME.namespace. A file with\n"
            "comments is not changed, since they would be lost.",
            "  orloj config set namespace team-a\n"
            "  orloj config set db ~/notes/orloj.db",
            {{"KEY", "What is set.", Takes::one, true}, {"VALUE", "Its value.", Takes::one, true}},
            {},
            set};
}

Command config_unset_command() {
    return {"config unset",
            "Take a value out of the configuration file.",
            "Keys are those of `orloj config set`.",
            "  orloj config unset profile",
            {{"KEY", "What is taken out.", Takes::one, true}},
            {},
            unset};
}

Command config_use_command() {
    return {"config use",
            "Work in a profile from now on.",
            "ORLOJ_PROFILE names another one for a single command.",
            "  orloj config set-profile work --db work.db && orloj config use work",
            {{"NAME", "A profile.", Takes::one, true}},
            {},
            use};
}

Command config_set_profile_command() {
    return {"config set-profile",
            "Make or change a profile: a database and a namespace under one name.",
            "The first profile is in use at once.",
            "  orloj config set-profile work --db ~/notes/orloj.db -n team-a",
            {{"NAME", "The profile.", Takes::one, true}},
            {},
            set_profile};
}

} // namespace cli
