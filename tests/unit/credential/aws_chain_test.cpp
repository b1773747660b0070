// The search: which place wins, what is asked and what is not, and how long an answer is good for.
#include "aws_fixture.hpp"

#include "credential/sha1.hpp"

using namespace test;
using credential::Ask;
using credential::AwsChain;

namespace {

/// Stands for every service that hands out keys; each answer has keys of its own, good for an hour.
struct Services {
    Aws& aws;
    int answers = 0;
    bool failing = false;
    base::Duration life = base::seconds(3600);
    LoopbackServer server{[this](const SeenRequest& seen) { return ServerReply{answer(seen)}; }};
    explicit Services(Aws& world) : aws(world) {}

    std::string answer(const SeenRequest& seen) {
        if (failing) return http_response("{}", "400 Bad Request");
        const std::string expires = base::rfc3339(aws.clock.now() + life);
        if (seen.head.starts_with("POST /")) {
            const std::string credentials = base::format(
                "<Credentials><AccessKeyId>ROLE{}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                "<SessionToken>t</SessionToken><Expiration>{}</Expiration></Credentials>",
                ++answers, expires);
            return http_response("<R>" + credentials + "</R>");
        }
        return http_response(
            base::format(R"({{"AccessKeyId":"BOX{}","SecretAccessKey":"s","Token":"t","Expiration":"{}"}})",
                         ++answers, expires));
    }
};

std::string found(AwsChain& chain, const std::string& profile = "", const std::string& region = "eu-west-1") {
    const auto& identity = chain.identity(profile, region);
    if (const auto* keys = std::get_if<credential::AwsKeys>(&identity.proof))
        return identity.source + ": " + std::string(keys->access_key_id.reveal());
    return identity.source + ": " + shown(identity);
}

TEST_CASE("an earlier place wins, and no later one is asked") {
    Aws aws;
    Services services(aws);
    auto& environment = aws.environment;
    environment["AWS_EC2_METADATA_DISABLED"] = "";
    environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = services.server.url();
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = services.server.url("/box");
    environment["AWS_ENDPOINT_URL_STS"] = services.server.url();
    environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = aws.home.write("token", "web-token");
    environment["AWS_ROLE_ARN"] = "arn:web";
    aws.credentials("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n[other]\n"
                    "aws_access_key_id = OTHER\naws_secret_access_key = s\n");
    environment["AWS_ACCESS_KEY_ID"] = "ENV";
    environment["AWS_SECRET_ACCESS_KEY"] = "s";
    environment["AWS_SESSION_TOKEN"] = "envtoken";
    environment["AWS_BEARER_TOKEN_BEDROCK"] = "ABSK-bearer";

    const auto check = [&](const char* expected, std::size_t requests, const std::string& profile = "") {
        AwsChain chain(aws.world);
        const auto before = aws.transport.sent.size();
        const std::string expected_source = chain.expected_source(profile);
        CHECK(aws.transport.sent.size() == before);
        const std::string now = found(chain, profile);
        CHECK(now == expected);
        CHECK(now.starts_with(expected_source + ":"));
        CHECK(aws.transport.sent.size() - before == requests);
    };
    check("environment AWS_BEARER_TOKEN_BEDROCK: bearer ABSK-bearer", 0);
    environment["AWS_BEARER_TOKEN_BEDROCK"] = "  ";
    check("environment AWS_ACCESS_KEY_ID: ENV", 0);
    check("profile other: OTHER", 0, "other");
    environment["AWS_ACCESS_KEY_ID"] = "";
    environment["AWS_SECRET_ACCESS_KEY"] = " ";
    check("profile default: FILE", 0);
    {
        AwsChain chain(aws.world);
        CHECK(
            keys_of(chain.identity("", "")).session_token.empty()); // the environment's belongs to other keys
    }
    environment["AWS_DEFAULT_PROFILE"] = "other";
    check("profile other: OTHER", 0);
    environment["AWS_PROFILE"] = "default";
    check("profile default: FILE", 0);
    environment["AWS_PROFILE"] = environment["AWS_DEFAULT_PROFILE"] = "";
    aws.credentials("[default]\nregion = x\n");
    check("web identity, role arn:web: ROLE1", 1);
    environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = "";
    check("container: BOX2", 1);
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "";
    services.failing = true;
    AwsChain chain(aws.world);
    CHECK(chain.expected_source("") == "");
    CHECK(complaint([&] { found(chain); }) == "the machine's metadata service gives no token (status 400)");
}

TEST_CASE("nothing is set up") {
    Aws aws;
    AwsChain chain(aws.world);
    const auto told = [&] {
        return base::replace_all(complaint([&] { found(chain); }), aws.home.path(), "HOME");
    };
    const std::string hints = "\nhint: set up a profile: aws configure, or aws configure sso and aws sso "
                              "login\nhint: or store keys: "
                              "orloj create secret aws --stdin < keys.json, and set auth.secretRef: aws";
    const std::string begin = "no AWS credentials are set up: AWS_BEARER_TOKEN_BEDROCK, AWS_ACCESS_KEY_ID, "
                              "AWS_WEB_IDENTITY_TOKEN_FILE "
                              "and AWS_CONTAINER_CREDENTIALS_* are not set; ";
    CHECK(told() == begin +
                        "no profile 'default' in 'HOME/.aws/config' or 'HOME/.aws/credentials'; no machine "
                        "role: AWS_EC2_METADATA_DISABLED is set" +
                        hints);
    aws.config("[profile dev]\nregion = eu-west-1\n");
    aws.environment["AWS_PROFILE"] = "dev";
    CHECK(told() == begin +
                        "profile 'dev' has no credentials; no machine role: AWS_EC2_METADATA_DISABLED is "
                        "set" +
                        hints);
    CHECK(aws.transport.sent.empty());
    aws.environment.erase("AWS_PROFILE");
    aws.environment.erase("HOME");
    CHECK(told() == begin +
                        "no profile 'default', since there is no home directory; no machine role: "
                        "AWS_EC2_METADATA_DISABLED is set" +
                        hints);
}

TEST_CASE("a place that is set up and fails ends the search") {
    struct Row {
        const char* variable;
        const char* value;
        const char* expected;
    };
    const Row rows[] = {
        {"AWS_ACCESS_KEY_ID", "ENV",
         "the environment has AWS_ACCESS_KEY_ID but not AWS_SECRET_ACCESS_KEY\n"
         "hint: set both, or: unset AWS_ACCESS_KEY_ID"},
        {"AWS_SECRET_ACCESS_KEY", "s",
         "the environment has AWS_SECRET_ACCESS_KEY but not AWS_ACCESS_KEY_ID\n"
         "hint: set both, or: unset AWS_SECRET_ACCESS_KEY"},
        {"AWS_BEARER_TOKEN_BEDROCK", "two words",
         "the environment variable AWS_BEARER_TOKEN_BEDROCK holds characters that no key has"},
        {"AWS_PROFILE", "dve",
         "the AWS profile 'dve' does not exist (AWS_PROFILE)\nhint: did you mean 'dev'?"},
        {"AWS_PROFILE", "zzzzzz",
         "the AWS profile 'zzzzzz' does not exist (AWS_PROFILE)\nhint: profiles that exist: circle, dev, "
         "empty"},
        {"AWS_PROFILE", "circle",
         "profile 'circle': its source profiles lead in a circle: circle -> circle2 -> "
         "circle"},
        {"AWS_WEB_IDENTITY_TOKEN_FILE", "/t",
         "the environment has AWS_WEB_IDENTITY_TOKEN_FILE but not "
         "AWS_ROLE_ARN\nhint: set both, or: unset AWS_WEB_IDENTITY_TOKEN_FILE"},
    };
    for (const Row& row : rows) {
        Aws aws;
        aws.config("[profile dev]\nregion = r\n[profile empty]\n[profile circle]\nrole_arn = a\n"
                   "source_profile = circle2\n" +
                   std::string(std::string_view(row.value) == "circle"
                                   ? "[profile circle2]\nrole_arn = a\nsource_profile = circle\n"
                                   : ""));
        aws.environment[row.variable] = row.value;
        AwsChain chain(aws.world);
        CHECK(complaint([&] { found(chain); }) == row.expected);
        CHECK(complaint([&] { chain.expected_source(""); }) == row.expected);
        CHECK(aws.transport.sent.empty());
    }
}

TEST_CASE("a profile that the endpoint names has to have credentials") {
    Aws aws;
    aws.config("[profile dev]\nregion = r\n");
    AwsChain chain(aws.world);
    CHECK(complaint([&] { found(chain, "dev"); }) ==
          "the AWS profile 'dev' has no credentials (options.profile)\nhint: aws configure --profile dev");
    CHECK(complaint([&] { found(chain, "prod"); }) ==
          "the AWS profile 'prod' does not exist (options.profile)\nhint: profiles that exist: dev");
    CHECK(complaint([&] { chain.place("prod", Ask::offline); }) ==
          "the AWS profile 'prod' does not exist (options.profile)\nhint: profiles that exist: dev");
    aws.config("");
    CHECK(complaint([&] { found(chain, "prod"); }) ==
          "the AWS profile 'prod' does not exist (options.profile)\nhint: set it up: aws configure --profile "
          "prod");
}

TEST_CASE("files that cannot be used are named") {
    Aws aws;
    AwsChain chain(aws.world);
    const auto told = [&] {
        return base::replace_all(complaint([&] { found(chain); }), aws.home.path(), "HOME");
    };
    aws.config("[default]\nregion\n");
    CHECK(told() == "cannot understand 'HOME/.aws/config': line 2: expected 'name = value'");
    aws.config("");
    aws.credentials("[default]\naws_secret_access_key = \xff\n");
    CHECK(told() == "cannot understand 'HOME/.aws/credentials': line 2: not valid UTF-8");
    aws.environment["AWS_SHARED_CREDENTIALS_FILE"] = "~/.aws";
    CHECK(told() == "cannot read 'HOME/.aws': it is a directory");
    aws.environment["AWS_SHARED_CREDENTIALS_FILE"] =
        aws.home.write("large", std::string((1U << 20U) + 1, '#'));
    CHECK(told() == "'HOME/large' is larger than the limit of 1 MiB");
    aws.environment["AWS_SHARED_CREDENTIALS_FILE"] =
        aws.home.write("mine", "[default]\naws_access_key_id = MINE\naws_secret_access_key = s\n");
    CHECK(found(chain) == "profile default: MINE");
}

TEST_CASE("a credentials file that is cut anywhere is half a pair, or no pair") {
    Aws aws;
    const std::string whole = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = "
                              "wJalr\naws_session_token = tok\n";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        CAPTURE(size);
        aws.credentials(whole.substr(0, size));
        AwsChain chain(aws.world);
        try {
            const auto& keys = keys_of(chain.identity("", ""));
            CHECK(size > whole.find("= wJ"));
            CHECK(keys.access_key_id.reveal() == "AKIDEXAMPLE");
        } catch (const base::Error& error) {
            CHECK(error.fault() == base::Fault::secret);
            CHECK(error.message().find("wJ") == std::string::npos);
        }
    }
}

