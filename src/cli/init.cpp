// orloj init: a folder of manifests to begin with. Invariant: the folder is there with all its files, or
// nothing has changed; what is there already is never overwritten unless --force says so.
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/blueprint.hpp"
#include "cli/session.hpp"
#include "cli/typed_again.hpp"
#include "credential/resolve.hpp"
#include "store/resources.hpp"

namespace cli {

namespace fs = std::filesystem;

namespace {

using Files = std::map<std::string, std::string>;

struct Place {
    std::string folder; ///< as it was named, without a slash at its end
    std::string name;   ///< its last part: the prefix of the names inside
};

Place place_of(const Arguments& arguments) {
    Place out;
    out.folder = arguments.one("NAME").value_or("");
    while (out.folder.size() > 1 && out.folder.ends_with('/'))
        out.folder.pop_back();
    out.name = fs::path(out.folder).filename().string();
    if (out.folder.empty()) throw base::Error(base::Fault::usage, "name cannot be empty");
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    if (out.name.find_first_not_of(plain) != std::string::npos || out.name.find_first_of("-.") == 0) {
        throw base::Error(base::Fault::usage, base::format("'{}' cannot be a name", out.name))
            .hint("letters, digits, '-', '_' and '.', with a letter or digit first: orloj init my-agents");
    }
    return out;
}

template <typename Row>
const Row& chosen(const Row* row, std::string_view what, const std::string& word,
                  const std::vector<std::string_view>& names) {
    if (row != nullptr) return *row;
    const auto meant = base::nearest(word, std::vector<std::string>(names.begin(), names.end()));
    base::Error error(base::Fault::usage,
                      base::format("unknown {} \"{}\" (expected {})", what, word, base::either(names)));
    if (!meant) throw base::Error(std::move(error));
    throw base::Error(std::move(error).hint(base::format("did you mean '{}'?", *meant)));
}

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(fs::symlink_status(path, error));
}

void refuse_to_overwrite(const Place& place, const Files& files) {
    std::vector<std::string> there;
    for (const auto& [file, content] : files) {
        if (is_there(fs::path(place.folder) / file)) there.push_back(file);
    }
    if (there.empty()) return;
    throw base::Error(base::Fault::failed, base::format("'{}' already has {}; nothing was written",
                                                        place.folder, base::join(there, ", ")))
        .hint("name another folder, or overwrite these files with --force");
}

/// A folder beside the one that is made, removed with all that is still in it.
class Staging {
  public:
    /// Hidden, so that nobody takes what a killed process leaves for manifests.
    explicit Staging(const std::string& folder) {
        const fs::path wanted(folder);
        const std::string name = base::format(".{}.init-{}", wanted.filename().string(), base::random_hex(8));
        path_ = (wanted.parent_path() / name).string();
    }
    ~Staging() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    [[nodiscard]] fs::path path() const { return path_; }

  private:
    std::string path_;
};

void move_to(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (!error) return;
    throw base::Error(base::Fault::io, base::format("cannot create '{}': {}", to.string(), error.message()));
}

/// Complaints name the file as it was to be.
void write_files(const Staging& staging, const Place& place, const Files& files) {
    try {
        for (const auto& [file, content] : files) {
            const fs::path path = staging.path() / file;
            base::make_private_directory(path.parent_path().string());
            base::write_private_file(path.string(), content);
        }
    } catch (const base::Error& error) {
        throw base::Error(error.fault(),
                          base::replace_all(error.message(), staging.path().string(), place.folder));
    }
}

void write_tree(const Place& place, const Files& files) {
    std::error_code error;
    if (is_there(place.folder) && !fs::is_directory(place.folder, error)) {
        throw base::Error(base::Fault::failed,
                          base::format("'{}' is there already, and is not a folder", place.folder));
    }
    const std::string parent = fs::path(place.folder).parent_path().string();
    if (!parent.empty()) base::make_private_directory(parent);
    const Staging staging(place.folder);
    write_files(staging, place, files);
    if (!is_there(place.folder)) {
        move_to(staging.path(), place.folder);
        return;
    }
    for (const auto& [file, content] : files) {
        const fs::path path = fs::path(place.folder) / file;
        base::make_private_directory(path.parent_path().string());
        move_to(staging.path() / file, path);
    }
}

/// Whether the key of the endpoint is there, stored or in the environment.
bool has_key(Session& session, const ModelChoice& model) {
    if (model.secret.empty() || base::environment(std::string(model.variable))) return true;
    if (credential::in_environment(model.secret)) return true;
    store::Connection* connection = session.reading();
    return connection != nullptr &&
           store::Resources(*connection)
               .has_sealed({session.namespace_(), std::string(model.secret)}, "value");
}

int init(Session& session, const Arguments& arguments) {
    const Place place = place_of(arguments);
    const std::string pattern = arguments.one("--blueprint").value_or("pipeline");
    const std::string provider = arguments.one("--model").value_or("mock");
    const Blueprint& blueprint = chosen(find_blueprint(pattern), "blueprint", pattern, blueprint_names());
    const ModelChoice& model = chosen(find_model_choice(provider), "model", provider, model_choice_names());
    const Files files = blueprint_files(blueprint, model, place.name);
    if (!arguments.has("--force")) refuse_to_overwrite(place, files);
    std::string out;
    for (const auto& [file, content] : files)
        out += base::format("{} {}/{}\n", is_there(fs::path(place.folder) / file) ? "replaced" : "created",
                            place.folder, file);
    write_tree(place, files);
    out += "\nTo run it:\n";
    if (!has_key(session, model))
        out +=
            base::format("  orloj create secret {}    # asks for the key, does not show it\n", model.secret);
    out += base::format("  orloj run -f {} topic=\"why the night sky is dark\"\n", shell_word(place.folder));
    session.out(out);
    if (provider == "mock") {
        session.say(base::format("note: the answers are scripted; {}/README.md says how to ask a real model",
                                 place.folder));
    }
    return 0;
}

} // namespace

Command init_command() {
    return {
        "init",
        "Make a folder of manifests to begin with.",
        "NAME is the folder, and its last part the prefix of the names in it. Blueprints are pipeline\n"
        "(three agents in a line), hierarchical (a manager, leads and workers, an editor) and swarm-loop\n"
        "(a coordinator and scouts in a loop that ends). With --model mock nothing else is needed.",
        "  orloj init demo && orloj run -f demo topic=tides\n"
        "  orloj init team --blueprint hierarchical --model openai",
        {{"NAME", "A new folder, or one without these files.", Takes::one, true}},
        {{"--blueprint", 0, "NAME", "pipeline (when absent), hierarchical or swarm-loop.", Takes::one},
         {"--model", 0, "NAME", "mock (when absent), ollama, openai or anthropic.", Takes::one},
         {"--force", 0, "", "Overwrite the files that it makes, and no others.", Takes::nothing}},
        init};
}

} // namespace cli
