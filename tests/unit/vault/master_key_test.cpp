#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "vault/key_file.hpp"
#include "vault/master_key.hpp"

namespace {

/// A directory of its own, and an environment in which nothing names a key; both are put back.
class Home {
  public:
    Home() {
        char path[] = "/tmp/orloj-vault-XXXXXX";
        directory_ = ::mkdtemp(path);
        for (const char* name : names) {
            const char* value = std::getenv(name);
            saved_.emplace_back(value == nullptr ? std::nullopt : std::optional<std::string>(value));
            ::unsetenv(name);
        }
    }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;
    ~Home() {
        std::size_t i = 0;
        for (const char* name : names) {
            if (saved_[i])
                ::setenv(name, saved_[i]->c_str(), 1);
            else
                ::unsetenv(name);
            ++i;
        }
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return directory_ + "/" + name; }

  private:
    static constexpr const char* names[] = {"HOME", "XDG_CONFIG_HOME", "ORLOJ_KEY_FILE",
                                            "ORLOJ_SECRET_ENCRYPTION_KEY"};
    std::string directory_;
    std::vector<std::optional<std::string>> saved_;
};

vault::MasterKey load(vault::Create create) {
    return vault::load_keys(create, [](const std::string&) { return base::SecretText("not asked"); })
        .current();
}

std::string complaint(const std::function<void()>& work) {
    try {
        work();
        return "";
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::secret);
        std::string text = error.message();
        for (const std::string& hint : error.hints())
            text += "\nhint: " + hint;
        return text;
    }
}

unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

const std::string sample(32, '\x5a');
constexpr char bad_variable[] =
    "cannot use the key in ORLOJ_SECRET_ENCRYPTION_KEY: it is neither 64 hex digits nor "
    "the base64 form of 32 bytes\nhint: make a key with: openssl rand -hex 32";

} // namespace

TEST_CASE("the key in the environment, in every accepted form") {
    const Home home;
    const std::string in_base64 = base::base64(sample);
    REQUIRE(in_base64.ends_with('='));
    std::string in_hex;
    for (int i = 0; i < 32; ++i)
        in_hex += "5a";
    for (const std::string& text : {in_hex, base::upper(in_hex), in_base64,
                                    in_base64.substr(0, in_base64.size() - 1), " " + in_base64 + "\n"}) {
        ::setenv("ORLOJ_SECRET_ENCRYPTION_KEY", text.c_str(), 1);
        CHECK(load(vault::Create::never).reveal() == sample);
    }
}

TEST_CASE("anything else in the environment is refused and never replaced by another source") {
    const Home home;
    ::setenv("HOME", home.path("h").c_str(), 1);
    for (const std::string& text :
         {std::string("secret"), std::string(63, '5'), std::string(65, '5'), std::string(64, 'g'),
          base::base64(std::string(31, 'x')), base::base64(std::string(33, 'x')), std::string("  ")}) {
        ::setenv("ORLOJ_SECRET_ENCRYPTION_KEY", text.c_str(), 1);
        CHECK(complaint([] { (void)load(vault::Create::when_missing); }) == bad_variable);
    }
    CHECK_FALSE(std::filesystem::exists(home.path("h")));
}

TEST_CASE("where the key file is") {
    const Home home;
    CHECK(complaint([] { (void)vault::key_file_path(); }) ==
          "cannot tell where the key file is: neither HOME nor XDG_CONFIG_HOME is set\n"
          "hint: name the file with ORLOJ_KEY_FILE, or set ORLOJ_SECRET_ENCRYPTION_KEY");
    ::setenv("HOME", "/h", 1);
    CHECK(vault::key_file_path() == "/h/.config/orloj/key");
    ::setenv("XDG_CONFIG_HOME", "relative", 1);
    CHECK(vault::key_file_path() == "/h/.config/orloj/key");
    ::setenv("XDG_CONFIG_HOME", "/c", 1);
    CHECK(vault::key_file_path() == "/c/orloj/key");
    ::setenv("ORLOJ_KEY_FILE", "mine", 1);
    CHECK(vault::key_file_path() == "mine");
}

TEST_CASE("the key file is made once, private whatever the umask, and read again") {
    const Home home;
    ::setenv("HOME", home.path("h").c_str(), 1);
    const std::string path = home.path("h/.config/orloj/key");
    CHECK(
        complaint([] { (void)load(vault::Create::never); }) ==
        "cannot open secrets: the key file '" + path +
            "' does not exist\nhint: put its copy back with 'orloj secret key import FILE', or name it with "
            "ORLOJ_KEY_FILE, "
            "or set "
            "ORLOJ_SECRET_ENCRYPTION_KEY\nhint: a lost key cannot be recovered: delete the secrets it sealed "
            "(orloj delete secrets --all), and set them again");
    CHECK_FALSE(std::filesystem::exists(home.path("h")));

    const mode_t before = ::umask(0);
    const vault::MasterKey made = load(vault::Create::when_missing);
    ::umask(before);
    CHECK(mode_of(path) == 0600);
    CHECK(mode_of(home.path("h/.config/orloj")) == 0700);
    CHECK(base::read_file(path, 1000) == vault::render(vault::KeyRing(made)).reveal());
    CHECK(base::read_file(path, 1000).starts_with("orloj-key-v1 "));
    CHECK(base::read_file(path, 1000).size() == 58);
    CHECK(load(vault::Create::when_missing).reveal() == made.reveal());
    CHECK(load(vault::Create::never).id() == made.id());
    // Nothing else is left in the directory.
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(home.path("h/.config/orloj")))
        files += entry.exists() ? 1 : 0;
    CHECK(files == 1);
}

