// AWS credentials. They are looked for in one order, that of AWS's SDKs for Rust and C++:
//
//   1. what a Secret says, when the endpoint names one: keys as JSON, or a Bedrock API key; nothing else is
//   looked at;
//   2. AWS_BEARER_TOKEN_BEDROCK, a Bedrock API key, unless options.profile names a profile;
//   3. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with the same exception;
//   4. the profile: options.profile, AWS_PROFILE or "default", of ~/.aws/config and ~/.aws/credentials;
//   5. AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN;
//   6. the container's credentials (ECS, EKS);
//   7. the machine's role, by IMDSv2.
//
// A place that is not set up is passed over; one that is and fails ends the search, so that nobody works
// under another identity than the one that was meant. Invariant: keys and a session token always come from
// one place.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "http/http.hpp"

namespace credential {

struct AwsKeys {
    base::SecretText access_key_id;
    base::SecretText secret_access_key;
    base::SecretText session_token;    ///< empty: none
    std::optional<base::Time> expires; ///< nullopt: not known to
};

struct AwsIdentity {
    /// Keys that requests are signed with, or a Bedrock API key that is sent as it is.
    std::variant<AwsKeys, base::SecretText> proof;
    /// For the trace: "secret default/aws-credentials", "environment AWS_ACCESS_KEY_ID", "profile dev, role
    /// arn:aws:iam::1:role/r", "instance role worker". Never holds a key.
    std::string source;
};

/// Reads the text of a Secret: a JSON object with access_key_id, secret_access_key and session_token, or with
/// AccessKeyId, SecretAccessKey, SessionToken and Expiration (as AWS's own tools print it, also inside
/// "Credentials"); anything that is no JSON is a Bedrock API key. `source` names the Secret. Throws
/// Error{secret}, also when Expiration lies before `now`.
AwsIdentity read_aws_secret(std::string_view text, std::string source,
                            base::Time now = base::SystemClock().now());

/// How long the search waits; tests wait less.
struct AwsPatience {
    base::Duration pause = base::seconds(1);     ///< before a place is asked again that failed
    base::Duration process = base::seconds(60);  ///< for a credential_process
    base::Duration container = base::seconds(2); ///< for one answer of the container's agent
    base::Duration metadata = base::seconds(1);  ///< to connect to IMDS, and for each answer
    base::Duration service = base::seconds(20);  ///< for one answer of STS or the SSO portal
    base::Duration most = base::seconds(60);     ///< for anything of this
    int attempts = 3;                            ///< at most, where a place is asked again

    /// The same, but in a hurry: nothing is asked twice, and nothing takes longer than `longest`.
    [[nodiscard]] AwsPatience hurried(base::Duration longest) const {
        AwsPatience out = *this;
        out.most = std::min(most, longest);
        out.attempts = 1;
        return out;
    }
};

/// What the search reaches the world through.
struct AwsWorld {
    /// A variable's value; nullopt when unset or empty.
    std::function<std::optional<std::string>(const std::string&)> environment;
    /// Made when the first question has to be asked. Nobody else uses it meanwhile.
    std::function<http::Transport&()> transport;
    base::Clock& clock; ///< must outlive the chain
    /// Readable as soon as the person wants to stop: what waits then throws Error{interrupted}. -1: never.
    int wake_fd = -1;
    AwsPatience patience = {};
    std::string ca_bundle = {}; ///< certificates to trust instead of the system's; the chain fills it in
};

/// Whether the machine's metadata service may be asked.
enum class Ask { offline, network };

/// What the surroundings say of a place; "" where they say nothing. Endpoint URLs are left out when
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or the profile's ignore_configured_endpoint_urls is true.
struct AwsPlace {
    std::string region;      ///< AWS_REGION, AWS_DEFAULT_REGION, the profile's region, the machine's
    std::string runtime_url; ///< AWS_ENDPOINT_URL_BEDROCK_RUNTIME, AWS_ENDPOINT_URL, the profile's
    std::string control_url; ///< AWS_ENDPOINT_URL_BEDROCK, AWS_ENDPOINT_URL, the profile's
    std::string ca_bundle;   ///< AWS_CA_BUNDLE, the profile's: a file of certificates to trust
    bool fips = false; ///< AWS_USE_FIPS_ENDPOINT, the profile's: the region's hosts validated by FIPS 140
};

/// Rules 2 to 7. What was found is kept for the process and asked for again before it expires.
class AwsChain {
  public:
    explicit AwsChain(AwsWorld world);
    AwsChain(const AwsChain&) = delete;
    AwsChain& operator=(const AwsChain&) = delete;
    ~AwsChain();

    /// `profile` is options.profile, "" when it is not set. Ask::network asks the metadata service for the
    /// region when nothing else says it, once. What files say is read once. Throws Error{secret} when a file
    /// cannot be read or understood, or has no such profile.
    AwsPlace place(const std::string& profile, Ask ask);

    /// Who calls, valid until the next call of a member. `region` is where calls to STS go ("": STS cannot be
    /// asked). What expires is asked for again five minutes before, at most once a minute; when that fails,
    /// and it is still valid, it is used on. Throws Error{secret}: naming the place that failed, or all that
    /// were looked at when none is set up; and Error{interrupted} when wake_fd became readable meanwhile.
    const AwsIdentity& identity(const std::string& profile, const std::string& region);

    /// Where identity() would look first, without the network and without opening anything but files; "" when
    /// nothing is set up but perhaps the machine's role. Throws as place() does.
    std::string expected_source(const std::string& profile);

    /// Whether identity() would be a Bedrock API key, which needs no region to be signed for.
    [[nodiscard]] bool sends_key(const std::string& profile) const;

    /// From now on what waits throws Error{interrupted} as soon as `fd` is readable; -1: it does not.
    void stop_on(int fd);

    /// From now on no question and no program of a search takes longer than `most`, and none is tried twice;
    /// nullopt: as usual.
    void hurry(std::optional<base::Duration> most);

    /// The service says that these are expired: the next identity() asks for new ones.
    void forget(const std::string& profile);

  private:
    class Search;
    std::unique_ptr<Search> search_;
};

} // namespace credential
