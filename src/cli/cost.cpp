// orloj cost: what model calls cost, added up over all runs. What a call's event tells counts; the list of
// prices is asked only for calls that tell nothing.
#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/prices.hpp"
#include "cli/since.hpp"
#include "run/cost.hpp"
#include "store/runs.hpp"
#include "store/usage.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

struct Sums {
    std::int64_t calls = 0;
    std::int64_t computed = 0; ///< of these, by today's list
    trace::Tokens used;
};

/// A call with what both outcomes tell.
struct Call {
    const store::RecordedCall& in;
    std::string_view provider, endpoint, model, answered_by;
    std::optional<trace::Tokens> used; ///< absent: it failed and used nothing
};

Call call_of(const store::RecordedCall& in) {
    if (const auto* call = std::get_if<trace::ModelCall>(&in.outcome))
        return {in, call->provider, call->endpoint, call->model, call->answered_by, call->usage};
    const auto& error = std::get<trace::ModelError>(in.outcome);
    return {in, error.provider, error.endpoint, error.model, "", error.usage};
}

// What sums are made by. The second says whether its names belong to a namespace.
struct By {
    std::string_view name;
    bool namespaced;
    std::string (*key)(const Call&);
};
constexpr By bys[] = {
    {"model", false, [](const Call& c) { return std::string(c.model); }},
    {"agent", true, [](const Call& c) { return c.in.agent; }},
    {"system", true, [](const Call& c) { return c.in.system; }},
    {"endpoint", true, [](const Call& c) { return std::string(c.endpoint); }},
    {"provider", false, [](const Call& c) { return std::string(c.provider); }},
    {"task", true, [](const Call& c) { return c.in.task.name; }},
    {"day", false, [](const Call& c) { return base::rfc3339(c.in.at).substr(0, 10); }},
};
constexpr std::string_view by_words = "model agent system endpoint provider task day";

const By& by_option(const Arguments& arguments) {
    const auto word = arguments.one("--by");
    if (!word) return bys[0];
    std::vector<std::string> known;
    for (const By& by : bys) {
        if (by.name == *word) return by;
        known.emplace_back(by.name);
    }
    const auto meant = base::nearest(*word, known);
    throw base::Error(base::Fault::usage, base::format("unknown --by \"{}\"", *word))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : "it can be " + base::join(known, ", "));
}

struct Ledger {
    const By& by;
    std::map<resource::Name, Sums> sums; ///< the namespace is "" where that is not what they belong to
    Sums total;
};

void add(Sums& sums, const std::optional<trace::Tokens>& used, bool computed) {
    ++sums.calls;
    if (used) trace::add_call(sums.used, *used);
    sums.computed += computed ? 1 : 0;
}

void take(Ledger& ledger, Call call, const resource::PriceList* prices) {
    bool computed = false;
    if (call.used && !call.used->cost) {
        call.used->cost = run::listed_cost(
            prices, {call.provider, call.endpoint, call.model, call.answered_by, call.in.at}, *call.used);
        computed = call.used->cost.has_value();
        const provider::Provider* provider = provider::find_provider(call.provider);
        if (!computed && provider != nullptr && run::costs_nothing(*provider)) call.used->cost.emplace();
    }
    const std::string& space = call.in.task.namespace_;
    add(ledger.sums[{ledger.by.namespaced ? space : "", ledger.by.key(call)}], call.used, computed);
    add(ledger.total, call.used, computed);
}

store::CallFilter filter_of(Session& session, const Arguments& arguments) {
    store::CallFilter out;
    const std::vector<std::string> words = arguments.many("TASK");
    const bool everywhere = arguments.has("--all-namespaces");
    if (const auto since = arguments.one("--since")) out.since = since_option(session, *since);
    if (!words.empty()) {
        if (everywhere)
            throw base::Error(base::Fault::usage,
                              "-A and a task exclude each other: a task is in one namespace");
        const resource::Name name = task_target(session, words);
        store::Connection* connection = session.reading();
        if (connection == nullptr || !store::Runs(*connection).find(name))
            throw base::Error(
                base::Fault::not_found,
                base::format("task \"{}\" has no run in namespace \"{}\"", name.name, name.namespace_))
                .hint("see which there are: orloj get tasks -A");
        out.namespace_ = name.namespace_;
        out.task = name.name;
    } else if (!everywhere) {
        out.namespace_ = session.namespace_();
    }
    return out;
}

using Row = std::pair<resource::Name, Sums>;

/// Days in their order, all else by what it cost.
std::vector<Row> sorted(const Ledger& ledger) {
    std::vector<Row> out(ledger.sums.begin(), ledger.sums.end());
    if (ledger.by.name == "day") return out;
    std::stable_sort(out.begin(), out.end(), [](const Row& a, const Row& b) {
        const auto weight = [](const Sums& s) {
            return std::pair(s.used.cost.value_or(base::Usd{}), s.used.input + s.used.output);
        };
        return weight(a.second) > weight(b.second);
    });
    return out;
}

