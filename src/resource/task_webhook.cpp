#include "resource/task_webhook.hpp"

#include <string_view>

#include "base/text.hpp"
#include "resource/described_as.hpp"

namespace resource {

using namespace schema;

namespace {

constexpr std::int64_t default_skew = 300; // seconds

void or_else(std::string& text, std::string_view otherwise) {
    if (text.empty()) text = std::string(otherwise);
}

template <typename T>
void or_else(std::optional<T>& value, T otherwise) {
    if (!value) value = otherwise;
}

void hmac_rule(WebhookAuth& auth, const Check& check) {
    or_else(auth.algorithm, HashAlgorithm::sha256);
    or_else(auth.payload_format, PayloadFormat::body);
    or_else(auth.signature_encoding, SignatureEncoding::hex);
    or_else(auth.header_format, HeaderFormat::plain);
    if (auth.payload_format == PayloadFormat::prefix_timestamp_body) or_else(auth.payload_separator, ".");
    const bool timestamp = auth.payload_format != PayloadFormat::body;
    const bool pairs = auth.header_format == HeaderFormat::kv_pairs;
    if (timestamp && !pairs && auth.timestamp_header.empty()) {
        check.error("auth.timestamp_header",
                    "is required when payload_format includes a timestamp and header_format is plain");
    }
    if (pairs && auth.signature_key.empty()) {
        check.error("auth.signature_key", "is required when header_format is kv_pairs");
    }
    if (pairs && timestamp && auth.timestamp_key.empty()) {
        check.error("auth.timestamp_key",
                    "is required when header_format is kv_pairs and payload_format includes a timestamp");
    }
}

void auth_rule(WebhookAuth& auth, const Check& check) {
    if (auth.secret_ref.empty()) { // without auth there was no field to require
        check.error("auth.secret_ref", "is required",
                    "name the Secret with the signing key: secret_ref: my-hook-key");
    }
    if (auth.max_skew_seconds == 0) auth.max_skew_seconds = default_skew;
    switch (auth.profile) {
    case WebhookProfile::generic:
        or_else(auth.signature_header, "X-Signature");
        or_else(auth.signature_prefix, "sha256=");
        or_else(auth.timestamp_header, "X-Timestamp");
        return;
    case WebhookProfile::github:
        or_else(auth.signature_header, "X-Hub-Signature-256");
        or_else(auth.signature_prefix, "sha256=");
        return;
    case WebhookProfile::hmac:
    case WebhookProfile::shared_token:
        if (auth.signature_header.empty()) {
            check.error("auth.signature_header",
                        base::format("is required for {} profile", name_of(auth.profile)));
        }
        if (auth.profile == WebhookProfile::hmac) hmac_rule(auth, check);
        return;
    }
}

void webhook_rule(TaskWebhookSpec& hook, const Check& check) {
    check_task_source(hook.task_ref, hook.task_template, check);
    auth_rule(hook.auth, check);
    const bool github = hook.auth.profile == WebhookProfile::github;
    Idempotency& events = hook.idempotency;
    if (events.event_id_header && events.event_id_header->empty()) {
        if (events.event_id_from_body.empty()) {
            check.error("idempotency.event_id_header",
                        "is required (or set event_id_from_body to extract from the request body)");
        }
        events.event_id_header.reset();
    }
    if (!events.event_id_header && events.event_id_from_body.empty())
        events.event_id_header = github ? "X-GitHub-Delivery" : "X-Event-Id";
    if (events.dedupe_window_seconds == 0) events.dedupe_window_seconds = github ? 259200 : 86400;
    or_else(hook.payload.input_key, "webhook_payload");
}

} // namespace

const Type& describe(const WebhookProfile*) {
    static const Type type =
        choice_type<WebhookProfile>("profile", {"generic", "github", "hmac", "shared_token"});
    return type;
}
const Type& describe(const HashAlgorithm*) {
    static const Type type = choice_type<HashAlgorithm>("algorithm", {"sha256", "sha1", "sha512"});
    return type;
}
const Type& describe(const PayloadFormat*) {
    static const Type type =
        choice_type<PayloadFormat>("payload_format", {"body", "timestamp_dot_body", "prefix_timestamp_body"});
    return type;
}
const Type& describe(const SignatureEncoding*) {
    static const Type type = choice_type<SignatureEncoding>("signature_encoding", {"hex", "base64"});
    return type;
}
const Type& describe(const HeaderFormat*) {
    static const Type type = choice_type<HeaderFormat>("header_format", {"plain", "kv_pairs"});
    return type;
}
const Type& describe(const PayloadMode*) {
    static const Type type = choice_type<PayloadMode>("mode", {"raw"});
    return type;
}

const Type& describe(const WebhookAuth*) {
    static const Type type = object_type<WebhookAuth>(
        "WebhookAuth", "How a request proves who sent it.",
        {
            field<&WebhookAuth::profile>(
                "profile", "Whose signatures: generic and github have theirs set, hmac is spelled out below, "
                           "shared_token is a secret word in a header."),
            field<&WebhookAuth::secret_ref>(
                "secret_ref", "The Secret with the signing key or the token.", trimmed, alias("secretRef"),
                required_with("name the Secret with the signing key: secret_ref: my-hook-key")),
            field<&WebhookAuth::signature_header>(
                "signature_header",
                "The header with the signature; X-Signature for generic, X-Hub-Signature-256 for github.",
                trimmed, alias("signatureHeader")),
            field<&WebhookAuth::signature_prefix>(
                "signature_prefix",
                "What stands before the signature in the header; sha256= for generic and github.", trimmed,
                alias("signaturePrefix")),
            field<&WebhookAuth::timestamp_header>(
                "timestamp_header", "The header with the time of sending; X-Timestamp for generic.", trimmed,
                alias("timestampHeader")),
            field<&WebhookAuth::max_skew_seconds>("max_skew_seconds",
                                                  "How far that time may be from now; 0 means 300.",
                                                  at_least(0), alias("maxSkewSeconds")),
            field<&WebhookAuth::algorithm>("algorithm", "The hash of hmac: sha256, sha1 or sha512."),
            field<&WebhookAuth::payload_format>(
                "payload_format", "What hmac signs: body, timestamp_dot_body, or prefix_timestamp_body."),
            field<&WebhookAuth::payload_prefix>("payload_prefix",
                                                "What is signed before the time, such as v0 for Slack."),
            field<&WebhookAuth::payload_separator>(
                "payload_separator", "What stands between the signed parts; . when absent, : for Slack."),
            field<&WebhookAuth::signature_encoding>("signature_encoding",
                                                    "How the signature is written: hex or base64."),
            field<&WebhookAuth::header_format>(
                "header_format", "plain, or kv_pairs for a header such as t=...,v1=... (Stripe)."),
            field<&WebhookAuth::signature_key>("signature_key", "The pair with the signature, such as v1.",
                                               trimmed),
            field<&WebhookAuth::timestamp_key>("timestamp_key", "The pair with the time, such as t.",
                                               trimmed),
        });
    return type;
}

const Type& describe(const Idempotency*) {
    static const Type type = object_type<Idempotency>(
        "Idempotency", "How a delivery that comes twice is known.",
        {
            field<&Idempotency::event_id_header>(
                "event_id_header",
                "The header with the event's id; X-GitHub-Delivery for github, X-Event-Id for others.",
                trimmed, alias("eventIdHeader")),
            field<&Idempotency::event_id_from_body>(
                "event_id_from_body", "Where the id is in the JSON body instead, such as event.id.", trimmed),
            field<&Idempotency::dedupe_window_seconds>(
                "dedupe_window_seconds",
                "How long an id is remembered; 0 means a day, for github three days.", at_least(0),
                alias("dedupeWindowSeconds")),
        });
    return type;
}

const Type& describe(const WebhookPayload*) {
    static const Type type = object_type<WebhookPayload>(
        "WebhookPayload", "What the run is given of the request.",
        {
            field<&WebhookPayload::mode>("mode", "raw: the body as it came."),
            field<&WebhookPayload::input_key>("input_key", "The input of the task that holds it.", trimmed,
                                              alias("inputKey")),
        });
    return type;
}

const Type& describe(const TaskWebhookSpec*) {
    static const Type type = object_type<TaskWebhookSpec, webhook_rule>(
        "TaskWebhookSpec", "A task that is started by a signed HTTP request.",
        {
            field<&TaskWebhookSpec::task_ref>(
                "task_ref", "The Task to copy, one with mode: template; name or namespace/name.", trimmed,
                alias("taskRef")),
            field<&TaskWebhookSpec::task_template>("task_template",
                                                   "The task to create, written here instead of task_ref.",
                                                   described_as(&optional_inline_task)),
            field<&TaskWebhookSpec::suspend>("suspend", "Whether requests are refused for now."),
            field<&TaskWebhookSpec::auth>("auth", "How a request proves who sent it."),
            field<&TaskWebhookSpec::idempotency>("idempotency", "How a delivery that comes twice is known."),
            field<&TaskWebhookSpec::payload>("payload", "What the run is given of the request."),
        });
    return type;
}

} // namespace resource
