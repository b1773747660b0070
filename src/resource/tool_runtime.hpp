// How a tool is called, with which credentials and within which bounds: shared by Tool and McpServer, whose
// generated tools take them over.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resource/task.hpp"
#include "schema/type.hpp"

namespace resource {

enum class Isolation { none, sandboxed, container, wasm, kubernetes };
enum class AuthProfile { bearer, api_key_header, basic, oauth2_client_credentials };
const schema::Type& describe(const Isolation*);
const schema::Type& describe(const AuthProfile*);

struct ToolRetry {
    std::int64_t max_attempts = 1;
    base::Duration backoff{};
    base::Duration max_backoff = base::seconds(30);
    Jitter jitter = Jitter::none;
};
const schema::Type& describe(const ToolRetry*);

struct ToolRuntime {
    base::Duration timeout = base::seconds(30);
    std::optional<Isolation> isolation_mode; ///< Tool's rule fills it; of McpServer it may stay unset
    ToolRetry retry;
};
const schema::Type& describe(const ToolRuntime*);

struct ToolAuth {
    std::optional<AuthProfile> profile; ///< set whenever secret_ref is
    std::string secret_ref;             ///< [namespace/]name[:key]
    std::string header_name;
    std::string token_url;
    std::vector<std::string> scopes;
    bool operator==(const ToolAuth&) const = default;
};
const schema::Type& describe(const ToolAuth*);

/// Bounds of a container; empty or 0: the operator's.
struct ContainerResources {
    std::string memory; ///< accepted by parse_memory
    std::string cpus;   ///< a positive decimal number
    std::int64_t pids_limit = 0;
};
const schema::Type& describe(const ContainerResources*);

/// "128m", "1g", "512Mi", "1.5Gi" or plain bytes, in bytes; every unit counts in 1024s. nullopt when it is
/// none of these, not positive, or beyond 2^63.
std::optional<std::int64_t> parse_memory(std::string_view text);

} // namespace resource