terminal::Cells cells_of(std::string name, const Sums& sums) {
    const std::string cost = trace::shown_cost(sums.used);
    return {std::move(name), std::to_string(sums.calls),
            base::format("{}/{}", sums.used.input, sums.used.output), cost.empty() ? "-" : cost};
}

std::string text_of(const std::vector<Row>& rows, const Sums& total, bool everywhere) {
    std::vector<terminal::Cells> cells;
    for (const auto& [name, sums] : rows)
        cells.push_back(cells_of(everywhere && !name.namespace_.empty() ? name.text() : name.name, sums));
    cells.push_back(cells_of("total", total));
    return terminal::render_table({"NAME", "CALLS", "TOKENS", "COST"}, cells, terminal::sheet_of_stdout());
}

void write(base::JsonWriter& out, const Sums& sums) {
    trace::Tokens tokens = sums.used;
    tokens.cost.reset();
    tokens.unpriced = 0;
    out.member("calls", sums.calls).key("usage");
    schema::encode(out, schema::type_of<trace::Tokens>(), &tokens);
    out.key("cost_usd");
    if (sums.used.cost)
        out.raw(base::decimal(*sums.used.cost));
    else
        out.null();
    out.member("unpriced_calls", sums.used.unpriced).member("computed_calls", sums.computed);
}

/// The members of an open object.
void write(base::JsonWriter& out, const Row& row) {
    out.member("name", row.first.name);
    if (!row.first.namespace_.empty()) out.member("namespace", row.first.namespace_);
    write(out, row.second);
}

std::string json_of(const std::vector<Row>& rows, const Ledger& ledger, const store::CallFilter& filter) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("by", ledger.by.name);
    if (filter.since) out.member("since", base::rfc3339(*filter.since));
    if (const std::string path = prices_in_use(); !path.empty()) out.member("prices", path);
    out.key("items").begin_array();
    for (const Row& row : rows) {
        out.begin_object();
        write(out, row);
        out.end_object();
    }
    out.end_array().key("total").begin_object();
    write(out, ledger.total);
    return std::move(out.end_object().end_object()).take() + "\n";
}

std::string json_lines_of(const std::vector<Row>& rows) {
    std::string out;
    for (const Row& row : rows) {
        base::JsonWriter line;
        line.begin_object().member("apiVersion", "orloj.dev/v1");
        write(line, row);
        out += std::move(line.end_object()).take() + "\n";
    }
    return out;
}

/// Where numbers come from that no event tells, and how to get those that nobody knows.
void remark(const Session& session, const Sums& total) {
    const auto calls = [](std::int64_t n) { return base::counted(static_cast<std::size_t>(n), "call"); };
    if (total.computed > 0)
        session.say(base::format("{} without a recorded cost: by the prices in {}", calls(total.computed),
                                 prices_in_use()));
    if (total.used.unpriced == 0) return;
    const std::string path = prices_path();
    session.say(base::format("{} of unknown cost", calls(total.used.unpriced)));
    session.hint(base::format("write what their models cost into {}: orloj explain prices",
                              path.empty() ? "a file that ORLOJ_PRICES names" : path));
}

int cost(Session& session, const Arguments& arguments) {
    Ledger ledger{by_option(arguments), {}, {}};
    const Format format = session.format();
    const store::CallFilter filter = filter_of(session, arguments);
    const resource::PriceList* prices = session.prices();
    if (store::Connection* connection = session.reading())
        store::visit_calls(*connection, filter,
                           [&](const store::RecordedCall& call) { take(ledger, call_of(call), prices); });
    const std::vector<Row> rows = sorted(ledger);
    if (format == Format::json) {
        session.out_foreign(json_of(rows, ledger, filter));
        return 0;
    }
    if (format == Format::jsonl) {
        session.out_foreign(json_lines_of(rows));
        return 0;
    }
    session.out(text_of(rows, ledger.total, !filter.namespace_));
    remark(session, ledger.total);
    return 0;
}

} // namespace

Command cost_command() {
    return {
        "cost",
        "Add up what model calls cost.",
        "Over all runs that are stored, or of one. What a call cost was written down when it was made: as "
        "the\n"
        "provider said, else by your list of prices (`orloj explain prices`). For calls that have none, "
        "today's\n"
        "list is asked. $0.12+ is at least that: the price of some calls is not known. Days are those of "
        "UTC.\n"
        "What a fork took over counts where it happened.",
        "  orloj cost\n"
        "  orloj cost task/hello --by agent\n"
        "  orloj cost -A --by day --since 7d\n"
        "  orloj cost -o json | jq .total.cost_usd",
        {{"TASK", "task/NAME; a bare NAME will do. All when absent.", Takes::many, false}},
        {{"--by", 0, "WHAT", "model, agent, system, endpoint, provider, task or day; model when absent.",
          Takes::one, Means::choice, by_words},
         {"--since", 0, "TIME", "No older calls: 7d, 12h, 2026-01-31, or 2026-01-31T12:00:00Z.", Takes::one},
         {"--all-namespaces", 'A', "", "Every namespace.", Takes::nothing}},
        cost};
}

} // namespace cli
