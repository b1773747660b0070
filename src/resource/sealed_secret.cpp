#include "resource/sealed_secret.hpp"

#include <string_view>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace resource {

using namespace schema;

namespace {

void check_base64(std::string_view name, const std::string& text, const Check& check) {
    if (!base::from_base64(text)) check.error(name, "must be valid base64");
}

void value_rule(SealedValue& value, const Check& check) {
    check_base64("wrappedKey", value.wrapped_key, check);
    check_base64("ciphertext", value.ciphertext, check);
}

void sealed_secret_rule(SealedSecretSpec& secret, const Check& check) {
    if (secret.encrypted_data.empty()) check.error("encryptedData", "must contain at least one entry");
}

} // namespace

const Type& describe(const SealedValue*) {
    static const Type type = object_type<SealedValue, value_rule>(
        "SealedValue", "One value, sealed with rsa-oaep-sha256+aes-256-gcm.",
        {
            field<&SealedValue::key_id>("keyId", "Which public key the value was sealed for.", trimmed,
                                        required),
            field<&SealedValue::wrapped_key>("wrappedKey", "The value's own AES key, sealed, in base64.",
                                             trimmed, required),
            field<&SealedValue::ciphertext>("ciphertext", "The value, encrypted with that key, in base64.",
                                            trimmed, required),
        });
    return type;
}

const Type& describe(const SealedTemplate*) {
    static const Type type = object_type<SealedTemplate>(
        "SealedTemplate", "What the Secret that is produced gets besides its values.",
        {
            field<&SealedTemplate::labels>("labels", "Labels of the Secret that is produced."),
            field<&SealedTemplate::annotations>("annotations", "Annotations of the Secret that is produced."),
        });
    return type;
}

const Type& describe(const SealedSecretSpec*) {
    static const Type type = object_type<SealedSecretSpec, sealed_secret_rule>(
        "SealedSecretSpec", "A Secret that is encrypted and may lie in a repository.",
        {
            field<&SealedSecretSpec::encrypted_data>("encryptedData", "The sealed values by key."),
            field<&SealedSecretSpec::template_>("template", "Labels and annotations of the Secret."),
        });
    return type;
}

} // namespace resource
