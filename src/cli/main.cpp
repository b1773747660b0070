#include "cli/main.hpp"

#include <algorithm>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/session.hpp"

namespace cli {

namespace {

/// Splits "orloj --db x get agents" into the command's row and the other words, wherever global options
/// stand.
struct Found {
    const CommandRow* row = nullptr;
    std::vector<std::string> words;
};

bool takes_value(const std::string& word) {
    for (const Option& option : global_options()) {
        if (option.takes != Takes::one) continue;
        if (word == option.name || (option.letter != 0 && word == base::format("-{}", option.letter)))
            return true;
    }
    return false;
}

Found find_command(const std::vector<std::string>& words) {
    // The places of the first three words that are neither options nor values of global options.
    std::vector<std::size_t> plain;
    for (std::size_t i = 0; i < words.size() && plain.size() < 3; ++i) {
        if (takes_value(words[i]))
            ++i;
        else if (!words[i].starts_with('-'))
            plain.push_back(i);
        else if (!plain.empty())
            break; // an option of the command itself may take the next word
    }
    Found out;
    for (std::size_t count = plain.size(); count > 0; --count) {
        std::string name = words[plain[0]];
        for (std::size_t i = 1; i < count; ++i)
            name += " " + words[plain[i]];
        for (const CommandRow& row : command_rows()) {
            if (row.name != name) continue;
            out.row = &row;
            for (std::size_t i = 0; i < words.size(); ++i) {
                const auto end = plain.begin() + static_cast<std::ptrdiff_t>(count);
                if (std::find(plain.begin(), end, i) == end) out.words.push_back(words[i]);
            }
            return out;
        }
    }
    if (!plain.empty()) out.words = {words[plain[0]]};
    return out;
}

[[noreturn]] void unknown(const std::string& word) {
    std::vector<std::string> names;
    std::vector<std::string> subcommands;
    for (const CommandRow& row : command_rows()) {
        if (row.hidden()) continue;
        names.emplace_back(row.name.substr(0, row.name.find(' ')));
        if (row.name.starts_with(word + " ")) subcommands.emplace_back(row.name);
    }
    if (!subcommands.empty()) {
        throw base::Error(base::Fault::usage, base::format("'{}' needs to know what", word))
            .hint("orloj " + base::join(subcommands, ", orloj "));
    }
    const auto meant = base::nearest(word, names);
    throw base::Error(base::Fault::usage, base::format("unknown command '{}'", word))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : "see: orloj --help");
}

} // namespace

int run(std::vector<std::string> words) {
    const auto end = std::find(words.begin(), words.end(), "--");
    const bool wants_help =
        std::any_of(words.begin(), end, [](const std::string& w) { return w == "-h" || w == "--help"; });
    if (wants_help) {
        std::erase_if(words, [](const std::string& w) { return w == "-h" || w == "--help"; });
        const Found found = find_command(words);
        if (found.row == nullptr && !found.words.empty()) unknown(found.words.front());
        base::write_all(STDOUT_FILENO, found.row == nullptr ? help() : help_of(found.row->make()));
        return 0;
    }
    if (!words.empty() && (words.front() == "--version" || words.front() == "-V")) words.front() = "version";
    if (!words.empty() && words.front() == "help") words.erase(words.begin()), words.emplace_back("--help");
    if (!words.empty() && words.back() == "--help") return run(std::move(words));
    if (words.empty()) {
        base::write_all(STDOUT_FILENO, help());
        return 0;
    }
    Found found = find_command(words);
    if (found.row == nullptr) {
        if (found.words.empty())
            throw base::Error(base::Fault::usage, "no command is given").hint("see: orloj --help");
        unknown(found.words.front());
    }
    const Command command = found.row->make();
    Parsed parsed = parse_arguments(command, std::move(found.words));
    Session session(std::move(parsed.globals));
    return command.run(session, parsed.arguments);
}

} // namespace cli
