#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "vault/key_file.hpp"
#include "vault/locked_keys.hpp"
#include "vault/master_key.hpp"

namespace {

constexpr vault::Derivation cheap{8, 1}; // the least Argon2id takes

vault::MasterKey key_of(char fill) {
    return vault::MasterKey(base::SecretText(std::string(32, fill)));
}

vault::KeyRing ring_of(const std::string& fills) {
    vault::KeyRing out(key_of(fills.front()));
    for (const char fill : fills.substr(1))
        (void)out.add(key_of(fill));
    return out;
}

/// The keys of a ring by what they are filled with.
std::string fills_of(const vault::KeyRing& ring) {
    std::string out;
    for (const vault::MasterKey& key : ring.keys())
        out += key.reveal().front();
    return out;
}

/// What opening says, "" when it succeeds.
std::string complaint(const vault::LockedKeys& locked, std::string_view passphrase) {
    try {
        (void)vault::unlock(locked, base::SecretText(passphrase), "/k/key");
        return "";
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::secret);
        return error.message();
    }
}

constexpr char refused[] =
    "cannot unlock the key file '/k/key': the passphrase is another one, or the file was changed";

class Folder {
  public:
    Folder() {
        char path[] = "/tmp/orloj-vault-XXXXXX";
        path_ = ::mkdtemp(path);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

} // namespace

TEST_CASE("a ring seals with its first key and finds the others by id") {
    vault::KeyRing ring = ring_of("ab");
    CHECK(fills_of(ring) == "ab");
    CHECK_FALSE(ring.add(key_of('b')));
    ring.put_first(key_of('c'));
    CHECK(fills_of(ring) == "cab");
    CHECK(ring.current().reveal().front() == 'c');
    REQUIRE(ring.find(key_of('b').id()) != nullptr);
    CHECK(ring.find(key_of('b').id())->reveal().front() == 'b');
    CHECK(ring.find(key_of('x').id()) == nullptr);
    CHECK(ring.find("") == nullptr);
}

TEST_CASE("what a key file holds: a line a key, the newest first") {
    const std::string text(vault::render(ring_of("ab")).reveal());
    CHECK(text == "orloj-key-v1 " + base::base64(std::string(32, 'a')) + "\norloj-key-v1 " +
                      base::base64(std::string(32, 'b')) + "\n");
    struct Row {
        std::string text;
        std::string fills; ///< "": refused
    };
    for (const Row& row :
         {Row{text, "ab"}, Row{base::replace_all(text, "\n", "\r\n"), "ab"}, Row{text + text, "ab"},
          Row{text.substr(0, text.size() - 3), ""}, Row{text + "x", ""},
          Row{base::replace_all(text, "\n", "\n\n"), ""}, Row{"", ""}}) {
        const auto ring = vault::parse_keys(row.text);
        CHECK((ring ? fills_of(*ring) : "") == row.fills);
    }
}

TEST_CASE("locked keys open with their passphrase and nothing else") {
    const vault::LockedKeys locked = vault::lock(ring_of("ab"), base::SecretText("open sesame"), cheap);
    CHECK(locked.key_id() == key_of('a').id());
    const std::string text = locked.text();
    CHECK(text.find(base::base64(std::string(32, 'a')).substr(0, 20)) == std::string::npos);
    const auto read = vault::parse_locked_keys(text);
    REQUIRE(read);
    CHECK(fills_of(vault::unlock(*read, base::SecretText("open sesame"), "p")) == "ab");
    for (const std::string_view other : {"", "open sesam", "Open sesame", "open sesame "})
        CHECK(complaint(*read, other) == refused);
    CHECK(vault::lock(ring_of("ab"), base::SecretText("open sesame"), cheap).text() != text);
}

// Made with another implementation: Argon2id of OpenSSL, ChaCha20-Poly1305 of OpenSSL under HChaCha20 in
// Python.
TEST_CASE("a locked key file of version 1 stays readable") {
    const auto read = vault::parse_locked_keys(
        "orloj-locked-key-v1 argon2id 16 2 AAECAwQFBgcICQoLDA0ODw== 7e1c8e20f1fc5c68 AAECAwQFB"
        "gcICQoLDA0ODxAREhMUFRYX3s3EeTiyTZKaiXUbc1dv/orYPskRjkk9yTIujoYInR0fPY76zMyKeTouEY5JR3"
        "Zd0yS1EW/7JWbTs1f7T/BaOjDh0I7LvoBh5mHJVWvfHAxyrojlsYTIGDhiJqF3dL99xaHLWHrIeRvXC+0gRgs"
        "OCD5nX+/rhoHfG+IYvuFF+GLQd/MH");
    REQUIRE(read);
    CHECK(read->key_id() == key_of('a').id());
    CHECK(fills_of(vault::unlock(*read, base::SecretText("correct horse"), "p")) == "ab");
}

TEST_CASE("every change of a locked text is noticed") {
    const std::string text = vault::lock(ring_of("a"), base::SecretText("p"), cheap).text();
    std::size_t still_read = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        std::string broken = text;
        broken[i] = broken[i] == 'A' ? 'B' : 'A';
        const auto read = vault::parse_locked_keys(broken);
        if (!read) continue;
        ++still_read;
        CHECK(complaint(*read, "p") == refused);
    }
    CHECK(still_read > 100);
    for (std::size_t size = 0; size + 2 < text.size(); ++size) { // the last "=" may be left out
        const auto read = vault::parse_locked_keys(text.substr(0, size));
        if (read) CHECK(complaint(*read, "p") == refused);
    }
}

