// The completion for fish.
#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/generate.hpp"

namespace cli {

namespace {

std::string fish_option(const Option& option, const std::string& condition) {
    std::string out = base::format("complete -c orloj{} -l {}", condition, option.name.substr(2));
    if (option.letter != 0) out += base::format(" -s {}", option.letter);
    if (option.takes != Takes::nothing) out += words_for(option.value) == Words::files ? " -r -F" : " -x";
    return out + " -d " + quoted(std::string(option.doc)) + "\n";
}

std::string fish_words(Words words) {
    switch (words) {
    case Words::none:
    case Words::files:
        return "";
    case Words::kinds:
        return quoted(kind_words());
    case Words::tasks:
    case Words::endpoints:
        return quoted(base::format("({})", names_command(named_kind(words))));
    }
    return "";
}

std::string seen(const std::string& word) {
    return "__fish_seen_subcommand_from " + word;
}

/// The second words that make another command of this one: "; and not ...".
std::string longer(const Command& command, const std::vector<Command>& commands) {
    std::string out;
    for (const Group& group : groups(commands)) {
        if (group.first != command.name) continue;
        for (const Command* member : group.members)
            out += base::format("; and not {}", seen(second_word(*member)));
    }
    return out;
}

} // namespace

std::string fish_completion() {
    const std::vector<Command> commands = shown_commands();
    std::string out = "# fish completion for orloj; made by `orloj __generate fish`, do not edit.\n"
                      "complete -c orloj -f\n"
                      "complete -c orlojctl -w orloj\n";
    for (const Option& option : global_options())
        out += fish_option(option, "");
    for (const Group& group : groups(commands)) {
        for (const Command* member : group.members) {
            const std::string second = second_word(*member);
            if (alone(group, commands) == nullptr)
                out += base::format("complete -c orloj -n __fish_use_subcommand -a {} -d {}\n", group.first,
                                    quoted(second));
            out += base::format("complete -c orloj -n '{}; and not {}' -a {} -d {}\n", seen(group.first),
                                seen(second), second, quoted(std::string(member->summary)));
        }
    }
    for (const Command& command : commands) {
        std::string condition;
        if (!has_two_words(command)) {
            condition =
                base::format(" -n '{}{}'", seen(std::string(command.name)), longer(command, commands));
            out += base::format("complete -c orloj -n __fish_use_subcommand -a {} -d {}\n", command.name,
                                quoted(std::string(command.summary)));
        } else {
            condition =
                base::format(" -n '{}; and {}'", seen(first_word(command)), seen(second_word(command)));
        }
        if (const std::string words = fish_words(first_words(command)); !words.empty())
            out += base::format("complete -c orloj{} -a {}\n", condition, words);
        for (const Option& option : command.options)
            out += fish_option(option, condition);
    }
    return out;
}

} // namespace cli
