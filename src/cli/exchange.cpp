#include "cli/exchange.hpp"

namespace cli {

std::string_view word_of(Delivery delivery) {
    switch (delivery) {
    case Delivery::queued:
        return "queued";
    case Delivery::running:
        return "running";
    case Delivery::retrypending:
        return "retrypending";
    case Delivery::succeeded:
        return "succeeded";
    case Delivery::deadletter:
        return "deadletter";
    }
    return "";
}

void Exchange::take(const trace::Event& event) {
    if (const auto* begin = std::get_if<trace::TaskStart>(&event.payload)) {
        input_ = begin->input;
        began_ = event.time;
    } else if (const auto* start = std::get_if<trace::AgentStart>(&event.payload)) {
        started(event, *start);
    } else if (const auto* end = std::get_if<trace::AgentEnd>(&event.payload)) {
        ended(*end);
    } else if (const auto* hand = std::get_if<trace::HandOff>(&event.payload)) {
        handed(event, *hand);
    } else if (const auto* call = std::get_if<trace::ModelCall>(&event.payload)) {
        said_[event.agent] = call->message;
    } else if (std::holds_alternative<trace::RetryScheduled>(event.payload)) {
        retries(event.agent, Delivery::retrypending);
    } else if (std::holds_alternative<trace::ModelRequest>(event.payload)) {
        retries(event.agent, Delivery::running);
    } else if (const auto* reported = std::get_if<trace::DelegatesReported>(&event.payload)) {
        for (Exchanged& message : messages_) {
            if (message.to == reported->node && message.type == "report")
                message.delivery = Delivery::succeeded;
        }
    } else if (const auto* done = std::get_if<trace::TaskEnd>(&event.payload)) {
        for (const std::string& sink : done->sinks)
            messages_.push_back({event.time, sink, "", "answer", Delivery::succeeded, 1, 1, said_[sink], -1});
        if (!done->sinks.empty()) answer_ = trace::answer_of(*done);
    }
}

/// Whatever waits for the agent is now worked on; who was handed nothing works on the task's input.
void Exchange::started(const trace::Event& event, const trace::AgentStart& start) {
    std::vector<std::size_t>& held = held_[start.node];
    held.clear();
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        if (messages_[i].to == start.node && messages_[i].delivery == Delivery::queued) held.push_back(i);
    }
    if (held.empty() && start.turn == 1) {
        held.push_back(messages_.size());
        messages_.push_back({began_.us > 0 ? began_ : event.time, "", start.node, "input", {}, 0, 1, "", -1});
    }
    for (const std::size_t i : held) {
        messages_[i].delivery = Delivery::running;
        ++messages_[i].attempts;
    }
}

void Exchange::ended(const trace::AgentEnd& end) {
    for (const std::size_t i : held_[end.node]) {
        messages_[i].delivery = end.error.empty() ? Delivery::succeeded : Delivery::deadletter;
        messages_[i].latency_ms = end.duration_ms;
    }
    held_[end.node].clear();
    if (!end.message.empty()) said_[end.node] = end.message;
}

void Exchange::handed(const trace::Event& event, const trace::HandOff& hand) {
    Exchanged out;
    out.time = event.time;
    out.from = hand.from;
    out.to = hand.to;
    out.type = hand.role.empty() ? "hand_over" : hand.role;
    out.generation = hand.generation;
    out.content = said_[hand.from];
    if (hand.role == "report") out.attempts = 1;
    messages_.push_back(std::move(out));
}

void Exchange::retries(const std::string& agent, Delivery now) {
    for (const std::size_t i : held_[agent]) {
        Exchanged& message = messages_[i];
        if (now == Delivery::retrypending) ++message.attempts;
        if (message.delivery == Delivery::running || message.delivery == Delivery::retrypending)
            message.delivery = now;
    }
}

} // namespace cli