TEST_CASE("a session token of the other file is not mixed in") {
    Aws aws;
    aws.config("[default]\naws_access_key_id = OLD\naws_secret_access_key = old\naws_session_token = old\n");
    aws.credentials("[default]\naws_access_key_id = NEW\naws_secret_access_key = new\n");
    AwsChain chain(aws.world);
    CHECK(shown(chain.identity("", "")) == "NEW new - -");
}

TEST_CASE("a session token under its old name is used, too") {
    Aws aws;
    aws.credentials(
        "[default]\naws_access_key_id = ID\naws_secret_access_key = s\naws_security_token = old\n");
    CHECK(shown(AwsChain(aws.world).identity("", "")) == "ID s old -");
    aws.credentials("[default]\naws_access_key_id = ID\naws_secret_access_key = s\naws_security_token = old\n"
                    "aws_session_token = new\n");
    CHECK(shown(AwsChain(aws.world).identity("", "")) == "ID s new -");
}

TEST_CASE("roles through profiles") {
    Aws aws;
    Services services(aws);
    aws.config("[profile top]\nrole_arn = arn:top\nsource_profile = middle\nservices = mine\n"
               "[profile middle]\nrole_arn = arn:middle\nsource_profile = bottom\n"
               "[profile boxed]\nrole_arn = arn:boxed\ncredential_source = EcsContainer\nservices = mine\n"
               "[profile env]\nrole_arn = arn:env\ncredential_source = Environment\nservices = mine\n"
               "[profile ec2]\nrole_arn = arn:ec2\ncredential_source = Ec2InstanceMetadata\n"
               "[services mine]\nsts =\n  endpoint_url = " +
               services.server.url() + "\n");
    aws.credentials("[bottom]\naws_access_key_id = BOTTOM\naws_secret_access_key = s\n");
    AwsChain chain(aws.world);
    CHECK(found(chain, "top") == "profile top, role arn:top: ROLE2");
    const auto seen = services.server.requests();
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].head.find("Credential=BOTTOM/") != std::string::npos);
    CHECK(seen[0].body.find("arn%3Amiddle") != std::string::npos);
    CHECK(seen[1].head.find("Credential=ROLE1/") != std::string::npos);
    CHECK(seen[1].body.find("arn%3Atop") != std::string::npos);

    CHECK(complaint([&] { found(chain, "boxed"); }) == "profile 'boxed': its credential_source has no keys: "
                                                       "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set");
    CHECK(complaint([&] { found(chain, "env"); }) ==
          "profile 'env': its credential_source has no keys: AWS_ACCESS_KEY_ID is not set");
    CHECK(complaint([&] { found(chain, "ec2"); }) ==
          "profile 'ec2': its credential_source has no keys: AWS_EC2_METADATA_DISABLED is set");
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = services.server.url("/box");
    CHECK(found(chain, "boxed") == "profile boxed, role arn:boxed: ROLE4");
    aws.environment["AWS_ACCESS_KEY_ID"] = "ENV";
    aws.environment["AWS_SECRET_ACCESS_KEY"] = "s";
    CHECK(found(chain, "env") == "profile env, role arn:env: ROLE5");
}

