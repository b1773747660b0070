#include "store/location.hpp"

#include <cerrno>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

namespace store {

namespace {

using base::Error;
using base::Fault;
namespace fs = std::filesystem;

constexpr char project_directory[] = ".orloj";
constexpr char file_name[] = "orloj.db";

fs::path directory_of(const std::string& path) {
    fs::path parent = fs::path(path).parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

/// The directory itself or, while it is missing, the nearest parent that exists.
fs::path nearest_existing(fs::path directory) {
    struct stat status {};
    while (::stat(directory.c_str(), &status) != 0 && errno == ENOENT) {
        const fs::path parent = directory.parent_path();
        if (parent == directory) break;
        directory = parent.empty() ? fs::path(".") : parent;
        if (directory == ".") break;
    }
    return directory;
}

/// What a file says decides where keys are sent, so one that is only found, not named, has to be the
/// person's. Root, who may look after another's, is not asked; what is root's is trusted.
bool is_strangers(const Place& place, uid_t owner) {
    const bool found = place.source == Source::project || place.source == Source::user;
    return found && owner != ::geteuid() && owner != 0 && ::geteuid() != 0;
}

void check_place(Place& place) {
    struct stat status {};
    const bool exists = ::lstat(place.path.c_str(), &status) == 0;
    if (exists && S_ISLNK(status.st_mode)) {
        throw Error(Fault::store, base::format("cannot use '{}': it is a symbolic link", place.path))
            .hint("name the file it points to with --db");
    }
    if (exists && is_strangers(place, status.st_uid)) {
        throw Error(Fault::store, base::format("cannot use '{}': it belongs to another user (uid {})",
                                               place.path, status.st_uid))
            .hint("if you trust its owner, name it with --db");
    }
    const fs::path directory = nearest_existing(directory_of(place.path));
    if (::stat(directory.c_str(), &status) != 0) return; // opening the file says why
    const bool sticky = (status.st_mode & S_ISVTX) != 0;
    if ((status.st_mode & S_IWOTH) != 0 && !sticky) {
        throw Error(Fault::store, base::format("cannot use '{}': everybody may change its directory '{}'",
                                               place.path, directory.string()))
            .hint(base::format("close it to others with chmod o-w '{}', or name another file with --db",
                               directory.string()));
    }
    if ((status.st_mode & S_IWGRP) != 0 && !sticky) {
        place.warnings.push_back(base::format(
            "the group may change the directory '{}', and with it the database", directory.string()));
    }
    if (const auto system = network_file_system(place.path)) {
        place.warnings.push_back(base::format(
            "'{}' is on a network file system ({}): use it from one machine at a time", place.path, *system));
    }
}

/// A stranger's `.orloj` in a directory above must not decide where our data go.
std::optional<std::string> project_file(std::vector<std::string>& warnings) {
    std::error_code failed;
    fs::path directory = fs::current_path(failed);
    if (failed) return std::nullopt;
    for (;; directory = directory.parent_path()) {
        const fs::path ours = directory / project_directory;
        const fs::path file = ours / file_name;
        struct stat status {};
        if (::lstat(file.c_str(), &status) == 0 && ::lstat(ours.c_str(), &status) == 0) {
            if (S_ISDIR(status.st_mode) && status.st_uid == ::geteuid()) return file.string();
            warnings.push_back(base::format("'{}' is not used: {}", ours.string(),
                                            S_ISDIR(status.st_mode) ? "it belongs to another user"
                                                                    : "it is not a directory"));
        }
        if (directory == directory.parent_path()) return std::nullopt;
    }
}

std::string user_file() {
    // The base directory specification has relative values ignored.
    if (auto data = base::environment("XDG_DATA_HOME"); data && data->starts_with('/')) {
        return *data + "/orloj/" + file_name;
    }
    if (auto home = base::environment("HOME")) return *home + "/.local/share/orloj/" + file_name;
    throw Error(Fault::store, "cannot tell where the database is: neither HOME nor XDG_DATA_HOME is set")
        .hint("name a file with --db or ORLOJ_DB");
}

} // namespace

Place locate(const std::optional<std::string>& option,
             const std::function<std::optional<std::string>()>& configured) {
    Place place;
    if (option) {
        if (option->empty()) throw Error(Fault::usage, "--db needs the name of a file");
        place.path = *option;
        place.source = Source::option;
    } else if (auto named = base::environment("ORLOJ_DB")) {
        place.path = *named;
        place.source = Source::environment;
    } else if (auto file = project_file(place.warnings)) {
        place.path = *file;
        place.source = Source::project;
    } else if (auto offered = configured ? configured() : std::nullopt) {
        place.path = *offered;
        place.source = Source::configured;
    } else {
        place.path = user_file();
    }
    check_place(place);
    return place;
}

void prepare_directory(const std::string& path) {
    const fs::path directory = directory_of(path);
    struct stat status {};
    if (::stat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
    try {
        base::make_private_directory(directory.string());
        if (directory.filename() == project_directory) {
            base::write_private_file((directory / ".gitignore").string(), "*\n");
        }
    } catch (const Error& error) {
        throw Error(Fault::store, base::format("cannot create '{}': {}", path, error.message()))
            .hint("name a file in a directory you may write to with --db");
    }
}

std::optional<std::string> network_file_system(const std::string& path) {
    return base::network_file_system(nearest_existing(directory_of(path)));
}

} // namespace store
