#include "cli/aws_keys.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>

#include "base/text.hpp"
#include "cli/interruption.hpp"
#include "cli/secrets.hpp"
#include "credential/sigv4.hpp"
#include "provider/options.hpp"

namespace cli {

namespace {

bool is_one_of(std::string_view code, std::span<const std::string_view> codes) {
    return std::any_of(codes.begin(), codes.end(), [&](std::string_view other) { return code == other; });
}

bool is_about_the_clock(std::string_view code) {
    constexpr auto codes =
        std::to_array<std::string_view>({"InvalidSignatureException", "SignatureDoesNotMatch",
                                         "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"});
    return is_one_of(code, codes);
}

bool is_about_expired_keys(std::string_view code) {
    constexpr auto codes = std::to_array<std::string_view>({"ExpiredTokenException", "ExpiredToken"});
    return is_one_of(code, codes);
}

std::string profile_of(const run::EndpointPlan& planned) {
    return std::string(provider::OptionReader(planned.endpoint, {}).text("profile"));
}

std::string region_of(const run::EndpointPlan& planned, const provider::Place& place) {
    provider::Endpoint endpoint = planned.endpoint;
    endpoint.place = place;
    return provider::aws_region(*planned.provider, endpoint);
}

void add_proof(const credential::AwsIdentity& identity, run::Credential& out) {
    if (const auto* key = std::get_if<base::SecretText>(&identity.proof)) {
        out.value = *key;
        return;
    }
    const auto& keys = std::get<credential::AwsKeys>(identity.proof);
    for (const base::SecretText* part : {&keys.access_key_id, &keys.secret_access_key, &keys.session_token}) {
        if (!part->empty()) out.signing.push_back(*part);
    }
}

/// Lets Ctrl-C end the search, and what the search started, where nothing else heeds it: before a run, in a
/// probe. One that comes too late for the search is heeded all the same.
class Stoppable {
  public:
    explicit Stoppable(Session& session) : session_(session) {
        if (session.stop_fd() >= 0) return;
        interruption_.emplace();
        session.aws().stop_on(Interruption::fd());
    }
    ~Stoppable() {
        if (!interruption_) return;
        session_.aws().stop_on(-1);
        const int came = Interruption::seen() > 0 ? Interruption::last() : 0;
        interruption_.reset();
        if (came != 0) (void)std::raise(came);
    }
    Stoppable(const Stoppable&) = delete;
    Stoppable& operator=(const Stoppable&) = delete;

