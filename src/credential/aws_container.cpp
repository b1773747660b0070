#include "credential/aws_container.hpp"

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "credential/aws_exchange.hpp"
#include "credential/aws_keys.hpp"
#include "credential/aws_profile_files.hpp"

namespace credential {

namespace {

constexpr const char* relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr const char* token_file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
constexpr const char* token_text = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr const char* agent = "http://169.254.170.2";
constexpr const char* who = "the container's credentials";
constexpr std::size_t largest_token = 64U << 10U;
constexpr int attempts = 3;

base::Error failed(const std::string& message) {
    return {base::Fault::secret, message};
}

/// Read each time: EKS puts a new one there before the old one expires.
base::SecretText token(const AwsWorld& world) {
    std::string text;
    const char* variable = token_file;
    if (const auto path = world.environment(token_file)) {
        auto content = read_if_there(*path, largest_token);
        if (!content) throw failed(base::format("cannot read '{}' ({}): it does not exist", *path, variable));
        text = std::move(*content);
    } else if (const auto value = world.environment(token_text)) {
        variable = token_text;
        text = *value;
    }
    auto line = http::header_value(text);
    base::wipe(text);
    if (!line) throw failed(base::format("{} holds more than one line", variable));
    base::SecretText out(*line);
    base::wipe(*line);
    return out;
}

http::Request request_to(const AwsWorld& world, const std::string& url) {
    http::Request request;
    request.method = "GET";
    request.url = url;
    request.headers = {{"accept", "application/json"}};
    if (auto secret = token(world); !secret.empty())
        request.secret_headers.push_back({"authorization", "", std::move(secret)});
    request.reach = url.starts_with("https://") ? http::Reach::private_also : http::Reach::aws_metadata;
    request.timeouts = patient_for(world.patience.container);
    return request;
}

AwsIdentity read_answer(const http::Response& response, const std::string& url, base::Time now) {
    const schema::Parsed parsed = schema::parse_json(response.body, schema::Marks::none);
    const bool object = parsed && parsed.tree.is_map();
    if (response.status != 200) {
        const std::string words =
            object
                ? said(base::format("{} {}", parsed.tree.text_of("code"), parsed.tree.text_of("message")), {})
                : std::string();
        throw failed(base::format("{}: '{}' answered status {}{}{}", who, http::displayed(url),
                                  response.status, words.empty() ? "" : ": ", words));
    }
    if (!object)
        throw failed(base::format("{}: '{}' answered with something else than a JSON object", who,
                                  http::displayed(url)));
    const std::string where = base::format("the answer of '{}'", http::displayed(url));
    constexpr KeyNames names{"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};
    return {keys_from_json(parsed.tree, names, where, now), "container"};
}

} // namespace

std::string container_url(const AwsWorld& world) {
    if (const auto path = world.environment(relative)) {
        std::string url = agent + *path;
        if (!path->starts_with('/') || !http::parse_url(url))
            throw failed(base::format("{} is no path of a URL that begins with '/'", relative));
        return url;
    }
    const auto url = world.environment(full);
    if (!url) return {};
    const auto parsed = http::parse_url(*url);
    if (!parsed) throw failed(base::format("{} is no http or https URL", full));
    if (parsed->host == "169.254.169.254" || parsed->host == "fd00:ec2::254")
        throw failed(base::format("{} is the address of the machine's metadata service, which is asked in "
                                  "another way",
                                  full));
    return http::render(*parsed);
}

std::optional<AwsIdentity> container_identity(const AwsWorld& world) {
    const std::string url = container_url(world);
    if (url.empty()) return std::nullopt;
    const Answer answer = ask_again(world, attempts, [&] { return request_to(world, url); });
    if (const auto* failure = std::get_if<http::Failure>(&answer)) {
        if (failure->kind != http::Failure::Kind::forbidden || url.starts_with("https://"))
            throw unreachable(who, url, *failure);
        throw unreachable(who, url, *failure)
            .hint("over plain http they come only from loopback, 169.254.170.2, 169.254.170.23 and "
                  "[fd00:ec2::23]; use an https URL");
    }
    return read_answer(std::get<http::Response>(answer), url, world.clock.now());
}

} // namespace credential
