// Exchanges that end without a response: the kind, and the whole sentence.
#include "exchange_fixture.hpp"

#include <cstdarg>

#include "base/text.hpp"
#include "http/curl_transport.hpp"

using Kind = http::Failure::Kind;
using Then = ServerReply::Then;

namespace {

std::string peer(const LoopbackServer& server) {
    return base::format("127.0.0.1:{}", server.port());
}

ServerReply never(const SeenRequest&) {
    return {};
}

} // namespace

TEST_CASE_FIXTURE(ExchangeFixture, "nothing listens") {
    int port = 0;
    {
        LoopbackServer gone(never);
        port = gone.port();
    }
    const auto& failure = exchange(1, request(base::format("http://127.0.0.1:{}/", port))).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::refused);
    CHECK(failure->detail == base::format("nothing listens at 127.0.0.1:{}", port));
    CHECK_FALSE(failure->sent_output);
}

TEST_CASE_FIXTURE(ExchangeFixture, "a name without address") {
    // A label of 64 letters is no name, so no name server is asked.
    const std::string host = std::string(64, 'a') + ".invalid";
    const auto& failure = exchange(1, request("http://" + host)).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::unresolved);
    CHECK(failure->detail == "cannot resolve '" + host + "'");
}

TEST_CASE_FIXTURE(ExchangeFixture, "addresses that may not be reached are not connected to") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    struct Row {
        std::string host;
        const char* detail;
    };
    const Row rows[] = {
        {"127.0.0.1", "'127.0.0.1' is a loopback address; set spec.allowPrivate: true"},
        {"0x7f.1",
         "'127.0.0.1', the address of '0x7f.1', is a loopback address; set spec.allowPrivate: true"},
        {"2130706433",
         "'127.0.0.1', the address of '2130706433', is a loopback address; set spec.allowPrivate: true"},
        {"017700000001",
         "'127.0.0.1', the address of '017700000001', is a loopback address; set spec.allowPrivate: true"},
        {"[::1]", "'::1' is a loopback address; set spec.allowPrivate: true"},
        {"[::ffff:127.0.0.1]", "'::ffff:127.0.0.1' is a loopback address; set spec.allowPrivate: true"},
        {"10.0.0.1", "'10.0.0.1' is a private address; set spec.allowPrivate: true"},
        {"169.254.169.254", "'169.254.169.254' is a cloud metadata address, which is never reached"},
        {"0.0.0.0", "'0.0.0.0' is an unspecified address, which is never reached"},
    };
    http::CallId id = 0;
    for (const auto& row : rows) {
        CAPTURE(row.host);
        auto asked = request(base::format("http://{}:{}/", row.host, server.port()));
        asked.reach = http::Reach::public_only;
        const auto& failure = exchange(++id, asked).failure;
        REQUIRE(failure);
        CHECK(failure->kind == Kind::forbidden);
        CHECK(failure->detail == row.detail);
    }
    auto asked = request(base::format("http://localhost:{}/", server.port()));
    asked.reach = http::Reach::public_only;
    CHECK(exchange(++id, asked).failure->kind == Kind::forbidden);
    auto unspecified = request(base::format("http://0.0.0.0:{}/", server.port()));
    CHECK(exchange(++id, unspecified).failure->kind == Kind::forbidden);
    REQUIRE(exchange(++id, request(server.url())).response); // the server has had its turn
    CHECK(server.accepted() == 1);
}

TEST_CASE_FIXTURE(ExchangeFixture, "a pooled connection does not serve who may not reach it") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    REQUIRE(exchange(1, request(server.url(), "allowed")).response);
    auto asked = request(server.url(), "not allowed");
    asked.reach = http::Reach::public_only;
    const auto& failure = exchange(2, asked).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::forbidden);
    CHECK(failure->detail == "'127.0.0.1' is a loopback address; set spec.allowPrivate: true");
    REQUIRE(exchange(3, request(server.url(), "allowed")).response);
    for (const auto& seen : server.requests())
        CHECK(seen.body == "allowed");
}

TEST_CASE_FIXTURE(ExchangeFixture, "nor does one that was opened under a name, one by one or at once") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    const std::string url = base::format("http://localhost:{}/", server.port());
    auto inside = request(url, "allowed");
    auto outside = request(url, "not allowed");
    outside.reach = http::Reach::public_only;
    constexpr const char* detail =
        "'127.0.0.1', the address of 'localhost', is a loopback address; set spec.allowPrivate: true";

    REQUIRE(exchange(1, inside).response);
    REQUIRE(exchange(2, outside).failure);
    CHECK(outcomes[2].failure->kind == Kind::forbidden);
    CHECK(outcomes[2].failure->detail == detail);
    REQUIRE(exchange(3, inside).response);
    CHECK(server.accepted() <= 2);

    for (http::CallId id = 100; id < 180; ++id)
        transport->start(id, id % 2 == 0 ? inside : outside);
    for (http::CallId id = 100; id < 180; ++id) {
        const auto& outcome = finish(id);
        CHECK(outcome.response.has_value() == (id % 2 == 0));
        if (outcome.failure) CHECK(outcome.failure->kind == Kind::forbidden);
    }
    CHECK(server.requests().size() == 42);
    for (const auto& seen : server.requests())
        CHECK(seen.body == "allowed");
}

