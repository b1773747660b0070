#include "base/hash.hpp"

#include <algorithm>

#include <sodium.h>

#include "base/error.hpp"

namespace base {

namespace {

const unsigned char* raw(std::string_view bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes.data()); // NOLINT: libsodium counts in unsigned char
}

} // namespace

Digest sha256(std::string_view bytes) {
    Digest out{};
    crypto_hash_sha256(out.data(), raw(bytes), bytes.size());
    return out;
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
    Digest out{};
    crypto_auth_hmacsha256_state state; // the one-shot call takes 32-byte keys only
    crypto_auth_hmacsha256_init(&state, raw(key), key.size());
    crypto_auth_hmacsha256_update(&state, raw(bytes), bytes.size());
    crypto_auth_hmacsha256_final(&state, out.data());
    return out;
}

std::uint64_t fnv1a_64(std::string_view bytes) noexcept {
    std::uint64_t value = 0xcbf29ce484222325ULL;
    for (const char c : bytes)
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return value;
}

std::string hex(std::span<const unsigned char> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes) {
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string base64(std::string_view bytes) {
    std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(out.data(), out.size(), raw(bytes), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    out.pop_back(); // the terminating NUL
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string out(text.size() / 4 * 3 + 3, '\0');
    const auto ends = std::count_if(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; });
    const bool padded = (text.size() - static_cast<std::size_t>(ends)) % 4 == 0;
    std::size_t size = 0;
    const char* end = nullptr;
    const int variant = padded ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
    const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), // NOLINT
                                         text.data(), text.size(), "\r\n", &size, &end, variant);
    if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
    out.resize(size);
    return out;
}

std::optional<std::string> from_hex(std::string_view text) {
    std::string out(text.size() / 2, '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), // NOLINT
                                      text.data(), text.size(), nullptr, &size, &end);
    if (failed != 0 || end != text.data() + text.size() || size * 2 != text.size()) return std::nullopt;
    return out;
}

std::string random_bytes(std::size_t count) {
    if (sodium_init() < 0) throw Error(Fault::bug, "no source of random bytes");
    std::string out(count, '\0');
    randombytes_buf(out.data(), out.size());
    return out;
}

std::string random_hex(std::size_t digits) {
    const std::string bytes = random_bytes((digits + 1) / 2);
    return hex({raw(bytes), bytes.size()}).substr(0, digits);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace base
