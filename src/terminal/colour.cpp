#include "terminal/colour.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <unistd.h>

#include "base/os.hpp"

namespace terminal {

namespace {

bool forbidden = false;

std::string_view code_of(Ink ink) {
    switch (ink) {
    case Ink::red:
        return "31";
    case Ink::green:
        return "32";
    case Ink::yellow:
        return "33";
    case Ink::cyan:
        return "36";
    case Ink::faint:
        return "2";
    }
    return "0";
}

constexpr std::array<std::pair<std::string_view, Ink>, 19> inks{{
    {"Ready", Ink::green},       {"Succeeded", Ink::green},    {"Approved", Ink::green},
    {"ready", Ink::green},       {"succeeded", Ink::green},    {"Pending", Ink::yellow},
    {"Running", Ink::yellow},    {"Interrupted", Ink::yellow}, {"WaitingApproval", Ink::yellow},
    {"running", Ink::yellow},    {"interrupted", Ink::yellow}, {"degraded", Ink::yellow},
    {"Failed", Ink::red},        {"DeadLetter", Ink::red},     {"Cancelled", Ink::red},
    {"failed", Ink::red},        {"unauthorized", Ink::red},   {"unreachable", Ink::red},
    {"misconfigured", Ink::red},
}};

constexpr std::array<std::pair<std::string_view, Ink>, 3> first_words{{
    {"error:", Ink::red},
    {"warning:", Ink::yellow},
    {"hint:", Ink::cyan},
}};

/// Where the word stands at the begin of the line or behind a place ("file.yaml:3:5: error:").
std::size_t find_word(std::string_view line, std::string_view word) {
    const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
    if (line.substr(start).starts_with(word)) return start;
    const std::size_t at = line.find(std::string(": ") + std::string(word));
    return at == std::string_view::npos ? at : at + 2;
}

} // namespace

void forbid_colour() noexcept {
    forbidden = true;
}

bool colour_at(int fd) {
    if (forbidden || base::environment("NO_COLOR") || base::environment("ORLOJ_NO_COLOR")) return false;
    const std::optional<std::string> terminal = base::environment("TERM");
    if (terminal == "dumb") return false;
    if (const auto force = base::environment("CLICOLOR_FORCE"); force && *force != "0") return true;
    return terminal && base::is_terminal(fd);
}

std::string paint(std::string_view text, Ink ink) {
    std::string out = "\x1b[";
    out += code_of(ink);
    out += 'm';
    out += text;
    return out + "\x1b[0m";
}

std::optional<Ink> ink_of(std::string_view status) {
    if (status.starts_with("Error:")) return Ink::red;
    const std::string_view word = status.substr(0, status.find_first_of(" ("));
    for (const auto& [known, ink] : inks) {
        if (known == word) return ink;
    }
    return std::nullopt;
}

std::string paint_speech(std::string text) {
    if (!colour_at(STDERR_FILENO)) return text;
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end);
        std::size_t at = std::string_view::npos;
        const std::pair<std::string_view, Ink>* first = nullptr;
        for (const auto& one : first_words) {
            if (const std::size_t place = find_word(line, one.first); place < at) {
                at = place;
                first = &one;
            }
        }
        if (first == nullptr) {
            out += line;
            continue;
        }
        out += line.substr(0, at);
        out += paint(first->first, first->second);
        out += line.substr(at + first->first.size());
    }
    return out;
}

} // namespace terminal
