#include "cli/table.hpp"

#include "base/text.hpp"

namespace cli {

std::string render_table(const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const std::string& cell : header)
        widths.push_back(base::display_width(cell));
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], base::display_width(base::visible(row[i])));
    }
    std::string out;
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string text;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string cell = base::visible(cells[i]);
            text += cell;
            if (i + 1 < cells.size()) text.append(widths[i] - base::display_width(cell) + 2, ' ');
        }
        while (text.ends_with(' '))
            text.pop_back();
        out += text + "\n";
    };
    line(header);
    for (const auto& row : rows)
        line(row);
    return out;
}

} // namespace cli
