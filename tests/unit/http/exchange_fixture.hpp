// What the tests of the transport share: a clock that moves only when told, and waiting for the end of
// exchanges with a bound.
#pragma once

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <map>

#include <doctest/doctest.h>

#include "http/http.hpp"
#include "loopback_server.hpp"

class FakeClock final : public base::Clock {
  public:
    base::Time now() override { return {wall_.load()}; }
    base::Duration active() override { return {active_.load()}; }
    /// The machine was awake for that long.
    void pass(base::Duration time) {
        wall_ += time.us;
        active_ += time.us;
    }
    /// The lid was closed for that long.
    void sleep(base::Duration time) { wall_ += time.us; }

  private:
    std::atomic<std::int64_t> wall_ = 1'800'000'000'000'000;
    std::atomic<std::int64_t> active_ = 5'000'000;
};

/// The tests say themselves which proxy there is and whom to trust; and peers go away here.
inline const bool neutral_process = [] {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
                             "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"})
        ::unsetenv(name);
    ::signal(SIGPIPE, SIG_IGN);
    return true;
}();

/// Sets a variable for as long as it lives.
struct Environment {
    std::string name;
    Environment(std::string variable, const std::string& value) : name(std::move(variable)) {
        ::setenv(name.c_str(), value.c_str(), 1);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() { ::unsetenv(name.c_str()); }
};

/// All events of one exchange, put together.
struct Outcome {
    std::vector<std::string> chunks;
    std::optional<http::Response> response;
    std::optional<http::Failure> failure;
    [[nodiscard]] bool ended() const { return response || failure; }
};

struct ExchangeFixture {
    FakeClock clock;
    std::unique_ptr<http::Transport> transport = http::curl_transport(clock, "orloj/test");
    std::map<http::CallId, Outcome> outcomes;

    static http::Request request(const std::string& url, const std::string& body = "{}") {
        http::Request request;
        request.url = url;
        request.body = body;
        request.reach = http::Reach::private_also;
        return request;
    }

    void take(std::vector<http::Event> events) {
        for (auto& event : events) {
            Outcome& outcome = outcomes[event.id];
            CHECK_FALSE(outcome.ended());
            if (auto* chunk = std::get_if<http::Chunk>(&event.what))
                outcome.chunks.push_back(std::move(chunk->bytes));
            if (auto* response = std::get_if<http::Response>(&event.what))
                outcome.response = std::move(*response);
            if (auto* failure = std::get_if<http::Failure>(&event.what))
                outcome.failure = std::move(*failure);
        }
    }

    template <typename Condition>
    void wait_until(Condition condition, int wake_fd = -1) {
        for (int round = 0; round < 5000 && !condition(); ++round)
            take(transport->wait(base::milliseconds(wake_fd >= 0 ? 5000 : 20), wake_fd));
        REQUIRE(condition());
    }

    Outcome& finish(http::CallId id) {
        wait_until([&] { return outcomes[id].ended(); });
        return outcomes[id];
    }

    Outcome& exchange(http::CallId id, http::Request request) {
        transport->start(id, std::move(request));
        return finish(id);
    }

    /// Performs until the server has read `count` requests.
    void wait_for_requests(LoopbackServer& server, std::size_t count) {
        wait_until(
            [&] {
                server.clear_seen();
                return server.requests().size() >= count;
            },
            server.seen_fd());
    }
};
