// Certificates: only a server with a trusted one for its own name is spoken to, whoever says whom to trust.
#include "tls_server.hpp"

#include <fstream>

using Kind = http::Failure::Kind;
using Tls = http::Failure::Tls;

namespace {

struct Case {
    const char* title;
    std::vector<std::string> options;
    Tls tls;
    const char* detail;
};

} // namespace

TEST_CASE_FIXTURE(ExchangeFixture, "certificates nobody vouches for") {
    const std::pair<const char*, const char*> rows[] = {
        {"self-signed", "the certificate of '127.0.0.1' is not trusted: self-signed certificate"},
        {"issued", "the certificate of '127.0.0.1' is not trusted: unable to get local issuer certificate"},
    };
    for (const auto& [kind, detail] : rows) {
        const TlsServer server({"--certificate", kind});
        if (!server.running()) return;
        outcomes.clear();
        const auto& failure = exchange(1, get(server.url())).failure;
        REQUIRE(failure);
        CHECK(failure->kind == Kind::tls);
        CHECK(failure->tls == Tls::untrusted);
        CHECK(failure->detail == detail);
    }
}

TEST_CASE_FIXTURE(ExchangeFixture, "certificates that are trusted and wrong") {
    const Case rows[] = {
        {"for another name",
         {"--name", "DNS:other.example"},
         Tls::wrong_host,
         "the certificate of '127.0.0.1' is for another host: no alternative certificate subject name "
         "matches target host name '127.0.0.1'"},
        {"too old", {"--certificate", "expired"}, Tls::expired, "the certificate of '127.0.0.1' has expired"},
        {"too new",
         {"--certificate", "future"},
         Tls::expired,
         "the certificate of '127.0.0.1' is not valid yet"},
    };
    for (const Case& row : rows) {
        CAPTURE(row.title);
        const TlsServer server(row.options);
        if (!server.running()) return;
        outcomes.clear();
        const auto& failure = exchange(1, get(server.url(), server.trusted())).failure;
        REQUIRE(failure);
        CHECK(failure->kind == Kind::tls);
        CHECK(failure->tls == row.tls);
        CHECK(failure->detail == row.detail);
    }
}

TEST_CASE("who is trusted: the environment's file, its hashed directory, the request's own file") {
    const TlsServer server({"--certificate", "issued"});
    if (!server.running()) return;
    const auto succeeds = [&](const http::Request& request) {
        ExchangeFixture fresh; // a transport reads the environment once
        return fresh.exchange(1, request).response.has_value();
    };
    CHECK_FALSE(succeeds(get(server.url())));
    {
        const Environment file("SSL_CERT_FILE", server.trusted());
        CHECK(succeeds(get(server.url())));
    }
    {
        const Environment directory("SSL_CERT_DIR", server.trusted_directory());
        CHECK(succeeds(get(server.url())));
    }
    CHECK(succeeds(get(server.url(), server.trusted())));
    // The file stands in for the system's, it does not add to it.
    const TlsServer other;
    const Environment file("SSL_CERT_FILE", server.trusted());
    CHECK_FALSE(succeeds(get(server.url(), other.trusted())));
    const Environment directory("SSL_CERT_DIR", server.trusted_directory());
    CHECK_FALSE(succeeds(get(server.url(), other.trusted())));
}

TEST_CASE("~/ in a CA bundle is the home directory") {
    const TlsServer server;
    if (!server.running()) return;
    const std::string before = base::environment("HOME").value_or("/");
    ::setenv("HOME", server.home().c_str(), 1);
    ExchangeFixture fresh;
    CHECK(fresh.exchange(1, get(server.url(), "~/trusted.pem")).response);
    const auto& failure = fresh.exchange(2, get(server.url(), "~/none.pem")).failure;
    ::setenv("HOME", before.c_str(), 1);
    REQUIRE(failure);
    CHECK(failure->detail ==
          base::format("the CA bundle cannot be used: cannot read '{}none.pem': No such file "
                       "or directory",
                       server.home() + "/"));
}

