// TaskWebhook: a task that is started by a signed HTTP request.
#pragma once

#include <optional>
#include <string>

#include "resource/task.hpp"
#include "schema/type.hpp"

namespace resource {

enum class WebhookProfile { generic, github, hmac, shared_token };
enum class HashAlgorithm { sha256, sha1, sha512 };
enum class PayloadFormat { body, timestamp_dot_body, prefix_timestamp_body };
enum class SignatureEncoding { hex, base64 };
enum class HeaderFormat { plain, kv_pairs };
enum class PayloadMode { raw };
const schema::Type& describe(const WebhookProfile*);
const schema::Type& describe(const HashAlgorithm*);
const schema::Type& describe(const PayloadFormat*);
const schema::Type& describe(const SignatureEncoding*);
const schema::Type& describe(const HeaderFormat*);
const schema::Type& describe(const PayloadMode*);

/// Once checked, what the profile needs is set; what only hmac reads is set for hmac alone.
struct WebhookAuth {
    WebhookProfile profile = WebhookProfile::generic;
    std::string secret_ref;
    std::string signature_header;
    std::string signature_prefix;
    std::string timestamp_header;
    std::int64_t max_skew_seconds = 300;
    std::optional<HashAlgorithm> algorithm;
    std::optional<PayloadFormat> payload_format;
    std::string payload_prefix;
    std::string payload_separator;
    std::optional<SignatureEncoding> signature_encoding;
    std::optional<HeaderFormat> header_format;
    std::string signature_key;
    std::string timestamp_key;
};
const schema::Type& describe(const WebhookAuth*);

struct Idempotency {
    std::optional<std::string> event_id_header; ///< once checked, set unless event_id_from_body is
    std::string event_id_from_body;
    std::int64_t dedupe_window_seconds = 0; ///< never 0 once checked
};
const schema::Type& describe(const Idempotency*);

struct WebhookPayload {
    PayloadMode mode = PayloadMode::raw;
    std::string input_key = "webhook_payload";
};
const schema::Type& describe(const WebhookPayload*);

struct TaskWebhookSpec {
    std::string task_ref;                  ///< name or namespace/name of a template; either it
    std::optional<TaskSpec> task_template; ///< or this is set
    bool suspend = false;
    WebhookAuth auth;
    Idempotency idempotency;
    WebhookPayload payload;
};
const schema::Type& describe(const TaskWebhookSpec*);

} // namespace resource
