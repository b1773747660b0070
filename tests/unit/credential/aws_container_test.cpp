// The agents of ECS and EKS: a server that answers as their guides say.
#include "aws_fixture.hpp"

#include "credential/aws_container.hpp"

using namespace test;

namespace {

const std::string good =
    R"({"RoleArn":"arn:aws:iam::1:role/task","AccessKeyId":"ASIA1","SecretAccessKey":"s",)"
    R"("Token":"t","Expiration":"2026-11-22T18:00:00Z"})";

LoopbackServer::Handler always(const std::string& body, const std::string& status = "200 OK") {
    return [=](const SeenRequest&) { return ServerReply{http_response(body, status)}; };
}

std::string find(const Aws& aws) {
    const auto found = credential::container_identity(aws.world);
    return found ? found->source + ": " + shown(*found) : "not set up";
}

std::string why(const Aws& aws, const LoopbackServer* server = nullptr) {
    std::string out = complaint([&] { find(aws); });
    return server == nullptr ? out : base::replace_all(out, std::to_string(server->port()), "PORT");
}

TEST_CASE("nothing is asked when nothing is set") {
    Aws aws;
    CHECK(find(aws) == "not set up");
    CHECK(aws.transport.sent.empty());
}

TEST_CASE("the relative URI goes to ECS's agent and nowhere else") {
    Aws aws;
    aws.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/0f3a";
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/other";
    aws.transport.script = [](const http::Request&) { return http::Response{.status = 200, .body = good}; };
    CHECK(find(aws) == "container: ASIA1 s t 2026-11-22T18:00:00.000000Z");
    REQUIRE(aws.transport.sent.size() == 1);
    const auto& request = aws.transport.sent[0];
    CHECK(request.method == "GET");
    CHECK(request.url == "http://169.254.170.2/v2/credentials/0f3a");
    CHECK(request.reach == http::Reach::aws_metadata);
    CHECK(request.secret_headers.empty());

    for (const char* odd : {"v2", "@evil.example/", "/a b", "/a\nb"}) {
        aws.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = odd;
        CHECK(why(aws) == "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path of a URL that begins with '/'");
    }
    CHECK(aws.transport.sent.size() == 1);
}

TEST_CASE("the full URI, with a token that changes between two questions") {
    Aws aws;
    std::string seen;
    LoopbackServer server([&](const SeenRequest& request) {
        seen = request.head;
        return ServerReply{http_response(good)};
    });
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/v1/credentials");
    aws.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "not this one";
    aws.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = aws.home.write("token", "first\n");
    CHECK(find(aws).starts_with("container: ASIA1"));
    CHECK(base::lower(seen).find("\r\nauthorization: first\r\n") != std::string::npos);
    CHECK(base::lower(seen).find("\r\naccept: application/json\r\n") != std::string::npos);
    CHECK(seen.starts_with("GET /v1/credentials HTTP/1.1\r\n"));
    aws.home.write("token", "second");
    CHECK(find(aws).starts_with("container: ASIA1"));
    CHECK(base::lower(seen).find("\r\nauthorization: second\r\n") != std::string::npos);

    aws.environment.erase("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    CHECK(find(aws).starts_with("container: ASIA1"));
    CHECK(base::lower(seen).find("\r\nauthorization: not this one\r\n") != std::string::npos);
}

TEST_CASE("a token that would be two headers does not leave") {
    Aws aws;
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/";
    aws.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "a\r\nx-evil: b";
    CHECK(why(aws) == "AWS_CONTAINER_AUTHORIZATION_TOKEN holds more than one line");
    aws.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = aws.home.write("token", "a\nb");
    CHECK(why(aws) == "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE holds more than one line");
    aws.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/nonexistent/token";
    CHECK(why(aws) ==
          "cannot read '/nonexistent/token' (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE): it does not "
          "exist");
    CHECK(aws.transport.sent.empty());
}

TEST_CASE("over plain http only loopback and AWS's addresses are asked") {
    Aws aws;
    aws.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "t0ken";
    for (const char* host : {"192.0.2.1", "10.0.0.1", "169.254.170.3", "0.0.0.0", "[fd00:ec2::24]"}) {
        CAPTURE(host);
        aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = std::string("http://") + host + "/x";
        const std::string told = why(aws);
        CHECK(told.starts_with(
            base::format("the container's credentials: cannot reach 'http://{}/x': ", host)));
        CHECK(told.ends_with("\nhint: over plain http they come only from loopback, 169.254.170.2, "
                             "169.254.170.23 and [fd00:ec2::23]; use an https URL"));
    }
    const auto before = aws.transport.sent.size();
    for (const char* odd : {"ftp://x/", "http://user@x/", "169.254.170.2"}) {
        aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = odd;
        CHECK(why(aws) == "AWS_CONTAINER_CREDENTIALS_FULL_URI is no http or https URL");
    }
    for (const char* machine : {"http://169.254.169.254/x", "http://[fd00:ec2::254]/"}) {
        aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = machine;
        CHECK(why(aws) == "AWS_CONTAINER_CREDENTIALS_FULL_URI is the address of the machine's metadata "
                          "service, which is asked in another way");
    }
    CHECK(aws.transport.sent.size() == before);
}

TEST_CASE("what fails for a moment is asked three times") {
    Aws aws;
    int asked = 0;
    LoopbackServer server([&](const SeenRequest&) {
        return ++asked < 3 ? ServerReply{http_response("busy", "503 Service Unavailable")}
                           : ServerReply{http_response(good)};
    });
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/");
    CHECK(find(aws).starts_with("container: ASIA1"));
    CHECK(asked == 3);

    LoopbackServer broken(always("busy", "503 Service Unavailable"));
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = broken.url("/");
    CHECK(why(aws, &broken) == "the container's credentials: 'http://127.0.0.1:PORT/' answered status 503");
    CHECK(broken.requests().size() == 3);
}

TEST_CASE("answers that hold no keys") {
    struct Row {
        const char* body;
        const char* status;
        const char* expected;
    };
    const Row rows[] = {
        {R"({"code":"InvalidRequest","message":"no such\u001b[31m task"})", "400 Bad Request",
         "the container's credentials: 'http://127.0.0.1:PORT/' answered status 400: InvalidRequest no "
         "such\\x1b[31m task"},
        {"<html>", "404 Not Found",
         "the container's credentials: 'http://127.0.0.1:PORT/' answered status 404"},
        {"[]", "200 OK",
         "the container's credentials: 'http://127.0.0.1:PORT/' answered with something else than a JSON "
         "object"},
        {R"({"AccessKeyId":"A"})", "200 OK",
         "the answer of 'http://127.0.0.1:PORT/' has an access key id but no secret access key"},
        {R"({"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2020-01-01T00:00:00Z"})", "200 OK",
         "the answer of 'http://127.0.0.1:PORT/' has keys that expired at 2020-01-01T00:00:00.000000Z"},
        {R"({"AccessKeyId":"A","SecretAccessKey":"s","Token":"a\nb"})", "200 OK",
         "the answer of 'http://127.0.0.1:PORT/' has a character in its session token that no key has"},
    };
    for (const Row& row : rows) {
        Aws aws;
        LoopbackServer server(always(row.body, row.status));
        aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/");
        CHECK(why(aws, &server) == row.expected);
        CHECK(server.requests().size() == 1);
    }
}

TEST_CASE("an answer that is cut anywhere gives no keys") {
    Aws aws;
    aws.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/";
    for (std::size_t size = 0; size < good.size(); ++size) {
        aws.transport.script = [&](const http::Request&) {
            return http::Response{.status = 200, .body = good.substr(0, size)};
        };
        CHECK(why(aws).ends_with("answered with something else than a JSON object"));
    }
}

} // namespace
