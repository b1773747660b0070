#include "cli/secrets.hpp"
#include "cli/typed_again.hpp"

#include "base/os.hpp"
#include "base/text.hpp"
#include "provider/options.hpp"
#include "vault/key_file.hpp"
#include "vault/seal.hpp"

namespace cli {

using resource::Resource;
using resource::SecretSpec;
using store::Applied;

namespace {

/// Keys whose stored values differ from the given ones, are new or are gone. Values sealed with a key that is
/// gone count as different: setting them again is the way out.
std::vector<std::string> differing(Session& session, const resource::Name& name, const SecretSpec& spec,
                                   const std::map<std::string, std::string>& sealed, vault::Create create) {
    std::vector<std::string> out;
    for (const auto& [key, value] : spec.values) {
        const auto it = sealed.find(key);
        if (it == sealed.end()) {
            out.push_back(key);
            continue;
        }
        const auto id = vault::sealing_key_id(it->second);
        const vault::MasterKey* with = session.keys(create).find(id.value_or(""));
        if (with == nullptr ||
            vault::open(*with, {name.namespace_, name.name, key}, it->second).reveal() != value.reveal())
            out.push_back(key);
    }
    for (const auto& [key, value] : sealed) {
        if (!spec.values.contains(key) && !spec.kept.contains(key)) out.push_back(key);
    }
    return out;
}

resource::Name name_of(const Resource& r) {
    return {r.metadata.namespace_, r.metadata.name};
}

/// A mask keeps the stored value, so there has to be one.
void check_masks(const Resource& r, const SecretSpec& secret,
                 const std::map<std::string, std::string>& stored) {
    for (const std::string& key : secret.kept) {
        if (stored.contains(key)) continue;
        throw base::Error(
            base::Fault::manifest,
            base::format("secret/{}: the value of '{}' is masked, and none is stored", r.metadata.name, key))
            .at(r.place("spec.data." + key))
            .hint("write the value under spec.stringData, or: orloj create secret");
    }
}

Applied put(Session& session, store::Resources& table, const Resource& r, const store::Prepared& prepared,
            base::Time now) {
    const auto* secret = std::get_if<SecretSpec>(&r.spec);
    if (secret == nullptr) return table.put(prepared, false, now);
    const resource::Name name = name_of(r);
    const std::map<std::string, std::string> stored = table.sealed(name);
    check_masks(r, *secret, stored);
    const bool differ = !differing(session, name, *secret, stored, vault::Create::when_missing).empty();
    const Applied applied = table.put(prepared, differ, now);
    if (!differ) return applied;
    const vault::MasterKey& master = session.key(vault::Create::when_missing);
    std::map<std::string, std::string> sealed;
    for (const auto& [key, value] : secret->values) {
        sealed[key] = vault::seal(master, {name.namespace_, name.name, key}, value.reveal());
    }
    for (const std::string& key : secret->kept)
        sealed[key] = stored.at(key);
    table.put_sealed(name, sealed);
    return applied;
}

/// Whether a key would be found; a stored one needs the key file that opens it.
bool secret_exists(Session& session, const std::string& reference, const std::string& namespace_) {
    const resource::SecretRef ref = resource::parse_secret_ref(reference, namespace_);
    store::Connection* connection = session.reading();
    if (connection != nullptr && store::Resources(*connection).has_sealed(ref.secret, ref.key)) {
        session.check_key();
        return true;
    }
    return credential::in_environment(reference);
}

std::optional<credential::Found> vendor_key(const run::EndpointPlan& planned) {
    if (!provider::is_own_host(*planned.provider, planned.endpoint.base_url)) return std::nullopt;
    return credential::vendor_key(planned.provider->key_variable);
}

bool is_aws(const run::EndpointPlan& planned) {
    return !planned.provider->aws_service.empty();
}

base::Error missing_secret(const run::EndpointPlan& planned) {
    const std::string& reference = planned.spec.auth.secret_ref;
    if (!reference.empty()) {
        const resource::SecretRef ref = resource::parse_secret_ref(reference, planned.name.namespace_);
        return base::Error(base::Fault::secret,
                           base::format("secret \"{}\" of model endpoint \"{}\" not found, neither stored "
                                        "nor as {} or {}",
                                        reference, planned.name.name, credential::upper_variable(reference),
                                        credential::written_variable(reference)))
            .hint(secret_hint(ref.secret, ref.key));
    }
    const bool own = provider::is_own_host(*planned.provider, planned.endpoint.base_url);
    const std::string variable(own ? planned.provider->key_variable : std::string_view());
    return base::Error(base::Fault::secret,
                       base::format("model endpoint \"{}\" requires auth.secretRef{}", planned.name.name,
                                    variable.empty() ? "" : " (or " + variable + " in the environment)"))
        .hint("store the key with `orloj create secret NAME --stdin` and set spec.auth.secretRef: NAME");
}

/// The key of an endpoint that is sent as it is.
run::Credential resolve_credential(Session& session, const run::EndpointPlan& planned) {
    if (planned.provider->key == provider::KeyNeed::never && planned.spec.auth.secret_ref.empty()) return {};
    std::optional<credential::Found> found;
    if (!planned.spec.auth.secret_ref.empty()) {
        found =
            credential::resolve(planned.spec.auth.secret_ref, planned.name.namespace_,
                                [&](const resource::SecretRef& ref) { return session.stored_secret(ref); });
    }
    if (!found) found = vendor_key(planned);
    run::Credential out;
    if (found) {
        out.value = std::move(found->value);
        out.source = std::move(found->source);
        return out;
    }
    if (planned.provider->key == provider::KeyNeed::required || !planned.spec.auth.secret_ref.empty())
        throw missing_secret(planned);
    return out;
}

} // namespace

std::string secret_hint(const resource::Name& secret, const std::string& key) {
    // Only a name that is one may stand in a command to be typed.
    const auto plain = [](std::string_view text) {
        return !text.empty() &&
               text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                      "-_.") == std::string_view::npos;
    };
    if (!plain(secret.name) || !plain(secret.namespace_) || !plain(key))
        return "orloj create secret NAME --stdin";
    return base::format("orloj create secret {} {}{}", shell_word(secret.name),
                        key == "value" ? std::string("--stdin")
                                       : base::format("--from-file {}=PATH", shell_word(key)),
                        secret.namespace_ == "default" ? "" : " -n " + shell_word(secret.namespace_));
}

