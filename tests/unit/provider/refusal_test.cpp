#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cases.hpp"
#include "provider/refusal.hpp"

namespace provider::test {
namespace {

using Kind = Refusal::Kind;

Refusal heard(std::string_view provider, const Endpoint& endpoint, const http::Response& response) {
    return refusal(row(provider).parse_response(endpoint, captured_chat(), response));
}

TEST_CASE("error bodies of every shape") {
    struct {
        std::string body, message, code, parameter;
    } const table[] = {
        {R"({"error":{"message":"No such model","type":"invalid_request_error","param":"model","code":"model_not_found"}})",
         "No such model", "model_not_found", "model"},
        {R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"})",
         "Overloaded", "overloaded_error", ""},
        {R"({"type":"error","error":{"type":"invalid_request_error","message":"m","details":{"error_code":"e1"}}})",
         "m", "invalid_request_error", ""},
        {R"([{"error":{"code":429,"message":"Resource exhausted","status":"RESOURCE_EXHAUSTED"}}])",
         "Resource exhausted", "RESOURCE_EXHAUSTED", ""},
        {R"({"error":"model is loading","error_type":"overloaded"})", "model is loading", "overloaded", ""},
        {R"({"code":"The service is currently unavailable","error":"try later"})", "try later",
         "The service is currently unavailable", ""},
        {R"({"errors":[{"code":10000,"message":"Authentication error"}]})", "Authentication error", "10000",
         ""},
        {R"({"detail":"Not Found"})", "Not Found", "", ""},
        {R"({"detail":[{"loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"},)"
         R"({"loc":["body",0],"msg":"bad"}]})",
         "body.max_completion_tokens: Extra inputs are not permitted; body.0: bad", "extra_forbidden",
         "max_completion_tokens"},
        {R"({"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404})",
         "The model `x` does not exist.", "NotFoundError", ""},
        {R"({"__type":"com.amazon#ThrottlingException","Message":"slow"})", "slow", "ThrottlingException",
         ""},
        {"<html><head><title>502 Bad Gateway</title></head><body>x</body></html>",
         "502 Bad Gateway (an HTML page)", "", ""},
        {"<html>nothing</html>", "an HTML page", "", ""},
        {"upstream  connect\n error", "upstream connect error", "", ""},
        {R"("just text")", "just text", "", ""},
        {R"({"error":{"code":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
         R"({"code":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}})", "x", ""},
        {"", "", "", ""},
        {"{}", "{}", "", ""},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        const ErrorBody got = error_body(r.body);
        CHECK(got.message == r.message);
        CHECK(got.code == r.code);
        CHECK(got.parameter == r.parameter);
    }
}

std::string error(std::string_view code, std::string_view message = "m") {
    return base::format(R"({{"error":{{"message":"{}","type":"t","code":"{}"}}}})", message, code);
}

