// A journal as stretches of time: what holds what, what is open, and what is in doubt.
#include <doctest/doctest.h>

#include "trace/timeline.hpp"

namespace {

using namespace trace;

/// Events, a millisecond apart unless said.
class Journal {
  public:
    Journal& at(std::int64_t ms) {
        now_ = ms;
        return *this;
    }
    Journal& add(std::string agent, std::int64_t step, Payload payload) {
        Event event;
        event.seq = std::ssize(events) + 1;
        event.time = {now_++ * 1000};
        event.agent = std::move(agent);
        event.step = step;
        event.payload = std::move(payload);
        events.push_back(std::move(event));
        return *this;
    }
    Journal& start(const std::string& agent) {
        AgentStart start;
        start.node = agent;
        return add(agent, 0, start);
    }
    Journal& end(const std::string& agent) {
        AgentEnd end;
        end.node = agent;
        return add(agent, 1, end);
    }
    Journal& ask(const std::string& agent, std::int64_t step, std::string call, std::string endpoint = "e") {
        ModelRequest request;
        request.call = std::move(call);
        request.endpoint = std::move(endpoint);
        return add(agent, step, request);
    }
    Journal& answer(const std::string& agent, std::int64_t step, std::string call) {
        ModelCall answer;
        answer.call = std::move(call);
        answer.usage.input = 10;
        answer.usage.cost = base::Usd{5};
        return add(agent, step, answer);
    }
    Journal& refuse(const std::string& agent, std::int64_t step, std::string call) {
        ModelError error;
        error.call = std::move(call);
        return add(agent, step, error);
    }
    [[nodiscard]] Timeline timeline(std::optional<base::Time> until = std::nullopt) const {
        return prefix(events.size(), until);
    }
    [[nodiscard]] Timeline prefix(std::size_t n, std::optional<base::Time> until = std::nullopt) const {
        TimelineMaker maker;
        for (std::size_t i = 0; i < n; ++i)
            maker.take(events[i]);
        return std::move(maker).finish(until);
    }
    std::vector<Event> events;

  private:
    std::int64_t now_ = 0;
};

void check_within(const Stretch& part, const Stretch& whole) {
    CHECK(part.start <= part.end);
    CHECK(whole.start <= part.start);
    CHECK(part.end <= whole.end);
    CHECK((whole.open || !part.open));
}

void check(const Timeline& timeline) {
    for (const Turn& turn : timeline.turns) {
        check_within(turn, timeline);
        for (const Call& call : turn.calls) {
            check_within(call, turn);
            for (const Try& t : call.tries)
                check_within(t, call);
        }
        for (const ToolUse& use : turn.tools) {
            check_within(use, turn);
            for (const ToolTry& t : use.tries)
                check_within(t, use);
        }
    }
}

Journal busy() {
    Journal out;
    out.add("", 0, TaskStart{}).start("a").ask("a", 1, "c1").refuse("a", 1, "c1");
    RetryScheduled retry;
    retry.endpoint = "e";
    out.add("a", 1, retry).at(100).ask("a", 1, "c2").start("b").ask("b", 1, "c3").answer("a", 1, "c2");
    ToolRequest tool;
    tool.call = "t1";
    tool.request = "r1";
    ToolError failed;
    failed.call = "t1";
    failed.request = "r1";
    out.add("a", 1, tool).add("a", 1, failed);
    tool.request = "r2";
    ToolCall result;
    result.call = "t1";
    result.request = "r2";
    out.add("a", 1, tool).add("a", 1, result);
    ToolCall same;
    same.call = "t2";
    same.short_circuit = true;
    out.add("a", 1, same).ask("a", 2, "c4").answer("b", 1, "c3").end("b");
    out.add("", 0, TaskInterrupted{}).at(5000).add("", 0, TaskResumed{}).ask("a", 2, "c5");
    out.refuse("a", 2, "c5").add("a", 2, Fallback{"e", "f", "x"}).ask("a", 2, "c6", "f");
    return out.answer("a", 2, "c6").end("a").add("", 0, TaskEnd{});
}

} // namespace

TEST_CASE("a call holds its tries, an agent's turn its calls and tools, the run all of them") {
    const Timeline timeline = busy().timeline();
    check(timeline);
    REQUIRE(timeline.turns.size() == 2);
    const Turn& a = timeline.turns[0];
    REQUIRE(a.calls.size() == 3);
    CHECK(a.calls[0].tries.size() == 2); // refused, then answered
    CHECK(a.calls[0].tries[0].came == Came::error);
    CHECK(a.calls[0].tries[1].came == Came::answer);
    CHECK(a.calls[0].start.us == 2000);
    CHECK(a.calls[0].end.us == 103'000);
    CHECK(a.calls[1].tries.size() == 2); // in doubt, made again, refused
    CHECK(a.calls[1].tries[0].came == Came::doubt);
    CHECK(a.calls[1].tries[1].came == Came::error);
    CHECK(a.calls[2].last().request.endpoint == "f"); // a fallback is another call
    CHECK(a.calls[2].step == 2);
    REQUIRE(a.tools.size() == 2);
    CHECK(a.tools[0].tries.size() == 2);
    CHECK(a.tools[0].last().came == Came::answer);
    CHECK(a.tools[1].length().us == 0); // it did not run
    CHECK(a.used.input == 20);
    CHECK(timeline.used.input == 30);
    CHECK(timeline.used.cost->picos == 15);
    CHECK(timeline.calls == 5);
    CHECK(timeline.last_finish_agent == "a");
    REQUIRE(timeline.pauses.size() == 1);
    CHECK(timeline.pauses[0].length().ms() == 4888);
    CHECK(!timeline.open);
    CHECK(timeline.notes.size() == 4);
    CHECK(timeline.notes[0].turn == 0);
    CHECK(!timeline.notes[1].turn);
}

TEST_CASE("every prefix of a journal has a timeline, alive or not") {
    const Journal journal = busy();
    for (std::size_t n = 0; n <= journal.events.size(); ++n) {
        CAPTURE(n);
        check(journal.prefix(n));
        const base::Time later{10'000'000};
        const Timeline alive = journal.prefix(n, later);
        check(alive);
        if (n > 0 && n < journal.events.size()) CHECK(alive.end == later);
    }
}

TEST_CASE("what is open is under way with somebody at work, and in doubt without") {
    const Journal journal = busy();
    CHECK(journal.prefix(3, base::Time{9'000'000}).turns[0].calls[0].last().came == Came::under_way);
    CHECK(journal.prefix(3, base::Time{9'000'000}).turns[0].calls[0].end.us == 9'000'000);
    CHECK(journal.prefix(3).turns[0].calls[0].last().came == Came::doubt);
    CHECK(journal.prefix(3).turns[0].open);
}

TEST_CASE("what a fork took over is told apart, and the time between is a pause") {
    Journal journal;
    journal.add("", 0, TaskStart{}).start("a").ask("a", 1, "c1");
    TaskForked forked;
    forked.from = "first";
    journal.at(90'000).add("", 0, forked).ask("a", 1, "c2").answer("a", 1, "c2").end("a");
    const Timeline timeline = journal.timeline();
    CHECK(timeline.forked_at == 4);
    CHECK(timeline.turns[0].calls[0].tries[0].came == Came::doubt);
    REQUIRE(timeline.pauses.size() == 1);
    CHECK(timeline.pauses[0].why == "forked from first");
    CHECK(timeline.pauses[0].start.us == 2000);
}
