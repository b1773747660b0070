// XChaCha20-Poly1305 as this room uses it for values and for a locked key: the sizes, and texts as libsodium
// takes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <sodium.h>

namespace vault {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;

inline const unsigned char* raw(std::string_view bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes.data()); // NOLINT: libsodium counts in unsigned char
}
inline unsigned char* raw(std::string& bytes) noexcept {
    return reinterpret_cast<unsigned char*>(bytes.data()); // NOLINT
}

} // namespace vault
