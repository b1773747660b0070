#!/bin/sh
# For a job in CI: does anything in this text need a person today? Ends with 0 when not, with 1 when so, and with
# orloj's own exit code when there is no answer.
#
#   git log -1 --format=%B | sh gate.sh
set -u

answer=$(orloj run -q --system digest --input-file text=- --max-tokens 20000 --max-time 2m -o json) || {
    code=$?
    printf '%s\n' "$answer" | jq -r '.error | select(.) | "no answer: \(.message)"' >&2
    exit "$code" # 3: the provider, 4: a limit; a job may try the first again
}
printf '%s\n' "$answer" | jq -e '.output | fromjson | .urgent | not' >/dev/null && exit 0
printf '%s\n' "$answer" | jq -r '.output | fromjson | "needs a person: \(.about)"'
exit 1
