#!/bin/sh
# For cron, which has no terminal and a short PATH:
#
#   15 5 * * *  cd $HOME/notes && PATH=/usr/local/bin:$PATH sh nightly.sh inbox >>nightly.log 2>&1
set -u

sh "$(dirname "$0")/digest.sh" "$1"
code=$?
orloj work --once -q # what an earlier night left undone, because the machine was switched off
orloj prune -q --older-than 30d --keep 100 --yes
orloj backup -q "backup-$(date +%u).db" --force # seven of them, one a weekday; the key of secrets is not in it
exit "$code"
