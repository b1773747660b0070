#include "cli/roff.hpp"

#include "base/text.hpp"

#include "config.hpp"

namespace cli::roff {

namespace {

constexpr std::string_view page_date =
    "2026-11-22"; // changed with the version: a page is made without a clock

constexpr std::size_t line_width = 78; // of the source: mandoc asks for lines below 80 bytes

} // namespace

std::string escaped(std::string_view text) {
    std::string out;
    bool bold = false;
    for (const char c : text) {
        if (c == '`') {
            bold = !bold;
            out += bold ? "\\fB" : "\\fR";
        } else if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '"') {
            out += "\\(dq";
        } else if (c == '\'') {
            out += "\\(aq";
        } else {
            out += c;
        }
    }
    // A line that begins with a dot would be a request.
    return out.starts_with('.') ? "\\&" + out : out;
}

std::string filled(std::string_view paragraph) {
    std::string out;
    std::string line;
    const auto end_line = [&] {
        if (!line.empty()) out += line + "\n";
        line.clear();
    };
    const std::string safe = escaped(paragraph);
    for (const std::string_view word : base::split(safe, ' ')) {
        if (word.empty()) continue;
        if (line.size() + word.size() >= line_width) end_line();
        if (line.empty() && word.starts_with('.'))
            line = "\\&";
        else if (!line.empty())
            line += ' ';
        line += word;
    }
    end_line();
    return out;
}

std::string filled(const std::vector<std::string>& paragraphs) {
    std::string out;
    for (const std::string& paragraph : paragraphs) {
        if (!out.empty()) out += ".PP\n";
        out += paragraph.starts_with(' ') ? block({paragraph}) : filled(paragraph);
    }
    return out;
}

std::string bold(std::string_view text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text) {
    return "\\fI" + escaped(text) + "\\fR";
}

std::string entry(const std::string& left, std::string_view doc) {
    return base::format(".TP\n{}\n{}", left, filled(doc));
}

std::string section(std::string_view name, std::string_view text) {
    return base::format(".SH {}\n{}", name, filled(text));
}

std::string block(const std::vector<std::string>& lines) {
    std::string out = ".nf\n.RS\n";
    for (const std::string& line : lines)
        out += escaped(base::trim(line)) + "\n";
    return out + ".RE\n.fi\n";
}

std::string head(std::string_view title, int number, std::string_view name, std::string_view what) {
    return base::format(".\\\" Made by `orloj __generate`; do not edit.\n"
                        ".TH {} {} {} \"orloj " ORLOJ_VERSION "\" \"orloj\"\n"
                        ".SH NAME\n{}",
                        base::upper(title), number, page_date, filled(base::format("{} - {}", name, what)));
}

std::string see_also(const std::vector<std::string>& pages) {
    std::vector<std::string> out;
    for (const std::string& page : pages) {
        const std::size_t dot = page.rfind('.');
        out.push_back(base::format("{}({})", bold(page.substr(0, dot)), page.substr(dot + 1)));
    }
    return section("SEE ALSO") + base::join(out, ",\n") + "\n";
}

} // namespace cli::roff
