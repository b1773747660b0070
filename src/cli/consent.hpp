// Before a folder somebody else wrote is run: what it would reach and use.
#pragma once

#include "cli/session.hpp"
#include "manifest/manifest.hpp"

namespace cli {

/// On a terminal, lists the hosts and secrets the manifests would use and asks; without one, or with `yes`,
/// asking for the run is the consent. Throws Error{usage} when the answer is no.
void ask_consent(Session& session, const manifest::Manifest& given, bool yes);

} // namespace cli
