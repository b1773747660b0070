// A hint says what to type next. It has to reach the database and the namespace that this command was given,
// or it would say "not found".
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/command.hpp"

namespace cli {

/// `text` as one word of a shell's command line: as it is when that is safe, else in 'single quotes'. For a
/// name in a hint: it may come from somebody else's manifest, and hints are pasted.
std::string shell_word(std::string_view text);

/// `hint` with the -n and --db of this command put into each command of orloj it names, quoted for a shell.
/// One that chooses its namespace itself (-n, -A) keeps it.
std::string typed_again(std::string_view hint, const Globals& globals);
/// The same for all hints of an error.
base::Error typed_again(const base::Error& error, const Globals& globals);

} // namespace cli
