#include "cli/secrets.hpp"

#include "base/text.hpp"
#include "vault/seal.hpp"

namespace cli {

using resource::Resource;
using resource::SecretSpec;
using store::Applied;

namespace {

/// Whether the stored values differ from the given ones. Values sealed with a key that is gone count as
/// different: setting them again is the way out.
bool values_differ(Session& session, const resource::Name& name, const SecretSpec& spec,
                   const std::map<std::string, std::string>& sealed) {
    if (sealed.size() != spec.values.size() + spec.kept.size()) return true;
    for (const auto& [key, value] : spec.values) {
        const auto it = sealed.find(key);
        if (it == sealed.end()) return true;
        const vault::MasterKey& master = session.key(vault::Create::when_missing);
        if (vault::sealing_key_id(it->second) != master.id()) return true;
        const base::SecretText stored = vault::open(master, {name.namespace_, name.name, key}, it->second);
        if (stored.reveal() != value.reveal()) return true;
    }
    return false;
}

resource::Name name_of(const Resource& r) {
    return {r.metadata.namespace_, r.metadata.name};
}

Applied put(Session& session, store::Resources& table, const Resource& r, base::Time now) {
    const auto* secret = std::get_if<SecretSpec>(&r.spec);
    if (secret == nullptr) return table.put(r, false, now);
    const resource::Name name = name_of(r);
    const std::map<std::string, std::string> stored = table.sealed(name);
    for (const std::string& key : secret->kept) {
        if (stored.contains(key)) continue;
        throw base::Error(
            base::Fault::manifest,
            base::format("secret/{}: the value of '{}' is masked, and none is stored", name.name, key))
            .at(r.place("spec.data." + key))
            .hint("write the value under spec.stringData, or: orloj create secret");
    }
    const bool differ = values_differ(session, name, *secret, stored);
    const Applied applied = table.put(r, differ, now);
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
        (void)session.key(vault::Create::never); // throws when there is none that may be used
        return true;
    }
    return credential::in_environment(reference);
}

std::optional<credential::Found> vendor_key(const run::EndpointPlan& planned) {
    if (!provider::is_own_host(*planned.provider, planned.endpoint.base_url)) return std::nullopt;
    return credential::vendor_key(planned.provider->key_variable);
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
            .hint(base::format("orloj create secret {} {}{}", ref.secret.name,
                               ref.key == "value" ? std::string("--stdin")
                                                  : base::format("--from-file {}=PATH", ref.key),
                               ref.secret.namespace_ == "default" ? "" : " -n " + ref.secret.namespace_));
    }
    const std::string variable(planned.provider->key_variable);
    return base::Error(base::Fault::secret,
                       base::format("model endpoint \"{}\" requires auth.secretRef{}", planned.name.name,
                                    variable.empty() ? "" : " (or " + variable + " in the environment)"))
        .hint("store the key with `orloj create secret NAME --stdin` and set spec.auth.secretRef: NAME");
}

} // namespace

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

Applied compare(Session& session, const Resource& r) {
    store::Connection* connection = session.reading();
    if (connection == nullptr) return Applied::created;
    store::Resources table(*connection);
    const Applied applied = table.compare(r);
    const auto* secret = std::get_if<SecretSpec>(&r.spec);
    if (secret == nullptr || applied != Applied::unchanged) return applied;
    return values_differ(session, name_of(r), *secret, table.sealed(name_of(r))) ? Applied::configured
                                                                                 : applied;
}

std::vector<Applied> apply_all(Session& session, const std::vector<const Resource*>& resources) {
    store::Connection& connection = session.writing();
    store::Resources table(connection);
    std::vector<Applied> out;
    store::Transaction transaction(connection, store::Transaction::Kind::write);
    const base::Time now = session.clock().now();
    for (const Resource* r : resources)
        out.push_back(put(session, table, *r, now));
    transaction.commit();
    return out;
}

run::Credential resolve_credential(Session& session, const run::EndpointPlan& planned) {
    if (planned.provider->key == provider::KeyNeed::never && planned.spec.auth.secret_ref.empty()) return {};
    std::optional<credential::Found> found;
    if (!planned.spec.auth.secret_ref.empty()) {
        found =
            credential::resolve(planned.spec.auth.secret_ref, planned.name.namespace_,
                                [&](const resource::SecretRef& ref) { return session.stored_secret(ref); });
    }
    if (!found) {
        found = vendor_key(planned);
    }
    if (found) return {std::move(found->value), std::move(found->source)};
    const bool needed =
        planned.provider->key == provider::KeyNeed::required || !planned.spec.auth.secret_ref.empty();
    if (needed) throw missing_secret(planned);
    return {};
}

std::string endpoint_status(Session& session, const Resource& r) {
    const auto& spec = std::get<resource::ModelEndpointSpec>(r.spec);
    try {
        run::EndpointPlan planned = run::plan_endpoint(name_of(r), spec);
        if (planned.provider->check != nullptr) {
            if (const std::string problem = planned.provider->check(planned.endpoint); !problem.empty())
                return "Error: " + problem;
        }
        if (!spec.auth.secret_ref.empty()) {
            const bool found =
                secret_exists(session, spec.auth.secret_ref, r.metadata.namespace_) || vendor_key(planned);
            if (!found) return base::format("Error: secret \"{}\" not found", spec.auth.secret_ref);
        } else {
            (void)resolve_credential(session, planned);
        }
        return "Ready";
    } catch (const base::Error& error) {
        return "Error: " + error.message();
    }
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
