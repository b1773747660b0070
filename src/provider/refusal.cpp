// Classifying refusals. Sources: the error tables of the OpenAI, Anthropic, Azure, Bedrock, Mistral, DeepSeek
// and OpenRouter references and the retry rules of their SDKs.
#include "provider/refusal.hpp"

#include <algorithm>
#include <array>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace provider {

namespace {

using Kind = Refusal::Kind;

struct CodeKind {
    std::string_view code;
    Kind kind;
};

/// Codes that say more than the status they come with.
constexpr std::array<CodeKind, 42> telling_codes{{
    {"no_db_connection", Kind::auth}, // LiteLLM: it does not know the key and has no database to look it up
    {"insufficient_quota", Kind::quota},
    {"billing_hard_limit_reached", Kind::quota},
    {"credit_balance_exhausted", Kind::quota},
    {"billing_error", Kind::quota},
    {"content_filter", Kind::content_filter},
    {"content_policy_violation", Kind::content_filter},
    {"ResponsibleAIPolicyViolation", Kind::content_filter},
    {"context_length_exceeded", Kind::context_length},
    {"API_KEY_INVALID", Kind::auth},
    {"server_is_overloaded", Kind::overloaded},
    {"slow_down", Kind::overloaded},
    {"overloaded_error", Kind::overloaded},
    {"timeout_error", Kind::timeout},
    {"DeploymentNotFound", Kind::missing_model},
    // AWS, with and without "Exception"; inside a stream they begin in lower case
    {"ThrottlingException", Kind::rate_limit},
    {"TooManyRequestsException", Kind::rate_limit},
    {"ModelNotReadyException", Kind::overloaded},
    {"ServiceUnavailableException", Kind::overloaded},
    {"ServiceUnavailable", Kind::overloaded},
    {"ModelTimeoutException", Kind::timeout},
    {"ModelErrorException", Kind::server},
    {"ModelStreamErrorException", Kind::server},
    {"InternalServerException", Kind::server},
    {"InternalFailure", Kind::server},
    {"ServiceQuotaExceededException", Kind::quota},
    {"ResourceNotFoundException", Kind::missing_model},
    {"AccessDeniedException", Kind::auth},
    {"AccessDenied", Kind::auth},
    {"UnrecognizedClientException", Kind::auth},
    {"InvalidClientTokenId", Kind::auth},
    {"InvalidSignatureException", Kind::auth},
    {"SignatureDoesNotMatch", Kind::auth},
    {"IncompleteSignature", Kind::auth},
    {"IncompleteSignatureException", Kind::auth},
    {"MissingAuthenticationToken", Kind::auth},
    {"MissingAuthenticationTokenException", Kind::auth},
    {"ExpiredTokenException", Kind::auth},
    {"ExpiredToken", Kind::auth},
    {"RequestExpired", Kind::auth},
    {"OptInRequired", Kind::auth},
    {"NotAuthorized", Kind::auth},
}};

/// Codes that replace a status where there is none: an error inside a 200.
constexpr std::array<CodeKind, 13> plain_codes{{
    {"rate_limit_error", Kind::rate_limit},
    {"rate_limit_exceeded", Kind::rate_limit},
    {"api_error", Kind::server},
    {"server_error", Kind::server},
    {"internal_server_error", Kind::server},
    {"The service is currently unavailable", Kind::overloaded}, // xAI
    {"authentication_error", Kind::auth},
    {"invalid_api_key", Kind::auth},
    {"permission_error", Kind::auth},
    {"not_found_error", Kind::missing_model},
    {"model_not_found", Kind::missing_model},
    {"invalid_request_error", Kind::bad_request},
    {"ValidationException", Kind::bad_request}, // AWS
}};

template <std::size_t N>
std::optional<Kind> find_code(const std::array<CodeKind, N>& table, const ErrorBody& error) {
    for (const CodeKind& row : table) {
        for (const std::string& code : error.codes) {
            if (base::same_ignoring_case(code, row.code)) return row.kind;
        }
    }
    return std::nullopt;
}

/// The words of an answer whose codes are as general as its status.
std::optional<Kind> kind_of_words(int status, std::string_view message) {
    const auto says = [&](std::string_view words) { return base::contains_ignoring_case(message, words); };
    if (status == 400 && (says("credit balance is too low") || says("spend limit"))) return Kind::quota;
    if (status == 400 && says("rejected as a result of our safety system")) return Kind::content_filter;
    if (status == 400 && says("invalid model name")) return Kind::missing_model; // LiteLLM
    const bool bad = status == 400 || status < 300; // Bedrock, whole or inside a stream
    if (bad && (says("model identifier is invalid") || says("on-demand throughput")))
        return Kind::missing_model;
    if (status == 403 && says("moderation")) return Kind::content_filter;                // OpenRouter
    if (status < 300 && says("unexpected endpoint or method")) return Kind::bad_request; // LM Studio
    return std::nullopt;
}

/// A 404 is about the model or about the path.
Kind kind_of_not_found(const ErrorBody& error) {
    if (error.html || base::same_ignoring_case(error.message, "not found")) return Kind::bad_request;
    const bool coded = std::any_of(error.codes.begin(), error.codes.end(), [](const std::string& code) {
        return base::contains_ignoring_case(code, "not_found") ||
               base::contains_ignoring_case(code, "NotFound");
    });
    return coded || base::contains_ignoring_case(error.message, "model") ? Kind::missing_model
                                                                         : Kind::bad_request;
}

Kind kind_of_status(int status, const ErrorBody& error) {
    switch (status) {
    case 401:
    case 403:
        return Kind::auth;
    case 402:
        return Kind::quota;
    case 404:
        return kind_of_not_found(error);
    case 408:
    case 504:
        return Kind::timeout;
    case 424: // the model behind the service failed (Bedrock, TGI)
        return Kind::server;
    case 429:
        return Kind::rate_limit;
    case 503:
    case 529:
        return Kind::overloaded;
    default: // statuses are not ours to list
        return status >= 500 ? Kind::server : status >= 400 ? Kind::bad_request : Kind::bad_response;
    }
}

bool about_the_prompt(int status) {
    constexpr std::array<int, 6> statuses{200, 400, 403, 413, 422, 429};
    return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

/// OpenRouter and others answer 200 with the real status as the error's code.
int status_in(int status, const ErrorBody& error) {
    if (status >= 300) return status;
    for (const std::string& code : error.codes) {
        const auto number = base::to_integer(code);
        if (number && *number >= 400 && *number <= 599) return static_cast<int>(*number);
    }
    return status;
}

bool says_login(std::string_view location) {
    constexpr std::array<std::string_view, 6> words{"login", "signin", "sign-in", "sign_in", "/sso", "oauth"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return base::contains_ignoring_case(location.substr(0, location.find('?')), word);
    });
}

Refusal redirected(const Endpoint& endpoint, const http::Response& response) {
    Refusal out;
    out.kind = Kind::bad_response;
    out.status = response.status;
    const auto target = http::parse_url(response.header("location"));
    out.detail = target ? base::format("redirected to '{}', and redirects are not followed", target->host)
                        : std::string("redirected elsewhere, and redirects are not followed");
    const bool login = says_login(response.header("location"));
    out.hint = login
                   ? base::format("a login page is in front of spec.base_url of model endpoint '{}': use the "
                                  "API's own address",
                                  endpoint.name)
                   : base::format("set spec.base_url of model endpoint '{}' to the address that answers",
                                  endpoint.name);
    out.request_id = tidy(endpoint, request_id_of(response));
    return out;
}

constexpr std::string_view cache_point = "cachePoint";

/// The field of a request that holds the model to a JSON Schema.
std::string_view schema_field(const Provider& provider) {
    if (provider.name == "ollama") return "format";
    if (provider.name == "bedrock") return "outputConfig";
    return provider.name == "anthropic" ? "output_config" : "response_format";
}

/// Servers that do not know the field, or cannot make a grammar of the schema, give no code for it; some
/// blame themselves (500), and Ollama says it inside a 200.
bool refuses_schema(const Refusal& refusal, const ErrorBody& error) {
    const bool fits = refusal.kind == Kind::bad_request || refusal.kind == Kind::bad_response ||
                      (refusal.kind == Kind::server && refusal.status == 500);
    return fits && error.parameter.empty() && says_schema_refused(error.message);
}

} // namespace

