// The command line from its words to an exit code.
#pragma once

#include <string>
#include <vector>

namespace cli {

/// Throws base::Error, which main.cpp turns into words and an exit code.
int run(std::vector<std::string> words);

} // namespace cli
