// SealedSecret: values another program sealed with its own key, so that they may lie in a repository. They
// are recognised and kept, never opened: that needs the RSA key of the cluster they were sealed for.
#pragma once

#include <map>
#include <string>

#include "schema/type.hpp"

namespace resource {

struct SealedValue {
    std::string key_id;      ///< hex of the first 16 bytes of SHA-256 over the DER public key
    std::string wrapped_key; ///< base64
    std::string ciphertext;  ///< base64
};
const schema::Type& describe(const SealedValue*);

struct SealedTemplate {
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> annotations;
};
const schema::Type& describe(const SealedTemplate*);

struct SealedSecretSpec {
    std::map<std::string, SealedValue> encrypted_data;
    SealedTemplate template_;
};
const schema::Type& describe(const SealedSecretSpec*);

} // namespace resource
