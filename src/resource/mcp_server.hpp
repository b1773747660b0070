// McpServer: a Model Context Protocol server whose tools become Tools.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resource/tool_runtime.hpp"
#include "schema/type.hpp"

namespace resource {

enum class McpTransport { stdio, http };
const schema::Type& describe(const McpTransport*);

struct McpEnv {
    std::string name;
    std::string value; ///< plain text; secrets go into secret_ref
    std::string secret_ref;
    std::string mount_path;
};
const schema::Type& describe(const McpEnv*);

struct ToolFilter {
    std::vector<std::string> include; ///< the server's own names; empty: all
};
const schema::Type& describe(const ToolFilter*);

struct Reconnect {
    std::int64_t max_attempts = 3;
    base::Duration backoff = base::seconds(2);
};
const schema::Type& describe(const Reconnect*);

struct McpServerSpec {
    std::optional<McpTransport> transport; ///< always set once checked
    std::string command;
    std::vector<std::string> args;
    std::string image;
    std::string image_pull_secret;
    std::string endpoint;
    std::vector<McpEnv> env;
    ToolAuth auth;
    ToolFilter tool_filter;
    Reconnect reconnect;
    base::Duration idle_timeout{}; ///< 0: never
    std::optional<ContainerResources> resources;
    std::optional<ToolRuntime> default_tool_runtime;
    bool allow_private = false;
};
const schema::Type& describe(const McpServerSpec*);

} // namespace resource
