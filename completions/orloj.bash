# bash completion for orloj; made by `orloj __generate bash`, do not edit.
_orloj() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' skip='' words='' names='' word i
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
            '' | 'create' | 'secret' | 'config' | 'models') command=${command:+$command }$word ;;
            esac
            ;;
        esac
    done
    case $command in
    'models pull') ;;
    'models '*) command=models ;;
    esac
    COMPREPLY=()
    case "$command $prev" in
    *' --db' | 'apply --file' | 'apply -f' | 'validate --file' | 'validate -f' | 'diff --file' | 'diff -f' | 'run --file' | 'run -f' | 'run --record' | 'run --replay' | 'delete --file' | 'delete -f')
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    *' --namespace' | *' -n' | *' --output' | *' -o' | 'init --blueprint' | 'init --model' | 'apply --grace' | 'run --system' | 'run --input-file' | 'run --model-ref' | 'run --set' | 'run --max-calls' | 'run --max-tokens' | 'run --max-time' | 'run --grace' | 'resume --max-calls' | 'resume --max-tokens' | 'resume --max-time' | 'resume --grace' | 'retry --with-overrides' | 'retry --from' | 'fork --at' | 'fork --set' | 'fork --model-ref' | 'fork --name' | 'work --concurrency' | 'work --grace' | 'wait --for' | 'wait --timeout' | 'cancel --reason' | 'get --selector' | 'get -l' | 'delete --selector' | 'delete -l' | 'create secret --from-literal' | 'create secret --from-file' | 'create secret --from-env' | 'secret list --selector' | 'secret list -l' | 'secret key export --out' | 'prune --older-than' | 'prune --keep' | 'models pull --endpoint')
        return
        ;;
    esac
    case $command in
    '')
        words="init apply validate diff run resume retry fork replay work wait cancel get describe edit delete logs trace create secret config prune backup restore status doctor models explain schema version"
        ;;
    'create')
        words="secret"
        ;;
    'secret')
        words="list rotate-key lock unlock key export key import"
        ;;
    'config')
        words="view path get set unset use set-profile"
        ;;
    'models')
        words="pull"
        names=model-endpoints
        ;;
    'init')
        options+=" --blueprint --model --force"
        ;;
    'apply')
        options+=" --file -f --run --no-run --dry-run --strict --allow-unknown --yes -y --grace"
        ;;
    'validate')
        options+=" --file -f --strict --allow-unknown"
        ;;
    'diff')
        names=tasks
        options+=" --file -f --strict --allow-unknown"
        ;;
    'run')
        names=tasks
        options+=" --system --file -f --input-file --model-ref --set --record --replay --allow-unknown --yes -y --max-calls --max-tokens --max-time --grace"
        ;;
    'resume')
        names=tasks
        options+=" --refresh --max-calls --max-tokens --max-time --grace"
        ;;
    'retry')
        names=tasks
        options+=" --with-overrides --from --run"
        ;;
    'fork')
        names=tasks
        options+=" --at --set --model-ref --name --no-run"
        ;;
    'replay')
        names=tasks
        ;;
    'work')
        options+=" --once --concurrency --all-namespaces -A --grace"
        ;;
    'wait')
        names=tasks
        options+=" --for --timeout"
        ;;
    'cancel')
        names=tasks
        options+=" --reason"
        ;;
    'get')
        words="agents agent agent-systems agent-system model-endpoints model-endpoint tools tool secrets secret sealed-secrets sealed-secret memories memory context-adapters context-adapter agent-policies agent-policy agent-roles agent-role tool-permissions tool-permission tool-approvals tool-approval task-approvals task-approval tasks task task-schedules task-schedule task-webhooks task-webhook workers worker mcp-servers mcp-server eval-datasets eval-dataset eval-runs eval-run sessions session"
        options+=" --all-namespaces -A --selector -l --probe"
        ;;
    'describe')
        names=tasks
        ;;
    'edit')
        names=tasks
        ;;
    'delete')
        names=tasks
        options+=" --file -f --selector -l --all --ignore-not-found --yes -y"
        ;;
    'logs')
        names=tasks
        options+=" --follow -f --seq"
        ;;
    'trace')
        names=tasks
        ;;
    'create secret')
        options+=" --from-literal --from-file --from-env --stdin"
        ;;
    'secret list')
        options+=" --all-namespaces -A --selector -l"
        ;;
    'secret rotate-key')
        options+=" --current"
        ;;
    'secret lock')
        ;;
    'secret unlock')
        ;;
    'secret key export')
        options+=" --out --yes -y"
        ;;
    'secret key import')
        ;;
    'config view')
        ;;
    'config path')
        ;;
    'config get')
        ;;
    'config set')
        ;;
    'config unset')
        ;;
    'config use')
        ;;
    'config set-profile')
        ;;
    'prune')
        options+=" --older-than --keep --dry-run --shrink --yes -y"
        ;;
    'backup')
        options+=" --force"
        ;;
    'restore')
        options+=" --yes -y"
        ;;
    'status')
        ;;
    'doctor')
        names=model-endpoints
        options+=" --deep"
        ;;
    'models pull')
        options+=" --endpoint"
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
    [[ $cur == -* ]] && words=$options names=''
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    [[ -n $names ]] || return
    while IFS= read -r word; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf %q "$word")")
    done < <(orloj get "$names" -o name 2>/dev/null)
}
complete -F _orloj orloj orlojctl
