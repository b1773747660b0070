// orloj metrics: the messages of a run, counted, with calls, tokens and times of each agent.
#include <algorithm>

#include "base/text.hpp"
#include "cli/exchange.hpp"
#include "cli/format.hpp"
#include "cli/stored_run.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

struct Sums {
    std::int64_t inbound = 0;
    std::int64_t outbound = 0;
    std::map<Delivery, std::int64_t> by_delivery; ///< of inbound ones
    std::int64_t retries = 0;
    std::vector<std::int64_t> latencies;
    std::int64_t calls = 0;
    trace::Tokens used;

    [[nodiscard]] std::int64_t count(Delivery delivery) const {
        const auto it = by_delivery.find(delivery);
        return it == by_delivery.end() ? 0 : it->second;
    }
    [[nodiscard]] std::int64_t in_flight() const {
        return count(Delivery::queued) + count(Delivery::running) + count(Delivery::retrypending);
    }
    void take(const Exchanged& message) {
        ++inbound;
        ++by_delivery[message.delivery];
        retries += std::max<std::int64_t>(message.attempts - 1, 0);
        if (message.latency_ms >= 0) latencies.push_back(message.latency_ms);
    }
    [[nodiscard]] std::int64_t average() const {
        std::int64_t sum = 0;
        for (const std::int64_t ms : latencies)
            sum += ms;
        return latencies.empty() ? 0 : sum / std::ssize(latencies);
    }
    /// The least that 95 of 100 did not exceed.
    [[nodiscard]] std::int64_t percentile95() const {
        if (latencies.empty()) return 0;
        std::vector<std::int64_t> sorted = latencies;
        std::sort(sorted.begin(), sorted.end());
        return sorted[(sorted.size() * 95 + 99) / 100 - 1];
    }
};

struct Metrics {
    Sums all;
    std::map<std::string, Sums> agents;
    std::map<std::pair<std::string, std::string>, Sums> edges; ///< from, to; "": the task
};

void add_call(Sums& sums, const std::optional<trace::Tokens>& used) {
    ++sums.calls;
    if (used) trace::add_call(sums.used, *used);
}

Metrics metrics_of(Session& session, const StoredRun& run) {
    Metrics out;
    Exchange exchange;
    store::Runs(*session.reading()).events(run.row().id, 0, [&](const trace::Event& event) {
        exchange.take(event);
        const auto* call = std::get_if<trace::ModelCall>(&event.payload);
        const auto* failed = std::get_if<trace::ModelError>(&event.payload);
        if (call == nullptr && failed == nullptr) return;
        const auto used = call != nullptr ? std::optional(call->usage) : failed->usage;
        add_call(out.all, used);
        add_call(out.agents[event.agent], used);
    });
    for (const Exchanged& message : exchange.messages()) {
        out.all.take(message);
        out.edges[{message.from, message.to}].take(message);
        if (!message.to.empty()) out.agents[message.to].take(message);
        if (!message.from.empty()) ++out.agents[message.from].outbound;
    }
    return out;
}

void write(base::JsonWriter& out, const Sums& sums) {
    for (const Delivery delivery : deliveries)
        out.member(word_of(delivery), sums.count(delivery));
    out.member("in_flight", sums.in_flight()).member("retry_count", sums.retries);
    out.member("deadletters", sums.count(Delivery::deadletter));
    out.member("latency_ms_avg", sums.average()).member("latency_ms_p95", sums.percentile95());
    out.member("latency_sample_size", static_cast<std::int64_t>(sums.latencies.size()));
}

void write_calls(base::JsonWriter& out, const Sums& sums) {
    out.member("calls", sums.calls).key("usage").begin_object();
    out.member("input", sums.used.input).member("output", sums.used.output);
    if (sums.used.cost) out.key("cost_usd").raw(base::decimal(*sums.used.cost));
    if (sums.used.cost && sums.used.unpriced > 0) out.member("unpriced", sums.used.unpriced);
    out.end_object();
}

