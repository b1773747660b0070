#include "credential/aws_metadata.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "credential/aws_exchange.hpp"
#include "credential/aws_keys.hpp"
#include "http/aws_host.hpp"

namespace credential {

namespace {

using Kind = http::Failure::Kind;

constexpr const char* service = "the machine's metadata service";
constexpr const char* roles = "/latest/meta-data/iam/security-credentials/";

base::Error no_keys(const std::string& message) {
    return {base::Fault::secret, message};
}

std::string first_line(std::string_view text) {
    return std::string(base::trim(text.substr(0, text.find('\n'))));
}

/// An endpoint that may not be asked is a mistake; everything else means that no service is there.
bool is_mistake(Kind kind) {
    return kind == Kind::forbidden || kind == Kind::protocol || kind == Kind::cancelled;
}

AwsIdentity role_keys(const http::Response& response, const std::string& role, base::Time now) {
    const std::string shown = base::visible(role);
    const schema::Parsed parsed = schema::parse_json(response.body, schema::Marks::none);
    if (!parsed || !parsed.tree.is_map())
        throw no_keys(base::format("{}: the keys of role '{}' are no JSON object", service, shown));
    if (const auto code = parsed.tree.text_of("Code"); code != "Success") {
        const auto words = said(base::format("{} {}", code, parsed.tree.text_of("Message")), {});
        throw no_keys(base::format("{} has no keys for role '{}': {}", service, shown,
                                   words.empty() ? "without a reason" : words));
    }
    constexpr KeyNames names{"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};
    const std::string where = base::format("{}: role '{}'", service, shown);
    return {keys_from_json(parsed.tree, names, where, now), "instance role " + shown};
}

} // namespace

bool AwsMetadata::disabled() const {
    return base::lower(world_.environment("AWS_EC2_METADATA_DISABLED").value_or("")) == "true";
}

std::string AwsMetadata::base_url() const {
    if (const auto set = world_.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
        if (const auto url = http::parse_url(*set)) return http::join(*url, "");
        throw no_keys("AWS_EC2_METADATA_SERVICE_ENDPOINT is no http or https URL");
    }
    const auto mode = world_.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or("IPv4");
    if (base::same_ignoring_case(mode, "ipv6")) return "http://[fd00:ec2::254]";
    if (base::same_ignoring_case(mode, "ipv4")) return "http://169.254.169.254";
    throw no_keys("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6");
}

http::Request AwsMetadata::request(std::string method, const std::string& path) const {
    http::Request request;
    request.method = std::move(method);
    request.url = http::join(*http::parse_url(base_url()), path);
    request.reach = http::Reach::aws_metadata;
    request.timeouts = patient_for(world_.patience.metadata);
    return request;
}

/// Returns false, and says why, when the service is not there for us.
bool AwsMetadata::fetch_token() {
    http::Request put = request("PUT", "/latest/api/token");
    put.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
    const std::string url = put.url;
    const Answer answer = ask(world_, std::move(put));
    if (const auto* failure = std::get_if<http::Failure>(&answer)) {
        if (is_mistake(failure->kind) || !token_.empty()) throw unreachable(service, url, *failure);
        absent_ = base::format("no answer at {}", base_url());
        // A connection without an answer: the token's packet may not travel as far as a container.
        if (failure->kind == Kind::timeout) absent_ += " (in a container the hop limit has to be 2)";
        return false;
    }
    const auto& response = std::get<http::Response>(answer);
    const auto line = http::header_value(response.body);
    if (response.status == 200 && line && is_key_text(*line)) {
        token_ = base::SecretText(*line);
        return true;
    }
    const bool refuses = response.status == 403 || response.status == 404 || response.status == 405;
    if (refuses && token_.empty()) {
        absent_ = base::format("{} gives no token (status {})", base_url(), response.status);
        return false;
    }
    throw no_keys(base::format("{} gives no token (status {})", service, response.status));
}

/// nullopt when the service is not there; any status otherwise.
std::optional<http::Response> AwsMetadata::get(const std::string& path) {
    for (bool fresh = false;; fresh = true) {
        if (token_.empty() || fresh) {
            if (!fetch_token()) return std::nullopt;
        }
        http::Request question = request("GET", path);
        question.secret_headers.push_back({"x-aws-ec2-metadata-token", "", token_});
        const std::string url = question.url;
        Answer answer = ask(world_, std::move(question));
        if (const auto* failure = std::get_if<http::Failure>(&answer))
            throw unreachable(service, url, *failure);
        auto& response = std::get<http::Response>(answer);
        if (response.status != 401 || fresh) return std::move(response);
    }
}

std::optional<AwsIdentity> AwsMetadata::identity() {
    if (absent_.empty() && disabled()) absent_ = "AWS_EC2_METADATA_DISABLED is set";
    if (!absent_.empty()) return std::nullopt;
    const auto list = get(roles);
    if (!list) return std::nullopt;
    const std::string role = list->status == 200 ? first_line(list->body) : std::string();
    if (list->status == 404 || (list->status == 200 && role.empty())) {
        absent_ = "the machine has no role";
        return std::nullopt;
    }
    if (list->status != 200)
        throw no_keys(base::format("{} does not say the role (status {})", service, list->status));
    const auto keys = get(roles + http::percent_encoded(role));
    if (!keys) throw no_keys(base::format("{} went away", service));
    if (keys->status != 200)
        throw no_keys(base::format("{} has no keys for role '{}' (status {})", service, base::visible(role),
                                   keys->status));
    return role_keys(*keys, role, world_.clock.now());
}

std::string AwsMetadata::region() {
    if (disabled() || (!absent_.empty() && token_.empty())) return {};
    try {
        const auto answer = get("/latest/meta-data/placement/region");
        const std::string region = answer && answer->status == 200 ? first_line(answer->body) : std::string();
        return http::is_aws_region(region) ? region : std::string();
    } catch (const base::Error& error) {
        if (error.fault() != base::Fault::secret) throw;
        return {};
    }
}

} // namespace credential
