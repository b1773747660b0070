// Reading a provider's "no". Statuses and codes decide; words only where neither says enough (a prompt that
// is too long is a plain 400 at most services). Invariant: no Refusal made here holds the endpoint's key,
// even when the provider sent it back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provider/provider.hpp"

namespace provider {

/// An error body in one shape.
struct ErrorBody {
    std::string message;
    std::string code;               ///< what Refusal::code becomes: the code, or the type without one
    std::vector<std::string> codes; ///< every code, type, status and reason found, outermost first
    std::string parameter;
    bool html = false;
};

/// Takes the message and codes out of the shapes in use: {"error": {...}}, {"error": "..."}, [{"error":
/// ...}],
/// {"errors": [...]}, {"detail": ...}, {"message": ...}, HTML (title only), anything else (first 300 bytes).
ErrorBody error_body(std::string_view body);

/// An error's name as AWS's services spell it: "ThrottlingException" of
/// "com.amazon.coral.availability#ThrottlingException:http://...".
std::string aws_code(std::string_view text);

/// `status` is that of the response; for an error inside a 200 the codes decide.
Refusal::Kind kind_of(int status, const ErrorBody& error);
/// Whether the text says that the prompt is too long, in the words of any known provider.
bool says_context_length(std::string_view text);
/// Whether the text says that a model cannot be held to the JSON Schema of its answer.
bool says_schema_refused(std::string_view text);

/// `retry-after-ms` and AWS's `x-amz-retry-after` (ms), then `retry-after` in seconds or as a date relative
/// to the response's own Date header.
std::optional<base::Duration> retry_after_of(const http::Response& response);
std::optional<bool> should_retry_of(const http::Response& response);
std::string request_id_of(const http::Response& response);

/// The whole refusal of a response that is not an answer, with its hint.
Refusal refusal_from(const Provider& provider, const Endpoint& endpoint, const http::Response& response);

/// The next step for the person, "" when orloj knows none.
std::string hint_for(const Provider& provider, const Endpoint& endpoint, const Refusal& refusal,
                     const ErrorBody& error);

/// One line of at most 300 columns without control characters and without the endpoint's key.
std::string tidy(const Endpoint& endpoint, std::string_view text);

} // namespace provider