TEST_CASE_FIXTURE(ExchangeFixture, "answers that break off or are none") {
    struct Row {
        const char* bytes;
        Kind kind;
        const char* detail;
        bool output;
    };
    const Row rows[] = {
        {"", Kind::broken, "{} closed the connection without an answer", false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", Kind::broken,
         "the connection to {} ended before the answer was whole", true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Kind::broken,
         "the connection to {} ended before the answer was whole", true},
        {"HTTP/1.1 200 OK\r\nX-A: 1\r\n", Kind::broken,
         "the connection to {} ended before the answer was whole", false},
        {"SSH-2.0-OpenSSH_9.2\r\n", Kind::protocol, "{} does not speak HTTP", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Kind::broken,
         "the connection to {} ended before the answer was whole", false},
    };
    http::CallId id = 0;
    for (const auto& row : rows) {
        CAPTURE(row.bytes);
        LoopbackServer server([&](const SeenRequest&) { return ServerReply{row.bytes, Then::close}; });
        const auto& outcome = exchange(++id, request(server.url()));
        REQUIRE(outcome.failure);
        CHECK(outcome.failure->kind == row.kind);
        CHECK(outcome.failure->detail == base::replace_all(row.detail, "{}", peer(server)));
        CHECK(outcome.failure->sent_output == row.output);
    }
}

TEST_CASE_FIXTURE(ExchangeFixture, "an answer that is too large is cut off") {
    LoopbackServer server([](const SeenRequest& seen) {
        if (seen.body == "header")
            return ServerReply{"HTTP/1.1 200 OK\r\n" + std::string(4, 'a') + ": " + std::string(90'000, 'b') +
                               "\r\nb: " + std::string(90'000, 'b') + "\r\nc: " + std::string(90'000, 'b') +
                               "\r\n\r\n"};
        if (seen.body == "line")
            return ServerReply{"HTTP/1.1 200 OK\r\na: " + std::string(2U << 20U, 'b') + "\r\n\r\n"};
        return ServerReply{http_response(std::string(2U << 20U, 'x'))};
    });
    auto asked = request(server.url());
    asked.max_body = 1U << 20U;
    const auto& failure = exchange(1, asked).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::too_large);
    CHECK(failure->detail == base::format("the answer of {} is larger than 1048576 bytes", peer(server)));
    CHECK(failure->sent_output);

    asked.max_body = 2U << 20U;
    CHECK(exchange(2, asked).response->body.size() == 2U << 20U);

    asked.stream = true;
    asked.max_body = 1U << 20U;
    CHECK(exchange(3, asked).failure->kind == Kind::too_large);
    CHECK_FALSE(outcomes[3].chunks.empty());

    asked.body = "header";
    const auto& header = exchange(4, asked).failure;
    REQUIRE(header);
    CHECK(header->kind == Kind::too_large);
    CHECK(header->detail == base::format("the header of the answer of {} is too large", peer(server)));

    asked.body = "line";
    const auto& line = exchange(5, asked).failure;
    REQUIRE(line);
    CHECK(line->kind == Kind::too_large);
    CHECK(line->detail == base::format("the header of the answer of {} is too large", peer(server)));
}

TEST_CASE_FIXTURE(ExchangeFixture, "cancelling") {
    LoopbackServer server(
        [](const SeenRequest&) { return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}; });
    auto asked = request(server.url());
    asked.stream = true;
    transport->start(1, asked);
    transport->start(2, asked);
    transport->cancel(2); // still queued
    wait_until([&] { return !outcomes[1].chunks.empty(); });
    REQUIRE(outcomes[2].failure);
    CHECK(outcomes[2].failure->kind == Kind::cancelled);
    CHECK_FALSE(outcomes[2].failure->sent_output);
    clock.pass(base::seconds(2));
    transport->cancel(1);
    transport->cancel(1);
    transport->cancel(99);
    const auto events = transport->wait({}, -1);
    REQUIRE(events.size() == 1);
    const auto failure = std::get<http::Failure>(events[0].what);
    CHECK(failure.kind == Kind::cancelled);
    CHECK(failure.detail == "cancelled");
    CHECK(failure.sent_output);
    CHECK(failure.total.us == 2'000'000);
    CHECK(server.requests().size() == 1);
}

