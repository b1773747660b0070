#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"
#include "provider/refusal.hpp"

namespace provider::test {
namespace {

using Kind = Refusal::Kind;

constexpr std::string_view sonnet = "anthropic.claude-sonnet-4-20250514-v1:0";

Refusal heard(int status, std::string_view code, std::string_view message,
              const std::string& region = "us-east-1", std::string_view model = sonnet, bool stream = false) {
    Endpoint endpoint = endpoint_of("bedrock", std::string(model));
    endpoint.credential = {};
    endpoint.options["region"] = region;
    endpoint.stream = stream;
    return refusal(row("bedrock").parse_response(
        endpoint, captured_chat(),
        answer(status, base::format(R"({{"message":"{}"}})", message),
               {{"x-amzn-RequestId", "req_1"},
                {"x-amzn-ErrorType", std::string(code) + ":http://internal.amazon.com/coral/"}})));
}

TEST_CASE("bedrock: an error's name decides, wherever it stands") {
    struct {
        int status;
        std::string code, message;
        Kind kind;
        bool again;
    } const table[] = {
        {429, "ThrottlingException", "Too many tokens, please wait before trying again.", Kind::rate_limit,
         true},
        {429, "ModelNotReadyException", "Model is not ready for inference.", Kind::overloaded, true},
        {408, "ModelTimeoutException", "m", Kind::timeout, true},
        {424, "ModelErrorException", "m", Kind::server, true},
        {424, "ModelStreamErrorException", "m", Kind::server, true},
        {500, "InternalServerException", "m", Kind::server, true},
        {503, "ServiceUnavailableException", "m", Kind::overloaded, true},
        {400, "ServiceQuotaExceededException", "m", Kind::quota, false},
        {404, "ResourceNotFoundException", "m", Kind::missing_model, false},
        {403, "AccessDeniedException", "m", Kind::auth, false},
        {403, "UnrecognizedClientException", "m", Kind::auth, false},
        {403, "InvalidSignatureException", "m", Kind::auth, false},
        {403, "SignatureDoesNotMatch", "m", Kind::auth, false},
        {403, "ExpiredTokenException", "m", Kind::auth, false},
        {400, "ExpiredToken", "m", Kind::auth, false},
        {400, "RequestExpired", "m", Kind::auth, false},
        {400, "ValidationException", "m", Kind::bad_request, false},
        {400, "ValidationException", "The provided model identifier is invalid.", Kind::missing_model, false},
        {400, "ValidationException",
         "Invocation of model ID x with on-demand throughput isn\xE2\x80\x99t supported. Retry your request "
         "with "
         "the ID or ARN of an inference profile that contains this model.",
         Kind::missing_model, false},
        {400, "ValidationException", "The toolConfig field must be defined when using toolUse.",
         Kind::bad_request, false},
        {400, "ValidationException", "The model returned the following errors: prompt is too long: 9 > 8",
         Kind::context_length, false},
        {400, "ValidationException", "Input is too long for requested model.", Kind::context_length, false},
        {400, "ValidationException",
         "The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds "
         "maximum "
         "length.",
         Kind::context_length, false},
        {400, "ValidationException",
         "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context "
         "length",
         Kind::context_length, false},
    };
    const Endpoint endpoint = endpoint_of("bedrock", "m");
    for (const auto& r : table) {
        CAPTURE(r.code);
        CAPTURE(r.message);
        const Refusal no = heard(r.status, r.code, r.message);
        CHECK(no.kind == r.kind);
        CHECK(no.status == r.status);
        CHECK(no.code == r.code);
        CHECK(no.request_id == "req_1");
        CHECK(retryable(no) == r.again);
        // The same in the body, as older services say it.
        const Refusal typed = refusal(row("bedrock").parse_response(
            endpoint, captured_chat(),
            answer(r.status,
                   base::format(R"({{"__type":"com.amazon.coral#{}","Message":"{}"}})", r.code, r.message))));
        CHECK(typed.kind == r.kind);
        CHECK(typed.code == r.code);
    }
    CHECK(aws_code("a#b#C:d:e") == "C");
    CHECK(aws_code("C") == "C");
    CHECK(aws_code("") == "");
}

TEST_CASE("bedrock: how long to wait") {
    const struct {
        std::string name, value;
        std::int64_t us;
    } table[] = {{"x-amz-retry-after", "1500", 1'500'000}, {"retry-after", "2", 2'000'000}};
    for (const auto& r : table)
        CHECK(retry_after_of(answer(429, "", {{r.name, r.value}}))->us == r.us);
}

TEST_CASE("bedrock: the next step") {
    const std::string keys = "the Secret in spec.auth.secretRef of model endpoint 'default/e' or, without "
                             "one, AWS's environment and "
                             "profile";
    const std::string throughput = "Invocation of model ID x with on-demand throughput isn't supported.";
    const std::string invalid = "The provided model identifier is invalid.";
    struct {
        int status;
        std::string code, message, region, hint;
    } const table[] = {
        {403, "AccessDeniedException", "You don't have access to the model with the specified model ID.",
         "us-east-1",
         "enable access to model 'anthropic.claude-sonnet-4-20250514-v1:0' in the Bedrock console of "
         "us-east-1 "
         "(Model access), and allow the IAM action bedrock:InvokeModel"},
        {403, "AccessDeniedException",
         "User: arn:aws:iam::1:user/u is not authorized to perform: bedrock:InvokeModel on resource: r",
         "us-east-1",
         "allow the IAM action bedrock:InvokeModel on model 'anthropic.claude-sonnet-4-20250514-v1:0' for "
         "who "
         "calls; keys come from " +
             keys},
        {403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.",
         "us-east-1", "store a Bedrock API key that is valid and of this account in " + keys},
        {403, "UnrecognizedClientException", "The security token included in the request is invalid.",
         "us-east-1",
         "AWS does not know the access key, or its session token belongs to another: check " + keys},
        {403, "InvalidSignatureException",
         "Signature expired: 20260101T000000Z is now earlier than 20260102T000000Z", "us-east-1",
         "set this machine's clock: AWS takes no request whose time is more than five minutes off"},
        {403, "SignatureDoesNotMatch", "The request signature we calculated does not match", "us-east-1",
         "check that the secret access key belongs to the access key id, and that no proxy changes requests; "
         "keys come from " +
             keys},
        {403, "ExpiredTokenException", "The security token included in the request is expired", "us-east-1",
         "get fresh keys: the session token has expired; keys come from " + keys},
        {403, "MissingAuthenticationTokenException", "Missing Authentication Token", "us-east-1",
         "no signature arrived: check " + keys + ", and that no proxy takes headers out"},
        {400, "ValidationException", throughput, "us-west-2",
         "write the id of an inference profile under spec of model endpoint 'default/e': default_model: "
         "us.anthropic.claude-sonnet-4-20250514-v1:0"},
        {400, "ValidationException", throughput, "eu-central-1",
         "write the id of an inference profile under spec of model endpoint 'default/e': default_model: "
         "eu.anthropic.claude-sonnet-4-20250514-v1:0"},
        {400, "ValidationException", throughput, "ap-south-1",
         "write the id of an inference profile under spec of model endpoint 'default/e': default_model: "
         "apac.anthropic.claude-sonnet-4-20250514-v1:0"},
        {400, "ValidationException", throughput, "us-gov-west-1",
         "write the id of an inference profile under spec of model endpoint 'default/e': default_model: "
         "us-gov.anthropic.claude-sonnet-4-20250514-v1:0"},
        {400, "ValidationException", throughput, "sa-east-1",
         "write the id of an inference profile under spec of model endpoint 'default/e': default_model: "
         "global.anthropic.claude-sonnet-4-20250514-v1:0"},
        {400, "ValidationException", invalid, "us-east-1",
         "check the spelling of spec.default_model of model endpoint 'default/e' and that "
         "'anthropic.claude-sonnet-4-20250514-v1:0' is offered in us-east-1: orloj get model-endpoints "
         "--probe, "
         "or the Bedrock console"},
        {404, "ResourceNotFoundException", "Model use case details have not been submitted for this account.",
         "us-east-1",
         "fill in the form about your use case in the Bedrock console (Model catalog), once per account"},
        {400, "ServiceQuotaExceededException", "m", "us-east-1",
         "ask for a higher quota of model 'anthropic.claude-sonnet-4-20250514-v1:0' in the Service Quotas "
         "console "
         "of us-east-1"},
        {400, "ValidationException", "This model doesn't support tool use in streaming mode.", "us-east-1",
         "set options.stream of model endpoint 'default/e' to \"false\": this model can do that only in one "
         "piece"},
        {400, "ValidationException", "This model doesn't support tool use.", "us-east-1",
         "choose a model that can call tools, or an agent without tools"},
        {400, "ValidationException", "Input is too long for requested model.", "us-east-1",
         "shorten the input, or choose a model with a larger context window"},
        {400, "ValidationException", "m", "us-east-1", ""},
        {429, "ThrottlingException", "m", "us-east-1", ""},
    };
    for (const auto& r : table) {
        CAPTURE(r.message);
        CHECK(heard(r.status, r.code, r.message, r.region).hint == r.hint);
    }
    CHECK(heard(403, "AccessDeniedException", "m", "us-east-1", sonnet, true).hint ==
          "enable access to model 'anthropic.claude-sonnet-4-20250514-v1:0' in the Bedrock console of "
          "us-east-1 "
          "(Model access), and allow the IAM action bedrock:InvokeModelWithResponseStream");
    const std::string arn = "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.x.y";
    CHECK(heard(400, "ValidationException", invalid, "us-east-1", arn).hint ==
          "model '" + arn +
              "' is in eu-west-1, and model endpoint 'default/e' asks in us-east-1: set options.region to "
              "eu-west-1");
}

TEST_CASE("bedrock: a schema that is refused is told another way") {
    const Refusal no =
        heard(400, "ValidationException", "This model doesn't support the outputConfig.textFormat field.");
    CHECK(no.kind == Kind::bad_request);
    CHECK(no.parameter == "outputConfig");
    CHECK(rejects_parameter(no.code, no.parameter));
}

TEST_CASE("bedrock: marks for the cache that are refused are left out") {
    const Refusal no =
        heard(400, "ValidationException",
              "Malformed input request: #/toolConfig/tools/0: extraneous key [cachePoint] is not "
              "permitted, please reformat your input and try again.");
    CHECK(no.kind == Kind::bad_request);
    CHECK(no.parameter == "cachePoint");
    CHECK(rejects_parameter(no.code, no.parameter));
    Endpoint endpoint = endpoint_of("bedrock", std::string(sonnet));
    endpoint.options["region"] = "us-east-1";
    Conversation asked = captured_tools_turn1();
    asked.messages.push_back(text_message(Role::user, std::string(5000, 'x')));
    CHECK(request(row("bedrock"), endpoint, asked).body.find("cachePoint") != std::string::npos);
    endpoint.dropped = {"cachePoint"};
    CHECK(request(row("bedrock"), endpoint, asked).body.find("cachePoint") == std::string::npos);
}

TEST_CASE("bedrock: a host that is not reached") {
    Endpoint endpoint = endpoint_of("bedrock", "m");
    endpoint.options["region"] = "us-east-9";
    http::Failure failure;
    failure.kind = http::Failure::Kind::unresolved;
    failure.detail = "could not resolve";
    CHECK(
        refusal_of(row("bedrock"), endpoint, failure).hint ==
        "check the network, the proxy settings and the region or endpoint URL of model endpoint 'default/e', "
        "which lead to 'bedrock-runtime.us-east-9.amazonaws.com'");
    endpoint.base_url = "http://127.0.0.1:4566";
    failure.kind = http::Failure::Kind::refused;
    CHECK(refusal_of(row("bedrock"), endpoint, failure).hint ==
          "nothing answers at '127.0.0.1:4566': start the server there or correct spec.base_url of model "
          "endpoint 'default/e'");
}

} // namespace
} // namespace provider::test
