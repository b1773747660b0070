// The one key a person's secrets are sealed with, and where it comes from. Invariant: the key is never in the
// database, and its bytes exist only in locked memory that is wiped.
//
// Why a random key in a file and not a passphrase by default: a key file needs no question and no derivation
// (70 ms and more), so a scheduled job and a quick command work alike. Another way to get the key is another
// row in the table of sources in master_key.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

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

/// Whether a key may be made when there is none: only a caller about to seal may ask for it, since a new key
/// opens nothing.
enum class Create { never, when_missing };

/// The key in use: ORLOJ_SECRET_ENCRYPTION_KEY (64 hex digits, or base64 of 32 bytes with or without
/// padding), else the key file (key_file_path()). Throws Error{secret} when there is none or it cannot be
/// used, with what to do about it.
MasterKey load_master_key(Create create);

/// A new random key, stored nowhere.
MasterKey make_master_key();

/// What a key file holds: "orloj-key-v1 <base64>\n".
base::SecretText render(const MasterKey& key);
/// Reads what render() wrote; white space at both ends is ignored. nullopt when it is anything else.
std::optional<MasterKey> parse_master_key(std::string_view text);

} // namespace vault
