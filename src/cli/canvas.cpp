#include "cli/canvas.hpp"

#include "base/os.hpp"
#include "terminal/table.hpp"

namespace cli {

picture::Canvas canvas_of_stdout() {
    const terminal::Sheet sheet = terminal::sheet_of_stdout();
    picture::Canvas out;
    out.cuts = sheet.columns != std::string::npos;
    if (out.cuts) out.columns = sheet.columns;
    out.colour = sheet.colour;
    out.ascii = (out.cuts && base::environment("TERM") == "dumb") || !terminal::utf8_locale();
    return out;
}

} // namespace cli
