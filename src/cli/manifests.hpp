// Manifests as commands take them: read, checked, complained about.
#pragma once

#include "cli/session.hpp"
#include "manifest/manifest.hpp"

namespace cli {

/// Reads all -f. Complaints are in the result. Throws Error{usage} when there is no -f.
manifest::Manifest parse_manifests(Session& session, const Arguments& arguments);

/// The same; shows every complaint and throws Error{manifest} when one of them is an error.
manifest::Manifest read_manifests(Session& session, const Arguments& arguments);

/// Mentions of resources that are neither given nor stored, unknown providers, options nobody reads, graph
/// nodes nobody lists: warnings, or errors with `strict`.
base::Diagnostics mentions_of(Session& session, const manifest::Manifest& given, bool strict);

/// The same; shows them and throws Error{manifest} when one of them is an error.
void check_references(Session& session, const manifest::Manifest& given, bool strict);

/// One line for each kind among the manifests that this version keeps but cannot use.
void say_without_effect(Session& session, const manifest::Manifest& given);

} // namespace cli
