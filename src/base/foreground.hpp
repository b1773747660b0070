// A program that a person works with on our terminal: an editor. Invariant: it sees the terminal and the
// signals as if the shell had started it, and we wait for its end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Runs a program, looked for in PATH when it has no '/', with our folder, terminal and environment without
/// the variables whose names begin with one of `withheld`. Ctrl-C is its business as long as it runs. Returns
/// its exit code, 128 and the number of the signal that ended it, or 127 when it could not be started.
/// Requires: arguments is not empty. Throws Error{io} when there is no process for it.
int run_in_foreground(const std::vector<std::string>& arguments,
                      const std::vector<std::string_view>& withheld = {});

} // namespace base
