#include "cli/aws_keys.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include "base/text.hpp"
#include "cli/interruption.hpp"
#include "cli/secrets.hpp"
#include "credential/sigv4.hpp"
#include "provider/options.hpp"

namespace cli {

namespace {

/// AWS takes signatures for five minutes; what is nearer than this is not the clock's fault.
constexpr base::Duration tolerated_skew = base::seconds(240);

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
        const bool came = Interruption::seen() > 0;
        interruption_.reset();
        if (came) (void)std::raise(SIGINT);
    }
    Stoppable(const Stoppable&) = delete;
    Stoppable& operator=(const Stoppable&) = delete;

  private:
    Session& session_;
    std::optional<Interruption> interruption_;
};

credential::AwsIdentity from_secret(Session& session, const run::EndpointPlan& planned) {
    const credential::Found found = named_secret(session, planned);
    return credential::read_aws_secret(found.value.reveal(), found.source);
}

} // namespace

provider::Place aws_place(Session& session, const run::EndpointPlan& planned, credential::Ask ask) {
    if (planned.provider->aws_service.empty()) return {};
    const bool known = !region_of(planned, {}).empty();
    credential::AwsPlace place =
        session.aws().place(profile_of(planned), known ? credential::Ask::offline : ask);
    return {std::move(place.region), std::move(place.runtime_url), std::move(place.control_url),
            std::move(place.ca_bundle)};
}

std::string aws_foreign_host(const run::EndpointPlan& planned) {
    const std::string& written = planned.endpoint.base_url;
    if (!planned.spec.auth.secret_ref.empty() || base::trim(written).empty()) return {};
    if (provider::is_own_host(*planned.provider, written)) return {};
    return base::format(
        "model endpoint \"{}\" requires auth.secretRef: the AWS credentials of this machine are not "
        "used for '{}', which is no host of AWS",
        planned.name.name, base::visible(http::displayed(written)));
}

credential::AwsIdentity AwsKeyring::identity_of(const run::EndpointPlan& planned,
                                                const provider::Place& place) {
    if (!planned.spec.auth.secret_ref.empty()) return from_secret(session_, planned);
    if (const std::string problem = aws_foreign_host(planned); !problem.empty())
        throw base::Error(base::Fault::secret, problem)
            .hint("name the keys in a Secret, or name the address with AWS_ENDPOINT_URL_BEDROCK_RUNTIME "
                  "instead");
    try {
        const Stoppable stoppable(session_);
        return session_.aws().identity(profile_of(planned), region_of(planned, place));
    } catch (base::Error& error) {
        throw error.in(base::format("model endpoint \"{}\"", planned.name.name));
    }
}

run::Credential AwsKeyring::resolve(const run::EndpointPlan& planned) {
    run::Credential out;
    out.place = aws_place(session_, planned, credential::Ask::network);
    const credential::AwsIdentity identity = identity_of(planned, out.place);
    out.source = identity.source;
    add_proof(identity, out);
    keys_.erase(planned.name.text());
    if (const auto* keys = std::get_if<credential::AwsKeys>(&identity.proof))
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
    const std::string_view said = base::trim(target.place.region);
    if (region.empty() && !said.empty())
        throw base::Error(base::Fault::reference,
                          base::format("the region '{}' that AWS's environment or profile gives {} is not "
                                       "an AWS region such as eu-central-1",
                                       base::ellipsis(base::visible(said), 100),
                                       provider::subject(planned.endpoint)))
            .hint("correct AWS_REGION, AWS_DEFAULT_REGION or the region of the profile");
    if (region.empty())
        throw base::Error(base::Fault::reference,
                          base::format("{} has no AWS region, and requests are signed for one",
                                       provider::subject(planned.endpoint)))
            .hint("set options.region of the endpoint, or AWS_REGION");
    credential::sign(request, keys->second,
                     {region, std::string(planned.provider->aws_service), session_.clock().now() + ahead_});
}

bool AwsKeyring::renewed(const run::EndpointPlan& planned, const provider::Refusal& refusal,
                         const http::Response& answer) {
    const auto keys = keys_.find(planned.name.text());
    if (keys == keys_.end()) return false;
    if (is_about_expired_keys(refusal.code)) {
        if (!planned.spec.auth.secret_ref.empty()) return false; // nobody else has newer ones
        session_.aws().forget(profile_of(planned));
        return expired_.emplace(keys->second.access_key_id.reveal()).second;
    }
    if (!is_about_the_clock(refusal.code)) return false;
    const auto theirs = base::parse_http_date(base::trim(answer.header("date")));
    if (!theirs) return false;
    const base::Duration ahead = *theirs - session_.clock().now();
    const base::Duration off = ahead - ahead_;
    if (std::max(off, base::Duration{} - off) <= tolerated_skew) return false;
    ahead_ = ahead;
    return true;
}

} // namespace cli
