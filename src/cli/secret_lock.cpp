// orloj secret lock and unlock: whether the key file opens by itself or with a passphrase.
#include "base/text.hpp"
#include "cli/key_store.hpp"
#include "cli/passphrase.hpp"

namespace cli {

namespace {

vault::KeyFileContent existing(const std::string& path) {
    if (auto content = vault::read_key_file(path)) return *std::move(content);
    throw base::Error(base::Fault::secret, base::format("the key file '{}' does not exist", path))
        .hint("it is made when the first secret is stored: orloj create secret NAME");
}

bool is_locked(const std::string& path) {
    return std::holds_alternative<vault::LockedKeys>(existing(path)); // throws when there is none
}

/// Of a locked file; "" of another.
std::string plain_text(const vault::KeyFileContent& content) {
    const auto* locked = std::get_if<vault::LockedKeys>(&content);
    return locked == nullptr ? std::string() : locked->text();
}

[[noreturn]] void changed_meanwhile(const std::string& path) {
    throw base::Error(base::Fault::secret,
                      base::format("the key file '{}' was changed meanwhile; nothing was done", path))
        .hint("run the command again");
}

int lock_keys(Session& session, const Arguments&) {
    const std::string path = vault::key_file_path();
    note_environment_key(session);
    if (is_locked(path)) {
        session.out(base::format("'{}' is locked already\n", path));
        session.say("note: another passphrase is set by orloj secret unlock, then orloj secret lock");
        return 0;
    }
    base::SecretText passphrase = new_passphrase(session, path); // may ask, so before the file is held
    const vault::KeyFileChange change(path);
    std::optional<OpenKeyFile> file = is_locked(path) ? std::nullopt : open_key_file(session);
    if (!file) changed_meanwhile(path);
    file->passphrase = std::move(passphrase);
    write_key_file(change, *file);
    session.out(base::format("locked '{}'\n", path));
    session.say("note: commands that need a secret ask for the passphrase, or read ORLOJ_KEY_PASSPHRASE or "
                "the file that ORLOJ_KEY_PASSPHRASE_FILE names; a forgotten one cannot be recovered");
    return 0;
}

int unlock_keys(Session& session, const Arguments&) {
    const std::string path = vault::key_file_path();
    note_environment_key(session);
    if (!is_locked(path)) {
        session.out(base::format("'{}' is not locked\n", path));
        return 0;
    }
    const vault::KeyFileContent before = existing(path);
    const std::string text = plain_text(before);
    std::optional<OpenKeyFile> file = open_key_file(session);
    const vault::KeyFileChange change(path);
    if (!file || text.empty() || plain_text(existing(path)) != text) changed_meanwhile(path);
    file->passphrase.reset();
    write_key_file(change, *file);
    session.out(base::format("unlocked '{}'\n", path));
    return 0;
}

} // namespace

Command secret_lock_command() {
    return {"secret lock",
            "Protect the key file with a passphrase.",
            "The passphrase is asked for, or read from ORLOJ_KEY_PASSPHRASE or from the file that\n"
            "ORLOJ_KEY_PASSPHRASE_FILE names. From then on each command that opens a secret needs it, and\n"
            "some tenths of a second more. Without it the secrets cannot be recovered.",
            "  ORLOJ_KEY_PASSPHRASE_FILE=passphrase.txt orloj secret lock",
            {},
            {},
            lock_keys};
}

Command secret_unlock_command() {
    return {"secret unlock",
            "Take the passphrase off the key file again.",
            "The passphrase is asked for, or read as `orloj secret lock` says. The key file is then as safe\n"
            "as its mode, 0600.",
            "  orloj secret unlock",
            {},
            {},
            unlock_keys};
}

} // namespace cli
