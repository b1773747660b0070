// Which command was typed, wherever options stand; help, and answers to words of another program.
#include "cli/main.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/complete.hpp"
#include "cli/elsewhere.hpp"
#include "cli/help.hpp"
#include "cli/session.hpp"
#include "cli/topic.hpp"
#include "cli/typed_again.hpp"
#include "terminal/colour.hpp"

namespace cli {

namespace {

using base::Error;
using base::Fault;

constexpr std::size_t most_words = 3; // of a command's name

struct Found {
    const CommandRow* row = nullptr;
    std::vector<std::string> name; ///< the words that could be one, at most three, whether or not it exists
    std::vector<std::string> rest; ///< the others, without those of the row's name
};

[[noreturn]] void unknown_option(const std::string& word) {
    if (const std::string answer = elsewhere_answer(word.substr(0, word.find('='))); !answer.empty())
        throw Error(Fault::usage, answer);
    const auto meant = option_meant(nullptr, word);
    throw Error(Fault::usage, base::format("unknown option '{}'", word))
        .hint(meant ? base::format("did you mean '{}'?", *meant)
                    : "options of a command stand after it: orloj COMMAND --help");
}

/// Throws Error{usage} for an option before the command that is not everybody's.
Found find_command(const std::vector<std::string>& words) {
    Found out;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < words.size() && out.name.size() < most_words; ++i) {
        if (words[i] == "--") break;
        if (words[i].size() < 2 || words[i][0] != '-') {
            places.push_back(i);
            out.name.push_back(words[i]);
        } else if (const std::size_t span = global_span(words[i]); span > 0) {
            i += span - 1;
        } else if (places.empty()) {
            unknown_option(words[i]);
        } else {
            break; // an option of the command itself may take the next word
        }
    }
    for (std::size_t count = out.name.size(); count > 0 && out.row == nullptr; --count) {
        out.row = find_row(
            base::join({out.name.begin(), out.name.begin() + static_cast<std::ptrdiff_t>(count)}, " "));
        if (out.row != nullptr) places.resize(count);
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (out.row == nullptr || std::find(places.begin(), places.end(), i) == places.end())
            out.rest.push_back(words[i]);
    }
    return out;
}

/// Throws the answer to words of orlojctl that are no command here.
void answer_elsewhere(const Found& found) {
    if (found.name.size() > 1) {
        const std::string two = found.name[0] + " " + found.name[1];
        const bool ours = found.row != nullptr && found.row->name.starts_with(two);
        if (const std::string answer = elsewhere_answer(two); !answer.empty() && !ours)
            throw Error(Fault::usage, answer);
    }
    if (found.row != nullptr || found.name.empty()) return;
    if (const std::string answer = elsewhere_answer(found.name[0]); !answer.empty())
        throw Error(Fault::usage, answer);
}

/// The commands that begin with these words and go on.
std::vector<std::string_view> below(std::string_view words) {
    std::vector<std::string_view> out;
    for (const CommandRow& row : command_rows()) {
        const bool inside = words.empty() || (row.name.starts_with(words) && row.name[words.size()] == ' ');
        if (!row.hidden() && row.name.size() > words.size() && inside) out.push_back(row.name);
    }
    return out;
}

[[noreturn]] void unknown(const std::vector<std::string>& name) {
    std::string known; // the words that are the beginning of a command
    std::size_t count = 0;
    for (; count < name.size(); ++count) {
        const std::string next = known.empty() ? name[count] : known + " " + name[count];
        if (next.empty() || below(next).empty()) break;
        known = next;
    }
    const std::vector<std::string_view> commands = below(known);
    std::vector<std::string> typed;
    std::vector<std::string> words;
    for (const std::string_view command : commands) {
        typed.push_back(base::format("orloj {}", command));
        const std::string_view rest = command.substr(known.empty() ? 0 : known.size() + 1);
        words.emplace_back(rest.substr(0, rest.find(' ')));
    }
    if (count == name.size())
        throw Error(Fault::usage, base::format("'{}' needs to know what", known))
            .hint(base::join(typed, ", "));
    const std::string before = known.empty() ? "" : known + " ";
    const auto meant = base::nearest(name[count], words);
    throw Error(Fault::usage, base::format("unknown command '{}{}'", before, name[count]))
        .hint(meant           ? base::format("did you mean '{}{}'?", before, *meant)
              : known.empty() ? "see: orloj --help"
                              : base::join(typed, ", "));
}

enum class Length { short_page, long_page };

std::string help_for(const std::vector<std::string>& words, Length length) {
    const Found found = find_command(words);
    answer_elsewhere(found);
    if (found.row != nullptr)
        return length == Length::short_page ? help_of(*found.row) : long_help_of(*found.row);
    if (found.name.empty()) return help();
    if (std::string page = help_of_group(base::join(found.name, " ")); !page.empty()) return page;
    unknown(found.name);
}

/// `orloj help ...`: a command, what every command takes, or a topic of `explain`.
int tell(std::vector<std::string> words) {
    std::erase_if(words, [](const std::string& w) { return w == "-h" || w == "--help"; });
    const std::string first = words.empty() ? "" : words.front();
    if (first != "options" && find_topic(first) != nullptr && find_command({first}).row == nullptr) {
        words.insert(words.begin(), "explain");
        return run(std::move(words));
    }
    base::write_all(STDOUT_FILENO,
                    first == "options" ? help_of_options() : help_for(words, Length::long_page));
    return 0;
}

bool is_version(const std::string& word) {
    return word == "--version" || word == "-V";
}

} // namespace

int run(std::vector<std::string> words) {
    if (words.empty()) {
        base::write_all(STDOUT_FILENO, overview());
        return 0;
    }
    if (words.front() == "__complete") return complete({words.begin() + 1, words.end()});
    if (words.front() == "help") return tell({words.begin() + 1, words.end()});
    const auto end = std::find(words.begin(), words.end(), "--");
    if (std::find(words.begin(), end, "--no-color") != end)
        terminal::forbid_colour(); // also for a wrong command line
    if (std::any_of(words.begin(), end, [](const std::string& w) { return w == "-h" || w == "--help"; })) {
        std::erase_if(words, [](const std::string& w) { return w == "-h" || w == "--help"; });
        base::write_all(STDOUT_FILENO, help_for(words, Length::short_page));
        return 0;
    }
    if (is_version(words.front())) words.front() = "version";
    Found found = find_command(words);
    if (found.name.empty() && std::any_of(words.begin(), words.end(), is_version)) {
        std::erase_if(words, is_version);
        words.insert(words.begin(), "version");
        return run(std::move(words));
    }
    answer_elsewhere(found);
    if (found.row == nullptr) {
        if (found.name.empty()) throw Error(Fault::usage, "no command is given").hint("see: orloj --help");
        unknown(found.name);
    }
    const Command command = found.row->make();
    Parsed parsed = parse_arguments(command, std::move(found.rest));
    Output output = output_of(*found.row, parsed.globals.output); // before anything is done
    Session session(std::move(parsed.globals), std::move(output));
    try {
        return command.run(session, parsed.arguments);
    } catch (const base::Error& error) {
        if (found.row->hidden()) throw; // its words are another command's
        throw typed_again(error, session.globals());
    }
}

} // namespace cli
