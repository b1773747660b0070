// Roles: a server that answers as the STS API reference says. What is sent is what botocore 1.44 sends.
#include "aws_fixture.hpp"

#include "credential/aws_keys.hpp"
#include "credential/aws_sts.hpp"

using namespace test;

namespace {

std::string answer(const std::string& action, const std::string& token = "tok/en+==") {
    return base::format(
        "<{0}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <{0}Result>\n"
        "    <AssumedRoleUser>\n      <AssumedRoleId>AROA:s</AssumedRoleId>\n"
        "      <Arn>arn:aws:sts::1:assumed-role/r/s</Arn>\n    </AssumedRoleUser>\n"
        "    <Credentials>\n      <AccessKeyId>ASIA3</AccessKeyId>\n"
        "      <SecretAccessKey>s&amp;3</SecretAccessKey>\n      <SessionToken>{1}</SessionToken>\n"
        "      <Expiration>2026-11-22T13:00:00Z</Expiration>\n    </Credentials>\n  </{0}Result>\n"
        "  <ResponseMetadata><RequestId>c2e971c2</RequestId></ResponseMetadata>\n</{0}Response>\n",
        action, token);
}

std::string error(const std::string& code, const std::string& message) {
    return base::format("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                        "<Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>"
                        "<RequestId>1</RequestId></ErrorResponse>",
                        code, message);
}

const credential::AwsKeys caller{base::SecretText("AKIDCALLER"),
                                 base::SecretText("caller-secret-1234"),
                                 base::SecretText("caller-token-5678"),
                                 {}};

struct Sts {
    Aws aws;
    std::string body = answer("AssumeRoleWithWebIdentity");
    std::string status = "200 OK";
    LoopbackServer server{[this](const SeenRequest&) { return ServerReply{http_response(body, status)}; }};
    credential::RoleRequest role{"profile 'dev'", "arn:aws:iam::1:role/r", "", "", {}, ""};

