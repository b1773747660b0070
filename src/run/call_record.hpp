// What the records of a call have in common, whichever side of it they are written on.
#pragma once

#include <string>

#include "run/state.hpp"

namespace run {

/// What an intent and its outcome both say: which call, and where it went.
template <typename Payload>
void name_call(Payload& out, const std::string& call, const std::string& url, const EndpointPlan& planned) {
    out.call = call;
    out.endpoint = planned.name.name;
    out.provider = std::string(planned.provider->name);
    out.model = planned.endpoint.model;
    out.url = url;
}

/// The name of the next call of an activation, unique in its run: attempt, agent, generation, step, try.
std::string call_id(const State& state, const Plan& plan, const Activation& activation);

/// Options that shape the request, for its record; those that only orloj goes by and extra headers are not.
std::map<std::string, std::string> sent_parameters(const EndpointPlan& planned);

} // namespace run
