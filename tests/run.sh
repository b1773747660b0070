#!/bin/sh
# Builds orloj and runs its tests. Installs what the build needs first (see .ci/setup); safe to repeat.
#
#   sh tests/run.sh [unit|cli|layers|docs|install|mutants|crash|schema|network|stress|screens|attack ...]
#
# Without a name, those up to crash. mutants builds nothing, it looks at the list (tests/mutants). schema needs
# python3-jsonschema and python3-yaml; network needs strace, openssl and a network namespace of its own; screens needs
# tmux.
# ORLOJ_BUILD names another build folder than 'build'. Every suite is a program that says what failed and ends
# with its counts; the last line here is their sum, 'N passed, N failed', and the exit code is 1 if any failed.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
build=${ORLOJ_BUILD:-build}
passed=0
failed=0

finish() {
    printf '%s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

for suite in "$@"; do
    case $suite in
    unit | cli | layers | docs | install | mutants | crash | schema | network | stress | screens | attack) ;;
    *)
        printf "tests: there is no suite '%s'; there are unit, cli, layers, docs, install, mutants, crash, schema, network, stress, screens and attack\n" "$suite" >&2
        exit 2
        ;;
    esac
done

sh .ci/setup "$build" || {
    failed=1
    finish
}

# Runs a suite's program, shows what it says, and adds the counts of its closing line to ours. A program that
# does not get as far as its closing line is one failure.
run_suite() {
    name=$1
    shift
    said=$build/suite-$name.txt
    printf '== %s\n' "$name"
    "$@" >"$said" 2>&1 </dev/null
    counts=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$said")
    if [ -z "$counts" ]; then
        cat "$said"
        printf '%s: ended without saying how many tests ran\n' "$name"
        failed=$((failed + 1))
        return
    fi
    sed '$d' "$said"
    printf '%s: %s ok, %s not\n' "$name" "${counts% *}" "${counts#* }"
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
}

[ $# -gt 0 ] || set -- unit cli layers docs install mutants crash
for suite in "$@"; do
    case $suite in
    unit) run_suite unit python3 tests/unit/run.py --build "$build" ;;
    cli) run_suite cli python3 tests/cli/run.py --build "$build" ;;
    layers) run_suite layers python3 tests/layers/check.py ;;
    docs) run_suite docs python3 tests/docs/check.py --build "$build" ;;
    install) run_suite install python3 tests/install/check.py --build "$build" ;;
    mutants) run_suite mutants python3 tests/mutants/run.py --check ;;
    schema) run_suite schema python3 tests/docs/schema_check.py --build "$build" ;;
    network) run_suite network python3 tests/network/run.py --build "$build" ;;
    screens) run_suite screens python3 tests/screens/run.py --build "$build" ;;
    attack) run_suite attack python3 tests/attack/run.py --build "$build" ;;
    stress) run_suite stress python3 tests/stress/run.py --build "$build" ;;
    crash) [ ! -f tests/crash/run.py ] || run_suite crash python3 tests/crash/run.py --build "$build" --kills 20 ;;
    esac
done
finish
