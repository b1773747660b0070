// How profiles lead to keys. The rows are the cases AWS's SDKs are tested with, in our words, and our own.
#include "aws_fixture.hpp"

#include "credential/aws_profile_plan.hpp"

using namespace test;
using credential::ProfilePlan;

namespace {

const char* word(ProfilePlan::Base base) {
    switch (base) {
    case ProfilePlan::Base::none:
        return "none";
    case ProfilePlan::Base::keys:
        return "keys";
    case ProfilePlan::Base::environment:
        return "environment";
    case ProfilePlan::Base::instance:
        return "instance";
    case ProfilePlan::Base::container:
        return "container";
    case ProfilePlan::Base::web_identity:
        return "web identity";
    case ProfilePlan::Base::sso:
        return "sso";
    case ProfilePlan::Base::process:
        return "process";
    }
    return "";
}

/// "keys of C, role B, role A (source)" or what is wrong.
std::string planned(const std::string& text) {
    const auto parsed = credential::parse_profiles(text, credential::ProfileFile::config);
    REQUIRE(parsed.problem.message.empty());
    std::string out;
    const std::string wrong = complaint([&] {
        const auto plan = credential::plan_profile(parsed.profiles, "A");
        out = base::format("{} of {}", word(plan.base), plan.profile);
        for (const auto& role : plan.roles)
            out += ", role " + role;
        out += " (" + credential::source_of(parsed.profiles, "A", plan) + ")";
    });
    return wrong.empty() ? out : wrong;
}

const std::string keys = "aws_access_key_id = abc123\naws_secret_access_key = def456\n";

TEST_CASE("a profile's way to keys") {
    const std::string a = "[profile A]\n";
    const std::string b = "[profile B]\n";
    const std::string role_a = "role_arn = arn:A\n";
    const std::string role_b = "role_arn = arn:B\n";
    const std::pair<std::string, const char*> rows[] = {
        {a + keys, "keys of A (profile A)"},
        {a + "region = x", "none of A (profile A)"},
        {a + role_a + "source_profile = B\n" + b + keys, "keys of B, role A (profile A, role arn:A)"},
        {a + keys + role_a + "source_profile = B\n" + b + keys, "keys of B, role A (profile A, role arn:A)"},
        {a + keys + role_a + "source_profile = A\n", "keys of A, role A (profile A, role arn:A)"},
        {a + role_a + "source_profile = A\n",
         "profile 'A': it is its own source_profile but has no aws_access_key_id"},
        {a + role_a + "credential_source = Ec2InstanceMetadata\n",
         "instance of A, role A (profile A, role arn:A)"},
        {a + role_a + "credential_source = Environment\n",
         "environment of A, role A (profile A, role arn:A)"},
        {a + role_a + "credential_source = EcsContainer\n", "container of A, role A (profile A, role arn:A)"},
        {a + role_a + "credential_source = Nowhere\n",
         "profile 'A': credential_source 'Nowhere' is neither Environment, Ec2InstanceMetadata nor "
         "EcsContainer"},
        {a + role_a, "profile 'A': role_arn needs a source_profile, a credential_source or a "
                     "web_identity_token_file"},
        {a + role_a + "source_profile = B\ncredential_source = Environment\n" + b + keys,
         "profile 'A': it has both source_profile and credential_source"},
        {a + role_a + "source_profile = B\n" + b + "aws_access_key_id = abc123\n",
         "profile 'B': line 5 of the config file has aws_access_key_id but there is no aws_secret_access_key "
         "with it"},
        {a + "aws_secret_access_key = abc123\n",
         "profile 'A': line 2 of the config file has aws_secret_access_key but there is no "
         "aws_access_key_id with it"},
        {a + "aws_access_key_id = abc123\naws_secret_access_key =\n",
         "profile 'A': line 2 of the config file has aws_access_key_id but there is no "
         "aws_secret_access_key with it"},
        {a + role_a + "source_profile = B\n" + b, "profile 'A': its source profile 'B' has no credentials"},
        {a + role_a + "source_profile = Bee\n[profile Beer]",
         "profile 'A': its source_profile 'Bee' does not exist\nhint: did you mean 'Beer'?"},
        {a + role_a + "source_profile = B\n" + b + role_b + "source_profile = C\n[profile C]\n" + keys,
         "keys of C, role B, role A (profile A, role arn:A)"},
        {a + role_a + "source_profile = B\n" + b + role_b + keys + "source_profile = C\n[profile C]\n" + keys,
         "keys of B, role A (profile A, role arn:A)"},
        {a + role_a + "source_profile = B\n" + b + role_b + "source_profile = A\n",
         "profile 'A': its source profiles lead in a circle: A -> B -> A"},
        {a + keys + role_a + "source_profile = B\n" + b + role_b + "source_profile = A\n",
         "profile 'A': its source profiles lead in a circle: A -> B -> A"},
        {a + role_a + "source_profile = B\n" + b + role_b + "source_profile = C\n[profile C]\n" + role_b +
             "source_profile = B\n",
         "profile 'A': its source profiles lead in a circle: A -> B -> C -> B"},
        {a + role_a + "web_identity_token_file = /t\n", "web identity of A (profile A, role arn:A)"},
        {a + "web_identity_token_file = /t\n", "profile 'A': web_identity_token_file needs a role_arn"},
        {a + role_a + "source_profile = B\n" + b + role_b + "web_identity_token_file = /t\n",
         "web identity of B, role A (profile A, role arn:A)"},
        {a + role_a + "source_profile = B\nmfa_serial = arn:mfa\n" + b + keys,
         "profile 'A': its role wants a code from a device (mfa_serial), and nobody can be asked here\nhint: "
         "let the AWS CLI ask: eval \"$(aws configure export-credentials --profile A --format env)\""},
        {a + "credential_process = /x\n" + keys, "process of A (profile A, credential_process)"},
        {a + role_a + "source_profile = B\n" + b + "credential_process = /x\n",
         "process of B, role A (profile A, role arn:A)"},
        {a + "sso_session = s\nsso_account_id = 1\nsso_role_name = Dev\ncredential_process = /x\n" + keys,
         "sso of A (profile A, sso role Dev)"},
        {a + "sso_start_url = s\nsso_account_id = 1\nsso_role_name = Dev\n",
         "sso of A (profile A, sso role Dev)"},
        {a + "sso_session = s\nsso_account_id = 1\n",
         "profile 'A': sso_role_name is missing\nhint: aws configure sso"},
        {a + "sso_account_id = 1\nsso_role_name = Dev\n",
         "profile 'A': sso_session is missing\nhint: aws configure sso"},
        {a + "sso_session = s\n" + keys, "keys of A (profile A)"},
        {a + "source_profile = B\n" + keys, "keys of A (profile A)"},
        {a + "source_profile = B\n", "profile 'A': source_profile needs a role_arn"},
        {a + "login_session = arn:x\n",
         "profile 'A': a sign-in with 'aws login' (login_session) is not read\nhint: let the AWS CLI hand "
         "out "
         "its keys: add a profile with credential_process = aws configure export-credentials --profile A "
         "--format process"},
    };
    for (const auto& [text, expected] : rows) {
        CAPTURE(text);
        CHECK(planned(text) == expected);
    }
}

TEST_CASE("half of a pair in one file is not completed by the other") {
    auto config = credential::parse_profiles("[profile A]\naws_secret_access_key = old\n",
                                             credential::ProfileFile::config);
    auto credentials =
        credential::parse_profiles("[A]\naws_access_key_id = new\n", credential::ProfileFile::credentials);
    credential::merge_profiles(config.profiles, std::move(credentials.profiles));
    CHECK(complaint([&] { credential::plan_profile(config.profiles, "A"); }) ==
          "profile 'A': line 2 of the credentials file has aws_access_key_id but there is no "
          "aws_secret_access_key with it");
}

} // namespace
