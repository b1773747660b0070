// Proxies: which one the environment names for a target, what may go through it, and what is said about it.
#include "exchange_fixture.hpp"

#include <cstring>
#include <deque>

#include "base/text.hpp"
#include "http/curl_exchange.hpp"
#include "http/proxy.hpp"

using Kind = http::Failure::Kind;

TEST_CASE("which proxy a target goes through") {
    const char* exceptions = "internal.example, .corp,10.0.0.0/8 192.0.2.7,[2001:db8::]/32,2001:db8:1::/48";
    const http::ProxySettings settings{"http://p:3128", "http://s:3129", exceptions};
    struct Case {
        const char* url;
        const char* proxy;
    };
    const Case cases[] = {
        {"http://example.com", "http://p:3128"},
        {"https://example.com", "http://s:3129"},
        {"https://internal.example", ""},
        {"https://a.internal.example", ""},
        {"https://internal.example.", ""},
        {"https://notinternal.example", "http://s:3129"},
        {"https://x.corp", ""},
        {"https://corp", ""},
        {"https://10.1.2.3", ""},
        {"https://0xa.1", ""},
        {"https://11.1.2.3", "http://s:3129"},
        {"https://192.0.2.7", ""},
        {"https://192.0.2.70", "http://s:3129"},
        {"https://[2001:db8:1::5]", ""},
        {"https://[2001:db8:2::5]", "http://s:3129"},
        {"http://localhost:11434", ""},
        {"http://127.0.0.1:11434", ""},
        {"http://[::1]", ""},
    };
    for (const auto& row : cases) {
        CAPTURE(row.url);
        CHECK(http::proxy_for(*http::parse_url(row.url), settings) == row.proxy);
    }
    CHECK(http::proxy_for(*http::parse_url("http://h"), {"http://p", "", "*"}) == "");
    CHECK(http::proxy_for(*http::parse_url("http://h"), {"http://p", "", "a,*"}) == "http://p"); // as in curl
    CHECK(http::proxy_for(*http::parse_url("https://h"), {"http://p", "", ""}) == "");
}

TEST_CASE("a proxy is shown without its password") {
    CHECK(http::proxy_name("http://user:pa@ss@p:3128/") == "p:3128");
    CHECK(http::proxy_name("p:3128") == "p:3128");
    CHECK(http::proxy_name("socks5://u:p@[::1]:1080") == "[::1]:1080");
    CHECK(http::proxy_name("http://user:pa/ss?w#o@rd@p:3128/") == "p:3128");
}

TEST_CASE("what is no proxy") {
    for (const char* proxy : {"p", "p:3128", "http://p", "HTTPS://u:w@p", "socks5h://p:1080", "socks4://p"}) {
        CAPTURE(proxy);
        CHECK(http::proxy_problem(proxy) == "");
    }
    CHECK(http::proxy_problem("ftp://u:secret@p:21") ==
          "the proxy p:21 is of no known kind: write http, https, socks4, socks4a, socks5 or socks5h before "
          "'://' in http_proxy, https_proxy or all_proxy");
}

TEST_CASE("which variables name a proxy, as curl reads them") {
    struct Case {
        std::vector<std::pair<std::string, std::string>> variables;
        const char* http;
        const char* https;
        const char* exceptions;
    };
    const Case cases[] = {
        {{}, "", "", ""},
        {{{"http_proxy", "a"}}, "a", "", ""},
        {{{"HTTP_PROXY", "A"}}, "", "", ""},
        {{{"https_proxy", "a"}}, "", "a", ""},
        {{{"HTTPS_PROXY", "A"}}, "", "A", ""},
        {{{"https_proxy", "a"}, {"HTTPS_PROXY", "A"}}, "", "a", ""},
        {{{"https_proxy", ""}, {"HTTPS_PROXY", "A"}}, "", "A", ""},
        {{{"all_proxy", "a"}}, "a", "a", ""},
        {{{"ALL_PROXY", "A"}}, "A", "A", ""},
        {{{"all_proxy", "a"}, {"ALL_PROXY", "A"}}, "a", "a", ""},
        {{{"all_proxy", "a"}, {"http_proxy", "b"}, {"HTTPS_PROXY", "C"}}, "b", "C", ""},
        {{{"no_proxy", "a"}}, "", "", "a"},
        {{{"NO_PROXY", "A"}}, "", "", "A"},
        {{{"no_proxy", "a"}, {"NO_PROXY", "A"}}, "", "", "a"},
    };
    for (const auto& row : cases) {
        std::deque<Environment> set;
        for (const auto& [name, value] : row.variables)
            set.emplace_back(name, value);
        const auto read = http::proxies_from_environment();
        CHECK(read.http == row.http);
        CHECK(read.https == row.https);
        CHECK(read.exceptions == row.exceptions);
    }
}

