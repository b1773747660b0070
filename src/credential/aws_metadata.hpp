// What an EC2 machine says about itself: its role's credentials and its region, by IMDSv2 and never by the
// older way without a token. Source: "Use the Instance Metadata Service" of the EC2 user guide and "IMDS
// credential provider" of the AWS SDKs and Tools guide. Invariant: a machine without the service costs one
// failed connection in the life of the process.
#pragma once

#include <optional>
#include <string>

#include "credential/aws.hpp"

namespace credential {

class AwsMetadata {
  public:
    /// `world` must outlive it.
    explicit AwsMetadata(const AwsWorld& world) : world_(world) {}

    /// The role's keys; nullopt when there is no service or no role, and why_absent() says which. Throws
    /// Error{secret} when the service is there and refuses.
    std::optional<AwsIdentity> identity();

    /// "" when nobody says it. Never throws for what the service says.
    std::string region();

    /// "AWS_EC2_METADATA_DISABLED is set", "no answer at http://169.254.169.254": why there is nothing.
    [[nodiscard]] const std::string& why_absent() const noexcept { return absent_; }

  private:
    std::string base_url() const;
    http::Request request(std::string method, const std::string& path) const;
    bool fetch_token();
    std::optional<http::Response> get(const std::string& path);
    [[nodiscard]] bool disabled() const;

    const AwsWorld& world_;
    base::SecretText token_;
    std::string absent_;
};

} // namespace credential
