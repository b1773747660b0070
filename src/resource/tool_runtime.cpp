#include "resource/tool_runtime.hpp"

#include <cmath>

#include "base/text.hpp"

namespace resource {

using namespace schema;

std::optional<std::int64_t> parse_memory(std::string_view text) {
    const std::size_t digits = text.find_first_not_of("0123456789.");
    const auto amount = base::to_number(text.substr(0, digits));
    const std::string unit = digits == std::string_view::npos ? "" : base::lower(text.substr(digits));
    if (!amount || *amount <= 0 || unit.size() > 2 || (unit.size() == 2 && unit[1] != 'i')) {
        return std::nullopt;
    }
    static constexpr std::string_view units = "kmgt";
    const std::size_t power = unit.empty() ? 0 : units.find(unit[0]) + 1;
    if (!unit.empty() && power == 0) return std::nullopt; // npos + 1
    const double bytes = std::floor(*amount * std::pow(1024.0, static_cast<double>(power)));
    if (bytes < 1 || bytes >= std::ldexp(1.0, 63)) return std::nullopt;
    return static_cast<std::int64_t>(bytes);
}

namespace {

void auth_rule(ToolAuth& auth, const Check& check) {
    for (std::string& scope : auth.scopes)
        scope = std::string(base::trim(scope));
    std::erase(auth.scopes, "");
    if (!auth.profile && !auth.secret_ref.empty()) auth.profile = AuthProfile::bearer;
    if (!auth.profile) return;
    if (auth.secret_ref.empty()) {
        check.error("secretRef", "is required when auth.profile is set",
                    "name the Secret with the credential: secretRef: my-secret");
    }
    if (auth.profile == AuthProfile::api_key_header && auth.header_name.empty()) {
        check.error("headerName", "is required when auth.profile is api_key_header");
    }
    if (auth.profile == AuthProfile::oauth2_client_credentials && auth.token_url.empty()) {
        check.error("tokenURL", "is required when auth.profile is oauth2_client_credentials");
    }
}

void resources_rule(ContainerResources& resources, const Check& check) {
    if (!resources.memory.empty() && !parse_memory(resources.memory)) {
        check.error_as_is("memory",
                          base::format("invalid {} \"{}\": expected a positive size such as 128m or 512Mi",
                                       check.path("memory"), resources.memory));
    }
    const auto cpus = base::to_number(resources.cpus);
    if (!resources.cpus.empty() && (!cpus || *cpus <= 0)) {
        check.error_as_is("cpus", base::format("invalid {} \"{}\": expected a positive number such as 0.5",
                                               check.path("cpus"), resources.cpus));
    }
}

} // namespace

const Type& describe(const Isolation*) {
    static const Type type =
        choice_type<Isolation>("isolation_mode", {"none", "sandboxed", "container", "wasm", "kubernetes"});
    return type;
}
const Type& describe(const AuthProfile*) {
    static const Type type = choice_type<AuthProfile>(
        "profile", {"bearer", "api_key_header", "basic", "oauth2_client_credentials"});
    return type;
}

const Type& describe(const ToolRetry*) {
    static const Type type = object_type<ToolRetry>(
        "ToolRetry", "How often a failed call is made again.",
        {
            field<&ToolRetry::max_attempts>("max_attempts",
                                            "Calls in all, the first included; below 1 means 1.",
                                            default_below(1), alias("maxAttempts")),
            field<&ToolRetry::backoff>("backoff", "Pause before the second call; it doubles after each."),
            field<&ToolRetry::max_backoff>("max_backoff", "The longest pause between two calls.", always,
                                           alias("maxBackoff")),
            field<&ToolRetry::jitter>("jitter",
                                      "How pauses are spread: none keeps them, full draws from zero to the "
                                      "pause, equal from its half."),
        });
    return type;
}

const Type& describe(const ToolRuntime*) {
    static const Type type = object_type<ToolRuntime>(
        "ToolRuntime", "How a tool is called.",
        {
            field<&ToolRuntime::timeout>("timeout", "How long one call may take, such as 30s.", always),
            field<&ToolRuntime::isolation_mode>(
                "isolation_mode",
                "Where the tool runs: none (this process's host), sandboxed, container, wasm or kubernetes; "
                "when absent container for cli tools, sandboxed for high and critical risk, else none.",
                alias("isolationMode")),
            field<&ToolRuntime::retry>("retry", "How often a failed call is made again."),
        });
    return type;
}

const Type& describe(const ToolAuth*) {
    static const Type type = object_type<ToolAuth, auth_rule>(
        "ToolAuth", "The credential a call carries.",
        {
            field<&ToolAuth::profile>(
                "profile",
                "How the credential is sent: bearer (the default with a secretRef), api_key_header, basic "
                "or oauth2_client_credentials."),
            field<&ToolAuth::secret_ref>(
                "secretRef",
                "The Secret with the credential, [namespace/]name[:key]: a token, user:password for basic, "
                "or the keys client_id and client_secret for OAuth.",
                trimmed, alias("secret_ref")),
            field<&ToolAuth::header_name>("headerName",
                                          "The header that carries the token of api_key_header as it is.",
                                          trimmed, alias("header_name")),
            field<&ToolAuth::token_url>(
                "tokenURL", "Where oauth2_client_credentials exchanges its client secret for a token.",
                trimmed, alias("token_url")),
            field<&ToolAuth::scopes>("scopes", "The scopes asked for with the token.", text_items),
        });
    return type;
}

const Type& describe(const ContainerResources*) {
    static const Type type = object_type<ContainerResources, resources_rule>(
        "ContainerResources", "What a container may use at most.",
        {
            field<&ContainerResources::memory>(
                "memory", "Memory such as 128m, 1g, 512Mi or 1Gi; every unit counts in 1024s.", trimmed),
            field<&ContainerResources::cpus>("cpus", "Processors as a decimal number, such as 0.5.", trimmed),
            field<&ContainerResources::pids_limit>("pids_limit", "Processes and threads at one time.",
                                                   at_least(1)),
        });
    return type;
}

} // namespace resource