TEST_CASE("a locked text that asks for too much is not ours") {
    const std::string text = vault::lock(ring_of("a"), base::SecretText("p"), cheap).text();
    for (const std::string_view cost : {"8 65", "8 0", "7 1", "1048577 1", "-8 1", "8 1.0", " 8 1", "8  1"})
        CHECK_FALSE(
            vault::parse_locked_keys(base::replace_all(text, "id 8 1 ", base::format("id {} ", cost))));
    CHECK(vault::parse_locked_keys(base::replace_all(text, "id 8 1 ", "id 1048576 64 ")));
}

TEST_CASE("the cost of a guess is written down, so that it can grow") {
    const std::string text = vault::lock(ring_of("a"), base::SecretText("p")).text();
    CHECK(text.starts_with("orloj-locked-key-v1 argon2id 65536 3 "));
}

TEST_CASE("a key file is replaced as a whole, by one process at a time") {
    const Folder folder;
    const std::string path = folder.path("key");
    (void)vault::create_key_file(path, key_of('0'));
    // Eight processes put a key of their own first: none is lost.
    for (char fill = '1'; fill <= '8'; ++fill) {
        if (::fork() != 0) continue;
        const vault::KeyFileChange change(path);
        vault::KeyRing ring = std::get<vault::KeyRing>(*vault::read_key_file(path));
        ring.put_first(key_of(fill));
        change.replace(vault::render(ring));
        ::_exit(0);
    }
    for (int i = 0; i < 8; ++i) {
        int status = 0;
        REQUIRE(::wait(&status) > 0);
        CHECK(status == 0);
    }
    const vault::KeyRing ring = std::get<vault::KeyRing>(*vault::read_key_file(path));
    CHECK(ring.keys().size() == 9);
    for (char fill = '0'; fill <= '8'; ++fill)
        CHECK(ring.find(key_of(fill).id()) != nullptr);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600);
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path("")))
        files += entry.exists() ? 1 : 0;
    CHECK(files == 1);
}

TEST_CASE("a new key file never takes another's place") {
    const Folder folder;
    CHECK(vault::write_new_key_file(folder.path("key"), vault::render(ring_of("a"))));
    CHECK_FALSE(vault::write_new_key_file(folder.path("key"), vault::render(ring_of("b"))));
    CHECK(fills_of(std::get<vault::KeyRing>(*vault::read_key_file(folder.path("key")))) == "a");
}

TEST_CASE("what a killed process left of the keys is taken away, others' files are not") {
    const Folder folder;
    const std::string path = folder.path("key");
    (void)vault::create_key_file(path, key_of('0'));
    const auto leave = [&](const std::string& name, int minutes_ago) {
        base::write_private_file(folder.path(name), "x");
        std::filesystem::last_write_time(folder.path(name), std::filesystem::file_time_type::clock::now() -
                                                                std::chrono::minutes(minutes_ago));
    };
    leave("key.0123456789abcdef.tmp", 11);
    leave("key.fedcba9876543210.tmp", 1); // somebody may be at it
    leave("key.old.tmp", 11);
    leave("other.0123456789abcdef.tmp", 11);
    const vault::KeyFileChange change(path);
    CHECK_FALSE(std::filesystem::exists(folder.path("key.0123456789abcdef.tmp")));
    for (const char* name : {"key", "key.fedcba9876543210.tmp", "key.old.tmp", "other.0123456789abcdef.tmp"})
        CHECK(std::filesystem::exists(folder.path(name)));
}
