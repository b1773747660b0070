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
    *' --db' | 'apply --file' | 'apply -f' | 'validate --file' | 'validate -f' | 'diff --file' | 'diff -f' | 'run --file' | 'run -f' | 'run --record' | 'run --replay' | 'delete --file' | 'delete -f')
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    *' --namespace' | *' -n' | *' --output' | *' -o' | 'run --system' | 'run --input-file' | 'run --model-ref' | 'run --set' | 'get --selector' | 'get -l' | 'delete --selector' | 'delete -l' | 'create secret --from-literal' | 'create secret --from-file' | 'create secret --from-env')
        return
        ;;
    esac
    case $command in
    '')
        words="apply validate diff run resume get describe delete logs trace create status explain schema version"
        ;;
    'create')
        words="secret"
        ;;
    'apply')
        options+=" --file -f --run --no-run --dry-run --strict --allow-unknown --yes -y"
        ;;
    'validate')
        options+=" --file -f --strict --allow-unknown"
        ;;
    'diff')
        options+=" --file -f --strict --allow-unknown"
        ;;
    'run')
        tasks=yes
        options+=" --system --file -f --input-file --model-ref --set --record --replay --allow-unknown --yes -y"
        ;;
    'resume')
        tasks=yes
        options+=" --refresh"
        ;;
    'get')
        words="agents agent agent-systems agent-system model-endpoints model-endpoint tools tool secrets secret sealed-secrets sealed-secret memories memory context-adapters context-adapter agent-policies agent-policy agent-roles agent-role tool-permissions tool-permission tool-approvals tool-approval task-approvals task-approval tasks task task-schedules task-schedule task-webhooks task-webhook workers worker mcp-servers mcp-server eval-datasets eval-dataset eval-runs eval-run sessions session"
        options+=" --all-namespaces -A --selector -l"
        ;;
    'describe')
        tasks=yes
        ;;
    'delete')
        tasks=yes
        options+=" --file -f --selector -l --all --ignore-not-found"
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
    'status')
        ;;
    'explain')
        words="agents agent agent-systems agent-system model-endpoints model-endpoint tools tool secrets secret sealed-secrets sealed-secret memories memory context-adapters context-adapter agent-policies agent-policy agent-roles agent-role tool-permissions tool-permission tool-approvals tool-approval task-approvals task-approval tasks task task-schedules task-schedule task-webhooks task-webhook workers worker mcp-servers mcp-server eval-datasets eval-dataset eval-runs eval-run sessions session"
        options+=" --recursive"
        ;;
    'schema')
        words="agents agent agent-systems agent-system model-endpoints model-endpoint tools tool secrets secret sealed-secrets sealed-secret memories memory context-adapters context-adapter agent-policies agent-policy agent-roles agent-role tool-permissions tool-permission tool-approvals tool-approval task-approvals task-approval tasks task task-schedules task-schedule task-webhooks task-webhook workers worker mcp-servers mcp-server eval-datasets eval-dataset eval-runs eval-run sessions session"
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