    Sts() { role.web_identity_token_file = aws.home.write("token", "web.identity-token_9\n"); }
    [[nodiscard]] credential::StsPlace place() const { return {"eu-west-1", server.url()}; }
    std::string web() { return shown(assume_role_with_web_identity(aws.world, place(), role)); }
    std::string assume() { return shown(credential::assume_role(aws.world, place(), role, caller)); }
    std::string why() {
        return base::replace_all(complaint([&] { web(); }), std::to_string(server.port()), "PORT");
    }
};

TEST_CASE("a web identity is sent unsigned, as a form") {
    Sts sts;
    CHECK(sts.web() == "ASIA3 s&3 tok/en+== 2026-11-22T13:00:00.000000Z");
    const auto seen = sts.server.requests().at(0);
    CHECK(seen.head.starts_with("POST / HTTP/1.1\r\n"));
    CHECK(base::lower(seen.head).find(
              "\r\ncontent-type: application/x-www-form-urlencoded; charset=utf-8\r\n") != std::string::npos);
    CHECK(base::lower(seen.head).find("authorization") == std::string::npos);
    CHECK(seen.body ==
          "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole"
          "%2Fr&RoleSessionName=orloj-1795348800&WebIdentityToken=web.identity-token_9");
    sts.aws.home.write("token", "renewed");
    sts.role.session_name = "my-session=1@x";
    sts.web();
    CHECK(sts.server.requests().at(1).body.ends_with(
        "&RoleSessionName=my-session%3D1%40x&WebIdentityToken=renewed"));
}

TEST_CASE("a role is assumed although the clock is wrong") {
    Sts sts;
    const auto answers = [&](const char* date, const char* stamp) {
        sts.aws.transport.sent.clear();
        sts.aws.transport.script = [date, stamp](const http::Request& request) {
            const bool right = request.headers.at(1).value == stamp;
            http::Response out;
            out.status = right ? 200 : 403;
            out.headers = {{"date", date}};
            out.body = right ? answer("AssumeRole") : error("SignatureDoesNotMatch", "Signature expired");
            return out;
        };
    };
    answers("Sun, 22 Nov 2026 11:30:00 GMT", "20261122T113000Z");
    CHECK(sts.assume() == "ASIA3 s&3 tok/en+== 2026-11-22T13:00:00.000000Z");
    CHECK(sts.aws.transport.sent.size() == 2);
    // The keys end at 13:00 by their clock.
    answers("Sun, 22 Nov 2026 14:30:00 GMT", "20261122T143000Z");
    CHECK(complaint([&] { sts.assume(); }) ==
          "profile 'dev': the answer for role 'arn:aws:iam::1:role/r' has keys that expired at "
          "2026-11-22T13:00:00.000000Z");
    CHECK(sts.aws.transport.sent.size() == 2);
    // A clock that is right, or an answer that does not say: the key is wrong, and once is enough.
    for (const char* date : {"Sun, 22 Nov 2026 12:03:00 GMT", ""}) {
        answers(date, "never");
        CHECK(complaint([&] { sts.assume(); }).find("SignatureDoesNotMatch") != std::string::npos);
        CHECK(sts.aws.transport.sent.size() == 1);
    }
}

TEST_CASE("a role is assumed with a signed form") {
    Sts sts;
    sts.body = answer("AssumeRole");
    sts.role.session_name = "s1";
    sts.role.external_id = "ex id/1";
    sts.role.duration = credential::role_duration("900", "profile 'dev'");
    CHECK(sts.assume() == "ASIA3 s&3 tok/en+== 2026-11-22T13:00:00.000000Z");
    const auto seen = sts.server.requests().at(0);
    CHECK(seen.body == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
                       "RoleSessionName=s1&DurationSeconds=900&ExternalId=ex%20id%2F1");
    const std::string head = base::lower(seen.head);
    CHECK(head.find("\r\nauthorization: aws4-hmac-sha256 credential=akidcaller/20261122/eu-west-1/sts/"
                    "aws4_request, ") != std::string::npos);
    CHECK(head.find("\r\nx-amz-security-token: caller-token-5678\r\n") != std::string::npos);
}

TEST_CASE("what is wrong with a request is said before it leaves") {
    Sts sts;
    for (const char* name : {"a", "with space", "slash/", "\xc3\xa9\xc3\xa9"}) {
        sts.role.session_name = name;
        CHECK(sts.why() ==
              "profile 'dev': role_session_name has to be 2 to 64 letters, digits or any of _+=,.@-");
    }
    sts.role.session_name = std::string(65, 'a');
    CHECK(sts.why() != "");
    sts.role.session_name.clear();
    sts.role.role_arn = "arn with space";
    CHECK(sts.why() == "profile 'dev': role_arn has a character that no ARN has");
    sts.role.role_arn = "arn:r";
    for (const char* duration : {"899", "43201", "1h", ""})
        CHECK(complaint([&] { credential::role_duration(duration, "profile 'dev'"); }) ==
              "profile 'dev': duration_seconds has to be between 900 and 43200");
    sts.aws.home.write("token", "two words");
    CHECK(sts.why() == base::format("profile 'dev': the token file '{}' holds no token",
                                    sts.role.web_identity_token_file));
    sts.role.web_identity_token_file = "/nonexistent";
    CHECK(sts.why() == "profile 'dev': the token file '/nonexistent' does not exist");
    CHECK(sts.server.requests().empty());
}

TEST_CASE("where STS is") {
    Sts sts;
    sts.aws.transport.script = [](const http::Request&) {
        return http::Response{.status = 200, .body = answer("AssumeRole")};
    };
    const auto url = [&](const std::string& region, const std::string& configured = "") {
        assume_role(sts.aws.world, {region, configured}, sts.role, caller);
        CHECK(sts.aws.transport.sent.back().reach == http::Reach::private_also);
        return sts.aws.transport.sent.back().url;
    };
    CHECK(url("us-east-1") == "https://sts.us-east-1.amazonaws.com/");
    CHECK(url("us-gov-west-1") == "https://sts.us-gov-west-1.amazonaws.com/");
    CHECK(url("cn-north-1") == "https://sts.cn-north-1.amazonaws.com.cn/");
    CHECK(url("eusc-de-east-1") == "https://sts.eusc-de-east-1.amazonaws.eu/");
    CHECK(url("us-iso-east-1") == "https://sts.us-iso-east-1.c2s.ic.gov/");
    CHECK(url("us-isob-east-1") == "https://sts.us-isob-east-1.sc2s.sgov.gov/");
    CHECK(url("eu-isoe-west-1") == "https://sts.eu-isoe-west-1.cloud.adc-e.uk/");
    CHECK(url("us-isof-south-1") == "https://sts.us-isof-south-1.csp.hci.ic.gov/");
    CHECK(url("eu-west-1", "https://vpce-1.sts.example/x/") == "https://vpce-1.sts.example/x/");
    CHECK(complaint([&] { url("evil.example/#-1"); }) == "profile 'dev': 'evil.example/#-1' is no region");
    CHECK(complaint([&] { url(""); }) ==
          "profile 'dev': role 'arn:aws:iam::1:role/r' needs a region\nhint: set one: export "
          "AWS_REGION=us-east-1, options.region, or: aws configure set region us-east-1");
    CHECK(complaint([&] { url("eu-west-1", "nonsense"); }) ==
          "profile 'dev': the endpoint URL of STS is no http or https URL: 'nonsense'");
}

TEST_CASE("refusals are told with their reason and without what was sent") {
    Sts sts;
    sts.status = "403 Forbidden";
    const std::string begin = "profile 'dev': STS refused role 'arn:aws:iam::1:role/r' (status 403): ";
    const std::pair<std::string, std::string> rows[] = {
        {error("AccessDenied", "not &lt;allowed&gt; to web.identity-token_9"),
         "AccessDenied: not <allowed> to [secret]"},
        {error("ExpiredTokenException", "expired"),
         "ExpiredTokenException: expired\nhint: sign in again, or renew the token that the role is assumed "
         "with"},
        {error("SignatureDoesNotMatch", "no"),
         "SignatureDoesNotMatch: no\nhint: check the secret access key, and this machine's clock: date -u"},
        {error("X", "red\033[31m"), "X: red\\x1b[31m"},
        {error("X", "red&#27;[31m"), "X: red\\x1b[31m"},
        {"<html><body>proxy</body></html>", "without a reason"},
        {"", "without a reason"},
    };
    for (const auto& [body, expected] : rows) {
        CAPTURE(body);
        sts.body = body;
        CHECK(sts.why() == begin + expected);
    }
}

TEST_CASE("what passes is asked again") {
    Sts sts;
    sts.status = "400 Bad Request";
    sts.body = error("IDPCommunicationError", "later");
    CHECK(sts.why().find("IDPCommunicationError: later") != std::string::npos);
    CHECK(sts.server.requests().size() == 3);
    sts.body = error("AccessDenied", "never");
    CHECK(sts.why() != "");
    CHECK(sts.server.requests().size() == 4);
}

TEST_CASE("answers that are cut or hostile give no keys") {
    Sts sts;
    const std::string whole = answer("AssumeRoleWithWebIdentity");
    std::string body;
    sts.aws.transport.script = [&](const http::Request&) {
        return http::Response{.status = 200, .body = body};
    };
    const std::string odd = "profile 'dev': the answer of 'http://127.0.0.1:PORT/' for role "
                            "'arn:aws:iam::1:role/r' cannot be understood";
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
        body = whole.substr(0, size);
        CHECK(sts.why() == odd);
    }
    for (const std::string& twice :
         {base::replace_all(whole, "<SessionToken>", "<SecretAccessKey>x</SecretAccessKey><SessionToken>"),
          base::replace_all(whole, "<AccessKeyId>ASIA3</AccessKeyId>", ""),
          base::replace_all(whole, "ASIA3", ""), base::replace_all(whole, "ASIA3", "<x/>"),
          base::replace_all(whole, "<Expiration>2026-11-22T13:00:00Z</Expiration>", ""),
          "<!DOCTYPE x [<!ENTITY a \"b\">]>" + whole}) {
        body = twice;
        CHECK(sts.why() == odd);
    }
    body = base::replace_all(whole, "tok/en", "tok&#10;en");
    CHECK(sts.why() == "profile 'dev': the answer for role 'arn:aws:iam::1:role/r' has a character in its "
                       "session token that no key has");
    body = base::replace_all(whole, "2026-11-22T13", "2026-11-22T11");
    CHECK(sts.why() == "profile 'dev': the answer for role 'arn:aws:iam::1:role/r' has keys that expired at "
                       "2026-11-22T11:00:00.000000Z");
}

TEST_CASE("nobody answers") {
    Sts sts;
    const auto told = complaint([&] {
        assume_role(sts.aws.world, {"eu-west-1", "http://127.0.0.1:1"}, sts.role, caller);
    });
    CHECK(told.starts_with("profile 'dev': cannot reach 'http://127.0.0.1:1/': "));
    CHECK(sts.aws.transport.sent.size() == 3);
}

} // namespace
