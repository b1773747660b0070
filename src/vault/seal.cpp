#include "vault/seal.hpp"

#include <cstdint>
#include <span>

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

constexpr char version = 1;
constexpr std::size_t block = 32;
constexpr std::size_t id_size = 8;
constexpr std::size_t nonce_at = 1 + id_size;
constexpr std::size_t cipher_at = nonce_at + nonce_size;
static_assert(MasterKey::size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

void start_sodium() {
    if (sodium_init() < 0) throw Error(Fault::bug, "no source of random bytes");
}

void append_counted(std::string& out, std::string_view text) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
        out += static_cast<char>(static_cast<std::uint64_t>(text.size()) >> shift & 0xffU);
    }
    out += text;
}

/// `head` is version and key id, the first nine bytes of the sealed value.
std::string associated_data(std::string_view head, const SealedPlace& place) {
    std::string out(head);
    append_counted(out, place.namespace_);
    append_counted(out, place.name);
    append_counted(out, place.key);
    return out;
}

std::string described(const SealedPlace& place) {
    return base::format("cannot open the secret '{}/{}', key '{}'", place.namespace_, place.name, place.key);
}

std::string again(const SealedPlace& place) {
    return base::format("orloj create secret {} -n {} --from-file {}=FILE", place.name, place.namespace_,
                        place.key);
}

bool well_formed(std::string_view sealed) noexcept {
    return sealed.size() >= cipher_at + block + tag_size && sealed.front() == version &&
           (sealed.size() - cipher_at - tag_size) % block == 0;
}

[[noreturn]] void fail_changed(const SealedPlace& place) {
    throw Error(Fault::secret,
                described(place) + ": the sealed value was changed or belongs to another place")
        .hint("set it again: " + again(place));
}

[[noreturn]] void fail_other_key(const MasterKey& key, const SealedPlace& place, std::string_view id) {
    throw Error(Fault::secret, base::format("{}: it was sealed with key '{}', but the key in use is '{}'",
                                            described(place), id, key.id()))
        .hint("give the key it was sealed with: a file with ORLOJ_KEY_FILE, or the key itself with "
              "ORLOJ_SECRET_ENCRYPTION_KEY")
        .hint("a lost key cannot be recovered; set the secret again: " + again(place));
}

} // namespace

std::string seal(const MasterKey& key, const SealedPlace& place, std::string_view value) {
    start_sodium();
    Wiped padded;
    const std::size_t padded_size = (value.size() / block + 1) * block;
    padded.text.reserve(padded_size);
    padded.text.assign(value).resize(padded_size);
    std::size_t written = 0;
    if (sodium_pad(&written, raw(padded.text), value.size(), block, padded_size) != 0 ||
        written != padded_size) {
        throw Error(Fault::bug, "padding a secret failed");
    }
    std::string out(1, version);
    out += base::from_hex(key.id()).value();
    const std::string data = associated_data(out, place);
    out += base::random_bytes(nonce_size);
    out.resize(cipher_at + padded_size + tag_size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(raw(out) + cipher_at, nullptr, raw(padded.text), padded_size,
                                               raw(data), data.size(), nullptr, raw(out) + nonce_at,
                                               raw(key.reveal()));
    return out;
}

base::SecretText open(const MasterKey& key, const SealedPlace& place, std::string_view sealed) {
    start_sodium();
    const std::optional<std::string> id = sealing_key_id(sealed);
    if (!id) fail_changed(place);
    if (*id != key.id()) fail_other_key(key, place, *id);
    const std::string data = associated_data(sealed.substr(0, nonce_at), place);
    Wiped plain(std::string(sealed.size() - cipher_at - tag_size, '\0'));
    const int refused = crypto_aead_xchacha20poly1305_ietf_decrypt(
        raw(plain.text), nullptr, nullptr, raw(sealed) + cipher_at, sealed.size() - cipher_at, raw(data),
        data.size(), raw(sealed) + nonce_at, raw(key.reveal()));
    if (refused != 0) fail_changed(place);
    std::size_t size = 0;
    if (sodium_unpad(&size, raw(plain.text), plain.text.size(), block) != 0) fail_changed(place);
    return base::SecretText(std::string_view(plain.text).substr(0, size));
}

std::optional<std::string> sealing_key_id(std::string_view sealed) {
    if (!well_formed(sealed)) return std::nullopt;
    return base::hex(std::span(raw(sealed) + 1, id_size));
}

} // namespace vault
