// Sealing and opening one secret value. Invariant: sealed bytes open only with the key that sealed them and
// only at the place they were sealed for; anything else fails closed, and the failure tells nothing of the
// value.
//
// A sealed value, format 1:
//
//     1 byte    format version, 1
//     8 bytes   id of the key
//     24 bytes  random nonce
//     rest      XChaCha20-Poly1305-IETF of the padded value, its 16-byte tag at the end
//
// The associated data are version, key id, namespace, name and key, each text with its length before it, so
// that no two places look alike. Values are padded to a multiple of 32 bytes (ISO/IEC 7816-4), so a short
// value does not show its length.
//
// Not protected: an older value of the same place, sealed with a key that is still there, opens. Nothing that
// is not in the database says which value was the last one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "vault/master_key.hpp"

namespace vault {

/// Where a value belongs: key `key` of the Secret `name` in `namespace_`.
struct SealedPlace {
    std::string_view namespace_;
    std::string_view name;
    std::string_view key;
};

/// Sealing the same value twice gives different bytes.
std::string seal(const MasterKey& key, const SealedPlace& place, std::string_view value);

/// Throws Error{secret}: with one message when the bytes were changed, cut or moved from another place, with
/// another when they name a different key.
base::SecretText open(const MasterKey& key, const SealedPlace& place, std::string_view sealed);

/// The id of the key that sealed these bytes, as they claim; nullopt when they are not a sealed value.
std::optional<std::string> sealing_key_id(std::string_view sealed);

} // namespace vault
