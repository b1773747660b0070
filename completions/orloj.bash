# bash completion for orloj. Made by `orloj completion bash`; do not edit.
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
