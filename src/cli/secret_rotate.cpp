// orloj secret rotate-key: a new key, and every value sealed anew with it.
//
// The order keeps everything open at each moment: the new key is put into the key file, in front of the old
// ones, before the first value is sealed with it; all values change in one transaction; old keys stay in the
// file, since other databases and backups need them.
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/key_store.hpp"
#include "cli/secrets.hpp"
#include "vault/seal.hpp"

namespace cli {

namespace {

struct Opened {
    store::SealedValue row;
    base::SecretText value;
};

/// Every value that is not sealed with `with`, opened. Throws Error{secret} when one cannot be: nothing has
/// changed then.
std::vector<Opened> open_all(store::Resources& table, const vault::KeyRing& keys,
                             const vault::MasterKey* with) {
    std::vector<Opened> out;
    for (store::SealedValue& row : table.all_sealed()) {
        const auto id = vault::sealing_key_id(row.sealed);
        if (with != nullptr && id == with->id()) continue;
        const vault::MasterKey* key = keys.find(id.value_or(""));
        try {
            base::SecretText value =
                vault::open(key == nullptr ? keys.current() : *key,
                            {row.secret.namespace_, row.secret.name, row.key}, row.sealed);
            out.push_back({std::move(row), std::move(value)});
        } catch (base::Error& error) {
            throw base::Error(std::move(error).hint("nothing was changed; a secret that nobody can open is "
                                                    "removed with: orloj delete secret NAME"));
        }
    }
    return out;
}

std::size_t seal_all(store::Resources& table, const vault::MasterKey& key,
                     const std::vector<Opened>& values) {
    for (const auto& [row, value] : values) {
        table.replace_sealed(
            row, vault::seal(key, {row.secret.namespace_, row.secret.name, row.key}, value.reveal()));
    }
    return values.size();
}

/// Seals everything with the newest key there is. Returns how many values that were.
std::size_t use_current(Session& session, const vault::KeyRing& keys) {
    if (session.reading() == nullptr) return 0;
    store::Connection& connection = session.writing();
    store::Resources table(connection);
    store::Transaction transaction(connection, store::Transaction::Kind::write);
    const std::size_t sealed = seal_all(table, keys.current(), open_all(table, keys, &keys.current()));
    transaction.commit();
    return sealed;
}

std::size_t use_new(Session& session, const std::string& path) {
    std::optional<OpenKeyFile> file = open_key_file(session); // may ask, so before anything is held
    const vault::KeyFileChange change(path);
    refresh(*file);
    file->keys.put_first(vault::make_master_key());
    if (session.reading() == nullptr) {
        write_key_file(change, *file);
        return 0;
    }
    store::Connection& connection = session.writing();
    store::Resources table(connection);
    store::Transaction transaction(connection, store::Transaction::Kind::write);
    const std::vector<Opened> values = open_all(table, file->keys, nullptr);
    write_key_file(change, *file);
    const std::size_t sealed = seal_all(table, file->keys.current(), values);
    transaction.commit();
    return sealed;
}

/// What the environment and the key file have, the former first.
vault::KeyRing all_keys(Session& session) {
    auto given = vault::key_of_environment();
    std::optional<OpenKeyFile> file = open_key_file(session);
    if (!given && !file) return session.keys(vault::Create::never); // says that there is none
    if (!given) return std::move(file->keys);
    vault::KeyRing out(*std::move(given));
    if (file) {
        for (const vault::MasterKey& key : file->keys.keys())
            (void)out.add(key);
    }
    return out;
}

int rotate(Session& session, const Arguments& arguments) {
    if (arguments.has("--current")) {
        const std::size_t sealed = use_current(session, all_keys(session));
        session.out(base::format("sealed {} anew with the current key\n", base::counted(sealed, "value")));
        return 0;
    }
    if (base::environment("ORLOJ_SECRET_ENCRYPTION_KEY")) {
        throw base::Error(base::Fault::secret,
                          "cannot make a new key: the one in use comes from ORLOJ_SECRET_ENCRYPTION_KEY")
            .hint("put the old one into the key file with `orloj secret key import -`, set the variable to "
                  "the new one, then: orloj secret rotate-key --current");
    }
    const std::string path = vault::key_file_path();
    if (!vault::read_key_file(path)) {
        (void)session.keys(
            vault::Create::when_missing); // throws when there is something it would have to open
        session.out(base::format("made a key in '{}'\n", path));
        return 0;
    }
    const std::size_t sealed = use_new(session, path);
    session.out(base::format("sealed {} with a new key in '{}'\n", base::counted(sealed, "value"), path));
    session.say("note: the old key stays in the file, for other databases and for backups; bring another "
                "database up to date with: orloj --db PATH secret rotate-key --current");
    session.say("note: copies of the key file made before do not have the new key: orloj secret key export");
    return 0;
}

} // namespace

Command secret_rotate_key_command() {
    return {"secret rotate-key",
            "Seal every secret with a new key.",
            "The new key is in the key file before the first value is sealed with it, and all values change\n"
            "in one transaction: a crash at any moment leaves everything readable. Old keys stay in the\n"
            "file behind the new one, since other databases and backups are sealed with them.",
            "  orloj secret rotate-key\n"
            "  orloj --db other.db secret rotate-key --current",
            {},
            {{"--current", 0, "", "Make no new key: seal what has an older one with the newest.",
              Takes::nothing}},
            rotate};
}

} // namespace cli