bool says_schema_refused(std::string_view text) {
    const auto says = [&](std::string_view words) { return base::contains_ignoring_case(text, words); };
    // Schemas of tools are refused in the same words.
    if (says("tools.") || says("input_schema") || says("schema for function")) return false;
    constexpr std::array<std::string_view, 16> words{
        "response_format",
        "output_config",
        "outputConfig", // Bedrock
        "textFormat",
        "output format", // Anthropic, of models without it
        "json_schema",
        "json schema", // Ollama: "invalid JSON schema in format"; llama.cpp: "JSON schema conversion failed"
        "structured output",
        "required for format",     // Ollama: "failed to load model vocabulary required for format"
        "failed to parse grammar", // llama.cpp
        "error parsing grammar",
        "failed to initialize grammar",
        "grammar error", // vLLM
        "compile grammar",
        "compiled grammar", // Anthropic: "The compiled grammar is too large"
        "schema is too complex",
    };
    return std::any_of(words.begin(), words.end(), says);
}

bool says_context_length(std::string_view text) {
    const auto says = [&](std::string_view words) { return base::contains_ignoring_case(text, words); };
    if (says("string_above_max_length") || says("invalid 'user'")) return false;
    constexpr std::array<std::string_view, 18> words{
        "context_length_exceeded",
        "ContextWindowExceededError", // LiteLLM, of whatever is behind it
        "maximum context length is",
        "maximum context limit",
        "is longer than the model's context length",
        "input tokens exceed the configured limit",
        "`inputs` tokens + `max_new_tokens` must be",   // TGI
        "exceeds the available context size",           // llama.cpp
        "exceeds the maximum number of tokens allowed", // Gemini
        "exceed context limit",
        "prompt is too long", // Anthropic, Bedrock
        "input is too long",
        "input tokens exceeded",        // Bedrock, of Nova
        "input tokens exceeds maximum", // likewise
        "too many input tokens",
        "prompt: length",
        "the prompt is longer than the context length", // Ollama
        "the input length exceeds the context length",  // Ollama, embeddings
    };
    if (std::any_of(words.begin(), words.end(), says)) return true;
    return (says("too large for model with") && says("context length")) || // Mistral
           (says("current length is") && says("while limit is")) ||        // Cerebras
           (says("maximum input length is") && says("tokens")) ||          // several
           (says("request too large") && says("tokens per min")); // OpenAI, Groq: it can never succeed
}

