#include "cli/canvas.hpp"

#include "base/os.hpp"
#include "base/text.hpp"
#include "terminal/table.hpp"

namespace cli {

picture::Canvas canvas_of_stdout() {
    const terminal::Sheet sheet = terminal::sheet_of_stdout();
    picture::Canvas out;
    out.cuts = sheet.columns != std::string::npos;
    if (out.cuts) out.columns = sheet.columns;
    out.colour = sheet.colour;
    out.ascii = out.cuts && base::environment("TERM") == "dumb";
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const auto locale = base::environment(name);
        if (!locale || locale->empty()) continue;
        const std::string word = base::lower(*locale);
        const bool utf8 = word.find("utf-8") != std::string::npos || word.find("utf8") != std::string::npos;
        out.ascii = out.ascii || !utf8;
        break;
    }
    return out;
}

} // namespace cli