std::string_view word_of(Applied applied) {
    switch (applied) {
    case Applied::created:
        return "created";
    case Applied::configured:
        return "configured";
    case Applied::unchanged:
        return "unchanged";
    }
    return "";
}

std::vector<std::string> changed_values(Session& session, const Resource& r) {
    const auto* secret = std::get_if<SecretSpec>(&r.spec);
    store::Connection* connection = session.reading();
    if (secret == nullptr || connection == nullptr) return {};
    return differing(session, name_of(r), *secret, store::Resources(*connection).sealed(name_of(r)),
                     vault::Create::never);
}

Applied compare(Session& session, const Resource& r) {
    store::Connection* connection = session.reading();
    if (const auto* secret = std::get_if<SecretSpec>(&r.spec)) {
        check_masks(r, *secret,
                    connection == nullptr ? std::map<std::string, std::string>{}
                                          : store::Resources(*connection).sealed(name_of(r)));
    }
    if (connection == nullptr) return Applied::created;
    const Applied applied = store::Resources(*connection).compare(r);
    if (applied != Applied::unchanged) return applied;
    return changed_values(session, r).empty() ? applied : Applied::configured;
}

std::vector<Applied> apply_all(Session& session, const std::vector<const Resource*>& resources,
                               const std::function<void()>& inside) {
    store::Connection& connection = session.writing();
    store::Resources table(connection);
    std::vector<store::Prepared> prepared;
    prepared.reserve(resources.size());
    for (const Resource* r : resources) {
        prepared.push_back(store::prepare(*r));
        // Opening the key may take long, when it comes from a passphrase, and may fail.
        if (std::holds_alternative<SecretSpec>(r->spec)) (void)session.key(vault::Create::when_missing);
    }
    std::vector<Applied> out;
    out.reserve(resources.size());
    store::Transaction transaction(connection, store::Transaction::Kind::write);
    const base::Time now = session.clock().now();
    for (std::size_t i = 0; i < resources.size(); ++i)
        out.push_back(put(session, table, *resources[i], prepared[i], now));
    if (inside) inside();
    transaction.commit();
    return out;
}

credential::Found named_secret(Session& session, const run::EndpointPlan& planned) {
    auto found =
        credential::resolve(planned.spec.auth.secret_ref, planned.name.namespace_,
                            [&](const resource::SecretRef& ref) { return session.stored_secret(ref); });
    if (!found) throw missing_secret(planned);
    return std::move(*found);
}