Kind kind_of(int status, const ErrorBody& error) {
    if (const auto kind = find_code(telling_codes, error)) return *kind;
    const int real = status_in(status, error);
    if (about_the_prompt(real) && says_context_length(error.message)) return Kind::context_length;
    if (const auto kind = kind_of_words(real, error.message)) return *kind;
    if (real < 300) return find_code(plain_codes, error).value_or(Kind::bad_response);
    // Bedrock's and OpenAI's "no such model" also come as 400.
    if (real == 400 && find_code(plain_codes, error) == Kind::missing_model) return Kind::missing_model;
    return kind_of_status(real, error);
}

std::optional<base::Duration> retry_after_of(const http::Response& response) {
    static constexpr double longest = 1e9; // seconds; keeps the arithmetic below from overflowing
    const auto duration = [](double seconds) {
        return base::Duration{static_cast<std::int64_t>(std::clamp(seconds, 0.0, longest) * 1e6)};
    };
    for (const std::string_view name : {"retry-after-ms", "x-amz-retry-after"}) {
        if (const auto ms = base::to_number(base::trim(response.header(name)))) return duration(*ms / 1000);
    }
    const std::string_view text = base::trim(response.header("retry-after"));
    if (const auto seconds = base::to_number(text)) return duration(*seconds);
    const auto until = base::parse_http_date(text);
    const auto now = base::parse_http_date(base::trim(response.header("date")));
    if (!until || !now) return std::nullopt;
    return std::max(*until - *now, base::Duration{});
}

