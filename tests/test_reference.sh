#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/reference.md is what the program prints. labels: core
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
