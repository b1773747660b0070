// The key a person's secrets are sealed with, those that were in use before it, and where they come from.
// Invariant: a key is never in the database, and its bytes exist only in locked memory that is wiped.
//
// Why a random key in a file and not a passphrase by default: a key file needs no question and no derivation
// (70 ms and more), so a scheduled job and a quick command work alike. Who wants one locks the file
// (locked_keys.hpp).
//
// Why old keys are kept: one key file serves all databases and backups of a person. A new key re-seals one
// database at a time, and at each moment, also after a crash in between, every value opens with one of them.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace vault {

class MasterKey {
  public:
    static constexpr std::size_t size = 32;

    /// Throws Error{bug} unless `bytes` are exactly `size` bytes.
    explicit MasterKey(base::SecretText bytes);

    /// Names the key without telling anything about it: the first eight bytes of
    /// SHA-256("orloj key id" || key), as 16 hex digits.
    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    /// The raw bytes. Never keep, print or log them.
    [[nodiscard]] std::string_view reveal() const noexcept { return bytes_.reveal(); }

  private:
    base::SecretText bytes_;
    std::string id_;
};

/// Keys in the order of their age, the newest first: that one seals, each opens what it sealed.
class KeyRing {
  public:
    explicit KeyRing(MasterKey current) { keys_.push_back(std::move(current)); }

    [[nodiscard]] const MasterKey& current() const noexcept { return keys_.front(); }
    /// nullptr when there is none with this id.
    [[nodiscard]] const MasterKey* find(std::string_view id) const noexcept;
    [[nodiscard]] std::span<const MasterKey> keys() const noexcept { return keys_; }
    /// From now on this one seals.
    void put_first(MasterKey key);
    /// Behind the others; false when it is there already.
    bool add(MasterKey key);

  private:
    std::vector<MasterKey> keys_; ///< never empty
};

/// Whether a key may be made when there is none: only a caller about to seal may ask for it, since a new key
/// opens nothing.
enum class Create { never, when_missing };

/// Asked for the passphrase of a locked key file, by its path. Throws Error{secret} when nobody can be asked.
using AskPassphrase = std::function<base::SecretText(const std::string& path)>;

/// The keys in use: ORLOJ_SECRET_ENCRYPTION_KEY (64 hex digits, or base64 of 32 bytes with or without
/// padding), else those of the key file (key_file_path()). Throws Error{secret} when there is none or it
/// cannot be used, with what to do about it.
KeyRing load_keys(Create create, const AskPassphrase& ask);

/// The key in ORLOJ_SECRET_ENCRYPTION_KEY; nullopt when it is not set. Throws Error{secret}.
std::optional<MasterKey> key_of_environment();

/// A new random key, stored nowhere.
MasterKey make_master_key();

/// What a key file holds, a line a key: "orloj-key-v1 <base64>\n".
base::SecretText render(const KeyRing& keys);
/// Reads what render() wrote; white space at both ends is ignored. nullopt when it is anything else.
std::optional<KeyRing> parse_keys(std::string_view text);
/// One key as ORLOJ_SECRET_ENCRYPTION_KEY takes it. nullopt when it is anything else.
std::optional<MasterKey> parse_bare_key(std::string_view text);

} // namespace vault
