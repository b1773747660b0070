// Secret: named values that are never printed. In memory they are SecretText, in the store they are sealed.
#pragma once

#include <map>
#include <set>
#include <string>

#include "schema/type.hpp"

namespace resource {

/// As written in a manifest. The rule folds both maps into `values`.
struct SecretSpec {
    std::map<std::string, base::SecretText> data;        ///< base64
    std::map<std::string, base::SecretText> string_data; ///< as it is
    // Not fields of the manifest:
    std::map<std::string, base::SecretText> values; ///< decoded
    std::set<std::string> kept; ///< keys written as "***", as `get` prints them: the stored value stays
};
const schema::Type& describe(const SecretSpec*);

} // namespace resource
