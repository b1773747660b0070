#!/bin/sh
# From a fresh clone to a finished run: installs what the build needs, builds, runs the three agents of
# examples/pipeline and shows their answer and the trace of the run. Safe to repeat; quick the second time.
#
#   sh examples/quickstart.sh [TOPIC]
#
# The agents ask a model of an Ollama that answers at OLLAMA_HOST (127.0.0.1:11434 unless said), else the built-in
# provider 'mock'. With ORLOJ=PROGRAM nothing is installed or built, and that program runs.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
topic=${1-why the night sky is dark}

orloj=${ORLOJ-}
if [ -z "$orloj" ]; then
    ORLOJ_TARGET=src/orloj sh .ci/setup build
    orloj=$root/build/src/orloj
fi

say() { printf '%s\n' "$*" >&2; }

# The run is kept apart from the person's own database, and away again afterwards.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
ORLOJ_DB=$folder/orloj.db
export ORLOJ_DB

run_on_mock() {
    say "quickstart: orloj run -f examples/pipeline 'topic=$topic'"
    "$orloj" run -f examples/pipeline "topic=$topic" </dev/null
}

run_on_ollama() {
    say "quickstart: orloj run -f examples/pipeline -f ENDPOINT --model-ref quickstart-ollama 'topic=$topic'"
    "$orloj" run -f examples/pipeline -f "$folder/endpoint.json" --model-ref quickstart-ollama "topic=$topic" </dev/null
}

if python3 -B examples/quickstart_ollama.py >"$folder/endpoint.json"; then
    say "quickstart: Ctrl-C ends it"
    code=0
    run_on_ollama || code=$?
    [ "$code" -ne 130 ] || exit 130
    if [ "$code" -ne 0 ]; then
        say ""
        say "quickstart: that model did not answer; using the built-in provider 'mock' instead"
        ORLOJ_DB=$folder/mock.db
        run_on_mock
    fi
else
    say "quickstart: using the built-in provider 'mock', which answers without a network"
    run_on_mock
fi

say ""
say "quickstart: orloj trace"
"$orloj" trace
