#include "cli/live_view.hpp"

#include <algorithm>

#include "provider/provider.hpp"

namespace cli {

namespace {

constexpr std::size_t most_tail = 4096;               // bytes; more than three lines of any terminal
constexpr base::Duration faithful = base::seconds(2); // to who writes, before another one is shown

bool active(Stage stage) {
    return stage != Stage::waiting && stage != Stage::done && stage != Stage::failed &&
           stage != Stage::skipped;
}

bool is_pressure(const trace::ModelError& error) {
    return error.kind == schema::name_of(provider::Refusal::Kind::rate_limit) ||
           error.kind == schema::name_of(provider::Refusal::Kind::overloaded);
}

} // namespace

LiveView::LiveView(const run::Plan& plan, Outlook outlook)
    : plan_(plan), outlook_(std::move(outlook)), agents_(plan.nodes.size()) {
    for (std::size_t i = 0; i < agents_.size(); ++i) {
        by_stage_[0].insert(by_stage_[0].end(), i);
        const std::size_t endpoint = plan.nodes[i].endpoint;
        if (endpoint >= plan.endpoints.size()) continue;
        agents_[i].endpoint = plan.endpoints[endpoint].name.name;
        agents_[i].model = plan.endpoints[endpoint].endpoint.model;
    }
}

void LiveView::move(std::size_t node, Stage to) {
    Stage& stage = agents_[node].stage;
    if (stage == to) return;
    by_stage_[static_cast<std::size_t>(stage)].erase(node);
    by_stage_[static_cast<std::size_t>(to)].insert(node);
    stage = to;
    if (to != Stage::writing) agents_[node].written = 0;
}

/// Whoever nobody hands over to does not run, nor do those behind it that wait for nobody else.
void LiveView::skip(std::size_t node) {
    std::vector<std::size_t> next{node};
    while (!next.empty()) {
        const std::size_t at = next.back();
        next.pop_back();
        if (agents_[at].stage != Stage::waiting || !outlook_.skipped || !outlook_.skipped(at)) continue;
        move(at, Stage::skipped);
        for (const run::EdgePlan& edge : plan_.nodes[at].next) {
            if (!edge.again) next.push_back(edge.to);
        }
        for (const run::EdgePlan& edge : plan_.nodes[at].delegates)
            next.push_back(edge.to);
    }
}

/// The run was away for a while, which is nobody's time.
void LiveView::go_on(base::Duration away) {
    started_ = started_ + away;
    for (std::size_t i = 0; i < agents_.size(); ++i) {
        if (agents_[i].since) *agents_[i].since = *agents_[i].since + away;
        agents_[i].open_tools = 0;
        if (active(agents_[i].stage)) move(i, Stage::queued);
    }
    paused_.clear();
}

void LiveView::spend(const std::optional<trace::Tokens>& tokens) {
    ++calls_;
    if (tokens) add_call(used_, *tokens);
}

/// What each event changes.
class LiveView::Taker {
  public:
    Taker(LiveView& view, const trace::Event& event)
        : v_(view), e_(event), node_(event.agent.empty() ? std::nullopt : view.plan_.node(event.agent)) {}

