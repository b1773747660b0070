// A tree as YAML text. Why not yaml-cpp's emitter: it writes strings such as "true", "0x1f" and "2024-01-01"
// bare, and its block scalars lose blanks and ends of lines. What is written here reads back as the same
// tree.
#include <algorithm>
#include <iterator>

#include "base/json.hpp"
#include "base/text.hpp"
#include "manifest/manifest.hpp"

namespace manifest {

using schema::Entry;
using schema::Tree;

namespace {

constexpr std::size_t step = 2;           // columns a level is indented
constexpr std::size_t longest_key = 1000; // bytes; beyond 1,024 characters YAML wants "? key"

/// Texts that some YAML reader takes for a boolean, a number, a date, nothing or a merge.
bool reads_as_another(std::string_view text) {
    static constexpr std::string_view yaml_11[] = {"y", "n", "yes", "no", "on", "off", "<<"};
    Tree plain;
    plain.kind = Tree::Kind::scalar;
    plain.text = std::string(text);
    if (schema::meaning(plain) != schema::Plain::text) return true;
    const std::string word = base::lower(text);
    if (std::find(std::begin(yaml_11), std::end(yaml_11), word) != std::end(yaml_11)) return true;
    return text.find_first_of("0123456789.+") == 0;
}

bool printable(std::string_view text) {
    // A byte order mark inside a text is dropped by readers.
    return base::visible(text, base::Lines::keep) == text &&
           text.find("\xEF\xBB\xBF") == std::string_view::npos;
}

bool fits_plain(std::string_view text) {
    static constexpr std::string_view indicators = "-?:,[]{}#&*!|>'\"%@`=~\\";
    if (text.empty() || base::trim(text) != text || reads_as_another(text)) return false;
    if (indicators.find(text.front()) != std::string_view::npos || text.back() == ':') return false;
    return text.find_first_of("\n\t") == std::string_view::npos &&
           text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos &&
           printable(text);
}

bool fits_literal(std::string_view text) {
    if (text.find('\n') == std::string_view::npos || !printable(text)) return false;
    if (text.find_first_of(" \t\n") == 0 || text.find('\r') != std::string_view::npos) return false;
    for (const std::string_view line : base::split(text, '\n')) {
        if (!line.empty() && (base::trim(line).empty() || line.front() == '\t')) return false;
    }
    return true;
}

void write_literal(std::string& out, std::string_view text, std::size_t indent) {
    const std::size_t ends = text.size() - std::min(text.find_last_not_of('\n') + 1, text.size());
    out += ends == 0 ? "|-" : ends == 1 ? "|" : "|+";
    std::vector<std::string_view> lines = base::split(text, '\n');
    if (ends > 0) lines.pop_back(); // what follows the last end of line
    for (const std::string_view line : lines) {
        out += '\n';
        if (line.empty()) continue;
        out.append(indent, ' ');
        out += line;
    }
}

/// In double quotes. YAML knows JSON's escapes but not its surrogate pairs, which JSON needs for tag
/// characters.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t tag = std::min(text.find("\xF3\xA0\x80"), text.find("\xF3\xA0\x81"));
        const std::string plain = base::json_quoted(text.substr(0, tag));
        out += std::string_view(plain).substr(1, plain.size() - 2);
        if (tag == std::string_view::npos) break;
        const auto block = static_cast<unsigned char>(text[tag + 2]) & 1U;
        out +=
            base::format("\\U000e{:04x}", block << 6U | (static_cast<unsigned char>(text[tag + 3]) & 0x3FU));
        text.remove_prefix(tag + 4);
    }
    return out + '"';
}

void write_scalar(std::string& out, const Tree& tree, std::size_t indent) {
    const schema::Plain meaning = schema::meaning(tree);
    if (meaning == schema::Plain::null)
        out += "null"; // it may have no text at all
    else if (meaning != schema::Plain::text || fits_plain(tree.text))
        out += tree.text;
    else if (fits_literal(tree.text))
        write_literal(out, tree.text, indent);
    else
        out += in_quotes(tree.text);
}

bool is_empty(const Tree& tree) {
    return tree.items.empty() && tree.entries.empty();
}

void write_lines(std::string& out, const Tree& tree, std::size_t indent);

/// What follows "key:" or "-", up to the end of its line or lines.
void write_after(std::string& out, const Tree& tree, std::size_t indent) {
    switch (tree.kind) {
    case Tree::Kind::null:
        out += " null\n";
        return;
    case Tree::Kind::scalar:
        out += ' ';
        write_scalar(out, tree, indent);
        out += '\n';
        return;
    case Tree::Kind::list:
    case Tree::Kind::map:
        if (is_empty(tree)) {
            out += tree.is_list() ? " []\n" : " {}\n";
        } else {
            out += '\n';
            write_lines(out, tree, indent);
        }
        return;
    }
}

void write_key(std::string& out, const std::string& key, std::size_t indent) {
    const std::string written = fits_plain(key) ? key : in_quotes(key);
    if (written.size() <= longest_key) {
        out += written + ":";
        return;
    }
    out += "? " + written + "\n";
    out.append(indent, ' ');
    out += ':';
}

/// The entries of a map or items of a list, each from the start of a line.
void write_lines(std::string& out, const Tree& tree, std::size_t indent) {
    for (const Entry& entry : tree.entries) {
        out.append(indent, ' ');
        write_key(out, entry.key, indent);
        write_after(out, entry.value, indent + step);
    }
    for (const Tree& item : tree.items) {
        out.append(indent, ' ');
        out += '-';
        if (is_empty(item) || item.is_list()) {
            write_after(out, item, indent + step);
            continue;
        }
        // "- key: value": the map's first line stands behind the hyphen.
        std::string lines;
        write_lines(lines, item, indent + step);
        out += ' ';
        out += std::string_view(lines).substr(indent + step);
    }
}

} // namespace

std::string render_yaml(const Tree& tree) {
    std::string out;
    if (is_empty(tree)) {
        write_after(out, tree, step);
        return out.substr(1); // without the blank after "key:"
    }
    write_lines(out, tree, 0);
    return out;
}

} // namespace manifest