TEST_CASE("SSO and processes through profiles") {
    Aws aws;
    aws.config("[profile sso]\nsso_session = s\nsso_account_id = 1\nsso_role_name = Dev\n"
               "[profile lost]\nsso_session = other\nsso_account_id = 1\nsso_role_name = Dev\n"
               "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://x\n"
               "[profile tool]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"TOOL\","
               "\"SecretAccessKey\":\"s\"}'\n");
    AwsChain chain(aws.world);
    CHECK(found(chain, "tool") == "profile tool, credential_process: TOOL");
    CHECK(complaint([&] { found(chain, "lost"); }) ==
          "profile 'lost': there is no [sso-session other]\nhint: aws configure sso");
    CHECK(complaint([&] { found(chain, "sso"); }).ends_with("\nhint: aws sso login --profile sso"));
    aws.home.write(".aws/sso/cache/" + credential::sha1_hex("s") + ".json",
                   R"({"accessToken":"tok","expiresAt":"2026-11-22T13:00:00Z"})");
    LoopbackServer portal([](const SeenRequest&) {
        return ServerReply{http_response(
            R"({"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s","expiration":1795352400000}})")};
    });
    aws.environment["AWS_ENDPOINT_URL_SSO"] = portal.url("");
    CHECK(found(chain, "sso") == "profile sso, sso role Dev: SSO");
}

