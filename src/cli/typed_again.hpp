// A hint says what to type next. It has to reach the database and the namespace that this command was given,
// or it would say "not found".
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/command.hpp"

namespace cli {

/// `hint` with the -n and --db of this command put into each command of orloj it names, quoted for a shell.
/// One that chooses its namespace itself (-n, -A) keeps it.
std::string typed_again(std::string_view hint, const Globals& globals);
/// The same for all hints of an error.
base::Error typed_again(const base::Error& error, const Globals& globals);

} // namespace cli
