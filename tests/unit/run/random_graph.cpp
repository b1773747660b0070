#include "random_graph.hpp"

#include <algorithm>

namespace test {

namespace {

constexpr std::array<const char*, 3> tags{"red", "green", "blue"};

std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
}

std::uint64_t seed_of(std::uint64_t seed, const std::string& node, int generation, int step) {
    for (const char c : node)
        seed = mixed(seed * 31 + static_cast<unsigned char>(c));
    return mixed(seed + static_cast<std::uint64_t>(generation) * 1000 + static_cast<std::uint64_t>(step));
}

model::Join random_join(Dice& dice) {
    model::Join join;
    join.declared = dice.one_in(2);
    if (!join.declared) return join;
    join.quorum = dice.one_in(2);
    if (join.quorum && !dice.one_in(3)) join.count = 1 + dice.below(4);
    if (join.quorum && dice.one_in(2)) join.percent = 1 + dice.below(100);
    join.on_failure = static_cast<model::Join::Failure>(dice.below(3));
    return join;
}

/// `only_default`: whether a default edge is still free.
model::Route random_route(Dice& dice, int to, bool& free_default) {
    model::Route route{to, dice.one_in(2), {}};
    if (!route.conditional) return route;
    using Kind = model::Condition::Kind;
    route.condition = {static_cast<Kind>(dice.below(8)), tags[static_cast<std::size_t>(dice.below(3))],
                       dice.below(10)};
    if (route.condition.kind == Kind::otherwise) {
        if (!free_default) route.condition.kind = Kind::has_tag;
        free_default = false;
    }
    return route;
}

resource::Condition written(const model::Condition& c) {
    using Kind = model::Condition::Kind;
    resource::Condition out;
    switch (c.kind) {
    case Kind::has_tag:
        out.output_contains = base::format("THE {} one", c.tag);
        break;
    case Kind::lacks_tag:
        out.output_not_contains = base::format("the {} One", c.tag);
        break;
    case Kind::matches_tag:
        out.output_matches = base::format("the (x|{})+ o.e", c.tag);
        break;
    case Kind::tag_is:
        out.output_json_path = "$.look.tag", out.equals = c.tag;
        break;
    case Kind::tag_is_not:
        out.output_json_path = "$.look.tag", out.not_equals = c.tag;
        break;
    case Kind::above:
        out.output_json_path = "$.number", out.greater_than = std::to_string(c.number);
        break;
    case Kind::below:
        out.output_json_path = "$.number", out.less_than = base::format("{}.0", c.number);
        break;
    case Kind::otherwise:
        out.is_default = true;
        break;
    }
    return out;
}

resource::Join written(const model::Join& join) {
    resource::Join out;
    out.mode = join.quorum ? resource::JoinMode::quorum : resource::JoinMode::wait_for_all;
    out.quorum_count = join.count;
    out.quorum_percent = join.percent;
    out.on_failure = static_cast<resource::JoinFailure>(join.on_failure);
    return out;
}

std::string written(const model::Answer& answer, const std::string& who) {
    if (!answer.json) return base::format("{} chose the {} one, {}", who, answer.tag, answer.number);
    return base::format(R"({{"look":{{"tag":"{}"}},"number":{},"words":"{} chose the {} one"}})", answer.tag,
                        answer.number, who, answer.tag);
}

std::string in_words(const model::Route& r, const std::vector<std::string>& names) {
    const std::string& to = names[static_cast<std::size_t>(r.to)];
    if (!r.conditional) return to;
    constexpr std::array<const char*, 8> kinds{"has",        "lacks", "matches", "tag is",
                                               "tag is not", "above", "below",   "default"};
    return base::format("{} if {} {} {}", to, kinds[static_cast<std::size_t>(r.condition.kind)],
                        r.condition.tag, r.condition.number);
}

std::string in_words(const model::Join& join) {
    if (!join.declared) return "-";
    constexpr std::array<const char*, 3> failures{"deadletter", "skip", "continue_partial"};
    return base::format("{}, {}",
                        join.quorum ? base::format("quorum {} {}%", join.count, join.percent) : "all",
                        failures[static_cast<std::size_t>(join.on_failure)]);
}

} // namespace

std::uint64_t Dice::next() {
    state_ += 0x9E3779B97F4A7C15U;
    return mixed(state_);
}

RandomGraph::RandomGraph(std::uint64_t number) : seed(number) {
    Dice dice(number);
    const int count = 1 + dice.below(dice.one_in(3) ? 12 : 6);
    system.line = dice.one_in(12);
    const bool loops = dice.one_in(2);
    const bool joins = !dice.one_in(3);
    const bool delegates = !system.line && dice.one_in(2);
    failures = dice.one_in(2);
    if (failures && dice.one_in(3)) attempts = 1 + dice.below(3);
    if (loops || dice.one_in(4)) system.max_turns = 1 + dice.below(8);
    for (int a = 0; a < count; ++a)
        system.names.push_back(base::format("{}{}", a % 3 == 0 ? "a." : a % 3 == 1 ? "a_" : "b-", a / 3));
    for (int a = 0; a < count; ++a) {
        model::System::Agent agent;
        bool default_edge = true, default_delegate = true;
        // Some agents hand over to nobody, so that they can be delegates only.
        const int edges = system.line || dice.one_in(3) ? 0 : dice.below(4);
        for (int e = 0; e < edges; ++e) {
            const int to = loops ? dice.below(count) : a + 1 + dice.below(count);
            if (to < count) agent.routes.push_back(random_route(dice, to, default_edge));
        }
        for (int d = delegates ? dice.below(3) : 0; d > 0; --d) {
            const int to = a + 1 + dice.below(3);
            if (to < count) agent.delegates.push_back(random_route(dice, to, default_delegate));
        }
        if (joins && !system.line) agent.join = random_join(dice), agent.reports = random_join(dice);
        if (dice.one_in(10)) agent.max_steps = 1;
        quorums = quorums || agent.join.quorum || (agent.reports.quorum && !agent.delegates.empty());
        system.agents.push_back(agent);
    }
}

