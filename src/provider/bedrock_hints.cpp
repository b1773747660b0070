// What to do after Bedrock said no. Most of its refusals are about who may call which model where, and its
// own words say little. Source: the troubleshooting pages of Bedrock's and IAM's user guides.
#include "provider/bedrock_converse.hpp"

#include "base/text.hpp"
#include "provider/bedrock_models.hpp"
#include "provider/bedrock_place.hpp"
#include "provider/options.hpp"

namespace provider {

namespace {

bool says(const Refusal& refusal, std::string_view words) {
    return base::contains_ignoring_case(refusal.detail, words);
}

bool is(const Refusal& refusal, std::string_view code) {
    const std::string_view got = refusal.code;
    constexpr std::string_view tail = "Exception"; // services spell a code with and without it
    if (got.size() > tail.size() && base::same_ignoring_case(got.substr(got.size() - tail.size()), tail))
        return base::same_ignoring_case(got.substr(0, got.size() - tail.size()), code);
    return base::same_ignoring_case(got, code);
}

std::string region_of(const Endpoint& endpoint) {
    const std::string region = aws_region(*find_provider("bedrock"), endpoint);
    return region.empty() ? "the region" : region;
}

std::string where_keys_are(const Endpoint& endpoint) {
    return base::format(
        "the Secret in spec.auth.secretRef of {} or, without one, AWS's environment and profile",
        subject(endpoint));
}

std::string signature_hint(const Endpoint& endpoint, const Refusal& refusal) {
    if (says(refusal, "expired") || says(refusal, "not yet current") || says(refusal, "is now earlier"))
        return "set this machine's clock: AWS takes no request whose time is more than five minutes off";
    return base::format("check that the secret access key belongs to the access key id, and that no proxy "
                        "changes requests; keys come from {}",
                        where_keys_are(endpoint));
}

std::string access_hint(const Endpoint& endpoint, const Refusal& refusal) {
    if (says(refusal, "api key"))
        return base::format("store a Bedrock API key that is valid and of this account in {}",
                            where_keys_are(endpoint));
    if (says(refusal, "payment"))
        return "add a valid payment method to the AWS account, then ask again after some minutes";
    const std::string_view action =
        endpoint.stream ? "bedrock:InvokeModelWithResponseStream" : "bedrock:InvokeModel";
    if (says(refusal, "not authorized to perform"))
        return base::format("allow the IAM action {} on model '{}' for who calls; keys come from {}",
                            says(refusal, "bedrock:List") ? "that it names" : action, endpoint.model,
                            where_keys_are(endpoint));
    return base::format(
        "enable access to model '{}' in the Bedrock console of {} (Model access), and allow the "
        "IAM action {}",
        endpoint.model, region_of(endpoint), action);
}

std::string auth_hint(const Endpoint& endpoint, const Refusal& refusal) {
    if (is(refusal, "ExpiredToken"))
        return base::format("get fresh keys: the session token has expired; keys come from {}",
                            where_keys_are(endpoint));
    if (is(refusal, "InvalidSignature") || is(refusal, "SignatureDoesNotMatch") ||
        is(refusal, "RequestExpired") || is(refusal, "IncompleteSignature"))
        return signature_hint(endpoint, refusal);
    if (is(refusal, "UnrecognizedClient") || is(refusal, "InvalidClientTokenId"))
        return base::format(
            "AWS does not know the access key, or its session token belongs to another: check {}",
            where_keys_are(endpoint));
    if (is(refusal, "MissingAuthenticationToken"))
        return base::format("no signature arrived: check {}, and that no proxy takes headers out",
                            where_keys_are(endpoint));
    return access_hint(endpoint, refusal);
}

std::string model_hint(const Endpoint& endpoint, const Refusal& refusal) {
    if (says(refusal, "on-demand throughput"))
        return base::format("write the id of an inference profile under spec of {}: default_model: {}",
                            subject(endpoint), likely_profile(endpoint.model, region_of(endpoint)));
    if (says(refusal, "use case"))
        return "fill in the form about your use case in the Bedrock console (Model catalog), once per "
               "account";
    const std::string_view there = region_of_arn(endpoint.model);
    const std::string here = region_of(endpoint);
    if (!there.empty() && there != here)
        return base::format("model '{}' is in {}, and {} asks in {}: set options.region to {}",
                            endpoint.model, there, subject(endpoint), here, there);
    return base::format(
        "check the spelling of spec.default_model of {} and that '{}' is offered in {}: orloj "
        "get model-endpoints --probe, or the Bedrock console",
        subject(endpoint), endpoint.model, here);
}

} // namespace

std::string bedrock_hint(const Endpoint& endpoint, const Refusal& refusal) {
    using Kind = Refusal::Kind;
    if (refusal.kind == Kind::auth) return auth_hint(endpoint, refusal);
    if (refusal.kind == Kind::missing_model) return model_hint(endpoint, refusal);
    if (refusal.kind == Kind::quota)
        return base::format("ask for a higher quota of model '{}' in the Service Quotas console of {}",
                            endpoint.model, region_of(endpoint));
    if (refusal.kind != Kind::bad_request) return {};
    if (says(refusal, "tool use in streaming") || says(refusal, "unsupported for streaming"))
        return base::format("set options.stream of {} to \"false\": this model can do that only in one piece",
                            subject(endpoint));
    if (says(refusal, "tool use")) return "choose a model that can call tools, or an agent without tools";
    return {};
}

} // namespace provider
