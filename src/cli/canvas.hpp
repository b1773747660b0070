// What pictures on standard output are drawn on.
#pragma once

#include "picture/canvas.hpp"

namespace cli {

/// A terminal's width (or that of COLUMNS), its colours, and whether its characters are UTF-8.
picture::Canvas canvas_of_stdout();

} // namespace cli