TEST_CASE("ten questions in the life of keys of an hour") {
    Aws aws;
    Services services(aws);
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = services.server.url("/box");
    AwsChain chain(aws.world);
    // Every 20 minutes: new keys at 0, 60 (they end at 60), 120 and 180 minutes.
    for (int i = 0; i < 10; ++i) {
        CAPTURE(i);
        CHECK(found(chain) == base::format("container: BOX{}", 1 + i / 3));
        aws.clock.pass(base::seconds(1200));
    }
    CHECK(aws.transport.sent.size() == 4);
}

TEST_CASE("keys are asked for again five minutes before they expire, and used on when that fails") {
    Aws aws;
    Services services(aws);
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = services.server.url("/box");
    AwsChain chain(aws.world);
    CHECK(found(chain) == "container: BOX1");
    aws.clock.pass(base::seconds(3299));
    CHECK(found(chain) == "container: BOX1");
    CHECK(aws.transport.sent.size() == 1);
    aws.clock.pass(base::seconds(1));
    services.failing = true;
    CHECK(found(chain) == "container: BOX1");
    CHECK(aws.transport.sent.size() == 2);
    CHECK(found(chain) == "container: BOX1"); // not asked again at once
    CHECK(aws.transport.sent.size() == 2);
    aws.clock.pass(base::seconds(60));
    CHECK(found(chain) == "container: BOX1");
    CHECK(aws.transport.sent.size() == 3);
    aws.clock.pass(base::seconds(240));
    CHECK(complaint([&] { found(chain); }) != "");
    services.failing = false;
    CHECK(found(chain) == "container: BOX2");
    CHECK(aws.transport.sent.size() == 5);
}

