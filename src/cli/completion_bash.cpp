// The completion for bash.
#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/generate.hpp"

namespace cli {

namespace {

/// Which options take a value, and whether that is a file: patterns for "COMMAND OPTION".
void sort_options(const std::string& start, std::span<const Option> options, std::vector<std::string>& files,
                  std::vector<std::string>& others) {
    for (const Option& option : options) {
        if (option.takes == Takes::nothing) continue;
        auto& list = words_for(option.value) == Words::files ? files : others;
        for (const std::string& word : spellings(option))
            list.push_back(base::format("{} {}'", start, word));
    }
}

/// What may follow one command.
struct Follow {
    std::string words;
    std::vector<std::string> options;
    std::string_view names; ///< the kind whose names may follow
};

std::string one_case(const std::string& name, const Follow& follow) {
    std::string out = base::format("    {})\n", quoted(name));
    if (!follow.words.empty()) out += base::format("        words=\"{}\"\n", follow.words);
    if (!follow.names.empty()) out += base::format("        names={}\n", follow.names);
    if (!follow.options.empty())
        out += base::format("        options+=\" {}\"\n", base::join(follow.options, " "));
    return out + "        ;;\n";
}

Follow follow(const Command& command) {
    const Words words = first_words(command);
    return {words == Words::kinds ? kind_words() : std::string(), all_spellings(command.options),
            named_kind(words)};
}

std::vector<std::string> global_options_with_value() {
    std::vector<std::string> out;
    for (const Option& option : global_options()) {
        if (option.takes == Takes::nothing) continue;
        for (std::string& word : spellings(option))
            out.push_back(std::move(word));
    }
    return out;
}

// Why the loop over names: `compgen -W` evaluates its words, and a name may be "$(reboot)".
constexpr char script[] = R"sh(# bash completion for orloj; made by `orloj __generate bash`, do not edit.
_orloj() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}
    local command='' skip='' words='' names='' word i
    local options="{} --help"
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${{COMP_WORDS[i]}}
        if [[ -n $skip ]]; then
            skip=''
            continue
        fi
        case $word in
        {}) skip=yes ;;
        -*) ;;
        *)
            case $command in
            {}) command=${{command:+$command }}$word ;;
            esac
            ;;
        esac
    done
{}    COMPREPLY=()
    case "$command $prev" in
    {})
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    {})
        return
        ;;
    esac
    case $command in
{}    esac
    [[ $cur == -* ]] && words=$options names=''
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    [[ -n $names ]] || return
    while IFS= read -r word; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf %q "$word")")
    done < <(orloj get "$names" -o name 2>/dev/null)
}}
complete -F _orloj orloj orlojctl
)sh";

} // namespace

std::string bash_completion() {
    const std::vector<Command> commands = shown_commands();
    std::vector<std::string> files;
    std::vector<std::string> others;
    sort_options("*'", global_options(), files, others);
    for (const Command& command : commands)
        sort_options(base::format("'{}", command.name), command.options, files, others);
    std::string unfinished = "''";
    std::string cases = one_case("", {base::join(first_command_words(commands), " "), {}, {}});
    std::string alones;
    for (const Group& group : groups(commands)) {
        unfinished += " | " + quoted(group.first);
        std::vector<std::string> seconds;
        for (const Command* member : group.members)
            seconds.push_back(second_word(*member));
        Follow next{base::join(seconds, " "), {}, {}};
        if (const Command* command = alone(group, commands); command != nullptr) {
            const Follow own = follow(*command);
            next.options = own.options;
            next.names = own.names;
            std::vector<std::string> longer;
            for (const Command* member : group.members)
                longer.push_back(quoted(std::string(member->name)));
            alones += base::format("    case $command in\n    {}) ;;\n    {}) command={} ;;\n    esac\n",
                                   base::join(longer, " | "), quoted(group.first + " ") + "*", group.first);
        }
        cases += one_case(group.first, next);
    }
    for (const Command& command : commands) {
        const bool grouped = unfinished.find(quoted(std::string(command.name))) != std::string::npos;
        if (!grouped) cases += one_case(std::string(command.name), follow(command));
    }
    return base::format(script, base::join(all_spellings(global_options()), " "),
                        base::join(global_options_with_value(), " | "), unfinished, alones,
                        base::join(files, " | "), base::join(others, " | "), cases);
}

} // namespace cli
