#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A defect planted in the engine makes the right lab fail, and the right claim of it; without the defect it passes. labels: slow lab
set -u
mutants=${SUREFOOT_BUILD:?}/mutants
export SUREFOOT_LABS=${SUREFOOT_SOURCE:?}/labs
[ -d "$mutants" ] || { echo "skipped: no mutants in this build"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work             # a check that fails leaves its folder there
cd "$work" || exit 2
failed=0

# caught MUTANT LAB CLAIM
caught() {
    local mutant=$1 lab=$2 claim=$3 got
    "$mutants/mutant-$mutant" lab check "$lab" > out.txt 2>&1
    got=$?
    if [ $got -ne 6 ] || ! grep -qE "(does not hold|not decided|not measured): $claim — it should" out.txt; then
        echo "FAILED: $lab does not see $mutant (exit code $got)"
        cat out.txt
        failed=1
        return
    fi
    echo "$mutant: $lab says: $(grep -A3 -E ": $claim — it should" out.txt | tr -s ' \n' ' ')"
}

caught kaiming-gain init-variance kaiming-forward
caught batchnorm-averages batchnorm-limits running-averages
caught dropout-scale dropout mean-kept
caught adamw-l2 weight-decay decoupled
caught momentum-sum momentum-lr collapse
exit $failed