TEST_CASE("what a refusal is, and whether trying again helps") {
    struct {
        int status;
        std::string body;
        Kind kind;
        bool retry;
    } const table[] = {
        {400, error("x"), Kind::bad_request, false},
        {400,
         error("400", "/chat/completions: Invalid model name passed in model=m. Call `/v1/models` to view"),
         Kind::missing_model, false},
        {401, error("invalid_api_key"), Kind::auth, false},
        {402, error("x"), Kind::quota, false},
        {403, error("x"), Kind::auth, false},
        {404, error("model_not_found"), Kind::missing_model, false},
        {404, error("x", "model 'q' not found"), Kind::missing_model, false},
        {404, R"({"type":"error","error":{"type":"not_found_error","message":"model: claude-x"}})",
         Kind::missing_model, false},
        {404, R"({"type":"error","error":{"type":"not_found_error","message":"Not Found"}})",
         Kind::bad_request, false},
        {404, error("", "Invalid URL (POST /v1/chat)"), Kind::bad_request, false},
        {404, R"({"detail":"Not Found"})", Kind::bad_request, false},
        {404, "<html><title>404 model</title></html>", Kind::bad_request, false},
        {404, error("DeploymentNotFound"), Kind::missing_model, false},
        {405, "", Kind::bad_request, false},
        {408, "", Kind::timeout, true},
        {409, "", Kind::bad_request, true},
        {413, error("request_too_large"), Kind::bad_request, false},
        {422, error("x"), Kind::bad_request, false},
        {424, error("x"), Kind::server, true},
        {429, error("rate_limit_exceeded"), Kind::rate_limit, true},
        {429, error("insufficient_quota"), Kind::quota, false},
        {429, R"({"error":{"message":"m","type":"insufficient_quota","code":null}})", Kind::quota, false},
        {429, error("billing_hard_limit_reached"), Kind::quota, false},
        {429, error("slow_down"), Kind::overloaded, true},
        {429, error("x", "Request too large for gpt-4o on tokens per min (TPM)"), Kind::context_length,
         false},
        {500, error("x", "prompt is too long"), Kind::server, true},
        {502, "<html></html>", Kind::server, true},
        {503, error("x"), Kind::overloaded, true},
        {504, "", Kind::timeout, true},
        {522, "", Kind::server, true},
        {529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
         Kind::overloaded, true},
        {400,
         R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}})",
         Kind::quota, false},
        {400, error("context_length_exceeded"), Kind::context_length, false},
        {400, error("x", "prompt is too long: 9 tokens > 8 maximum"), Kind::context_length, false},
        {400, error("string_above_max_length", "string_above_max_length: input is too long"),
         Kind::bad_request, false},
        {400, error("content_filter"), Kind::content_filter, false},
        {400, error("x", "rejected as a result of our safety system"), Kind::content_filter, false},
        {403, error("403", "requires moderation on X"), Kind::content_filter, false},
        {400,
         R"({"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}})",
         Kind::auth, false},
        {400, error("x", "the number 429 in a message decides nothing"), Kind::bad_request, false},
        {200, R"({"error":{"code":429,"message":"slow"}})", Kind::rate_limit, true},
        {200, R"({"error":{"code":502,"message":"down"}})", Kind::server, true},
        {200, R"({"type":"error","error":{"type":"overloaded_error","message":"m"}})", Kind::overloaded,
         true},
        {200, R"({"type":"error","error":{"type":"api_error","message":"m"}})", Kind::server, true},
        {200, R"({"code":"The service is currently unavailable","error":"m"})", Kind::overloaded, true},
        {200, R"({"error":"something"})", Kind::bad_response, false},
        {302, "", Kind::bad_response, false},
    };
    for (const auto& r : table) {
        CAPTURE(r.status);
        CAPTURE(r.body);
        const Refusal no = heard("openai", endpoint_of("openai"), answer(r.status, r.body));
        CHECK(no.kind == r.kind);
        CHECK(no.status == r.status);
        CHECK(retryable(no) == r.retry);
    }
}

TEST_CASE("a prompt that is too long, in the words of every provider") {
    for (const std::string text : {
             "This model's maximum context length is 8192 tokens. However, you requested 9000.",
             "Error code: context_length_exceeded",
             "the maximum context limit was reached",
             "litellm.ContextWindowExceededError: litellm.BadRequestError: too much",
             "The input (9 tokens) is longer than the model's context length (8 tokens).",
             "Input tokens exceed the configured limit of 8 tokens.",
             "`inputs` tokens + `max_new_tokens` must be <= 4096.",
             "the request exceeds the available context size. try increasing it",
             "The input token count (9) exceeds the maximum number of tokens allowed (8).",
             "input length and `max_tokens` exceed context limit: 9 + 8 > 10",
             "prompt is too long: 210000 tokens > 200000 maximum",
             "Input is too long for requested model.",
             "Too many input tokens",
             "Prompt: length 9 exceeds 8",
             "Please reduce the length. Current length is 9 while limit is 8",
             "The maximum input length is 8 tokens",
             "the prompt is longer than the context length",
             "the input length exceeds the context length",
             "Request too large for model `m` in organization `o` on tokens per minute (TPM)",
         }) {
        CAPTURE(text);
        CHECK(says_context_length(text));
        CHECK(says_context_length(base::upper(text)));
    }
    for (const std::string text :
         {"Invalid 'messages[0].content': string too long. string_above_max_length, prompt is too long",
          "Invalid 'user': string too long, input is too long",
          "Too many tokens, please wait before trying again.",
          "Rate limit reached for gpt-4o on tokens per min", "context", ""}) {
        CAPTURE(text);
        CHECK(!says_context_length(text));
    }
}

