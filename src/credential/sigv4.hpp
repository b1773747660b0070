// AWS Signature Version 4 in the Authorization header. Source: the Signature Version 4 pages of the AWS
// General Reference, and botocore's signer for what the pages leave open. Invariant: the path that is signed
// is the one on the wire encoded once more, so that "%3A" there is "%253A" here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "credential/aws.hpp"
#include "http/http.hpp"

namespace credential {

struct SigningScope {
    std::string region;  ///< "us-east-1"
    std::string service; ///< "bedrock", "sts"
    base::Time now;      ///< by the service's clock; whole seconds count
};

/// Adds x-amz-date, x-amz-security-token when the keys have a token, and authorization; takes out what an
/// earlier signature of the same request added. Signed are host, content-type and the headers that begin with
/// x-amz-. Requires: request.url parses (http::parse_url).
void sign(http::Request& request, const AwsKeys& keys, const SigningScope& scope);

/// How far the service's clock is before ours, by the Date of an answer that refused a signature made for a
/// clock `assumed` ahead; nullopt when the clock is not the fault, since AWS takes signatures for five
/// minutes.
std::optional<base::Duration> clock_ahead(const http::Response& refusal, base::Time now,
                                          base::Duration assumed);

/// The text that is hashed into the signature, of a request that has its x-amz- headers. For tests.
std::string canonical_request(const http::Request& request);

} // namespace credential
