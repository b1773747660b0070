#include "provider/bedrock_place.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/aws_host.hpp"
#include "provider/options.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

constexpr std::string_view provider_name = "bedrock";
constexpr std::string_view runtime = "bedrock-runtime";
constexpr std::string_view control = "bedrock";
constexpr std::string_view fips = "-fips";

/// What may stand behind the region in one of Bedrock's own hosts. Anything else below amazonaws.com may be
/// anybody's: a bucket, a load balancer.
bool ends_own_host(std::string_view rest) {
    constexpr std::string_view private_link = "vpce.";
    if (rest == "api.aws") return true;
    if (rest.starts_with(private_link)) rest.remove_prefix(private_link.size());
    return http::is_aws_domain(rest);
}

/// The region of one of Bedrock's own hosts, also behind the name of a VPC endpoint; "" for any other.
std::string_view region_of_host(std::string_view host) {
    for (; !host.empty(); host.remove_prefix(std::min(host.find('.'), host.size() - 1) + 1)) {
        const auto labels = base::split(host, '.');
        if (labels.size() < 3) break;
        std::string_view service = labels[0];
        if (service.ends_with(fips)) service.remove_suffix(fips.size());
        const bool ours = (service == runtime || service == control) && http::is_aws_region(labels[1]);
        if (ours && ends_own_host(host.substr(labels[0].size() + labels[1].size() + 2))) return labels[1];
    }
    return {};
}

std::string_view written_region(const Endpoint& endpoint) {
    return OptionReader(endpoint, provider_name).text("region");
}

std::string own_url(std::string_view service, std::string_view region, bool validated) {
    return http::aws_url(validated ? std::string(service) + std::string(fips) : std::string(service), region);
}

/// "/model/ID/converse" and what is like it, behind a base URL.
constexpr std::array<std::string_view, 4> calls{"/converse", "/converse-stream", "/invoke",
                                                "/invoke-with-response-stream"};

/// Whether a pasted endpoint was there.
bool drop_pasted_call(std::string& path) {
    while (path.ends_with('/'))
        path.pop_back();
    const std::size_t model = path.find("/model/");
    const bool call =
        model != std::string::npos &&
        std::any_of(calls.begin(), calls.end(), [&](std::string_view end) { return path.ends_with(end); });
    if (call) path.resize(model);
    return call;
}

std::optional<http::Url> root(std::string_view text) {
    auto url = http::parse_url(text);
    if (url) drop_pasted_call(url->path);
    return url;
}

http::Reach reach_of(const Endpoint& endpoint) {
    return endpoint.allow_private ? http::Reach::private_also : http::Reach::public_only;
}

Refusal no_region(const Endpoint& endpoint) {
    return refused(Refusal::Kind::configuration,
                   base::format("no AWS region is known for {}", subject(endpoint)),
                   base::format("set options.region of {}, such as region: us-east-1, or the environment "
                                "variable AWS_REGION",
                                subject(endpoint)));
}

Refusal bad_surroundings(const Endpoint& endpoint, std::string_view what, std::string_view value,
                         std::string_view clause) {
    return refused(Refusal::Kind::configuration,
                   base::format("the {} '{}' that AWS's environment or profile gives {} {}", what,
                                base::ellipsis(base::visible(value), 100), subject(endpoint), clause),
                   "correct the variable of AWS_... or the line of ~/.aws/config that says it");
}

/// The host that lists models beside one of Bedrock's own hosts that answer.
std::optional<http::Url> control_beside(http::Url url) {
    const std::size_t dot = url.host.find('.');
    const std::string label = url.host.substr(0, dot);
    if (!is_bedrock_host(url.host) || (label != runtime && label != std::string(runtime) + std::string(fips)))
        return std::nullopt;
    url.host = std::string(control) + label.substr(runtime.size()) + url.host.substr(dot);
    return url;
}

} // namespace

std::string_view region_of_arn(std::string_view model) {
    const auto parts = base::split(base::trim(model), ':');
    return parts.size() >= 6 && parts[0] == "arn" ? parts[3] : std::string_view();
}

std::string aws_region(const Provider& provider, const Endpoint& endpoint) {
    if (provider.aws_service.empty()) return {};
    const auto base = http::parse_url(endpoint.base_url);
    for (const std::string_view found :
         {written_region(endpoint), region_of_arn(endpoint.model),
          base ? region_of_host(base->host) : std::string_view(), base::trim(endpoint.place.region)}) {
        if (!found.empty()) return http::is_aws_region(found) ? std::string(found) : std::string();
    }
    return {};
}