TEST_CASE("how long a server asks to wait") {
    const std::string date = "Sun, 22 Nov 2026 13:00:00 GMT";
    struct {
        std::vector<http::Header> headers;
        std::optional<std::int64_t> ms;
    } const table[] = {
        {{{"Retry-After", "2"}}, 2000},
        {{{"retry-after", " 0.5 "}}, 500},
        {{{"retry-after-ms", "250"}, {"retry-after", "9"}}, 250},
        {{{"retry-after", "-3"}}, 0},
        {{{"retry-after", "Sun, 22 Nov 2026 13:00:30 GMT"}, {"Date", date}}, 30'000},
        {{{"retry-after", "Sun, 22 Nov 2026 12:00:00 GMT"}, {"Date", date}}, 0},
        {{{"retry-after", "Sun, 22 Nov 2026 13:00:30 GMT"}}, std::nullopt},
        {{{"retry-after", "soon"}, {"Date", date}}, std::nullopt},
        {{{"retry-after", "1e300"}}, 1'000'000'000'000},
        {{}, std::nullopt},
    };
    for (const auto& r : table) {
        const Refusal no = heard("openai", endpoint_of("openai"), answer(429, error("x"), r.headers));
        CHECK(no.retry_after.has_value() == r.ms.has_value());
        if (r.ms && no.retry_after) CHECK(no.retry_after->ms() == *r.ms);
    }
}

TEST_CASE("x-should-retry and waiting for credit override the table") {
    CHECK(retryable(heard("openai", endpoint_of("openai"), answer(400, "", {{"x-should-retry", "true"}}))));
    CHECK(!retryable(heard("openai", endpoint_of("openai"), answer(500, "", {{"x-should-retry", "false"}}))));
    CHECK(retryable(heard("openai", endpoint_of("openai"), answer(402, "", {{"retry-after", "1"}}))));
}

TEST_CASE("request ids come from the headers") {
    CHECK(
        heard("anthropic", endpoint_of("anthropic"), answer(500, "", {{"Request-Id", "req_9"}})).request_id ==
        "req_9");
    CHECK(heard("openai", endpoint_of("openai"), answer(500, "", {{"cf-ray", "r"}, {"x-request-id", "x"}}))
              .request_id == "x");
}

TEST_CASE("a redirect is named, not followed") {
    const Refusal no = heard("openai", endpoint_of("openai"),
                             answer(308, "", {{"Location", "https://other.example/v1?token=t"}}));
    CHECK(no.kind == Kind::bad_response);
    CHECK(no.detail == "redirected to 'other.example', and redirects are not followed");
    CHECK(no.hint == "set spec.base_url of model endpoint 'default/e' to the address that answers");
    CHECK(heard("openai", endpoint_of("openai"), answer(302, "", {{"Location", "/login"}})).detail ==
          "redirected elsewhere, and redirects are not followed");
}

TEST_CASE("a refusal never holds the key") {
    for (const std::string key : {"sk-verysecret-42", " sk-verysecret-42\n", "Bearer sk-verysecret-42"}) {
        Endpoint endpoint = endpoint_of("openai");
        endpoint.credential = base::SecretText(key);
        const Refusal no = heard(
            "openai", endpoint,
            answer(
                401,
                R"({"error":{"message":"Incorrect API key: sk-verysecret-42","code":"sk-verysecret-42","param":"sk-verysecret-42"}})",
                {{"x-request-id", "sk-verysecret-42"}}));
        for (const std::string& text : {no.detail, no.code, no.parameter, no.hint, no.request_id})
            CHECK(text.find("verysecret") == std::string::npos);
        CHECK(no.detail == "Incorrect API key: [secret]");
    }
}

TEST_CASE("details are one line, short and harmless to a terminal") {
    const Refusal no =
        heard("openai", endpoint_of("openai"),
              answer(400, R"({"error":{"message":"a\n b\u001b[31m )" + std::string(1000, 'x') + "\"}}"));
    CHECK(no.detail.starts_with("a b\\x1b[31m xxx"));
    CHECK(no.detail.ends_with("xxx..."));
    CHECK(no.detail.size() == 300);
    CHECK(heard("openai", endpoint_of("openai"), answer(500, "")).detail == "status 500 without a message");
}

TEST_CASE("hints say the next step") {
    struct {
        std::string provider, base_url, key;
        int status;
        std::string body, hint;
    } const table[] = {
        {"openai", "https://api.openai.com/v1", "sk-ant-abc", 401, error("invalid_api_key"),
         "an Anthropic key (sk-ant-...) was sent to OpenAI: put the right key into spec.auth.secretRef of "
         "model "
         "endpoint 'default/e'"},
        {"anthropic", "https://api.anthropic.com", "sk-proj-abc", 401, error("authentication_error"),
         "an OpenAI key (sk-...) was sent to Anthropic: put the right key into spec.auth.secretRef of model "
         "endpoint 'default/e'"},
        {"openai", "https://api.openai.com/v1", "gsk_abc", 401, error("x"),
         "a Groq key (gsk_...) was sent to OpenAI: put the right key into spec.auth.secretRef of model "
         "endpoint "
         "'default/e'"},
        {"openai", "https://api.openai.com/v1", "sk-abc", 401, error("x"),
         "check that the key of model endpoint 'default/e' (spec.auth.secretRef or OPENAI_API_KEY) is valid "
         "and "
         "may use model 'm'"},
        {"openai", "https://gateway.example/v1", "sk-ant-abc", 403, error("x"),
         "the key looks like an Anthropic key (sk-ant-...), but the endpoint speaks openai: check "
         "spec.auth.secretRef and spec.provider of model endpoint 'default/e'"},
        {"openai-compatible", "http://h/v1", "", 401, error("x"),
         "no key was sent: set spec.auth.secretRef of model endpoint 'default/e'"},
        {"openai", "", "k", 404, error("model_not_found"),
         "check spec.default_model of model endpoint 'default/e': 'm' is what was asked for"},
        {"openai-compatible", "http://h:1?token=t", "k", 404, "<html></html>",
         "check the path of spec.base_url of model endpoint 'default/e': 'http://h:1' is where requests go, "
         "and "
         "most servers want it to end in /v1"},
        {"openai-compatible", "http://127.0.0.1:1234", "k", 200,
         R"j({"error":"Unexpected endpoint or method. (POST /chat/completions)"})j",
         "set spec.base_url of model endpoint 'default/e' to 'http://127.0.0.1:1234/v1'"},
        {"openai-compatible", "http://h/v1", "k", 400,
         error(
             "x",
             "\\\"auto\\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"),
         "start vLLM with --enable-auto-tool-choice and --tool-call-parser"},
        {"openai", "", "k", 429, error("insufficient_quota"),
         "check the credit and billing of the account behind the key of model endpoint 'default/e'"},
        {"openai", "", "k", 400, error("context_length_exceeded"),
         "shorten the input, or choose a model with a larger context window"},
        {"openai", "", "k", 400,
         R"({"error":{"message":"Unsupported parameter","code":"unsupported_parameter","param":"max_completion_tokens"}})",
         "change or remove options.max_tokens of model endpoint 'default/e'"},
        {"openai", "", "k", 400, R"({"error":{"message":"m","param":"messages"}})", ""},
        {"openai", "", "k", 429, error("x"), ""},
        {"openai", "", "k", 500, error("x"), ""},
    };
    for (const auto& r : table) {
        CAPTURE(r.body);
        Endpoint endpoint = endpoint_of(r.provider);
        if (!r.base_url.empty()) endpoint.base_url = r.base_url;
        endpoint.credential = base::SecretText(r.key);
        endpoint.options["max_tokens"] = "5";
        CHECK(heard(r.provider, endpoint, answer(r.status, r.body)).hint == r.hint);
    }
}

TEST_CASE("failures of the transport") {
    using Failure = http::Failure::Kind;
    struct {
        Failure failure;
        Kind kind;
        bool retry;
        std::string code, hint;
    } const table[] = {
        {Failure::unresolved, Kind::network, true, "unresolved",
         "check spec.base_url of model endpoint 'default/e': 'localhost:1' has no address, or this machine "
         "is "
         "offline"},
        {Failure::refused, Kind::network, true, "refused",
         "nothing answers at 'localhost:1': start the server there or correct spec.base_url of model "
         "endpoint "
         "'default/e'"},
        {Failure::unreachable, Kind::network, true, "unreachable",
         "check the network, the proxy settings and spec.base_url of model endpoint 'default/e'"},
        {Failure::forbidden, Kind::forbidden, false, "forbidden",
         "if this address is meant, write allowPrivate: true under spec of model endpoint 'default/e'"},
        {Failure::tls, Kind::network, false, "tls",
         "check the scheme and port in spec.base_url of model endpoint 'default/e': what answers there may "
         "not "
         "speak TLS, or only an old version"},
        {Failure::connect_timeout, Kind::timeout, true, "connect_timeout",
         "check the network, the proxy settings and spec.base_url of model endpoint 'default/e'"},
        {Failure::timeout, Kind::timeout, true, "timeout", ""},
        {Failure::broken, Kind::network, true, "broken", ""},
        {Failure::too_large, Kind::bad_response, false, "too_large", ""},
        {Failure::protocol, Kind::bad_response, false, "protocol",
         "check the scheme and port in spec.base_url of model endpoint 'default/e'"},
        {Failure::cancelled, Kind::network, false, "cancelled", ""},
        {Failure::unavailable, Kind::configuration, false, "unavailable", "install libcurl 7.85 or newer"},
        {Failure::unrecorded, Kind::configuration, false, "unrecorded",
         "the run asks something else than when it was recorded: record it again with --record FILE"},
    };
    for (const auto& r : table) {
        CAPTURE(r.code);
        Endpoint endpoint = endpoint_of("openai");
        endpoint.base_url = "http://localhost:1/v1";
        http::Failure failure;
        failure.kind = r.failure;
        failure.detail = "what happened";
        const Refusal no = refusal_of(row("openai"), endpoint, failure);
        CHECK(no.kind == r.kind);
        CHECK(no.code == r.code);
        CHECK(no.status == 0);
        CHECK(no.detail == "what happened");
        CHECK(no.hint == r.hint);
        CHECK(retryable(no) == r.retry);
    }
    const std::pair<http::Failure::Tls, std::string> tls[] = {
        {http::Failure::Tls::untrusted, "if this server or proxy is meant, save its CA certificate and set "
                                        "options.ca_bundle of model endpoint "
                                        "'default/e' to that file (or SSL_CERT_FILE, for all endpoints)"},
        {http::Failure::Tls::expired, "the server needs a new certificate; check this machine's clock, too"},
        {http::Failure::Tls::wrong_host, "use a host name the certificate is made out to in spec.base_url of "
                                         "model endpoint 'default/e'; a proxy "
                                         "may be in between"},
        {http::Failure::Tls::proxy,
         "if this proxy is meant, add its CA certificate to the file that SSL_CERT_FILE names"},
        {http::Failure::Tls::ca_bundle,
         "set options.ca_bundle of model endpoint 'default/e' to a PEM file of CA certificates"},
    };
    for (const auto& [about, hint] : tls) {
        http::Failure failure{.kind = Failure::tls, .detail = "what happened", .tls = about};
        CHECK(refusal_of(row("openai"), endpoint_of("openai"), failure).hint == hint);
    }
    Endpoint trusting = endpoint_of("bedrock");
    trusting.place.ca_bundle = "/nonexistent";
    const http::Failure no_file{.kind = Failure::tls, .detail = "x", .tls = http::Failure::Tls::ca_bundle};
    CHECK(refusal_of(row("bedrock"), trusting, no_file).hint ==
          "correct AWS_CA_BUNDLE, or ca_bundle of the AWS profile: it has to name a PEM file of CA "
          "certificates");
    Endpoint metadata = endpoint_of("openai");
    metadata.base_url = "http://169.254.169.254/v1"; // no option opens this one
    CHECK(refusal_of(row("openai"), metadata, {Failure::forbidden, "", {}, false}).hint == "");
    CHECK(refusal_of(row("openai"), metadata, {Failure::broken, "", {}, false}).detail ==
          "no answer (broken)");
    CHECK(refusal_of(row("ollama"), endpoint_of("ollama"), {Failure::refused, "", {}, false}).hint ==
          "nothing answers at '127.0.0.1:11434': start Ollama with 'ollama serve' or open its app; from "
          "inside a container the machine is 'host.docker.internal'");
}

TEST_CASE("a proxy that does not answer is told from the server behind it") {
    http::Failure failure{
        http::Failure::Kind::refused, "nothing listens at the proxy 127.0.0.1:3128", {}, false};
    failure.via_proxy = true;
    const Refusal no = refusal_of(row("openai"), endpoint_of("openai"), failure);
    CHECK(no.via_proxy);
    CHECK(
        no.hint ==
        "the proxy does not answer: start it, correct http_proxy or https_proxy, or add 'api.openai.com' to "
        "no_proxy");
    failure.kind = http::Failure::Kind::broken;
    CHECK(refusal_of(row("openai"), endpoint_of("openai"), failure).hint.find("proxy") == std::string::npos);
}

TEST_CASE("LiteLLM says of a key it does not know that it has no database") {
    const Refusal no =
        refusal(row("openai-compatible")
                    .parse_response(endpoint_of("openai-compatible"), captured_chat(),
                                    answer(400, R"({"error":{"message":"No connected db.",)"
                                                R"("type":"no_db_connection","code":"400"}})")));
    CHECK(no.kind == Refusal::Kind::auth);
}

} // namespace
} // namespace provider::test
