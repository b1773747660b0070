#include "cli/consent.hpp"

#include <set>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/aws_keys.hpp"
#include "run/plan.hpp"

namespace cli {

namespace {

/// Where the endpoint's requests go; nullopt for one without a network.
std::optional<std::string> host_of(Session& session, const resource::Resource& r) {
    const auto& spec = std::get<resource::ModelEndpointSpec>(r.spec);
    const std::string unknown = base::format("of model-endpoint '{}' is not known", r.metadata.name);
    const provider::Provider* provider = provider::find_provider(spec.provider);
    if (provider == nullptr) return unknown; // planning refuses it
    if (provider->build_request == nullptr) return std::nullopt;
    run::EndpointPlan plan = run::plan_endpoint({r.metadata.namespace_, r.metadata.name}, spec);
    plan.endpoint.place = aws_place(session, plan, credential::Ask::offline);
    const auto url = provider::destination(*provider, plan.endpoint);
    return url ? url->authority() : unknown;
}

} // namespace

void ask_consent(Session& session, const manifest::Manifest& given, bool yes) {
    if (yes || !session.interactive()) return;
    std::set<std::string> hosts;
    std::set<std::string> secrets;
    for (const manifest::Item& item : given.items) {
        const auto* spec = std::get_if<resource::ModelEndpointSpec>(&item.resource.spec);
        if (spec == nullptr) continue;
        if (const auto host = host_of(session, item.resource)) hosts.insert(*host);
        if (!spec->auth.secret_ref.empty()) {
            secrets.insert(spec->auth.secret_ref);
            continue;
        }
        const provider::Provider* provider = provider::find_provider(spec->provider);
        if (provider != nullptr && !provider->aws_service.empty())
            secrets.insert("the AWS credentials of this machine");
    }
    base::write_all(STDERR_FILENO, "This run would use\n");
    for (const std::string& host : hosts)
        base::write_all(STDERR_FILENO, "  host    " + base::visible(host) + "\n");
    for (const std::string& secret : secrets)
        base::write_all(STDERR_FILENO, "  secret  " + base::visible(secret) + "\n");
    if (hosts.empty() && secrets.empty()) base::write_all(STDERR_FILENO, "  no host and no secret\n");
    base::write_all(STDERR_FILENO, "Go on? [y/N] ");
    std::string line;
    char c = 0;
    while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        line += c;
    if (base::lower(base::trim(line)) != "y" && base::lower(base::trim(line)) != "yes") {
        throw base::Error(base::Fault::usage, "not run").hint("--yes skips the question");
    }
}

} // namespace cli
