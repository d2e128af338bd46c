# SPDX-License-Identifier: MIT
# What tests of the program share; sourced first. Ends the test where the program was not built; goes into an empty folder that is
# removed at the end. $source: the source tree; $program; $failed: 1 once something was wrong; $checks: runs so far.
set -u
source=${SUREFOOT_SOURCE:-$(cd "$(dirname "$0")/.." && pwd)}
program=${SUREFOOT_BIN:-$source/build/surefoot}
if [ ! -x "$program" ]; then
    echo "skipped: the program was not built ($program)"
    exit 0
fi
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
export TMPDIR=$folder           # what a program leaves in its temporary folder goes, too
unset NO_COLOR CLICOLOR_FORCE COLUMNS
failed=0
checks=0

complain() {
    printf '%s\n' "$*"
    sed 's/^/    /' said | head -n 12
    failed=1
}

# run STATUS ARGUMENT...: output into `answer`, talk into `said`.
run() {
    local want=$1 got
    shift
    checks=$((checks + 1))
    "$program" "$@" >answer 2>said </dev/null
    got=$?
    [ $got -eq "$want" ] || complain "surefoot $*: exit status $got, expected $want"
}

says() { grep -q -F -e "$1" said || complain "standard error lacks: $1"; }
answers() { grep -q -F -e "$1" answer || complain "standard output lacks: $1 — it has: $(head -n 30 answer)"; }
lacks() { if grep -q -F -e "$1" answer; then complain "standard output has: $1"; fi; }
silent() { [ ! -s said ] || complain "something on standard error"; }

# json EXPRESSION: the answer is JSON, and this holds of it as `x`.
json() { python3 -c 'import json, sys; x = json.load(open("answer")); assert eval(sys.argv[1]), str(x)[:600]' "$1" 2>>said ||
    complain "the JSON does not hold: $1"; }
