#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The three worked examples of the README do as written: from an empty folder, the alarm names the cause, and the repaired recipe
# reaches more than the sick one. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
PATH=$(dirname "$program"):$PATH
[ "$(basename "$program")" = surefoot ] || { echo "skipped: the program has another name"; exit 0; }

# The n-th block of shell commands of the section.
commands() { sed -n '/^## From alarm to cure/,/^## /p' "$source/README.md" | awk -v n="$1" '
    /^```sh$/ { at++; inside = at == n; next } /^```/ { inside = 0 } inside'; }

# Test accuracy of a run folder in per mille; 0: it did not get that far.
accuracy() {
    local share
    share=$(tr -d '\n ' <"$1/run.json" 2>/dev/null | sed -n 's/.*"test":{[^}]*"accuracy":\([0-9.e-]*\).*/\1/p')
    awk -v share="${share:-0}" 'BEGIN { printf "%d", 1000 * share }'
}

# example NUMBER SYMPTOM GAIN: its runs are in the folders sick and cured; the gain in per mille of the test samples.
example() {
    local number=$1 symptom=$2 least=$3 sick cured
    mkdir "example-$number" && cd "example-$number" || exit 2
    commands "$number" >commands
    [ -s commands ] || complain "README.md has no example $number"
    bash commands >../answer 2>../said </dev/null
    sick=$(accuracy sick) cured=$(accuracy cured)
    cd .. || exit 2
    awk '/^findings of the probe run/ { found = 1; next } found { print $2; exit }' answer | grep -qx "$symptom" ||
        complain "example $number: the first finding is not $symptom, but: $(grep -A 1 '^findings of' answer | tail -n 1)"
    answers "recommended"
    [ $((cured - sick)) -ge "$least" ] || complain "example $number: test accuracy is $cured per mille, and was $sick"
    checks=$((checks + 1))
}

example 1 vanishing_gradient 700
example 2 rate_too_high 700
example 3 raw_inputs 700

exit $failed
