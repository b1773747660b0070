#include "cli/consent.hpp"

#include <set>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "run/plan.hpp"

namespace cli {

void ask_consent(Session& session, const manifest::Manifest& given, bool yes) {
    if (yes || !session.interactive()) return;
    std::set<std::string> hosts;
    std::set<std::string> secrets;
    for (const manifest::Item& item : given.items) {
        const auto* spec = std::get_if<resource::ModelEndpointSpec>(&item.resource.spec);
        if (spec == nullptr) continue;
        const provider::Provider* provider = provider::find_provider(spec->provider);
        const std::string url = spec->base_url.empty() && provider != nullptr
                                    ? std::string(provider->default_base_url)
                                    : spec->base_url;
        if (const auto parsed = http::parse_url(url)) hosts.insert(parsed->authority());
        if (!spec->auth.secret_ref.empty()) secrets.insert(spec->auth.secret_ref);
    }
    base::write_all(STDERR_FILENO, "This run would use\n");
    for (const std::string& host : hosts)
        base::write_all(STDERR_FILENO, "  host    " + base::visible(host) + "\n");
    for (const std::string& secret : secrets)
        base::write_all(STDERR_FILENO, "  secret  " + base::visible(secret) + "\n");
    if (hosts.empty() && secrets.empty()) base::write_all(STDERR_FILENO, "  no host and no secret\n");
    base::write_all(STDERR_FILENO, "Go on? [y/N] ");
    std::string line;
    char c = 0;
    while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        line += c;
    if (base::lower(base::trim(line)) != "y" && base::lower(base::trim(line)) != "yes") {
        throw base::Error(base::Fault::usage, "not run").hint("--yes skips the question");
    }
}

} // namespace cli
