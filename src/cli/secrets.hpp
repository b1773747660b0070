// Storing resources, secrets sealed, and finding the keys of endpoints: where store, vault and credential
// meet.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/aws_keys.hpp"
#include "cli/session.hpp"
#include "run/engine.hpp"
#include "store/resources.hpp"

namespace cli {

std::string_view word_of(store::Applied applied);

/// The command that would store a missing secret.
std::string secret_hint(const resource::Name& secret, const std::string& key);

/// What storing the resource would do, values of secrets included.
store::Applied compare(Session& session, const resource::Resource& resource);

/// Keys of a Secret whose stored values differ from the given ones; empty for every other kind.
std::vector<std::string> changed_values(Session& session, const resource::Resource& resource);

/// Stores all of them in one transaction, in order. Either all are stored or none, and then it throws.
/// `inside` is called in the transaction, when all of them are stored. Whatever takes long is done before it:
/// runs that are under way have to write, too.
std::vector<store::Applied> apply_all(Session& session,
                                      const std::vector<const resource::Resource*>& resources,
                                      const std::function<void()>& inside = nullptr);

/// The value that spec.auth.secretRef names, of the store or the environment. Throws Error{secret} when there
/// is none.
credential::Found named_secret(Session& session, const run::EndpointPlan& endpoint);

/// Where the key of an endpoint would come from, without opening it: "secret default/openai-api-key",
/// "environment OPENAI_API_KEY", "none", or "none found for secret ...".
std::string credential_source(Session& session, const run::EndpointPlan& endpoint);

/// Why options.ca_bundle of an endpoint cannot be used, as a sentence that names both; "" when nothing is
/// wrong.
std::string ca_bundle_problem(const run::EndpointPlan& endpoint);

/// Whether an endpoint could be used, without the network and without opening secrets: "Ready", or "Error:
/// why".
std::string endpoint_status(Session& session, const resource::Resource& endpoint);

/// The key that opens secrets: where it is, or what keeps it from being used.
struct KeyState {
    std::string text;
    bool usable = true;
    std::string hint; ///< the next step, when it is not
};
/// `sealed` values need it.
KeyState key_state(Session& session, std::int64_t sealed);

/// The engine's view of the session.
class SessionSecrets final : public run::Secrets {
  public:
    explicit SessionSecrets(Session& session) : session_(session), aws_(session) {}
    run::Credential resolve(const run::EndpointPlan& endpoint) override;
    void sign(const run::EndpointPlan& endpoint, const provider::Endpoint& target,
              http::Request& request) override;
    bool renewed(const run::EndpointPlan& endpoint, const provider::Refusal& refusal,
                 const http::Response& answer, base::Duration started) override;

  private:
    Session& session_;
    AwsKeyring aws_;
};

class SessionPolicies final : public run::Policies {
  public:
    explicit SessionPolicies(Session& session) : session_(session) {}
    std::vector<run::Policy> load() override;

  private:
    Session& session_;
};

} // namespace cli
