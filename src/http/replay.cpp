#include "http/replay.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace http {

ReplayTransport::ReplayTransport(Answer answer, Idle idle)
    : answer_(std::move(answer)), idle_(std::move(idle)) {}

void ReplayTransport::start(CallId id, Request request) {
    started_.push_back({id, std::move(request)});
}

void ReplayTransport::cancel(CallId id) {
    const auto found = std::find_if(started_.begin(), started_.end(),
                                    [id](const Started& started) { return started.id == id; });
    if (found == started_.end()) return;
    started_.erase(found);
    ready_.push_back({id, Failure{.kind = Failure::Kind::cancelled, .detail = "cancelled"}});
}

void ReplayTransport::answer(Started& started, std::vector<Event>& events) {
    Played answer = answer_(started.request);
    auto* response = std::get_if<Response>(&answer.what);
    const bool success = response == nullptr || (response->status >= 200 && response->status < 300);
    if (started.request.stream && success) {
        if (response != nullptr && answer.pieces.empty()) answer.pieces.push_back(response->body);
        for (std::string& piece : answer.pieces)
            if (!piece.empty()) events.push_back({started.id, Chunk{std::move(piece)}});
        if (response != nullptr) response->body.clear();
    }
    if (response != nullptr) {
        events.push_back({started.id, std::move(*response)});
    } else {
        events.push_back({started.id, std::get<Failure>(std::move(answer.what))});
    }
}

std::vector<Event> ReplayTransport::wait(base::Duration limit, std::span<const Wake> wakes) {
    auto events = std::exchange(ready_, {});
    // Taken out first: an answer may start or cancel something.
    auto due = std::exchange(started_, {});
    for (auto& started : due)
        answer(started, events);
    if (!events.empty() || limit.us <= 0) return events;
    if (idle_) {
        idle_(limit);
    } else {
        wait_for(wakes, limit);
    }
    return events;
}

ReplayTransport::Answer scripted(std::vector<std::variant<Response, Failure>> answers) {
    return [answers = std::move(answers), next = std::size_t{0}](const Request&) mutable {
        if (next < answers.size()) return answers[next++];
        return std::variant<Response, Failure>(Failure{
            .kind = Failure::Kind::broken,
            .detail = base::format("the script ends after {}", base::counted(answers.size(), "answer"))});
    };
}

} // namespace http
