#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/os.hpp"
#include "scratch.hpp"
#include "store/database.hpp"
#include "store/location.hpp"

using scratch::complaint;
using store::locate;
using store::Source;

namespace {

/// No variable names a file and the working directory is `directory`; everything is put back.
class Setting {
  public:
    explicit Setting(const std::string& directory) : before_(std::filesystem::current_path()) {
        for (const char* name : names) {
            const char* value = std::getenv(name);
            saved_.emplace_back(value == nullptr ? std::nullopt : std::optional<std::string>(value));
            ::unsetenv(name);
        }
        std::filesystem::current_path(directory);
    }
    Setting(const Setting&) = delete;
    Setting& operator=(const Setting&) = delete;
    ~Setting() {
        std::filesystem::current_path(before_);
        std::size_t i = 0;
        for (const char* name : names) {
            if (saved_[i])
                ::setenv(name, saved_[i]->c_str(), 1);
            else
                ::unsetenv(name);
            ++i;
        }
    }

  private:
    static constexpr const char* names[] = {"HOME", "XDG_DATA_HOME", "ORLOJ_DB"};
    std::filesystem::path before_;
    std::vector<std::optional<std::string>> saved_;
};

} // namespace

TEST_CASE("the option, the variable, the project, the person: in this order") {
    const scratch::Directory directory;
    std::filesystem::create_directories(directory.path("project/deep/er"));
    std::filesystem::create_directory(directory.path("data"));
    const Setting setting(directory.path("project/deep/er"));
    const auto check = [](const store::Place& place, const std::string& path, Source source) {
        CHECK(place.path == path);
        CHECK(place.source == source);
        CHECK(place.warnings.empty());
    };
    CHECK(complaint([] { (void)locate(std::nullopt); }) ==
          "cannot tell where the database is: neither HOME nor XDG_DATA_HOME is set\n"
          "hint: name a file with --db or ORLOJ_DB");
    ::setenv("HOME", directory.path("home").c_str(), 1);
    check(locate(std::nullopt), directory.path("home/.local/share/orloj/orloj.db"), Source::user);
    ::setenv("XDG_DATA_HOME", "relative", 1);
    check(locate(std::nullopt), directory.path("home/.local/share/orloj/orloj.db"), Source::user);
    ::setenv("XDG_DATA_HOME", directory.path("data").c_str(), 1);
    check(locate(std::nullopt), directory.path("data/orloj/orloj.db"), Source::user);

    (void)store::open_to_write(directory.path("project/.orloj/orloj.db"));
    check(locate(std::nullopt), directory.path("project/.orloj/orloj.db"), Source::project);
    (void)store::open_to_write(directory.path("project/deep/.orloj/orloj.db"));
    check(locate(std::nullopt), directory.path("project/deep/.orloj/orloj.db"), Source::project);
    std::filesystem::create_directory(directory.path("project/deep/er/.orloj")); // nothing in it
    check(locate(std::nullopt), directory.path("project/deep/.orloj/orloj.db"), Source::project);

    ::setenv("ORLOJ_DB", "named.db", 1);
    check(locate(std::nullopt), "named.db", Source::environment);
    check(locate("o.db"), "o.db", Source::option);
    CHECK(complaint([] { (void)locate(""); }, base::Fault::usage) == "--db needs the name of a file");
    CHECK_FALSE(std::filesystem::exists(directory.path("home")));
}

TEST_CASE("a project directory of another user or behind a link is passed over with a warning") {
    const scratch::Directory directory;
    std::filesystem::create_directories(directory.path("a/b"));
    (void)store::open_to_write(directory.path("a/.orloj/orloj.db"));
    (void)store::open_to_write(directory.path("elsewhere/orloj.db"));
    std::filesystem::create_directory_symlink(directory.path("elsewhere"), directory.path("a/b/.orloj"));
    const Setting setting(directory.path("a/b"));
    ::setenv("HOME", directory.path("home").c_str(), 1);
    store::Place place = locate(std::nullopt);
    CHECK(place.path == directory.path("a/.orloj/orloj.db"));
    REQUIRE(place.warnings.size() == 1);
    CHECK(place.warnings[0] == "'" + directory.path("a/b/.orloj") + "' is not used: it is not a directory");
    if (::geteuid() != 0) return; // giving a file away takes root
    REQUIRE(::chown(directory.path("a/.orloj").c_str(), 65534, 65534) == 0);
    place = locate(std::nullopt);
    CHECK(place.source == Source::user);
    REQUIRE(place.warnings.size() == 2);
    CHECK(place.warnings[1] ==
          "'" + directory.path("a/.orloj") + "' is not used: it belongs to another user");
}

