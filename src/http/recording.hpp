// Exchanges with providers in a file, so that a run can be played again without a network, a key or a bill.
// Invariant: no secret is in it. Keys travel in secret headers, which are not written; everything that is
// written was redacted before, since servers echo keys; of other headers only those below are kept.
//
// The format: one JSON object a line (schema/type.hpp describes it in recording.cpp). The first line is
//
//     {"apiVersion":"orloj.dev/v1","kind":"Recording","version":1}
//
// and every other line one exchange, in the order in which they ended:
//
//     {"request":{"method":"POST","url":"https://...","headers":[{"name":"accept","value":"..."}],
//                 "body":"..."},
//      "response":{"status":200,"headers":[...],"body":"...","pieces":[120,64],"first_byte_ms":310,
//                  "total_ms":900}}
//
// or "failure":{"kind":"broken","detail":"...","body":"...","pieces":[120],"total_ms":900} in place of the
// response; its body is the part that came. `url` is as http::displayed() shows it. A body that is not UTF-8
// stands under `body_base64` instead. `pieces` are the lengths in bytes in which a streamed body came; where
// redaction changed the body, what follows the first change is one piece. Request headers kept: accept,
// content-type, anthropic-version, anthropic-beta. Response headers left out: cookies, and all whose name
// sounds like a credential; the query values of a `location` are hidden.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/replay.hpp"
#include "schema/type.hpp"

namespace http {

/// Takes secrets out of a text.
using Redact = std::function<std::string(std::string_view)>;

struct RecordedRequest {
    std::string method;
    std::string url;
    std::vector<Header> headers;
    std::string body; ///< as text, or
    std::string body_base64;
};

struct RecordedResponse {
    std::int64_t status = 0;
    std::vector<Header> headers;
    std::string body;
    std::string body_base64;
    std::vector<std::int64_t> pieces;
    std::int64_t first_byte_ms = 0;
    std::int64_t total_ms = 0;
    bool via_proxy = false;
};

struct RecordedFailure {
    Failure::Kind kind = Failure::Kind::broken;
    Failure::Tls tls = Failure::Tls::handshake;
    std::string detail;
    std::string body;
    std::string body_base64;
    std::vector<std::int64_t> pieces;
    std::int64_t total_ms = 0;
    bool sent_output = false;
    bool via_proxy = false;
};

/// Either `response` or `failure` is there.
struct RecordedExchange {
    RecordedRequest request;
    std::optional<RecordedResponse> response;
    std::optional<RecordedFailure> failure;
};

struct RecordingHead {
    std::string api_version = "orloj.dev/v1";
    std::string kind = "Recording";
    std::int64_t version = 1;
};

const schema::Type& describe(const Header*);
const schema::Type& describe(const Failure::Kind*);
const schema::Type& describe(const Failure::Tls*);
const schema::Type& describe(const RecordedRequest*);
const schema::Type& describe(const RecordedResponse*);
const schema::Type& describe(const RecordedFailure*);
const schema::Type& describe(const RecordedExchange*);
const schema::Type& describe(const RecordingHead*);

/// What is recorded of a request, and by which it is found again: method, URL and body.
RecordedRequest recorded(const Request& request, const Redact& redact);
/// `pieces` are the chunks that came before; empty when the body is in the response.
RecordedResponse recorded(const Response& response, const std::vector<std::string>& pieces,
                          const Redact& redact);
RecordedFailure recorded(const Failure& failure, const std::vector<std::string>& pieces,
                         const Redact& redact);

/// The whole file ("-": standard input). Throws Error{io} when it cannot be read, Error{manifest} at the line
/// that is no such line.
std::vector<RecordedExchange> read_recording(const std::string& path);

/// Answers requests from a recording: the one with the same method, URL and body, redacted alike. Every
/// recorded exchange answers once, equal ones in their order, so that a call that was tried again is tried
/// again. A request without an answer left gets Failure::unrecorded, never the answer to another. `file` is
/// named in that failure.
ReplayTransport::Answer answers_from(std::vector<RecordedExchange> exchanges, std::string file,
                                     Redact redact);

} // namespace http
