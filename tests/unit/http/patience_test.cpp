// Timeouts, driven by a clock that moves only when told.
#include "exchange_fixture.hpp"

#include "base/text.hpp"

using Kind = http::Failure::Kind;

namespace {

ServerReply not_ever(const SeenRequest&) {
    return {};
}

} // namespace

TEST_CASE_FIXTURE(ExchangeFixture, "no first byte in time") {
    LoopbackServer server(not_ever);
    transport->start(1, request(server.url()));
    wait_for_requests(server, 1);
    clock.pass(base::seconds(599));
    CHECK(transport->wait({}, -1).empty());
    clock.pass(base::seconds(1));
    const auto& failure = finish(1).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::timeout);
    CHECK(failure->detail == base::format("no answer from 127.0.0.1:{} within 10m0s", server.port()));
    CHECK(failure->total.us == 600'000'000);
}

TEST_CASE_FIXTURE(ExchangeFixture, "an answer that pauses") {
    LoopbackServer server(
        [](const SeenRequest&) { return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"}; });
    auto asked = request(server.url());
    asked.stream = true;
    transport->start(1, asked);
    wait_until([&] { return outcomes[1].chunks.size() == 1; });
    clock.pass(base::seconds(119));
    server.send(1, "def");
    wait_until([&] { return outcomes[1].chunks.size() == 2; });
    clock.pass(base::seconds(119));
    take(transport->wait({}, -1));
    CHECK_FALSE(outcomes[1].ended());
    clock.pass(base::seconds(1));
    const auto& failure = finish(1).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::timeout);
    CHECK(failure->detail ==
          base::format("the answer of 127.0.0.1:{} paused for more than 2m0s", server.port()));
    CHECK(failure->sent_output);
}

TEST_CASE_FIXTURE(ExchangeFixture, "an answer that never ends") {
    LoopbackServer server(
        [](const SeenRequest&) { return ServerReply{"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc"}; });
    auto asked = request(server.url());
    asked.stream = true;
    transport->start(1, asked);
    for (std::size_t chunks = 1; chunks <= 9; ++chunks) {
        wait_until([&] { return outcomes[1].chunks.size() == chunks; });
        clock.pass(base::seconds(100));
        if (chunks < 9) server.send(1, "x");
    }
    const auto& failure = finish(1).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::timeout);
    CHECK(failure->detail ==
          base::format("the answer of 127.0.0.1:{} was not whole within 15m0s", server.port()));
}

TEST_CASE_FIXTURE(ExchangeFixture, "one that times out leaves the others alone") {
    LoopbackServer server(not_ever);
    auto hasty = request(server.url(), "hasty");
    hasty.timeouts.first_byte = base::seconds(1);
    transport->start(1, hasty);
    transport->start(2, request(server.url(), "patient"));
    wait_for_requests(server, 2);
    clock.pass(base::seconds(2));
    CHECK(finish(1).failure->kind == Kind::timeout);
    for (const auto& seen : server.requests())
        if (seen.body == "patient") server.send(seen.connection, http_response("x"));
    CHECK(finish(2).response);
}

TEST_CASE_FIXTURE(ExchangeFixture, "an answer that arrived while nobody looked is not late") {
    LoopbackServer server(not_ever);
    auto asked = request(server.url());
    transport->start(1, asked);
    wait_for_requests(server, 1);
    server.send(1, http_response("x"));
    // A second exchange on a connection of its own proves that the server has sent the first answer.
    ExchangeFixture other;
    other.transport->start(1, request(server.url()));
    other.wait_for_requests(server, 2);
    clock.pass(base::seconds(700));
    CHECK(finish(1).response);
}

TEST_CASE_FIXTURE(ExchangeFixture, "no connection in time") {
    // The handshake belongs to connecting, and this server says nothing.
    LoopbackServer server(not_ever);
    struct Row {
        base::Duration connect;
        base::Duration total;
        const char* within;
    };
    const Row rows[] = {
        {base::seconds(5), base::seconds(900), "5s"},
        {base::seconds(5), base::seconds(2), "2s"},
        {base::seconds(700), base::seconds(900), "11m40s"},
    };
    for (const Row& row : rows) {
        outcomes.clear();
        auto asked = request(base::format("https://127.0.0.1:{}/", server.port()));
        asked.timeouts.connect = row.connect;
        asked.timeouts.total = row.total;
        const int before = server.accepted();
        transport->start(1, asked);
        wait_until([&] { return server.accepted() > before; });
        const base::Duration end = std::min(row.connect, row.total);
        clock.pass(end - base::milliseconds(1));
        CHECK(transport->wait({}, -1).empty());
        clock.pass(base::milliseconds(1));
        const auto& failure = finish(1).failure;
        REQUIRE(failure);
        CHECK(failure->kind == Kind::connect_timeout);
        CHECK(failure->detail ==
              base::format("no connection to 127.0.0.1:{} within {}", server.port(), row.within));
    }
}
