#include "vault/master_key.hpp"

#include <array>
#include <span>
#include <utility>

#include <sodium.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "vault/key_file.hpp"
#include "vault/wiped.hpp"

namespace vault {

namespace {

using base::Error;
using base::Fault;

constexpr char key_variable[] = "ORLOJ_SECRET_ENCRYPTION_KEY";
constexpr std::string_view file_prefix = "orloj-key-v1 ";

std::string id_of(std::string_view key) {
    crypto_hash_sha256_state state;
    static constexpr unsigned char domain[] = {'o', 'r', 'l', 'o', 'j', ' ', 'k', 'e', 'y', ' ', 'i', 'd'};
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, domain, sizeof domain);
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(key.data()), // NOLINT
                              key.size());
    base::Digest digest{};
    crypto_hash_sha256_final(&state, digest.data());
    base::wipe(&state, sizeof state);
    return base::hex(std::span(digest).first(8));
}

std::optional<MasterKey> from_bytes(std::optional<std::string> bytes) {
    if (!bytes) return std::nullopt;
    const Wiped raw(*std::move(bytes));
    if (raw.text.size() != MasterKey::size) return std::nullopt;
    return MasterKey(base::SecretText(raw.text));
}

std::optional<MasterKey> from_environment(Create) {
    std::optional<std::string> value = base::environment(key_variable);
    if (!value) return std::nullopt;
    const Wiped copy(*std::move(value));
    const std::string_view text = base::trim(copy.text);
    std::optional<MasterKey> key =
        from_bytes(text.size() == MasterKey::size * 2 ? base::from_hex(text) : base::from_base64(text));
    if (key) return key;
    throw Error(Fault::secret, base::format("cannot use the key in {}: it is neither 64 hex digits nor the "
                                            "base64 form of 32 bytes",
                                            key_variable))
        .hint("make a key with: openssl rand -hex 32");
}

std::optional<MasterKey> from_file(Create create) {
    const std::string path = key_file_path();
    std::optional<MasterKey> key = read_key_file(path);
    if (key || create == Create::never) return key;
    return create_key_file(path, make_master_key());
}

/// Asked in this order; the first that has a key decides.
using KeySource = std::optional<MasterKey> (*)(Create);
constexpr std::array<KeySource, 2> sources = {from_environment, from_file};

} // namespace

MasterKey::MasterKey(base::SecretText bytes) : bytes_(std::move(bytes)) {
    if (bytes_.size() != size) throw Error(Fault::bug, "a master key is not 32 bytes long");
    id_ = id_of(bytes_.reveal());
}

MasterKey load_master_key(Create create) {
    for (const KeySource source : sources) {
        if (std::optional<MasterKey> key = source(create)) return *std::move(key);
    }
    throw Error(Fault::secret,
                base::format("cannot open secrets: the key file '{}' does not exist", key_file_path()))
        .hint(base::format("put the key file back from its backup, or name it with ORLOJ_KEY_FILE, or set {}",
                           key_variable))
        .hint(
            "a lost key cannot be recovered: delete the secrets it sealed (orloj delete secrets --all), and "
            "set them again");
}

MasterKey make_master_key() {
    const Wiped raw(base::random_bytes(MasterKey::size));
    return MasterKey(base::SecretText(raw.text));
}

base::SecretText render(const MasterKey& key) {
    const Wiped encoded(base::base64(key.reveal()));
    Wiped line;
    line.text.reserve(file_prefix.size() + encoded.text.size() + 1);
    line.text.append(file_prefix).append(encoded.text).append("\n");
    return base::SecretText(line.text);
}

std::optional<MasterKey> parse_master_key(std::string_view text) {
    text = base::trim(text);
    if (!text.starts_with(file_prefix)) return std::nullopt;
    return from_bytes(base::from_base64(text.substr(file_prefix.size())));
}

} // namespace vault
