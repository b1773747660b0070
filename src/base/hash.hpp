// Hashes, encodings and random bytes. libsodium does the work; only this file's .cpp includes it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);
std::uint64_t fnv1a_64(std::string_view bytes) noexcept;

std::string hex(std::span<const unsigned char> bytes);
std::string base64(std::string_view bytes);
/// Standard alphabet, padding optional, ends of lines ignored; nullopt when it is not base64.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_hex(std::string_view text);

/// Cryptographically random.
std::string random_bytes(std::size_t count);
/// `digits` lower-case hex digits.
std::string random_hex(std::size_t digits);

/// Takes the same time whatever the bytes are.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

inline std::string_view bytes_of(const Digest& digest) noexcept {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()}; // NOLINT: bytes are bytes
}

} // namespace base
