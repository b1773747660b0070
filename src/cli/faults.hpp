// The faults in words, for `explain`, the man pages and scripts: base knows their names and exit codes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cli {

std::vector<base::Fault> all_faults();

/// "a manifest was wrong, and nothing was changed"
std::string_view fault_meaning(base::Fault fault);
/// What to do about it, as a sentence.
std::string_view fault_advice(base::Fault fault);

/// Every exit code with its meanings; 0 too.
struct ExitCode {
    std::vector<base::Fault> faults;
    std::string meaning; ///< a sentence
};
std::map<int, ExitCode> exit_codes();
/// Which code wins where several would do.
std::string_view exit_code_order();

} // namespace cli