  private:
    Session& session_;
    std::optional<Interruption> interruption_;
};

base::Error no_region(const run::EndpointPlan& planned, const provider::Endpoint& target) {
    const std::string_view said = base::trim(target.place.region);
    const std::string problem =
        said.empty() ? "has no AWS region"
                     : base::format("has no AWS region: '{}' of AWS's environment or profile is none",
                                    base::ellipsis(base::visible(said), 100));
    return base::Error(base::Fault::reference, base::format("{} {}, and requests are signed for one",
                                                            provider::subject(planned.endpoint), problem))
        .hint("set options.region of the endpoint, or AWS_REGION");
}

void refuse_foreign_host(const run::EndpointPlan& planned) {
    if (const std::string problem = aws_foreign_host(planned); !problem.empty())
        throw base::Error(base::Fault::secret, problem)
            .hint("name the keys in a Secret, or name the address with AWS_ENDPOINT_URL_BEDROCK_RUNTIME "
                  "instead");
}

bool is_api_key(const credential::AwsIdentity& identity) {
    return std::holds_alternative<base::SecretText>(identity.proof);
}

/// Whether somebody says where requests go, so that it does not follow from a region.
bool has_address(const run::EndpointPlan& planned, const provider::Place& place) {
    return !base::trim(planned.endpoint.base_url).empty() || !place.url.empty();
}

credential::AwsIdentity from_secret(Session& session, const run::EndpointPlan& planned) {
    const credential::Found found = named_secret(session, planned);
    return credential::read_aws_secret(found.value.reveal(), found.source);
}

} // namespace

provider::Place aws_place(Session& session, const run::EndpointPlan& planned, credential::Ask ask) {
    if (planned.provider->aws_service.empty()) return {};
    credential::AwsPlace place = session.aws().place(profile_of(planned), ask);
    return {std::move(place.region), std::move(place.runtime_url), std::move(place.control_url),
            std::move(place.ca_bundle), place.fips};
}

std::string aws_foreign_host(const run::EndpointPlan& planned) {
    const std::string& written = planned.endpoint.base_url;
    if (!planned.spec.auth.secret_ref.empty() || base::trim(written).empty()) return {};
    if (provider::is_own_host(*planned.provider, written)) return {};
    return base::format(
        "model endpoint \"{}\" requires auth.secretRef: the AWS credentials of this machine are not "
        "used for '{}', which is no https address of Bedrock's",
        planned.name.name, base::visible(http::displayed(written)));
}

std::string aws_source(Session& session, const run::EndpointPlan& planned) {
    if (const std::string problem = aws_foreign_host(planned); !problem.empty()) return "none: " + problem;
    try {
        const std::string expected = session.aws().expected_source(profile_of(planned));
        return expected.empty() ? "the role of this machine, if it has one" : expected;
    } catch (const base::Error& error) {
        return "none: " + error.message();
    }
}

credential::AwsIdentity AwsKeyring::found_by_chain(const run::EndpointPlan& planned,
                                                   const provider::Place& place) {
    try {
        const Stoppable stoppable(session_);
        return session_.aws().identity(profile_of(planned), region_of(planned, place));
    } catch (base::Error& error) {
        throw error.in(base::format("model endpoint \"{}\"", planned.name.name));
    }
}

run::Credential AwsKeyring::resolve(const run::EndpointPlan& planned) {
    std::optional<credential::AwsIdentity> identity;
    if (planned.spec.auth.secret_ref.empty())
        refuse_foreign_host(planned);
    else
        identity = from_secret(session_, planned);
    run::Credential out;
    out.place = aws_place(session_, planned, credential::Ask::offline);
    // A machine's metadata service is asked only for a region that is needed and that nobody else says.
    const bool sends_key = identity ? is_api_key(*identity) : session_.aws().sends_key(profile_of(planned));
    const bool needs_region = !sends_key || !has_address(planned, out.place);
    if (needs_region && region_of(planned, out.place).empty())
        out.place = aws_place(session_, planned, credential::Ask::network);
    if (!identity) identity = found_by_chain(planned, out.place);
    out.source = identity->source;
    add_proof(*identity, out);
    keys_.erase(planned.name.text());
    if (const auto* keys = std::get_if<credential::AwsKeys>(&identity->proof))
        keys_.emplace(planned.name.text(), *keys);
    return out;
}

run::Credential AwsKeyring::resolve_offline(const run::EndpointPlan& planned) {
    run::Credential out;
    out.place = aws_place(session_, planned, credential::Ask::offline);
    if (planned.spec.auth.secret_ref.empty()) return out;
    const credential::AwsIdentity identity = from_secret(session_, planned);
    out.source = identity.source;
    add_proof(identity, out);
    return out;
}

void AwsKeyring::sign(const run::EndpointPlan& planned, const provider::Endpoint& target,
                      http::Request& request) {
    const auto keys = keys_.find(planned.name.text());
    if (keys == keys_.end()) return; // a Bedrock API key, which the request carries
    const std::string region = provider::aws_region(*planned.provider, target);
    if (region.empty()) throw no_region(planned, target);
    credential::sign(request, keys->second,
                     {region, std::string(planned.provider->aws_service), session_.clock().now() + ahead_});
}

bool AwsKeyring::renewed(const run::EndpointPlan& planned, const provider::Refusal& refusal,
                         const http::Response& answer, base::Duration started) {
    if (!keys_.contains(planned.name.text())) return false;
    if (is_about_expired_keys(refusal.code)) return replaced_expired(planned, started);
    return is_about_the_clock(refusal.code) && set_clock(answer, started);
}

bool AwsKeyring::replaced_expired(const run::EndpointPlan& planned, base::Duration started) {
    if (!planned.spec.auth.secret_ref.empty()) return false; // nobody else has newer ones
    const std::string profile = profile_of(planned);
    const auto last = forgotten_at_.find(profile);
    if (last != forgotten_at_.end() && started <= last->second) return true;
    if (!expired_.emplace(keys_.at(planned.name.text()).access_key_id.reveal()).second) return false;
    session_.aws().forget(profile);
    forgotten_at_.insert_or_assign(profile, session_.clock().active());
    return true;
}

bool AwsKeyring::set_clock(const http::Response& answer, base::Duration started) {
    if (clock_set_at_ && started <= *clock_set_at_) return true;
    const auto ahead = credential::clock_ahead(answer, session_.clock().now(), ahead_);
    if (!ahead) return false;
    ahead_ = *ahead;
    clock_set_at_ = session_.clock().active();
    return true;
}

} // namespace cli