TEST_CASE("a proxy from the environment is used, and literal targets behind it are checked") {
    LoopbackServer proxy([](const SeenRequest& seen) {
        return ServerReply{http_response("x", seen.head.starts_with("CONNECT") ? "403 No" : "200 OK")};
    });
    const std::string address = base::format("http://user:secret@127.0.0.1:{}", proxy.port());
    const Environment plain("http_proxy", address);
    const Environment tls("https_proxy", address);
    ExchangeFixture fixture;
    auto asked = fixture.request("http://example.invalid/x");
    asked.reach = http::Reach::public_only; // the proxy on the loopback interface is exempt
    const auto& outcome = fixture.exchange(1, asked);
    REQUIRE(outcome.response);
    CHECK(outcome.response->via_proxy);
    CHECK(proxy.requests().at(0).head.starts_with("POST http://example.invalid/x HTTP/1.1\r\n"));

    asked.url = "http://0xa.1/";
    const auto& failure = fixture.exchange(2, asked).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::forbidden);
    CHECK(failure->detail ==
          "'10.0.0.1', the address of '0xa.1', is a private address; set spec.allowPrivate: true");

    asked.url = "http://169.254.169.254./";
    asked.reach = http::Reach::private_also;
    CHECK(fixture.exchange(5, asked).failure->detail ==
          "'169.254.169.254', the address of '169.254.169.254.', is a cloud metadata address, which is never "
          "reached");
    CHECK(proxy.requests().size() == 1);

    asked.url = "https://example.invalid/x";
    asked.secret_headers.push_back({"authorization", "Bearer ", base::SecretText("sk")});
    const auto& refused = fixture.exchange(3, asked).failure;
    REQUIRE(refused);
    CHECK(refused->kind == Kind::unreachable);
    CHECK(refused->detail == base::format("the proxy 127.0.0.1:{} answered 403 instead of connecting to "
                                          "example.invalid:443",
                                          proxy.port()));
    CHECK(proxy.requests().at(1).head.find("Bearer") == std::string::npos);

    LoopbackServer direct([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    const auto& loopback = fixture.exchange(4, fixture.request(direct.url()));
    REQUIRE(loopback.response);
    CHECK_FALSE(loopback.response->via_proxy);
}

TEST_CASE("a proxy is asked for the address that was checked") {
    LoopbackServer proxy([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    const Environment plain("http_proxy", base::format("127.0.0.1:{}", proxy.port()));
    ExchangeFixture fixture;
    REQUIRE(fixture.exchange(1, fixture.request("http://012.0x1/v1")).response);
    CHECK(proxy.requests().at(0).head.starts_with("POST http://10.0.0.1/v1 HTTP/1.1\r\nHost: 10.0.0.1\r\n"));
}

TEST_CASE("the password of a proxy is in no message") {
    struct Row {
        const char* proxy;
        const char* detail;
    };
    const Row rows[] = {
        {"foo://u:secret@127.0.0.1:9",
         "the proxy 127.0.0.1:9 is of no known kind: write http, https, socks4, socks4a, socks5 or socks5h "
         "before '://' in http_proxy, https_proxy or all_proxy"},
        {"http://u:secret@127.0.0.1:99999", "cannot resolve the proxy '127.0.0.1:99999'"},
        {"http://u:sec/ret@127.0.0.1:9", "cannot resolve the proxy '127.0.0.1:9'"},
        {"http://u:sec ret@127.0.0.1:9", "cannot resolve the proxy '127.0.0.1:9'"},
        {"http://u:secret@[::1", "cannot resolve the proxy '[::1'"},
        {"http://u:secret@p.invalid:1", "cannot resolve the proxy 'p.invalid:1'"},
        {"http://u:secret@127.0.0.1:1", "nothing listens at the proxy 127.0.0.1:1"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.proxy);
        const Environment plain("http_proxy", row.proxy);
        ExchangeFixture fixture;
        const auto& failure = fixture.exchange(1, fixture.request("http://example.invalid/")).failure;
        REQUIRE(failure);
        CHECK(failure->detail == row.detail);
    }
    http::Turn turn;
    http::Exchange exchange(http::curl_library(), turn);
    exchange.url = *http::parse_url("http://h/");
    exchange.proxy = "https://u:secret@p:1";
    std::strcpy(exchange.error, "Unsupported proxy 'https://u:secret@p:1', libcurl is built without it");
    CHECK(http::failure_of(exchange, CURLE_NOT_BUILT_IN).detail ==
          "no usable answer from h:80: Unsupported proxy 'p:1', libcurl is built without it");
}
