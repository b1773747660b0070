// Every exchange of the process on one thread: a queue in front of libcurl's multi handle, and timers of our
// own behind it, because libcurl's count the time a laptop slept on some systems and the time spent in a
// queue.
//
// An exchange waits in the queue of its lane (scheme, host, port) until a connection is likely to be free for
// it: its clocks start when it leaves. Few exchanges of a lane look for a connection at the same moment,
// since libcurl starts one thread for each look-up of a name.
#pragma once

#include <map>
#include <unordered_map>

#include "http/curl_exchange.hpp"
#include "http/curl_options.hpp"

namespace http {

class CurlTransport final : public Transport {
  public:
    /// `library` is asked at the first start(). `clock` must outlive the transport.
    CurlTransport(base::Clock& clock, std::string user_agent, const CurlLibrary& (*library)());
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;
    ~CurlTransport() override;

    void start(CallId id, Request request) override;
    void cancel(CallId id) override;
    using Transport::wait;
    std::vector<Event> wait(base::Duration limit, std::span<const Wake> wakes) override;

    /// At most this many exchanges (and connections) at once; the rest queues. Requires: nothing started yet.
    void limit_connections(std::size_t most) noexcept { most_active_ = most; }

  private:
    using Exchanges = std::unordered_map<CallId, std::unique_ptr<Exchange>>;

    void open();
    void fail(CallId id, Failure::Kind kind, std::string detail);
    std::string accept(Exchange& exchange, Failure::Kind& kind);

    void take_turn();
    void admit();
    Lane* next_lane();
    void begin(Exchange& exchange);
    bool attach(Exchange& exchange);
    void connect_again(Exchange& exchange);
    void perform();
    void hand_on_chunks();
    void collect_finished();
    void finish(Exchange& exchange, CURLcode code);
    void end_overdue();
    void remove(Exchanges::iterator exchange);
    CURL* take_handle();
    void give_back(CURL* handle);
    bool poll(base::Duration limit, std::span<const Wake> wakes);

    base::Clock& clock_;
    Surroundings surroundings_;
    const CurlLibrary& (*ask_library_)();
    const CurlLibrary* curl_ = nullptr;
    CURLM* multi_ = nullptr;
    std::vector<CURL*> spare_; ///< handles between two exchanges: clean, but they remember TLS sessions
    std::size_t most_active_ = 0;
    std::size_t active_ = 0; ///< exchanges that left the queue
    bool stirred_ = false;   ///< something came that libcurl has not seen yet
    std::uint64_t next_order_ = 0;
    Turn turn_;
    std::map<std::string, Lane> lanes_; ///< by scheme://host:port; never erased, exchanges point into it
    Exchanges exchanges_;
    std::vector<Event> ready_;
};

} // namespace http