run::Plan RandomGraph::plan() const {
    Shelf shelf;
    shelf.endpoint("e", "openai", {{"max_retries", "1"}, {"stream", "false"}});
    resource::AgentSystemSpec spec;
    for (std::size_t a = 0; a < system.agents.size(); ++a) {
        const auto& agent = system.agents[a];
        const std::string& name = system.names[a];
        resource::AgentSpec written_agent;
        written_agent.model_ref = "e";
        written_agent.limits.max_steps = agent.max_steps;
        shelf.put(name, written_agent);
        spec.agents.push_back(name);
        // A node without anything is as good as one that is not there.
        if (system.line || (a > 0 && agent.routes.empty() && agent.delegates.empty() && !agent.join.declared))
            continue;
        resource::GraphNode& node = spec.graph[name];
        const auto routes = [&](const std::vector<model::Route>& from, std::vector<resource::Route>& to) {
            for (const model::Route& r : from) {
                resource::Route& route = to.emplace_back();
                route.to = system.names[static_cast<std::size_t>(r.to)];
                if (r.conditional) route.condition = written(r.condition);
            }
        };
        routes(agent.routes, node.edges);
        routes(agent.delegates, node.delegates);
        if (agent.join.declared) node.join = written(agent.join);
        if (agent.reports.declared) node.delegate_join = written(agent.reports);
    }
    shelf.put("s", spec);
    resource::TaskSpec task_spec;
    task_spec.max_turns = system.max_turns;
    task_spec.retry.max_attempts = attempts;
    task_spec.retry.backoff = base::seconds(1);
    return run::make_plan(task("s", task_spec), shelf.catalog());
}

model::Answer RandomGraph::answer(const std::string& node, int generation, int step) const {
    Dice dice(seed_of(seed, node, generation, step));
    return {dice.one_in(2), dice.below(10), tags[static_cast<std::size_t>(dice.below(3))]};
}

int RandomGraph::refusals(const std::string& node, int generation, int step) const {
    if (!failures) return 0;
    Dice dice(seed_of(seed + 1, node, generation, step));
    if (!dice.one_in(6)) return 0;
    return dice.one_in(2) ? -1 : 1 + dice.below(4);
}

std::string RandomGraph::text() const {
    std::string out = base::format("seed {}, max_turns {}, attempts {}{}\n", seed, system.max_turns, attempts,
                                   system.line ? ", a line" : "");
    for (std::size_t a = 0; a < system.agents.size(); ++a) {
        const auto& agent = system.agents[a];
        out += base::format("  {} (join {}, reports {}, steps {}):", system.names[a], in_words(agent.join),
                            in_words(agent.reports), agent.max_steps);
        for (const model::Route& r : agent.routes)
            out += base::format(" -> {};", in_words(r, system.names));
        for (const model::Route& r : agent.delegates)
            out += base::format(" asks {};", in_words(r, system.names));
        out += "\n";
    }
    return out;
}

CallPlace place_of(const std::string& call) {
    const auto parts = base::split(call, '.'); // names may hold dots
    const std::size_t n = parts.size();
    CallPlace out;
    for (std::size_t i = 1; i + 3 < n; ++i)
        out.node += (i > 1 ? "." : "") + std::string(parts[i]);
    out.generation = static_cast<int>(*base::to_integer(parts[n - 3]));
    out.step = static_cast<int>(*base::to_integer(parts[n - 2].substr(1)));
    return out;
}

void ShuffledTransport::start(http::CallId id, http::Request) {
    while (!std::holds_alternative<trace::ModelRequest>(sink_.all.at(seen_).payload))
        ++seen_;
    const auto& request = std::get<trace::ModelRequest>(sink_.all[seen_++].payload);
    under_way_.push_back({id, place_of(request.call)});
}

void ShuffledTransport::cancel(http::CallId id) {
    std::erase_if(under_way_, [&](const Started& s) { return s.id == id; });
}

http::Response ShuffledTransport::answer(const CallPlace& place) {
    const int refusals = graph_.refusals(place.node, place.generation, place.step);
    if (refusals < 0) return ok(R"({"error":{"message":"no","type":"x","code":"invalid_api_key"}})", 401);
    if (refused_[place] < refusals) {
        ++refused_[place];
        return ok(R"({"error":{"message":"no","type":"x","code":"x"}})", 500);
    }
    return ok(chat(written(graph_.answer(place.node, place.generation, place.step),
                           base::format("{} {} {}", place.node, place.generation, place.step))));
}

std::vector<http::Event> ShuffledTransport::wait(base::Duration limit, std::span<const http::Wake>) {
    std::vector<http::Event> out;
    if (under_way_.empty() || limit.us <= 0) {
        if (limit.us > 0) clock_.moved = clock_.moved + limit;
        return out;
    }
    for (int n = 1 + dice_.below(3); n > 0 && !under_way_.empty(); --n) {
        const auto at = under_way_.begin() + dice_.below(static_cast<int>(under_way_.size()));
        out.push_back({at->id, answer(at->place)});
        under_way_.erase(at);
    }
    return out;
}

void ShuffledTransport::remember(const trace::Event& event) {
    const auto* error = std::get_if<trace::ModelError>(&event.payload);
    if (error != nullptr && error->status == 500) ++refused_[place_of(error->call)];
}

} // namespace test
