#include "credential/aws_sts.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "credential/aws_exchange.hpp"
#include "credential/aws_keys.hpp"
#include "credential/aws_profile_files.hpp"
#include "credential/sigv4.hpp"
#include "credential/xml.hpp"
#include "http/aws_host.hpp"

namespace credential {

namespace {

constexpr int most_attempts = 3;
constexpr std::size_t largest_token = 64U << 10U;

base::Error failed(const RoleRequest& role, const std::string& what) {
    return {base::Fault::secret, base::format("{}: {}", role.who, what)};
}

std::string role_name(const RoleRequest& role) {
    return base::visible(role.role_arn);
}

bool is_session_name(std::string_view text) noexcept {
    return text.size() >= 2 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("_+=,.@-").find(c) != std::string_view::npos;
           });
}

std::string url_of(const StsPlace& place, const RoleRequest& role) {
    if (!place.url.empty()) {
        if (const auto url = http::parse_url(place.url)) return http::join(*url, "/");
        throw failed(role, base::format("the endpoint URL of STS is no http or https URL: '{}'",
                                        base::visible(http::displayed(place.url))));
    }
    if (place.region.empty()) {
        throw failed(role, base::format("role '{}' needs a region", role_name(role)))
            .hint("set one: export AWS_REGION=us-east-1, options.region, or: aws configure set region "
                  "us-east-1");
    }
    if (!http::is_aws_region(place.region))
        throw failed(role, base::format("'{}' is no region", base::visible(place.region)));
    return http::aws_url(place.fips ? "sts-fips" : "sts", place.region) + "/";
}

class Form {
  public:
    explicit Form(const char* action) {
        add("Action", action);
        add("Version", "2011-06-15");
    }
    void add(const char* name, std::string_view value) {
        if (!text_.empty()) text_ += '&';
        text_.append(name).append("=").append(http::percent_encoded(value));
    }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
};

/// What both actions need.
Form form_of(const char* action, const AwsWorld& world, const RoleRequest& role) {
    if (!is_key_text(role.role_arn)) throw failed(role, "role_arn has a character that no ARN has");
    const std::string made = base::format("orloj-{}", world.clock.now().us / 1'000'000);
    const std::string& session = role.session_name.empty() ? made : role.session_name;
    if (!is_session_name(session))
        throw failed(role, "role_session_name has to be 2 to 64 letters, digits or any of _+=,.@-");
    Form form(action);
    form.add("RoleArn", role.role_arn);
    form.add("RoleSessionName", session);
    if (role.duration) form.add("DurationSeconds", std::to_string(*role.duration));
    return form;
}

http::Request request_of(const AwsWorld& world, const std::string& url, const Form& form) {
    http::Request request;
    request.url = url;
    request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
    request.body = form.text();
    request.reach = http::Reach::private_also; // the person's own settings; VPC endpoints are private
    request.timeouts = patient_for(world.patience.service);
    return request;
}

std::string error_code(const http::Response& response) {
    const auto leaves = read_xml(response.body);
    const auto code = leaves ? text_at(*leaves, "Error/Code") : std::nullopt;
    return std::string(code.value_or(""));
}

/// The identity provider could not be reached, or too much was asked at once.
bool passes(const http::Response& response) {
    const std::string code = error_code(response);
    return code == "IDPCommunicationError" || code == "Throttling";
}

bool refuses_signature(std::string_view code) {
    return code == "SignatureDoesNotMatch" || code == "RequestExpired";
}

base::Error refusal(const RoleRequest& role, const http::Response& response, const base::Redactor& secrets) {
    const auto leaves = read_xml(response.body);
    const auto code = leaves ? text_at(*leaves, "Error/Code") : std::nullopt;
    const auto message = leaves ? text_at(*leaves, "Error/Message") : std::nullopt;
    const std::string words = code ? said(base::format("{}: {}", *code, message.value_or("")), secrets)
                                   : std::string("without a reason");
    auto error = failed(
        role, base::format("STS refused role '{}' (status {}): {}", role_name(role), response.status, words));
    if (code == "ExpiredToken" || code == "ExpiredTokenException")
        return std::move(error).hint("sign in again, or renew the token that the role is assumed with");
    if (code && refuses_signature(*code))
        return std::move(error).hint("check the secret access key, and this machine's clock: date -u");
    return error;
}

