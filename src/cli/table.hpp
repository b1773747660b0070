// Columns for people: padded to the widest cell, two spaces apart, no borders.
#pragma once

#include <string>
#include <vector>

namespace cli {

/// The header is always printed. Control characters in cells are made visible.
std::string render_table(const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& rows);

} // namespace cli
