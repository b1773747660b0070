// The transport that needs no network: answers come from a function or a list. For tests and for playing a
// recorded run again. Every started exchange is answered at the next wait(), in the order of starting.
#pragma once

#include <deque>
#include <functional>

#include "http/http.hpp"

namespace http {

/// What an exchange is answered with.
struct Played {
    Played(Response response) : what(std::move(response)) {}
    Played(Failure failure) : what(std::move(failure)) {}
    Played(std::variant<Response, Failure> either) : what(std::move(either)) {}

    std::variant<Response, Failure> what;
    /// The chunks a streaming request gets before `what`, be it a failure; without any, the whole body of a
    /// Response is one.
    std::vector<std::string> pieces;
};

class ReplayTransport final : public Transport {
  public:
    using Answer = std::function<Played(const Request&)>;
    /// Called by wait() instead of waiting when nothing is due: a test moves its clock there.
    using Idle = std::function<void(base::Duration limit)>;

    /// Without `idle`, wait() really waits for its limit or a descriptor.
    explicit ReplayTransport(Answer answer, Idle idle = nullptr);

    void start(CallId id, Request request) override;
    void cancel(CallId id) override;
    /// A Response to a streaming request comes as chunks of its body and then itself without one, as
    /// from the network; the body of an error status stays in the Response.
    using Transport::wait;
    std::vector<Event> wait(base::Duration limit, std::span<const Wake> wakes) override;

  private:
    struct Started {
        CallId id;
        Request request;
    };
    void answer(Started& started, std::vector<Event>& events);

    Answer answer_;
    Idle idle_;
    std::deque<Started> started_;
    std::vector<Event> ready_;
};

/// Answers in the given order, whatever is asked; after the last one Failure::broken.
ReplayTransport::Answer scripted(std::vector<std::variant<Response, Failure>> answers);

} // namespace http
