// Signing in with `aws sso login`: the cache as the AWS CLI writes it, the portal as its API reference says.
#include "aws_fixture.hpp"

#include "credential/aws_sso.hpp"
#include "credential/sha1.hpp"

using namespace test;

namespace {

struct SignedIn {
    Aws aws;
    std::string body =
        R"({"roleCredentials":{"accessKeyId":"ASIA4","secretAccessKey":"s","sessionToken":"t",)"
        R"("expiration":1795352400000}})";
    std::string status = "200 OK";
    LoopbackServer server{[this](const SeenRequest&) { return ServerReply{http_response(body, status)}; }};
    credential::SsoRole role{"dev", "my-sso", "", "eu-west-1", "012345678901", "Sample Role", server.url("")};

    void cache(std::string_view json) const {
        const auto& name = role.session.empty() ? role.start_url : role.session;
        aws.home.write(".aws/sso/cache/" + credential::sha1_hex(name) + ".json", json);
    }
    SignedIn() {
        cache(R"({"startUrl":"https://x","region":"eu-west-1","accessToken":"sso-access-token",)"
              R"("expiresAt":"2026-11-22T12:00:01Z","refreshToken":"r","clientId":"c"})");
    }
    std::string find() { return shown(credential::sso_keys(aws.world, role)); }
    std::string why() {
        return base::replace_all(complaint([&] { find(); }), aws.home.path(), "HOME");
    }
};

TEST_CASE("the role's keys for the cached token") {
    SignedIn in;
    CHECK(in.find() == "ASIA4 s t 2026-11-22T13:00:00.000000Z");
    const auto seen = in.server.requests().at(0);
    CHECK(seen.head.starts_with(
        "GET /federation/credentials?role_name=Sample%20Role&account_id=012345678901 HTTP/1.1\r\n"));
    CHECK(base::lower(seen.head).find("\r\nx-amz-sso_bearer_token: sso-access-token\r\n") !=
          std::string::npos);

    in.role.session.clear();
    in.role.start_url = "https://d-92671207e4.awsapps.com/start";
    in.cache(R"({"accessToken":"older-token","expiresAt":"2026-11-22T12:00:01UTC"})");
    CHECK(in.find() == "ASIA4 s t 2026-11-22T13:00:00.000000Z");
    CHECK(base::lower(in.server.requests().at(1).head).find("\r\nx-amz-sso_bearer_token: older-token\r\n") !=
          std::string::npos);
}

TEST_CASE("where the portal is") {
    SignedIn in;
    in.aws.transport.script = [&](const http::Request&) {
        return http::Response{.status = 200, .body = in.body};
    };
    in.role.url.clear();
    in.find();
    CHECK(in.aws.transport.sent.back().url == "https://portal.sso.eu-west-1.amazonaws.com/federation/"
                                              "credentials?role_name=Sample%20Role&account_id=012345678901");
    in.role.region = "cn-north-1";
    in.find();
    CHECK(in.aws.transport.sent.back().url.starts_with("https://portal.sso.cn-north-1.amazonaws.com.cn/"));
    in.role.region = "evil.example";
    CHECK(in.why() == "profile 'dev': sso_region 'evil.example' is no region");
    in.role.region = "";
    CHECK(in.why() == "profile 'dev': sso_region '' is no region");
}

TEST_CASE("whoever is not signed in is told how to") {
    SignedIn in;
    in.aws.clock.pass(base::seconds(1));
    CHECK(in.why() == "profile 'dev': the SSO sign-in expired at 2026-11-22T12:00:01.000000Z\nhint: aws sso "
                      "login --profile dev");
    in.role.profile = "my dev";
    in.role.session = "other";
    CHECK(in.why() ==
          "profile 'my dev': nobody has signed in yet, there is no cached SSO token\nhint: aws sso "
          "login --profile 'my dev'");
    in.aws.environment.erase("HOME");
    CHECK(in.why() ==
          "profile 'my dev': nobody has signed in yet, there is no cached SSO token\nhint: aws sso "
          "login --profile 'my dev'");
    CHECK(in.aws.transport.sent.empty());
}

TEST_CASE("a cache that is cut anywhere is not understood") {
    SignedIn in;
    const std::string whole = R"({"accessToken":"sso-access-token","expiresAt":"2026-11-22T12:00:01Z"})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        in.cache(whole.substr(0, size));
        CHECK(in.why() == "profile 'dev': the cached SSO token 'HOME/.aws/sso/cache/" +
                              credential::sha1_hex("my-sso") +
                              ".json' cannot be understood\nhint: aws sso login --profile dev");
    }
    in.cache(whole);
    CHECK(in.find().starts_with("ASIA4"));
}

TEST_CASE("what the portal refuses") {
    SignedIn in;
    in.status = "401 Unauthorized";
    CHECK(in.why() ==
          "profile 'dev': the SSO sign-in is over (status 401)\nhint: aws sso login --profile dev");
    in.status = "403 Forbidden";
    in.body = R"({"message":"No access \u001b[1m for sso-access-token","__type":"ForbiddenException"})";
    CHECK(in.why() == "profile 'dev': the SSO portal refused role 'Sample Role' of account '012345678901' "
                      "(status 403): No access \\x1b[1m for [secret]");
    in.body = "<html>";
    CHECK(in.why() == "profile 'dev': the SSO portal refused role 'Sample Role' of account '012345678901' "
                      "(status 403): without a reason");
    in.status = "200 OK";
    for (const char* odd : {"{}", "[]", "x", R"({"roleCredentials":1})"}) {
        in.body = odd;
        CHECK(in.why() == "profile 'dev': the answer of the SSO portal cannot be understood");
    }
    in.body = R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s"}})";
    CHECK(in.why() == "profile 'dev': the answer of the SSO portal does not say when the keys expire");
    in.body = R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"s","expiration":1795348800000}})";
    CHECK(in.why() == "profile 'dev': the answer of the SSO portal has keys that expired at "
                      "2026-11-22T12:00:00.000000Z");
}

} // namespace
