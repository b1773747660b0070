#include "trace/timeline.hpp"

#include <algorithm>

namespace trace {

namespace {

void end(Stretch& stretch, base::Time at) {
    stretch.end = std::max(at, stretch.start);
    stretch.open = false;
}

Stretch from(base::Time start) {
    return {start, start, true};
}

void settle(Try& t, const ModelCall& answer) {
    t.came = Came::answer;
    t.answer = answer;
}
void settle(Try& t, const ModelError& error) {
    t.came = Came::error;
    t.error = error;
}
void settle(ToolTry& t, const ToolCall& result) {
    t.came = Came::answer;
    t.result = result;
}
void settle(ToolTry& t, const ToolError& error) {
    t.came = Came::error;
    t.error = error;
}

const Tokens* usage_of(const ModelCall& call) {
    return &call.usage;
}
const Tokens* usage_of(const ModelError& error) {
    return error.usage ? &*error.usage : nullptr;
}

/// Ends what is open in a call or a use of a tool, without an outcome.
template <typename Whole>
void give_up(Whole& whole, base::Time at) {
    for (auto& t : whole.tries) {
        if (!t.open) continue;
        t.came = Came::doubt;
        end(t, at);
    }
    if (whole.open) end(whole, at);
}

/// Stretches what is open up to `until`, and says that it is.
template <typename Whole>
void stretch(Whole& whole, base::Time until) {
    for (auto& t : whole.tries) {
        if (t.open) t.end = std::max(t.start, until);
    }
    if (whole.open) whole.end = std::max(whole.start, until);
}

/// The last moment of its parts, so that it holds them.
template <typename Parts>
base::Time latest(const Parts& parts, base::Time at) {
    for (const auto& part : parts)
        at = std::max(at, part.end);
    return at;
}

} // namespace

Turn* TimelineMaker::turn_of(const Event& event) {
    const auto it = turns_.find(event.agent);
    return it == turns_.end() ? nullptr : &out_.turns[it->second];
}

void TimelineMaker::note(const Event& event) {
    Note note{event.seq, event.time, std::nullopt, event};
    const auto it = turns_.find(event.agent);
    if (it != turns_.end() && out_.turns[it->second].open) note.turn = it->second;
    out_.notes.push_back(std::move(note));
}

void TimelineMaker::close(Turn& turn, base::Time at) {
    for (Call& call : turn.calls)
        give_up(call, at);
    for (ToolUse& use : turn.tools)
        give_up(use, at);
    if (turn.open) end(turn, latest(turn.tools, latest(turn.calls, at)));
}

/// The turns themselves go on: their calls are made again.
void TimelineMaker::leave_in_doubt(base::Time at) {
    for (Turn& turn : out_.turns) {
        for (Call& call : turn.calls)
            give_up(call, at);
        for (ToolUse& use : turn.tools)
            give_up(use, at);
    }
}

void TimelineMaker::request(const Event& event, const ModelRequest& request) {
    Turn* turn = turn_of(event);
    if (turn == nullptr) return;
    std::vector<Call>& calls = turn->calls;
    const bool again = !calls.empty() && calls.back().step == event.step &&
                       calls.back().last().came != Came::answer &&
                       calls.back().last().request.endpoint == request.endpoint;
    if (!again) calls.push_back({from(event.time), event.step, {}});
    Try made;
    static_cast<Stretch&>(made) = from(event.time);
    made.seq = event.seq;
    made.request = request;
    calls.back().open = true;
    calls.back().tries.push_back(std::move(made));
}

template <typename Outcome>
void TimelineMaker::call_outcome(const Event& event, const Outcome& outcome) {
    ++out_.calls;
    const Tokens* used = usage_of(outcome);
    if (used != nullptr) add_call(out_.used, *used);
    Turn* turn = turn_of(event);
    if (turn == nullptr) return;
    if (used != nullptr) add_call(turn->used, *used);
    // Of many, the last ones are open.
    for (auto call = turn->calls.rbegin(); call != turn->calls.rend(); ++call) {
        Try& t = call->tries.back();
        if (!t.open || t.request.call != outcome.call) continue;
        settle(t, outcome);
        end(t, event.time);
        end(*call, event.time); // reopened by another try
        return;
    }
}

void TimelineMaker::tool_request(const Event& event, const ToolRequest& request) {
    Turn* turn = turn_of(event);
    if (turn == nullptr) return;
    auto use = std::find_if(turn->tools.begin(), turn->tools.end(),
                            [&](const ToolUse& u) { return u.step == event.step && u.call == request.call; });
    if (use == turn->tools.end())
        use = turn->tools.insert(use, {from(event.time), event.step, request.call, {}});
    ToolTry made;
    static_cast<Stretch&>(made) = from(event.time);
    made.seq = event.seq;
    made.request = request;
    use->open = true;
    use->tries.push_back(std::move(made));
}

template <typename Outcome>
void TimelineMaker::tool_outcome(const Event& event, const Outcome& outcome) {
    Turn* turn = turn_of(event);
    if (turn == nullptr) return;
    for (auto use = turn->tools.rbegin(); use != turn->tools.rend(); ++use) {
        if (use->call != outcome.call) continue;
        ToolTry& t = use->tries.back();
        if (!t.open || t.request.request != outcome.request) continue;
        settle(t, outcome);
        end(t, event.time);
        end(*use, event.time);
        return;
    }
    // It did not run: refused, or answered by the same call before.
    ToolUse use{{event.time, event.time, false}, event.step, outcome.call, {}};
    ToolTry& t = use.tries.emplace_back();
    static_cast<Stretch&>(t) = {event.time, event.time, false};
    t.seq = event.seq;
    t.request.call = outcome.call;
    t.request.tool = outcome.tool;
    settle(t, outcome);
    turn->tools.push_back(std::move(use));
}

void TimelineMaker::take(const Event& event) {
    if (!any_) static_cast<Stretch&>(out_) = from(event.time);
    any_ = true;
    if (const auto* start = std::get_if<TaskStart>(&event.payload)) {
        out_.begin = *start;
    } else if (const auto* task_end = std::get_if<TaskEnd>(&event.payload)) {
        out_.finish = *task_end;
    } else if (const auto* agent_start = std::get_if<AgentStart>(&event.payload)) {
        Turn turn;
        static_cast<Stretch&>(turn) = from(event.time);
        turn.seq = event.seq;
        turn.attempt = event.attempt;
        turn.agent = event.agent;
        turn.begin = *agent_start;
        turns_[event.agent] = out_.turns.size();
        out_.turns.push_back(std::move(turn));
    } else if (const auto* agent_end = std::get_if<AgentEnd>(&event.payload)) {
        if (Turn* turn = turn_of(event)) {
            turn->finish = *agent_end;
            close(*turn, event.time);
            if (agent_end->code.empty()) out_.last_finish_agent = event.agent;
        }
    } else if (const auto* model_request = std::get_if<ModelRequest>(&event.payload)) {
        request(event, *model_request);
    } else if (const auto* answer = std::get_if<ModelCall>(&event.payload)) {
        call_outcome(event, *answer);
    } else if (const auto* error = std::get_if<ModelError>(&event.payload)) {
        call_outcome(event, *error);
    } else if (const auto* tool = std::get_if<ToolRequest>(&event.payload)) {
        tool_request(event, *tool);
    } else if (const auto* result = std::get_if<ToolCall>(&event.payload)) {
        tool_outcome(event, *result);
    } else if (const auto* tool_error = std::get_if<ToolError>(&event.payload)) {
        tool_outcome(event, *tool_error);
    } else {
        if (const auto* resumed = std::get_if<TaskResumed>(&event.payload)) {
            leave_in_doubt(last_);
            out_.pauses.push_back({{last_, event.time, false}, resumed->reason});
        } else if (const auto* forked = std::get_if<TaskForked>(&event.payload)) {
            leave_in_doubt(last_);
            out_.pauses.push_back({{last_, event.time, false}, "forked from " + forked->from});
            out_.forked_at = event.seq;
        }
        note(event);
    }
    last_ = std::max(last_, event.time);
}

Timeline TimelineMaker::finish(std::optional<base::Time> until) && {
    const base::Time at = std::max(last_, until.value_or(last_));
    for (Turn& turn : out_.turns) {
        if (out_.finish || !until) {
            // Interrupted: its calls are in doubt, but the turn is not over.
            const bool over = out_.finish.has_value();
            for (Call& call : turn.calls)
                give_up(call, at);
            for (ToolUse& use : turn.tools)
                give_up(use, at);
            if (over && turn.open) end(turn, at);
        }
        for (Call& call : turn.calls)
            stretch(call, at);
        for (ToolUse& use : turn.tools)
            stretch(use, at);
        if (turn.open) turn.end = std::max(turn.start, at);
    }
    if (any_) {
        out_.end = std::max(out_.start, at);
        out_.open = !out_.finish;
    }
    return std::move(out_);
}

} // namespace trace
