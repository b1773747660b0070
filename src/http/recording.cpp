// What is written of an exchange, and what is not.
#include "http/recording.hpp"

#include <algorithm>
#include <array>

#include "base/hash.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"

namespace http {

using namespace schema;

namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) noexcept {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view other) { return base::same_ignoring_case(name, other); });
}

/// Request headers that no person chose; options.headers may hold a token under any name.
bool is_kept(std::string_view request_header) noexcept {
    return is_one_of(request_header, {"accept", "content-type", "anthropic-version", "anthropic-beta"});
}

bool is_private(std::string_view response_header) {
    return is_one_of(response_header,
                     {"set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization",
                      "authentication-info", "proxy-authentication-info", "x-api-key", "api-key"}) ||
           names_secret(response_header);
}

template <typename Body>
void put_body(Body& out, const std::string& bytes) {
    if (base::invalid_utf8(bytes) == std::string::npos) {
        out.body = bytes;
    } else {
        out.body_base64 = base::base64(bytes);
    }
}

/// The body that came in `pieces`, redacted as a whole: a secret may lie across two of them.
template <typename Body>
void put_pieces(Body& out, const std::vector<std::string>& pieces, const Redact& redact) {
    const std::string whole = base::join(pieces, "");
    const std::string clean = redact(whole);
    const auto [there, here] = std::mismatch(whole.begin(), whole.end(), clean.begin(), clean.end());
    const auto alike = static_cast<std::size_t>(there - whole.begin());
    std::size_t at = 0;
    for (const std::string& piece : pieces) {
        if (clean != whole && at + piece.size() > alike) break;
        at += piece.size();
        if (!piece.empty()) out.pieces.push_back(static_cast<std::int64_t>(piece.size()));
    }
    if (at < clean.size()) out.pieces.push_back(static_cast<std::int64_t>(clean.size() - at));
    put_body(out, clean);
}

} // namespace

// In this order: the members of Failure::Kind.
const Type& describe(const Failure::Kind*) {
    static const Type type = choice_type<Failure::Kind>(
        "failure", {"unresolved", "refused", "unreachable", "forbidden", "tls", "connect_timeout", "timeout",
                    "broken", "too_large", "protocol", "cancelled", "unavailable", "unrecorded"});
    return type;
}

const Type& describe(const Failure::Tls*) {
    static const Type type = choice_type<Failure::Tls>(
        "tls", {"handshake", "untrusted", "expired", "wrong_host", "ca_bundle", "proxy"});
    return type;
}

const Type& describe(const Header*) {
    static const Type type = object_type<Header>("header", "",
                                                 {
                                                     field<&Header::name>("name", "", required),
                                                     field<&Header::value>("value", "", always),
                                                 });
    return type;
}

const Type& describe(const RecordedRequest*) {
    using R = RecordedRequest;
    static const Type type = object_type<R>("request", "",
                                            {
                                                field<&R::method>("method", "", required),
                                                field<&R::url>("url", "", required),
                                                field<&R::headers>("headers", ""),
                                                field<&R::body>("body", ""),
                                                field<&R::body_base64>("body_base64", ""),
                                            });
    return type;
}

const Type& describe(const RecordedResponse*) {
    using R = RecordedResponse;
    static const Type type = object_type<R>("response", "",
                                            {
                                                field<&R::status>("status", "", always, at_least(100)),
                                                field<&R::headers>("headers", ""),
                                                field<&R::body>("body", ""),
                                                field<&R::body_base64>("body_base64", ""),
                                                field<&R::pieces>("pieces", ""),
                                                field<&R::first_byte_ms>("first_byte_ms", "", always),
                                                field<&R::total_ms>("total_ms", "", always),
                                                field<&R::via_proxy>("via_proxy", ""),
                                            });
    return type;
}

const Type& describe(const RecordedFailure*) {
    using R = RecordedFailure;
    static const Type type = object_type<R>("failure", "",
                                            {
                                                field<&R::kind>("kind", "", always),
                                                field<&R::tls>("tls", ""),
                                                field<&R::detail>("detail", ""),
                                                field<&R::body>("body", ""),
                                                field<&R::body_base64>("body_base64", ""),
                                                field<&R::pieces>("pieces", ""),
                                                field<&R::total_ms>("total_ms", "", always),
                                                field<&R::sent_output>("sent_output", ""),
                                                field<&R::via_proxy>("via_proxy", ""),
                                            });
    return type;
}

const Type& describe(const RecordedExchange*) {
    using R = RecordedExchange;
    static const Type type = object_type<R>("exchange", "",
                                            {
                                                field<&R::request>("request", ""),
                                                field<&R::response>("response", ""),
                                                field<&R::failure>("failure", ""),
                                            });
    return type;
}

const Type& describe(const RecordingHead*) {
    using R = RecordingHead;
    static const Type type = object_type<R>("recording", "",
                                            {
                                                field<&R::api_version>("apiVersion", "", required),
                                                field<&R::kind>("kind", "", required),
                                                field<&R::version>("version", "", always),
                                            });
    return type;
}

RecordedRequest recorded(const Request& request, const Redact& redact) {
    base::Redactor own;
    for (const SecretHeader& header : request.secret_headers)
        own.add(header.secret.reveal());
    RecordedRequest out;
    out.method = request.method;
    out.url = redact(own(displayed(request.url)));
    for (const Header& header : request.headers)
        if (is_kept(header.name)) out.headers.push_back({header.name, redact(own(header.value))});
    put_body(out, redact(own(request.body)));
    return out;
}

RecordedResponse recorded(const Response& response, const std::vector<std::string>& pieces,
                          const Redact& redact) {
    RecordedResponse out;
    out.status = response.status;
    for (const Header& header : response.headers) {
        if (is_private(header.name)) continue;
        const bool url = base::same_ignoring_case(header.name, "location");
        out.headers.push_back({header.name, redact(url ? displayed(header.value) : header.value)});
    }
    if (pieces.empty()) {
        put_body(out, redact(response.body));
    } else {
        put_pieces(out, pieces, redact);
    }
    out.first_byte_ms = response.first_byte.ms();
    out.total_ms = response.total.ms();
    out.via_proxy = response.via_proxy;
    return out;
}

RecordedFailure recorded(const Failure& failure, const std::vector<std::string>& pieces,
                         const Redact& redact) {
    RecordedFailure out;
    out.kind = failure.kind;
    out.tls = failure.tls;
    out.detail = redact(failure.detail);
    put_pieces(out, pieces, redact);
    out.total_ms = failure.total.ms();
    out.sent_output = failure.sent_output;
    out.via_proxy = failure.via_proxy;
    return out;
}

} // namespace http