AwsKeys read_answer(const RoleRequest& role, const Answer& answer, const std::string& url,
                    const base::Redactor& secrets, base::Time now) {
    if (const auto* failure = std::get_if<http::Failure>(&answer)) throw unreachable(role.who, url, *failure);
    const auto& response = std::get<http::Response>(answer);
    if (response.status != 200) throw refusal(role, response, secrets);
    const auto leaves = read_xml(response.body);
    const auto text = [&](const char* path) {
        const auto found = leaves ? text_at(*leaves, path) : std::nullopt;
        if (!found || found->empty())
            throw failed(role, base::format("the answer of '{}' for role '{}' cannot be understood",
                                            http::displayed(url), role_name(role)));
        return *found;
    };
    const KeyTexts texts{text("Credentials/AccessKeyId"), text("Credentials/SecretAccessKey"),
                         text("Credentials/SessionToken")};
    const std::string where = base::format("{}: the answer for role '{}'", role.who, role_name(role));
    AwsKeys keys = checked_keys(texts, where);
    set_expiration(keys, text("Credentials/Expiration"), where, now);
    return keys;
}

std::string read_token(const RoleRequest& role) {
    const std::string& path = role.web_identity_token_file;
    const auto text = read_if_there(path, largest_token);
    if (!text) throw failed(role, base::format("the token file '{}' does not exist", base::visible(path)));
    std::string token(base::trim(*text));
    if (!is_key_text(token))
        throw failed(role, base::format("the token file '{}' holds no token", base::visible(path)));
    return token;
}

} // namespace

int role_duration(std::string_view text, const std::string& who) {
    const auto seconds = base::to_integer(text);
    if (seconds && *seconds >= 900 && *seconds <= 43200) return static_cast<int>(*seconds);
    throw base::Error(base::Fault::secret,
                      base::format("{}: duration_seconds has to be between 900 and 43200", who));
}

AwsKeys assume_role(const AwsWorld& world, const StsPlace& place, const RoleRequest& role,
                    const AwsKeys& caller) {
    const std::string url = url_of(place, role);
    Form form = form_of("AssumeRole", world, role);
    if (!role.external_id.empty()) form.add("ExternalId", role.external_id);
    // An endpoint of one's own (an emulator) may do without a region; a signature cannot.
    const std::string region = place.region.empty() ? "us-east-1" : place.region;
    base::Duration ahead; // their clock before ours
    const auto make = [&] {
        http::Request request = request_of(world, url, form);
        sign(request, caller, {region, "sts", world.clock.now() + ahead});
        return request;
    };
    const auto again = [&](const http::Response& response) {
        const bool signature = refuses_signature(error_code(response));
        const auto other = signature ? clock_ahead(response, world.clock.now(), ahead) : std::nullopt;
        if (other) ahead = *other;
        return other || passes(response);
    };
    base::Redactor secrets;
    secrets.add(caller.secret_access_key.reveal());
    secrets.add(caller.session_token.reveal());
    const Answer answer = ask_again(world, most_attempts, make, again);
    return read_answer(role, answer, url, secrets, world.clock.now() + ahead);
}

AwsKeys assume_role_with_web_identity(const AwsWorld& world, const StsPlace& place, const RoleRequest& role) {
    const std::string url = url_of(place, role);
    const std::string token = read_token(role);
    Form form = form_of("AssumeRoleWithWebIdentity", world, role);
    form.add("WebIdentityToken", token);
    base::Redactor secrets;
    secrets.add(token);
    const auto make = [&] { return request_of(world, url, form); };
    return read_answer(role, ask_again(world, most_attempts, make, passes), url, secrets, world.clock.now());
}

} // namespace credential