TEST_CASE("keys that are short from the start are not asked for with every step") {
    Aws aws;
    Services services(aws);
    services.life = base::seconds(200);
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = services.server.url("/box");
    AwsChain chain(aws.world);
    for (int i = 0; i < 10; ++i)
        CHECK(found(chain) == "container: BOX1");
    aws.clock.pass(base::seconds(60));
    CHECK(found(chain) == "container: BOX2");
}

TEST_CASE("what the service says is expired is asked for again; each profile has its own") {
    Aws aws;
    Services services(aws);
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = services.server.url("/box");
    aws.credentials("[dev]\naws_access_key_id = DEV1\naws_secret_access_key = s\n");
    AwsChain chain(aws.world);
    CHECK(found(chain) == "container: BOX1");
    CHECK(found(chain, "dev") == "profile dev: DEV1");
    aws.credentials("[dev]\naws_access_key_id = DEV2\naws_secret_access_key = s\n");
    CHECK(found(chain, "dev") == "profile dev: DEV1");
    chain.forget("dev");
    CHECK(found(chain, "dev") == "profile dev: DEV2");
    CHECK(found(chain) == "container: BOX1");
    chain.forget("");
    CHECK(found(chain) == "container: BOX2");
}

TEST_CASE("keys of the environment expire, too") {
    Aws aws;
    aws.environment["AWS_ACCESS_KEY_ID"] = "ENV";
    aws.environment["AWS_SECRET_ACCESS_KEY"] = "s";
    aws.environment["AWS_SECURITY_TOKEN"] = "legacy";
    aws.environment["AWS_CREDENTIAL_EXPIRATION"] = "2026-11-22T12:02:00Z";
    AwsChain chain(aws.world);
    CHECK(shown(chain.identity("", "")) == "ENV s legacy 2026-11-22T12:02:00.000000Z");
    aws.clock.pass(base::seconds(120));
    CHECK(complaint([&] { found(chain); }) ==
          "the environment (AWS_ACCESS_KEY_ID) has keys that expired at 2026-11-22T12:02:00.000000Z");
    aws.environment["AWS_CREDENTIAL_EXPIRATION"] = "tomorrow";
    CHECK(complaint([&] { found(chain); }) ==
          "the environment (AWS_ACCESS_KEY_ID) has an expiration that is no "
          "time (2026-01-31T12:00:00Z)");
}

TEST_CASE("what the surroundings say of a place") {
    Aws aws;
    aws.config("[default]\nregion = profile-region-1\nendpoint_url = http://global\nservices = s\n"
               "[profile plain]\nregion = plain-region-2\nignore_configured_endpoint_urls = true\n"
               "endpoint_url = http://ignored\n"
               "[services s]\nbedrock_runtime =\n  endpoint_url = http://runtime\n");
    AwsChain chain(aws.world);
    const auto told = [&](const std::string& profile = "") {
        const auto place = chain.place(profile, Ask::offline);
        return base::format("{} {} {}", place.region, place.runtime_url, place.control_url);
    };
    CHECK(told() == "profile-region-1 http://runtime http://global");
    CHECK(told("plain") == "plain-region-2  ");
    aws.environment["AWS_ENDPOINT_URL"] = "http://env";
    CHECK(told() == "profile-region-1 http://env http://env");
    aws.environment["AWS_ENDPOINT_URL_BEDROCK"] = "http://control";
    CHECK(told() == "profile-region-1 http://env http://control");
    aws.environment["AWS_DEFAULT_REGION"] = "default-region-1";
    CHECK(told() == "default-region-1 http://env http://control");
    aws.environment["AWS_REGION"] = "env-region-1";
    CHECK(told("plain") == "env-region-1  ");
    aws.environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
    CHECK(told() == "env-region-1  ");
    CHECK(aws.transport.sent.empty());
}

