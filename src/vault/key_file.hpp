// The file that holds the master key. Invariant: a key is used only from a regular file, not a link, that
// belongs to this person and that nobody else may read or change; and a file that exists is only ever
// replaced as a whole, by who has the right to change it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/os.hpp"
#include "vault/locked_keys.hpp"
#include "vault/master_key.hpp"

namespace vault {

/// ORLOJ_KEY_FILE, else $XDG_CONFIG_HOME/orloj/key, else $HOME/.config/orloj/key. Throws Error{secret} when
/// none of them is set.
std::string key_file_path();

/// The keys, or the keys behind a passphrase.
using KeyFileContent = std::variant<KeyRing, LockedKeys>;

/// What is in the file, or nullopt when there is no such file. Throws Error{secret} when the file may not be
/// trusted or does not hold keys.
std::optional<KeyFileContent> read_key_file(const std::string& path);

/// The same of a text. nullopt when it is neither.
std::optional<KeyFileContent> parse_key_file(std::string_view text);

/// Puts `fresh` into a new file (mode 0600, missing directories 0700) and returns what it holds; when another
/// process was faster, what that one wrote. Throws Error{secret}.
KeyFileContent create_key_file(const std::string& path, MasterKey fresh);

/// The right to change a key file, which one process has at a time: it is an advisory lock on the file's
/// directory, which has to exist. Requires: the file is read again once this is there.
class KeyFileChange {
  public:
    /// Waits up to 10 s. Throws Error{secret}.
    explicit KeyFileChange(std::string path);

    /// Puts `content` in the place of the file, or makes it (mode 0600): whoever opens the file, also after a
    /// power cut, sees the old content or the new one. Throws Error{secret}; the old content is there then.
    void replace(const base::SecretText& content) const;

  private:
    std::string path_;
    base::Fd directory_;
};

/// Writes a file that must not exist, mode 0600, synced. False when it does. Throws Error{secret}.
bool write_new_key_file(const std::string& path, const base::SecretText& content);

} // namespace vault
