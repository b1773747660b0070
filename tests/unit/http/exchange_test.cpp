// Exchanges that succeed: what is sent, what comes back, and on which connection.
#include "exchange_fixture.hpp"

#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/curl_transport.hpp"

using Then = ServerReply::Then;

TEST_CASE_FIXTURE(ExchangeFixture, "a request arrives as it was made") {
    LoopbackServer server(
        [](const SeenRequest&) { return ServerReply{http_response("{\"ok\":1}", "200 OK", "X-Id: 7\r\n")}; });
    auto asked = request(server.url("/v1/chat?x=1"), "{\"a\":1}");
    asked.headers = {{"content-type", "application/json"}, {"X-Empty", ""}};
    asked.secret_headers.push_back({"authorization", "Bearer ", base::SecretText("sk-secret\n")});
    const auto& outcome = exchange(1, asked);
    REQUIRE(outcome.response);
    CHECK(outcome.response->status == 200);
    CHECK(outcome.response->body == "{\"ok\":1}");
    CHECK(outcome.response->header("x-id") == "7");
    CHECK_FALSE(outcome.response->via_proxy);
    const auto seen = server.requests().at(0);
    CHECK(seen.head ==
          base::format("POST /v1/chat?x=1 HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUser-Agent: orloj/test\r\n"
                       "Accept: */*\r\ncontent-type: application/json\r\nX-Empty:\r\n"
                       "authorization: Bearer sk-secret\r\nContent-Length: 7\r\n\r\n",
                       server.port()));
    CHECK(seen.body == "{\"a\":1}");
}

TEST_CASE_FIXTURE(ExchangeFixture, "methods") {
    LoopbackServer server([](const SeenRequest& seen) {
        return ServerReply{seen.head.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                                                         : http_response("x")};
    });
    struct Row {
        const char* method;
        const char* body;
        bool length;
    };
    const Row rows[] = {{"GET", "", false},    {"GET", "b", true},    {"POST", "", true},
                        {"PUT", "b", true},    {"PATCH", "", true},   {"HEAD", "", false},
                        {"DELETE", "", false}, {"DELETE", "b", true}, {"OPTIONS", "", false}};
    http::CallId id = 0;
    for (const auto& row : rows) {
        CAPTURE(row.method);
        auto asked = request(server.url(), row.body);
        asked.method = row.method;
        REQUIRE(exchange(++id, asked).response);
        const auto seen = server.requests().back();
        CHECK(seen.head.starts_with(std::string(row.method) + " / HTTP/1.1\r\n"));
        CHECK(seen.body == row.body);
        CHECK((seen.head.find("Content-Length:") != std::string::npos) == row.length);
        CHECK(seen.head.find("Content-Type") == std::string::npos);
        CHECK(seen.head.find("Expect") == std::string::npos);
    }
    CHECK(server.accepted() == 1);
}

TEST_CASE_FIXTURE(ExchangeFixture, "a large body is sent without asking for permission") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    REQUIRE(exchange(1, request(server.url(), std::string(3U << 20U, 'a'))).response);
    CHECK(server.requests().at(0).body.size() == 3U << 20U);
    CHECK(server.requests().at(0).head.find("100-continue") == std::string::npos);
}

TEST_CASE_FIXTURE(ExchangeFixture, "one connection serves many exchanges") {
    LoopbackServer server([](const SeenRequest& seen) { return ServerReply{http_response(seen.body)}; });
    for (http::CallId id = 1; id <= 20; ++id)
        CHECK(exchange(id, request(server.url(), std::to_string(id))).response->body == std::to_string(id));
    CHECK(server.accepted() == 1);
}

TEST_CASE_FIXTURE(ExchangeFixture, "a connection closed by the server is replaced") {
    LoopbackServer server([](const SeenRequest&) {
        return ServerReply{http_response("x", "200 OK", "Connection: close\r\n"), Then::close};
    });
    REQUIRE(exchange(1, request(server.url())).response);
    REQUIRE(exchange(2, request(server.url())).response);
    CHECK(server.accepted() == 2);
}

