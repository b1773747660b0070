#include "run/call_record.hpp"

#include "base/text.hpp"
#include "provider/option_table.hpp"

namespace run {

std::string call_id(const State& state, const Plan& plan, const Activation& a) {
    return base::format("a{}.{}.{}.s{}.{}", state.attempt, plan.nodes[a.node].name, a.generation, a.step + 1,
                        a.calls + 1);
}

std::map<std::string, std::string> sent_parameters(const EndpointPlan& planned) {
    std::map<std::string, std::string> out;
    if (planned.provider->build_request == nullptr) return out;
    for (const auto& [name, value] : planned.endpoint.options) {
        const provider::OptionRow* row = provider::find_option(name);
        if (row != nullptr && provider::is_sent(*row)) out.emplace(name, value);
    }
    return out;
}

} // namespace run