TEST_CASE("which hosts and certificates are wanted") {
    Aws aws;
    aws.config("[default]\nuse_fips_endpoint = true\nca_bundle = /of/profile.pem\n[profile role]\nrole_arn = "
               "arn:aws:iam::1:role/r\nsource_profile = default\nuse_fips_endpoint = true\nca_bundle = "
               "/of/role.pem\n");
    aws.credentials("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    AwsChain chain(aws.world);
    CHECK(chain.place("", Ask::offline).fips);
    CHECK(chain.place("", Ask::offline).ca_bundle == "/of/profile.pem");
    aws.transport.script = [](const http::Request&) { return http::Response{.status = 403}; };
    CHECK(complaint([&] { found(chain, "role"); }) != "");
    REQUIRE(aws.transport.sent.size() == 1);
    CHECK(aws.transport.sent[0].url == "https://sts-fips.eu-west-1.amazonaws.com/");
    CHECK(aws.transport.sent[0].ca_bundle == "/of/role.pem");
    aws.environment["AWS_USE_FIPS_ENDPOINT"] = "false";
    aws.environment["AWS_CA_BUNDLE"] = "/of/environment.pem";
    CHECK_FALSE(chain.place("", Ask::offline).fips);
    CHECK(complaint([&] { found(chain, "role"); }) != "");
    REQUIRE(aws.transport.sent.size() == 2);
    CHECK(aws.transport.sent[1].url == "https://sts.eu-west-1.amazonaws.com/");
    CHECK(aws.transport.sent[1].ca_bundle == "/of/environment.pem");
}

TEST_CASE("in a hurry nothing is asked twice or for long, and so it is while keys are still good") {
    Aws aws;
    aws.config("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = own\n[profile own]\n"
               "aws_access_key_id = OWN\naws_secret_access_key = s\n");
    bool there = false;
    aws.transport.script = [&](const http::Request&) {
        const std::string expires = base::rfc3339(aws.clock.now() + base::seconds(400));
        return there
                   ? http::Response{.status = 200,
                                    .body = base::format("<R><Credentials><AccessKeyId>ROLE</AccessKeyId>"
                                                         "<SecretAccessKey>s</SecretAccessKey><SessionToken>t"
                                                         "</SessionToken><Expiration>{}</Expiration>"
                                                         "</Credentials></R>",
                                                         expires)}
                   : http::Response{.status = 503};
    };
    AwsChain chain(aws.world);
    const auto asked = [&] {
        aws.transport.sent.clear();
        (void)complaint([&] { found(chain); });
        return aws.transport.sent.size();
    };
    CHECK(asked() == 3);
    chain.hurry(base::milliseconds(700));
    CHECK(asked() == 1);
    CHECK(aws.transport.sent[0].timeouts.total == base::milliseconds(700));
    chain.hurry(std::nullopt);
    there = true;
    CHECK(asked() == 1);
    CHECK(aws.transport.sent[0].timeouts.total > base::seconds(5));
    there = false;
    aws.clock.pass(base::seconds(150)); // less than five minutes are left
    CHECK(asked() == 1);
    CHECK(aws.transport.sent[0].timeouts.total == base::seconds(5));
    CHECK(found(chain).ends_with("ROLE"));
    aws.clock.pass(base::seconds(300)); // none is left
    CHECK(asked() == 3);
}

TEST_CASE("a Bedrock API key of the environment is for endpoints that name no profile") {
    Aws aws;
    aws.credentials("[dev]\naws_access_key_id = DEV\naws_secret_access_key = s\n");
    aws.environment["AWS_BEARER_TOKEN_BEDROCK"] = "ABSK-bearer";
    AwsChain chain(aws.world);
    CHECK(chain.sends_key(""));
    CHECK_FALSE(chain.sends_key("dev"));
    CHECK(found(chain, "dev") == "profile dev: DEV");
    CHECK(chain.expected_source("dev") == "profile dev");
    CHECK(chain.expected_source("") == "environment AWS_BEARER_TOKEN_BEDROCK");
}

TEST_CASE("the machine is asked for the region once, and only when nothing else says it") {
    Aws aws;
    aws.environment["AWS_EC2_METADATA_DISABLED"] = "";
    aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1";
    AwsChain chain(aws.world);
    CHECK(chain.place("", Ask::offline).region == "");
    CHECK(aws.transport.sent.empty());
    CHECK(chain.place("", Ask::network).region == "");
    CHECK(chain.place("", Ask::network).region == "");
    CHECK(aws.transport.sent.size() == 1);
    CHECK(complaint([&] { found(chain); }).find("no machine role: no answer at http://127.0.0.1:1") !=
          std::string::npos);
    CHECK(aws.transport.sent.size() == 1);
}

} // namespace
