#include "vault/locked_keys.hpp"

#include <vector>

#include <sodium.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "vault/cipher.hpp"
#include "vault/wiped.hpp"

namespace vault {

namespace {

using base::Error;
using base::Fault;

constexpr std::string_view first_words = "orloj-locked-key-v1 argon2id ";
constexpr std::uint64_t most_memory_kib = 1ULL << 20U;
constexpr std::uint64_t most_passes = 64;
constexpr std::size_t salt_size = crypto_pwhash_argon2id_SALTBYTES;
constexpr std::size_t key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

base::SecretText derive(const base::SecretText& passphrase, std::string_view salt, const Derivation& cost) {
    if (sodium_init() < 0) throw Error(Fault::bug, "no source of random bytes");
    Wiped key(std::string(key_size, '\0'));
    const std::string_view words = passphrase.empty() ? "" : passphrase.reveal(); // libsodium wants no null
    if (crypto_pwhash_argon2id(raw(key.text), key_size, words.data(), words.size(), raw(salt), cost.passes,
                               static_cast<std::size_t>(cost.memory_kib) << 10U,
                               crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
        throw Error(Fault::secret,
                    base::format("cannot make a key of the passphrase: it takes {} MiB of memory",
                                 cost.memory_kib >> 10U));
    }
    return base::SecretText(key.text);
}

std::optional<std::uint64_t> number(std::string_view word, std::uint64_t least, std::uint64_t most) {
    const auto value = base::to_integer(word);
    if (!value || *value < static_cast<long long>(least) || *value > static_cast<long long>(most))
        return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

} // namespace

LockedKeys lock(const KeyRing& keys, const base::SecretText& passphrase, Derivation cost) {
    LockedKeys out;
    out.salt_ = base::random_bytes(salt_size);
    out.key_id_ = keys.current().id();
    out.cost_ = cost;
    out.head_ = base::format("{}{} {} {} {} ", first_words, cost.memory_kib, cost.passes,
                             base::base64(out.salt_), out.key_id_);
    const base::SecretText key = derive(passphrase, out.salt_, cost);
    const base::SecretText content = render(keys);
    std::string sealed = base::random_bytes(nonce_size);
    sealed.resize(nonce_size + content.size() + tag_size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + nonce_size, nullptr, raw(content.reveal()),
                                               content.size(), raw(out.head_), out.head_.size(), nullptr,
                                               raw(sealed), raw(key.reveal()));
    out.sealed_ = base::base64(sealed);
    return out;
}

std::optional<LockedKeys> parse_locked_keys(std::string_view text) {
    text = base::trim(text);
    if (!text.starts_with(first_words)) return std::nullopt;
    const std::vector<std::string_view> words = base::split(text.substr(first_words.size()), ' ');
    if (words.size() != 5) return std::nullopt;
    const auto memory = number(words[0], crypto_pwhash_argon2id_MEMLIMIT_MIN >> 10U, most_memory_kib);
    const auto passes = number(words[1], crypto_pwhash_argon2id_OPSLIMIT_MIN, most_passes);
    const auto salt = base::from_base64(words[2]);
    const auto sealed = base::from_base64(words[4]);
    if (!memory || !passes || !salt || salt->size() != salt_size || words[3].size() != 16 || !sealed ||
        sealed->size() <= nonce_size + tag_size)
        return std::nullopt;
    LockedKeys out;
    out.head_ = text.substr(0, static_cast<std::size_t>(words[4].data() - text.data()));
    out.sealed_ = words[4];
    out.salt_ = *salt;
    out.key_id_ = words[3];
    out.cost_ = {*memory, *passes};
    return out;
}

KeyRing unlock(const LockedKeys& locked, const base::SecretText& passphrase, const std::string& path) {
    const base::SecretText key = derive(passphrase, locked.salt_, locked.cost_);
    const std::string sealed = base::from_base64(locked.sealed_).value_or(std::string());
    Wiped plain(std::string(sealed.size() - nonce_size - tag_size, '\0'));
    const int refused = crypto_aead_xchacha20poly1305_ietf_decrypt(
        raw(plain.text), nullptr, nullptr, raw(sealed) + nonce_size, sealed.size() - nonce_size,
        raw(locked.head_), locked.head_.size(), raw(sealed), raw(key.reveal()));
    std::optional<KeyRing> keys;
    if (refused == 0) keys = parse_keys(plain.text);
    if (keys) return *std::move(keys);
    throw Error(Fault::secret, base::format("cannot unlock the key file '{}': the passphrase is another one, "
                                            "or the file was changed",
                                            path));
}

} // namespace vault
