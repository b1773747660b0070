// The file that holds the master key. Invariant: a key is used only from a regular file, not a link, that
// belongs to this person and that nobody else may read or change; and a file that exists is never
// overwritten.
#pragma once

#include <optional>
#include <string>

#include "vault/master_key.hpp"

namespace vault {

/// ORLOJ_KEY_FILE, else $XDG_CONFIG_HOME/orloj/key, else $HOME/.config/orloj/key. Throws Error{secret} when
/// none of them is set.
std::string key_file_path();

/// The key in the file, or nullopt when there is no such file. Throws Error{secret} when the file may not be
/// trusted or does not hold a key.
std::optional<MasterKey> read_key_file(const std::string& path);

/// Puts `fresh` into a new file (mode 0600, missing directories 0700) and returns it; when another process
/// was faster, returns the key it wrote. Throws Error{secret}.
MasterKey create_key_file(const std::string& path, MasterKey fresh);

} // namespace vault
