// Certificates: only a server with a trusted one for its own name is spoken to. The server is `openssl
// s_server`; where the openssl command is missing, the cases say so and pass.
#include "exchange_fixture.hpp"

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"

extern char** environ;

using Kind = http::Failure::Kind;

namespace {

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

/// A server with a self-signed certificate for `name`.
struct TlsServer {
    std::filesystem::path folder;
    std::unique_ptr<Child> server;
    int port = 0;

    explicit TlsServer(const std::string& name, std::vector<std::string> more = {}) {
        std::string pattern = (std::filesystem::temp_directory_path() / "orloj-tls-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) return;
        folder = pattern;
        const bool made =
            Child({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                   "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=" + name,
                   "-keyout", key(), "-out", certificate()})
                .succeeds();
        if (!made) return;
        std::vector<std::string> words{"openssl", "s_server", "-accept",     "127.0.0.1:0", "-key",
                                       key(),     "-cert",    certificate(), "-www"};
        words.insert(words.end(), more.begin(), more.end());
        server = std::make_unique<Child>(words);
        const std::string line = server->line_with("ACCEPT ");
        port = static_cast<int>(base::to_integer(line.substr(line.rfind(':') + 1)).value_or(0));
    }
    ~TlsServer() {
        server.reset();
        if (!folder.empty()) std::filesystem::remove_all(folder);
    }
    [[nodiscard]] std::string key() const { return (folder / "key.pem").string(); }
    [[nodiscard]] std::string certificate() const { return (folder / "certificate.pem").string(); }
    [[nodiscard]] std::string url() const { return base::format("https://127.0.0.1:{}/", port); }
    [[nodiscard]] bool running() const {
        if (port == 0) MESSAGE("no openssl command: not tried");
        return port != 0;
    }
};

struct TrustedFile {
    explicit TrustedFile(const std::string& path) { ::setenv("SSL_CERT_FILE", path.c_str(), 1); }
    ~TrustedFile() { ::unsetenv("SSL_CERT_FILE"); }
};

http::Request get(const std::string& url) {
    auto asked = ExchangeFixture::request(url, "");
    asked.method = "GET";
    return asked;
}

} // namespace

TEST_CASE_FIXTURE(ExchangeFixture, "a certificate nobody vouches for") {
    const TlsServer server("IP:127.0.0.1");
    if (!server.running()) return;
    const auto& failure = exchange(1, get(server.url())).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::tls);
    CHECK(failure->detail == "the certificate of '127.0.0.1' is not trusted: self-signed certificate");
}

TEST_CASE_FIXTURE(ExchangeFixture, "a trusted certificate for another name") {
    const TlsServer server("DNS:other.example");
    if (!server.running()) return;
    const TrustedFile trusted(server.certificate());
    const auto& failure = exchange(1, get(server.url())).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::tls);
    CHECK(failure->detail ==
          "the certificate of '127.0.0.1' is not trusted: no alternative certificate subject name "
          "matches target host name '127.0.0.1'");
}

TEST_CASE_FIXTURE(ExchangeFixture, "a trusted certificate for this name") {
    const TlsServer server("IP:127.0.0.1");
    if (!server.running()) return;
    const TrustedFile trusted(server.certificate());
    const auto& outcome = exchange(1, get(server.url()));
    REQUIRE(outcome.response);
    CHECK(outcome.response->status == 200);
}

TEST_CASE_FIXTURE(ExchangeFixture, "a server that only speaks an old TLS") {
    const TlsServer server("IP:127.0.0.1", {"-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"});
    if (!server.running()) return;
    const TrustedFile trusted(server.certificate());
    const auto& failure = exchange(1, get(server.url())).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::tls);
    CHECK(failure->detail.starts_with(base::format("no TLS connection to 127.0.0.1:{}: ", server.port)));
}

TEST_CASE_FIXTURE(ExchangeFixture, "a server that does not speak TLS at all") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{}; });
    transport->start(1, get(base::format("https://127.0.0.1:{}/", server.port())));
    for (int round = 0; round < 1000 && server.accepted() == 0; ++round)
        take(transport->wait(base::milliseconds(1), -1));
    server.send(1, "HTTP/1.1 400 Bad Request\r\n\r\n");
    const auto& failure = finish(1).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::tls);
    CHECK(failure->detail.starts_with(base::format("no TLS connection to 127.0.0.1:{}: ", server.port())));
}
