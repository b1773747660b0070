#include "vault/master_key.hpp"

#include <span>
#include <utility>

#include <sodium.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "vault/key_file.hpp"
#include "vault/locked_keys.hpp"
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

KeyRing opened(const std::string& path, KeyFileContent content, const AskPassphrase& ask) {
    if (auto* plain = std::get_if<KeyRing>(&content)) return std::move(*plain);
    return unlock(std::get<LockedKeys>(content), ask(path), path);
}

std::optional<KeyRing> from_file(Create create, const AskPassphrase& ask) {
    const std::string path = key_file_path();
    if (auto content = read_key_file(path)) return opened(path, std::move(*content), ask);
    if (create == Create::never) return std::nullopt;
    return opened(path, create_key_file(path, make_master_key()), ask);
}

} // namespace

MasterKey::MasterKey(base::SecretText bytes) : bytes_(std::move(bytes)) {
    if (bytes_.size() != size) throw Error(Fault::bug, "a master key is not 32 bytes long");
    id_ = id_of(bytes_.reveal());
}

const MasterKey* KeyRing::find(std::string_view id) const noexcept {
    for (const MasterKey& key : keys_) {
        if (key.id() == id) return &key;
    }
    return nullptr;
}

void KeyRing::put_first(MasterKey key) {
    keys_.insert(keys_.begin(), std::move(key));
}

bool KeyRing::add(MasterKey key) {
    if (find(key.id()) != nullptr) return false;
    keys_.push_back(std::move(key));
    return true;
}

std::optional<MasterKey> key_of_environment() {
    std::optional<std::string> value = base::environment(key_variable);
    if (!value) return std::nullopt;
    const Wiped copy(*std::move(value));
    if (auto key = parse_bare_key(copy.text)) return key;
    throw Error(Fault::secret, base::format("cannot use the key in {}: it is neither 64 hex digits nor the "
                                            "base64 form of 32 bytes",
                                            key_variable))
        .hint("make a key with: openssl rand -hex 32");
}

KeyRing load_keys(Create create, const AskPassphrase& ask) {
    if (auto key = key_of_environment()) return KeyRing(*std::move(key));
    if (auto keys = from_file(create, ask)) return *std::move(keys);
    throw Error(Fault::secret,
                base::format("cannot open secrets: the key file '{}' does not exist", key_file_path()))
        .hint(base::format("put its copy back with 'orloj secret key import FILE', or name it with "
                           "ORLOJ_KEY_FILE, or set {}",
                           key_variable))
        .hint(
            "a lost key cannot be recovered: delete the secrets it sealed (orloj delete secrets --all), and "
            "set them again");
}

MasterKey make_master_key() {
    const Wiped raw(base::random_bytes(MasterKey::size));
    return MasterKey(base::SecretText(raw.text));
}

base::SecretText render(const KeyRing& keys) {
    Wiped lines;
    lines.text.reserve(keys.keys().size() * (file_prefix.size() + MasterKey::size * 2)); // base64 needs less
    for (const MasterKey& key : keys.keys()) {
        const Wiped encoded(base::base64(key.reveal()));
        lines.text.append(file_prefix).append(encoded.text).append("\n");
    }
    return base::SecretText(lines.text);
}

std::optional<KeyRing> parse_keys(std::string_view text) {
    std::optional<KeyRing> out;
    for (std::string_view line : base::split(base::trim(text), '\n')) {
        line = base::trim(line);
        if (!line.starts_with(file_prefix)) return std::nullopt;
        std::optional<MasterKey> key = from_bytes(base::from_base64(line.substr(file_prefix.size())));
        if (!key) return std::nullopt;
        if (out)
            (void)out->add(*std::move(key));
        else
            out.emplace(*std::move(key));
    }
    return out;
}

std::optional<MasterKey> parse_bare_key(std::string_view text) {
    text = base::trim(text);
    return from_bytes(text.size() == MasterKey::size * 2 ? base::from_hex(text) : base::from_base64(text));
}

} // namespace vault
