// Keys behind a passphrase, as a key file can hold them. Invariant: without the passphrase nothing is learned
// but the id of the newest key, and a text that was changed does not open.
//
// One line of words, version 1:
//
//     orloj-locked-key-v1 argon2id <memory in KiB> <passes> <salt> <id of the newest key> <sealed>
//
// The passphrase, with a 16-byte salt, is made into a key by Argon2id (RFC 9106, version 1.3, one lane); that
// key seals what an open key file would hold with XChaCha20-Poly1305-IETF, a random 24-byte nonce before it.
// The associated data are the words before <sealed> with the blank at their end. Salt and sealed are base64.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "vault/master_key.hpp"

namespace vault {

/// What a guess costs. The defaults are what RFC 9106, section 4, recommends second, for one lane: some
/// tenths of a second, once a command.
struct Derivation {
    std::uint64_t memory_kib = 64ULL << 10U;
    std::uint64_t passes = 3;
};

class LockedKeys {
  public:
    /// The id of the newest key.
    [[nodiscard]] const std::string& key_id() const noexcept { return key_id_; }
    /// The line as it stands in the file, with its end.
    [[nodiscard]] std::string text() const { return head_ + sealed_ + "\n"; }

  private:
    friend LockedKeys lock(const KeyRing& keys, const base::SecretText& passphrase, Derivation cost);
    friend std::optional<LockedKeys> parse_locked_keys(std::string_view text);
    friend KeyRing unlock(const LockedKeys& locked, const base::SecretText& passphrase,
                          const std::string& path);
    std::string head_; ///< up to the blank before the sealed word
    std::string sealed_;
    std::string salt_; ///< bytes
    std::string key_id_;
    Derivation cost_;
};

/// Locking the same keys twice gives different texts. Throws Error{secret} when there is no memory for it.
LockedKeys lock(const KeyRing& keys, const base::SecretText& passphrase, Derivation cost = {});

/// nullopt when it is anything else, or asks for more than 1 GiB or 64 passes.
std::optional<LockedKeys> parse_locked_keys(std::string_view text);

/// Throws Error{secret} when the passphrase is another one, or the text was changed: nobody can tell which.
/// `path` is for the message.
KeyRing unlock(const LockedKeys& locked, const base::SecretText& passphrase, const std::string& path);

} // namespace vault
