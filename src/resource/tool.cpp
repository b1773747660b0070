#include "resource/tool.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace resource {

using namespace schema;

const std::vector<std::string_view>& operation_class_names() {
    static const std::vector<std::string_view> names{"read", "write", "delete", "admin"};
    return names;
}

bool built_in_tool(std::string_view name) {
    static constexpr std::array<std::string_view, 7> names{
        "memory.read",   "memory.write",      "memory.search",   "memory.list",
        "memory.ingest", "orloj.task.create", "orloj.task.list",
    };
    return std::find(names.begin(), names.end(), name) != names.end();
}

namespace {

bool risky(const ToolSpec& tool) {
    return tool.risk_level == RiskLevel::high || tool.risk_level == RiskLevel::critical;
}

void check_operation_classes(ToolSpec& tool, const Check& check) {
    const auto& known = operation_class_names();
    std::vector<std::string> out;
    for (const std::string& written : tool.operation_classes) {
        const std::string word = base::lower(base::trim(written));
        if (word.empty() || std::find(out.begin(), out.end(), word) != out.end()) continue;
        out.push_back(word);
        if (std::find(known.begin(), known.end(), word) != known.end()) continue;
        check.error_as_is("operation_classes",
                          base::format("invalid {} value \"{}\": expected {}",
                                       check.path("operation_classes"), written, base::either(known)));
    }
    if (out.empty()) out.emplace_back(risky(tool) ? "write" : "read");
    tool.operation_classes = std::move(out);
}

void check_mcp(const ToolSpec& tool, const Check& check) {
    if (tool.mcp_server_ref.empty()) {
        check.error("mcp_server_ref", "is required when spec.type is mcp");
    }
    if (tool.mcp_tool_name.empty()) check.error("mcp_tool_name", "is required when spec.type is mcp");
}

/// The credential of a cli tool is an environment variable, and its container needs an image.
void check_cli(const ToolSpec& tool, const Check& check) {
    if (!tool.cli || tool.cli->command.empty()) {
        check.error("cli.command", "is required when spec.type is cli");
    }
    if (tool.runtime.isolation_mode != Isolation::none && (!tool.cli || tool.cli->image.empty())) {
        check.error("cli.image", "is required when spec.type is cli and isolation_mode is not none",
                    "name the container image, or set spec.runtime.isolation_mode: none");
    }
    if (tool.auth != ToolAuth{}) {
        check.error("auth", "is not supported for cli tools; use spec.cli.env_from for CLI tool credentials");
    }
}

void tool_rule(ToolSpec& tool, const Check& check) {
    if (!tool.runtime.isolation_mode) {
        tool.runtime.isolation_mode = tool.type == ToolType::cli ? Isolation::container
                                      : risky(tool)              ? Isolation::sandboxed
                                                                 : Isolation::none;
    }
    check_operation_classes(tool, check);
    if (!tool.input_schema.text.empty() && tool.input_schema.text.front() != '{') {
        check.error("input_schema", "must be a map: the JSON Schema of the tool's input");
    }
    switch (tool.type) {
    case ToolType::mcp:
        check_mcp(tool, check);
        return;
    case ToolType::cli:
        check_cli(tool, check);
        return;
    case ToolType::wasm:
        if (!tool.wasm || tool.wasm->module.empty()) {
            // A warning: early manifests of the original leave the module to its worker.
            check.warning("wasm.module", "is required when spec.type is wasm");
        }
        return;
    case ToolType::a2a:
        if (!tool.a2a || tool.a2a->agent_url.empty()) {
            check.error("a2a.agent_url", "is required when spec.type is a2a");
        }
        return;
    case ToolType::http:
    case ToolType::external:
    case ToolType::grpc:
    case ToolType::webhook_callback:
        return;
    }
}

void env_from_rule(EnvFrom& env, const Check&) {
    if (env.key.empty()) env.key = "value";
}

void cli_rule(CliTool& cli, const Check& check) {
    if (!cli.image_pull_secret.empty() && cli.image.empty()) {
        check.error("image", "is required when spec.cli.image_pull_secret is set");
    }
}

void wasm_rule(WasmTool& wasm, const Check&) {
    if (wasm.entrypoint.empty()) wasm.entrypoint = "run";
}

} // namespace

const Type& describe(const ToolType*) {
    static const Type type = choice_type<ToolType>(
        "type", {"http", "external", "grpc", "webhook-callback", "mcp", "wasm", "cli", "a2a"});
    return type;
}
const Type& describe(const RiskLevel*) {
    static const Type type = choice_type<RiskLevel>("risk_level", {"low", "medium", "high", "critical"});
    return type;
}
const Type& describe(const CliOutput*) {
    static const Type type = choice_type<CliOutput>("output", {"stdout", "stderr", "both"});
    return type;
}