TEST_CASE("a key file that others may touch, or that is something else, is refused") {
    const Home home;
    const std::string path = home.path("key");
    const auto read = [&path] { return complaint([&path] { (void)vault::read_key_file(path); }); };
    (void)vault::create_key_file(path, vault::make_master_key());
    for (const unsigned mode : {0640U, 0604U, 0620U, 0666U, 0610U}) {
        ::chmod(path.c_str(), mode);
        CHECK(read() ==
              base::format("cannot use the key file '{}': others may read or change it (mode {:04o})\n"
                           "hint: close it to others: chmod 600 '{}'",
                           path, mode, path));
    }
    ::chmod(path.c_str(), 0400);
    CHECK(read().empty());
    if (::geteuid() == 0) {
        REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
        CHECK(read() == "cannot use the key file '" + path +
                            "': it belongs to another user (uid 65534)\n"
                            "hint: name a key file of your own with ORLOJ_KEY_FILE");
    }
    std::filesystem::rename(path, home.path("real"));
    std::filesystem::create_symlink(home.path("real"), path);
    CHECK(read() == "cannot use the key file '" + path +
                        "': it is a symbolic link\nhint: name the file it points to with ORLOJ_KEY_FILE");
    std::filesystem::remove(path);
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(read() == "cannot use the key file '" + path +
                        "': it is not a regular file\nhint: name another file with ORLOJ_KEY_FILE");
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    CHECK(read() == "cannot use the key file '" + path +
                        "': it is not a regular file\nhint: name another file with ORLOJ_KEY_FILE");
}

TEST_CASE("a key file in a directory everybody may change is refused") {
    const Home home;
    std::filesystem::create_directory(home.path("open"));
    ::chmod(home.path("open").c_str(), 0777);
    const std::string said = "cannot use the key file '" + home.path("open/key") +
                             "': everybody may change its directory '" + home.path("open") +
                             "'\nhint: close it to others: chmod 700 '" + home.path("open") + "'";
    CHECK(complaint([&home] {
              (void)vault::create_key_file(home.path("open/key"), vault::make_master_key());
          }) == said);
    ::chmod(home.path("open").c_str(), 0700);
    (void)vault::create_key_file(home.path("open/key"), vault::make_master_key());
    ::chmod(home.path("open").c_str(), 0777);
    CHECK(complaint([&home] { (void)vault::read_key_file(home.path("open/key")); }) == said);
}

TEST_CASE("what a key file must hold") {
    const Home home;
    const std::string path = home.path("key");
    const std::string good = "orloj-key-v1 " + base::base64(sample);
    struct Row {
        std::string content;
        bool accepted;
    };
    for (const Row& row : {Row{good + "\n", true}, Row{good, true}, Row{good + "\r\n", true}, Row{"", false},
                           Row{good + " x", false}, Row{"orloj-key-v2 " + base::base64(sample), false},
                           Row{base::base64(sample), false}, Row{"orloj-key-v1 ", false},
                           Row{"orloj-key-v1 " + base::base64(sample + "x"), false},
                           Row{good + std::string(4000, '\n'), true}, Row{std::string(4000, 'x'), false}}) {
        base::write_private_file(path, row.content);
        CHECK(complaint([&path] { (void)vault::read_key_file(path); }) ==
              (row.accepted
                   ? ""
                   : "cannot use the key file '" + path +
                         "': it does not hold an orloj key\nhint: put it back from its backup; a lost "
                         "key cannot be recovered, only the secrets set again"));
    }
}

TEST_CASE("a key file that cannot be made says so") {
    const Home home;
    base::write_private_file(home.path("file"), "x");
    CHECK(complaint([&home] {
              (void)vault::create_key_file(home.path("file/key"), vault::make_master_key());
          }) == "cannot create the key file '" + home.path("file/key") + "': cannot use '" +
                    home.path("file") +
                    "': it is not a directory\nhint: name a place you may write to with ORLOJ_KEY_FILE");
}

TEST_CASE("processes that make the key file at once get the same key") {
    const Home home;
    ::setenv("HOME", home.path("h").c_str(), 1);
    for (int round = 0; round < 10; ++round) {
        std::filesystem::remove_all(home.path("h"));
        int gate[2];
        int answers[2];
        REQUIRE(::pipe(gate) == 0);
        REQUIRE(::pipe(answers) == 0);
        constexpr int children = 4;
        for (int child = 0; child < children; ++child) {
            if (::fork() != 0) continue;
            ::close(gate[1]);
            char ignored = 0;
            (void)!::read(gate[0], &ignored, 1); // returns when the parent opens the gate
            std::string id = "failed at it ...";
            try {
                id = load(vault::Create::when_missing).id();
            } catch (const base::Error&) {
                id.resize(16);
            }
            (void)!::write(answers[1], id.data(), 16);
            ::_exit(0);
        }
        ::close(gate[0]);
        ::close(gate[1]);
        ::close(answers[1]);
        std::string all;
        char buffer[256];
        for (ssize_t got = 0; (got = ::read(answers[0], buffer, sizeof buffer)) > 0;)
            all.append(buffer, static_cast<std::size_t>(got));
        ::close(answers[0]);
        for (int child = 0; child < children; ++child)
            REQUIRE(::wait(nullptr) > 0);
        const std::string id = load(vault::Create::never).id();
        CHECK(all == id + id + id + id);
    }
}
