#include "picture/page_parts.hpp"

#include "base/text.hpp"
#include "picture/page_looks.hpp"

namespace picture {

void begin_page(Html& html, const std::string& title) {
    html.markup("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\"")
        .attribute("content", page_policy())
        .markup(
            ">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"orloj\">\n"
            "<title>")
        .text(title)
        .markup("</title>\n<style>")
        .markup(page_style)
        .markup("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n");
}

void page_navigation(Html& html, Markup links) {
    html.markup("<nav aria-label=\"Parts of the page\"><div>")
        .markup(links)
        .markup("<span class=\"tools\"><span id=\"said\" class=\"soft\" role=\"status\"></span>"
                "<input id=\"search\" type=\"search\" placeholder=\"Search\" aria-label=\"Search\">"
                "<button data-do=\"open\">Open all</button><button data-do=\"theme\">Light/dark</button>"
                "<button data-do=\"keys\" aria-label=\"Keys\">?</button></span></div></nav>\n");
}

void page_footer(Html& html) {
    html.markup("<footer>Made by orloj. The page holds everything it shows, and fetches nothing.</footer>\n");
}

void end_page(Html& html) {
    html.markup(
            "</main>\n<dialog id=\"keys\" aria-labelledby=\"keys-title\"><h2 id=\"keys-title\">Keys</h2>"
            "<dl><dt>j</dt><dd>next call</dd><dt>k</dt><dd>call before</dd><dt>o</dt><dd>open or fold all "
            "of the call</dd><dt>a</dt><dd>open or fold everything</dd><dt>/</dt><dd>search</dd>"
            "<dt>n</dt><dd>next hit</dd><dt>t</dt><dd>light or dark</dd><dt>?</dt><dd>this list</dd></dl>"
            "<form method=\"dialog\"><button>Close</button></form></dialog>\n<script>")
        .markup(page_script)
        .markup("</script>\n</body>\n</html>\n")
        .flush();
}

void phase_badge(Html& html, const std::string& phase) {
    html.markup("<span class=\"badge\"")
        .attribute("data-phase", phase)
        .markup(">")
        .text(phase)
        .markup("</span>");
}

std::string tokens_text(const trace::Tokens& used) {
    return base::format("{}{} in, {} out", used.source == "estimated" ? "~" : "", used.input, used.output);
}

std::string cost_text(const trace::Tokens& used) {
    if (!used.cost) return "";
    return (used.unpriced > 0 ? "at least " : "") + base::shown(*used.cost);
}

std::size_t calls_of(const trace::Turn& turn) {
    std::size_t out = 0;
    for (const trace::Call& call : turn.calls)
        out += call.tries.size();
    return out;
}

std::string moment_text(base::Time time) {
    const std::string text = base::rfc3339(time);
    return base::format("{} {} UTC", text.substr(0, 10), text.substr(11, 8));
}

} // namespace picture