    void operator()(const trace::TaskStart&) { v_.started_ = e_.time; }
    void operator()(const trace::TaskResumed&) { v_.go_on(e_.time - v_.last_); }
    void operator()(const trace::TaskForked&) { v_.go_on(e_.time - v_.last_); }
    void operator()(const trace::TaskEnd&) {
        for (const std::size_t node : std::set(v_.by_stage_[0]))
            v_.move(node, Stage::skipped);
    }
    void operator()(const trace::TaskRetryScheduled& p) {
        v_.attempt_ = p.next_attempt;
        v_.next_attempt_ = e_.time + base::milliseconds(p.delay_ms);
        for (const std::size_t node : std::set(v_.by_stage_[static_cast<std::size_t>(Stage::failed)]))
            v_.move(node, Stage::queued);
    }
    void operator()(const trace::AgentStart& p) {
        if (!node_) return;
        if (!agent().since) agent().since = e_.time;
        agent().endpoint = p.endpoint;
        agent().model = p.model;
        agent().open_tools = 0;
        to(Stage::queued);
    }
    void operator()(const trace::AgentEnd& p) {
        if (!node_) return;
        if (agent().since) agent().spent = agent().spent + (e_.time - *agent().since);
        agent().since.reset();
        to(p.code.empty() ? Stage::done : Stage::failed);
    }
    void operator()(const trace::HandOff& p) {
        const auto from = v_.plan_.node(p.from);
        if (p.role == "delegate" && from && active(v_.agents_[*from].stage))
            v_.move(*from, Stage::delegating);
    }
    void operator()(const trace::EdgeSkipped& p) {
        if (const auto node = v_.plan_.node(p.to)) v_.skip(*node);
    }
    void operator()(const trace::DelegatesReported&) { to(Stage::queued); }
    void operator()(const trace::ModelRequest& p) {
        v_.next_attempt_.reset();
        if (!node_) return;
        if (!agent().since) agent().since = e_.time; // of an attempt that does it again
        agent().endpoint = p.endpoint;
        agent().model = p.model;
        to(Stage::thinking);
    }
    void operator()(const trace::ModelCall& p) { outcome(p.usage); }
    void operator()(const trace::ModelError& p) {
        outcome(p.usage);
        if (!is_pressure(p) || !p.retry_after_ms) return;
        base::Time& until = v_.paused_[p.endpoint];
        until = std::max(until, e_.time + base::milliseconds(*p.retry_after_ms));
    }
    void operator()(const trace::RetryScheduled& p) {
        if (!node_) return;
        agent().until = e_.time + base::milliseconds(p.delay_ms);
        if (agent().open_tools == 0) to(Stage::pausing);
    }
    void operator()(const trace::ToolRequest& p) {
        if (!node_) return;
        agent().tool = p.tool;
        ++agent().open_tools;
        to(Stage::calling);
    }
    void operator()(const trace::ToolCall& p) { tool_outcome(p.request); }
    void operator()(const trace::ToolError& p) { tool_outcome(p.request); }
    void operator()(const trace::ApprovalPending&) {
        if (node_ && agent().open_tools == 0) to(Stage::approval);
    }
    void operator()(const trace::ApprovalDecided&) {
        if (node_ && agent().stage == Stage::approval) to(Stage::queued);
    }
    void operator()(const trace::TaskInterrupted&) {
        for (std::size_t i = 0; i < v_.agents_.size(); ++i) {
            Agent& agent = v_.agents_[i];
            if (!active(agent.stage) || agent.stage == Stage::approval) continue;
            v_.move(i, Stage::stopped);
        }
    }
    // Nobody stands otherwise because of these.
    void operator()(const trace::TaskCancelled&) {}
    void operator()(const trace::JoinWait&) {}
    void operator()(const trace::JoinOpen&) {}
    void operator()(const trace::PolicyDecision&) {}
    void operator()(const trace::Fallback&) {}
    void operator()(const trace::ParameterDropped&) {}
    void operator()(const trace::ModelDescribed&) {}
    void operator()(const trace::ContractViolation&) {}
    void operator()(const trace::Warning&) {}

  private:
    Agent& agent() { return v_.agents_[*node_]; }
    void to(Stage stage) {
        if (node_) v_.move(*node_, stage);
    }
    void outcome(const std::optional<trace::Tokens>& tokens) {
        v_.spend(tokens);
        if (!node_) return;
        if (tokens) add_call(agent().used, *tokens);
        to(Stage::queued); // until the next event, which mostly comes at the same moment
    }
    void tool_outcome(const std::string& request) {
        if (!node_ || request.empty()) return;
        agent().open_tools = std::max<std::int64_t>(agent().open_tools - 1, 0);
        if (agent().open_tools == 0) to(Stage::queued);
    }

    LiveView& v_;
    const trace::Event& e_;
    std::optional<std::size_t> node_;
};

void LiveView::take(const trace::Event& event) {
    std::visit(Taker(*this, event), event.payload);
    last_ = event.time;
}

void LiveView::text(const std::string& agent, std::string_view piece, base::Time now) {
    const auto node = plan_.node(agent);
    if (!node || piece.empty()) return;
    if (agents_[*node].stage == Stage::thinking) move(*node, Stage::writing);
    agents_[*node].written += piece.size();
    if (agent == left_out_) return;
    if (speaker_ != node) {
        const bool silent =
            !speaker_ || agents_[*speaker_].stage != Stage::writing || now - spoke_ > faithful;
        if (!silent) return;
        speaker_ = node;
        tail_.clear();
    }
    spoke_ = now;
    tail_ += piece;
    if (tail_.size() > 2 * most_tail) {
        std::size_t cut = tail_.size() - most_tail;
        while (cut < tail_.size() && (static_cast<unsigned char>(tail_[cut]) & 0xc0U) == 0x80)
            ++cut;
        tail_.erase(0, cut);
    }
}

void LiveView::stop(std::optional<base::Time> until) {
    stops_ = true;
    stops_until_ = until;
}

} // namespace cli
