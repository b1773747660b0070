#include "cli/elsewhere.hpp"

#include <array>

#include "base/text.hpp"

namespace cli {

namespace {

constexpr std::string_view approvals = "is not in this version: no run waits for an approval";
constexpr std::string_view accounts = "has no meaning here: there are no accounts, file permissions decide";
constexpr std::string_view memories = "is not in this version: memories are kept, but not used";
constexpr std::string_view no_server = "has no meaning here: there is no server; --db names a database";
constexpr std::string_view no_polling = "has no meaning here: what happens is shown at once";

constexpr auto rows = std::to_array<Elsewhere>({
    {"approve", approvals},
    {"deny", approvals},
    {"request-changes", approvals},
    {"admin", accounts},
    {"auth", accounts},
    {"create token", accounts},
    {"get token", accounts},
    {"get tokens", accounts},
    {"delete token", accounts},
    {"get users", accounts},
    {"memory-entries", memories},
    {"get memory-entries", memories},
    {"chat", "is not in this version: `orloj run --system NAME key=value` asks once"},
    {"dev", "is not in this version: `orloj run -f FOLDER` runs what files say now"},
    {"eval", "is not in this version: `orloj diff task/A task/B` compares two runs"},
    {"seal", "is not in this version: `orloj create secret NAME` seals what it stores"},
    {"tool", "is not in this version: tools are checked and kept, but not called"},
    {"a2a", "is not in this version: agents are not called over the network"},
    {"mcp", "is not in this version: MCP servers are checked and kept, but not called"},
    {"serve", "is not in this version: `orloj work` runs pending tasks until it is stopped"},
    {"tick", "is not in this version: schedules are kept, but start nothing"},
    {"webhook", "is not in this version: webhooks are kept, but start nothing"},
    {"health", "asks a server, and there is none: `orloj status`, or `orloj doctor` for endpoints"},
    {"rollback", "is not in this version: apply the older manifests again"},
    {"--server", no_server},
    {"--profile-server", no_server},
    {"--api-token", "has no meaning here: there is no server, and so nothing to log in to"},
    {"--poll", no_polling},
    {"--interval", no_polling},
    {"--follow-interval", no_polling},
    {"--decided-by", approvals},
});

} // namespace

std::span<const Elsewhere> elsewhere_rows() {
    return rows;
}

std::string elsewhere_answer(std::string_view words) {
    for (const Elsewhere& row : rows) {
        if (row.words == words) return base::format("'{}' {}", row.words, row.answer);
    }
    return {};
}

} // namespace cli
