// The AWS part of finding keys: where Secrets, AWS's own chain, the signer and a run meet. Invariant: what
// the person's surroundings hold is used only for Bedrock's own hosts and for addresses those surroundings
// name, never for a base_url that a manifest brings.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "cli/session.hpp"
#include "credential/aws.hpp"
#include "run/engine.hpp"

namespace cli {

/// Where requests of an AWS endpoint go, as far as its spec leaves it open; nothing for all other providers.
/// Throws Error{secret} when AWS's files cannot be understood.
provider::Place aws_place(Session& session, const run::EndpointPlan& endpoint, credential::Ask ask);

/// Why the credentials of the person's surroundings are not used for the endpoint; "" when they are, and for
/// endpoints that name a Secret.
std::string aws_foreign_host(const run::EndpointPlan& endpoint);

/// Where the credentials of an endpoint that names no Secret would come from, without the network: "profile
/// dev", "the role of this machine, if it has one", or "none: " and why.
std::string aws_source(Session& session, const run::EndpointPlan& endpoint);

/// The keys of AWS endpoints during one command.
class AwsKeyring {
  public:
    explicit AwsKeyring(Session& session) : session_(session) {}

    // As run::Secrets says, for endpoints whose provider is AWS's.
    run::Credential resolve(const run::EndpointPlan& endpoint);
    void sign(const run::EndpointPlan& endpoint, const provider::Endpoint& target, http::Request& request);
    bool renewed(const run::EndpointPlan& endpoint, const provider::Refusal& refusal,
                 const http::Response& answer, base::Duration started);

    /// What can be said without the network and for nothing to be sent: the place, and what a Secret holds.
    run::Credential resolve_offline(const run::EndpointPlan& endpoint);

  private:
    credential::AwsIdentity found_by_chain(const run::EndpointPlan& endpoint, const provider::Place& place);

    bool replaced_expired(const run::EndpointPlan& endpoint, base::Duration started);
    bool set_clock(const http::Response& answer, base::Duration started);

    Session& session_;
    std::map<std::string, credential::AwsKeys> keys_; ///< as resolve() found them last, by endpoint
    std::set<std::string> expired_;                   ///< access key ids whose end the service told
    base::Duration ahead_{};                          ///< the service's clock before ours
    // When either changed last, by Clock::active(): what was under way then went with what was before.
    std::map<std::string, base::Duration> forgotten_at_; ///< by profile
    std::optional<base::Duration> clock_set_at_;
};

} // namespace cli
