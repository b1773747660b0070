// Where a provider's key comes from. One order for everything that names a secret:
//
//   1. the stored Secret;
//   2. ORLOJ_SECRET_ + the reference in upper case with every other character as '_';
//   3. ORLOJ_SECRET_ + the reference as written, with '-', '.', '/' and ':' as '_';
//   4. the provider's own documented variable, but only when the request goes to the provider's own host.
//
// No other variable is ever read for a reference, so a stranger's manifest cannot fetch GITHUB_TOKEN.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "resource/resource.hpp"

namespace credential {

struct Found {
    base::SecretText value;
    std::string source; ///< "secret default/openai-api-key", "environment OPENAI_API_KEY"
};

/// nullopt when there is no such Secret or it has no such key. Throws Error{secret} when it cannot be opened.
using StoredSecret = std::function<std::optional<base::SecretText>(const resource::SecretRef&)>;

/// Rules 1 to 3. `reference` is "[namespace/]name[:key]". Throws Error{secret} when a source exists but is
/// blank.
std::optional<Found> resolve(std::string_view reference, std::string_view default_namespace,
                             const StoredSecret& stored);

/// Whether rule 2 or 3 would find something.
bool in_environment(std::string_view reference);

/// Rule 4. The caller has made sure that the request goes to the provider's own host.
std::optional<Found> vendor_key(std::string_view variable);

/// The variables rules 2 and 3 look at, for messages.
std::string upper_variable(std::string_view reference);
std::string written_variable(std::string_view reference);

} // namespace credential
