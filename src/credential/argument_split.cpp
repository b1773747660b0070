#include "credential/argument_split.hpp"

namespace credential {

namespace {

constexpr std::string_view white_space = " \t\r\n\v\f";
constexpr std::string_view escaped_in_quotes = "\"\\$`";

/// Takes the rest of a quoted piece, its closing quote included. Returns false when there is none.
bool take_quoted(std::string_view& rest, char quote, std::string& word) {
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == quote) return true;
        if (c == '\\' && quote == '"' && !rest.empty()) {
            const char next = rest.front();
            if (next == '\n' || escaped_in_quotes.find(next) != std::string_view::npos) {
                rest.remove_prefix(1);
                if (next != '\n') word += next;
                continue;
            }
        }
        word += c;
    }
    return false;
}

/// Takes one word, which `rest` begins with.
bool take_word(std::string_view& rest, std::string& word) {
    while (!rest.empty() && white_space.find(rest.front()) == std::string_view::npos) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '"' || c == '\'') {
            if (!take_quoted(rest, c, word)) return false;
        } else if (c == '\\') {
            if (rest.empty()) return false;
            if (rest.front() != '\n') word += rest.front();
            rest.remove_prefix(1);
        } else {
            word += c;
        }
    }
    return true;
}

} // namespace

std::optional<std::vector<std::string>> split_arguments(std::string_view text) {
    std::vector<std::string> words;
    for (;;) {
        const std::size_t begin = text.find_first_not_of(white_space);
        if (begin == std::string_view::npos) return words;
        text.remove_prefix(begin);
        if (!take_word(text, words.emplace_back())) return std::nullopt;
    }
}

} // namespace credential
