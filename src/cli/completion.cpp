// orloj completion: the scripts, to be installed by hand where no package did it.
#include "cli/completion.hpp"

#include <array>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/session.hpp"

namespace cli {

namespace {

// Why %q: readline puts a candidate into the line as it is, and a name may be "$(reboot)".
constexpr std::string_view bash =
    R"sh(# bash completion for orloj. Made by `orloj completion bash`; do not edit.
# To install: orloj completion bash > ~/.local/share/bash-completion/completions/orloj
# or, without the package bash-completion, in ~/.bashrc: source <(orloj completion bash)
_orloj() {
    local own=${COMP_WORDS[COMP_CWORD]} word how cut i joined=''
    local -a words
    words=()
    # bash takes words apart at = and :, orloj does not.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ($word == [=:] || $joined == yes) && ${#words[@]} -gt 0 ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        joined=''
        [[ $word == [=:] ]] && joined=yes
    done
    [[ $own == [=:] ]] && own=''
    # What stands before the part that bash will replace.
    word=${words[${#words[@]} - 1]}
    cut=${word:0:${#word} - ${#own}}
    COMPREPLY=()
    while IFS= read -r word; do
        if [[ -z $how ]]; then
            how=${word%% *}
        elif [[ $word == "$cut"* ]]; then
            word=${word#"$cut"}
            [[ -z $word ]] || COMPREPLY+=("$(printf %q "$word")")
        fi
    done < <(command orloj __complete bash "${words[@]}" 2>/dev/null)
    case $how in
    nospace)
        compopt -o nospace 2>/dev/null
        ;;
    files)
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do
            COMPREPLY+=("$word")
        done < <(compgen -f -- "$own")
        ;;
    esac
}
complete -F _orloj orloj orlojctl
)sh";

constexpr std::string_view zsh = R"sh(#compdef orloj orlojctl
# zsh completion for orloj. Made by `orloj completion zsh`; do not edit.
# To install: orloj completion zsh > "${fpath[1]}/_orloj", and start a new shell.
_orloj() {
    local how line tab=$'\t'
    local -a lines names shown
    lines=("${(@f)$(command orloj __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    how=${lines[1]}
    shift lines
    for line in "${lines[@]}"; do
        [[ -n $line ]] || continue
        names+=("${line%%$tab*}")
        if [[ $line == *$tab* ]]; then
            shown+=("${(r:28:)${line%%$tab*}} ${line#*$tab}")
        else
            shown+=("$line")
        fi
    done
    case $how in
    files*)
        [[ -n ${how#files } ]] && compset -P "${(b)how#files }"
        _files
        ;;
    nospace) compadd -S '' -l -d shown -a -- names ;;
    *) compadd -l -d shown -a -- names ;;
    esac
}
if [[ $funcstack[1] == _orloj ]]; then
    _orloj "$@"
else
    compdef _orloj orloj orlojctl
fi
)sh";

constexpr std::string_view fish =
    R"sh(# fish completion for orloj. Made by `orloj completion fish`; do not edit.
# To install: orloj completion fish > ~/.config/fish/completions/orloj.fish
function __orloj_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l lines (command orloj __complete fish $before[2..-1] "$typed" 2>/dev/null)
    switch "$lines[1]"
        case 'files*'
            set -l prefix (string sub -s 7 -- "$lines[1]")
            for path in (__fish_complete_path (string sub -s (math 1 + (string length -- "$prefix")) -- "$typed"))
                printf '%s%s\n' "$prefix" "$path"
            end
        case '*'
            printf '%s\n' $lines[2..-1]
    end
end
complete -c orloj -f -a '(__orloj_complete)'
complete -c orlojctl -w orloj
)sh";

struct Shell {
    std::string_view name;
    std::string (*script)();
};

constexpr std::array<Shell, 3> shells{
    {{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}}};

int print(Session& session, const Arguments& arguments) {
    const std::string name = arguments.one("SHELL").value_or("");
    std::vector<std::string_view> known;
    for (const Shell& shell : shells) {
        known.push_back(shell.name);
        if (shell.name != name) continue;
        session.out(shell.script());
        if (base::is_terminal(STDOUT_FILENO)) session.say("its first lines say how to install it");
        return 0;
    }
    throw base::Error(base::Fault::usage,
                      base::format("unsupported shell \"{}\" (expected {})", name, base::either(known)));
}

} // namespace

std::string bash_completion() {
    return std::string(bash);
}

std::string zsh_completion() {
    return std::string(zsh);
}

std::string fish_completion() {
    return std::string(fish);
}

Command completion_command() {
    return {
        "completion",
        "Print the script that completes commands in a shell.",
        "It completes commands, options, kinds and the names that are stored, and never touches the network. "
        "The script's first lines say how to install it; a package has done that already.",
        "  orloj completion bash > orloj.bash\n"
        "  orloj completion zsh > _orloj\n"
        "  orloj completion fish > orloj.fish",
        {{"SHELL", "bash, zsh or fish.", Takes::one, true, Means::choice, "bash zsh fish"}},
        {},
        print};
}

} // namespace cli