const Type& describe(const EnvFrom*) {
    static const Type type = object_type<EnvFrom, env_from_rule>(
        "EnvFrom", "An environment variable whose value is in a Secret.",
        {
            field<&EnvFrom::name>("name", "Name of the environment variable.", trimmed, required),
            field<&EnvFrom::secret_ref>("secretRef", "The Secret with the value: [namespace/]name.", trimmed,
                                        alias("secret_ref"), required),
            field<&EnvFrom::key>("key", "Which entry of the Secret.", trimmed),
        });
    return type;
}

const Type& describe(const CliTool*) {
    static const Type type = object_type<CliTool, cli_rule>(
        "CliTool", "A command that is started without a shell.",
        {
            field<&CliTool::command>("command", "The program to start.", trimmed),
            field<&CliTool::args>("args",
                                  "Arguments; {{.name}} stands for a field of the input, and each entry "
                                  "becomes exactly one argument.",
                                  text_items),
            field<&CliTool::image>("image", "The container image; needed unless isolation_mode is none.",
                                   trimmed),
            field<&CliTool::image_pull_secret>("image_pull_secret",
                                               "The Secret with the registry's credentials.", trimmed),
            field<&CliTool::network>("network", "The container's network; the operator's when absent.",
                                     trimmed),
            field<&CliTool::stdin_from_input>("stdin_from_input",
                                              "Whether the input is also written to standard input."),
            field<&CliTool::output>("output", "What the model is given: stdout, stderr or both."),
            field<&CliTool::working_dir>("working_dir", "The directory the program starts in.", trimmed),
            field<&CliTool::env>("env", "Environment variables in plain text; secrets go into env_from."),
            field<&CliTool::env_from>("env_from", "Environment variables whose values are in Secrets."),
            field<&CliTool::resources>("resources", "What the container may use at most."),
        });
    return type;
}

const Type& describe(const WasmTool*) {
    static const Type type = object_type<WasmTool, wasm_rule>(
        "WasmTool", "A WebAssembly module that is called in this process.",
        {
            field<&WasmTool::module>("module", "The module: a path, an https URL or oci://...", trimmed),
            field<&WasmTool::entrypoint>("entrypoint", "The exported function to call.", trimmed),
            field<&WasmTool::max_memory_bytes>("max_memory_bytes", "Memory of the module in bytes.",
                                               default_below(1)),
            field<&WasmTool::fuel>("fuel", "Instructions one call may execute.", default_below(1)),
            field<&WasmTool::enable_wasi>("enable_wasi", "Whether the module gets the WASI system calls."),
        });
    return type;
}

const Type& describe(const A2aTool*) {
    static const Type type = object_type<A2aTool>(
        "A2aTool", "An agent elsewhere that is called over A2A.",
        {
            field<&A2aTool::agent_url>("agent_url", "Where the agent's card is found.", trimmed),
            field<&A2aTool::protocol_version>("protocol_version", "The A2A version to speak.", trimmed),
            field<&A2aTool::prefer_streaming>("prefer_streaming", "Whether to stream when the agent can."),
        });
    return type;
}

const Type& describe(const ToolSpec*) {
    static const Type type = object_type<ToolSpec, tool_rule>(
        "ToolSpec", "Something an agent may call.",
        {
            field<&ToolSpec::type>("type", "What is called: http posts JSON to the endpoint, cli starts a "
                                           "command, mcp asks an McpServer; also external, grpc, "
                                           "webhook-callback, wasm and a2a."),
            field<&ToolSpec::endpoint>("endpoint", "The URL to call, or host:port for grpc.", trimmed),
            field<&ToolSpec::description>("description", "What the tool does, as the model reads it."),
            field<&ToolSpec::input_schema>("input_schema",
                                           "JSON Schema of the input, given to the model as parameters."),
            field<&ToolSpec::mcp_server_ref>("mcp_server_ref", "Name of the McpServer that has the tool.",
                                             trimmed),
            field<&ToolSpec::mcp_tool_name>("mcp_tool_name", "The tool's name on that server.", trimmed),
            field<&ToolSpec::capabilities>("capabilities", "What roles may grant as capability:NAME.", dedupe,
                                           text_items),
            field<&ToolSpec::operation_classes>(
                "operation_classes",
                "What a call may do: read, write, delete, admin; when absent write for high and critical "
                "risk, else read.",
                alias("operationClasses"), text_items),
            field<&ToolSpec::risk_level>("risk_level",
                                         "How much harm a call can do: low, medium, high or critical.",
                                         alias("riskLevel")),
            field<&ToolSpec::runtime>("runtime", "How the tool is called."),
            field<&ToolSpec::auth>("auth", "The credential a call carries."),
            field<&ToolSpec::cli>("cli", "The command of a cli tool."),
            field<&ToolSpec::wasm>("wasm", "The module of a wasm tool."),
            field<&ToolSpec::a2a>("a2a", "The agent of an a2a tool."),
        });
    return type;
}

} // namespace resource