std::string json_of(Session& session, const StoredRun& run, const Metrics& metrics) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1");
    out.member("name", run.row().task.name).member("namespace", run.row().task.namespace_);
    out.member("generated_at", base::rfc3339(session.clock().now()));
    out.key("totals").begin_object().member("messages", metrics.all.inbound);
    write(out, metrics.all);
    write_calls(out, metrics.all);
    out.end_object().key("per_agent").begin_array();
    for (const auto& [agent, sums] : metrics.agents) {
        out.begin_object().member("agent", agent);
        out.member("inbound", sums.inbound).member("outbound", sums.outbound);
        write(out, sums);
        write_calls(out, sums);
        out.end_object();
    }
    out.end_array().key("per_edge").begin_array();
    for (const auto& [ends, sums] : metrics.edges) {
        out.begin_object().member("from_agent", ends.first).member("to_agent", ends.second);
        out.member("messages", sums.inbound);
        write(out, sums);
        out.end_object();
    }
    return std::move(out.end_array().end_object()).take() + "\n";
}

std::string text_of(const StoredRun& run, const Metrics& metrics) {
    const Sums& all = metrics.all;
    std::string out =
        base::format("Task: {}\nPhase: {}\n", base::visible(run.row().task.name), run.row().phase);
    out += base::format("Messages: {}\nInFlight: {}\nRetries: {}\nDeadLetters: {}\n", all.inbound,
                        all.in_flight(), all.retries, all.count(Delivery::deadletter));
    out += base::format("Latency: {} ms average, {} ms p95\n", all.average(), all.percentile95());
    out += base::format("Calls: {}\nTokens: {} in, {} out\n", all.calls, all.used.input, all.used.output);
    const bool costs = all.used.cost.has_value();
    if (costs) out += base::format("Cost: {}\n", trace::shown_cost(all.used));
    out += '\n';
    terminal::Cells header{"AGENT",      "INBOUND",    "OUTBOUND",   "IN_FLIGHT", "SUCCEEDED",
                           "DEADLETTER", "LAT_MS_AVG", "LAT_MS_P95", "CALLS",     "TOKENS"};
    if (costs) header.emplace_back("COST");
    std::vector<terminal::Cells> rows;
    for (const auto& [agent, sums] : metrics.agents) {
        rows.push_back({agent, std::to_string(sums.inbound), std::to_string(sums.outbound),
                        std::to_string(sums.in_flight()), std::to_string(sums.count(Delivery::succeeded)),
                        std::to_string(sums.count(Delivery::deadletter)), std::to_string(sums.average()),
                        std::to_string(sums.percentile95()), std::to_string(sums.calls),
                        base::format("{}/{}", sums.used.input, sums.used.output)});
        const std::string cost = trace::shown_cost(sums.used);
        if (costs) rows.back().push_back(cost.empty() ? "-" : cost);
    }
    return out + terminal::render_table(header, rows, terminal::sheet_of_stdout());
}

int metrics(Session& session, const Arguments& arguments) {
    const resource::Name name = run_target(session, arguments.many("TASK"));
    const Format format = session.format();
    const StoredRun run(session, name);
    const Metrics found = metrics_of(session, run);
    if (format == Format::json)
        session.out_foreign(json_of(session, run, found));
    else
        session.out(text_of(run, found));
    return 0;
}

} // namespace

Command metrics_command() {
    return {"metrics",
            "Count the messages, calls, tokens and times of a run, agent by agent.",
            "The latency of a message is the active time of the agent that got it: calls and pauses.",
            "  orloj metrics task/hello\n"
            "  orloj metrics task/hello -o json | jq .totals.latency_ms_p95",
            {{"TASK", "task/NAME; a bare NAME will do. Without it, the run that began last.", Takes::many,
              false}},
            {},
            metrics};
}

} // namespace cli
