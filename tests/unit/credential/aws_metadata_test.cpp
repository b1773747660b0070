// IMDSv2: a server that answers as the EC2 guide says, and machines that have none.
#include "aws_fixture.hpp"

#include "credential/aws_metadata.hpp"

using namespace test;

namespace {

/// The service as documented: nothing without a token of its own, and tokens only for PUT with a lifetime.
class Machine {
  public:
    std::string role = "worker";
    std::string keys = R"({"Code":"Success","LastUpdated":"2026-11-22T11:00:00Z","Type":"AWS-HMAC",)"
                       R"("AccessKeyId":"ASIA2","SecretAccessKey":"s","Token":"t",)"
                       R"("Expiration":"2026-11-22T18:00:00Z"})";
    std::string put_status = "200 OK";
    int tokens = 0;      ///< given out; only the last one is good
    int tokens_lost = 0; ///< so many tokens are not known when they come back
    LoopbackServer server{[this](const SeenRequest& seen) { return ServerReply{answer(seen)}; }};

  private:
    std::string answer(const SeenRequest& seen) {
        const std::string line = seen.head.substr(0, seen.head.find("\r\n"));
        const std::string head = base::lower(seen.head);
        if (line == "PUT /latest/api/token HTTP/1.1") {
            if (put_status != "200 OK") return http_response("", put_status);
            if (head.find("\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n") == std::string::npos ||
                head.find("x-forwarded-for") != std::string::npos)
                return http_response("", "400 Bad Request");
            return http_response(base::format("token-{}==", ++tokens), "200 OK",
                                 "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\n");
        }
        if (tokens <= tokens_lost || head.find(base::format("\r\nx-aws-ec2-metadata-token: token-{}==\r\n",
                                                            tokens)) == std::string::npos)
            return http_response("", "401 Unauthorized");
        if (line == "GET /latest/meta-data/placement/region HTTP/1.1") return http_response("eu-west-1");
        if (line == "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1")
            return role.empty() ? http_response("", "404 Not Found") : http_response(role + "\n");
        if (line ==
            "GET /latest/meta-data/iam/security-credentials/" + http::percent_encoded(role) + " HTTP/1.1")
            return http_response(keys);
        return http_response("", "404 Not Found");
    }
};

struct OnMachine {
    Aws aws;
    Machine machine;
    credential::AwsMetadata metadata{aws.world};
    OnMachine() {
        aws.environment.erase("AWS_EC2_METADATA_DISABLED");
        aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = machine.server.url("/");
    }
    std::string find() {
        const auto found = metadata.identity();
        return found ? found->source + ": " + shown(*found)
                     : "not set up: " + shown_port(metadata.why_absent());
    }
    std::string why() {
        return shown_port(complaint([&] { find(); }));
    }
    std::string shown_port(const std::string& text) const {
        return base::replace_all(text, std::to_string(machine.server.port()), "PORT");
    }
};

TEST_CASE("the role's keys and the region, with one token") {
    OnMachine on;
    CHECK(on.find() == "instance role worker: ASIA2 s t 2026-11-22T18:00:00.000000Z");
    CHECK(on.metadata.region() == "eu-west-1");
    CHECK(on.machine.tokens == 1);
    for (const auto& request : on.aws.transport.sent)
        CHECK(request.reach == http::Reach::aws_metadata);
    on.machine.role = "a/b c?";
    CHECK(on.find().starts_with("instance role a/b c?: ASIA2"));
}

TEST_CASE("a token that is no longer known is fetched again, once") {
    OnMachine on;
    on.machine.tokens_lost = 1;
    CHECK(on.find().starts_with("instance role worker: ASIA2"));
    CHECK(on.machine.tokens == 2);
    on.machine.tokens_lost = 100;
    CHECK(on.why() == "the machine's metadata service does not say the role (status 401)");
    CHECK(on.machine.tokens == 3);
}

TEST_CASE("no request leaves when it is disabled") {
    OnMachine on;
    on.aws.environment["AWS_EC2_METADATA_DISABLED"] = "TRUE";
    CHECK(on.find() == "not set up: AWS_EC2_METADATA_DISABLED is set");
    CHECK(on.metadata.region() == "");
    CHECK(on.aws.transport.sent.empty());
}

TEST_CASE("a machine without the service is asked once in the life of the process") {
    OnMachine on;
    on.aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1";
    CHECK(on.find() == "not set up: no answer at http://127.0.0.1:1");
    CHECK(on.find() == "not set up: no answer at http://127.0.0.1:1");
    CHECK(on.metadata.region() == "");
    CHECK(on.aws.transport.sent.size() == 1);
}

TEST_CASE("a service that does not answer costs its second") {
    OnMachine on;
    LoopbackServer silent([](const SeenRequest&) { return ServerReply{}; });
    on.aws.world.patience.metadata = base::milliseconds(60);
    on.aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = silent.url("");
    CHECK(on.find() == base::format("not set up: no answer at http://127.0.0.1:{} (in a container the hop "
                                    "limit has to be 2)",
                                    silent.port()));
    CHECK(on.aws.transport.sent.size() == 1);
}

TEST_CASE("one that gives no tokens is not asked in the old way") {
    for (const char* status : {"403 Forbidden", "404 Not Found", "405 Method Not Allowed"}) {
        OnMachine on;
        on.machine.put_status = status;
        CHECK(on.find() == base::format("not set up: http://127.0.0.1:PORT gives no token (status {})",
                                        std::string(status).substr(0, 3)));
        CHECK(on.machine.server.requests().size() == 1);
    }
    OnMachine on;
    on.machine.put_status = "500 Oops";
    CHECK(on.why() == "the machine's metadata service gives no token (status 500)");
}

TEST_CASE("a machine without a role, and roles without keys") {
    OnMachine on;
    on.machine.keys = R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"})";
    CHECK(on.why() == "the machine's metadata service has no keys for role 'worker': "
                      "AssumeRoleUnauthorizedAccess EC2 cannot assume the role");
    on.machine.keys = R"({"AccessKeyId":"A","SecretAccessKey":"s"})";
    CHECK(on.why() == "the machine's metadata service has no keys for role 'worker': without a reason");
    on.machine.keys = R"({"Code":"Success","AccessKeyId":"A"})";
    CHECK(on.why() == "the machine's metadata service: role 'worker' has an access key id but no secret "
                      "access key");
    on.machine.keys = "Success";
    CHECK(on.why() == "the machine's metadata service: the keys of role 'worker' are no JSON object");
    on.machine.role.clear();
    CHECK(on.find() == "not set up: the machine has no role");
    CHECK(on.metadata.region() == "eu-west-1");
}

TEST_CASE("where it is") {
    Aws aws;
    aws.environment.erase("AWS_EC2_METADATA_DISABLED");
    aws.transport.script = [](const http::Request&) {
        return http::Failure{.kind = http::Failure::Kind::unreachable, .detail = "no route"};
    };
    const auto url = [&] {
        credential::AwsMetadata metadata(aws.world);
        CHECK_FALSE(metadata.identity());
        return aws.transport.sent.back().method + " " + aws.transport.sent.back().url;
    };
    CHECK(url() == "PUT http://169.254.169.254/latest/api/token");
    aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
    CHECK(url() == "PUT http://[fd00:ec2::254]/latest/api/token");
    aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1338/base/";
    CHECK(url() == "PUT http://127.0.0.1:1338/base/latest/api/token");
    aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "nonsense";
    CHECK(complaint(url) == "AWS_EC2_METADATA_SERVICE_ENDPOINT is no http or https URL");
    aws.environment.erase("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv5";
    CHECK(complaint(url) == "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6");
}

TEST_CASE("an endpoint elsewhere is refused, not passed over") {
    OnMachine on;
    on.aws.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://192.0.2.1";
    CHECK(on.why().starts_with(
        "the machine's metadata service: cannot reach 'http://192.0.2.1/latest/api/token': "));
}

} // namespace
