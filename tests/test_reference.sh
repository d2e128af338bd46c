#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/reference.md and the pages in docs/doctor are what the program prints. labels: core
set -u
cd "${SUREFOOT_SOURCE:-$(dirname "$0")/..}" || exit 2
program=${SUREFOOT_BIN:-build/surefoot}
if [ ! -x "$program" ]; then
    echo "skipped: the program was not built ($program)"
    exit 0
fi
if ! "$program" list --markdown | diff -u docs/reference.md -; then
    echo "docs/reference.md is not what the program prints; write it anew: build/surefoot list --markdown > docs/reference.md"
    exit 1
fi
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
if ! "$program" list symptom --pages "$folder/doctor" || ! diff -ru docs/doctor "$folder/doctor"; then
    echo "docs/doctor is not what the program prints; write it anew: rm -r docs/doctor; build/surefoot list symptom --pages docs/doctor"
    exit 1
fi
