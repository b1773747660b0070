#!/bin/sh
# Makes the fixture of this version's store, for later versions to open: ORLOJ=build/src/orloj sh make.sh
# One run that is done, one that was interrupted, one task that waits, and a secret sealed with the key below.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
orloj=$(realpath "${ORLOJ:?the program that makes the store}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch" ORLOJ_DB="$scratch/store.db"
ORLOJ_SECRET_ENCRYPTION_KEY=$(cat "$here/key")
export ORLOJ_SECRET_ENCRYPTION_KEY
"$orloj" apply -q --no-run -f "$here/manifests.yaml" >&2
"$orloj" run -q task/done >&2
"$orloj" run task/stopped >"$scratch/said" 2>&1 &
run=$!
until grep -q "asks away again" "$scratch/said"; do sleep 0.02; done
kill -INT "$run"
wait "$run" || true
schema=$(python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version").fetchone())' "$ORLOJ_DB")
python3 -B "$here/store.py" dump "$ORLOJ_DB" >"$here/schema-$schema.sql"
