// How often a handshake is made: once a host for calls in a row, and by every connection that is needed for
// calls at once. The server counts.
#include "tls_server.hpp"

TEST_CASE_FIXTURE(ExchangeFixture, "calls in a row make one handshake") {
    for (const char* protocol : {"http/1.1", "h2"}) {
        CAPTURE(protocol);
        const TlsServer server({"--alpn", protocol});
        if (!server.running()) return;
        outcomes.clear();
        for (http::CallId id = 1; id <= 20; ++id)
            REQUIRE(exchange(id, get(server.url(), server.trusted())).response);
        CHECK(outcomes[20].response->body == base::format("handshakes=1 resumed=0 protocol={}", protocol));
    }
}

TEST_CASE_FIXTURE(ExchangeFixture, "calls at once share one connection where the server speaks HTTP/2") {
    const TlsServer server({"--alpn", "h2"});
    if (!server.running()) return;
    for (http::CallId id = 1; id <= 50; ++id)
        transport->start(id, get(server.url(), server.trusted()));
    for (http::CallId id = 1; id <= 50; ++id)
        REQUIRE(finish(id).response);
    CHECK(exchange(51, get(server.url(), server.trusted())).response->body ==
          "handshakes=1 resumed=0 protocol=h2");
}

TEST_CASE_FIXTURE(ExchangeFixture, "calls at once over HTTP/1.1 open no more connections than calls") {
    const TlsServer server;
    if (!server.running()) return;
    for (int round = 0; round < 3; ++round) { // the connections of the first serve the others
        outcomes.clear();
        for (http::CallId id = 1; id <= 8; ++id)
            transport->start(id, get(server.url(), server.trusted()));
        for (http::CallId id = 1; id <= 8; ++id)
            REQUIRE(finish(id).response);
    }
    const std::string body = exchange(99, get(server.url(), server.trusted())).response->body;
    const auto made = base::to_integer(body.substr(11, body.find(' ') - 11));
    REQUIRE(made);
    CHECK(*made <= 8);
}

TEST_CASE_FIXTURE(ExchangeFixture, "a kept connection that was closed meanwhile is replaced without a word") {
    for (const char* protocol : {"http/1.1", "h2"}) {
        CAPTURE(protocol);
        const TlsServer server({"--alpn", protocol, "--close", "1"});
        if (!server.running()) return;
        outcomes.clear();
        REQUIRE(exchange(1, get(server.url(), server.trusted())).response);
        clock.sleep(base::seconds(28800));
        // Another transport asks until the server says that it has closed that one.
        ExchangeFixture other;
        std::string said;
        for (http::CallId id = 1; id < 1000 && !said.ends_with("closed=1"); ++id) {
            const auto& answer = other.exchange(id, get(server.url(), server.trusted())).response;
            REQUIRE(answer);
            said = answer->body;
        }
        REQUIRE(said.ends_with("closed=1"));
        CHECK(exchange(2, get(server.url(), server.trusted())).response);
    }
}

TEST_CASE_FIXTURE(ExchangeFixture, "a new connection takes up the TLS session of the one before") {
    const TlsServer server({"--close", "9"});
    if (!server.running()) return;
    for (http::CallId id = 1; id <= 3; ++id)
        REQUIRE(exchange(id, get(server.url(), server.trusted())).response);
    CHECK(outcomes[3].response->body.starts_with("handshakes=3 resumed=2 "));
}
