// Questions on a terminal. Nothing here may be called without one: Session::interactive().
#pragma once

#include <string>

#include "base/secret.hpp"

namespace cli {

/// Asks without showing what is typed. Ctrl-C throws Error{interrupted}, which says `nothing_done`.
base::SecretText ask_unseen(const std::string& question, const std::string& nothing_done);

/// Asks for y or n; anything but yes is no.
bool ask_yes(const std::string& question);

} // namespace cli
