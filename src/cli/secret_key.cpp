// orloj secret key export and import: a copy of the key file, and back.
#include <filesystem>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/key_store.hpp"
#include "cli/passphrase.hpp"
#include "cli/prompt.hpp"

namespace cli {

namespace {

constexpr std::size_t largest_key_file = 64U << 10U; // bytes

/// As it lies on disk: what is locked stays locked.
base::SecretText text_of(const vault::KeyFileContent& content) {
    if (const auto* keys = std::get_if<vault::KeyRing>(&content)) return vault::render(*keys);
    return base::SecretText(std::get<vault::LockedKeys>(content).text());
}

void save(const vault::KeyFileContent& content, const std::string& path) {
    bool saved = false;
    try {
        saved = vault::write_new_key_file(path, text_of(content));
    } catch (const base::Error& error) { // its hint is about the key file in use
        throw base::Error(base::Fault::io,
                          base::replace_all(error.message(), "create the key file", "write"));
    }
    if (saved) return;
    throw base::Error(base::Fault::usage, base::format("'{}' exists already", path))
        .hint("name another file with --out");
}

int export_key(Session& session, const Arguments& arguments) {
    const std::string path = vault::key_file_path();
    note_environment_key(session);
    const auto content = vault::read_key_file(path);
    if (!content) {
        throw base::Error(base::Fault::secret, base::format("the key file '{}' does not exist", path))
            .hint("it is made when the first secret is stored: orloj create secret NAME");
    }
    const std::string out = arguments.one("--out").value_or("-");
    if (out == "-") {
        if (base::is_terminal(STDOUT_FILENO) && !arguments.has("--yes")) {
            throw base::Error(base::Fault::usage, "a key is not shown on a terminal")
                .hint("write it to a file with --out FILE, or say --yes");
        }
        base::write_all(STDOUT_FILENO, text_of(*content).reveal());
        return 0;
    }
    save(*content, out);
    session.out(base::format("saved the key in '{}'\n", out));
    const bool locked = std::holds_alternative<vault::LockedKeys>(*content);
    session.say(locked ? "note: it opens with the passphrase that it is locked with"
                       : "note: whoever has this file and the database can read the secrets");
    return 0;
}

vault::KeyFileContent read_import(const std::string& path) {
    std::string text = base::read_file(path, largest_key_file);
    auto content = vault::parse_key_file(text);
    if (!content) {
        if (auto bare = vault::parse_bare_key(text)) content.emplace(vault::KeyRing(*std::move(bare)));
    }
    base::wipe(text);
    if (content) return *std::move(content);
    throw base::Error(base::Fault::secret, base::format("'{}' does not hold an orloj key", path))
        .hint("a key is what `orloj secret key export` writes, or 64 hex digits, or the base64 form of 32 "
              "bytes");
}

vault::KeyRing keys_of(Session& session, vault::KeyFileContent content, const std::string& path) {
    if (auto* keys = std::get_if<vault::KeyRing>(&content)) return std::move(*keys);
    return vault::unlock(std::get<vault::LockedKeys>(content), known_passphrase(session, path), path);
}

/// Into a key file that is there: behind the keys it has.
int add_keys(Session& session, vault::KeyFileContent content, const std::string& source) {
    std::optional<OpenKeyFile> file = open_key_file(session);
    const vault::KeyRing given = keys_of(session, std::move(content), source);
    const vault::KeyFileChange change(file->path);
    refresh(*file);
    std::size_t added = 0;
    for (const vault::MasterKey& key : given.keys())
        added += file->keys.add(key) ? 1 : 0;
    if (added == 0) {
        session.out(base::format("'{}' has all of these keys\n", file->path));
        return 0;
    }
    write_key_file(change, *file);
    session.out(base::format("added {} to '{}'\n", base::counted(added, "key"), file->path));
    session.say("note: new values are sealed with the key that was there; to have one key for all: "
                "orloj secret rotate-key --current");
    return 0;
}

int import_key(Session& session, const Arguments& arguments) {
    const std::string source = arguments.one("FILE").value_or("");
    vault::KeyFileContent content = read_import(source);
    const std::string path = vault::key_file_path();
    note_environment_key(session);
    if (vault::read_key_file(path)) return add_keys(session, std::move(content), source);
    try {
        const std::string parent = std::filesystem::path(path).parent_path().string();
        if (!parent.empty()) base::make_private_directory(parent);
    } catch (const base::Error& error) {
        throw base::Error(base::Fault::secret,
                          base::format("cannot create the key file '{}': {}", path, error.message()));
    }
    if (!vault::write_new_key_file(path, text_of(content)))
        return add_keys(session, std::move(content), source); // somebody was faster
    session.out(base::format("made '{}' of it\n", path));
    return 0;
}

} // namespace

Command secret_key_export_command() {
    return {"secret key export",
            "Save the key that opens secrets, as a backup.",
            "Keep it apart from backups of the database: who has both can read the secrets. A locked key\n"
            "stays locked.",
            "  orloj secret key export --out orloj.key\n"
            "  orloj secret key export | gzip > orloj.key.gz",
            {},
            {{"--out", 0, "FILE", "A new file, mode 0600; else standard output.", Takes::one},
             {"--yes", 'y', "", "Also on a terminal.", Takes::nothing}},
            export_key};
}

Command secret_key_import_command() {
    return {
        "secret key import",
        "Put a saved key back.",
        "FILE is what `orloj secret key export` wrote, or a key as ORLOJ_SECRET_ENCRYPTION_KEY takes it.\n"
        "Where there is no key file it becomes the key file; otherwise its keys are added behind those\n"
        "that are there, so that they open what they sealed.",
        "  orloj secret key import saved.key\n"
        "  cat saved.key | orloj secret key import -",
        {{"FILE", "A file, or - for standard input.", Takes::one, true}},
        {},
        import_key};
}

} // namespace cli
