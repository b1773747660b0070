// Which file is the database, and whether its place can be trusted. Invariant: a file is never taken from, or
// made in, a directory where somebody else could put another one in its stead.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace store {

/// Who named the file.
enum class Source {
    option,      ///< --db
    environment, ///< ORLOJ_DB
    project,     ///< the nearest .orloj/orloj.db upward from the working directory
    configured,  ///< what the caller offers instead of the next one
    user,        ///< $XDG_DATA_HOME/orloj/orloj.db, else $HOME/.local/share/orloj/orloj.db
};

struct Place {
    std::string path; ///< as it was named; the file need not exist
    Source source = Source::user;
    std::vector<std::string> warnings; ///< to be told, each a message without a period
};

/// `option` is the value of --db; `configured`, which is asked only when nothing before it says where the
/// database is, may offer another file than the user's. Touches nothing. Throws Error{store} when no place is
/// known or the place cannot be trusted, and Error{usage} for an empty option.
Place locate(const std::optional<std::string>& option,
             const std::function<std::optional<std::string>()>& configured = nullptr);

/// Creates the directory of the file at `path` and its missing parents with mode 0700; a new `.orloj` gets a
/// `.gitignore`, so that no repository takes it in. Throws Error{store}.
void prepare_directory(const std::string& path);

/// "NFS", "SMB", ... when the file at `path`, or the nearest directory that exists, is on a file system
/// shared between machines, where write-ahead logging is not safe.
std::optional<std::string> network_file_system(const std::string& path);

} // namespace store
