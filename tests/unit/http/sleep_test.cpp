// The lid is closed for hours: the clock on the wall jumps, the one of active time stands still. No timeout
// fires; what fails is what the other side gave up meanwhile.
#include "exchange_fixture.hpp"

#include "base/text.hpp"

using Kind = http::Failure::Kind;
using Then = ServerReply::Then;

namespace {

constexpr base::Duration night = base::seconds(28800);

ServerReply unanswered(const SeenRequest&) {
    return {};
}

ServerReply part_of_an_answer(const SeenRequest&) {
    return {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"};
}

/// A server whose handshake does not come to an end.
std::string tls_url(const LoopbackServer& server) {
    return base::format("https://127.0.0.1:{}/", server.port());
}

struct SleepFixture : ExchangeFixture {
    /// Sleeps and looks: nothing happened.
    void sleep_through() {
        clock.sleep(night);
        take(transport->wait({}, -1));
        CHECK_FALSE(outcomes[1].ended());
    }
    /// Sleeps; the server has gone away meanwhile, and `detail` with its port is what is said.
    void check_dead_in_the_morning(LoopbackServer& server, std::string_view detail) {
        sleep_through();
        server.send(1, "", Then::close);
        const auto& failure = finish(1).failure;
        REQUIRE(failure);
        CHECK(failure->kind == Kind::broken); // which is tried again
        CHECK(failure->detail == base::replace_all(detail, "{}", std::to_string(server.port())));
        CHECK_FALSE(failure->sent_output);
    }
};

} // namespace

TEST_CASE_FIXTURE(SleepFixture, "asleep while it connects") {
    LoopbackServer server(unanswered);
    transport->start(1, request(tls_url(server)));
    wait_until([&] { return server.accepted() == 1; });
    check_dead_in_the_morning(server, "the connection to 127.0.0.1:{} ended during the TLS handshake");
}

TEST_CASE_FIXTURE(SleepFixture, "asleep while it connects, by a clock that runs on meanwhile") {
    // libcurl's own clock may count the time asleep. It fires here in earnest, and again: nothing comes of it
    // but another connection.
    LoopbackServer server(unanswered);
    auto asked = request(tls_url(server));
    asked.timeouts.connect = base::milliseconds(20);
    transport->start(1, asked);
    wait_until([&] { return server.accepted() >= 3; });
    CHECK_FALSE(outcomes[1].ended());
    clock.pass(base::milliseconds(20));
    const auto& failure = finish(1).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::connect_timeout);
    CHECK(failure->detail == base::format("no connection to 127.0.0.1:{} within 20ms", server.port()));
    // Whoever comes next finds a transport in order.
    LoopbackServer other([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    CHECK(exchange(2, request(other.url())).response);
}

TEST_CASE_FIXTURE(SleepFixture, "asleep before the first byte, and the answer is there") {
    LoopbackServer server(unanswered);
    transport->start(1, request(server.url()));
    wait_for_requests(server, 1);
    sleep_through();
    server.send(1, http_response("still here"));
    const auto& response = finish(1).response;
    REQUIRE(response);
    CHECK(response->body == "still here");
    CHECK(response->total.us == 0);
}

TEST_CASE_FIXTURE(SleepFixture, "asleep before the first byte, and the connection is dead") {
    LoopbackServer server(unanswered);
    transport->start(1, request(server.url()));
    wait_for_requests(server, 1);
    check_dead_in_the_morning(server, "127.0.0.1:{} closed the connection without an answer");
}

TEST_CASE_FIXTURE(SleepFixture, "asleep in the middle of an answer") {
    LoopbackServer server(part_of_an_answer);
    auto asked = request(server.url());
    asked.stream = true;
    transport->start(1, asked);
    wait_until([&] { return outcomes[1].chunks.size() == 1; });
    sleep_through(); // longer than idle and total
    server.send(1, "def");
    wait_until([&] { return outcomes[1].chunks.size() == 2; });
    sleep_through();
    server.send(1, "", Then::close);
    const auto& failure = finish(1).failure;
    REQUIRE(failure);
    CHECK(failure->kind == Kind::broken);
    CHECK(failure->detail ==
          base::format("the connection to 127.0.0.1:{} ended before the answer was whole", server.port()));
    CHECK(failure->sent_output);
}

TEST_CASE_FIXTURE(SleepFixture,
                  "a kept connection that the server closed meanwhile is replaced without a word") {
    LoopbackServer server([](const SeenRequest&) { return ServerReply{http_response("x")}; });
    REQUIRE(exchange(1, request(server.url())).response);
    clock.sleep(night);
    server.send(1, "", Then::close);
    // A connection of another transport proves that the server has closed the first.
    ExchangeFixture other;
    REQUIRE(other.exchange(1, request(server.url())).response);
    CHECK(exchange(2, request(server.url())).response);
    CHECK(server.accepted() == 3);
}

TEST_CASE_FIXTURE(SleepFixture,
                  "a kept connection that ends as the next request arrives is replaced as well") {
    LoopbackServer server([served = 0](const SeenRequest&) mutable {
        return ++served == 2 ? ServerReply{"", Then::close} : ServerReply{http_response("x")};
    });
    REQUIRE(exchange(1, request(server.url())).response);
    const auto& outcome = exchange(2, request(server.url()));
    REQUIRE(outcome.response);
    CHECK(outcome.response->body == "x");
    CHECK(server.accepted() == 2);
    CHECK(server.requests().size() == 3);
}
