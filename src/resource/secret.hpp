// Secret: named values that are never printed. In memory they are SecretText, in the store they are sealed.
#pragma once

#include <map>
#include <string>

#include "schema/type.hpp"

namespace resource {

/// As written in a manifest. The rule folds both maps into `values`.
struct SecretSpec {
    std::map<std::string, base::SecretText> data;        ///< base64
    std::map<std::string, base::SecretText> string_data; ///< as it is
    std::map<std::string, base::SecretText> values;      ///< decoded; not a field of the manifest
};
const schema::Type& describe(const SecretSpec*);

} // namespace resource
