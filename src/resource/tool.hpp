// Tool: something an agent may call, and what a call of it may do.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resource/tool_runtime.hpp"
#include "schema/type.hpp"

namespace resource {

enum class ToolType { http, external, grpc, webhook_callback, mcp, wasm, cli, a2a };
enum class RiskLevel { low, medium, high, critical };
enum class CliOutput { stdout_, stderr_, both };
const schema::Type& describe(const ToolType*);
const schema::Type& describe(const RiskLevel*);
const schema::Type& describe(const CliOutput*);

/// An environment variable whose value is in a Secret.
struct EnvFrom {
    std::string name;
    std::string secret_ref;
    std::string key = "value";
};
const schema::Type& describe(const EnvFrom*);

struct CliTool {
    std::string command;
    std::vector<std::string> args; ///< each a template that becomes exactly one argument
    std::string image;
    std::string image_pull_secret;
    std::string network; ///< empty: the operator's
    bool stdin_from_input = false;
    CliOutput output = CliOutput::stdout_;
    std::string working_dir;
    std::map<std::string, std::string> env; ///< plain text; secrets go into env_from
    std::vector<EnvFrom> env_from;
    std::optional<ContainerResources> resources;
};
const schema::Type& describe(const CliTool*);

struct WasmTool {
    std::string module;
    std::string entrypoint = "run";
    std::int64_t max_memory_bytes = 67108864;
    std::int64_t fuel = 1000000;
    bool enable_wasi = false;
};
const schema::Type& describe(const WasmTool*);

struct A2aTool {
    std::string agent_url;
    std::string protocol_version;
    bool prefer_streaming = false;
};
const schema::Type& describe(const A2aTool*);

struct ToolSpec {
    ToolType type = ToolType::http;
    std::string endpoint;
    std::string description;
    schema::Json input_schema;
    std::string mcp_server_ref;
    std::string mcp_tool_name;
    std::vector<std::string> capabilities;
    std::vector<std::string> operation_classes; ///< of operation_class_names, never empty once checked
    RiskLevel risk_level = RiskLevel::low;
    ToolRuntime runtime; ///< isolation_mode is set once checked
    ToolAuth auth;
    std::optional<CliTool> cli;
    std::optional<WasmTool> wasm;
    std::optional<A2aTool> a2a;
};
const schema::Type& describe(const ToolSpec*);

/// What a call may do: read, write, delete, admin.
const std::vector<std::string_view>& operation_class_names();
/// Whether the runtime itself offers a tool of this name (memory.read, orloj.task.create, ...).
bool built_in_tool(std::string_view name);

} // namespace resource
