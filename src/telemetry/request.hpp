// What a span says of a model call's request and of what it used, by the name each convention gives it.
#pragma once

#include "telemetry/otlp.hpp"
#include "telemetry/span.hpp"

namespace telemetry {

/// Where it went and with which parameters.
void put_request(Attributes& a, const trace::ModelRequest& request, Conventions conventions);
void put_usage(Attributes& a, const trace::Tokens& used, Conventions conventions);

} // namespace telemetry