TEST_CASE_FIXTURE(ExchangeFixture, "two at once, answered in the other order") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{}; });
    transport->start(1, request(server.url(), "one"));
    transport->start(2, request(server.url(), "two"));
    wait_for_requests(server, 2);
    std::map<std::string, int> connection;
    for (const auto& seen : server.requests())
        connection[seen.body] = seen.connection;
    server.send(connection["two"], http_response("second"));
    CHECK(finish(2).response->body == "second");
    CHECK_FALSE(outcomes[1].ended());
    server.send(connection["one"], http_response("first"));
    CHECK(finish(1).response->body == "first");
}

TEST_CASE_FIXTURE(ExchangeFixture, "a stream is handed on as it arrives") {
    LoopbackServer server([](const SeenRequest&) {
        return ServerReply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"};
    });
    auto asked = request(server.url());
    asked.stream = true;
    transport->start(1, asked);
    wait_until([&] { return !outcomes[1].chunks.empty(); });
    CHECK_FALSE(outcomes[1].ended());
    server.send(1, "2\r\nde\r\n");
    wait_until([&] { return outcomes[1].chunks.size() == 2; });
    server.send(1, "0\r\nX-Trailer: 1\r\n\r\n");
    const auto& outcome = finish(1);
    REQUIRE(outcome.response);
    CHECK(outcome.chunks == std::vector<std::string>{"abc", "de"});
    CHECK(outcome.response->status == 200);
    CHECK(outcome.response->body.empty());
    CHECK(outcome.response->header("x-trailer") == "");
}

TEST_CASE_FIXTURE(ExchangeFixture,
                  "the body of an error comes with the response, streaming or not, and is cut at 1 MiB") {
    LoopbackServer server([](const SeenRequest& seen) {
        return ServerReply{http_response(seen.body == "huge" ? std::string(3U << 20U, 'e') : "{\"error\":1}",
                                         "429 Too Many Requests", "Retry-After: 3\r\n")};
    });
    auto asked = request(server.url());
    asked.stream = true;
    const auto& outcome = exchange(1, asked);
    REQUIRE(outcome.response);
    CHECK(outcome.response->status == 429);
    CHECK(outcome.response->body == "{\"error\":1}");
    CHECK(outcome.response->header("retry-after") == "3");
    CHECK(outcome.chunks.empty());

    asked.body = "huge";
    const auto& huge = exchange(2, asked);
    REQUIRE(huge.response);
    CHECK(huge.response->body.size() == 1U << 20U);
    asked.stream = false;
    asked.max_body = 10;
    CHECK(exchange(3, asked).response->body == "eeeeeeeeee");
}

TEST_CASE_FIXTURE(ExchangeFixture, "a redirect is an answer, not an order") {
    LoopbackServer server([](const SeenRequest&) {
        return ServerReply{http_response("", "302 Found", "Location: http://127.0.0.1/elsewhere\r\n")};
    });
    CHECK(exchange(1, request(server.url())).response->status == 302);
    CHECK(server.requests().size() == 1);
}

TEST_CASE_FIXTURE(ExchangeFixture, "interim responses are passed over") {
    LoopbackServer server([](const SeenRequest&) {
        return ServerReply{"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + http_response("x")};
    });
    const auto& outcome = exchange(1, request(server.url()));
    CHECK(outcome.response->status == 200);
    CHECK(outcome.response->header("link") == "");
}

TEST_CASE_FIXTURE(ExchangeFixture, "durations are active time") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{}; });
    transport->start(1, request(server.url()));
    wait_for_requests(server, 1);
    clock.pass(base::seconds(3));
    server.send(1, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
    for (int i = 0; i < 20; ++i)
        take(transport->wait(base::milliseconds(1), -1));
    clock.pass(base::seconds(2));
    server.send(1, "x");
    const auto& outcome = finish(1);
    REQUIRE(outcome.response);
    CHECK(outcome.response->total.us == 5'000'000);
    CHECK(outcome.response->first_byte.us >= 3'000'000);
}

TEST_CASE_FIXTURE(ExchangeFixture, "200 at once") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{}; });
    for (http::CallId id = 1; id <= 200; ++id)
        transport->start(id, request(server.url(), std::to_string(id)));
    wait_for_requests(server, 200);
    for (const auto& seen : server.requests())
        server.send(seen.connection, http_response("re " + seen.body));
    for (http::CallId id = 1; id <= 200; ++id) {
        REQUIRE(finish(id).response);
        CHECK(outcomes[id].response->body == "re " + std::to_string(id));
    }
    CHECK(server.accepted() == 200);
}

