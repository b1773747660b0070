# bash completion for orloj; made by `orloj __generate bash`, do not edit.
_orloj() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' skip='' words='' tasks='' word i
    local options="--db --namespace -n --output -o --quiet -q --verbose -v --no-color --help"
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $skip ]]; then
            skip=''
            continue
        fi
        case $word in
        --db | --namespace | -n | --output | -o) skip=yes ;;
        -*) ;;
        *)
            case $command in
            '' | 'create') command=${command:+$command }$word ;;
            esac
            ;;
        esac
    done
    COMPREPLY=()
    case "$command $prev" in
    *' --db' | 'apply --file' | 'apply -f' | 'run --file' | 'run -f')
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    *' --namespace' | *' -n' | *' --output' | *' -o' | 'run --system' | 'run --input-file' | 'run --model-ref' | 'run --set' | 'get --selector' | 'get -l' | 'create secret --from-literal' | 'create secret --from-file' | 'create secret --from-env')
        return
        ;;
    esac
    case $command in
    '')
        words="apply run resume get logs trace create version"
        ;;
    'create')
        words="secret"
        ;;
    'apply')
        options+=" --file -f --run --no-run --dry-run --strict --allow-unknown --yes -y"
        ;;
    'run')
        tasks=yes
        options+=" --system --file -f --input-file --model-ref --set --allow-unknown --yes -y"
        ;;
    'resume')
        tasks=yes
        options+=" --refresh"
        ;;
    'get')
        words="agents agent agent-systems agent-system model-endpoints model-endpoint secrets secret agent-policies agent-policy tasks task"
        options+=" --all-namespaces -A --selector -l"
        ;;
    'logs')
        tasks=yes
        options+=" --follow -f"
        ;;
    'trace')
        tasks=yes
        ;;
    'create secret')
        options+=" --from-literal --from-file --from-env --stdin"
        ;;
    'version')
        ;;
    esac
    [[ $cur == -* ]] && words=$options tasks=''
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    [[ -n $tasks ]] || return
    while IFS= read -r word; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf %q "$word")")
    done < <(orloj get tasks -o name 2>/dev/null)
}
complete -F _orloj orloj orlojctl
