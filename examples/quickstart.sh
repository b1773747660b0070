#!/bin/sh
# From a fresh clone to a finished run: installs what the build needs, builds, runs the three agents of
# examples/pipeline and shows their answer and the trace of the run. Safe to repeat; quick the second time.
#
#   sh examples/quickstart.sh [TOPIC]
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
topic=${1-why the night sky is dark}

sh .ci/setup build
orloj=$root/build/src/orloj

say() { printf '%s\n' "$*" >&2; }

# The run is kept apart from the person's own database, and away again afterwards.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
ORLOJ_DB=$folder/orloj.db
export ORLOJ_DB

if python3 -c 'import socket; socket.create_connection(("127.0.0.1", 11434), 0.3)' 2>/dev/null; then
    say "quickstart: an Ollama answers at 127.0.0.1:11434, but this version cannot speak to it yet;"
    say "quickstart: using the built-in provider 'mock', which answers without a network"
else
    say "quickstart: no Ollama answers at 127.0.0.1:11434;"
    say "quickstart: using the built-in provider 'mock', which answers without a network"
fi

say "quickstart: orloj run -f examples/pipeline 'topic=$topic'"
"$orloj" run -f examples/pipeline "topic=$topic" </dev/null
task=$("$orloj" get tasks -o name | tail -n 1)
say ""
say "quickstart: orloj trace task/${task#task/}"
"$orloj" trace "task/${task#task/}"
