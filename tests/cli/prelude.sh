# What a case's `cmd` can use; run.py reads this file before it. In scope: $REPO (the project), and for every
# server of servers.json $URL_<name> and $PORT_<name>.

# t WORD...    Shows the command as a reader would type it, then what it prints, standard output and standard
#              error as they come, and its exit code when that is not 0.
t() {
    printf '$'
    for _t_word; do
        case $_t_word in
        '' | *[!A-Za-z0-9_./:=@%+,-]*)
            printf " '%s'" "$(printf '%s' "$_t_word" | sed "s/'/'\\\\''/g")"
            ;;
        *) printf ' %s' "$_t_word" ;;
        esac
    done
    printf '\n'
    _t_code=0
    "$@" 2>&1 || _t_code=$?
    [ "$_t_code" -eq 0 ] || printf '[exit %s]\n' "$_t_code"
}

# ts TEXT      The same for a line of shell: pipes, redirections, several commands.
ts() {
    printf '$ %s\n' "$1"
    _t_code=0
    (eval "$1") 2>&1 || _t_code=$?
    [ "$_t_code" -eq 0 ] || printf '[exit %s]\n' "$_t_code"
}

# reqs NAME [--sort]   The requests that the server got: a line with method and path, the headers that matter,
#                      and the body. --sort where they came in parallel.
reqs() {
    python3 "$REPO/tests/cli/show_requests.py" "$CASE_TOP/$1.requests" ${2+"$2"}
}

# during NAME COUNT SIGNALS COMMAND...   Runs the command and sends it the signals (INT, KILL, INT,INT) when the server
# has got COUNT requests of it; shown like t. 'COUNT:TEXT' waits for the command to have printed TEXT, too.
during() {
    _t_server=$1 _t_count=$2 _t_signals=$3
    shift 3
    printf '$ %s    # SIG%s at request %s\n' "$*" "$_t_signals" "${_t_count%%:*}"
    _t_code=0
    python3 "$REPO/tests/cli/during.py" "$CASE_TOP/$_t_server.requests" "$_t_count" "$_t_signals" "$@" 2>&1 || _t_code=$?
    [ "$_t_code" -eq 0 ] || printf '[exit %s]\n' "$_t_code"
}

# replay_all   Replays every run there is, each shown like t, without the number of events: it follows from which of two
#              answers came first.
replay_all() {
    for _t_task in $(orloj get tasks -o name); do
        t orloj replay "$_t_task"
    done | sed 's/: [0-9]* events,/: all events,/'
}

# screen COLUMNS COMMAND...   Runs the command on a terminal that wide, shown like t; lines that do not fit are marked.
screen() {
    printf '$ %s    # on %s columns\n' "$(shift; echo "$*")" "$1"
    _t_code=0
    python3 "$REPO/tests/cli/on_screen.py" "$@" 2>&1 || _t_code=$?
    [ "$_t_code" -eq 0 ] || printf '[exit %s]\n' "$_t_code"
}

# watching COMMAND [LINES ACTION]...   Runs the command, and each action when the command has printed so many lines; the
# actions INT and CLOSE interrupt it and stop reading. Shown like t.
watching() {
    printf '$ %s\n' "$1"
    _t_code=0
    python3 "$REPO/tests/cli/watching.py" "$@" 2>&1 || _t_code=$?
    [ "$_t_code" -eq 0 ] || printf '[exit %s]\n' "$_t_code"
}
