// One question to a service that hands out credentials, and the wait for its answer. Invariant: nothing waits
// without a bound, and what a service said reaches a person only as one harmless line without what was sent.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "credential/aws.hpp"

namespace credential {

using Answer = std::variant<http::Response, http::Failure>;

/// Throws Error{interrupted} when the person wants to stop.
Answer ask(const AwsWorld& world, http::Request request);

/// Asks up to `attempts` times, patience.pause apart, while the network fails, the service answers 5xx or
/// `again` says that an answer is worth another try. `make` makes the request of each attempt.
Answer ask_again(const AwsWorld& world, int attempts, const std::function<http::Request()>& make,
                 const std::function<bool(const http::Response&)>& again = {});

/// The same timeout for connecting and for each wait.
http::Timeouts patient_for(base::Duration each);

/// The answer as one line of at most 300 characters, harmless and without `secrets`.
std::string said(std::string_view text, const base::Redactor& secrets);

/// Error{secret} about a service that cannot be reached: "profile 'dev': cannot reach 'https://...': why".
base::Error unreachable(const std::string& what, const std::string& url, const http::Failure& failure);

} // namespace credential