TEST_CASE_FIXTURE(ExchangeFixture, "who waits for a connection goes on without another event") {
    LoopbackServer* self = nullptr;
    std::vector<int> waiting;
    LoopbackServer server([&](const SeenRequest& seen) {
        waiting.push_back(seen.connection);
        if (waiting.size() == 300)
            for (const int connection : waiting)
                self->send(connection, http_response("x"));
        return ServerReply{};
    });
    self = &server;
    for (http::CallId id = 1; id <= 300; ++id)
        transport->start(id, request(server.url()));
    for (std::size_t ended = 0; ended < 300;) {
        const auto events = transport->wait(base::seconds(20), -1);
        REQUIRE_FALSE(events.empty());
        ended += events.size();
    }
}

TEST_CASE("more than fit wait their turn, and waiting is not slowness") {
    ExchangeFixture fixture;
    auto transport = std::make_unique<http::CurlTransport>(fixture.clock, "orloj/test", &http::curl_library);
    transport->limit_connections(4);
    fixture.transport = std::move(transport);
    LoopbackServer server([](const SeenRequest&) { return ServerReply{}; });
    auto asked = fixture.request(server.url());
    asked.timeouts.first_byte = base::seconds(10);
    asked.timeouts.total = base::seconds(20);
    for (http::CallId id = 1; id <= 20; ++id)
        fixture.transport->start(id, asked);
    for (std::size_t answered = 0; answered < 20; answered += 4) {
        fixture.wait_for_requests(server, answered + 4);
        fixture.clock.pass(base::seconds(9));
        CHECK(server.requests().size() == answered + 4);
        const auto seen = server.requests();
        for (std::size_t i = answered; i < answered + 4; ++i)
            server.send(seen[i].connection, http_response("x"));
    }
    for (http::CallId id = 1; id <= 20; ++id) {
        REQUIRE(fixture.finish(id).response);
        CHECK(fixture.outcomes[id].response->total.us == 9'000'000);
    }
    CHECK(server.accepted() == 4);
}

TEST_CASE_FIXTURE(ExchangeFixture, "waiting ends with the descriptor, also with nothing started") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const base::Fd read_end(ends[0]);
    const base::Fd write_end(ends[1]);
    CHECK(transport->wait({}, -1).empty());
    CHECK(transport->wait(base::milliseconds(1), read_end.get()).empty());
    REQUIRE(::write(write_end.get(), "x", 1) == 1);
    CHECK(transport->wait(base::seconds(100), read_end.get()).empty()); // libcurl not loaded yet

    LoopbackServer server([](const SeenRequest&) { return ServerReply{}; });
    transport->start(1, request(server.url()));
    wait_for_requests(server, 1);
    CHECK(transport->wait(base::seconds(100), read_end.get()).empty());
    transport->cancel(1);
    CHECK(finish(1).failure);
    CHECK(transport->wait(base::seconds(100), read_end.get()).empty());
    pollfd still{read_end.get(), POLLIN, 0};
    CHECK(::poll(&still, 1, 0) == 1); // it was not read from
}

TEST_CASE_FIXTURE(ExchangeFixture, "an id may be used again once its exchange ended, not before") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    transport->start(1, request(server.url()));
    CHECK_THROWS_AS(transport->start(1, request(server.url())), base::Error);
    transport->cancel(1);
    transport->start(1, request(server.url()));
    int ended = 0;
    for (int round = 0; round < 1000 && ended < 2; ++round)
        for (const auto& event : transport->wait(base::milliseconds(20), -1))
            ended += std::holds_alternative<http::Chunk>(event.what) ? 0 : 1;
    CHECK(ended == 2);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a transport may go while exchanges are under way") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{}; });
    ExchangeFixture fixture;
    for (http::CallId id = 1; id <= 100; ++id)
        fixture.transport->start(id, fixture.request(server.url()));
    fixture.wait_for_requests(server, 50);
    fixture.transport.reset();
}
