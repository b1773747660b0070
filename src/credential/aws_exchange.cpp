#include "credential/aws_exchange.hpp"

#include <algorithm>

#include <poll.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace credential {

namespace {

constexpr http::CallId the_call = 1; // nobody else uses the transport meanwhile
constexpr std::size_t longest_words = 300;
constexpr std::size_t largest_answer = 256U << 10U;

using Kind = http::Failure::Kind;

void stop_when_woken(const AwsWorld& world) {
    pollfd wake{world.wake_fd, POLLIN, 0};
    if (world.wake_fd >= 0 && ::poll(&wake, 1, 0) > 0)
        throw base::Error(base::Fault::interrupted, "stopped while looking for AWS credentials");
}

std::optional<Answer> answer_among(std::vector<http::Event> events) {
    for (auto& event : events) {
        if (event.id != the_call) continue;
        if (auto* response = std::get_if<http::Response>(&event.what)) return std::move(*response);
        if (auto* failure = std::get_if<http::Failure>(&event.what)) return std::move(*failure);
    }
    return std::nullopt;
}

/// Takes the call back when the wait is given up, so that its id is free again.
class Pending {
  public:
    Pending(http::Transport& transport, http::Request request) : transport_(transport) {
        transport_.start(the_call, std::move(request));
    }
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    ~Pending() {
        if (over_) return;
        transport_.cancel(the_call);
        transport_.wait({}, -1);
    }
    std::optional<Answer> wait(base::Duration limit, int wake_fd) {
        auto answer = answer_among(transport_.wait(limit, wake_fd));
        over_ = answer.has_value();
        return answer;
    }

  private:
    http::Transport& transport_;
    bool over_ = false;
};

bool passes_perhaps(Kind kind) {
    switch (kind) {
    case Kind::unresolved:
    case Kind::refused:
    case Kind::unreachable:
    case Kind::connect_timeout:
    case Kind::timeout:
    case Kind::broken:
        return true;
    case Kind::forbidden:
    case Kind::tls:
    case Kind::too_large:
    case Kind::protocol:
    case Kind::cancelled:
    case Kind::unavailable:
    case Kind::unrecorded:
        return false;
    }
    return false;
}

bool worth_repeating(const Answer& answer, const std::function<bool(const http::Response&)>& again) {
    if (const auto* failure = std::get_if<http::Failure>(&answer)) return passes_perhaps(failure->kind);
    const auto& response = std::get<http::Response>(answer);
    return response.status >= 500 || (again && again(response));
}

} // namespace

Answer ask(const AwsWorld& world, http::Request request) {
    stop_when_woken(world);
    request.max_body = largest_answer;
    request.ca_bundle = world.ca_bundle;
    http::Timeouts& t = request.timeouts;
    for (base::Duration* limit : {&t.connect, &t.first_byte, &t.idle, &t.total})
        *limit = std::min(*limit, world.patience.most);
    // The transport keeps the timeouts; this is for one that does not.
    const base::Duration limit = request.timeouts.total + base::seconds(5);
    const base::Duration begun = world.clock.active();
    Pending pending(world.transport(), std::move(request));
    while (world.clock.active() - begun < limit) {
        if (auto answer = pending.wait(base::seconds(1), world.wake_fd)) return std::move(*answer);
        stop_when_woken(world);
    }
    return http::Failure{.kind = Kind::timeout, .detail = "no answer in time"};
}

Answer ask_again(const AwsWorld& world, int attempts, const std::function<http::Request()>& make,
                 const std::function<bool(const http::Response&)>& again) {
    for (int attempt = 1;; ++attempt) {
        Answer answer = ask(world, make());
        if (attempt >= std::min(attempts, world.patience.attempts) || !worth_repeating(answer, again))
            return answer;
        if (world.patience.pause.us > 0) world.transport().wait(world.patience.pause, world.wake_fd);
        stop_when_woken(world);
    }
}

http::Timeouts patient_for(base::Duration each) {
    return {std::min(each, base::seconds(5)), each, each, each + each + each};
}

std::string said(std::string_view text, const base::Redactor& secrets) {
    return base::ellipsis(base::visible(secrets(base::trim(text))), longest_words);
}

base::Error unreachable(const std::string& what, const std::string& url, const http::Failure& failure) {
    return {base::Fault::secret,
            base::format("{}: cannot reach '{}': {}", what, http::displayed(url), failure.detail)};
}

} // namespace credential
