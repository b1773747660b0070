#include "base/diagnostic.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace base {

namespace {

constexpr std::size_t longest_message = 2000; // characters
constexpr std::size_t kept_line = 4096;       // bytes of a line kept until it is shown
constexpr std::size_t longest_shown = 100;    // bytes of a line shown

bool inside_character(std::string_view text, std::size_t at) noexcept {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

/// The offset of a column, which counts characters from 1; at most the line's end.
std::size_t byte_of(std::string_view line, int column) {
    std::size_t at = 0;
    for (int n = 1; n < column && at < line.size(); ++n) {
        ++at;
        while (inside_character(line, at))
            ++at;
    }
    return at;
}

/// Where to begin so that at most `size` bytes show what is around `at`.
std::size_t start_of_window(std::string_view line, std::size_t at, std::size_t size) {
    if (line.size() <= size) return 0;
    std::size_t from = at > size / 2 ? at - size / 2 : 0;
    while (from > 0 && inside_character(line, from))
        --from;
    return from;
}

bool starts_character(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Goes through a text once; places are asked for in rising order.
class Excerpts {
  public:
    explicit Excerpts(std::string_view text) : rest_(text) {}

    /// False when the text has no such line.
    bool go_to(const Mark& mark) {
        for (; line_ < mark.line; ++line_) {
            const std::size_t end = rest_.find('\n');
            if (end == std::string_view::npos) return false;
            rest_.remove_prefix(end + 1);
            at_ = 0;
            column_ = 1;
        }
        if (at_ == 0) {
            current_ = rest_.substr(0, rest_.find('\n'));
            if (current_.ends_with('\r')) current_.remove_suffix(1);
        }
        const std::size_t skipped = byte_of(current_.substr(at_), mark.column - column_ + 1);
        column_ += static_cast<int>(
            std::count_if(current_.begin() + static_cast<std::ptrdiff_t>(at_),
                          current_.begin() + static_cast<std::ptrdiff_t>(at_ + skipped), starts_character));
        at_ += skipped;
        return true;
    }

    void excerpt_to(Diagnostic& d) const {
        const std::size_t from = start_of_window(current_, at_, kept_line);
        const auto between =
            std::count_if(current_.begin() + static_cast<std::ptrdiff_t>(from),
                          current_.begin() + static_cast<std::ptrdiff_t>(at_), starts_character);
        d.excerpt = std::string(utf8_prefix(current_.substr(from), kept_line));
        d.excerpt_column = column_ - static_cast<int>(between);
    }

  private:
    std::string_view rest_; // from the start of the current line
    std::string_view current_;
    int line_ = 1;
    std::size_t at_ = 0; // a place in the current line, and its column
    int column_ = 1;
};

/// Blanks as wide as `text`; tabs stay, so that the caret stands below its character whatever a tab is worth.
std::string blanks(std::string_view text) {
    std::string out;
    for (;;) {
        const std::size_t tab = text.find('\t');
        out.append(display_width(text.substr(0, tab)), ' ');
        if (tab == std::string_view::npos) return out;
        out += '\t';
        text.remove_prefix(tab + 1);
    }
}

std::string render_excerpt(const Diagnostic& d) {
    const std::string_view whole = d.excerpt;
    const std::size_t at = byte_of(whole, d.where.mark.column - d.excerpt_column + 1);
    const std::size_t from = start_of_window(whole, at, longest_shown);
    const std::string_view line = utf8_prefix(whole.substr(from), longest_shown);
    const std::string number = std::to_string(d.where.mark.line);
    return "  " + number + " | " + visible(line) + "\n" + std::string(number.size() + 2, ' ') + " | " +
           blanks(visible(line.substr(0, at - from))) + "^\n";
}

} // namespace

void Diagnostics::error(Location where, std::string message, std::string hint) {
    all_.push_back({Severity::error, std::move(where), std::move(message), std::move(hint), {}});
    ++errors_;
}

void Diagnostics::warning(Location where, std::string message, std::string hint) {
    all_.push_back({Severity::warning, std::move(where), std::move(message), std::move(hint), {}});
}

void Diagnostics::quote(std::string_view file, std::string_view text) {
    const auto of_file = [&](const Diagnostic& d) { return d.where.file == file; };
    const auto from = all_.begin() + static_cast<std::ptrdiff_t>(quoted_);
    auto first = std::find_if(from, all_.end(), of_file);
    if (first == all_.end()) first = std::find_if(all_.begin(), from, of_file);
    const auto last = std::find_if_not(first, all_.end(), of_file);
    while (first != all_.begin() && of_file(*std::prev(first)))
        --first; // asked for before, and complained about again since
    quoted_ = static_cast<std::size_t>(last - all_.begin());
    std::set<int> withheld; // lines
    for (auto d = first; d != last; ++d) {
        if (d->withheld) withheld.insert(d->where.mark.line);
    }
    std::vector<Diagnostic*> wanted;
    for (auto d = first; d != last; ++d) {
        const int line = d->where.mark.line;
        if (line != 0 && d->excerpt.empty() && !withheld.contains(line)) wanted.push_back(&*d);
    }
    std::stable_sort(wanted.begin(), wanted.end(), [](const Diagnostic* a, const Diagnostic* b) {
        return std::tie(a->where.mark.line, a->where.mark.column) <
               std::tie(b->where.mark.line, b->where.mark.column);
    });
    Excerpts lines(text);
    for (Diagnostic* d : wanted) {
        if (!lines.go_to(d->where.mark)) return;
        lines.excerpt_to(*d);
    }
}

void Diagnostics::sort() {
    quoted_ = 0;
    std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.where.file, a.where.mark.line, a.where.mark.column) <
               std::tie(b.where.file, b.where.mark.line, b.where.mark.column);
    });
}

std::string render(const Diagnostic& d) {
    std::string out = visible(render(d.where)); // a file's name may hold anything
    if (!out.empty()) out += ": ";
    out += d.severity == Severity::error ? "error: " : "warning: ";
    out += visible(ellipsis(d.message, longest_message)) + "\n"; // it quotes what somebody wrote
    if (!d.excerpt.empty()) out += render_excerpt(d);
    if (!d.hint.empty()) out += "  hint: " + visible(d.hint) + "\n";
    return out;
}

} // namespace base
