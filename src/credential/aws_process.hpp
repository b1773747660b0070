// credential_process: a program of the person's own that prints keys. Source: "Process credential provider"
// of the AWS SDKs and Tools guide. Invariant: no shell sees the line, and neither the line's arguments nor
// what the program printed to standard output get into a message.
#pragma once

#include <string>
#include <string_view>

#include "credential/aws.hpp"

namespace credential {

/// Runs the program; `who` begins messages: "profile 'dev'". It gets the person's environment without
/// ORLOJ_* variables. Throws Error{secret}, and Error{interrupted} when it was stopped by world.wake_fd.
AwsKeys process_keys(const AwsWorld& world, std::string_view command_line, const std::string& who);

} // namespace credential
