#!/bin/sh
# A line for each file of a folder: what it is about. Four at a time. What was read before is not read (or paid for) again,
# and after Ctrl-C or a crash the same command goes on where it stopped.
#
#   sh digest.sh FOLDER
set -eu

if [ "$1" = --one ]; then
    # The task is named after the content, so the same text is one task however often it is asked for.
    task=digest-$(sha256sum <"$2" | cut -c 1-16)
    jq -n --arg task "$task" --rawfile text "$2" '{apiVersion: "orloj.dev/v1", kind: "Task", metadata: {name: $task},
        spec: {system: "digest", input: {text: $text}}}' | orloj apply -q --no-run -f - >/dev/null
    # Starts the task, goes on with it, or prints the answer it has; waits where another of us is at the same text.
    answer=$(orloj run -q "task/$task") ||
        answer=$(orloj wait -q "task/$task" >/dev/null && orloj run -q "task/$task")
    printf '%s\n' "$answer" | jq -r --arg file "${2##*/}" '"\(if .urgent then "!" else " " end) \($file): \(.about)"'
else
    [ -d "$1" ] || { echo "digest.sh: '$1' is no folder" >&2; exit 2; }
    # Processes may share a database; xargs ends with 123 when one of them failed.
    find "$1" -type f | sort | xargs -P 4 -I {} sh "$0" --one {}
fi
