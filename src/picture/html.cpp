#include "picture/html.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "terminal/progress_bar.hpp"

namespace picture {

namespace {

constexpr std::size_t piece = 1U << 18U;             // bytes that are handed over at once
constexpr std::size_t scrolls_from = 1500;           // bytes: such a text may need a box that scrolls
constexpr std::size_t folded_from = 64U << 10U;      // bytes
constexpr std::size_t preview = 2000;                // bytes of a folded text that are seen
constexpr std::size_t laid_out_at_once = 16U << 10U; // bytes

/// The end of a piece of about that many bytes: behind a line, else behind a word, else between characters.
std::size_t end_of_piece(std::string_view text) {
    if (text.size() <= laid_out_at_once) return text.size();
    const std::string_view head = text.substr(0, laid_out_at_once);
    const std::size_t line = head.rfind('\n');
    if (line != std::string_view::npos && line > laid_out_at_once / 2) return line + 1;
    const std::size_t word = head.rfind(' ');
    if (word != std::string_view::npos && word > laid_out_at_once / 2) return word + 1;
    return std::max<std::size_t>(1, base::utf8_prefix(text, laid_out_at_once).size());
}

} // namespace

void Html::escaped(std::string_view text) {
    while (!text.empty()) {
        const std::size_t at = std::min(text.find_first_of("&<>\"'"), text.size());
        out_ += text.substr(0, at);
        if (at == text.size()) return;
        switch (text[at]) {
        case '&':
            out_ += "&amp;";
            break;
        case '<':
            out_ += "&lt;";
            break;
        case '>':
            out_ += "&gt;";
            break;
        case '"':
            out_ += "&quot;";
            break;
        default:
            out_ += "&#39;";
        }
        text.remove_prefix(at + 1);
    }
}

Html& Html::text(std::string_view text) {
    escaped(base::visible(text, base::Lines::keep));
    return *this;
}

Html& Html::line(std::string_view text) {
    escaped(base::visible(text));
    return *this;
}

Html& Html::name(std::string_view text) {
    out_ += "<bdi>";
    escaped(base::visible(text));
    out_ += "</bdi>";
    return *this;
}

Html& Html::number(std::int64_t value) {
    out_ += std::to_string(value);
    return *this;
}

Html& Html::percent(Markup name, double part) {
    out_ += base::format(" {}=\"{:.3f}%\"", name.text, std::clamp(part, 0.0, 1.0) * 100);
    return *this;
}

Html& Html::attribute(Markup name, std::string_view value) {
    out_ += base::format(" {}=\"", name.text);
    escaped(base::visible(value));
    out_ += '"';
    return *this;
}

Html& Html::attribute(Markup name, std::int64_t value) {
    out_ += base::format(" {}=\"{}\"", name.text, value);
    return *this;
}

Html& Html::link(char kind, std::int64_t id, Markup rest) {
    out_ += base::format("<a href=\"#{}{}\"{}>", kind, id, rest.text);
    return *this;
}

Html& Html::id(char kind, std::int64_t id) {
    out_ += base::format(" id=\"{}{}\"", kind, id);
    return *this;
}

void Html::pieces(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = end_of_piece(text);
        out_ += "<div>";
        escaped(text.substr(0, end));
        out_ += "</div>";
        text.remove_prefix(end);
        flush_some();
    }
}

Html& Html::block(std::string_view text) {
    const std::string harmless = base::visible(text, base::Lines::keep);
    if (harmless.size() < folded_from) {
        // A newline right behind <pre> would be dropped by the parser.
        out_ +=
            harmless.size() < scrolls_from ? "<pre dir=\"auto\">\n" : "<pre dir=\"auto\" tabindex=\"0\">\n";
        escaped(harmless);
        out_ += "</pre>";
        return *this;
    }
    out_ += "<pre dir=\"auto\" tabindex=\"0\">\n";
    escaped(base::utf8_prefix(harmless, preview));
    out_ += " ...</pre><details class=\"big\"><summary>all ";
    escaped(terminal::bytes_text(static_cast<std::int64_t>(text.size())));
    out_ += "</summary><div class=\"pieces\" dir=\"auto\" tabindex=\"0\">";
    pieces(harmless);
    out_ += "</div></details>";
    return *this;
}

void Html::flush_some() {
    if (out_.size() >= piece) flush();
}

void Html::flush() {
    if (!out_.empty()) sink_(out_);
    out_.clear();
}

} // namespace picture
