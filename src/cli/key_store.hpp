// Changing the key file: what the commands that do it share. Invariant: at each moment, also after a crash
// between two steps, the file on disk opens everything it opened before.
#pragma once

#include <optional>
#include <string>

#include "cli/session.hpp"
#include "vault/key_file.hpp"

namespace cli {

/// The key file as it is now, its keys in memory.
struct OpenKeyFile {
    std::string path;
    vault::KeyRing keys;
    std::optional<base::SecretText> passphrase; ///< when the file is locked
};

/// nullopt when there is no key file. Asks for the passphrase of a locked one. Throws Error{secret}.
std::optional<OpenKeyFile> open_key_file(Session& session);

/// Reads it again, now that nobody else may change it, with the passphrase that is known. Throws
/// Error{secret}, also when it was locked or unlocked meanwhile.
void refresh(OpenKeyFile& file);

/// Writes the keys of `file`, behind its passphrase when there is one. Requires: `change` is held, and the
/// file was read or refreshed since. Throws Error{secret}.
void write_key_file(const vault::KeyFileChange& change, const OpenKeyFile& file);

/// Says that the variable is used instead of the key file, when it is set.
void note_environment_key(const Session& session);

} // namespace cli
