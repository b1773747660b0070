// What an agent under a contract owes: the tools of tool_sequence, in any order, and an answer with the
// required markers. Invariant: an answer never ends such an agent just because it came; a model that forgot
// something is told what, and no request is made twice.
#include <algorithm>

#include "base/text.hpp"
#include "run/agent_loop.hpp"
#include "run/prompt.hpp"

namespace run {

using namespace trace;

namespace {

bool among(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& each) { return base::same_ignoring_case(each, name); });
}

std::string quoted(const std::vector<std::string>& names) {
    std::vector<std::string> out;
    for (const std::string& name : names)
        out.push_back("\"" + name + "\"");
    return base::join(out, ", ");
}

/// For the journal and the person.
std::string what_is_owed(const std::vector<std::string>& tools, const std::vector<std::string>& markers) {
    std::string out;
    if (!tools.empty())
        out = base::format("the answer came before required {} {}", tools.size() == 1 ? "tool" : "tools",
                           quoted(tools));
    if (!markers.empty())
        out += base::format("{}the answer lacks {}", out.empty() ? "" : "; ", quoted(markers));
    return out;
}

} // namespace

std::vector<std::string> AgentLoop::owed_tools(const Activation& a) const {
    const std::vector<std::string> done(a.succeeded.begin(), a.succeeded.end());
    std::vector<std::string> out;
    for (const std::string& name : node(a).agent.execution.tool_sequence) {
        if (!among(done, name)) out.push_back(name);
    }
    return out;
}

std::vector<std::string> AgentLoop::owed_markers(const Activation& a, std::string_view text) const {
    std::vector<std::string> out;
    for (const std::string& marker : node(a).agent.execution.required_output_markers) {
        if (text.find(marker) == std::string_view::npos) out.push_back(marker);
    }
    return out;
}

/// Without markers nothing tells a last answer from words on the way.
bool AgentLoop::fulfilled_beside_calls(const Activation& a, const provider::Message& answer) const {
    return !node(a).agent.execution.required_output_markers.empty() && owed_tools(a).empty() &&
           owed_markers(a, provider::text_of(answer)).empty();
}

bool AgentLoop::keeps_contract(const Activation& a, const provider::Message& answer) {
    const std::vector<std::string> tools = owed_tools(a);
    const std::vector<std::string> markers = owed_markers(a, provider::text_of(answer));
    if (tools.empty() && markers.empty()) return true;
    const bool offered = std::any_of(tools.begin(), tools.end(),
                                     [&](const std::string& name) { return node(a).tool(name) != nullptr; });
    if (!tools.empty() && !offered)
        return violate(a, "no_tools", "",
                       base::format("required {} not offered to the agent",
                                    quoted(tools) + (tools.size() == 1 ? " is" : " are")));
    if (a.step >= node(a).agent.limits.max_steps) {
        out_of_steps(a, answer);
        return false;
    }
    ContractViolation told;
    told.text = what_is_owed(tools, markers);
    told.rule = "unfinished";
    told.message =
        transcript_.add(head_of(a, transcript_),
                        provider::text_message(provider::Role::user, contract_request(tools, markers)));
    draft(&a, std::move(told));
    return false;
}

bool AgentLoop::keeps_contract_at_last(const Activation& a, const provider::Message& answer) {
    const std::vector<std::string> tools = owed_tools(a);
    if (!tools.empty())
        return violate(a, "steps", "",
                       base::format("max_steps {} was reached before required tool \"{}\" succeeded",
                                    node(a).agent.limits.max_steps, tools.front()));
    const std::vector<std::string> markers = owed_markers(a, provider::text_of(answer));
    if (!markers.empty())
        draft(&a, Warning{base::format("agent {} reached max_steps {}; its answer lacks {}", node(a).name,
                                       node(a).agent.limits.max_steps, quoted(markers))});
    return true;
}

bool AgentLoop::end_with_earlier_words(const Activation& a) {
    for (std::string hash = a.head; !hash.empty() && hash != a.input; hash = transcript_.parent(hash)) {
        const provider::Message& message = transcript_.message(hash);
        if (message.role != provider::Role::assistant || base::trim(provider::text_of(message)).empty())
            continue;
        AgentEnd out;
        out.node = node(a).name;
        out.generation = a.generation;
        out.reason = "max_steps";
        out.message = hash;
        out.steps = a.step;
        out.usage = trace::told(a.usage);
        out.duration_ms = a.active().ms();
        draft(&a, std::move(out));
        return true;
    }
    return false;
}

bool AgentLoop::keeps_sequence(const Activation& a, const std::vector<StepCall>& calls) {
    for (const StepCall& call : calls) {
        if (call.tool == nullptr || among(node(a).agent.execution.tool_sequence, call.tool->name)) continue;
        if (!violate(a, "outside", call.part->id,
                     base::format("tool \"{}\" is not in tool_sequence", call.tool->name)))
            return false;
    }
    return true;
}

bool AgentLoop::violate(const Activation& a, std::string_view rule, const std::string& call,
                        std::string text) {
    if (!a.noted.contains(violation_key(rule, call))) {
        ContractViolation violation;
        violation.text = text;
        violation.rule = std::string(rule);
        violation.call = call;
        draft(&a, std::move(violation));
    }
    if (node(a).agent.execution.on_contract_violation == resource::OnViolation::observe) return true;
    fail(a,
         {base::Fault::failed, base::format("agent {} broke its contract: {}", node(a).name, text),
          "with spec.execution.on_contract_violation: observe this is only recorded", false},
         "contract");
    return false;
}

} // namespace run
