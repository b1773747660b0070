#include "credential/aws_sso.hpp"

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "credential/aws_exchange.hpp"
#include "credential/aws_keys.hpp"
#include "credential/aws_profile_files.hpp"
#include "credential/sha1.hpp"
#include "http/aws_host.hpp"

namespace credential {

namespace {

constexpr int attempts = 3;
constexpr std::size_t largest_cache = 256U << 10U;

base::Error failed(const SsoRole& role, const std::string& what) {
    return {base::Fault::secret, base::format("profile '{}': {}", base::visible(role.profile), what)};
}

base::Error sign_in_again(const SsoRole& role, const std::string& what) {
    const std::string name = base::visible(role.profile);
    const bool plain = name.find_first_of(" '\"$`\\") == std::string::npos;
    return failed(role, what).hint("aws sso login --profile " + (plain ? name : "'" + name + "'"));
}

/// RFC 3339, and the form older versions of the AWS CLI wrote: 2020-06-17T10:02:08UTC.
std::optional<base::Time> expiry_of(std::string_view text) {
    if (text.ends_with("UTC")) return base::parse_rfc3339(std::string(text.substr(0, text.size() - 3)) + "Z");
    return base::parse_rfc3339(text);
}

base::SecretText cached_token(const AwsWorld& world, const SsoRole& role) {
    const std::string& name = role.session.empty() ? role.start_url : role.session;
    const std::string path = in_home(world, "~/.aws/sso/cache/" + sha1_hex(name) + ".json");
    auto text = path.empty() ? std::nullopt : read_if_there(path, largest_cache);
    if (!text) throw sign_in_again(role, "nobody has signed in yet, there is no cached SSO token");
    const schema::Parsed parsed = schema::parse_json(*text, schema::Marks::none);
    base::wipe(*text);
    const std::string_view token = parsed ? parsed.tree.text_of("accessToken") : std::string_view();
    const auto expires = parsed ? expiry_of(parsed.tree.text_of("expiresAt")) : std::nullopt;
    if (!is_key_text(token) || !expires)
        throw sign_in_again(role, base::format("the cached SSO token '{}' cannot be understood", path));
    if (*expires <= world.clock.now())
        throw sign_in_again(role, base::format("the SSO sign-in expired at {}", base::rfc3339(*expires)));
    return base::SecretText(token);
}

std::string portal_url(const SsoRole& role) {
    const std::string path =
        base::format("/federation/credentials?role_name={}&account_id={}",
                     http::percent_encoded(role.role_name), http::percent_encoded(role.account_id));
    if (!role.url.empty()) {
        if (const auto url = http::parse_url(role.url)) return http::join(*url, path);
        throw failed(role, base::format("the endpoint URL of SSO is no http or https URL: '{}'",
                                        base::visible(http::displayed(role.url))));
    }
    if (!http::is_aws_region(role.region))
        throw failed(role, base::format("sso_region '{}' is no region", base::visible(role.region)));
    return http::aws_url("portal.sso", role.region) + path;
}

AwsKeys read_keys(const AwsWorld& world, const SsoRole& role, const http::Response& response) {
    const schema::Parsed parsed = schema::parse_json(response.body, schema::Marks::none);
    const schema::Tree* object = parsed ? parsed.tree.find("roleCredentials") : nullptr;
    if (object == nullptr || !object->is_map())
        throw failed(role, "the answer of the SSO portal cannot be understood");
    const std::string where =
        base::format("profile '{}': the answer of the SSO portal", base::visible(role.profile));
    constexpr KeyNames names{"accessKeyId", "secretAccessKey", "sessionToken", ""};
    AwsKeys keys = keys_from_json(*object, names, where, world.clock.now());
    const auto milliseconds = base::to_integer(object->text_of("expiration"));
    if (!milliseconds || *milliseconds <= 0 || *milliseconds > 253'402'300'799'000)
        throw failed(role, "the answer of the SSO portal does not say when the keys expire");
    keys.expires = base::Time{*milliseconds * 1000};
    refuse_expired(keys, where, world.clock.now());
    return keys;
}

} // namespace

AwsKeys sso_keys(const AwsWorld& world, const SsoRole& role) {
    const std::string url = portal_url(role);
    const base::SecretText token = cached_token(world, role);
    const auto make = [&] {
        http::Request request;
        request.method = "GET";
        request.url = url;
        request.headers = {{"accept", "application/json"}};
        request.secret_headers.push_back({"x-amz-sso_bearer_token", "", token});
        request.reach = http::Reach::private_also;
        request.timeouts = patient_for(world.patience.service);
        return request;
    };
    const Answer answer = ask_again(world, attempts, make);
    if (const auto* failure = std::get_if<http::Failure>(&answer))
        throw unreachable(base::format("profile '{}'", base::visible(role.profile)), url, *failure);
    const auto& response = std::get<http::Response>(answer);
    if (response.status == 200) return read_keys(world, role, response);
    if (response.status == 401) throw sign_in_again(role, "the SSO sign-in is over (status 401)");
    base::Redactor secrets;
    secrets.add(token.reveal());
    const schema::Parsed parsed = schema::parse_json(response.body, schema::Marks::none);
    const std::string words = parsed ? said(parsed.tree.text_of("message"), secrets) : std::string();
    throw failed(role, base::format("the SSO portal refused role '{}' of account '{}' (status {}): {}",
                                    base::visible(role.role_name), base::visible(role.account_id),
                                    response.status, words.empty() ? "without a reason" : words));
}

} // namespace credential