bool is_bedrock_host(std::string_view host) {
    return !region_of_host(host).empty();
}

std::string bedrock_place_problem(const Endpoint& endpoint) {
    OptionReader reader(endpoint, provider_name);
    if (const std::string_view region = reader.text("region");
        !region.empty() && !http::is_aws_region(region))
        reader.complain("region", "is not an AWS region such as eu-central-1");
    if (!reader.problem().empty()) return reader.problem();
    if (const std::string_view region = region_of_arn(endpoint.model);
        !region.empty() && !http::is_aws_region(region))
        return base::format("spec.default_model '{}' of {} names the region '{}', which is not an AWS region "
                            "such as eu-central-1",
                            base::ellipsis(base::visible(endpoint.model), 100), subject(endpoint),
                            base::ellipsis(base::visible(region), 40));
    if (base::trim(endpoint.base_url).empty()) return {};
    std::string problem = base_url_problem(*find_provider(provider_name), endpoint);
    if (!problem.empty()) return problem;
    const auto url = http::parse_url(endpoint.base_url);
    const std::string_view region = region_of_host(url->host);
    if (!region.empty() && url->host.starts_with(std::string(control) + "."))
        return base::format(
            "spec.base_url '{}' of {} is where Bedrock lists its models: write '{}', where they "
            "answer, or leave it out",
            base::visible(http::displayed(endpoint.base_url)), subject(endpoint),
            own_url(runtime, region, false));
    return {};
}

std::variant<BedrockTarget, Refusal> bedrock_target(const Endpoint& endpoint) {
    if (auto url = root(endpoint.base_url); url && !base::trim(endpoint.base_url).empty())
        return BedrockTarget{std::move(*url), reach_of(endpoint)};
    // Why private addresses: PrivateLink gives AWS's own names some, and the rest is the person's own
    // setting.
    if (!endpoint.place.url.empty()) {
        auto url = root(endpoint.place.url);
        if (!url)
            return bad_surroundings(endpoint, "endpoint URL", http::displayed(endpoint.place.url),
                                    "is not an http or https URL");
        return BedrockTarget{std::move(*url), http::Reach::private_also};
    }
    const std::string region = aws_region(*find_provider(provider_name), endpoint);
    if (!region.empty())
        return BedrockTarget{*http::parse_url(own_url(runtime, region, endpoint.place.fips)),
                             http::Reach::private_also};
    const std::string_view said = base::trim(endpoint.place.region);
    if (said.empty()) return no_region(endpoint);
    return bad_surroundings(endpoint, "region", said, "is not an AWS region such as eu-central-1");
}

std::optional<BedrockTarget> bedrock_control(const Endpoint& endpoint) {
    if (!base::trim(endpoint.base_url).empty()) {
        const auto url = root(endpoint.base_url);
        const auto beside = url ? control_beside(*url) : std::nullopt;
        if (!beside) return std::nullopt;
        return BedrockTarget{*beside, reach_of(endpoint)};
    }
    if (!endpoint.place.listing_url.empty()) {
        const auto url = http::parse_url(endpoint.place.listing_url);
        if (!url) return std::nullopt;
        return BedrockTarget{*url, http::Reach::private_also};
    }
    if (!endpoint.place.url.empty())
        return std::nullopt; // nobody says that AWS itself can be reached from here
    const std::string region = aws_region(*find_provider(provider_name), endpoint);
    if (region.empty()) return std::nullopt;
    return BedrockTarget{*http::parse_url(own_url(control, region, endpoint.place.fips)),
                         http::Reach::private_also};
}

std::optional<http::Url> bedrock_address(const Endpoint& endpoint) {
    auto target = bedrock_target(endpoint);
    const auto* found = std::get_if<BedrockTarget>(&target);
    return found == nullptr ? std::nullopt : std::optional(found->url);
}

std::vector<std::string> bedrock_notes(const Endpoint& endpoint) {
    auto url = http::parse_url(endpoint.base_url);
    if (!url) return {};
    std::vector<std::string> out;
    if (drop_pasted_call(url->path)) {
        url->query.clear();
        out.push_back(base::format("spec.base_url of {} ends in the path of a call; the base URL is '{}'",
                                   subject(endpoint), http::render(*url)));
    }
    const std::string_view there = region_of_host(url->host);
    const std::string here = aws_region(*find_provider(provider_name), endpoint);
    if (!there.empty() && there != here)
        out.push_back(base::format("spec.base_url of {} is in the region {}, and requests are signed for {}",
                                   subject(endpoint), there, here));
    return out;
}

} // namespace provider
