// The passphrase of a locked key file. It comes from ORLOJ_KEY_PASSPHRASE, from the file that
// ORLOJ_KEY_PASSPHRASE_FILE names (also /dev/fd/3), or from the terminal; never from the command line, which
// every process may read.
//
// Why not ORLOJ_SECRET_PASSPHRASE: every variable that begins with ORLOJ_SECRET_ may be asked for by a
// manifest.
#pragma once

#include <optional>

#include "cli/session.hpp"

namespace cli {

/// What the two variables say; nullopt when neither is set. Throws Error{secret} when both are, when the file
/// cannot be read, or when it is empty.
std::optional<base::SecretText> passphrase_of_environment();

/// The passphrase that opens `path`. Throws Error{secret} when nobody can be asked.
base::SecretText known_passphrase(const Session& session, const std::string& path);

/// A new one for `path`: from the environment, or asked for twice. Throws Error{secret} when nobody can be
/// asked, and Error{usage} when it is empty or the two differ.
base::SecretText new_passphrase(const Session& session, const std::string& path);

} // namespace cli