TEST_CASE("a file of another user is used only when it is named") {
    if (::geteuid() != 0) return; // giving a file away takes root
    constexpr uid_t person = 65534;
    constexpr uid_t stranger = 65533;
    const scratch::Directory directory;
    const std::string file = directory.path("home/.local/share/orloj/orloj.db");
    (void)store::open_to_write(file);
    std::filesystem::path way = file;
    for (way = way.parent_path(); way != "/tmp" && way != "/"; way = way.parent_path())
        ::chmod(way.c_str(), 0755);
    const Setting setting(directory.path("home"));
    ::setenv("HOME", directory.path("home").c_str(), 1);
    const auto said = [&](uid_t owner) {
        REQUIRE(::chown(file.c_str(), owner, owner) == 0);
        REQUIRE(::seteuid(person) == 0);
        std::string out = complaint([] { (void)locate(std::nullopt); });
        const std::string named = complaint([&] { (void)locate(file); });
        REQUIRE(::seteuid(0) == 0);
        CHECK(named.empty());
        return out;
    };
    CHECK(said(person).empty());
    CHECK(said(0).empty());
    CHECK(said(stranger) == "cannot use '" + file + "': it belongs to another user (uid 65533)\n" +
                                "hint: if you trust its owner, name it with --db");
    CHECK(complaint([] { (void)locate(std::nullopt); }).empty()); // root looks after others
}

TEST_CASE("who may change the directory decides whether the file can be trusted") {
    const scratch::Directory directory;
    std::filesystem::create_directory(directory.path("d"));
    const std::string d = directory.path("d");
    struct Row {
        unsigned mode;
        bool refused;
        bool warned;
    };
    for (const Row& row : {Row{0700, false, false}, Row{0755, false, false}, Row{0777, true, false},
                           Row{0757, true, false}, Row{01777, false, false}, Row{0770, false, true},
                           Row{0775, false, true}, Row{01775, false, false}}) {
        CAPTURE(row.mode);
        ::chmod(d.c_str(), row.mode);
        for (const std::string& path : {d + "/o.db", d + "/not/yet/o.db"}) {
            std::vector<std::string> warnings;
            const std::string said = complaint([&] { warnings = locate(path).warnings; });
            CHECK(said == (row.refused ? "cannot use '" + path + "': everybody may change its directory '" +
                                             d + "'\nhint: close it to others with chmod o-w '" + d +
                                             "', or name another file with --db"
                                       : ""));
            REQUIRE(warnings.size() == (row.warned ? 1 : 0));
            if (row.warned) {
                CHECK(warnings[0] ==
                      "the group may change the directory '" + d + "', and with it the database");
            }
        }
    }
    ::chmod(d.c_str(), 0700);
    std::filesystem::create_symlink("/nowhere", d + "/link.db");
    CHECK(complaint([&] { (void)locate(d + "/link.db"); }) ==
          "cannot use '" + d +
              "/link.db': it is a symbolic link\nhint: name the file it points to with --db");
}

TEST_CASE("a new project directory keeps itself out of repositories") {
    const scratch::Directory directory;
    store::prepare_directory(directory.path("p/.orloj/orloj.db"));
    CHECK(base::read_file(directory.path("p/.orloj/.gitignore"), 100) == "*\n");
    CHECK(scratch::mode_of(directory.path("p/.orloj")) == 0700);
    std::filesystem::remove(directory.path("p/.orloj/.gitignore"));
    store::prepare_directory(directory.path("p/.orloj/orloj.db")); // the person's decision stands
    CHECK_FALSE(std::filesystem::exists(directory.path("p/.orloj/.gitignore")));
    store::prepare_directory(directory.path("q/data/orloj.db"));
    CHECK(std::filesystem::is_empty(directory.path("q/data")));
    base::write_private_file(directory.path("file"), "x");
    CHECK(complaint([&] { store::prepare_directory(directory.path("file/o.db")); }) ==
          "cannot create '" + directory.path("file/o.db") + "': cannot use '" + directory.path("file") +
              "': it is not a directory\nhint: name a file in a directory you may write to with --db");
}

TEST_CASE("a local disk is no network") {
    const scratch::Directory directory;
    CHECK(store::network_file_system(directory.path("o.db")) == std::nullopt);
    CHECK(store::network_file_system(directory.path("not/yet/o.db")) == std::nullopt);
}

TEST_CASE("what the caller offers stands before the person's own file, and is asked for only then") {
    const scratch::Directory directory;
    std::filesystem::create_directories(directory.path("project/.orloj"));
    std::filesystem::create_directory(directory.path("work"));
    const Setting setting(directory.path("work"));
    ::setenv("HOME", directory.path().c_str(), 1);
    int asked = 0;
    const auto offer = [&] {
        ++asked;
        return std::optional<std::string>(directory.path("offered.db"));
    };
    CHECK(locate(std::nullopt, offer).path == directory.path("offered.db"));
    CHECK(locate(std::nullopt, offer).source == Source::configured);
    CHECK(locate(std::nullopt, [] { return std::optional<std::string>(); }).source == Source::user);
    CHECK(asked == 2);
    CHECK(locate("named.db", offer).source == Source::option);
    base::write_private_file(directory.path("project/.orloj/orloj.db"), "");
    std::filesystem::current_path(directory.path("project"));
    CHECK(locate(std::nullopt, offer).source == Source::project);
    ::setenv("ORLOJ_DB", directory.path("env.db").c_str(), 1);
    CHECK(locate(std::nullopt, offer).source == Source::environment);
    CHECK(asked == 2);
}
