// The services that speak Chat Completions, as data: where they are and how they differ. A service is known
// by the host of spec.base_url or named by options.service; a host that nobody knows gets what every server
// takes. Sources: the services' own API references and SDKs.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "provider/openai_chat.hpp"
#include "provider/provider.hpp"

namespace provider {

/// How far a service's list of models can be believed.
enum class ListTrust {
    whole,   ///< what is not listed does not exist
    partial, ///< some models are not listed
    none,    ///< there may be no list, or not for every key
};

/// How a service lists its models.
struct ServiceModels {
    ListTrust trust = ListTrust::whole;
    std::string_view prefix;   ///< before every id of the list, not part of the name
    std::string_view key_path; ///< asked for whether the key is one, where the list is public
};

struct Service {
    std::string_view name; ///< for options.service
    std::span<const std::string_view> aliases;
    std::span<const std::string_view> hosts; ///< none for servers people run themselves
    std::string_view base_url;               ///< used when only the service is named
    std::string_view start;                  ///< the command that starts a server of one's own
    ChatDialect dialect;
    ServiceModels models = {};
};

std::span<const Service> services();
/// By name or alias, ignoring case; nullptr when unknown.
const Service* find_service(std::string_view name);

/// The one that options.service names, else the one whose host spec.base_url has; nullptr for neither and for
/// providers that are no such service.
const Service* service_of(const Provider& provider, const Endpoint& endpoint);
/// options.service with a name that no service has, or "".
std::string service_problem(const Endpoint& endpoint);
/// How to talk to an openai-compatible endpoint.
const ChatDialect& dialect_of(const Endpoint& endpoint);

} // namespace provider