std::string credential_source(Session& session, const run::EndpointPlan& planned) {
    if (const std::string& reference = planned.spec.auth.secret_ref; !reference.empty()) {
        const resource::SecretRef ref = resource::parse_secret_ref(reference, planned.name.namespace_);
        store::Connection* connection = session.reading();
        if (connection != nullptr && store::Resources(*connection).has_sealed(ref.secret, ref.key)) {
            return base::format("secret {}{}", ref.secret.text(), ref.key == "value" ? "" : ":" + ref.key);
        }
        for (const std::string& variable :
             {credential::upper_variable(reference), credential::written_variable(reference)}) {
            if (base::environment(variable)) return "environment " + variable;
        }
    }
    if (const auto found = vendor_key(planned)) return found->source;
    if (is_aws(planned) && planned.spec.auth.secret_ref.empty()) return aws_source(session, planned);
    if (!planned.spec.auth.secret_ref.empty()) return "none found for secret " + planned.spec.auth.secret_ref;
    return planned.provider->key == provider::KeyNeed::required ? "none found, and one is required"
                                                                : "none is sent";
}

KeyState key_state(Session& session, std::int64_t sealed) {
    try {
        if (base::environment("ORLOJ_SECRET_ENCRYPTION_KEY")) {
            (void)session.key(vault::Create::never);
            return {"ORLOJ_SECRET_ENCRYPTION_KEY", true, ""};
        }
        std::string path = vault::key_file_path();
        if (const auto content = vault::read_key_file(path)) {
            if (std::holds_alternative<vault::LockedKeys>(*content)) path += " (locked with a passphrase)";
            return {std::move(path), true, ""};
        }
        if (sealed == 0) return {path + " (made when the first secret is stored)", true, ""};
        return {base::format("{} does not exist, and {} cannot be read without it", path,
                             base::counted(static_cast<std::size_t>(sealed), "sealed value")),
                false,
                "put its copy back: orloj secret key import FILE; without one, delete the secrets and set "
                "them again"};
    } catch (const base::Error& error) {
        return {error.message(), false, base::join(error.hints(), "; ")};
    }
}

std::string ca_bundle_problem(const run::EndpointPlan& planned) {
    const std::string path(provider::OptionReader(planned.endpoint, {}).text("ca_bundle"));
    if (path.empty() || planned.provider->build_request == nullptr) return {};
    const std::string problem = http::ca_bundle_problem(path);
    if (problem.empty()) return {};
    return base::format("options.ca_bundle of {} cannot be used: {}", provider::subject(planned.endpoint),
                        problem);
}

std::string endpoint_status(Session& session, const Resource& r) {
    const auto& spec = std::get<resource::ModelEndpointSpec>(r.spec);
    try {
        run::EndpointPlan planned = run::plan_endpoint(name_of(r), spec);
        if (planned.provider->check != nullptr) {
            if (const std::string problem = planned.provider->check(planned.endpoint); !problem.empty())
                return "Error: " +
                       base::replace_all(problem, " of " + provider::subject(planned.endpoint), "");
        }
        if (const std::string problem = ca_bundle_problem(planned); !problem.empty())
            return "Error: " + base::replace_all(problem, " of " + provider::subject(planned.endpoint), "");
        if (!spec.auth.secret_ref.empty()) {
            const bool found =
                secret_exists(session, spec.auth.secret_ref, r.metadata.namespace_) || vendor_key(planned);
            if (!found) return base::format("Error: secret \"{}\" not found", spec.auth.secret_ref);
        } else if (is_aws(planned)) { // what they are is asked when they are used
            if (const std::string problem = aws_foreign_host(planned); !problem.empty())
                return "Error: " + problem;
        } else {
            (void)resolve_credential(session, planned);
        }
        return "Ready";
    } catch (const base::Error& error) {
        return "Error: " + error.message();
    }
}

run::Credential SessionSecrets::resolve(const run::EndpointPlan& endpoint) {
    return is_aws(endpoint) ? aws_.resolve(endpoint) : resolve_credential(session_, endpoint);
}

void SessionSecrets::sign(const run::EndpointPlan& endpoint, const provider::Endpoint& target,
                          http::Request& request) {
    if (is_aws(endpoint)) aws_.sign(endpoint, target, request);
}

bool SessionSecrets::renewed(const run::EndpointPlan& endpoint, const provider::Refusal& refusal,
                             const http::Response& answer, base::Duration started) {
    return is_aws(endpoint) && aws_.renewed(endpoint, refusal, answer, started);
}

std::vector<run::Policy> SessionPolicies::load() {
    store::Connection* connection = session_.reading();
    std::vector<run::Policy> out;
    if (connection == nullptr) return out;
    for (Resource& r :
         store::Resources(*connection).list(resource::kind_of<resource::AgentPolicySpec>(), {})) {
        out.push_back({name_of(r), std::get<resource::AgentPolicySpec>(std::move(r.spec))});
    }
    return out;
}

} // namespace cli
