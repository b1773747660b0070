#include "resource/secret.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace resource {

using namespace schema;

namespace {

constexpr std::string_view masked = "***"; // what encode() writes in place of a value

void secret_rule(SecretSpec& secret, const Check& check) {
    for (const auto& [key, encoded] : secret.data) {
        if (base::trim(key).empty()) continue;
        if (base::trim(encoded.reveal()).empty()) {
            check.error("data." + key, "is empty");
            continue;
        }
        if (base::trim(encoded.reveal()) == masked) {
            secret.kept.insert(key);
            continue;
        }
        auto decoded = base::from_base64(base::trim(encoded.reveal()));
        if (!decoded) {
            check.error("data." + key, "must be valid base64", "plain text goes under spec.stringData");
            continue;
        }
        secret.values[key] = base::SecretText(*decoded);
        base::wipe(*decoded);
    }
    for (const auto& [key, text] : secret.string_data) {
        if (base::trim(key).empty()) continue;
        if (base::trim(text.reveal()).empty()) {
            check.error("stringData." + key, "is empty");
            continue;
        }
        secret.values[key] = text;
        secret.kept.erase(key); // a new value wins over the mask, as it does over data
    }
    const auto named = [](const auto& entry) { return !base::trim(entry.first).empty(); };
    if (std::none_of(secret.data.begin(), secret.data.end(), named) &&
        std::none_of(secret.string_data.begin(), secret.string_data.end(), named)) {
        check.error("", "has no values", "put the key under spec.stringData: {value: ...}");
    }
    secret.data = secret.values; // printed masked: one entry a key
    for (const std::string& key : secret.kept)
        secret.data[key] = base::SecretText(masked);
    secret.string_data.clear();
}

} // namespace

const Type& describe(const SecretSpec*) {
    static const Type type = object_type<SecretSpec, secret_rule>(
        "SecretSpec", "Values that are sealed when stored and never printed.",
        {
            field<&SecretSpec::data>("data", "Values in base64."),
            field<&SecretSpec::string_data>("stringData", "Values as plain text; write-only."),
        });
    return type;
}

} // namespace resource
