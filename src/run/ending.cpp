#include "run/ending.hpp"

#include "base/text.hpp"

namespace run {

using namespace trace;

namespace {

std::vector<Draft> cancellation_with(TaskEnd end, const std::string& reason) {
    end.phase = "Failed";
    end.stopped_reason = stopped_by_cancel;
    end.code = base::fault_name(base::Fault::failed);
    end.message = reason;
    std::vector<Draft> out;
    out.push_back({"", 0, TaskCancelled{reason}});
    out.push_back({"", 0, std::move(end)});
    return out;
}

} // namespace

TaskEnd totals(const State& state, const Plan& plan, const Transcript& transcript, base::Time now) {
    TaskEnd end;
    end.usage = trace::told(state.used);
    end.calls = state.calls;
    if (state.running) end.duration_ms = state.elapsed(now).ms();
    for (const Activation& a : state.activations) {
        if (a.status != Activation::Status::finished) continue;
        const std::string& agent = plan.nodes[a.node].name;
        end.outputs[agent] = provider::text_of(transcript.message(a.head));
        end.order.push_back(agent);
    }
    return end;
}

std::vector<Draft> cancellation(const State& state, const Plan& plan, const Transcript& transcript,
                                const std::string& reason, base::Time until) {
    return cancellation_with(totals(state, plan, transcript, until), reason);
}

std::vector<Draft> cancellation(const std::string& reason) {
    return cancellation_with({}, reason);
}

TaskEnd stillborn(const base::Error& why) {
    TaskEnd end;
    end.phase = "Failed";
    end.stopped_reason = "failed";
    end.code = base::fault_name(why.fault());
    end.message = why.message();
    end.hint = base::join(why.hints(), "; ");
    return end;
}

} // namespace run
