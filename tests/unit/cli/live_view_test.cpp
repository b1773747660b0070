#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cli/live_view.hpp"

namespace {

using cli::Frame;
using cli::LiveView;
using cli::Stage;
using Rows = std::vector<std::string>;

/// A plan of agents beside each other, all at one endpoint.
run::Plan plan_of(const std::vector<std::string>& names) {
    run::Plan out;
    out.endpoints.emplace_back();
    out.endpoints[0].name = {"default", "main"};
    out.endpoints[0].endpoint.model = "gpt-4o";
    for (const std::string& name : names) {
        out.index[name] = out.nodes.size();
        out.nodes.emplace_back().name = name;
    }
    return out;
}

base::Time at(double seconds) {
    return {static_cast<std::int64_t>(seconds * 1e6)};
}

Frame frame(std::size_t columns, double now, std::size_t lines = 24) {
    Frame out;
    out.size = {columns, lines};
    out.ascii = true;
    out.now = at(now);
    return out;
}

/// A view, fed with events as a run makes them.
struct Watched {
    explicit Watched(const std::vector<std::string>& names)
        : plan(plan_of(names)),
          view(plan, {[this](std::size_t) { return why; }, [](std::size_t) { return true; }}) {
        tell(0, "", trace::TaskStart{});
    }

    void tell(double time, const std::string& agent, trace::Payload payload) {
        trace::Event event;
        event.time = at(time);
        event.agent = agent;
        event.payload = std::move(payload);
        view.take(event);
    }
    void start(double time, const std::string& agent) {
        trace::AgentStart start;
        start.node = agent;
        start.endpoint = "main";
        start.model = "gpt-4o";
        tell(time, agent, start);
    }
    void ask(double time, const std::string& agent, const std::string& model = "gpt-4o") {
        trace::ModelRequest request;
        request.endpoint = "main";
        request.model = model;
        tell(time, agent, request);
    }
    void answer(double time, const std::string& agent, std::optional<base::Usd> cost = {}) {
        trace::ModelCall call;
        call.usage.input = 120;
        call.usage.output = 30;
        call.usage.cost = cost;
        tell(time, agent, call);
    }
    void end(double time, const std::string& agent, const std::string& code = "") {
        trace::AgentEnd end;
        end.node = agent;
        end.code = code;
        tell(time, agent, end);
    }

