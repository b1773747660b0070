// What the records of a call have in common, whichever side of it they are written on.
#pragma once

#include <string>

#include "run/plan.hpp"

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

} // namespace run