TEST_CASE_FIXTURE(ExchangeFixture, "requests that must not be sent") {
    LoopbackServer server(never);
    struct Row {
        const char* header;
        std::string value;
        const char* detail;
    };
    const Row rows[] = {
        {"x-a", "1\r\nEvil: 1", "the value of the header 'x-a' holds a line break or NUL"},
        {"x-a", "1\nEvil: 1", "the value of the header 'x-a' holds a line break or NUL"},
        {"x-a", std::string("1\0002", 3), "the value of the header 'x-a' holds a line break or NUL"},
        {"x-a: 1\r\nEvil", "1", "'x-a: 1\\x0d\\nEvil' is not a header name"},
        {"", "1", "'' is not a header name"},
        {"Content-Length", "1", "the header 'Content-Length' is set by the transport itself"},
        {"transfer-encoding", "chunked", "the header 'transfer-encoding' is set by the transport itself"},
    };
    http::CallId id = 0;
    for (const auto& row : rows) {
        auto plain = request(server.url());
        plain.headers.push_back({row.header, row.value});
        auto secret = request(server.url());
        secret.secret_headers.push_back({row.header, "", base::SecretText(row.value)});
        for (const auto& asked : {plain, secret}) {
            const auto& failure = exchange(++id, asked).failure;
            REQUIRE(failure);
            CHECK(failure->kind == Kind::protocol);
            CHECK(failure->detail == row.detail);
        }
    }
    auto method = request(server.url());
    method.method = "GET / HTTP/1.1\r\nEvil: 1\r\n";
    CHECK(exchange(++id, method).failure->kind == Kind::protocol);
    for (const char* url : {"file:///etc/passwd", "http://user:pw@127.0.0.1/", "ftp://127.0.0.1/", ""}) {
        const auto& failure = exchange(++id, request(url)).failure;
        REQUIRE(failure);
        CHECK(failure->kind == Kind::protocol);
        CHECK(failure->detail ==
              "the URL cannot be used: it must be http or https, with a host and without user name");
    }
    CHECK(server.accepted() == 0);
}

namespace {

const http::CurlLibrary& absent_library() {
    static const http::CurlLibrary library = [] {
        http::CurlLibrary missing;
        missing.missing = "libcurl is not installed: install the package 'libcurl4'";
        return missing;
    }();
    return library;
}

} // namespace

TEST_CASE("without libcurl every exchange fails and says what to install") {
#ifdef ORLOJ_CURL_DLOPEN
    const char* absent[] = {"liborloj-no-such-library.so.4"};
    CHECK(http::load_curl(absent).missing == absent_library().missing);
#endif
    FakeClock clock;
    http::CurlTransport transport(clock, "orloj/test", &absent_library);
    transport.start(1, ExchangeFixture::request("http://127.0.0.1/"));
    transport.start(2, ExchangeFixture::request("http://127.0.0.1/"));
    const auto events = transport.wait(base::seconds(1), -1);
    REQUIRE(events.size() == 2);
    for (const auto& event : events) {
        const auto failure = std::get<http::Failure>(event.what);
        CHECK(failure.kind == Kind::unavailable);
        CHECK(failure.detail == "libcurl is not installed: install the package 'libcurl4'");
    }
    CHECK(transport.wait(base::milliseconds(1), -1).empty());
}

TEST_CASE("a libcurl without what safety needs is not used") {
    CHECK(http::unusable_version(0x075500) == "");
    CHECK(http::unusable_version(0x080b01) == "");
    CHECK(http::unusable_version(0x074a00) ==
          "libcurl 7.74.0 is too old: orloj needs 7.85 or newer (package 'libcurl4')");
}

namespace {

// libcurl's own signature; the enum is as wide as what it is promoted to.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wvarargs"
CURLcode without_protocols(CURL* handle, CURLoption option, ...) {
    if (option == CURLOPT_PROTOCOLS_STR) return CURLE_UNKNOWN_OPTION;
    va_list arguments;
    va_start(arguments, option);
    void* value = va_arg(arguments, void*);
    va_end(arguments);
    return http::curl_library().easy_setopt(handle, option, value);
}
#pragma GCC diagnostic pop

const http::CurlLibrary& reluctant_library() {
    static const http::CurlLibrary library = [] {
        http::CurlLibrary reluctant = http::curl_library();
        reluctant.easy_setopt = &without_protocols;
        return reluctant;
    }();
    return library;
}

} // namespace

TEST_CASE("an option that libcurl refuses ends the exchange before anything is sent") {
    LoopbackServer server(never);
    ExchangeFixture fixture;
    fixture.transport =
        std::make_unique<http::CurlTransport>(fixture.clock, "orloj/test", &reluctant_library);
    const auto& failure = fixture.exchange(1, fixture.request(server.url())).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::unavailable);
    CHECK(failure->detail.starts_with("libcurl refuses the option 'PROTOCOLS_STR': "));
    CHECK(server.accepted() == 0);
}