TEST_CASE_FIXTURE(ExchangeFixture, "a CA bundle that cannot be used") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    const Folder folder;
    const std::string empty = folder.file("empty.pem");
    std::ofstream(empty) << "-----BEGIN PRIVATE KEY-----\n";
    const std::pair<std::string, std::string> rows[] = {
        {folder.file("none.pem"),
         base::format("the CA bundle cannot be used: cannot read '{}': No such file or directory",
                      folder.file("none.pem"))},
        {folder.file(""),
         base::format("the CA bundle cannot be used: cannot read '{}': it is a directory", folder.file(""))},
        {empty, base::format("the CA bundle cannot be used: '{}' holds no certificate (PEM)", empty)},
    };
    for (const auto& [path, detail] : rows) {
        outcomes.clear();
        const auto& failure = exchange(1, get(server.url(), path)).failure;
        REQUIRE(failure);
        CHECK(failure->kind == Kind::tls);
        CHECK(failure->tls == Tls::ca_bundle);
        CHECK(failure->detail == detail);
        CHECK("the CA bundle cannot be used: " + http::ca_bundle_problem(path) == detail);
    }
    CHECK(server.accepted() == 0);
}

TEST_CASE_FIXTURE(ExchangeFixture, "a CA bundle with a damaged certificate") {
    const TlsServer server;
    if (!server.running()) return;
    const Folder folder;
    const std::string damaged = folder.file("damaged.pem");
    std::ofstream(damaged) << "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const auto& failure = exchange(1, get(server.url(), damaged)).failure;
    REQUIRE(failure);
    CHECK(failure->tls == Tls::ca_bundle);
    CHECK(failure->detail ==
          base::format("the CA bundle cannot be used: '{}' holds a damaged certificate", damaged));
}

TEST_CASE_FIXTURE(ExchangeFixture, "exchanges that trust somebody else do not share a connection") {
    for (const char* protocol : {"http/1.1", "h2"}) {
        CAPTURE(protocol);
        const TlsServer server({"--alpn", protocol});
        const TlsServer other;
        if (!server.running() || !other.running()) return;
        outcomes.clear();
        REQUIRE(exchange(1, get(server.url(), server.trusted())).response);
        // The connection is in the pool, and a ticket of its TLS session is known.
        const auto& failure = exchange(2, get(server.url(), other.trusted())).failure;
        REQUIRE(failure);
        CHECK(failure->tls == Tls::untrusted);
        REQUIRE(exchange(3, get(server.url())).failure);
        const auto& again = exchange(4, get(server.url(), server.trusted())).response;
        REQUIRE(again);
        CHECK(again->body == base::format("handshakes=1 resumed=0 protocol={}", protocol));
        // At once, before anybody knows whether the server can share a connection.
        for (http::CallId id = 10; id < 20; ++id)
            transport->start(id, get(server.url(), id % 2 == 0 ? server.trusted() : other.trusted()));
        for (http::CallId id = 10; id < 20; ++id)
            CHECK(finish(id).response.has_value() == (id % 2 == 0));
    }
}

TEST_CASE("a CA bundle is for the endpoint, and not for an https proxy before it") {
    const TlsServer server;
    if (!server.running()) return;
    const Environment proxy("http_proxy", server.url());
    ExchangeFixture fresh;
    auto asked = get("http://model.example/", server.trusted());
    asked.reach = http::Reach::public_only;
    const auto& failure = fresh.exchange(1, asked).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::tls);
    CHECK(failure->tls == Tls::proxy);
    CHECK(failure->via_proxy);
    CHECK(failure->detail ==
          base::format("the certificate of the proxy 127.0.0.1:{} is not accepted: self-signed certificate",
                       server.port()));
    const Environment file("SSL_CERT_FILE", server.trusted());
    ExchangeFixture trusting;
    CHECK(trusting.exchange(1, asked).response);
}

TEST_CASE_FIXTURE(ExchangeFixture, "a server that only speaks an old TLS") {
    const TlsServer files;
    if (!files.running()) return;
    Child server({"openssl", "s_server", "-accept", "127.0.0.1:0", "-key", files.key(), "-cert",
                  files.certificate(), "-www", "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"});
    const std::string line = server.line_with("ACCEPT ");
    const auto port = base::to_integer(line.substr(line.rfind(':') + 1)).value_or(0);
    const auto& failure =
        exchange(1, get(base::format("https://127.0.0.1:{}/", port), files.trusted())).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::tls);
    CHECK(failure->tls == Tls::handshake);
    CHECK(failure->detail.starts_with(base::format("no TLS connection to 127.0.0.1:{}: ", port)));
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
