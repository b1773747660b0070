// Journals of small runs, for what draws them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trace/timeline.hpp"

namespace cases {

/// Events of a run, at the milliseconds said.
class Journal {
  public:
    Journal() { at(0, "", trace::TaskStart{2, "system", {{"topic", "tides"}}, {}}); }

    Journal& at(std::int64_t ms, std::string agent, trace::Payload payload, std::int64_t step = 0) {
        trace::Event event;
        event.seq = std::ssize(events) + 1;
        event.time = {ms * 1000};
        event.agent = std::move(agent);
        event.step = step;
        event.payload = std::move(payload);
        events.push_back(std::move(event));
        return *this;
    }
    Journal& start(std::int64_t ms, const std::string& agent, std::int64_t generation = 1) {
        trace::AgentStart start;
        start.node = agent;
        start.generation = generation;
        start.endpoint = "main";
        start.provider = "openai";
        start.model = "gpt-4o";
        return at(ms, agent, start);
    }
    Journal& end(std::int64_t ms, const std::string& agent, const std::string& error = "") {
        trace::AgentEnd end;
        end.node = agent;
        end.error = error;
        if (!error.empty()) end.code = "failed";
        return at(ms, agent, end, 1);
    }
    Journal& ask(std::int64_t ms, const std::string& agent, const std::string& call, std::int64_t step = 1,
                 const std::string& endpoint = "main", std::int64_t waited = 0) {
        trace::ModelRequest request;
        request.call = call;
        request.endpoint = endpoint;
        request.provider = "openai";
        request.model = "gpt-4o";
        request.waited_ms = waited;
        return at(ms, agent, request, step);
    }
    Journal& answer(std::int64_t ms, const std::string& agent, const std::string& call,
                    std::int64_t step = 1) {
        trace::ModelCall answer;
        answer.call = call;
        answer.finish = "stop";
        answer.status = 200;
        return at(ms, agent, answer, step);
    }
    Journal& refuse(std::int64_t ms, const std::string& agent, const std::string& call,
                    std::int64_t status = 429, const std::string& kind = "rate_limit") {
        trace::ModelError error;
        error.call = call;
        error.status = status;
        error.kind = kind;
        return at(ms, agent, error, 1);
    }
    Journal& hand_over(std::int64_t ms, const std::string& from, const std::string& to) {
        return at(ms, from, trace::HandOff{from, to, "", 1, ""});
    }
    Journal& done(std::int64_t ms, const std::string& phase = "Succeeded") {
        trace::TaskEnd end;
        end.phase = phase;
        return at(ms, "", end);
    }
    [[nodiscard]] trace::Timeline timeline(std::optional<base::Time> until = std::nullopt) const {
        trace::TimelineMaker maker;
        for (const trace::Event& event : events)
            maker.take(event);
        return std::move(maker).finish(until);
    }
    std::vector<trace::Event> events;
};

inline trace::Timeline simple() {
    return Journal()
        .start(0, "writer")
        .ask(1, "writer", "c")
        .answer(801, "writer", "c")
        .end(802, "writer")
        .done(803)
        .timeline();
}

inline trace::Timeline retry_and_fallback() {
    Journal out;
    out.start(0, "writer").ask(0, "writer", "c1").refuse(100, "writer", "c1");
    out.ask(600, "writer", "c2").refuse(700, "writer", "c2", 503, "overloaded");
    out.at(700, "writer", trace::Fallback{"main", "spare", "overloaded"}, 1);
    return out.ask(710, "writer", "c3", 1, "spare")
        .answer(1500, "writer", "c3")
        .end(1500, "writer")
        .done(1500)
        .timeline();
}

inline trace::Timeline parallel() {
    Journal out;
    out.start(0, "a").ask(0, "a", "1").start(0, "b").ask(0, "b", "2").start(0, "c");
    out.ask(1000, "c", "3", 1, "main", 1000).answer(1000, "a", "1").end(1000, "a").hand_over(1000, "a", "d");
    out.answer(1500, "b", "2").end(1500, "b").hand_over(1500, "b", "d");
    out.answer(2000, "c", "3").end(2000, "c").hand_over(2000, "c", "d");
    trace::JoinOpen open;
    open.node = "d";
    open.have = open.need = 3;
    out.at(2000, "d", open).start(2000, "d").ask(2000, "d", "4").answer(2900, "d", "4").end(2900, "d");
    return out.done(3000).timeline();
}

inline trace::Timeline cycle() {
    Journal out;
    for (std::int64_t round = 1; round <= 2; ++round) {
        const std::int64_t from = (round - 1) * 400;
        const std::string call = std::to_string(round);
        out.start(from, "writer", round)
            .ask(from, "writer", "w" + call)
            .answer(from + 200, "writer", "w" + call);
        out.end(from + 200, "writer")
            .hand_over(from + 200, "writer", "critic")
            .start(from + 200, "critic", round);
        out.ask(from + 200, "critic", "k" + call)
            .answer(from + 400, "critic", "k" + call)
            .end(from + 400, "critic");
        if (round == 1) out.hand_over(from + 400, "critic", "writer");
    }
    return out.done(800).timeline();
}

inline trace::Timeline interrupted_and_resumed() {
    Journal out;
    out.start(0, "writer").ask(0, "writer", "c1").at(900, "", trace::TaskInterrupted{"SIGINT", 0});
    out.at(10'000'000, "", trace::TaskResumed{"", 1, {}});
    trace::ModelRequest again;
    again.call = "c2";
    again.endpoint = "main";
    again.model = "gpt-4o";
    again.repeats = "c1";
    out.at(10'000'001, "writer", again, 1).answer(10'001'000, "writer", "c2").end(10'001'000, "writer");
    return out.done(10'001'000).timeline();
}

inline trace::Timeline in_doubt() {
    Journal out;
    return out.start(0, "writer")
        .ask(0, "writer", "c1")
        .start(0, "b")
        .ask(100, "b", "c2")
        .answer(900, "b", "c2")
        .timeline();
}

inline trace::Timeline under_way() {
    return Journal().start(0, "writer").ask(100, "writer", "c1").timeline(base::Time{2'000'000});
}

inline trace::Timeline denied() {
    Journal out;
    trace::PolicyDecision decision;
    decision.policy = "budget";
    decision.rule = "max_tokens_per_run";
    decision.verdict = "deny";
    decision.model = "gpt-4o";
    decision.endpoint = "main";
    decision.used = 60'000;
    decision.asked = 4120;
    decision.limit = 50'000;
    out.start(0, "writer").at(10, "writer", decision, 1).end(11, "writer", "token budget exceeded");
    return out.done(12, "Failed").timeline();
}

inline trace::Timeline tools() {
    Journal out;
    out.start(0, "writer").ask(0, "writer", "c1").answer(400, "writer", "c1");
    for (const std::string id : {"t1", "t2"}) {
        trace::ToolRequest request;
        request.call = request.request = id;
        request.tool = id == "t1" ? "search" : "db";
        out.at(400, "writer", request, 1);
    }
    trace::ToolCall result;
    result.call = result.request = "t1";
    result.tool = "search";
    trace::ToolError error;
    error.call = error.request = "t2";
    error.tool = "db";
    error.code = "timeout";
    error.message = "m";
    out.at(700, "writer", result, 1).at(1400, "writer", error, 1);
    return out.ask(1400, "writer", "c2", 2)
        .answer(2000, "writer", "c2", 2)
        .end(2000, "writer")
        .done(2000)
        .timeline();
}

inline trace::Timeline fork() {
    Journal out;
    out.start(0, "planner").ask(0, "planner", "c1").answer(500, "planner", "c1").end(500, "planner");
    trace::TaskForked forked;
    forked.from = "note";
    forked.at = 6;
    out.at(86'400'000, "", forked).start(86'400'000, "writer").ask(86'400'000, "writer", "c2");
    return out.answer(86'401'000, "writer", "c2").end(86'401'000, "writer").done(86'401'000).timeline();
}

} // namespace cases
