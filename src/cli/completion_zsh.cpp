// The completion for zsh.
#include <algorithm>

#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/generate.hpp"

namespace cli {

namespace {

std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_action(Words words) {
    switch (words) {
    case Words::none:
        return " ";
    case Words::files:
        return "_files";
    case Words::kinds:
        return base::format("({})", kind_words());
    case Words::tasks:
    case Words::endpoints:
        return base::format("($({}))", names_command(named_kind(words)));
    }
    return " ";
}

std::string zsh_option(const Option& option) {
    std::string out;
    const std::vector<std::string> words = spellings(option);
    const std::string before =
        option.takes == Takes::many ? "*" : base::format("({})", base::join(words, " "));
    for (const std::string& word : words) {
        std::string text = base::format("{}{}[{}]", before, word, zsh_text(option.doc));
        if (option.takes != Takes::nothing)
            text += base::format(":{}:{}", zsh_text(option.value), zsh_action(words_for(option.value)));
        out += " \\\n                " + quoted(text);
    }
    return out;
}

std::string zsh_arguments(const Command& command) {
    std::string out = "            _arguments $everywhere";
    for (const Option& option : command.options)
        out += zsh_option(option);
    std::size_t place = 0;
    for (const Positional& p : command.positionals) {
        const std::string where = p.takes == Takes::many ? "*" : std::to_string(++place);
        const std::string text =
            base::format("{}:{}:{}", where, zsh_text(p.name), zsh_action(words_for(p.name)));
        out += " \\\n                " + quoted(text);
    }
    return out + "\n";
}

/// The first word of commands of two words; its group has a case of its own.
bool grouped(const Command& command, const std::vector<Command>& commands) {
    const std::vector<Group> all = groups(commands);
    return std::any_of(all.begin(), all.end(), [&](const Group& g) { return g.first == command.name; });
}

std::string zsh_described(const std::string& word, std::string_view summary) {
    return "        " + quoted(word + ":" + base::replace_all(summary, ":", "\\:")) + "\n";
}

} // namespace

std::string zsh_completion() {
    const std::vector<Command> commands = shown_commands();
    std::string everywhere;
    for (const Option& option : global_options())
        everywhere += zsh_option(option);
    std::string firsts;
    std::string cases;
    for (const Command& command : commands) {
        if (has_two_words(command) || grouped(command, commands)) continue;
        firsts += zsh_described(std::string(command.name), command.summary);
        cases += base::format("        {})\n{}            ;;\n", command.name, zsh_arguments(command));
    }
    for (const Group& group : groups(commands)) {
        std::vector<std::string> seconds;
        std::string inner;
        for (const Command* member : group.members) {
            seconds.push_back(second_word(*member));
            inner += base::format("            if [[ $words[2] == {} ]]; then\n"
                                  "            shift words\n            ((CURRENT--))\n{}"
                                  "            return\n            fi\n",
                                  seconds.back(), zsh_arguments(*member));
        }
        const Command* own = alone(group, commands);
        firsts += zsh_described(group.first,
                                own != nullptr ? std::string(own->summary) : base::join(seconds, ", "));
        if (own != nullptr) // what follows is a second word or the command's own argument
            inner += zsh_arguments(*own);
        cases +=
            base::format("        {})\n            if ((CURRENT == 2)); then\n                compadd {}\n"
                         "{}            fi\n{}            ;;\n",
                         group.first, base::join(seconds, " "),
                         own != nullptr ? zsh_arguments(*own) + "                return\n"
                                        : std::string("                return\n"),
                         inner);
    }
    return base::format(R"(#compdef orloj orlojctl
# Made by `orloj __generate zsh`, do not edit.
_orloj() {{
    local curcontext=$curcontext state line
    local -a everywhere commands
    everywhere=({} \
                '--help[Say what the command does.]')
    commands=(
{}    )
    _arguments -C $everywhere '1:command:->command' '*::argument:->rest' && return
    case $state in
    command) _describe command commands ;;
    rest)
        case $words[1] in
{}        esac
        ;;
    esac
}}
_orloj "$@"
)",
                        everywhere, firsts, cases);
}

} // namespace cli
