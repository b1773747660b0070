#include <doctest/doctest.h>

#include "base/os.hpp"
#include "http/replay.hpp"

namespace {

http::Response response(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

http::Request asking(std::string body) {
    http::Request request;
    request.url = "http://h";
    request.body = std::move(body);
    return request;
}

} // namespace

TEST_CASE("every exchange is answered at the next wait, in order") {
    http::ReplayTransport transport(
        [](const http::Request& request) { return response(200, "<" + request.body + ">"); },
        [](base::Duration) {});
    transport.start(7, asking("a"));
    transport.start(3, asking("b"));
    const auto events = transport.wait(base::seconds(1), -1);
    REQUIRE(events.size() == 2);
    CHECK(events[0].id == 7);
    CHECK(std::get<http::Response>(events[0].what).body == "<a>");
    CHECK(events[1].id == 3);
    CHECK(std::get<http::Response>(events[1].what).body == "<b>");
    CHECK(transport.wait(base::seconds(1), -1).empty());
}

TEST_CASE("a cancelled exchange is not asked") {
    int asked = 0;
    http::ReplayTransport transport([&](const http::Request&) {
        ++asked;
        return response(200, "");
    });
    transport.start(1, asking(""));
    transport.cancel(1);
    transport.cancel(2);
    const auto events = transport.wait({}, -1);
    REQUIRE(events.size() == 1);
    CHECK(std::get<http::Failure>(events[0].what).kind == http::Failure::Kind::cancelled);
    CHECK(asked == 0);
}

TEST_CASE("a streaming answer is a chunk and a response, an error is whole") {
    http::ReplayTransport transport(http::scripted({response(200, "data"), response(500, "oops")}));
    auto request = asking("");
    request.stream = true;
    transport.start(1, request);
    transport.start(2, request);
    const auto events = transport.wait({}, -1);
    REQUIRE(events.size() == 3);
    CHECK(std::get<http::Chunk>(events[0].what).bytes == "data");
    CHECK(std::get<http::Response>(events[1].what).body == "");
    CHECK(std::get<http::Response>(events[2].what).body == "oops");
}

TEST_CASE("a script ends with a failure") {
    http::ReplayTransport transport(http::scripted({http::Failure{.kind = http::Failure::Kind::refused}}));
    transport.start(1, asking(""));
    transport.start(2, asking(""));
    const auto events = transport.wait({}, -1);
    REQUIRE(events.size() == 2);
    CHECK(std::get<http::Failure>(events[0].what).kind == http::Failure::Kind::refused);
    CHECK(std::get<http::Failure>(events[1].what).kind == http::Failure::Kind::broken);
    CHECK(std::get<http::Failure>(events[1].what).detail == "the script ends after 1 answer");
}

TEST_CASE("with nothing due the idle function takes the place of waiting") {
    std::int64_t waited = 0;
    http::ReplayTransport transport(http::scripted({}), [&](base::Duration limit) { waited += limit.us; });
    CHECK(transport.wait(base::seconds(5), -1).empty());
    CHECK(waited == 5'000'000);
    CHECK(transport.wait({}, -1).empty());
    CHECK(waited == 5'000'000);
}

TEST_CASE("an answer may start the next exchange") {
    http::ReplayTransport* self = nullptr;
    http::ReplayTransport transport([&](const http::Request& request) {
        if (request.body == "first") self->start(2, asking("second"));
        return response(200, request.body);
    });
    self = &transport;
    transport.start(1, asking("first"));
    CHECK(transport.wait({}, -1).size() == 1);
    CHECK(transport.wait({}, -1).size() == 1);
}