    std::string why;
    run::Plan plan;
    LiveView view;
};

TEST_CASE("live view: each state of an agent") {
    Watched run({"one", "two", "three", "four", "five", "six"});
    CHECK(run.view.rows(frame(80, 0)) ==
          Rows{" o one    waiting  gpt-4o", " o two    waiting  gpt-4o", " o three  waiting  gpt-4o",
               " o four   waiting  gpt-4o", " o five   waiting  gpt-4o", " o six    waiting  gpt-4o",
               "   0 of 6 agents done, 0 calls, 0s; Ctrl-C stops, resume goes on later"});
    run.start(1, "one");
    run.ask(1, "one");
    run.start(1, "two");
    run.ask(1, "two");
    run.view.text("two", "The tide turns at noon.\nThe ", at(1.5));
    run.start(1, "three");
    run.ask(1, "three");
    trace::ToolRequest tool;
    tool.tool = "search";
    run.answer(2, "three");
    run.tell(2, "three", tool);
    run.tell(2, "three", tool);
    run.start(1, "four");
    run.ask(1, "four");
    trace::ModelError error;
    error.endpoint = "other";
    error.kind = "unreachable";
    run.tell(2, "four", error);
    trace::RetryScheduled retry;
    retry.delay_ms = 3500;
    run.tell(2, "four", retry);
    run.start(1, "five");
    run.ask(1, "five");
    run.answer(2, "five", base::Usd{4'200'000'000});
    run.end(2, "five");
    trace::EdgeSkipped skipped;
    skipped.from = "five";
    skipped.to = "six";
    run.tell(2, "five", skipped);
    CHECK(run.view.rows(frame(80, 2.5)) ==
          Rows{" > one    thinking                   gpt-4o                   1s",
               " > two    writing                    gpt-4o         ~7 out    1s",
               " > three  calling search and 1 more  gpt-4o  120 in 30 out    1s",
               " # four   retry in 3s                gpt-4o                   1s",
               " + five   done                       gpt-4o  120 in 30 out  1.0s  $0.0042",
               " o six    skipped                    gpt-4o", "   two: The tide turns at noon.",
               "        The", "   1 of 6 agents done, 3 calls, 240 in 60 out, $0.0042+, 2s; Ctrl-C stops"});
    run.end(3, "four", "provider");
    run.end(3, "one");
    CHECK(run.view.rows(frame(80, 3))[0] ==
          " + one    done                       gpt-4o                 2.0s");
    CHECK(run.view.rows(frame(80, 3))[3] ==
          " x four   failed                     gpt-4o                 2.0s");
}

TEST_CASE("live view: why a call was not made yet") {
    Watched run({"a", "b"});
    const auto state = [&](double now) { return run.view.rows(frame(100, now))[0].substr(6, 30); };
    run.start(1, "a");
    CHECK(state(1).starts_with("starting  "));
    run.why = "max_concurrency";
    CHECK(state(1).starts_with("queued at main  "));
    run.why = "recovery";
    CHECK(state(1).starts_with("queued, main recovers  "));
    run.why = "max_tokens_per_run";
    CHECK(state(1).starts_with("waits for max_tokens_per_run  "));
    trace::ModelError error;
    error.endpoint = "main";
    error.kind = "rate_limit";
    error.retry_after_ms = 90'000;
    run.tell(1, "b", error);
    CHECK(state(1.5).starts_with("main pauses 1m30s  "));
    CHECK(state(92).starts_with("waits for max_tokens_per_run  "));
    trace::HandOff delegated;
    delegated.from = "a";
    delegated.to = "b";
    delegated.role = "delegate";
    run.tell(93, "a", delegated);
    CHECK(state(93).starts_with("waits for reports  "));
    run.tell(93, "a", trace::DelegatesReported{});
    run.tell(93, "a", trace::ApprovalPending{});
    CHECK(state(93).starts_with("to approve  "));
}

TEST_CASE("live view: a run that stops, and one that goes on") {
    Watched run({"a", "b"});
    run.start(0, "a");
    run.ask(0, "a");
    run.view.stop(at(20));
    CHECK(run.view.rows(frame(100, 1)).back() ==
          "   stopping: finishing 1 call, for 19s at most; Ctrl-C again stops at once");
    CHECK(run.view.rows(frame(60, 1)).back() == "   stopping: finishing 1 call; Ctrl-C again stops at once");
    CHECK(run.view.rows(frame(30, 1)).back() == "   stopping: finishing 1 call");
    CHECK(run.view.rows(frame(20, 1)).back() == "   stopping");
    run.view.stop(std::nullopt);
    CHECK(run.view.rows(frame(100, 1)).back() == "   stopping");
    run.tell(2, "", trace::TaskInterrupted{});
    CHECK(run.view.summary(frame(80, 2)) == Rows{" # a  stopped  gpt-4o  2.0s", " o b  waiting  gpt-4o"});

    Watched again({"a", "b"});
    again.start(0, "a");
    again.ask(0, "a");
    again.tell(2, "", trace::TaskInterrupted{});
    again.tell(100, "", trace::TaskResumed{});
    again.ask(100, "a");
    CHECK(again.view.rows(frame(80, 101)) ==
          Rows{" > a  thinking  gpt-4o  3s", " o b  waiting   gpt-4o",
               "   0 of 2 agents done, 0 calls, 3s; Ctrl-C stops, resume goes on later"});
}

TEST_CASE("live view: the next attempt of a task") {
    Watched run({"a", "b"});
    run.start(0, "a");
    run.ask(0, "a");
    run.end(1, "a", "provider");
    trace::TaskRetryScheduled retry;
    retry.next_attempt = 2;
    retry.delay_ms = 65'000;
    run.tell(1, "", retry);
    CHECK(run.view.rows(frame(80, 2)) ==
          Rows{" o a  again in 1m04s  gpt-4o  1.0s", " o b  waiting         gpt-4o",
               "   0 of 2 agents done, attempt 2 in 1m04s, 0 calls, 2s; Ctrl-C stops"});
    run.start(66, "a");
    run.ask(66, "a");
    CHECK(run.view.rows(frame(80, 68))[0] == " > a  thinking        gpt-4o    3s");
}

TEST_CASE("live view: one agent needs no totals") {
    Watched run({"writer"});
    run.start(0, "writer");
    run.ask(0, "writer");
    run.view.text("writer", "The tide", at(1));
    CHECK(run.view.rows(frame(80, 1)) == Rows{" > writer  writing  gpt-4o  ~2 out  1s", "   The tide"});
    run.view.leave_out("writer");
    CHECK(run.view.summary(frame(80, 1)).empty());
}

TEST_CASE("live view: what a model writes cannot reach the terminal") {
    Watched run({"a"});
    run.plan.nodes[0].name = "a";
    run.start(0, "a");
    run.ask(0, "a", "gpt\x1b[31m");
    run.view.text("a", "one\x1b]52;c;x\x07\ttwo\r\xe2\x80\xae", at(1));
    CHECK(run.view.rows(frame(80, 1)) ==
          Rows{" > a  writing  gpt\\x1b[31m  ~5 out  1s", "   one\\x1b]52;c;x\\x07 two\\x0d\\u202e"});
}

TEST_CASE("live view: a thousand agents") {
    std::vector<std::string> names;
    for (int i = 0; i < 1000; ++i)
        names.push_back(base::format("a{}", i));
    Watched run(names);
    for (int i = 0; i < 1000; ++i) {
        run.start(0, names[static_cast<std::size_t>(i)]);
        if (i < 990) run.ask(0, names[static_cast<std::size_t>(i)]);
    }
    for (int i = 0; i < 980; ++i) {
        run.answer(1, names[static_cast<std::size_t>(i)]);
        run.end(1, names[static_cast<std::size_t>(i)], i == 7 ? "provider" : "");
    }
    run.why = "max_concurrency";
    const Rows rows = run.view.rows(frame(80, 1));
    REQUIRE(rows.size() == 9); // a third of 24 lines, and totals
    CHECK(rows[0] == " > a980  thinking  gpt-4o  1s");
    CHECK(rows[6] == " > a986  thinking  gpt-4o  1s");
    CHECK(rows[7] == "   and 993 more: 3 at work, 10 queued, 979 done, 1 failed");
    CHECK(rows[8] == "   979 of 1000 agents done, 980 calls, 117.6k in 29.4k out, 1s; Ctrl-C stops");
    CHECK(run.view.rows(frame(80, 1, 100)).size() == 13);
    CHECK(run.view.rows(frame(80, 1, 4)).size() == 2);
    for (int i = 980; i < 1000; ++i)
        run.end(2, names[static_cast<std::size_t>(i)]);
    CHECK(run.view.rows(frame(80, 2))[0] == " + a0    done            gpt-4o  120 in 30 out  1.0s");
    CHECK(run.view.rows(frame(80, 2))[6] == " x a7    failed          gpt-4o  120 in 30 out  1.0s");
    CHECK(run.view.summary(frame(80, 2)).empty());
}

TEST_CASE("live view: rows fit the terminal") {
    for (const std::size_t columns : {20U, 40U, 80U, 120U}) {
        Watched run({"writer", "fact-checker-of-the-far-north", "世界のニュースを読む係", "d"});
        for (const auto& node : run.plan.nodes) {
            run.start(0, node.name);
            run.ask(0, node.name, "a-model-with-a-long-name-20261123");
            run.answer(1, node.name, base::Usd{4'200'000'000});
        }
        run.why = "max_concurrency";
        run.ask(1, "d");
        run.view.text(
            "d", "世界の海は月に引かれて満ちたり引いたりする。 " + std::string(200, 'x') + " of the moon",
            at(2));
        CAPTURE(columns);
        Rows rows = run.view.rows(frame(columns, 2));
        CHECK(rows.size() == 8);
        for (const std::string& row : rows) {
            CAPTURE(row);
            CHECK(base::display_width(row) < columns);
        }
        if (columns == 20) {
            CHECK(rows[0] == " o writer  queue...");
            CHECK(rows[7] == "   0 of 4 done");
        }
        if (columns == 40) {
            CHECK(rows[1] == " o fact-che...far-north  queued at main");
            CHECK(rows[7] == "   0 of 4 agents done, $0.017, 2s");
        }
        if (columns == 120)
            CHECK(rows[1] == " o fact-checker-of-the-far-north  queued at main  "
                             "a-model-with-a-long-name-20261123    120 in 30 out  2s  $0.0042");
        Frame coloured = frame(columns, 2);
        coloured.colour = true;
        coloured.ascii = false;
        rows = run.view.rows(coloured);
        CHECK(rows[0].find("\x1b[33m○\x1b[0m") == 1);
    }
}

TEST_CASE("live view: a terminal may be too narrow for any row") {
    for (std::size_t columns = 0; columns < 24; ++columns) {
        CAPTURE(columns);
        Watched run({"a-long-name", "another-long-name"});
        run.start(1, "a-long-name");
        run.ask(1, "a-long-name");
        run.view.text("a-long-name", "words that come", at(2));
        const Rows going_on = run.view.rows(frame(columns, 2));
        CHECK(going_on.empty() == (columns < 18));
        run.view.stop(at(20));
        const Rows stopping = run.view.rows(frame(columns, 3));
        const Rows over = run.view.summary(frame(columns, 4));
        for (const Rows& rows : {going_on, stopping, over})
            for (const std::string& row : rows)
                CHECK(base::display_width(row) < columns);
    }
}

TEST_CASE("live view: the text is that of one agent at a time") {
    Watched run({"a", "b"});
    for (const char* name : {"a", "b"}) {
        run.start(0, name);
        run.ask(0, name);
    }
    run.view.text("a", "first", at(1));
    run.view.text("b", "second", at(2));
    CHECK(run.view.rows(frame(80, 2))[2] == "   a: first");
    run.view.text("b", "third", at(4));
    CHECK(run.view.rows(frame(80, 4))[2] == "   b: third");
    run.answer(5, "b");
    CHECK(run.view.rows(frame(80, 5)).size() == 3);
    run.view.text("a", " and on", at(5));
    CHECK(run.view.rows(frame(80, 5))[2] == "   a: and on");
}

TEST_CASE("spans of time") {
    CHECK(cli::span_text(base::milliseconds(-5)) == "0s");
    CHECK(cli::span_text(base::seconds(59)) == "59s");
    CHECK(cli::span_text(base::seconds(65)) == "1m05s");
    CHECK(cli::span_text(base::seconds(7500)) == "2h05m");
    CHECK(cli::exact_span(base::milliseconds(4230)) == "4.2s");
    CHECK(cli::exact_span(base::milliseconds(9950)) == "9s");
    CHECK(cli::exact_span(base::milliseconds(61'000)) == "1m01s");
}

} // namespace
