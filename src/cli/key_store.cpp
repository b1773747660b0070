#include "cli/key_store.hpp"

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/passphrase.hpp"

namespace cli {

namespace {

constexpr int most_tries = 3;

/// Opens locked keys; a person may mistype.
OpenKeyFile unlocked(Session& session, const std::string& path, const vault::LockedKeys& locked) {
    for (int tries = 1;; ++tries) {
        base::SecretText passphrase = known_passphrase(session, path);
        try {
            vault::KeyRing keys = vault::unlock(locked, passphrase, path);
            return {path, std::move(keys), std::move(passphrase)};
        } catch (const base::Error& error) {
            if (tries == most_tries || !session.interactive() || passphrase_of_environment()) throw;
            session.show(error);
        }
    }
}

} // namespace

std::optional<OpenKeyFile> open_key_file(Session& session) {
    const std::string path = vault::key_file_path();
    auto content = vault::read_key_file(path);
    if (!content) return std::nullopt;
    if (auto* keys = std::get_if<vault::KeyRing>(&*content))
        return OpenKeyFile{path, std::move(*keys), std::nullopt};
    return unlocked(session, path, std::get<vault::LockedKeys>(*content));
}

void refresh(OpenKeyFile& file) {
    const auto now = vault::read_key_file(file.path);
    const auto* plain = now ? std::get_if<vault::KeyRing>(&*now) : nullptr;
    const auto* locked = now ? std::get_if<vault::LockedKeys>(&*now) : nullptr;
    if (plain != nullptr && !file.passphrase) {
        file.keys = *plain;
    } else if (locked != nullptr && file.passphrase) {
        file.keys = vault::unlock(*locked, *file.passphrase, file.path);
    } else {
        throw base::Error(
            base::Fault::secret,
            base::format("the key file '{}' was changed meanwhile; nothing was done", file.path))
            .hint("run the command again");
    }
}

void write_key_file(const vault::KeyFileChange& change, const OpenKeyFile& file) {
    if (!file.passphrase) return change.replace(vault::render(file.keys));
    change.replace(base::SecretText(vault::lock(file.keys, *file.passphrase).text()));
}

void note_environment_key(const Session& session) {
    if (base::environment("ORLOJ_SECRET_ENCRYPTION_KEY"))
        session.say("note: ORLOJ_SECRET_ENCRYPTION_KEY is set, and is used instead of the key file");
}

} // namespace cli
