#!/bin/sh
# Writes what is declared in the database as one JSON file for each resource, for `orlojctl apply -f FOLDER` of an Orloj
# cluster. Needs jq. Secrets stay here; which ones the cluster needs is said at the end.
#
#   sh export.sh FOLDER [options of orloj, such as -n NAMESPACE or --db PATH]
set -eu

folder=${1:?usage: sh export.sh FOLDER [options of orloj]}
shift
mkdir -p "$folder"

# In this order a cluster knows everything that a file mentions.
number=10
for kind in model-endpoints mcp-servers tools tool-permissions memories agent-roles agent-policies context-adapters agents \
    agent-systems tasks task-schedules task-webhooks eval-datasets; do
    orloj get "$kind" -o jsonl "$@" | while IFS= read -r resource; do
        file=$folder/$number-$kind-$(printf '%s' "$resource" | jq -r .metadata.name).json
        printf '%s' "$resource" |
            jq 'del(.status) | .metadata |= with_entries(select(.key | IN("name", "namespace", "labels", "annotations")))' >"$file"
        printf '%s\n' "$file"
        # What only orloj knows stays in the file: the cluster reads over it.
        jq -r --arg file "$file" '[paths | map(tostring) | join(".")
            | select(. == "spec.max_cost" or (. == "spec.limits" and $kind == "tasks"))]
            | select(length > 0) | "\($file): without effect there: \(join(", "))"' --arg kind "$kind" "$file" >&2
    done
    number=$((number + 1))
done

orloj get model-endpoints -o jsonl "$@" | jq -r '.spec.auth.secretRef // empty' | sort -u |
    sed "s/^/the cluster needs: orlojctl create secret /" >&2
