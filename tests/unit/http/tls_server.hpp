// TLS servers of other programs, as children: their certificates are made when they start.
#pragma once

#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "exchange_fixture.hpp"

extern char** environ;

/// A child with its standard output at hand; ended and waited for at the end of its scope.
class Child {
  public:
    explicit Child(std::vector<std::string> words) {
        int ends[2] = {-1, -1};
        if (::pipe(ends) != 0) return;
        output_ = base::Fd(ends[0]);
        const base::Fd write_end(ends[1]);
        ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), 1);
        ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        if (::posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) pid_ = -1;
        ::posix_spawn_file_actions_destroy(&actions);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    bool succeeds() {
        int status = 1;
        if (pid_ <= 0) return false;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return status == 0;
    }
    /// The first line of output that begins with `prefix`, or "".
    std::string line_with(const std::string& prefix) {
        std::string line;
        char c = 0;
        while (::read(output_.get(), &c, 1) == 1) {
            if (c != '\n') {
                line += c;
            } else if (line.starts_with(prefix)) {
                return line;
            } else {
                line.clear();
            }
        }
        return {};
    }

  private:
    pid_t pid_ = -1;
    base::Fd output_;
};

/// A new folder below the system's for temporary files, removed at the end of its scope.
class Folder {
  public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "orloj-tls-XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        if (!path_.empty()) std::filesystem::remove_all(path_);
    }
    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

/// tls_server.py, with what it is told on its command line.
class TlsServer {
  public:
    explicit TlsServer(std::vector<std::string> options = {}) {
        options.insert(options.begin(), {"python3", ORLOJ_TLS_SERVER, folder_.file("")});
        child_ = std::make_unique<Child>(options);
        const std::string line = child_->line_with("PORT ");
        if (!line.empty()) port_ = static_cast<int>(base::to_integer(line.substr(5)).value_or(0));
    }
    /// Where there is no openssl command, a case says so and passes.
    [[nodiscard]] bool running() const {
        if (port_ == 0) MESSAGE("no python3 or no openssl command: not tried");
        return port_ != 0;
    }
    [[nodiscard]] int port() const noexcept { return port_; }
    [[nodiscard]] std::string url() const { return base::format("https://127.0.0.1:{}/", port_); }
    /// Whom to trust to be content with its certificate.
    [[nodiscard]] std::string trusted() const { return folder_.file("trusted.pem"); }
    [[nodiscard]] std::string trusted_directory() const { return folder_.file("hashed"); }
    [[nodiscard]] std::string home() const { return folder_.path(); }
    [[nodiscard]] std::string key() const { return folder_.file("key.pem"); }
    [[nodiscard]] std::string certificate() const { return folder_.file("certificate.pem"); }

  private:
    Folder folder_;
    std::unique_ptr<Child> child_;
    int port_ = 0;
};

inline http::Request get(const std::string& url, const std::string& ca_bundle = {}) {
    auto asked = ExchangeFixture::request(url, "");
    asked.method = "GET";
    asked.ca_bundle = ca_bundle;
    return asked;
}