std::optional<bool> should_retry_of(const http::Response& response) {
    const std::string_view text = base::trim(response.header("x-should-retry"));
    if (base::same_ignoring_case(text, "true")) return true;
    if (base::same_ignoring_case(text, "false")) return false;
    return std::nullopt;
}

std::string request_id_of(const http::Response& response) {
    for (const std::string_view name :
         {"x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "x-generation-id", "cf-ray"}) {
        if (const std::string_view id = response.header(name); !id.empty()) return std::string(id);
    }
    return {};
}

std::string tidy(const Endpoint& endpoint, std::string_view text) {
    constexpr std::size_t most = 300;
    base::Redactor redact;
    const std::string_view key = endpoint.credential.reveal();
    redact.add(key);
    redact.add(base::trim(key));
    if (const std::size_t space = base::trim(key).find(' '); space != std::string_view::npos)
        redact.add(base::trim(base::trim(key).substr(space))); // "Bearer KEY"
    return base::ellipsis(base::visible(redact(text)), most);
}

Refusal refusal_from(const Provider& provider, const Endpoint& endpoint, const http::Response& response) {
    if (response.status >= 300 && response.status < 400) return redirected(endpoint, response);
    ErrorBody error = error_body(response.body);
    if (const std::string code = aws_code(response.header("x-amzn-errortype")); !code.empty()) {
        error.codes.insert(error.codes.begin(), code);
        error.code = code;
    }
    Refusal out;
    out.kind = kind_of(response.status, error);
    out.status = response.status;
    out.code = tidy(endpoint, error.code);
    out.detail = error.message.empty() ? base::format("status {} without a message", response.status)
                                       : tidy(endpoint, error.message);
    out.parameter = tidy(endpoint, error.parameter);
    out.request_id = tidy(endpoint, request_id_of(response));
    out.retry_after = retry_after_of(response);
    out.should_retry = should_retry_of(response);
    // Groq: the model's call did not parse; asked again it may write one that does.
    if (!out.should_retry && out.code == "tool_use_failed") out.should_retry = true;
    const std::string field(schema_field(provider));
    if (refuses_schema(out, error) && !endpoint.dropped.contains(field)) {
        out.kind = Kind::bad_request;
        out.parameter = field;
    }
    // Bedrock: which models take marks for its cache, and where, is for them to say.
    if (out.kind == Kind::bad_request && out.parameter.empty() &&
        error.message.find(cache_point) != std::string::npos)
        out.parameter = cache_point;
    out.hint = hint_for(provider, endpoint, out, error);
    return out;
}

bool rejects_parameter(std::string_view code, std::string_view parameter) {
    // orloj's own wish, and the answer is checked without it: any complaint about it is enough.
    if (parameter == "response_format" || parameter == "format" || parameter == "output_config" ||
        parameter == "outputConfig" || parameter == cache_point)
        return true;
    constexpr std::array<std::string_view, 7> optional{
        "max_tokens", "max_completion_tokens", "temperature",   "top_p",
        "stop",       "parallel_tool_calls",   "stream_options"};
    return (code == "unsupported_parameter" || code == "extra_forbidden") &&
           std::find(optional.begin(), optional.end(), parameter) != optional.end();
}

std::string_view other_name(std::string_view parameter) {
    if (parameter == "max_tokens") return "max_completion_tokens";
    return parameter == "max_completion_tokens" ? "max_tokens" : "";
}

bool retryable(const Refusal& refusal) noexcept {
    if (refusal.should_retry) return *refusal.should_retry;
    switch (refusal.kind) {
    case Kind::network:
    case Kind::timeout:
    case Kind::rate_limit:
    case Kind::overloaded:
    case Kind::server:
        return true;
    case Kind::quota: // OpenRouter says so when credits are being refilled
        return refusal.status == 402 && refusal.retry_after.has_value();
    case Kind::bad_request:
        return refusal.status == 409; // a conflict passes; all SDKs try again
    case Kind::forbidden:
    case Kind::auth:
    case Kind::missing_model:
    case Kind::context_length:
    case Kind::content_filter:
    case Kind::bad_response:
    case Kind::configuration:
        return false;
    }
    return false;
}

} // namespace provider
