// Manifests as commands take them: read, checked, complained about.
#pragma once

#include "cli/session.hpp"
#include "manifest/manifest.hpp"

namespace cli {

/// Reads all -f. Shows every complaint; throws Error{manifest} when one of them is an error, and Error{usage}
/// when there is no -f.
manifest::Manifest read_manifests(Session& session, const Arguments& arguments);

/// Mentions of resources that are neither given nor stored, unknown providers and graph nodes: warnings, or
/// errors that throw with `strict`.
void check_references(Session& session, const manifest::Manifest& given, bool strict);

} // namespace cli
