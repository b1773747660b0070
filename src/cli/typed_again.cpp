#include "cli/typed_again.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace cli {

std::string shell_word(std::string_view text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,~";
    if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) return std::string(text);
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

namespace {

/// Whether a command of orloj that reads the database begins here.
bool is_command(std::string_view text) {
    constexpr std::array<std::string_view, 5> without_database{"explain", "schema", "version", "help",
                                                               "completion"};
    const std::string_view word = text.substr(0, text.find_first_of(" ,;'`"));
    if (std::find(without_database.begin(), without_database.end(), word) != without_database.end())
        return false;
    return std::any_of(command_rows().begin(), command_rows().end(), [&](const CommandRow& row) {
        return !row.hidden() && row.name.substr(0, row.name.find(' ')) == word;
    });
}

/// Whether the command that begins here says that itself.
bool has(std::string_view command, std::string_view option) {
    command = command.substr(0, command.find("orloj "));
    return command.find(option) != std::string_view::npos;
}

} // namespace

std::string typed_again(std::string_view hint, const Globals& globals) {
    constexpr std::string_view name = "orloj ";
    std::string database;
    if (globals.db) database = base::format("--db {} ", shell_word(*globals.db));
    std::string out;
    for (std::size_t at = 0; at < hint.size();) {
        const std::size_t found = std::min(hint.find(name, at), hint.size());
        out += hint.substr(at, found - at);
        if (found == hint.size()) break;
        at = found + name.size();
        out += name;
        const bool whole_word =
            found == 0 || std::string_view(" '`(").find(hint[found - 1]) != std::string_view::npos;
        const std::string_view rest = hint.substr(at);
        if (!whole_word || !is_command(rest)) continue;
        if (!has(rest, " --db ")) out += database;
        if (globals.namespace_ && !has(rest, " -n ") && !has(rest, " -A"))
            out += base::format("-n {} ", shell_word(*globals.namespace_));
    }
    return out;
}

base::Error typed_again(const base::Error& error, const Globals& globals) {
    base::Error out(error.fault(), error.message());
    for (const std::string& hint : error.hints())
        out = base::Error(std::move(out).hint(typed_again(hint, globals)));
    return base::Error(std::move(out).at(error.where()));
}

} // namespace cli
