#include "resource/mcp_server.hpp"

namespace resource {

using namespace schema;

namespace {

void server_rule(McpServerSpec& server, const Check& check) {
    if (!server.transport) {
        check.error("transport", "is required (stdio or http)");
        return;
    }
    switch (*server.transport) {
    case McpTransport::stdio:
        if (server.command.empty() && server.image.empty()) {
            check.error_as_is("", "spec.command or spec.image is required for stdio transport");
        }
        break;
    case McpTransport::http:
        if (!server.image.empty()) check.error("image", "is only supported for stdio transport");
        if (server.endpoint.empty()) check.error("endpoint", "is required for http transport");
        break;
    }
    if (!server.image_pull_secret.empty() && server.image.empty()) {
        check.error("image", "is required when spec.image_pull_secret is set");
    }
}

} // namespace

const Type& describe(const McpTransport*) {
    static const Type type = choice_type<McpTransport>("transport", {"stdio", "http"});
    return type;
}

const Type& describe(const McpEnv*) {
    static const Type type = object_type<McpEnv>(
        "McpEnv", "An environment variable of the server.",
        {
            field<&McpEnv::name>("name", "Name of the environment variable.", trimmed),
            field<&McpEnv::value>("value", "Its value in plain text; a secret goes into secretRef.", trimmed),
            field<&McpEnv::secret_ref>("secretRef", "The Secret with the value: [namespace/]name[:key].",
                                       trimmed, alias("secret_ref")),
            field<&McpEnv::mount_path>(
                "mountPath", "Absolute path of a file in the container that holds the value.", trimmed),
        });
    return type;
}

const Type& describe(const ToolFilter*) {
    static const Type type = object_type<ToolFilter>(
        "ToolFilter", "Which of the server's tools become Tools.",
        {
            field<&ToolFilter::include>("include", "The server's own names of those wanted; empty: all.",
                                        text_items),
        });
    return type;
}

const Type& describe(const Reconnect*) {
    static const Type type = object_type<Reconnect>(
        "Reconnect", "What happens when the connection is lost.",
        {
            field<&Reconnect::max_attempts>("max_attempts", "How often it is tried again; below 1 means 3.",
                                            default_below(1), alias("maxAttempts")),
            field<&Reconnect::backoff>("backoff", "Pause before each attempt.", always),
        });
    return type;
}

const Type& describe(const McpServerSpec*) {
    static const Type type = object_type<McpServerSpec, server_rule>(
        "McpServerSpec", "A Model Context Protocol server whose tools become Tools.",
        {
            field<&McpServerSpec::transport>("transport",
                                             "stdio starts a program and speaks over its pipes; http asks "
                                             "the endpoint."),
            field<&McpServerSpec::command>("command", "The program to start for stdio.", trimmed),
            field<&McpServerSpec::args>("args", "Its arguments, one an entry.", text_items),
            field<&McpServerSpec::image>("image", "A container image to start for stdio instead.", trimmed),
            field<&McpServerSpec::image_pull_secret>("image_pull_secret",
                                                     "The Secret with the registry's credentials.", trimmed),
            field<&McpServerSpec::endpoint>("endpoint", "The server's URL for http.", trimmed),
            field<&McpServerSpec::env>("env", "Environment variables of the program."),
            field<&McpServerSpec::auth>("auth", "The credential of http requests."),
            field<&McpServerSpec::tool_filter>("tool_filter", "Which of the server's tools become Tools.",
                                               alias("toolFilter")),
            field<&McpServerSpec::reconnect>("reconnect", "What happens when the connection is lost."),
            field<&McpServerSpec::idle_timeout>("idle_timeout",
                                                "How long a server that is not asked is kept; 0: for ever."),
            field<&McpServerSpec::resources>("resources", "What the container may use at most."),
            field<&McpServerSpec::default_tool_runtime>("default_tool_runtime", "The runtime its tools get."),
            field<&McpServerSpec::allow_private>("allowPrivate",
                                                 "Whether an endpoint on this machine or a private "
                                                 "network may be reached.",
                                                 alias("allow_private")),
        });
    return type;
}

} // namespace resource
